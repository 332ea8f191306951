//! The published experiments and ours, as lists of independent jobs.
//!
//! A job is one run of one setting and depends on nothing but the fleet and its seed, so callers
//! may spread jobs over threads, keep finished ones and go on later: the report is put together
//! in the order of the jobs.

use super::attack::lose_votes;
use super::blocks::{measure, Layout};
use super::clients::ClientParams;
use super::fleet::Fleet;
use super::settings::{settings, Setting};
use super::trial::{trial, SplitMode, Trial};
use crate::ballot::ROWS_PER_CLASS;
use crate::canonical::sha256_hex;
use crate::forest::ForestError;
use crate::tally::Control;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};

/// An experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Experiment {
    /// Every collaborator holds all classes (Tao et al. 2023, Fig. 3a).
    Homogeneous,
    /// Classes per collaborator, from two (Fig. 4a-c).
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
    /// Out-of-bag error against the number of trees (peer-review file, Fig. R6).
    Trees,
    /// How many collaborators, with which coverage and sizes, for a target accuracy.
    Planning,
}

/// All experiments with their names.
pub const EXPERIMENTS: [(Experiment, &str); 10] = [
    (Experiment::Homogeneous, "homogeneous"),
    (Experiment::Noise, "noise"),
    (Experiment::Importance, "importance"),
    (Experiment::Heterogeneity, "heterogeneity"),
    (Experiment::Loss, "loss"),
    (Experiment::Trees, "trees"),
    (Experiment::Planning, "plan"),
    (Experiment::Attack, "attack"),
    (Experiment::Unknown, "unknown"),
    (Experiment::Calibration, "calibration"),
];

impl Experiment {
    /// Name on the command line and in reports.
    pub fn name(self) -> &'static str {
        EXPERIMENTS
            .iter()
            .find(|(other, _)| *other == self)
            .map_or("", |(_, name)| name)
    }

    /// The experiment of a name.
    pub fn of(name: &str) -> Option<Self> {
        let found = EXPERIMENTS.iter().find(|(_, known)| *known == name);
        found.map(|(experiment, _)| *experiment)
    }
}

/// How an experiment is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// How training and test rows are parted.
    pub split: SplitMode,
    /// Monte Carlo runs per setting.
    pub runs: u32,
    /// Seed of everything random.
    pub seed: u64,
    /// Collaborators; the classes they hold are the experiment's to say.
    pub clients: ClientParams,
    /// Trees per collaborator, J.
    pub n_trees: u16,
    /// Rows per class after augmentation, S.
    pub rows_per_class: u32,
    /// Accuracy that the planning experiment looks for, as a share.
    pub target: f64,
    /// Where the rows come from, as shown on every figure.
    pub source: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            split: SplitMode::LeakFree,
            runs: 50,
            seed: 1,
            clients: ClientParams::default(),
            n_trees: 10,
            rows_per_class: ROWS_PER_CLASS,
            target: 0.95,
            source: String::new(),
        }
    }
}

/// An experiment on a fleet.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) experiment: Experiment,
    pub(super) setup: Setup,
    pub(super) settings: Vec<Setting>,
    pub(super) layout: Layout,
}

/// The numbers of one job.
pub type JobResult = Vec<f64>;

impl<'a> Plan<'a> {
    /// Plans `setup.runs` runs of every setting of an experiment.
    pub fn new(fleet: &'a Fleet, experiment: Experiment, setup: Setup) -> Self {
        Self {
            settings: settings(experiment, &setup, fleet.n_classes()),
            layout: Layout::new(experiment, fleet),
            fleet,
            experiment,
            setup,
        }
    }

    /// Number of jobs: settings times runs.
    pub fn n_jobs(&self) -> usize {
        self.settings.len() * self.n_runs()
    }

    pub(super) fn n_runs(&self) -> usize {
        self.setup.runs.max(1) as usize
    }

    /// What results of jobs belong to: SHA-256 over everything they depend on, as hex.
    pub fn fingerprint(&self) -> String {
        let mut bytes = self.header().to_string().into_bytes();
        for value in &self.fleet.rows {
            bytes.extend(value.to_le_bytes());
        }
        for (label, battery) in self.fleet.labels.iter().zip(&self.fleet.batteries) {
            bytes.extend(label.to_le_bytes());
            bytes.extend(battery.to_le_bytes());
        }
        for maker in &self.fleet.makers {
            bytes.extend(maker.to_le_bytes());
        }
        for setting in &self.settings {
            bytes.extend(setting.name.as_bytes());
        }
        sha256_hex(&bytes)
    }

    /// Does one job; jobs of the same run share their seed, so settings are compared in pairs.
    ///
    /// # Errors
    /// [`ForestError`] where the fleet is too small.
    pub fn job(&self, index: usize) -> Result<JobResult, ForestError> {
        let runs = self.n_runs();
        let Some(setting) = self.settings.get(index / runs) else {
            return Ok(Vec::new());
        };
        let (trial, controls) = self.round(setting, index % runs)?;
        let hidden = self.hidden_class(setting, index % runs);
        measure(&self.layout, self.fleet, setting, &trial, &controls, hidden)
    }

    /// The class that nobody holds in this run: each in turn.
    fn hidden_class(&self, setting: &Setting, run: usize) -> Option<u16> {
        setting
            .hides_a_class
            .then(|| (run % self.fleet.n_classes().max(1)) as u16)
    }

    /// The simulated round of a setting and run, after losses and attacks, with its controls.
    pub(super) fn round(
        &self,
        setting: &Setting,
        run: usize,
    ) -> Result<(Trial, Vec<Control>), ForestError> {
        let seed = self
            .setup
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add(run as u64);
        let mut params = setting.params;
        params.hidden_class = self.hidden_class(setting, run);
        let mut trial = trial(self.fleet, &params, seed)?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
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
        Ok((trial, controls))
    }

    /// What the report is about, before any result.
    pub(super) fn header(&self) -> Value {
        let clients = &self.setup.clients;
        json!({
            "experiment": self.experiment.name(),
            "split": self.setup.split.name(),
            "runs": self.setup.runs,
            "seed": self.setup.seed,
            "source": self.setup.source,
            "software": concat!("voltvote ", env!("CARGO_PKG_VERSION")),
            "classes": self.fleet.catalogue.classes.iter().map(|c| &c.name).collect::<Vec<_>>(),
            "n_rows": self.fleet.len(),
            "n_batteries": self.fleet.n_batteries(),
            "n_features": self.fleet.columns.len(),
            "clients": {
                "n": clients.n_clients,
                "fewest_rows": clients.fewest_rows,
                "most_rows": clients.most_rows,
                "rows_per_class": self.setup.rows_per_class,
                "trees": self.setup.n_trees,
                "sharing": match clients.sharing {
                    super::clients::Sharing::Shared => "shared",
                    super::clients::Sharing::Disjoint => "disjoint",
                },
                "partition": clients.partition.name(),
            },
        })
    }
}
