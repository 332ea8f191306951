//! Covariances within classes and their Cholesky factors, as lower triangles by rows: entry
//! (i, j), j <= i, at i (i + 1) / 2 + j.
//!
//! Plain loops: the matrix kernels of `ndarray` round differently where the processor has fused
//! multiply-add.

use super::augment::members_by_class;
use ndarray::{Array2, ArrayView1, ArrayView2};

/// Mean of the rows `of`.
pub(super) fn mean(rows: ArrayView2<'_, f64>, of: &[usize]) -> Vec<f64> {
    let n = of.len().max(1) as f64;
    (0..rows.ncols())
        .map(|j| of.iter().map(|&i| rows[[i, j]]).sum::<f64>() / n)
        .collect()
}

/// Sum of squares and products of the rows `of` about their mean.
pub(super) fn scatter(rows: ArrayView2<'_, f64>, of: &[usize], mean: &[f64]) -> Vec<f64> {
    let p = mean.len();
    let mut sum = vec![0.0; p * (p + 1) / 2];
    let mut off = vec![0.0; p];
    for &row in of {
        for (d, (value, mean)) in off.iter_mut().zip(rows.row(row).iter().zip(mean)) {
            *d = value - mean;
        }
        let mut cells = sum.iter_mut();
        for i in 0..p {
            for j in 0..=i {
                if let Some(cell) = cells.next() {
                    *cell += off[i] * off[j];
                }
            }
        }
    }
    sum
}

/// Sum over classes of their scatters, per degree of freedom.
pub(super) fn pooled<'a>(
    scatters: impl IntoIterator<Item = &'a Vec<f64>>,
    n_rows: usize,
    n_classes: usize,
    n_columns: usize,
) -> Vec<f64> {
    let n_free = n_rows.saturating_sub(n_classes).max(1) as f64;
    let mut pooled = vec![0.0; n_columns * (n_columns + 1) / 2];
    for scatter in scatters {
        for (sum, value) in pooled.iter_mut().zip(scatter) {
            *sum += value / n_free;
        }
    }
    pooled
}

/// Adds a variance in every direction.
pub(super) fn add_floor(covariance: &mut [f64], n_columns: usize, floor: f64) {
    for i in 0..n_columns {
        covariance[i * (i + 1) / 2 + i] += floor;
    }
}

/// Cholesky factor of a covariance.
#[derive(Debug, Clone)]
pub(super) struct Cholesky {
    factor: Vec<f64>,
    n_columns: usize,
}

impl Cholesky {
    /// Factors a covariance whose every direction has at least the variance `floor`, which keeps
    /// the pivots positive.
    pub(super) fn new(covariance: Vec<f64>, n_columns: usize, floor: f64) -> Self {
        let mut factor = covariance;
        for i in 0..n_columns {
            for j in 0..=i {
                let (row, other) = (i * (i + 1) / 2, j * (j + 1) / 2);
                let mut value = factor[row + j];
                for k in 0..j {
                    value -= factor[row + k] * factor[other + k];
                }
                factor[row + j] = if i == j {
                    // Rounding cannot push a pivot below what the floor puts there.
                    value.max(0.1 * floor).sqrt()
                } else {
                    value / factor[other + j]
                };
            }
        }
        Self { factor, n_columns }
    }

    /// The diagonal.
    pub(super) fn pivots(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.n_columns).map(|i| self.factor[i * (i + 1) / 2 + i])
    }

    /// Coordinates in which the covariance is the identity.
    pub(super) fn solve(&self, offset: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut solved = Vec::with_capacity(self.n_columns);
        for (i, value) in offset.take(self.n_columns).enumerate() {
            let row = &self.factor[i * (i + 1) / 2..];
            let mut rest = value;
            for (l, z) in row.iter().zip(&solved) {
                rest -= l * z;
            }
            let z: f64 = rest / row[i];
            solved.push(z);
        }
        solved
    }
}

/// Variance added to every direction before whitening, in squared units of the query's scale:
/// from few rows the spread within classes is underestimated in most directions.
const WHITENING_FLOOR: f64 = 0.1;

/// Coordinates in which the spread *within* classes is about one in every direction.
///
/// Two makers of one chemistry differ in directions in which the cells of one maker hardly do:
/// in these coordinates the one distance is large against the other, on the plain scale not.
/// (AUROC of familiarity against batteries of unseen makers: .95 to .98 instead of .83 to .91.)
#[derive(Debug, Clone)]
pub struct Whitening {
    factor: Cholesky,
}

impl Whitening {
    /// Measures own rows, shape (n, p), on the query's scale.
    pub fn fit(rows: ArrayView2<'_, f64>, labels: &[u16]) -> Self {
        let p = rows.ncols();
        let members = members_by_class(labels);
        let scatters: Vec<Vec<f64>> = members
            .iter()
            .map(|of| scatter(rows, of, &mean(rows, of)))
            .collect();
        let mut covariance = pooled(&scatters, rows.nrows(), members.len(), p);
        add_floor(&mut covariance, p, WHITENING_FLOOR);
        Self {
            factor: Cholesky::new(covariance, p, WHITENING_FLOOR),
        }
    }

    /// Rows in these coordinates, same shape.
    pub fn apply(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut out = rows.to_owned();
        for (mut row, from) in out.rows_mut().into_iter().zip(rows.rows()) {
            row.assign(&ArrayView1::from(&self.factor.solve(from.iter().copied())));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn whitened_rows_have_unit_covariance() {
        // Covariance [[4, 2], [2, 3]] without a floor: z = L^-1 x with L = [[2, 0], [1, sqrt 2]].
        let factor = Cholesky::new(vec![4.0, 2.0, 3.0], 2, 0.0);
        let z = factor.solve([2.0, 4.0].into_iter());
        assert!((z[0] - 1.0).abs() < 1e-12 && (z[1] - 3.0 / 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn directions_that_vary_within_a_class_count_less() {
        let rows = array![
            [0.0, 0.0],
            [4.0, 0.02],
            [8.0, 0.0],
            [0.0, 1.0],
            [4.0, 1.02],
            [8.0, 1.0]
        ];
        let whitening = Whitening::fit(rows.view(), &[0, 0, 0, 1, 1, 1]);
        let out = whitening.apply(rows.view());
        let far = |a: usize, b: usize| -> f64 {
            let offset = &out.row(a) - &out.row(b);
            let squares = offset.iter().map(|d| d * d);
            squares.sum::<f64>().sqrt()
        };
        // 8 units within a class are less than 1 unit between classes.
        assert!(far(0, 2) < far(0, 3), "{} {}", far(0, 2), far(0, 3));
    }
}
