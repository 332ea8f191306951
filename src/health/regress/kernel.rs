//! Kernel ridge regression, and its residuals on rows left out. Ridge and quadratic ridge are
//! kernel ridge with other kernels, so that all three are chosen among in closed form.

use super::linear::{dot, Cholesky};
use super::view::Scaler;
use serde::{Deserialize, Serialize};

/// How alike two rows of standardised columns are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// exp(−γ‖a − b‖²): kernel ridge proper.
    Gaussian {
        /// Inverse squared width.
        gamma: f64,
    },
    /// 1 + a·b: ridge on the columns.
    Linear,
    /// 1 + a·b + Σ_{i≤j} a_i a_j b_i b_j: ridge on the columns, their squares and products.
    Quadratic,
}

impl Kernel {
    /// Its value for two rows of one length.
    pub fn value(self, a: &[f64], b: &[f64]) -> f64 {
        match self {
            Self::Gaussian { gamma } => libm::exp(-gamma * squared_distance(a, b)),
            Self::Linear => 1.0 + dot(a, b),
            Self::Quadratic => {
                let squares: f64 = a.iter().zip(b).map(|(x, y)| x * x * y * y).sum();
                let product = dot(a, b);
                1.0 + product + 0.5 * (product * product + squares)
            }
        }
    }

    /// Name of the regressor it makes.
    pub fn regressor(self) -> &'static str {
        match self {
            Self::Gaussian { .. } => "kernel ridge",
            Self::Linear => "ridge",
            Self::Quadratic => "quadratic ridge",
        }
    }
}

/// Penalty and kernel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KernelParams {
    /// Penalty added to the diagonal of the kernel matrix.
    pub alpha: f64,
    /// Over standardised columns.
    pub kernel: Kernel,
}

impl KernelParams {
    /// A Gaussian kernel.
    pub fn gaussian(alpha: f64, gamma: f64) -> Self {
        Self {
            alpha,
            kernel: Kernel::Gaussian { gamma },
        }
    }
}

/// A fitted kernel ridge regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KernelRidge {
    params: KernelParams,
    scaler: Scaler,
    mean: f64,
    rows: Vec<f64>,
    weights: Vec<f64>,
}

/// Rows to take out together, and which of them to measure on: a battery, or a battery and a
/// whole state of charge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// Rows taken out, ascending.
    pub out: Vec<usize>,
    /// Rows measured; a subset of `out`, ascending.
    pub test: Vec<usize>,
}

impl KernelRidge {
    /// Fits targets to row-major rows of `n_columns`. `None` if the kernel matrix has no factor
    /// or there are no rows.
    pub fn fit(
        rows: &[f64],
        n_columns: usize,
        targets: &[f64],
        params: KernelParams,
    ) -> Option<Self> {
        let problem = Problem::new(rows, n_columns, targets)?;
        let factor = Cholesky::new(problem.matrix(params), targets.len())?;
        Some(problem.finish(params, factor.solve(&problem.centred)))
    }

    /// Estimates for row-major rows.
    pub fn predict(&self, rows: &[f64]) -> Vec<f64> {
        let p = self.scaler.len().max(1);
        let mut rows = rows.to_vec();
        self.scaler.apply(&mut rows);
        rows.chunks_exact(p)
            .map(|row| {
                let kernel = self.rows.chunks_exact(p).zip(&self.weights);
                let sum: f64 = kernel
                    .map(|(own, weight)| weight * self.params.kernel.value(row, own))
                    .sum();
                self.mean + sum
            })
            .collect()
    }

    /// Distance from one row to the nearest training row, in standardised columns.
    pub fn nearest(&self, row: &[f64]) -> f64 {
        let mut row = row.to_vec();
        self.scaler.apply(&mut row);
        self.nearest_where(&row, |_| true)
    }

    /// Distance from one of its training rows to the nearest admitted one.
    pub fn nearest_of(&self, row: usize, admit: impl Fn(usize) -> bool) -> f64 {
        let p = self.scaler.len().max(1);
        let own = self.rows.get(row * p..(row + 1) * p).unwrap_or_default();
        self.nearest_where(own, |i| i != row && admit(i))
    }

