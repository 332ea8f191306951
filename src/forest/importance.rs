//! Permutation importance on out-of-bag rows (Tao et al. 2023, eq. 8).

use super::grow::{generator, Purpose};
use super::{Forest, ForestError};
use ndarray::ArrayView2;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// How much each feature matters: the rise of a tree's out-of-bag error when the feature's
/// values are permuted among the out-of-bag rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// Mean rise over trees, by feature; error is a share of rows.
    pub mean_rise: Vec<f64>,
    /// Standard deviation of the rise over trees (n − 1), by feature.
    pub sd_rise: Vec<f64>,
}

impl Importance {
    /// Mean over standard deviation by feature, as MATLAB's `OOBPermutedPredictorDeltaError`;
    /// 0 where no tree's error changes.
    pub fn standardised(&self) -> Vec<f64> {
        let ratio = |(&mean, &sd): (&f64, &f64)| if sd > 0.0 { mean / sd } else { 0.0 };
        self.mean_rise
            .iter()
            .zip(&self.sd_rise)
            .map(ratio)
            .collect()
    }
}

impl Forest {
    /// Permutation importance of the features; `x` and `y` must be the training rows.
    ///
    /// # Errors
    /// [`ForestError::OtherRows`] if the shape is another than at fitting, or
    /// [`ForestError::NotFinite`].
    pub fn importance(&self, x: ArrayView2<'_, f64>, y: &[u16]) -> Result<Importance, ForestError> {
        super::classification::check_rows(x, self.n_features)?;
        if x.nrows() != self.n_rows || y.len() != self.n_rows {
            return Err(ForestError::OtherRows);
        }
        let mut rises = vec![Vec::with_capacity(self.trees.len()); self.n_features];
        let mut permuted = Vec::new();
        for (index, (tree, rows)) in self.trees.iter().zip(&self.out_of_bag_rows).enumerate() {
            if rows.is_empty() {
                continue;
            }
            let mut rng = generator(self.params.seed, Purpose::Permuting, index as u32);
            let is_wrong = |row: u32, answer: u16| i64::from(answer != y[row as usize]);
            let wrong = |&row: &u32| is_wrong(row, tree.answer(|f| x[[row as usize, f]]));
            let n_wrong: i64 = rows.iter().map(wrong).sum();
            for (feature, rises) in rises.iter_mut().enumerate() {
                permuted.clone_from(rows);
                shuffle(&mut permuted, &mut rng);
                if !tree.uses(feature as u32) {
                    rises.push(0.0);
                    continue;
                }
                let wrong = |(&row, &from): (&u32, &u32)| {
                    let value = |f| x[[if f == feature { from } else { row } as usize, f]];
                    is_wrong(row, tree.answer(value))
                };
                let n_wrong_permuted: i64 = rows.iter().zip(&permuted).map(wrong).sum();
                rises.push((n_wrong_permuted - n_wrong) as f64 / rows.len() as f64);
            }
        }
        let (mean_rise, sd_rise) = rises.iter().map(|rises| mean_and_sd(rises)).unzip();
        Ok(Importance { mean_rise, sd_rise })
    }
}

/// Fisher-Yates over 32-bit draws (the same on every target).
fn shuffle(rows: &mut [u32], rng: &mut ChaCha8Rng) {
    for i in (1..rows.len() as u32).rev() {
        rows.swap(i as usize, rng.gen_range(0_u32..=i) as usize);
    }
}

fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::Params;
    use super::*;
    use ndarray::Array2;

    #[test]
    fn ranks_features_by_what_they_tell() {
        // Feature 2 tells the class, feature 0 tells it in two of three rows, feature 1 nothing.
        let class = |row: usize| (row * 7919 % 1009 % 2) as u16;
        let x = Array2::from_shape_fn((300, 3), |(row, column)| match column {
            0 if row % 3 == 0 => (row * 31 % 97) as f64 / 97.0,
            0 => f64::from(class(row)),
            1 => (row * 53 % 101) as f64,
            _ => f64::from(class(row)) + (row * 13 % 17) as f64 / 20.0,
        });
        let y: Vec<u16> = (0..300).map(class).collect();
        let params = Params {
            n_trees: 50,
            ..Params::default()
        };
        let forest = Forest::fit(x.view(), &y, 2, &params).unwrap();
        let importance = forest.importance(x.view(), &y).unwrap();
        assert_eq!(importance, forest.importance(x.view(), &y).unwrap());
        let rise = &importance.mean_rise;
        assert!(
            rise[2] > rise[0] && rise[0] > 0.05 && rise[1].abs() < 0.02,
            "{rise:?}"
        );
        assert!(importance.standardised()[2] > importance.standardised()[1]);
        assert_eq!(
            forest.importance(x.view(), &y[1..]),
            Err(ForestError::OtherRows)
        );
    }

    #[test]
    fn mean_and_sd_of_a_sample() {
        assert_eq!(mean_and_sd(&[1.0, 3.0]), (2.0, 2.0_f64.sqrt()));
        assert_eq!(mean_and_sd(&[4.0]), (4.0, 0.0));
        assert_eq!(mean_and_sd(&[]), (0.0, 0.0));
    }
}
