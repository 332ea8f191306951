//! The leak-free experiment: batteries held out, tested at states of charge never measured.

use super::blocks::{battery_folds, soc_level, N_FOLDS};
use super::cases::{case_soc, mape};
use super::{HealthError, HealthModel, PulseRecord, SocUse};
use serde::Serialize;

/// What one case of one type came to. Errors are MAPE in per cent over all held-out records at
/// unseen states of charge, batteries dealt into five folds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeakFree {
    /// Case number.
    pub case: usize,
    /// How SOC entered.
    pub soc_use: SocUse,
    /// Held-out records.
    pub n: usize,
    /// Error of the chosen model.
    pub mape: f64,
    /// Error of always answering the training mean.
    pub constant: f64,
    /// Share of true values inside the 90 % interval, per cent.
    pub coverage: f64,
    /// Mean half-width of the intervals, fraction of nominal capacity.
    pub half_width: f64,
    /// Share of answers marked as outside the measured range, per cent.
    pub outside: f64,
    /// Error per unseen state of charge, (per cent, MAPE): the paper's heat map.
    pub by_soc: Vec<(i64, f64)>,
    /// (truth, estimate) of every held-out record: the paper's parity plot.
    pub parity: Vec<(f64, f64)>,
    /// How often each regressor was chosen, over the folds.
    pub chosen: std::collections::BTreeMap<String, usize>,
}

/// Runs one case on labelled records of one type.
///
/// # Errors
/// [`HealthError::NoSuchCase`], or those of [`HealthModel::fit`].
pub fn leak_free(
    records: &[PulseRecord],
    case: usize,
    soc_use: SocUse,
    seed: u64,
) -> Result<LeakFree, HealthError> {
    let training_soc = case_soc(case)?;
    let trained =
        |record: &PulseRecord| soc_level(record).is_some_and(|l| training_soc.contains(&l));
    let folds = battery_folds(records, N_FOLDS, seed);
    let mut answers: Vec<(i64, f64, f64)> = Vec::new();
    let mut constants = Vec::new();
    let mut chosen = std::collections::BTreeMap::new();
    let (mut n_covered, mut n_outside, mut width) = (0_usize, 0_usize, 0.0);
    for fold in 0..N_FOLDS {
        let of = |inside: bool| {
            records
                .iter()
                .zip(&folds)
                .filter(move |(_, f)| (**f == fold) == inside)
                .map(|(record, _)| record)
        };
        let train: Vec<PulseRecord> = of(false).filter(|r| trained(r)).cloned().collect();
        let model = HealthModel::fit(&train, soc_use, seed)?;
        *chosen.entry(model.quality().regressor.clone()).or_insert(0) += 1;
        for record in of(true).filter(|r| !trained(r)) {
            let (Some(truth), Some(level)) = (record.soh, soc_level(record)) else {
                continue;
            };
            let estimate = model.estimate(record)?;
            answers.push((level, estimate.soh, truth));
            constants.push((model.mean_soh(), truth));
            n_covered += usize::from((estimate.soh - truth).abs() <= estimate.half_width);
            n_outside += usize::from(estimate.outside);
            width += estimate.half_width;
        }
    }
    let pairs = |level: Option<i64>| -> Vec<(f64, f64)> {
        answers
            .iter()
            .filter(|(l, ..)| level.is_none_or(|level| level == *l))
            .map(|(_, estimate, truth)| (*estimate, *truth))
            .collect()
    };
    let n = answers.len();
    let share = |count: usize| 100.0 * count as f64 / n.max(1) as f64;
    Ok(LeakFree {
        case,
        soc_use,
        n,
        mape: mape(&pairs(None)),
        constant: mape(&constants),
        coverage: share(n_covered),
        half_width: width / n.max(1) as f64,
        outside: share(n_outside),
        by_soc: super::cases::ALL_SOC
            .iter()
            .filter(|level| !training_soc.contains(level))
            .map(|&level| (level, mape(&pairs(Some(level)))))
            .collect(),
        parity: answers
            .iter()
            .map(|(_, estimate, truth)| (*truth, *estimate))
            .collect(),
        chosen,
    })
}
