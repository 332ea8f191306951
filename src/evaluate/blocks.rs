//! What one job of an experiment measures: a flat list of numbers in named blocks.

use super::experiment::Experiment;
use super::fleet::Fleet;
use super::measure;
use super::score::{accuracies, contenders, decisions};
use super::settings::{Setting, MOST_TREES};
use super::trial::Trial;
use crate::ballot::importance;
use crate::forest::{self, Forest, ForestError};
use crate::tally::Control;
use std::ops::Range;

/// The rules that are shown in detail: the published ones and ours.
pub const SHOWN: [&str; 4] = ["il", "mv", "wdv", "evidence"];
/// Bins of the winning probability from 0 to 1.
pub(super) const N_BINS: usize = 20;

/// A block of the numbers of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// Accuracy of every contender, then of the pooled-data forest.
    Accuracy,
    /// Per shown rule: counts by true class, then decided class.
    Confusion,
    /// Per shown rule: right decisions by winning probability, then wrong ones.
    Winning,
    /// Per feature over collaborators: sum of the importance, sum of its squares; then the
    /// number of collaborators.
    Importance,
    /// Mean out-of-bag error over collaborators by number of trees: of augmented rows, then of
    /// the own rows as they are.
    Trees,
    /// The columns of [`measure::unknown_columns`].
    Unknown,
    /// The bins of [`measure::calibration`].
    Calibration,
}

/// Where the blocks of an experiment lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    blocks: Vec<(Block, Range<usize>)>,
}

impl Layout {
    pub fn new(experiment: Experiment, fleet: &Fleet) -> Self {
        use Block::{Accuracy, Calibration, Confusion, Importance, Trees, Unknown, Winning};
        let blocks: &[Block] = match experiment {
            Experiment::Homogeneous => &[Accuracy, Confusion, Winning],
            Experiment::Noise => &[Accuracy, Confusion],
            Experiment::Importance => &[Importance],
            Experiment::Trees => &[Trees],
            Experiment::Unknown => &[Unknown],
            Experiment::Calibration => &[Calibration],
            _ => &[Accuracy],
        };
        let n = fleet.n_classes();
        let mut end = 0;
        let place = |&block: &Block| {
            let length = match block {
                Accuracy => contenders().len() + 1,
                Confusion => SHOWN.len() * n * n,
                Winning => SHOWN.len() * 2 * N_BINS,
                Importance => 2 * fleet.columns.len() + 1,
                Trees => 2 * usize::from(MOST_TREES),
                Unknown => measure::unknown_columns().len(),
                Calibration => measure::n_calibration(),
            };
            end += length;
            (block, end - length..end)
        };
        Self {
            blocks: blocks.iter().map(place).collect(),
        }
    }

    /// Numbers of a job.
    pub fn len(&self) -> usize {
        self.blocks.last().map_or(0, |(_, range)| range.end)
    }

    /// A block of a job's numbers; empty where the experiment or the job has none.
    pub fn of<'a>(&self, block: Block, values: &'a [f64]) -> &'a [f64] {
        let place = self.blocks.iter().find(|(other, _)| *other == block);
        place
            .and_then(|(_, range)| values.get(range.clone()))
            .unwrap_or(&[])
    }

    fn has(&self, block: Block) -> bool {
        self.blocks.iter().any(|(other, _)| *other == block)
    }
}

