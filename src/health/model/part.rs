//! A regressor with an interval: one answers inside the measured range, one outside.

use super::super::regress::{choose, Block, KernelParams, KernelRidge, Trees, View};
use super::super::{HealthError, PulseRecord};
use super::quality::conformal_quantile;
use super::COVERAGE;
use serde::{Deserialize, Serialize};

/// Added to the distance beyond the measured states of charge before errors are scaled by it:
/// what a small step outside costs, as a fraction of charge.
const NEAR_SOC: f64 = 0.10;
/// The same where SOC is unknown and the distance is how far a question lies beyond the familiar
/// ones, in multiples of their edge.
const NEAR_EDGES: f64 = 0.5;
/// Beyond so many edges errors grow no further, because the estimate has fallen back to the mean.
const FAR_EDGES: f64 = 1.0;

/// Grid outside the measured range: strong penalties and narrow kernels only, so that an estimate
/// falls back to the mean with distance instead of following a slope into nowhere. Without this
/// floor the choice is made on the nearest levels and fails on far ones (PulseBat, cases 4-7).
const OUTSIDE: ([f64; 3], [f64; 2]) = ([0.1, 0.3, 1.0], [0.01, 0.03]);
/// The same where SOC is unknown.
const OUTSIDE_UNKNOWN: ([f64; 2], [f64; 2]) = ([0.3, 1.0], [0.02, 0.03]);

/// A regressor and the half-width of its interval: `near + beyond · distance`, where distance is
/// how far the question lies outside: a fraction of charge, or multiples of the familiar edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) view: View,
    pub(super) model: KernelRidge,
    /// Trees that were better than any kernel.
    pub(super) trees: Option<Trees>,
    pub(super) near: f64,
    pub(super) beyond: f64,
}

impl Part {
    /// The part that answers outside the measured range: kernels only, with errors scaled by
    /// the `distances` of the measured rows, in the blocks' order.
    pub(super) fn outside(
        records: &[PulseRecord],
        targets: &[f64],
        view: View,
        blocks: &[Block],
        is_told: bool,
        distances: &[f64],
    ) -> Result<Self, HealthError> {
        let (grid, near) = if is_told {
            (grid(&OUTSIDE.0, &OUTSIDE.1), NEAR_SOC)
        } else {
            (grid(&OUTSIDE_UNKNOWN.0, &OUTSIDE_UNKNOWN.1), NEAR_EDGES)
        };
        let chosen = choose(&view.rows(records), view.len(), targets, blocks, &grid)
            .ok_or(HealthError::Degenerate)?;
        let residuals = chosen.residuals.iter().map(|r| r.residual.abs());
        let scaled = residuals.zip(distances).map(|(r, d)| r / (d + near));
        let quantile = conformal_quantile(scaled.collect(), COVERAGE);
        Ok(Self {
            view,
            model: chosen.model,
            trees: None,
            near: quantile * near,
            beyond: quantile,
        })
    }

    pub(super) fn predict(&self, row: &[f64]) -> Option<f64> {
        let estimates = match &self.trees {
            Some(trees) => trees.predict(row),
            None => self.model.predict(row),
        };
        estimates.first().copied()
    }

    pub(super) fn regressor(&self) -> &'static str {
        match &self.trees {
            Some(trees) => trees.kind().regressor(),
            None => self.model.regressor(),
        }
    }
}

/// How far beyond the familiar distance, in multiples of it, at most [`FAR_EDGES`].
pub(super) fn edges_beyond(nearest: f64, edge: f64) -> f64 {
    if nearest.is_finite() {
        (nearest / edge.max(1e-9) - 1.0).clamp(0.0, FAR_EDGES)
    } else {
        0.0
    }
}

pub(super) fn grid(alphas: &[f64], gammas: &[f64]) -> Vec<KernelParams> {
    let with = |&alpha: &f64| {
        gammas
            .iter()
            .map(move |&gamma| KernelParams::gaussian(alpha, gamma))
    };
    alphas.iter().flat_map(with).collect()
}
