//! Fitting: the state of charge first where it has to be estimated, then the part that answers
//! inside the measured range, then the one that answers outside.

use super::super::blocks::{
    battery_folds, inside_blocks, outside_blocks, soc_level, whole_folds, N_INNER_FOLDS,
};
use super::super::regress::{
    choose, ridges, select, Block, Kernel, KernelParams, KernelRidge, Residual, Shape, TreeKind,
    View,
};
use super::super::{HealthError, PulseRecord, N_TURNING_POINTS};
use super::part::{edges_beyond, grid, Part};
use super::quality::{conformal_quantile, Quality};
use super::{HealthModel, SocUse, COVERAGE, FORMAT, MIN_BATTERIES};

/// Grid inside the measured range. The smallest penalties serve cleanly spaced SOC levels.
const INSIDE: ([f64; 4], [f64; 3]) = ([0.001, 0.01, 0.1, 1.0], [0.001, 0.003, 0.01]);
/// Grid of a plane and what bends away from it, and the weight of the plane.
const INSIDE_PLANE: ([f64; 3], [f64; 3]) = ([0.001, 0.01, 0.1], [0.003, 0.01, 0.03]);
const PLANE_SHARE: f64 = 0.03;
/// Without SOC a question is outside where its rest voltage is, or where it lies farther from all
/// own rows than this share of the own rows lies from those of other batteries.
const FAMILIAR: f64 = 0.9;
/// What the SOC model sees.
pub(super) const SOC_VIEW: View = View {
    shape: Shape::Steps,
    rest: true,
    soc: false,
};

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
        let mut records = usable(records, soc_use)?;
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
        let mut outside_blocks = outside_blocks(&records, &folds);
        if outside_blocks.is_empty() {
            // One state of charge, or none known: only whole batteries can be left out.
            let whole = whole_folds(&folds).into_iter();
            outside_blocks = whole.map(|block| (block, (0, 100))).collect();
        }
        let soc = match soc_use {
            SocUse::Estimated => Some(estimate_soc(&mut records, &folds)?),
            _ => None,
        };
        let knows_soc = soc_use != SocUse::Unknown;
        let (inside, quality) =
            fit_inside(&records, &targets, &folds, &inside_blocks, knows_soc, seed)?;
        let batteries: Vec<&str> = records.iter().map(|r| r.battery.as_str()).collect();
        let edge = conformal_quantile(inside.model.nearest_of_others(&batteries), FAMILIAR);
        // A model of SOC is as lost outside as one of SOH: only a SOC that was told counts there.
        let is_told = soc_use == SocUse::Known;
        let distances = distances(&records, &outside_blocks, |row, block| {
            let is_kept = |i: usize| block.out.binary_search(&i).is_err();
            (!is_told).then(|| edges_beyond(inside.model.nearest_of(row, is_kept), edge))
        });
        let view = if is_told {
            inside.view
        } else {
            OUTSIDE_VIEW_UNKNOWN
        };
        let blocks: Vec<Block> = outside_blocks.into_iter().map(|(block, _)| block).collect();
        let outside = Part::outside(&records, &targets, view, &blocks, is_told, &distances)?;
        let rests = records.iter().filter_map(|r| r.voltages_v.first().copied());
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
            soc,
        })
    }
}

/// What the part outside sees where SOC was not told: the rest voltage stands for it, and misleads
/// there.
const OUTSIDE_VIEW_UNKNOWN: View = View {
    shape: Shape::FromRest,
    rest: false,
    soc: false,
};

/// Labelled records, with the state of charge where it is wanted.
fn usable(records: &[PulseRecord], soc_use: SocUse) -> Result<Vec<PulseRecord>, HealthError> {
    let labelled = || records.iter().filter(|record| record.soh.is_some());
    let usable: Vec<PulseRecord> = labelled()
        .filter(|record| soc_use == SocUse::Unknown || record.soc.is_some())
        .cloned()
        .collect();
    if usable.is_empty() && labelled().next().is_some() {
        return Err(HealthError::NoSoc);
    }
    Ok(usable)
}

/// Fits the model of SOC and replaces the records' own by what it says without the battery
/// itself: training sees what answering will see.
fn estimate_soc(records: &mut [PulseRecord], folds: &[usize]) -> Result<KernelRidge, HealthError> {
    let targets: Vec<f64> = records.iter().map(|r| r.soc.unwrap_or(0.0)).collect();
    let chosen = choose(
        &SOC_VIEW.rows(&*records),
        SOC_VIEW.len(),
        &targets,
        &whole_folds(folds),
        &grid(&INSIDE.0, &INSIDE.1),
    )
    .ok_or(HealthError::Degenerate)?;
    for Residual { row, residual } in &chosen.residuals {
        if let Some(soc) = records.get_mut(*row).and_then(|r| r.soc.as_mut()) {
            *soc -= residual;
        }
    }
    Ok(chosen.model)
}

/// The part that answers inside the measured range, and what it is worth.
fn fit_inside(
    records: &[PulseRecord],
    targets: &[f64],
    folds: &[usize],
    blocks: &[Block],
    knows_soc: bool,
    seed: u64,
) -> Result<(Part, Quality), HealthError> {
    let view = View {
        shape: Shape::Steps,
        rest: true,
        soc: knows_soc,
    };
    let mut kernels = ridges();
    kernels.extend(grid(&INSIDE.0, &INSIDE.1));
    for alpha in INSIDE_PLANE.0 {
        let bend = |gamma| Kernel::GaussianLinear {
            gamma,
            share: PLANE_SHARE,
        };
        let with = |gamma| KernelParams {
            alpha,
            kernel: bend(gamma),
        };
        kernels.extend(INSIDE_PLANE.1.map(with));
    }
    let selected = select(
        &view.rows(records),
        view.len(),
        targets,
        blocks,
        &kernels,
        &TreeKind::ALL,
        seed,
    )
    .ok_or(HealthError::Degenerate)?;
    let errors = selected.residuals.iter().map(|r| r.residual.abs());
    let part = Part {
        view,
        near: conformal_quantile(errors.collect(), COVERAGE),
        beyond: 0.0,
        model: selected.kernel.model,
        trees: selected.trees,
    };
    let quality = Quality::of(&selected.residuals, selected.candidates, targets, folds);
    let quality = Quality {
        regressor: part.regressor().into(),
        ..quality
    };
    Ok((part, quality))
}

/// How far outside the kept records each measured row of each block lies, in the blocks' order:
/// as `unknown` says, else by state of charge, as a fraction.
fn distances(
    records: &[PulseRecord],
    blocks: &[(Block, (i64, i64))],
    unknown: impl Fn(usize, &Block) -> Option<f64>,
) -> Vec<f64> {
    let mut distances = Vec::new();
    for (block, (low, high)) in blocks {
        for &row in &block.test {
            let by_soc = || {
                let level = records.get(row).and_then(soc_level)?;
                Some((low - level).max(level - high).max(0) as f64 / 100.0)
            };
            distances.push(unknown(row, block).or_else(by_soc).unwrap_or(0.0));
        }
    }
    distances
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

pub(super) fn check_width(record: &PulseRecord) -> Result<(), HealthError> {
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