    /// For each training row the distance to the nearest one of another group; rows without any
    /// are left out.
    pub fn nearest_of_others<G: PartialEq>(&self, groups: &[G]) -> Vec<f64> {
        let p = self.scaler.len().max(1);
        let rows = self.rows.chunks_exact(p).zip(groups);
        rows.map(|(row, group)| self.nearest_where(row, |i| groups.get(i) != Some(group)))
            .filter(|distance| distance.is_finite())
            .collect()
    }

    fn nearest_where(&self, row: &[f64], admit: impl Fn(usize) -> bool) -> f64 {
        let own = self.rows.chunks_exact(self.scaler.len().max(1)).enumerate();
        own.filter(|(i, _)| admit(*i))
            .map(|(_, own)| squared_distance(row, own))
            .fold(f64::INFINITY, f64::min)
            .sqrt()
    }

    /// The parameters it was fitted with.
    pub fn params(&self) -> KernelParams {
        self.params
    }
}

/// The parameters of a grid with the least mean absolute error over blocks left out,
/// with the fitted model and the residuals (target minus estimate) of every measured row.
///
/// A block's residuals come in closed form from one factorisation: with C = (K + αI)⁻¹ and
/// a = C y, the residuals of block B left out are (C_BB)⁻¹ a_B. (Scaling and centring use all
/// rows.) `None` if no grid point has a factor.
pub fn choose(
    rows: &[f64],
    n_columns: usize,
    targets: &[f64],
    blocks: &[Block],
    grid: &[KernelParams],
) -> Option<Chosen> {
    let problem = Problem::new(rows, n_columns, targets)?;
    let n = targets.len();
    let mut best: Option<Chosen> = None;
    for &params in grid {
        let Some(factor) = Cholesky::new(problem.matrix(params), n) else {
            continue;
        };
        let inverse = factor.inverse();
        let weights = factor.solve(&problem.centred);
        let mut residuals = Vec::new();
        for block in blocks {
            let m = block.out.len();
            let mut inside = Vec::with_capacity(m * m);
            for &i in &block.out {
                inside.extend(block.out.iter().map(|&j| inverse[i * n + j]));
            }
            let own: Vec<f64> = block.out.iter().map(|&i| weights[i]).collect();
            let Some(block_factor) = Cholesky::new(inside, m) else {
                continue;
            };
            let all = block_factor.solve(&own);
            let measured = block.out.iter().zip(all);
            residuals.extend(
                measured
                    .filter(|(row, _)| block.test.binary_search(row).is_ok())
                    .map(|(&row, residual)| Residual { row, residual }),
            );
        }
        if residuals.is_empty() {
            continue;
        }
        let score =
            residuals.iter().map(|r| r.residual.abs()).sum::<f64>() / residuals.len() as f64;
        if best.as_ref().is_none_or(|best| score < best.score) {
            best = Some(Chosen {
                model: problem.finish(params, weights),
                score,
                residuals,
            });
        }
    }
    best
}

/// The outcome of [`choose`].
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Fitted on all rows.
    pub model: KernelRidge,
    /// Mean absolute error over the measured rows.
    pub score: f64,
    /// Residuals of the measured rows; a row can be measured in several blocks.
    pub residuals: Vec<Residual>,
}

/// What was off on one row that was left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Row index.
    pub row: usize,
    /// Target minus estimate.
    pub residual: f64,
}

/// Scaled rows and their distances, shared by all grid points.
struct Problem {
    scaler: Scaler,
    rows: Vec<f64>,
    mean: f64,
    centred: Vec<f64>,
}

impl Problem {
    fn new(rows: &[f64], n_columns: usize, targets: &[f64]) -> Option<Self> {
        let n = targets.len();
        if n == 0 || n_columns == 0 || rows.len() != n * n_columns {
            return None;
        }
        let scaler = Scaler::fit(rows, n_columns);
        let mut rows = rows.to_vec();
        scaler.apply(&mut rows);
        let mean = targets.iter().sum::<f64>() / n as f64;
        Some(Self {
            scaler,
            rows,
            mean,
            centred: targets.iter().map(|target| target - mean).collect(),
        })
    }

