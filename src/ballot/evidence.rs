//! Absolute evidence per held class: how well a battery fits that class, in 16 levels.
//!
//! A forest must choose among the classes its owner happens to know; evidence need not. Each
//! class is a normal distribution in the query's [`super::Space`], with a covariance shrunk towards
//! the collaborator's pooled one (Friedman 1989, regularised discriminant analysis) and a floor
//! common to all, so that levels of different collaborators can be compared.

use super::augment::members_by_class;
use super::covariance::{add_floor, mean, pooled, scatter, Cholesky};
use super::LEVELS;
use ndarray::{ArrayView1, ArrayView2};

/// Variance added to every direction, in squared units of the query's space: what is finer than
/// 5 % of the query's spread counts as noise.
const FLOOR: f64 = 0.003;

/// Shrinkage towards the pooled covariance is c p / (c p + n) with this c.
const SHRINKAGE: f64 = 0.3;

/// A level is lost with every factor of 2^(1 / this) in surprise.
const LEVELS_PER_OCTAVE: f64 = 4.0;

/// Surprise per column (nats) up to which the highest level is given.
const NEAR: f64 = 0.665;

/// One normal distribution per held class.
#[derive(Debug, Clone)]
pub struct Evidence {
    classes: Vec<Normal>,
}

/// A normal distribution by its mean and the Cholesky factor of its covariance.
#[derive(Debug, Clone)]
struct Normal {
    mean: Vec<f64>,
    factor: Cholesky,
    /// Half the log determinant, relative to a class that has no spread but the floor.
    half_log_volume: f64,
}

impl Evidence {
    /// Fits the classes present in `labels` (ascending) to `rows`, shape (n, p), in the query's
    /// space.
    pub fn fit(rows: ArrayView2<'_, f64>, labels: &[u16]) -> Self {
        let p = rows.ncols();
        let members = members_by_class(labels);
        let means: Vec<Vec<f64>> = members.iter().map(|of| mean(rows, of)).collect();
        let scatters: Vec<Vec<f64>> = members
            .iter()
            .zip(&means)
            .map(|(of, mean)| scatter(rows, of, mean))
            .collect();
        let pooled = pooled(&scatters, rows.nrows(), members.len(), p);
        let classes = members.iter().zip(means).zip(&scatters);
        let classes = classes.map(|((of, mean), scatter)| {
            let n = of.len() as f64;
            let shrunk = SHRINKAGE * p as f64 / (SHRINKAGE * p as f64 + n);
            let mut covariance: Vec<f64> = scatter
                .iter()
                .zip(&pooled)
                .map(|(own, all)| (1.0 - shrunk) * own / (n - 1.0).max(1.0) + shrunk * all)
                .collect();
            add_floor(&mut covariance, p, FLOOR);
            Normal::new(mean, covariance)
        });
        Self {
            classes: classes.collect(),
        }
    }

    /// The level of a battery, shape (p), for each class: 0 far .. 15 near.
    pub fn levels(&self, battery: ArrayView1<'_, f64>) -> Vec<u8> {
        let level = |class: &Normal| level_of(class.surprise(battery));
        self.classes.iter().map(level).collect()
    }
}

/// Level of a surprise per column; halving the surprise gains [`LEVELS_PER_OCTAVE`] levels.
fn level_of(surprise: f64) -> u8 {
    if !surprise.is_finite() {
        return 0;
    }
    let lost = LEVELS_PER_OCTAVE * libm::log2(surprise.max(NEAR) / NEAR);
    // Rounded half up; the cast saturates at 0.
    (f64::from(LEVELS - 1) - lost + 0.5) as u8
}

impl Normal {
    /// From a covariance with the floor on its diagonal.
    fn new(mean: Vec<f64>, covariance: Vec<f64>) -> Self {
        let factor = Cholesky::new(covariance, mean.len(), FLOOR);
        let mut half_log_volume = 0.0;
        for pivot in factor.pivots() {
            half_log_volume += libm::log(pivot) - 0.5 * libm::log(FLOOR);
        }
        Self {
            mean,
            factor,
            half_log_volume: half_log_volume.max(0.0),
        }
    }

    /// Negative log density per column in nats, up to a constant common to all collaborators;
    /// never negative.
    fn surprise(&self, battery: ArrayView1<'_, f64>) -> f64 {
        let p = self.mean.len();
        let offset = battery
            .iter()
            .zip(&self.mean)
            .map(|(value, mean)| value - mean);
        let squared: f64 = self.factor.solve(offset).iter().map(|z| z * z).sum();
        (0.5 * squared + self.half_log_volume) / p.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, Array2};

    #[test]
    fn density_equals_the_closed_form_in_two_dimensions() {
        // Covariance [[4, 2], [2, 3]]: determinant 8, inverse [[3, -2], [-2, 4]] / 8.
        let normal = Normal::new(vec![1.0, -1.0], vec![4.0, 2.0, 3.0]);
        let (x, y) = (2.0, 1.5);
        let mahalanobis = (3.0 * x * x - 4.0 * x * y + 4.0 * y * y) / 8.0;
        let volume = 0.5 * libm::log(8.0 / (FLOOR * FLOOR));
        let expected = (0.5 * mahalanobis + volume) / 2.0;
        let got = normal.surprise(array![1.0 + x, -1.0 + y].view());
        assert!((got - expected).abs() < 1e-12, "{got} {expected}");
    }

    #[test]
    fn levels_fall_with_distance_and_do_not_depend_on_the_other_classes() {
        let rows = Array2::from_shape_fn((40, 3), |(i, j)| {
            let wiggle = ((i * (3 + j)) % 7) as f64 * 0.05;
            wiggle + if i < 20 { 0.0 } else { 3.0 }
        });
        let labels: Vec<u16> = (0..40).map(|i| if i < 20 { 2 } else { 5 }).collect();
        let evidence = Evidence::fit(rows.view(), &labels);
        let near = evidence.levels(array![0.15, 0.15, 0.15].view());
        assert!(near[0] >= 11 && near[1] <= 2, "{near:?}");
        let between = evidence.levels(array![1.5, 1.5, 1.5].view());
        assert!(between[0] < near[0]);
        assert_eq!(evidence.levels(array![1e200, 0.0, 0.0].view()), [0, 0]);
    }

    #[test]
    fn two_identical_rows_make_a_usable_class() {
        let rows = array![[1.0, 1.0], [1.0, 1.0], [4.0, 4.0], [4.0, 4.0]];
        let evidence = Evidence::fit(rows.view(), &[0, 0, 1, 1]);
        assert_eq!(evidence.levels(array![1.0, 1.0].view()), [15, 0]);
    }

    #[test]
    fn a_level_is_lost_per_fixed_ratio() {
        assert_eq!(level_of(0.0), 15);
        assert_eq!(level_of(NEAR), 15);
        assert_eq!(level_of(4.0 * NEAR), 7);
        assert_eq!(level_of(f64::INFINITY), 0);
        assert_eq!(level_of(f64::NAN), 0);
    }
}
