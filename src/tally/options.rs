//! How a tally is made, and why none can be.

use super::unknown::Limits;
use super::{Control, Rule};
use crate::error::Coded;
use std::fmt;

/// How a tally is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The rule.
    pub rule: Rule,
    /// `wdv`: beta = lambda ln alpha. Positive as in the paper's prose, negative the reverse.
    pub beta: f64,
    /// `wdv`: order of the Wasserstein distance, 1 or 2.
    pub q: u8,
    /// No collaborator weighs more than this many times the median.
    pub weight_cap: f64,
    /// Least probability of an answer.
    pub min_confidence: f64,
    /// Least lead of an answer; below it a battery is undecided.
    pub min_margin: f64,
    /// A battery with less evidence than this is unknown to everybody; see [`Options::for_schema`].
    pub unknown_below: Limits,
    /// `evidence`: nats that one level is worth; calibrates the confidence. The default was chosen
    /// on one half of PulseBat (expected calibration error 0.01 there).
    pub nats_per_level: f64,
    /// Batteries whose class is known to the recycler.
    pub controls: Vec<Control>,
    /// Whether the rules that allow it set doubtful claims aside.
    pub is_guarded: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rule: Rule::Evidence,
            beta: 1.0,
            q: 1,
            weight_cap: 3.0,
            min_confidence: 0.6,
            min_margin: 0.1,
            unknown_below: Limits::of_schema("pulse-21/1"),
            nats_per_level: 1.0,
            controls: Vec::new(),
            is_guarded: true,
        }
    }
}

impl Options {
    /// The defaults for a query of this schema.
    pub fn for_schema(schema: &str) -> Self {
        Self {
            unknown_below: Limits::of_schema(schema),
            ..Self::default()
        }
    }

    /// Refuses numbers that are out of range.
    pub(super) fn check(&self) -> Result<(), TallyError> {
        let checks = [
            (self.beta.is_finite(), "beta"),
            (matches!(self.q, 1 | 2), "q"),
            (self.weight_cap > 0.0, "cap"),
            (self.nats_per_level > 0.0, "nats-per-level"),
        ];
        match checks.into_iter().find(|(valid, _)| !valid) {
            Some((_, name)) => Err(TallyError::Option { name }),
            None => Ok(()),
        }
    }
}

/// Why nothing can be tallied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TallyError {
    /// The catalogue is empty.
    NoClasses,
    /// The query is empty.
    NoBatteries,
    /// No ballot fits the round.
    NoBallots,
    /// A control names a battery or class that is not in the round.
    Control {
        /// Position in the list of controls, from 1.
        row: usize,
    },
    /// A number of the options is out of range.
    Option {
        /// Its name.
        name: &'static str,
    },
}

impl Coded for TallyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoClasses => "tally-no-classes",
            Self::NoBatteries => "tally-no-batteries",
            Self::NoBallots => "tally-no-ballots",
            Self::Control { .. } => "tally-control",
            Self::Option { .. } => "tally-option",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Control { row } => vec![("row", row.to_string())],
            Self::Option { name } => vec![("name", (*name).into())],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for TallyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClasses => f.write_str("the round's catalogue is empty"),
            Self::NoBatteries => f.write_str("the round asks about no battery"),
            Self::NoBallots => f.write_str("no ballot fits the round"),
            Self::Control { row } => {
                write!(
                    f,
                    "control {row} names a battery or class that is not in the round"
                )
            }
            Self::Option { name } => write!(f, "{name} is out of range"),
        }
    }
}

impl std::error::Error for TallyError {}
