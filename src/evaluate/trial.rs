//! One simulated round: split, deal, cast, and the ballots with the truth.

use super::clients::{deal, ClientParams};
use super::crafted::Crafted;
use super::fleet::Fleet;
use crate::ballot::{vote, Ballot, Coverage, VoteParams, FORMAT, ROWS_PER_CLASS};
use crate::forest::{self, Forest, ForestError};
use ndarray::{Array2, ArrayView1};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::ops::ControlFlow;

/// How training and test rows are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitMode {
    /// By physical battery, before any row is drawn twice.
    LeakFree,
    /// After drawing S rows per class with replacement, so that copies of a row fall on both
    /// sides: 80 % to train, 40 % of the rest to test (Tao et al. 2023: 1440 and 144 rows).
    AsPublished,
}

impl SplitMode {
    /// Name in reports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::LeakFree => "leak-free",
            Self::AsPublished => "as-published",
        }
    }
}

/// Parameters of a simulated round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialParams {
    /// Split.
    pub split: SplitMode,
    /// Collaborators.
    pub clients: ClientParams,
    /// Trees per collaborator, J.
    pub n_trees: u16,
    /// Rows per class after augmentation, S.
    pub rows_per_class: u32,
    /// Noise-to-signal ratio in per cent.
    pub nsr_percent: f64,
    /// A class whose batteries no collaborator holds.
    pub hidden_class: Option<u16>,
    /// Batteries that the recycler made up and hid in the query.
    pub crafted: Option<Crafted>,
    /// Whether to fit the pooled-data forest, the ceiling of what sharing all data would give.
    pub is_pooled: bool,
}

impl Default for TrialParams {
    fn default() -> Self {
        Self {
            split: SplitMode::LeakFree,
            clients: ClientParams::default(),
            n_trees: 10,
            rows_per_class: ROWS_PER_CLASS,
            nsr_percent: 0.0,
            hidden_class: None,
            crafted: None,
            is_pooled: true,
        }
    }
}

impl TrialParams {
    /// How a collaborator of this round votes.
    pub fn vote_params(&self, fleet: &Fleet, seed: u64) -> VoteParams {
        VoteParams {
            n_classes: fleet.n_classes() as u16,
            n_trees: self.n_trees,
            rows_per_class: self.rows_per_class,
            nsr_percent: self.nsr_percent,
            // Published figures were measured with copies of training rows in the test set.
            leave_own_out: self.split == SplitMode::LeakFree,
            seed,
        }
    }
}

/// A simulated round after casting.
#[derive(Debug, Clone)]
pub struct Trial {
    /// One ballot per collaborator.
    pub ballots: Vec<Ballot>,
    /// Class of every query row.
    pub truth: Vec<u16>,
    /// The query rows.
    pub query: Fleet,
    /// Each collaborator's rows.
    pub clients: Vec<Fleet>,
    /// Seed of each collaborator's vote.
    pub seeds: Vec<u64>,
    /// Forests of the collaborators.
    pub forests: Vec<Forest>,
    /// Accuracy of a forest of 100 trees on all training rows.
    pub pooled: Option<f64>,
    /// Shares of its trees, shape (query rows, classes).
    pub pooled_shares: Option<Array2<f64>>,
}

/// Share of batteries that train. Paper: 80 %.
const TRAIN_SHARE: f64 = 0.8;
/// Share of the rest that is tested `as-published`. Paper: 40 %.
const TEST_SHARE: f64 = 0.4;
/// Trees of the pooled-data forest.
const POOLED_TREES: u32 = 100;