    /// K + αI, lower triangle.
    fn matrix(&self, params: KernelParams) -> Vec<f64> {
        let (n, p) = (self.centred.len(), self.scaler.len().max(1));
        let mut matrix = vec![0.0; n * n];
        for (i, a) in self.rows.chunks_exact(p).enumerate() {
            for (j, b) in self.rows.chunks_exact(p).enumerate().take(i + 1) {
                matrix[i * n + j] = params.kernel.value(a, b);
            }
            matrix[i * n + i] += params.alpha;
        }
        matrix
    }

    fn finish(&self, params: KernelParams, weights: Vec<f64>) -> KernelRidge {
        KernelRidge {
            params,
            scaler: self.scaler.clone(),
            mean: self.mean,
            rows: self.rows.clone(),
            weights,
        }
    }
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    // ‖a‖² + ‖b‖² − 2ab would lose digits for near rows.
    let mut difference = [0.0; 32];
    if a.len() > difference.len() {
        return a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
    }
    for ((to, x), y) in difference.iter_mut().zip(a).zip(b) {
        *to = x - y;
    }
    let difference = &difference[..a.len()];
    dot(difference, difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two columns, a smooth target and some unevenness, 30 rows.
    fn rows() -> (Vec<f64>, Vec<f64>) {
        let mut rows = Vec::new();
        let mut targets = Vec::new();
        for i in 0..30_u32 {
            let (a, b) = (f64::from(i % 6), f64::from(i / 6));
            rows.extend([a, b]);
            targets.push(1.0 + 0.1 * a - 0.05 * b * b + 0.01 * f64::from(i * 7 % 5));
        }
        (rows, targets)
    }

    #[test]
    fn block_residuals_equal_refits_without_the_block() {
        let (rows, targets) = rows();
        let params = KernelParams::gaussian(0.1, 0.5);
        let out: Vec<usize> = vec![3, 4, 10, 17];
        let chosen = choose(
            &rows,
            2,
            &targets,
            &[Block {
                out: out.clone(),
                test: vec![4, 17],
            }],
            &[params],
        )
        .unwrap();
        assert_eq!(chosen.residuals.len(), 2);
        // Refit with the same scaling and mean: subset the scaled problem by hand.
        let full = KernelRidge::fit(&rows, 2, &targets, params).unwrap();
        let keep: Vec<usize> = (0..30).filter(|i| !out.contains(i)).collect();
        let scaled: Vec<f64> = keep
            .iter()
            .flat_map(|&i| full.rows[2 * i..2 * i + 2].to_vec())
            .collect();
        let m = keep.len();
        let mut matrix = vec![0.0; m * m];
        for i in 0..m {
            for j in 0..m {
                let d = squared_distance(&scaled[2 * i..2 * i + 2], &scaled[2 * j..2 * j + 2]);
                matrix[i * m + j] = libm::exp(-0.5 * d);
            }
            matrix[i * m + i] += params.alpha;
        }
        let y: Vec<f64> = keep.iter().map(|&i| targets[i] - full.mean).collect();
        let refit = KernelRidge {
            rows: scaled,
            weights: Cholesky::new(matrix, m).unwrap().solve(&y),
            ..full
        };
        for residual in &chosen.residuals {
            let i = residual.row;
            let estimate = refit.predict(&rows[2 * i..2 * i + 2])[0];
            assert!((targets[i] - estimate - residual.residual).abs() < 1e-10);
        }
    }

    #[test]
    fn linear_and_quadratic_kernels_are_ridge_on_columns_and_products() {
        let (rows, targets) = rows();
        for (kernel, quadratic) in [(Kernel::Linear, false), (Kernel::Quadratic, true)] {
            let params = KernelParams {
                alpha: 1e-6,
                kernel,
            };
            let dual = KernelRidge::fit(&rows, 2, &targets, params).unwrap();
            let primal = super::super::Ridge::fit(&rows, 2, &targets, 1e-6, quadratic).unwrap();
            for (a, b) in dual.predict(&rows).iter().zip(primal.predict(&rows)) {
                assert!((a - b).abs() < 1e-5, "{kernel:?} {a} {b}");
            }
        }
    }

    #[test]
    fn no_rows_no_model() {
        let params = KernelParams::gaussian(0.1, 0.5);
        assert!(KernelRidge::fit(&[], 2, &[], params).is_none());
        assert!(KernelRidge::fit(&[1.0], 2, &[1.0], params).is_none());
    }
}
