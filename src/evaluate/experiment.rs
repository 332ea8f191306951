//! The published experiments and ours, as lists of independent jobs.
//!
//! A job is one run of one setting and depends on nothing but the fleet and its seed, so callers
//! may spread jobs over threads: the report is put together in the order of the jobs.

use super::attack::lose_votes;
use super::fleet::Fleet;
use super::measure::{self, contender_names};
use super::score::{accuracies, contenders};
use super::settings::{settings, Setting};
use super::trial::{trial, SplitMode};
use crate::ballot::importance;
use crate::forest::ForestError;
use crate::tally::Control;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Map, Value};

/// An experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Experiment {
    /// Every collaborator holds all classes (Tao et al. 2023, Fig. 3a).
    Homogeneous,
    /// Classes per collaborator, from two (Fig. 4a).
    Heterogeneity,
    /// Noise-to-signal ratio 0 to 10 % and the privacy budget (Fig. 3b-c).
    Noise,
    /// Lost votes and missing collaborators (peer-review file, Fig. R5).
    Loss,
    /// Liars and crafted queries under every rule, with and without control batteries.
    Attack,
    /// A class that nobody holds: whether its batteries are flagged.
    Unknown,
    /// Whether stated confidences come true.
    Calibration,
    /// Permutation importance over collaborators (Fig. 3d).
    Importance,
}

/// All experiments with their names.
pub const EXPERIMENTS: [(Experiment, &str); 8] = [
    (Experiment::Homogeneous, "homogeneous"),
    (Experiment::Heterogeneity, "heterogeneity"),
    (Experiment::Noise, "noise"),
    (Experiment::Loss, "loss"),
    (Experiment::Attack, "attack"),
    (Experiment::Unknown, "unknown"),
    (Experiment::Calibration, "calibration"),
    (Experiment::Importance, "importance"),
];

/// Accuracy floor of the privacy budget (eq. 1).
const BUDGET_FLOOR: f64 = 0.9;

/// An experiment on a fleet.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    fleet: &'a Fleet,
    experiment: Experiment,
    split: SplitMode,
    runs: u32,
    seed: u64,
    settings: Vec<Setting>,
}

/// What one job gives: a value per column of the report.
pub type JobResult = Vec<f64>;

impl<'a> Plan<'a> {
    /// Plans `runs` runs of every setting of an experiment.
    pub fn new(
        fleet: &'a Fleet,
        experiment: Experiment,
        split: SplitMode,
        runs: u32,
        seed: u64,
    ) -> Self {
        Self {
            settings: settings(experiment, split, fleet.n_classes()),
            fleet,
            experiment,
            split,
            runs,
            seed,
        }
    }

    /// Number of jobs: settings times runs.
    pub fn n_jobs(&self) -> usize {
        self.settings.len() * self.runs as usize
    }

    /// Does one job; jobs of the same run share their seed, so settings are compared in pairs.
    ///
    /// # Errors
    /// [`ForestError`] where the fleet is too small.
    pub fn job(&self, index: usize) -> Result<JobResult, ForestError> {
        let runs = self.runs.max(1) as usize;
        let Some(setting) = self.settings.get(index / runs) else {
            return Ok(Vec::new());
        };
        let seed = self
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add((index % runs) as u64);
        let mut params = setting.params;
        if setting.hides_a_class {
            params.hidden_class = Some((index % runs % self.fleet.n_classes().max(1)) as u16);
        }
        let mut trial = trial(self.fleet, &params, seed)?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
        if self.experiment == Experiment::Importance {
            let mut out = vec![0.0; self.fleet.columns.len()];
            for ((own, forest), seed) in trial.clients.iter().zip(&trial.forests).zip(&trial.seeds)
            {
                let rises = importance(
                    &own.own(),
                    forest,
                    &setting.params.vote_params(self.fleet, *seed),
                )?;
                for (sum, rise) in out.iter_mut().zip(rises) {
                    *sum += rise / trial.forests.len() as f64;
                }
            }
            return Ok(out);
        }
        let mut query: Vec<usize> = (0..trial.truth.len()).collect();
        query.shuffle(&mut rng);
        let controls: Vec<Control> = query
            .iter()
            .take(setting.n_controls)
            .map(|&battery| Control {
                battery,
                class: trial.truth[battery].into(),
            })
            .collect();
        if setting.lost_share > 0.0 {
            trial.ballots = lose_votes(&trial.ballots, setting.lost_share, &mut rng);
        }
        if let Some((attack, n_liars)) = setting.attack {
            trial.ballots = attack.apply(&trial.ballots, n_liars, &mut rng);
        }
        let n_gone = setting.n_missing + setting.n_absent_liars;
        trial
            .ballots
            .drain(..n_gone.min(trial.ballots.len().saturating_sub(1)));
        let measured = match self.experiment {
            Experiment::Unknown => measure::unknown(self.fleet, &trial, params.hidden_class),
            Experiment::Calibration => measure::calibration(self.fleet, &trial),
            _ => accuracies(&self.fleet.catalogue, &trial, &contenders(), &controls),
        };
        // The only errors left are an empty query or catalogue, which a fleet cannot have.
        Ok(measured.unwrap_or_default())
    }

