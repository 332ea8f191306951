//! Kernel ridge regression. Ridge and quadratic ridge are kernel ridge with other kernels, so that
//! all of them are chosen among in closed form ([`super::trials`]).

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
    /// exp(−γ‖a − b‖²) + share · (1 + a·b): a plane, and what bends away from it.
    GaussianLinear {
        /// Inverse squared width of the Gaussian.
        gamma: f64,
        /// Weight of the plane.
        share: f64,
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
            Self::GaussianLinear { gamma, share } => {
                libm::exp(-gamma * squared_distance(a, b)) + share * (1.0 + dot(a, b))
            }
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
            Self::Gaussian { .. } | Self::GaussianLinear { .. } => "kernel ridge",
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

/// A fitted kernel ridge regression, or the mean of several on the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KernelRidge {
    pub(super) scaler: Scaler,
    pub(super) mean: f64,
    pub(super) rows: Vec<f64>,
    pub(super) members: Vec<Member>,
}

/// One kernel with a weight for each training row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub params: KernelParams,
    pub weights: Vec<f64>,
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
        let weights = factor.solve(&problem.centred);
        Some(problem.finish(vec![Member { params, weights }]))
    }

    /// Estimates for row-major rows.
    pub fn predict(&self, rows: &[f64]) -> Vec<f64> {
        let p = self.scaler.len().max(1);
        let mut rows = rows.to_vec();
        self.scaler.apply(&mut rows);
        rows.chunks_exact(p)
            .map(|row| {
                let of = |member: &Member| -> f64 {
                    let kernel = self.rows.chunks_exact(p).zip(&member.weights);
                    kernel
                        .map(|(own, weight)| weight * member.params.kernel.value(row, own))
                        .sum()
                };
                let sum: f64 = self.members.iter().map(of).sum();
                self.mean + sum / self.members.len().max(1) as f64
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

    /// The parameters of its members, the best first.
    pub fn params(&self) -> Vec<KernelParams> {
        self.members.iter().map(|member| member.params).collect()
    }

    /// Its name: that of its kernel, or of a mean.
    pub fn regressor(&self) -> &'static str {
        match self.members.as_slice() {
            [only] => only.params.kernel.regressor(),
            _ => "kernel mean",
        }
    }
}

/// Scaled rows and their distances, shared by all grid points.
pub(super) struct Problem {
    scaler: Scaler,
    rows: Vec<f64>,
    mean: f64,
    /// Targets less their mean.
    pub centred: Vec<f64>,
}

impl Problem {
    pub fn new(rows: &[f64], n_columns: usize, targets: &[f64]) -> Option<Self> {
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
    pub fn matrix(&self, params: KernelParams) -> Vec<f64> {
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

    pub fn finish(&self, members: Vec<Member>) -> KernelRidge {
        KernelRidge {
            scaler: self.scaler.clone(),
            mean: self.mean,
            rows: self.rows.clone(),
            members,
        }
    }
}

pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
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
pub(super) mod tests {
    use super::*;

    /// Two columns, a smooth target and some unevenness, 30 rows.
    pub(in super::super) fn rows() -> (Vec<f64>, Vec<f64>) {
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
