//! What a model is worth on what it has not seen, and conformal intervals.

use super::super::blocks::N_INNER_FOLDS;
use super::super::regress::{Candidate, Residual};
use super::COVERAGE;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a model is worth on batteries and states of charge it has not seen, by grouped
/// cross-validation on its own records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// The regressor chosen for questions inside the measured range.
    pub regressor: String,
    /// Its mean absolute percentage error, %.
    pub mape: f64,
    /// Always answering the mean, %.
    pub constant: f64,
    /// Share of left-out labels inside their 90 % interval, the interval taken from the other
    /// folds of batteries.
    pub coverage: f64,
    /// Every regressor judged, the constant first.
    pub candidates: Vec<Candidate>,
    /// (label, estimate, half-width) of left-out records: the parity plot.
    pub parity: Vec<(f64, f64, f64)>,
}

impl Quality {
    /// From residuals of rows left out. Each fold's coverage is judged with the quantile of the
    /// other folds, and each row once (its first block).
    pub(super) fn of(
        residuals: &[Residual],
        candidates: Vec<Candidate>,
        targets: &[f64],
        folds: &[usize],
    ) -> Self {
        let fold_of = |r: &Residual| folds.get(r.row).copied().unwrap_or(0);
        let widths: Vec<f64> = (0..N_INNER_FOLDS)
            .map(|fold| {
                let others = residuals.iter().filter(|r| fold_of(r) != fold);
                conformal_quantile(others.map(|r| r.residual.abs()).collect(), COVERAGE)
            })
            .collect();
        let (mut n_covered, mut errors, mut parity) = (0_usize, 0.0, Vec::new());
        let mut seen = BTreeSet::new();
        for residual in residuals {
            let width = widths.get(fold_of(residual)).copied().unwrap_or(0.0);
            n_covered += usize::from(residual.residual.abs() <= width);
            if let Some(&target) = targets.get(residual.row) {
                errors += (residual.residual / target).abs();
                if seen.insert(residual.row) {
                    parity.push((target, target - residual.residual, width));
                }
            }
        }
        let n = residuals.len().max(1) as f64;
        Self {
            regressor: String::new(),
            mape: 100.0 * errors / n,
            constant: candidates.first().map_or(0.0, |constant| constant.mape),
            coverage: n_covered as f64 / n,
            candidates,
            parity,
        }
    }
}

/// The ⌈coverage·(n + 1)⌉-th smallest error: an interval of this half-width covers a new value
/// with at least that probability if errors are exchangeable (Lei et al. 2018).
pub fn conformal_quantile(mut errors: Vec<f64>, coverage: f64) -> f64 {
    crate::order::sort_numbers(&mut errors);
    let rank = libm::ceil(coverage * (errors.len() + 1) as f64) as usize;
    errors
        .get(rank.clamp(1, errors.len().max(1)) - 1)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conformal_quantile_is_the_ranked_error() {
        let errors: Vec<f64> = (1..=19).rev().map(f64::from).collect();
        // ⌈0.9 · 20⌉ = 18th smallest.
        assert_eq!(conformal_quantile(errors, 0.9), 18.0);
        assert_eq!(conformal_quantile(vec![2.0, 1.0], 0.9), 2.0);
        assert_eq!(conformal_quantile(Vec::new(), 0.9), 0.0);
    }
}
