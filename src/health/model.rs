//! A state-of-health model of one type of battery: fitted on a collaborator's own labelled
//! records, it answers inside and outside the range it was measured in with different care.

use super::blocks::{
    battery_folds, inside_blocks, outside_blocks, soc_level, whole_folds, N_INNER_FOLDS,
};
use super::regress::{
    choose, ridges, select, Block, Candidate, Chosen, KernelParams, KernelRidge, Residual, Shape,
    TreeKind, Trees, View,
};
use super::{HealthError, PulseRecord, N_TURNING_POINTS};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Batteries a model needs.
pub const MIN_BATTERIES: usize = 5;
/// Share of true values that an interval is meant to cover.
pub const COVERAGE: f64 = 0.9;
/// Format name and version of a model file.
pub const FORMAT: &str = "voltvote-health/2";

/// Added to the distance beyond the measured states of charge before errors are scaled by it:
/// what a small step outside costs, as a fraction of charge.
const NEAR_SOC: f64 = 0.10;
/// The same where SOC is unknown and the distance is how far a question lies beyond the familiar
/// ones, in multiples of their edge.
const NEAR_EDGES: f64 = 0.5;
/// Beyond so many edges errors grow no further, because the estimate has fallen back to the mean.
const FAR_EDGES: f64 = 1.0;
/// Without SOC nobody knows how far outside a question lies in truth, so that its interval takes a
/// higher quantile of the errors seen outside.
const COVERAGE_UNKNOWN_DISTANCE: f64 = 0.95;

/// Grid inside the measured range. The smallest penalties serve cleanly spaced SOC levels.
const INSIDE: ([f64; 4], [f64; 3]) = ([0.001, 0.01, 0.1, 1.0], [0.001, 0.003, 0.01]);
/// Grid outside the measured range: strong penalties and narrow kernels only, so that an estimate
/// falls back to the mean with distance instead of following a slope into nowhere. Without this
/// floor the choice is made on the nearest levels and fails on far ones (PulseBat, cases 4-7).
const OUTSIDE: ([f64; 3], [f64; 2]) = ([0.1, 0.3, 1.0], [0.01, 0.03]);
/// The same where SOC is unknown.
const OUTSIDE_UNKNOWN: ([f64; 2], [f64; 2]) = ([0.3, 1.0], [0.02, 0.03]);

/// Without SOC a question is outside where its rest voltage is, or where it lies farther from all
/// own rows than this share of the own rows lies from those of other batteries.
const FAMILIAR: f64 = 0.9;
/// How the state of charge enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SocUse {
    /// Given with every record.
    Known,
    /// Not used at all.
    Unknown,
    /// Estimated from the pulses by a model of its own, then used as if known.
    Estimated,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthModel {
    format: String,
    class: String,
    soc_use: SocUse,
    n_batteries: usize,
    n_records: usize,
    /// Measured states of charge, per cent; none where unlabelled.
    soc_range: Option<(i64, i64)>,
    /// Measured rest voltages, V.
    rest_range_v: (f64, f64),
    /// Farthest familiar distance, in the standardised columns of the inside part.
    edge: f64,
    mean_soh: f64,
    quality: Quality,
    inside: Part,
    outside: Part,
    soc: Option<KernelRidge>,
}

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

/// A regressor and the half-width of its interval: `near + beyond · distance`, where distance is
/// how far the question lies outside: a fraction of charge, or multiples of the familiar edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    view: View,
    model: KernelRidge,
    /// Trees that were better than any kernel.
    trees: Option<Trees>,
    near: f64,
    beyond: f64,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// State of health, fraction of nominal capacity.
    pub soh: f64,
    /// Half-width of the 90 % interval.
    pub half_width: f64,
    /// Whether the question lies outside the measured range.
    pub outside: bool,
}

