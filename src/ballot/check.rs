//! Whether a ballot answers a round: every number is checked before it is counted.

use super::privacy::{is_randomized, MAX_EPSILON};
use super::{Ballot, FORMAT, LEVELS};
use crate::error::Coded;
use crate::round::{SignedRound, MAX_TREES};
use std::fmt;

/// Why a ballot's contents were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// Made for another version of the format.
    Version,
    /// It answers another round.
    Round,
    /// Bound to another query, roster or recipient than the round's.
    Binding {
        /// Which.
        part: &'static str,
    },
    /// A part out of range.
    Part {
        /// Which.
        part: &'static str,
        /// Row or entry, counted from 1; 0 where there is none.
        at: usize,
    },
}

impl Coded for Invalid {
    fn code(&self) -> &'static str {
        match self {
            Self::Version => "ballot-version",
            Self::Round => "ballot-other-round",
            Self::Binding { .. } => "ballot-binding",
            Self::Part { .. } => "ballot-invalid",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Version | Self::Round => Vec::new(),
            Self::Binding { part } => vec![("part", (*part).into())],
            Self::Part { part, at } => vec![("part", (*part).into()), ("at", at.to_string())],
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("a ballot of another version"),
            Self::Round => f.write_str("a ballot for another round"),
            Self::Binding { part } => write!(f, "the ballot is bound to another {part}"),
            Self::Part { part, at: 0 } => write!(f, "the ballot's {part} is not valid"),
            Self::Part { part, at } => write!(f, "the ballot's {part} is not valid (row {at})"),
        }
    }
}

impl std::error::Error for Invalid {}

/// Checks a ballot against the round it should answer.
///
/// # Errors
/// The first fault found, with the row where there is one.
pub fn check(ballot: &Ballot, signed: &SignedRound) -> Result<(), Invalid> {
    let round = &signed.round;
    if ballot.format != FORMAT {
        return Err(Invalid::Version);
    }
    if ballot.round != signed.id {
        return Err(Invalid::Round);
    }
    for (part, found, wanted) in [
        ("query", &*ballot.query, &*signed.query),
        ("roster", &*ballot.roster, &*signed.roster),
        ("recipient", &*ballot.recipient, signed.encryption.kid()),
    ] {
        if found != wanted {
            return Err(Invalid::Binding { part });
        }
    }
    let part = |part, at| Err(Invalid::Part { part, at });
    if ballot.software.chars().count() > 100 {
        return part("software", 0);
    }
    // The round's number is a preset; votes are counted as shares of the ballot's own.
    if !(1..=MAX_TREES).contains(&ballot.n_trees) {
        return part("number of trees", 0);
    }
    if ballot.coverage.is_empty() {
        return part("class coverage", 0);
    }
    for (i, held) in ballot.coverage.iter().enumerate() {
        let ascending = i == 0 || ballot.coverage[i - 1].class < held.class;
        let known = usize::from(held.class) < round.catalogue.len();
        if !ascending || !known || held.batteries == 0 {
            return part("class coverage", i + 1);
        }
    }
    if ballot.epsilon.is_some_and(|e| e == 0 || e > MAX_EPSILON) {
        return part("epsilon", 0);
    }
    if ballot.rows.len() != round.query.batteries.len() {
        return part("number of rows", 0);
    }
    let n_held = ballot.coverage.len();
    for (i, row) in ballot.rows.iter().enumerate() {
        let total: u64 = row.votes.iter().map(|votes| u64::from(*votes)).sum();
        let abstains = row.votes.is_empty();
        if !abstains && (row.votes.len() != n_held || total != u64::from(ballot.n_trees)) {
            return part("votes", i + 1);
        }
        // A stated epsilon is only true if nothing else is said about the battery.
        if ballot.epsilon.is_some() && !is_randomized(row) {
            return part("randomised answer", i + 1);
        }
        if row.familiarity >= LEVELS {
            return part("familiarity", i + 1);
        }
        let levelled = row.evidence.is_empty() || row.evidence.len() == n_held;
        if !levelled || row.evidence.iter().any(|level| *level >= LEVELS) {
            return part("evidence", i + 1);
        }
        if let Some(soh) = row.soh {
            if !round.asks_soh || soh.permille > 1_500 || soh.half_width > 1_500 {
                return part("state of health", i + 1);
            }
        }
    }
    Ok(())
}
