//! What can be wrong with a cycle to extract from, or with a table to read.

use crate::error::Coded;
use crate::standardize::StandardizeError;
use std::fmt;

/// Why a cycle gives no features.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeatureError {
    /// A half could not be standardised.
    Standardize(StandardizeError),
    /// A feature came out NaN or infinite, which absurd voltages or capacities may cause.
    NotFinite {
        /// The column.
        column: String,
    },
}

impl fmt::Display for FeatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standardize(error) => error.fmt(f),
            Self::NotFinite { column } => write!(f, "feature {column} is not a finite number"),
        }
    }
}

impl std::error::Error for FeatureError {}

impl Coded for FeatureError {
    fn code(&self) -> &'static str {
        match self {
            Self::Standardize(error) => error.code(),
            Self::NotFinite { .. } => "feature-not-finite",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Standardize(error) => error.params(),
            Self::NotFinite { column } => vec![("column", column.clone())],
        }
    }
}

impl From<StandardizeError> for FeatureError {
    fn from(error: StandardizeError) -> Self {
        Self::Standardize(error)
    }
}

/// Why a feature table could not be read. Rows count from 1, the header being row 1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableError {
    /// Not UTF-8 text.
    NotText,
    /// No header, or no row below it.
    Empty,
    /// No column `cell_id`.
    NoCellId,
    /// No column of features.
    NoFeatures,
    /// Two columns of one name.
    RepeatedColumn {
        /// The name.
        column: String,
    },
    /// A row has another number of entries than the header.
    Ragged {
        /// Its row.
        row: usize,
        /// Entries of the header.
        expected: usize,
        /// Entries of the row.
        found: usize,
    },
    /// An empty battery identifier.
    NoIdentifier {
        /// Its row.
        row: usize,
    },
    /// An entry that is not a finite number.
    NotANumber {
        /// Its row.
        row: usize,
        /// Its column.
        column: String,
    },
    /// Rows of different columns cannot be joined.
    OtherColumns,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => write!(f, "the feature table is not UTF-8 text"),
            Self::Empty => write!(f, "the feature table has no rows"),
            Self::NoCellId => write!(f, "the feature table has no column cell_id"),
            Self::NoFeatures => write!(f, "the feature table has no column of features"),
            Self::RepeatedColumn { column } => write!(f, "column {column} occurs twice"),
            Self::Ragged {
                row,
                expected,
                found,
            } => write!(
                f,
                "row {row} has {found} entries where the header has {expected}"
            ),
            Self::NoIdentifier { row } => write!(f, "row {row} has no cell_id"),
            Self::NotANumber { row, column } => {
                write!(f, "row {row}, column {column} is not a finite number")
            }
            Self::OtherColumns => write!(f, "the tables have different columns"),
        }
    }
}

impl std::error::Error for TableError {}

impl Coded for TableError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotText => "table-not-text",
            Self::Empty => "table-empty",
            Self::NoCellId => "table-no-cell-id",
            Self::NoFeatures => "table-no-features",
            Self::RepeatedColumn { .. } => "table-repeated-column",
            Self::Ragged { .. } => "table-ragged",
            Self::NoIdentifier { .. } => "table-no-identifier",
            Self::NotANumber { .. } => "table-not-a-number",
            Self::OtherColumns => "table-other-columns",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::RepeatedColumn { column } => vec![("column", column.clone())],
            Self::Ragged {
                row,
                expected,
                found,
            } => vec![
                ("row", row.to_string()),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
            ],
            Self::NoIdentifier { row } => vec![("row", row.to_string())],
            Self::NotANumber { row, column } => {
                vec![("row", row.to_string()), ("column", column.clone())]
            }
            Self::NotText
            | Self::Empty
            | Self::NoCellId
            | Self::NoFeatures
            | Self::OtherColumns => Vec::new(),
        }
    }
}