impl HealthModel {
    /// Fits a model to labelled records of one type.
    ///
    /// The regressor and its settings are chosen by grouped cross-validation (ridge, quadratic
    /// ridge, kernel ridge, gradient boosting, forest; outside the measured range kernels only,
    /// which fall back to the mean with distance); the intervals are the
    /// [`COVERAGE`] quantiles of the same left-out residuals (conformal, with whole batteries and
    /// states of charge left out, so that they hold for unseen ones).
    ///
    /// # Errors
    /// [`HealthError::NoLabels`], [`HealthError::MixedTypes`], [`HealthError::TooFewBatteries`],
    /// [`HealthError::WrongWidth`], or [`HealthError::Degenerate`] if no grid point has a
    /// solution.
    pub fn fit(records: &[PulseRecord], soc_use: SocUse, seed: u64) -> Result<Self, HealthError> {
        let mut records: Vec<PulseRecord> = records
            .iter()
            .filter(|record| record.soh.is_some())
            .filter(|record| soc_use == SocUse::Unknown || record.soc.is_some())
            .cloned()
            .collect();
        let class = check(&records)?;
        let targets: Vec<f64> = records.iter().filter_map(|record| record.soh).collect();
        let folds = battery_folds(&records, N_INNER_FOLDS, seed);
        let levels: Vec<i64> = records.iter().filter_map(soc_level).collect();
        let soc_range = levels
            .iter()
            .min()
            .copied()
            .zip(levels.iter().max().copied());
        let inside_blocks = inside_blocks(&records, &folds);
        let outside_blocks = outside_blocks(&records, &folds);
        let mut soc_model = None;
        if soc_use == SocUse::Estimated {
            let chosen = fit_soc(&records, &folds)?;
            // Training sees what answering will see: SOC estimated without the battery itself.
            let mut estimated = records.clone();
            for Residual { row, residual } in &chosen.residuals {
                if let Some(soc) = estimated.get_mut(*row).and_then(|r| r.soc.as_mut()) {
                    *soc -= residual;
                }
            }
            records = estimated;
            soc_model = Some(chosen.model);
        }
        let knows_soc = soc_use != SocUse::Unknown;
        let inside_view = View {
            shape: Shape::Steps,
            rest: true,
            soc: knows_soc,
        };
        let rows = inside_view.rows(&records);
        let mut grids = ridges().to_vec();
        grids.push(grid(&INSIDE.0, &INSIDE.1));
        let selected = select(
            &rows,
            inside_view.len(),
            &targets,
            &inside_blocks,
            &grids,
            &TreeKind::ALL,
            seed,
        )
        .ok_or(HealthError::Degenerate)?;
        let errors = || selected.residuals.iter().map(|r| r.residual.abs());
        let quality = Quality::of(&selected.residuals, selected.candidates, &targets, &folds);
        let inside = Part {
            view: inside_view,
            near: conformal_quantile(errors().collect(), COVERAGE),
            beyond: 0.0,
            model: selected.kernel.model,
            trees: selected.trees,
        };
        let quality = Quality {
            regressor: inside.regressor().into(),
            ..quality
        };
        let batteries: Vec<&str> = records.iter().map(|r| r.battery.as_str()).collect();
        let edge = conformal_quantile(inside.model.nearest_of_others(&batteries), FAMILIAR);
        let outside_view = if knows_soc {
            inside.view
        } else {
            // Without SOC the rest voltage stands for it, and misleads outside.
            View {
                shape: Shape::FromRest,
                rest: false,
                soc: false,
            }
        };
        let (mut blocks, kept): (Vec<Block>, Vec<(i64, i64)>) = outside_blocks.into_iter().unzip();
        if blocks.is_empty() {
            // One state of charge, or none known: only whole batteries can be left out.
            blocks = whole_folds(&folds);
        }
        let mut distances = Vec::new();
        for (i, block) in blocks.iter().enumerate() {
            for &row in &block.test {
                let level = records.get(row).and_then(soc_level);
                distances.push(match (knows_soc, level.zip(kept.get(i))) {
                    (true, Some((level, (low, high)))) => {
                        (low - level).max(level - high).max(0) as f64 / 100.0
                    }
                    (true, None) => 0.0,
                    (false, _) => {
                        let is_kept = |i: usize| block.out.binary_search(&i).is_err();
                        edges_beyond(inside.model.nearest_of(row, is_kept), edge)
                    }
                });
            }
        }
        let outside = Part::outside(
            &records,
            &targets,
            outside_view,
            &blocks,
            knows_soc,
            &distances,
        )?;
        let rest = |record: &PulseRecord| record.voltages_v.first().copied().unwrap_or(0.0);
        let rests = records.iter().map(rest);
        Ok(Self {
            format: FORMAT.into(),
            class,
            soc_use,
            n_batteries: n_batteries(&records),
            n_records: records.len(),
            soc_range,
            rest_range_v: (
                rests.clone().fold(f64::INFINITY, f64::min),
                rests.fold(f64::NEG_INFINITY, f64::max),
            ),
            edge,
            mean_soh: targets.iter().sum::<f64>() / targets.len().max(1) as f64,
            quality,
            inside,
            outside,
            soc: soc_model,
        })
    }