    /// The report of all results, in the order of the jobs.
    pub fn report(&self, results: &[JobResult]) -> Value {
        let runs = self.runs.max(1) as usize;
        let columns = self.columns();
        let lines: Vec<Value> = self
            .settings
            .iter()
            .zip(results.chunks(runs))
            .map(|(setting, runs)| {
                let bins = (self.experiment == Experiment::Calibration)
                    .then(|| measure::by_contender(runs));
                let mut by_column = Map::new();
                for (i, column) in columns.iter().enumerate() {
                    let values: Vec<f64> = match &bins {
                        Some(bins) => bins.errors(i),
                        None => runs.iter().filter_map(|r| r.get(i).copied()).collect(),
                    };
                    if let Some(figures) = figures(&values) {
                        by_column.insert(column.clone(), figures);
                    }
                }
                let mut line = json!({
                    "setting": setting.name,
                    "nsr_percent": setting.params.nsr_percent,
                    "values": by_column,
                });
                if let Some(bins) = bins {
                    line["pooled"] = bins.to_json(&columns);
                }
                line
            })
            .collect();
        let mut report = json!({
            "experiment": name(self.experiment),
            "split": self.split.name(),
            "runs": self.runs,
            "seed": self.seed,
            "software": concat!("voltvote ", env!("CARGO_PKG_VERSION")),
            "classes": self.fleet.catalogue.classes.iter().map(|c| &c.name).collect::<Vec<_>>(),
            "n_rows": self.fleet.len(),
            "n_batteries": self.fleet.batteries_by_class().iter().map(Vec::len).sum::<usize>(),
            "clients": {"n": 10, "fewest_rows": 100, "most_rows": 200, "rows_per_class": 200, "trees": 10},
            "settings": lines,
        });
        if self.experiment == Experiment::Noise {
            report["privacy_budget_percent"] = self.privacy_budget(results);
        }
        report
    }

    /// Most noise at which the mean accuracy stays at the floor, per rule (eq. 1).
    fn privacy_budget(&self, results: &[JobResult]) -> Value {
        let runs = self.runs.max(1) as usize;
        let mut budget = Map::new();
        for (i, column) in self.columns().into_iter().enumerate() {
            let mut most = None;
            for (setting, runs) in self.settings.iter().zip(results.chunks(runs)) {
                let values: Vec<f64> = runs.iter().filter_map(|r| r.get(i).copied()).collect();
                if mean(&values) >= BUDGET_FLOOR {
                    most = Some(setting.params.nsr_percent);
                } else {
                    break;
                }
            }
            budget.insert(column, json!(most));
        }
        json!({"floor": BUDGET_FLOOR, "by_rule": budget})
    }

    fn columns(&self) -> Vec<String> {
        if self.experiment == Experiment::Importance {
            return self.fleet.columns.clone();
        }
        match self.experiment {
            Experiment::Unknown => measure::unknown_columns(),
            _ => contender_names(),
        }
    }
}

fn name(experiment: Experiment) -> &'static str {
    EXPERIMENTS
        .iter()
        .find(|(other, _)| *other == experiment)
        .map_or("", |(_, name)| name)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Mean, standard deviation (n - 1), extremes and all values, rounded to six decimals.
fn figures(values: &[f64]) -> Option<Value> {
    let average = mean(values);
    let squares: f64 = values.iter().map(|v| (v - average) * (v - average)).sum();
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    let sd = (squares / (values.len() as f64 - 1.0).max(1.0)).sqrt();
    let rounded = |v: f64| (v * 1e6 + 0.5).floor() / 1e6;
    Some(json!({
        "mean": rounded(average),
        "sd": rounded(sd),
        "min": rounded(least),
        "max": rounded(most),
        "runs": values.iter().map(|v| rounded(*v)).collect::<Vec<_>>(),
    }))
}
