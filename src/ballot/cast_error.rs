//! Why a ballot cannot be cast.

use crate::error::Coded;
use crate::forest::ForestError;
use std::fmt;

/// Errors of casting. Rows are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CastError {
    /// The round asks about no battery, or about no feature.
    EmptyQuery,
    /// A query row has another number of values than the round has columns.
    QueryShape {
        /// Row of the query.
        row: usize,
    },
    /// The own features are of another schema than the round's.
    Schema {
        /// The round's schema.
        expected: String,
        /// The schema of the own features.
        found: String,
    },
    /// Not one label per row.
    LabelCount {
        /// Feature rows.
        n_rows: usize,
        /// Labels.
        n_labels: usize,
    },
    /// A label that is not in the catalogue.
    UnknownLabel {
        /// Row of the own features.
        row: usize,
    },
    /// A missing or infinite feature.
    NotFinite {
        /// Row of the own features or of the query.
        row: usize,
        /// Column name.
        column: String,
    },
    /// Fewer than two classes: a forest would have nothing to tell apart.
    TooFewClasses {
        /// Classes held.
        n_classes: usize,
    },
    /// Fewer than two batteries of a class: their spread cannot be known.
    TooFewBatteries {
        /// Name of the class.
        class: String,
        /// Batteries held.
        n_batteries: u32,
    },
    /// An option out of range.
    Option {
        /// Name of the option.
        name: &'static str,
    },
    /// The forest could not be grown, or the work was broken off.
    Forest(ForestError),
}

impl From<ForestError> for CastError {
    fn from(error: ForestError) -> Self {
        Self::Forest(error)
    }
}

impl Coded for CastError {
    fn code(&self) -> &'static str {
        match self {
            Self::EmptyQuery => "cast-empty-query",
            Self::QueryShape { .. } => "cast-query-shape",
            Self::Schema { .. } => "cast-schema",
            Self::LabelCount { .. } => "cast-label-count",
            Self::UnknownLabel { .. } => "cast-unknown-label",
            Self::NotFinite { .. } => "cast-not-finite",
            Self::TooFewClasses { .. } => "cast-too-few-classes",
            Self::TooFewBatteries { .. } => "cast-too-few-batteries",
            Self::Option { .. } => "cast-option",
            Self::Forest(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::EmptyQuery => Vec::new(),
            Self::QueryShape { row } | Self::UnknownLabel { row } => {
                vec![("row", row.to_string())]
            }
            Self::Schema { expected, found } => {
                vec![("expected", expected.clone()), ("found", found.clone())]
            }
            Self::LabelCount { n_rows, n_labels } => {
                vec![
                    ("rows", n_rows.to_string()),
                    ("labels", n_labels.to_string()),
                ]
            }
            Self::NotFinite { row, column } => {
                vec![("row", row.to_string()), ("column", column.clone())]
            }
            Self::TooFewClasses { n_classes } => vec![("classes", n_classes.to_string())],
            Self::TooFewBatteries { class, n_batteries } => {
                vec![
                    ("class", class.clone()),
                    ("batteries", n_batteries.to_string()),
                ]
            }
            Self::Option { name } => vec![("name", (*name).into())],
            Self::Forest(error) => error.params(),
        }
    }
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyQuery => f.write_str("the round asks about no battery"),
            Self::QueryShape { row } => {
                write!(
                    f,
                    "row {row} of the query has another number of values than columns"
                )
            }
            Self::Schema { expected, found } => {
                write!(
                    f,
                    "the round asks for features {expected}, the table has {found}"
                )
            }
            Self::LabelCount { n_rows, n_labels } => {
                write!(f, "{n_rows} feature rows but {n_labels} labels")
            }
            Self::UnknownLabel { row } => {
                write!(f, "the label of row {row} is not in the round's catalogue")
            }
            Self::NotFinite { row, column } => {
                write!(f, "row {row}, column {column}: missing or infinite")
            }
            Self::TooFewClasses { n_classes } => {
                write!(
                    f,
                    "batteries of {n_classes} classes of the catalogue; a vote needs two"
                )
            }
            Self::TooFewBatteries { class, n_batteries } => {
                write!(
                    f,
                    "{n_batteries} battery of class {class}; a vote needs two of each class"
                )
            }
            Self::Option { name } => write!(f, "{name} is out of range"),
            Self::Forest(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CastError {}
