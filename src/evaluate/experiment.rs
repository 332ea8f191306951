//! The published experiments and ours, as lists of independent jobs.
//!
//! A job is one run of one setting and depends on nothing but the fleet and its seed, so callers
//! may spread jobs over threads: the report is put together in the order of the jobs.

use super::attack::{lose_votes, Attack, ATTACKS};
use super::clients::{ClientParams, Holding, Sharing};
use super::fleet::Fleet;
use super::score::{accuracies, contenders};
use super::trial::{trial, SplitMode, TrialParams};
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
    /// Liars under every rule, with and without control batteries.
    Attack,
    /// Permutation importance over collaborators (Fig. 3d).
    Importance,
}

/// All experiments with their names.
pub const EXPERIMENTS: [(Experiment, &str); 6] = [
    (Experiment::Homogeneous, "homogeneous"),
    (Experiment::Heterogeneity, "heterogeneity"),
    (Experiment::Noise, "noise"),
    (Experiment::Loss, "loss"),
    (Experiment::Attack, "attack"),
    (Experiment::Importance, "importance"),
];

/// Accuracy floor of the privacy budget (eq. 1).
const BUDGET_FLOOR: f64 = 0.9;
/// Control batteries of the attack experiment.
const N_CONTROLS: usize = 10;
/// Collaborators of the attack experiment.
const N_ATTACKED: usize = 7;

/// One line of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Name in the report.
    pub name: String,
    /// The round that is simulated.
    pub params: TrialParams,
    /// Share of answers lost.
    pub lost_share: f64,
    /// Collaborators whose ballots never arrive.
    pub n_missing: usize,
    /// Who lies, and how many.
    pub attack: Option<(Attack, usize)>,
    /// Whether the honest ballots of liars are left out altogether: what an attack is held
    /// against.
    pub n_absent_liars: usize,
    /// Control batteries.
    pub n_controls: usize,
}

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
        let mut trial = trial(self.fleet, &setting.params, seed)?;
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
        // The only errors left are an empty query or catalogue, which a fleet cannot have.
        Ok(accuracies(&self.fleet.catalogue, &trial, &contenders(), &controls).unwrap_or_default())
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
                let mut by_column = Map::new();
                for (i, column) in columns.iter().enumerate() {
                    let values: Vec<f64> = runs.iter().filter_map(|r| r.get(i).copied()).collect();
                    if let Some(figures) = figures(&values) {
                        by_column.insert(column.clone(), figures);
                    }
                }
                json!({
                    "setting": setting.name,
                    "nsr_percent": setting.params.nsr_percent,
                    "values": by_column,
                })
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
        let rules = contenders().into_iter().map(|c| c.name.to_owned());
        rules.chain(["pooled".to_owned()]).collect()
    }
}

fn name(experiment: Experiment) -> &'static str {
    EXPERIMENTS
        .iter()
        .find(|(other, _)| *other == experiment)
        .map_or("", |(_, name)| name)
}

fn settings(experiment: Experiment, split: SplitMode, n_classes: usize) -> Vec<Setting> {
    let with = |name: String, holding, sharing| Setting {
        name,
        params: TrialParams {
            split,
            clients: ClientParams {
                holding,
                sharing,
                ..ClientParams::default()
            },
            ..TrialParams::default()
        },
        lost_share: 0.0,
        n_missing: 0,
        attack: None,
        n_absent_liars: 0,
        n_controls: 0,
    };
    let index = |n: usize| with(format!("index {n}"), Holding::AtLeast(n), Sharing::Shared);
    let all = || with("all classes".into(), Holding::All, Sharing::Shared);
    match experiment {
        Experiment::Homogeneous | Experiment::Importance => vec![all()],
        Experiment::Heterogeneity => {
            let mut out: Vec<Setting> = (2..=n_classes).map(index).collect();
            for (sharing, word) in [(Sharing::Shared, "shared"), (Sharing::Disjoint, "disjoint")] {
                for n in 2..=n_classes.min(4) {
                    let name = format!("exactly {n}, {word} batteries");
                    out.push(with(name, Holding::Exactly(n), sharing));
                }
            }
            out.push(with(
                "index 2, disjoint batteries".into(),
                Holding::AtLeast(2),
                Sharing::Disjoint,
            ));
            out
        }
        Experiment::Noise => (0..=10)
            .map(|nsr| {
                let mut setting = all();
                setting.name = format!("NSR {nsr} %");
                setting.params.nsr_percent = f64::from(nsr);
                setting
            })
            .collect(),
        Experiment::Loss => {
            let mut out = Vec::new();
            for n in 2..=n_classes {
                for percent in [0, 2, 4, 6, 8, 10] {
                    let mut setting = index(n);
                    setting.name = format!("index {n}, {percent} % of votes lost");
                    setting.lost_share = f64::from(percent) / 100.0;
                    out.push(setting);
                }
            }
            let mut setting = index(2);
            setting.name = "index 2, 3 of 10 collaborators missing".into();
            setting.n_missing = 3;
            out.push(setting);
            out
        }
        Experiment::Attack => {
            let mut out = Vec::new();
            for n_controls in [0, N_CONTROLS] {
                let mut base = index(2);
                base.params.clients.n_clients = N_ATTACKED;
                base.n_controls = n_controls;
                let titled = |mut setting: Setting, what: String| {
                    setting.name = format!("{what}, {n_controls} controls");
                    setting
                };
                out.push(titled(base.clone(), format!("{N_ATTACKED} honest")));
                for n_liars in [1, 2] {
                    let mut absent = base.clone();
                    absent.n_absent_liars = n_liars;
                    out.push(titled(absent, format!("{n_liars} of {N_ATTACKED} absent")));
                    for (attack, name) in ATTACKS {
                        let mut setting = base.clone();
                        setting.attack = Some((attack, n_liars));
                        out.push(titled(setting, format!("{n_liars} of {N_ATTACKED} {name}")));
                    }
                }
            }
            out
        }
    }
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
