//! What can be wrong with the input of a forest.

use crate::error::Coded;
use std::fmt;

/// Why a forest could not be fitted or asked. Rows and columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForestError {
    /// No rows or no columns to learn from.
    Empty,
    /// The numbers of rows and of labels differ.
    LabelCount {
        /// Rows of features.
        n_rows: usize,
        /// Labels.
        n_labels: usize,
    },
    /// A label is not below the number of classes.
    UnknownClass {
        /// Its row.
        row: usize,
    },
    /// A feature (or target, with `column` = number of features) is NaN or infinite.
    NotFinite {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// Rows have another number of features than the forest was fitted with.
    ColumnCount {
        /// Features of the forest.
        expected: usize,
        /// Features found.
        found: usize,
    },
    /// Other rows than the forest was fitted with, where the same are needed.
    OtherRows,
    /// More rows than 31 bits count, or more features than 32 bits.
    TooLarge,
    /// A parameter out of range.
    Parameter {
        /// Its name.
        name: &'static str,
    },
    /// The caller asked to stop.
    Cancelled,
}

impl fmt::Display for ForestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there are no rows or no columns to learn from"),
            Self::LabelCount { n_rows, n_labels } => {
                write!(f, "{n_rows} rows of features but {n_labels} labels")
            }
            Self::UnknownClass { row } => {
                write!(f, "the label of row {row} is not one of the classes")
            }
            Self::NotFinite { row, column } => {
                write!(f, "row {row}, column {column} is not a finite number")
            }
            Self::ColumnCount { expected, found } => write!(
                f,
                "rows have {found} features but the forest was fitted with {expected}"
            ),
            Self::OtherRows => write!(f, "these are not the rows that the forest was fitted with"),
            Self::TooLarge => write!(f, "more rows or features than can be counted"),
            Self::Parameter { name } => write!(f, "forest parameter {name} is out of range"),
            Self::Cancelled => write!(f, "fitting was cancelled"),
        }
    }
}

impl std::error::Error for ForestError {}

impl Coded for ForestError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "forest-empty",
            Self::LabelCount { .. } => "forest-label-count",
            Self::UnknownClass { .. } => "forest-unknown-class",
            Self::NotFinite { .. } => "forest-not-finite",
            Self::ColumnCount { .. } => "forest-column-count",
            Self::OtherRows => "forest-other-rows",
            Self::TooLarge => "forest-too-large",
            Self::Parameter { .. } => "forest-parameter",
            Self::Cancelled => "forest-cancelled",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::LabelCount { n_rows, n_labels } => vec![
                ("rows", n_rows.to_string()),
                ("labels", n_labels.to_string()),
            ],
            Self::UnknownClass { row } => vec![("row", row.to_string())],
            Self::NotFinite { row, column } => {
                vec![("row", row.to_string()), ("column", column.to_string())]
            }
            Self::ColumnCount { expected, found } => vec![
                ("expected", expected.to_string()),
                ("found", found.to_string()),
            ],
            Self::Parameter { name } => vec![("name", (*name).to_string())],
            Self::Empty | Self::OtherRows | Self::TooLarge | Self::Cancelled => Vec::new(),
        }
    }
}
