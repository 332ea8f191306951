//! Why a half cycle gives no curve.

use super::Direction;
use crate::error::Coded;
use std::fmt;

/// What standardisation refuses. Never holds a measured value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandardizeError {
    /// Too few constant-current rows to call it a curve.
    TooFewRows {
        /// Which half.
        direction: Direction,
        /// Constant-current rows found.
        n_rows: usize,
        /// Rows needed.
        n_needed: usize,
    },
    /// No constant-current row has a voltage.
    NoVoltage {
        /// Which half.
        direction: Direction,
    },
    /// So many voltages are missing that filling them in would invent the curve.
    MostlyMissing {
        /// Which half.
        direction: Direction,
        /// Constant-current rows without a voltage.
        n_missing: usize,
        /// Constant-current rows.
        n_rows: usize,
    },
    /// Voltage or charge does not change over the constant-current rows.
    Flat {
        /// Which half.
        direction: Direction,
    },
    /// The vectors of the half cycle differ in length, or its charge is not finite or decreases.
    Malformed {
        /// Which half.
        direction: Direction,
    },
    /// A parameter out of range.
    Parameter {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for StandardizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRows {
                direction,
                n_rows,
                n_needed,
            } => write!(
                f,
                "the {direction} has {n_rows} constant-current rows, at least {n_needed} are needed"
            ),
            Self::NoVoltage { direction } => {
                write!(f, "no constant-current row of the {direction} has a voltage")
            }
            Self::MostlyMissing {
                direction,
                n_missing,
                n_rows,
            } => write!(
                f,
                "{n_missing} of the {n_rows} constant-current rows of the {direction} have no voltage, too many to fill in"
            ),
            Self::Flat { direction } => write!(
                f,
                "voltage or charge does not change over the constant-current rows of the {direction}"
            ),
            Self::Malformed { direction } => write!(
                f,
                "the rows of the {direction} are incomplete or their charge decreases"
            ),
            Self::Parameter { name } => {
                write!(f, "standardisation parameter {name} is out of range")
            }
        }
    }
}

impl std::error::Error for StandardizeError {}

impl Coded for StandardizeError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooFewRows { .. } => "standardize-too-few-rows",
            Self::NoVoltage { .. } => "standardize-no-voltage",
            Self::MostlyMissing { .. } => "standardize-mostly-missing",
            Self::Flat { .. } => "standardize-flat",
            Self::Malformed { .. } => "standardize-malformed",
            Self::Parameter { .. } => "standardize-parameter",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooFewRows {
                direction,
                n_rows,
                n_needed,
            } => vec![
                ("direction", direction.to_string()),
                ("rows", n_rows.to_string()),
                ("needed", n_needed.to_string()),
            ],
            Self::MostlyMissing {
                direction,
                n_missing,
                n_rows,
            } => vec![
                ("direction", direction.to_string()),
                ("missing", n_missing.to_string()),
                ("rows", n_rows.to_string()),
            ],
            Self::NoVoltage { direction }
            | Self::Flat { direction }
            | Self::Malformed { direction } => vec![("direction", direction.to_string())],
            Self::Parameter { name } => vec![("name", (*name).to_string())],
        }
    }
}
