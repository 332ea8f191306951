//! What a dishonest collaborator can do to a round: the attack suite.

use crate::ballot::{Ballot, Row, LEVELS};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A way to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// Trained on permuted labels: every answer moves to the next held class.
    LabelFlip,
    /// Owns nothing: random votes and levels.
    FreeRider,
    /// Label flip with full votes, highest levels and ten times the size and distance.
    WeightLie,
    /// Always the same class, at the highest level.
    OneClass,
    /// Repeats the ballot of an honest collaborator.
    Copy,
    /// Sends its flipped ballot three times under different keys.
    Stuffing,
    /// Honest, but the batteries of one class are called another, at the highest level. Several
    /// liars choose the same two classes.
    Target,
}

/// All attacks with their names in reports.
pub const ATTACKS: [(Attack, &str); 7] = [
    (Attack::LabelFlip, "label-flip"),
    (Attack::FreeRider, "free-rider"),
    (Attack::WeightLie, "weight-lie"),
    (Attack::OneClass, "one-class"),
    (Attack::Copy, "copy"),
    (Attack::Stuffing, "stuffing"),
    (Attack::Target, "target"),
];

/// Copies of a stuffed ballot.
const N_STUFFED: usize = 3;

impl Attack {
    /// Replaces the first `n_liars` ballots by lies; the others stay honest.
    pub fn apply(self, ballots: &[Ballot], n_liars: usize, rng: &mut ChaCha8Rng) -> Vec<Ballot> {
        let n_liars = n_liars.min(ballots.len());
        let (liars, honest) = ballots.split_at(n_liars);
        let mut out = Vec::new();
        for liar in liars {
            match self {
                Self::LabelFlip => out.push(flipped(liar)),
                Self::FreeRider => out.push(random(liar, rng)),
                Self::WeightLie => out.push(weighty(liar)),
                Self::OneClass => out.push(one_class(liar)),
                Self::Copy => out.push(match honest.choose(rng) {
                    Some(victim) => Ballot {
                        n_training_rows: liar.n_training_rows,
                        ..victim.clone()
                    },
                    None => liar.clone(),
                }),
                Self::Stuffing => {
                    out.extend(std::iter::repeat_n(flipped(liar), N_STUFFED));
                }
                Self::Target => out.push(target(liar, liars)),
            }
        }
        out.extend_from_slice(honest);
        out
    }
}

fn flipped(ballot: &Ballot) -> Ballot {
    let mut lie = ballot.clone();
    for row in &mut lie.rows {
        rotate(&mut row.votes);
        rotate(&mut row.evidence);
    }
    lie
}

/// Moves every entry to the next slot.
fn rotate<T>(slots: &mut [T]) {
    let n = slots.len().min(1);
    slots.rotate_right(n);
}

fn weighty(ballot: &Ballot) -> Ballot {
    let mut lie = flipped(ballot);
    for row in &mut lie.rows {
        if let Some(slot) = top_slot(row) {
            shout(row, slot, ballot.n_trees);
        }
    }
    for held in &mut lie.coverage {
        held.batteries = held.batteries.saturating_mul(10);
    }
    lie.distance = lie.distance.map(|m| m.saturating_mul(10));
    lie
}

fn one_class(ballot: &Ballot) -> Ballot {
    let mut lie = ballot.clone();
    for row in &mut lie.rows {
        shout(row, 0, ballot.n_trees);
    }
    lie
}

/// Any of the levels of familiarity and evidence.
fn level(rng: &mut ChaCha8Rng) -> u8 {
    rng.gen_range::<u32, _>(0..u32::from(LEVELS)) as u8
}

fn random(ballot: &Ballot, rng: &mut ChaCha8Rng) -> Ballot {
    let mut lie = ballot.clone();
    for row in &mut lie.rows {
        row.votes.fill(0);
        let n = row.votes.len() as u32;
        for _ in 0..ballot.n_trees {
            if n > 0 {
                row.votes[rng.gen_range::<u32, _>(0..n) as usize] += 1;
            }
        }
        for evidence in &mut row.evidence {
            *evidence = level(rng);
        }
        row.familiarity = level(rng);
    }
    lie
}

/// The liars agree on the first two classes that the first of them holds.
fn target(ballot: &Ballot, liars: &[Ballot]) -> Ballot {
    let mut lie = ballot.clone();
    let Some([from, to]) = liars
        .first()
        .and_then(|l| l.coverage.first_chunk())
        .copied()
    else {
        return lie;
    };
    let slot = |class: u16| lie.coverage.iter().position(|held| held.class == class);
    let (from, to) = (slot(from.class), slot(to.class));
    for row in &mut lie.rows {
        if let (Some(top), Some(to)) = (top_slot(row), to) {
            if Some(top) == from {
                shout(row, to, ballot.n_trees);
            }
        }
    }
    lie
}

/// Slot of the highest evidence, then of most trees.
fn top_slot(row: &Row) -> Option<usize> {
    (0..row.evidence.len()).max_by_key(|&slot| {
        (
            row.evidence[slot],
            row.votes.get(slot).copied(),
            std::cmp::Reverse(slot),
        )
    })
}

/// Puts everything on one slot.
fn shout(row: &mut Row, slot: usize, n_trees: u16) {
    row.votes.fill(0);
    row.evidence.fill(0);
    if let (Some(votes), Some(level)) = (row.votes.get_mut(slot), row.evidence.get_mut(slot)) {
        *votes = n_trees;
        *level = LEVELS - 1;
    }
    row.familiarity = LEVELS - 1;
}

/// Loses each answer with probability `share`: as published it becomes a uniform guess (among the
/// classes its collaborator holds); its levels are gone.
pub fn lose_votes(ballots: &[Ballot], share: f64, rng: &mut ChaCha8Rng) -> Vec<Ballot> {
    let mut out = ballots.to_vec();
    for ballot in &mut out {
        for row in &mut ballot.rows {
            if rng.gen::<f64>() < share && !row.votes.is_empty() {
                let guess = rng.gen_range(0..row.votes.len() as u32) as usize;
                row.votes.fill(0);
                row.votes[guess] = ballot.n_trees;
                row.evidence.clear();
                row.familiarity = 0;
            }
        }
    }
    out
}