/// Simulates one round; the same seed gives the same round.
///
/// # Errors
/// [`ForestError`] where a fleet is too small to train on.
pub fn trial(fleet: &Fleet, params: &TrialParams, seed: u64) -> Result<Trial, ForestError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (train, query) = part(fleet, params, &mut rng);
    let visible: Vec<usize> = (0..train.len())
        .filter(|&row| Some(train.labels[row]) != params.hidden_class)
        .collect();
    let train = train.select(&visible);
    let (dense, class_of) = dense(&train);
    let mut trial = Trial {
        ballots: Vec::new(),
        truth: query.labels.clone(),
        query,
        clients: Vec::new(),
        seeds: Vec::new(),
        forests: Vec::new(),
        pooled: None,
        pooled_shares: None,
    };
    let asked = match params.crafted {
        Some(crafted) => crafted.extend(&trial.query, &mut rng),
        None => trial.query.rows.clone(),
    };
    for rows in deal(&dense, &params.clients, &mut rng) {
        let mut once = rows.clone();
        crate::order::sort(&mut once);
        once.dedup();
        let own = train.select(&once);
        let vote_params = params.vote_params(fleet, rng.gen());
        let mut cast = vote(&own.own(), asked.view(), &vote_params, &mut |_| {
            ControlFlow::Continue(())
        })?;
        // Only what is said about real batteries is tallied.
        cast.rows.truncate(trial.truth.len());
        // `mv-n` weighs by the rows dealt, as published, where a real ballot counts batteries.
        let dealt = |class: u16| {
            let of_class = |row: &&usize| class_of[usize::from(dense.labels[**row])] == class;
            rows.iter().filter(of_class).count() as u32
        };
        trial.ballots.push(Ballot {
            format: FORMAT.into(),
            round: String::new(),
            query: String::new(),
            roster: String::new(),
            recipient: String::new(),
            software: String::new(),
            n_trees: params.n_trees,
            coverage: cast
                .coverage
                .iter()
                .map(|held| Coverage {
                    class: held.class,
                    batteries: dealt(held.class),
                })
                .collect(),
            n_training_rows: cast.n_training_rows,
            nsr: (params.nsr_percent * 1000.0 + 0.5) as u32,
            distance: cast.distance,
            epsilon: None,
            rows: cast.rows,
        });
        trial.seeds.push(vote_params.seed);
        trial.forests.push(cast.forest);
        trial.clients.push(own);
    }
    if params.is_pooled {
        let forest = Forest::fit(
            train.rows.view(),
            &train.labels,
            fleet.n_classes() as u16,
            &forest::Params {
                n_trees: POOLED_TREES,
                seed,
                ..forest::Params::default()
            },
        )?;
        let shares = forest.votes(trial.query.rows.view())?;
        let shares = shares.mapv(|n| f64::from(n) / f64::from(POOLED_TREES));
        let top = |row: ArrayView1<'_, f64>| -> usize {
            let mut best = 0;
            for (class, share) in row.iter().enumerate() {
                if *share > row[best] {
                    best = class;
                }
            }
            best
        };
        let right = (shares.rows().into_iter())
            .zip(&trial.truth)
            .filter(|(row, truth)| top(*row) == usize::from(**truth))
            .count();
        trial.pooled = Some(right as f64 / trial.truth.len().max(1) as f64);
        trial.pooled_shares = Some(shares);
    }
    Ok(trial)
}

/// Training and query rows.
fn part(fleet: &Fleet, params: &TrialParams, rng: &mut ChaCha8Rng) -> (Fleet, Fleet) {
    match params.split {
        SplitMode::LeakFree => {
            let (train, test) = fleet.split_batteries(TRAIN_SHARE, rng);
            (fleet.select(&train), fleet.select(&test))
        }
        SplitMode::AsPublished => {
            let mut drawn: Vec<usize> = Vec::new();
            for class in 0..fleet.n_classes() {
                let of = |row: &usize| usize::from(fleet.labels[*row]) == class;
                let pool: Vec<usize> = (0..fleet.len()).filter(of).collect();
                for _ in 0..params.rows_per_class {
                    let pick = rng.gen_range(0..pool.len().max(1) as u32) as usize;
                    drawn.extend(pool.get(pick));
                }
            }
            drawn.shuffle(rng);
            let n_train = (TRAIN_SHARE * drawn.len() as f64 + 0.5) as usize;
            let rest = drawn.split_off(n_train.min(drawn.len()));
            let n_test = (TEST_SHARE * rest.len() as f64 + 0.5) as usize;
            (
                fleet.select(&drawn),
                fleet.select(&rest[..n_test.min(rest.len())]),
            )
        }
    }
}

/// The fleet with classes renumbered 0.. without gaps, and the original class of each.
fn dense(fleet: &Fleet) -> (Fleet, Vec<u16>) {
    let mut classes = fleet.labels.clone();
    crate::order::sort(&mut classes);
    classes.dedup();
    let mut out = fleet.clone();
    for label in &mut out.labels {
        *label = classes.binary_search(label).unwrap_or(0) as u16;
    }
    out.catalogue.classes = classes
        .iter()
        .filter_map(|&class| fleet.catalogue.classes.get(usize::from(class)).cloned())
        .collect();
    (out, classes)
}
