//! Ridge regression on standardised columns, with or without their products.

use super::linear::Cholesky;
use super::view::Scaler;
use serde::{Deserialize, Serialize};

/// A fitted ridge regression; the intercept is not penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ridge {
    scaler: Scaler,
    quadratic: bool,
    column_means: Vec<f64>,
    mean: f64,
    weights: Vec<f64>,
}

impl Ridge {
    /// Fits targets to row-major rows of `n_columns`: minimises ‖y − Xw − b‖² + α‖w‖².
    /// `quadratic` adds squares and products of the standardised columns. `None` if there are no
    /// rows or the system has no factor.
    pub fn fit(
        rows: &[f64],
        n_columns: usize,
        targets: &[f64],
        alpha: f64,
        quadratic: bool,
    ) -> Option<Self> {
        let n = targets.len();
        if n == 0 || n_columns == 0 || rows.len() != n * n_columns {
            return None;
        }
        let scaler = Scaler::fit(rows, n_columns);
        let mut scaled = rows.to_vec();
        scaler.apply(&mut scaled);
        let mut columns: Vec<f64> = Vec::new();
        for row in scaled.chunks_exact(n_columns) {
            expand(row, quadratic, &mut columns);
        }
        let p = columns.len() / n;
        let mut column_means = vec![0.0; p];
        for row in columns.chunks_exact(p) {
            for (mean, value) in column_means.iter_mut().zip(row) {
                *mean += value / n as f64;
            }
        }
        for row in columns.chunks_exact_mut(p) {
            for (value, mean) in row.iter_mut().zip(&column_means) {
                *value -= mean;
            }
        }
        let mean = targets.iter().sum::<f64>() / n as f64;
        let mut normal = vec![0.0; p * p];
        let mut right = vec![0.0; p];
        for (row, target) in columns.chunks_exact(p).zip(targets) {
            for (i, &x) in row.iter().enumerate() {
                right[i] += x * (target - mean);
                for (to, y) in normal[i * p..=i * p + i].iter_mut().zip(row) {
                    *to += x * y;
                }
            }
        }
        for i in 0..p {
            normal[i * p + i] += alpha;
        }
        let weights = Cholesky::new(normal, p)?.solve(&right);
        Some(Self {
            scaler,
            quadratic,
            column_means,
            mean,
            weights,
        })
    }

    /// Estimates for row-major rows.
    pub fn predict(&self, rows: &[f64]) -> Vec<f64> {
        let mut rows = rows.to_vec();
        self.scaler.apply(&mut rows);
        let mut expanded = Vec::with_capacity(self.weights.len());
        rows.chunks_exact(self.scaler.len().max(1))
            .map(|row| {
                expanded.clear();
                expand(row, self.quadratic, &mut expanded);
                let terms = expanded.iter().zip(&self.column_means).zip(&self.weights);
                self.mean + terms.map(|((x, mean), w)| (x - mean) * w).sum::<f64>()
            })
            .collect()
    }
}

fn expand(row: &[f64], quadratic: bool, to: &mut Vec<f64>) {
    to.extend_from_slice(row);
    if quadratic {
        for (i, x) in row.iter().enumerate() {
            to.extend(row.iter().skip(i).map(|y| x * y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_and_shrunk() {
        let rows: Vec<f64> = (0..10).map(f64::from).collect();
        let targets: Vec<f64> = rows.iter().map(|x| 2.0 * x + 1.0).collect();
        let exact = Ridge::fit(&rows, 1, &targets, 1e-9, false).unwrap();
        assert!((exact.predict(&[20.0])[0] - 41.0).abs() < 1e-6);
        // α = n halves a standardised slope: (Σz² = n) / (n + α).
        let half = Ridge::fit(&rows, 1, &targets, 10.0, false).unwrap();
        assert!((half.predict(&[9.5])[0] - (10.0 + 5.0)).abs() < 1e-12);
    }

    #[test]
    fn products_are_seen_when_quadratic() {
        let rows: Vec<f64> = (0..25)
            .flat_map(|i| [f64::from(i % 5), f64::from(i / 5)])
            .collect();
        let targets: Vec<f64> = rows.chunks(2).map(|r| r[0] * r[1] - r[0] * r[0]).collect();
        let model = Ridge::fit(&rows, 2, &targets, 1e-9, true).unwrap();
        assert!((model.predict(&[6.0, 7.0])[0] - 6.0).abs() < 1e-5);
    }
}
