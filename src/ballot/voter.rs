//! One collaborator's vote on a query: augment, train, vote, measure how far it can be trusted.
//!
//! Knows rows and classes only; [`super::cast`] adds the round around it, and the experiments of
//! [`crate::evaluate`] call it directly.

use super::augment::{add_noise, members_by_class};
use super::covariance::Whitening;
use super::distance::mean_distance;
use super::evidence::Evidence;
use super::familiarity::Familiarity;
use super::left_out::{answer_left_out, own_batteries, Asked};
use super::space::{Scale, Space};
use super::training::train_with;
use super::{Coverage, Row};
use crate::forest::{self, Forest, ForestError};
use ndarray::{ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// Rows per class after augmentation, S (Tao et al. 2023).
pub const ROWS_PER_CLASS: u32 = 200;

/// Own rows that distances are measured against; more are thinned at random, because the
/// yardstick of familiarity costs their square.
const MOST_REFERENCE_ROWS: usize = 2000;

/// What a collaborator owns, in classifier columns (see [`super::space::classifier_rows`]).
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// Feature rows, shape (n, p), finite.
    pub rows: ArrayView2<'a, f64>,
    /// Class index per row.
    pub labels: &'a [u16],
    /// Physical battery per row; records of one battery share a number.
    pub batteries: &'a [u32],
}

/// How a vote is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoteParams {
    /// Number of classes in the catalogue.
    pub n_classes: u16,
    /// Trees, J.
    pub n_trees: u16,
    /// Rows per class after augmentation, S.
    pub rows_per_class: u32,
    /// Noise power over signal power in per cent.
    pub nsr_percent: f64,
    /// Whether own batteries in the query are answered as if they had been left out, so that the
    /// answer does not tell that they are known. Only experiments that ask about training rows on
    /// purpose say no.
    pub leave_own_out: bool,
    /// Seed of everything random.
    pub seed: u64,
}

/// A vote and the forest behind it.
#[derive(Debug, Clone)]
pub struct Vote {
    /// Batteries per held class, ascending by class.
    pub coverage: Vec<Coverage>,
    /// One row per query battery.
    pub rows: Vec<Row>,
    /// M_k for q = 1 and 2, in ten-thousandths.
    pub distance: [u32; 2],
    /// Rows the forest was trained on.
    pub n_training_rows: u32,
    /// The forest, which stays with the collaborator.
    pub forest: Forest,
    /// Per query battery the own one that it is, answered as if left out. Stays here as well.
    pub owners: Vec<Option<u32>>,
}

/// Casts a vote on a query, shape (batteries, p), finite and not empty.
///
/// # Errors
/// [`ForestError`] as the forest's fit, and [`ForestError::Cancelled`] when `report` breaks off.
pub fn vote(
    own: &Own<'_>,
    query: ArrayView2<'_, f64>,
    params: &VoteParams,
    report: &mut dyn FnMut(forest::Progress) -> ControlFlow<()>,
) -> Result<Vote, ForestError> {
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let (forest, n_training_rows) = train_with(own.rows, own.labels, params, &mut rng, report)?;
    let counts = forest.votes(query)?;

    // What is measured about the own rows carries the declared noise as well.
    let mut noisy = own.rows.to_owned();
    add_noise(&mut noisy, own.labels, params.nsr_percent, &mut rng);
    let space = Space::of(query);
    let (near, asked) = (space.apply(noisy.view()), space.apply(query));
    let evidence = Evidence::fit(near.view(), own.labels);
    let whitening = Whitening::fit(near.view(), own.labels);
    let kept = thinned(near.nrows(), &mut rng);
    let reference = whitening.apply(near.select(Axis(0), &kept).view());
    let batteries: Vec<u32> = kept
        .iter()
        .filter_map(|&row| own.batteries.get(row).copied())
        .collect();
    let familiarity = Familiarity::new(reference.view(), &batteries);

    let owners = if params.leave_own_out {
        let clean = space.apply(own.rows);
        own_batteries(clean.view(), own.labels, own.batteries, asked.view())
    } else {
        vec![None; query.nrows()]
    };
    let coverage = coverage(own);
    let held: Vec<u16> = coverage.iter().map(|held| held.class).collect();
    let whitened = whitening.apply(asked.view());
    let batteries = asked.rows().into_iter().zip(whitened.rows());
    let mut rows: Vec<Row> = batteries
        .zip(counts.rows())
        .map(|((battery, whitened), trees)| Row {
            votes: held
                .iter()
                .filter_map(|class| trees.get(usize::from(*class)).copied())
                .collect(),
            familiarity: familiarity.level(whitened),
            evidence: evidence.levels(battery),
            soh: None,
        })
        .collect();
    let asked = Asked {
        raw: query,
        scaled: asked.view(),
        owners: &owners,
        reference: &kept,
    };
    answer_left_out(own, near.view(), &asked, &held, params, &mut rows)?;
    let plain = Scale::of(query);
    Ok(Vote {
        rows,
        distance: mean_distance(plain.apply(noisy.view()).view(), plain.apply(query).view()),
        n_training_rows,
        coverage,
        forest,
        owners,
    })
}

/// Distinct batteries per class held, ascending by class.
pub(crate) fn coverage(own: &Own<'_>) -> Vec<Coverage> {
    members_by_class(own.labels)
        .into_iter()
        .filter_map(|of| {
            let class = *own.labels.get(*of.first()?)?;
            let mut batteries: Vec<u32> = of
                .iter()
                .filter_map(|&row| own.batteries.get(row).copied())
                .collect();
            crate::order::sort(&mut batteries);
            batteries.dedup();
            Some(Coverage {
                class,
                batteries: batteries.len() as u32,
            })
        })
        .collect()
}

/// Ascending row indices, a random [`MOST_REFERENCE_ROWS`] of them where there are more.
fn thinned(n_rows: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut rows: Vec<u32> = (0..n_rows as u32).collect();
    if n_rows > MOST_REFERENCE_ROWS {
        rows.shuffle(rng);
        rows.truncate(MOST_REFERENCE_ROWS);
        crate::order::sort(&mut rows);
    }
    rows.into_iter().map(|row| row as usize).collect()
}
