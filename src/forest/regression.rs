//! The forest that estimates a number.

use super::classification::check_rows;
use super::columns::Columns;
use super::grow::{draw_copies, generator, grow, rows_where, Purpose};
use super::impurity::Variance;
use super::tree::Tree;
use super::{ForestError, Params, Progress};
use ndarray::{Array1, ArrayView2};
use std::ops::ControlFlow;

/// A random forest over numbers: variance splits, the answer is the mean over trees.
///
/// The health part uses 20 trees, leaves of one row and depth 64 (Tao et al. 2024).
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionForest {
    n_features: usize,
    trees: Vec<Tree<f64>>,
    out_of_bag: Vec<Option<f64>>,
}

impl RegressionForest {
    /// Fits a forest to features of shape (rows, features) and one target per row.
    ///
    /// # Errors
    /// [`ForestError`] for an empty table, NaN or infinite features or targets, and parameters
    /// out of range.
    pub fn fit(x: ArrayView2<'_, f64>, y: &[f64], params: &Params) -> Result<Self, ForestError> {
        Self::fit_with(x, y, params, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`RegressionForest::fit`], reporting after each tree; the report may break off the fit.
    ///
    /// # Errors
    /// As [`RegressionForest::fit`], and [`ForestError::Cancelled`].
    pub fn fit_with(
        x: ArrayView2<'_, f64>,
        y: &[f64],
        params: &Params,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Self, ForestError> {
        params.check()?;
        if x.nrows() != y.len() {
            return Err(ForestError::LabelCount {
                n_rows: x.nrows(),
                n_labels: y.len(),
            });
        }
        if let Some(row) = y.iter().position(|target| !target.is_finite()) {
            let column = x.ncols();
            return Err(ForestError::NotFinite { row, column });
        }
        let columns = Columns::new(x)?;
        let mut sums = vec![0.0; columns.n_rows];
        let mut n_answers = vec![0_u32; columns.n_rows];
        let mut trees = Vec::new();
        for index in 0..params.n_trees {
            let mut rng = generator(params.seed, Purpose::Growing, index);
            let copies = draw_copies(columns.n_rows, params.bootstrap, &mut rng);
            let mut variance = Variance::new(y, &copies);
            let rows = rows_where(&copies, true);
            let tree = grow(&columns, &mut variance, rows, params, &mut rng);
            for row in rows_where(&copies, false) {
                let row = row as usize;
                sums[row] += tree.answer(|feature| columns.values(feature as u32)[row]);
                n_answers[row] += 1;
            }
            trees.push(tree);
            let progress = Progress {
                n_done: index + 1,
                n_trees: params.n_trees,
                out_of_bag_error: mean_squared_error(&means(&sums, &n_answers), y),
            };
            if report(progress).is_break() {
                return Err(ForestError::Cancelled);
            }
        }
        Ok(Self {
            n_features: columns.n_features,
            trees,
            out_of_bag: means(&sums, &n_answers),
        })
    }

    /// The estimate for each row: mean over trees.
    ///
    /// # Errors
    /// [`ForestError`] for another number of features and for NaN or infinite features.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Array1<f64>, ForestError> {
        check_rows(x, self.n_features)?;
        let estimate = |row: ndarray::ArrayView1<'_, f64>| {
            let answers = self
                .trees
                .iter()
                .map(|tree| tree.answer(|feature| row[feature]));
            answers.sum::<f64>() / self.trees.len() as f64
        };
        Ok(x.rows().into_iter().map(estimate).collect())
    }

    /// The estimate for each training row by trees that did not see it; `None` where all did.
    pub fn out_of_bag(&self) -> &[Option<f64>] {
        &self.out_of_bag
    }

    /// Number of features p.
    pub fn n_features(&self) -> usize {
        self.n_features
    }
}

fn means(sums: &[f64], counts: &[u32]) -> Vec<Option<f64>> {
    let mean = |(&sum, &n): (&f64, &u32)| (n > 0).then(|| sum / f64::from(n));
    sums.iter().zip(counts).map(mean).collect()
}

fn mean_squared_error(estimates: &[Option<f64>], targets: &[f64]) -> Option<f64> {
    let (mut n, mut sum) = (0_u32, 0.0);
    for (estimate, target) in estimates.iter().zip(targets) {
        if let Some(estimate) = estimate {
            n += 1;
            sum += (estimate - target) * (estimate - target);
        }
    }
    (n > 0).then(|| sum / f64::from(n))
}

#[cfg(test)]
mod tests {
    use super::super::MaxFeatures;
    use super::*;
    use ndarray::{array, Array2};

    #[test]
    fn a_full_tree_repeats_its_targets() {
        let x = Array2::from_shape_fn((40, 1), |(row, _)| (row * 17 % 40) as f64);
        let y: Vec<f64> = (0..40).map(|row| 1e6 + f64::from(row * row % 23)).collect();
        let params = Params {
            n_trees: 1,
            bootstrap: false,
            max_features: MaxFeatures::All,
            max_depth: Some(64),
            ..Params::default()
        };
        let forest = RegressionForest::fit(x.view(), &y, &params).unwrap();
        assert_eq!(forest.predict(x.view()).unwrap().to_vec(), y);
    }

    #[test]
    fn splits_at_the_step_and_answers_with_means() {
        let x = array![[1.0], [2.0], [3.0], [4.0]];
        let params = Params {
            n_trees: 1,
            bootstrap: false,
            max_depth: Some(1),
            ..Params::default()
        };
        let forest = RegressionForest::fit(x.view(), &[1.0, 2.0, 9.0, 11.0], &params).unwrap();
        let estimates = forest.predict(array![[2.4], [2.6]].view()).unwrap();
        assert_eq!(estimates.to_vec(), [1.5, 10.0]);
    }

    #[test]
    fn out_of_bag_estimates_follow_a_curve() {
        let x = Array2::from_shape_fn((300, 1), |(row, _)| row as f64 / 300.0);
        let y: Vec<f64> = x.column(0).iter().map(|x| x * x).collect();
        let params = Params {
            n_trees: 20,
            ..Params::default()
        };
        let mut last = None;
        let forest = RegressionForest::fit_with(x.view(), &y, &params, &mut |progress| {
            last = progress.out_of_bag_error;
            ControlFlow::Continue(())
        });
        assert!(last.unwrap() < 1e-4, "{last:?}");
        assert!(forest.unwrap().out_of_bag().iter().flatten().count() > 295);
    }

    #[test]
    fn bad_targets_are_located() {
        let x = array![[1.0], [2.0]];
        let refused = RegressionForest::fit(x.view(), &[1.0, f64::NAN], &Params::default());
        assert_eq!(refused, Err(ForestError::NotFinite { row: 1, column: 1 }));
    }
}