    /// Estimates the state of health of a record; its own SOC is used if the model knows SOC.
    ///
    /// # Errors
    /// [`HealthError::WrongWidth`] for too few turning points, [`HealthError::NoSoc`] without the
    /// SOC that the model needs.
    pub fn estimate(&self, record: &PulseRecord) -> Result<Estimate, HealthError> {
        check_width(record)?;
        let soc = match (&self.soc, self.soc_use) {
            (Some(model), SocUse::Estimated) => {
                let mut row = Vec::new();
                SOC_VIEW.append(&record.voltages_v, 0.0, &mut row);
                model.predict(&row).first().copied()
            }
            (_, SocUse::Known) => Some(record.soc.ok_or(HealthError::NoSoc)?),
            _ => None,
        };
        let rest_v = record.voltages_v.first().copied().unwrap_or(0.0);
        let (outside, beyond) = match (soc, self.soc_range) {
            (Some(soc), Some((low, high))) => {
                let level = libm::round(soc * 100.0) / 100.0;
                let beyond = (low as f64 / 100.0 - level).max(level - high as f64 / 100.0);
                (beyond > 0.0, beyond.max(0.0))
            }
            _ => {
                let mut row = Vec::new();
                self.inside.view.append(&record.voltages_v, 0.0, &mut row);
                let (low, high) = self.rest_range_v;
                let nearest = self.inside.model.nearest(&row);
                let familiar = (low..=high).contains(&rest_v) && nearest <= self.edge;
                (!familiar, edges_beyond(nearest, self.edge))
            }
        };
        let part = if outside { &self.outside } else { &self.inside };
        let mut row = Vec::new();
        part.view
            .append(&record.voltages_v, soc.unwrap_or(0.0), &mut row);
        let soh = part.predict(&row).unwrap_or(self.mean_soh);
        let beyond = if outside { beyond } else { 0.0 };
        Ok(Estimate {
            soh,
            half_width: part.near + part.beyond * beyond,
            outside,
        })
    }

    /// The type it was fitted on, such as `NMC2.1`.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// How the state of charge enters.
    pub fn soc_use(&self) -> SocUse {
        self.soc_use
    }

    /// Physical batteries it was fitted on.
    pub fn n_batteries(&self) -> usize {
        self.n_batteries
    }

    /// Records it was fitted on.
    pub fn n_records(&self) -> usize {
        self.n_records
    }

    /// Lowest and highest measured state of charge, per cent.
    pub fn soc_range(&self) -> Option<(i64, i64)> {
        self.soc_range
    }

    /// Mean of the labels: the constant predictor.
    pub fn mean_soh(&self) -> f64 {
        self.mean_soh
    }

    /// Penalties and kernel widths chosen, inside and outside the measured range.
    pub fn chosen(&self) -> [KernelParams; 2] {
        [self.inside.model.params(), self.outside.model.params()]
    }

    /// What it is worth on batteries it has not seen.
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// The model file: canonical JSON.
    ///
    /// # Errors
    /// [`HealthError::BadModel`] if a number is not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HealthError> {
        crate::canonical::to_bytes(self).map_err(|_| HealthError::BadModel)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`HealthError::BadModel`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HealthError> {
        let model: Self = serde_json::from_slice(bytes).map_err(|_| HealthError::BadModel)?;
        if model.format != FORMAT {
            return Err(HealthError::BadModel);
        }
        Ok(model)
    }
}

