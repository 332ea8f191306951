//! Privacy-informed augmentation (Tao et al. 2023, Methods): bootstrap, then Gaussian noise.
//!
//! The noise blurs single rows; it is *not* differential privacy.

use ndarray::{Array2, ArrayView2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Draws `per_class` rows of every class with replacement, then adds noise at `nsr_percent`.
///
/// `rows` has shape (n, p), `labels` n class indices; classes are taken in ascending order.
/// Returns the augmented rows, shape (classes * per_class, p), and their labels.
pub fn augment(
    rows: ArrayView2<'_, f64>,
    labels: &[u16],
    per_class: u32,
    nsr_percent: f64,
    rng: &mut ChaCha8Rng,
) -> (Array2<f64>, Vec<u16>) {
    let mut drawn: Vec<usize> = Vec::new();
    for members in members_by_class(labels) {
        for _ in 0..per_class {
            // u32: rand's sampling of usize differs on 32-bit targets.
            let pick = rng.gen_range(0..members.len() as u32);
            drawn.push(members[pick as usize]);
        }
    }
    let classes: Vec<u16> = drawn.iter().map(|&row| labels[row]).collect();
    let mut out = rows.select(ndarray::Axis(0), &drawn);
    add_noise(&mut out, &classes, nsr_percent, rng);
    (out, classes)
}

/// Adds Gaussian noise in place: per class and column, noise power is `nsr_percent` % of the
/// signal power, the mean square of the column within the class.
pub fn add_noise(rows: &mut Array2<f64>, labels: &[u16], nsr_percent: f64, rng: &mut ChaCha8Rng) {
    if nsr_percent <= 0.0 {
        return;
    }
    for members in members_by_class(labels) {
        for column in 0..rows.ncols() {
            let power = members
                .iter()
                .map(|&row| rows[[row, column]] * rows[[row, column]])
                .sum::<f64>()
                / members.len() as f64;
            let deviation = (nsr_percent / 100.0 * power).sqrt();
            for &row in &members {
                rows[[row, column]] += deviation * standard_normal(rng);
            }
        }
    }
}

/// Row indices of each class present, classes ascending.
pub(crate) fn members_by_class(labels: &[u16]) -> Vec<Vec<usize>> {
    let mut classes: Vec<u16> = labels.to_vec();
    crate::order::sort(&mut classes);
    classes.dedup();
    let of = |class| (0..labels.len()).filter(|&i| labels[i] == class).collect();
    classes.into_iter().map(of).collect()
}

/// One standard normal deviate by Box and Muller; the second of the pair is not kept, so that
/// the stream does not depend on how many were drawn before.
fn standard_normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.gen::<f64>())).sqrt();
    radius * libm::cos(2.0 * std::f64::consts::PI * rng.gen::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn classes_come_out_equal_in_size_and_only_from_themselves() {
        let rows = Array2::from_shape_fn((5, 1), |(i, _)| i as f64);
        let labels = [3, 0, 3, 3, 0];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (out, classes) = augment(rows.view(), &labels, 40, 0.0, &mut rng);
        assert_eq!(classes, [vec![0; 40], vec![3; 40]].concat());
        for (row, class) in out.rows().into_iter().zip(&classes) {
            assert_eq!(labels[row[0] as usize], *class);
        }
    }

    #[test]
    fn noise_has_the_power_asked_for() {
        let n = 40_000;
        let clean =
            Array2::from_shape_fn((n, 2), |(i, j)| (2 + 8 * (i % 2)) as f64 * (j + 1) as f64);
        let labels: Vec<u16> = (0..n).map(|i| (i % 2) as u16).collect();
        let mut noisy = clean.clone();
        add_noise(&mut noisy, &labels, 4.0, &mut ChaCha8Rng::seed_from_u64(7));
        for (class, signal) in [(0, 2.0), (1, 10.0)] {
            for column in 0..2 {
                let signal = signal * (column + 1) as f64;
                let power = (0..n)
                    .filter(|i| i % 2 == class)
                    .map(|i| (noisy[[i, column]] - clean[[i, column]]).powi(2))
                    .sum::<f64>()
                    / (n / 2) as f64;
                let nsr = 100.0 * power / (signal * signal);
                assert!(
                    (nsr - 4.0).abs() < 0.15,
                    "class {class} column {column}: {nsr}"
                );
            }
        }
    }

    #[test]
    fn same_seed_same_rows() {
        let rows = Array2::from_shape_fn((6, 3), |(i, j)| (i * j) as f64);
        let labels = [0, 0, 0, 1, 1, 1];
        let draw = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            augment(rows.view(), &labels, 5, 2.0, &mut rng)
        };
        assert_eq!(draw(9), draw(9));
        assert_ne!(draw(9).0, draw(10).0);
    }
}