/// Measures a round after losses and attacks.
///
/// # Errors
/// [`ForestError`] of the forests that are grown to be measured.
pub(super) fn measure(
    layout: &Layout,
    fleet: &Fleet,
    setting: &Setting,
    trial: &Trial,
    controls: &[Control],
    hidden: Option<u16>,
) -> Result<Vec<f64>, ForestError> {
    let mut out = Vec::with_capacity(layout.len());
    // The only errors of tallies left are an empty query or catalogue, which a fleet cannot have.
    if layout.has(Block::Unknown) {
        out = measure::unknown(fleet, trial, hidden).unwrap_or_default();
    }
    if layout.has(Block::Calibration) {
        out = measure::calibration(fleet, trial).unwrap_or_default();
    }
    if layout.has(Block::Accuracy) {
        let contenders = contenders();
        let mut found =
            accuracies(&fleet.catalogue, trial, &contenders, controls).unwrap_or_default();
        found.resize(contenders.len() + 1, f64::NAN);
        out.extend(found);
    }
    if layout.has(Block::Confusion) {
        let (mut confusions, mut winning) = (Vec::new(), Vec::new());
        for name in SHOWN {
            let (confusion, bins) = detail(fleet, trial, name, controls);
            confusions.extend(confusion);
            winning.extend(bins);
        }
        out.extend(confusions);
        if layout.has(Block::Winning) {
            out.extend(winning);
        }
    }
    if layout.has(Block::Importance) {
        out.extend(importances(fleet, setting, trial)?);
    }
    if layout.has(Block::Trees) {
        out.extend(errors_by_trees(fleet, trial)?);
    }
    Ok(out)
}

/// Confusion counts of a rule, and its decisions by winning probability: right, then wrong.
fn detail(fleet: &Fleet, trial: &Trial, name: &str, controls: &[Control]) -> (Vec<f64>, Vec<f64>) {
    let n = fleet.n_classes();
    let (mut confusion, mut bins) = (vec![0.0; n * n], vec![0.0; 2 * N_BINS]);
    let contender = contenders().into_iter().find(|c| c.name == name);
    let made = contender
        .and_then(|c| {
            decisions(
                &fleet.catalogue,
                &trial.ballots,
                trial.truth.len(),
                &c,
                controls,
            )
            .ok()
        })
        .unwrap_or_default();
    for decided in made {
        for (battery, (class, probability)) in decided.into_iter().enumerate() {
            let Some(&truth) = trial.truth.get(battery) else {
                continue;
            };
            if controls.iter().any(|c| c.battery == battery) {
                continue;
            }
            let truth = usize::from(truth);
            if let Some(count) = confusion.get_mut(truth * n + class) {
                *count += 1.0;
            }
            let bin = ((probability * N_BINS as f64) as usize).min(N_BINS - 1);
            let at = if class == truth { bin } else { N_BINS + bin };
            if let Some(count) = bins.get_mut(at) {
                *count += 1.0;
            }
        }
    }
    (confusion, bins)
}

fn importances(fleet: &Fleet, setting: &Setting, trial: &Trial) -> Result<Vec<f64>, ForestError> {
    let p = fleet.columns.len();
    let mut out = vec![0.0; 2 * p + 1];
    for ((own, forest), seed) in trial.clients.iter().zip(&trial.forests).zip(&trial.seeds) {
        let params = setting.params.vote_params(fleet, *seed);
        for (i, rise) in importance(&own.own(), forest, &params)?
            .into_iter()
            .enumerate()
        {
            out[i] += rise;
            out[p + i] += rise * rise;
        }
        out[2 * p] += 1.0;
    }
    Ok(out)
}

fn errors_by_trees(fleet: &Fleet, trial: &Trial) -> Result<Vec<f64>, ForestError> {
    let n = usize::from(MOST_TREES);
    let (mut out, mut counts) = (vec![0.0; 2 * n], vec![0.0; 2 * n]);
    for ((own, forest), seed) in trial.clients.iter().zip(&trial.forests).zip(&trial.seeds) {
        let plain = Forest::fit(
            own.rows.view(),
            &own.labels,
            fleet.n_classes() as u16,
            &forest::Params {
                n_trees: MOST_TREES.into(),
                seed: *seed,
                ..forest::Params::default()
            },
        )?;
        for (offset, forest) in [(0, forest), (n, &plain)] {
            let errors = &forest.out_of_bag().error_by_trees;
            for (i, error) in errors.iter().enumerate().take(n) {
                if let Some(error) = error {
                    out[offset + i] += error;
                    counts[offset + i] += 1.0;
                }
            }
        }
    }
    // 0 / 0 is NaN: no collaborator had an out-of-bag row yet.
    Ok(out.iter().zip(&counts).map(|(sum, n)| sum / n).collect())
}