/// What the SOC model sees.
const SOC_VIEW: View = View {
    shape: Shape::Steps,
    rest: true,
    soc: false,
};

fn fit_soc(records: &[PulseRecord], folds: &[usize]) -> Result<Chosen, HealthError> {
    let targets: Vec<f64> = records.iter().map(|r| r.soc.unwrap_or(0.0)).collect();
    choose(
        &SOC_VIEW.rows(records),
        SOC_VIEW.len(),
        &targets,
        &whole_folds(folds),
        &grid(&INSIDE.0, &INSIDE.1),
    )
    .ok_or(HealthError::Degenerate)
}

/// How far beyond the familiar distance, in multiples of it, at most [`FAR_EDGES`].
fn edges_beyond(nearest: f64, edge: f64) -> f64 {
    if nearest.is_finite() {
        (nearest / edge.max(1e-9) - 1.0).clamp(0.0, FAR_EDGES)
    } else {
        0.0
    }
}

impl Quality {
    /// From residuals of rows left out. Each fold's coverage is judged with the quantile of the
    /// other folds, and each row once (its first block).
    fn of(
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

impl Part {
    /// The part that answers outside the measured range: kernels only, with errors scaled by
    /// the `distances` of the measured rows, in the blocks' order.
    fn outside(
        records: &[PulseRecord],
        targets: &[f64],
        view: View,
        blocks: &[Block],
        knows_soc: bool,
        distances: &[f64],
    ) -> Result<Self, HealthError> {
        let (grid, near, coverage) = if knows_soc {
            (grid(&OUTSIDE.0, &OUTSIDE.1), NEAR_SOC, COVERAGE)
        } else {
            let grid = grid(&OUTSIDE_UNKNOWN.0, &OUTSIDE_UNKNOWN.1);
            (grid, NEAR_EDGES, COVERAGE_UNKNOWN_DISTANCE)
        };
        let chosen = choose(&view.rows(records), view.len(), targets, blocks, &grid)
            .ok_or(HealthError::Degenerate)?;
        let residuals = chosen.residuals.iter().map(|r| r.residual.abs());
        let scaled = residuals.zip(distances).map(|(r, d)| r / (d + near));
        let quantile = conformal_quantile(scaled.collect(), coverage);
        Ok(Self {
            view,
            model: chosen.model,
            trees: None,
            near: quantile * near,
            beyond: quantile,
        })
    }

    fn predict(&self, row: &[f64]) -> Option<f64> {
        let estimates = match &self.trees {
            Some(trees) => trees.predict(row),
            None => self.model.predict(row),
        };
        estimates.first().copied()
    }

    fn regressor(&self) -> &'static str {
        match &self.trees {
            Some(trees) => trees.kind().regressor(),
            None => self.model.params().kernel.regressor(),
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

fn grid(alphas: &[f64], gammas: &[f64]) -> Vec<KernelParams> {
    let with = |&alpha: &f64| {
        gammas
            .iter()
            .map(move |&gamma| KernelParams::gaussian(alpha, gamma))
    };
    alphas.iter().flat_map(with).collect()
}

fn check(records: &[PulseRecord]) -> Result<String, HealthError> {
    let classes = crate::order::map(records.iter().map(|record| (record.class(), ())));
    let mut classes: Vec<String> = classes.into_keys().collect();
    if classes.len() > 1 {
        return Err(HealthError::MixedTypes { classes });
    }
    let class = classes.pop().ok_or(HealthError::NoLabels)?;
    let n_found = n_batteries(records);
    if n_found < MIN_BATTERIES {
        return Err(HealthError::TooFewBatteries {
            class,
            n_found,
            n_needed: MIN_BATTERIES,
        });
    }
    records.iter().try_for_each(check_width)?;
    Ok(class)
}

fn check_width(record: &PulseRecord) -> Result<(), HealthError> {
    if record.voltages_v.len() < N_TURNING_POINTS {
        return Err(HealthError::WrongWidth {
            wanted: N_TURNING_POINTS,
            found: record.voltages_v.len(),
        });
    }
    Ok(())
}

fn n_batteries(records: &[PulseRecord]) -> usize {
    let batteries = records.iter().map(|record| (record.battery.as_str(), ()));
    crate::order::map(batteries).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Batteries whose pulse height tells SOH: R rises as SOH falls, rest voltage with SOC.
    fn records(n_batteries: usize, levels: &[i64]) -> Vec<PulseRecord> {
        let mut records = Vec::new();
        for battery in 0..n_batteries {
            let soh = 0.7 + 0.25 * (battery * 7 % 11) as f64 / 11.0;
            for &level in levels {
                let soc = level as f64 / 100.0;
                let rest_v = 3.3 + 0.8 * soc;
                let voltages_v = (0..21)
                    .map(|i| {
                        let sign = if i % 8 < 4 { 1.0 } else { -1.0 };
                        rest_v + sign * f64::from(i) * (2.0 - soh) * 0.003
                    })
                    .collect();
                records.push(PulseRecord {
                    cell_id: format!("{battery}-{level}"),
                    battery: format!("{battery}"),
                    cathode: "NMC".into(),
                    nominal_ah: Some(2.0),
                    soc: Some(soc),
                    soh: Some(soh),
                    width_s: Some(5.0),
                    voltages_v,
                });
            }
        }
        records
    }

    #[test]
    fn health_is_learned_and_the_range_is_known() {
        let records = records(12, &[10, 20, 30, 40]);
        let (train, test) = records.split_at(40);
        for soc_use in [SocUse::Known, SocUse::Unknown, SocUse::Estimated] {
            let model = HealthModel::fit(train, soc_use, 1).unwrap();
            for record in test {
                let estimate = model.estimate(record).unwrap();
                let error = (estimate.soh - record.soh.unwrap()).abs();
                assert!(error < 0.02, "{soc_use:?} {error}");
                assert!(!estimate.outside);
            }
            let mut beyond = test[0].clone();
            beyond.soc = Some(0.9);
            for v in &mut beyond.voltages_v {
                *v += 0.5;
            }
            assert!(model.estimate(&beyond).unwrap().outside, "{soc_use:?}");
            let bytes = model.to_bytes().unwrap();
            assert_eq!(HealthModel::from_bytes(&bytes), Ok(model));
        }
    }

    #[test]
    fn too_little_or_mixed_data_is_said() {
        let few = records(4, &[10, 20]);
        assert!(matches!(
            HealthModel::fit(&few, SocUse::Known, 0),
            Err(HealthError::TooFewBatteries {
                n_found: 4,
                n_needed: 5,
                ..
            })
        ));
        let mut mixed = records(6, &[10, 20]);
        mixed[0].nominal_ah = Some(21.0);
        assert_eq!(
            HealthModel::fit(&mixed, SocUse::Known, 0),
            Err(HealthError::MixedTypes {
                classes: vec!["NMC2".into(), "NMC21".into()]
            })
        );
        let mut unlabelled = records(6, &[10, 20]);
        unlabelled.iter_mut().for_each(|record| record.soh = None);
        assert_eq!(
            HealthModel::fit(&unlabelled, SocUse::Known, 0),
            Err(HealthError::NoLabels)
        );
        let mut short = records(6, &[10]);
        short[3].voltages_v.pop();
        assert_eq!(
            HealthModel::fit(&short, SocUse::Unknown, 0),
            Err(HealthError::WrongWidth {
                wanted: 21,
                found: 20
            })
        );
    }

    #[test]
    fn conformal_quantile_is_the_ranked_error() {
        let errors: Vec<f64> = (1..=19).rev().map(f64::from).collect();
        // ⌈0.9 · 20⌉ = 18th smallest.
        assert_eq!(conformal_quantile(errors, 0.9), 18.0);
        assert_eq!(conformal_quantile(vec![2.0, 1.0], 0.9), 2.0);
        assert_eq!(conformal_quantile(Vec::new(), 0.9), 0.0);
    }
}
