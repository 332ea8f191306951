//! What can be wrong with a round.

use crate::error::Coded;
use crate::seal;
use std::fmt;

/// Why a round was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Its signature, form or keys.
    Seal(seal::Error),
    /// Made for another version of the format.
    Version {
        /// The format named in the file.
        found: String,
    },
    /// Signed by another key than the one expected.
    Recycler,
    /// The deadline has passed.
    Expired {
        /// Unix seconds.
        deadline: u64,
    },
    /// Nothing to sort.
    EmptyQuery,
    /// A part of the round contradicts another or is out of range.
    Invalid {
        /// Which part.
        part: &'static str,
        /// Row or entry, counted from 1; 0 where there is none.
        at: usize,
    },
    /// Fewer valid ballots than the round's quorum.
    Quorum {
        /// Valid ballots.
        found: usize,
        /// Ballots needed.
        needed: usize,
    },
}

impl From<seal::Error> for Error {
    fn from(error: seal::Error) -> Self {
        Self::Seal(error)
    }
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Seal(error) => error.code(),
            Self::Version { .. } => "round-version",
            Self::Recycler => "round-recycler",
            Self::Expired { .. } => "round-expired",
            Self::EmptyQuery => "round-empty-query",
            Self::Invalid { .. } => "round-invalid",
            Self::Quorum { .. } => "round-quorum",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Seal(error) => error.params(),
            Self::Version { found } => vec![("found", found.clone())],
            Self::Recycler | Self::EmptyQuery => Vec::new(),
            Self::Expired { deadline } => vec![("deadline", deadline.to_string())],
            Self::Invalid { part, at } => vec![("part", (*part).into()), ("at", at.to_string())],
            Self::Quorum { found, needed } => {
                vec![("found", found.to_string()), ("needed", needed.to_string())]
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seal(error) => error.fmt(f),
            Self::Version { found } => write!(
                f,
                "a round of version `{found}`; this software reads `{}`",
                super::FORMAT
            ),
            Self::Recycler => f.write_str("signed by another key than the recycler's"),
            Self::Expired { deadline } => {
                write!(f, "the deadline has passed (Unix time {deadline})")
            }
            Self::EmptyQuery => f.write_str("the round has no batteries to sort"),
            Self::Invalid { part, at: 0 } => write!(f, "the round's {part} is not valid"),
            Self::Invalid { part, at } => {
                write!(f, "the round's {part} is not valid (entry {at})")
            }
            Self::Quorum { found, needed } => write!(
                f,
                "{found} valid ballots, and the round asks for at least {needed} before any tally"
            ),
        }
    }
}

impl std::error::Error for Error {}
