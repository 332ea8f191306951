//! What can be wrong with economic inputs.

use crate::error::Coded;
use std::fmt;

/// An economic input was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueError {
    /// No item has this identifier.
    UnknownItem {
        /// Identifier as given.
        id: String,
    },
    /// A price, mass or cost is negative, not finite, or missing.
    BadValue {
        /// Field or item.
        field: String,
    },
    /// A share is outside 0..1.
    BadShare {
        /// Field or item.
        field: String,
    },
    /// Shares that make a whole do not sum to 1.
    SharesNotOne {
        /// Name of the group.
        group: String,
    },
    /// An item was asked for in a unit it does not have.
    WrongUnit {
        /// Item.
        id: String,
    },
    /// There is nothing to assess.
    EmptyLot,
}

impl Coded for ValueError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownItem { .. } => "value-unknown-item",
            Self::BadValue { .. } => "value-bad-value",
            Self::BadShare { .. } => "value-bad-share",
            Self::SharesNotOne { .. } => "value-shares-not-one",
            Self::WrongUnit { .. } => "value-wrong-unit",
            Self::EmptyLot => "value-empty-lot",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownItem { id } | Self::WrongUnit { id } => vec![("item", id.clone())],
            Self::BadValue { field } | Self::BadShare { field } => vec![("field", field.clone())],
            Self::SharesNotOne { group } => vec![("group", group.clone())],
            Self::EmptyLot => Vec::new(),
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownItem { id } => write!(f, "there is no economic item called {id}"),
            Self::BadValue { field } => {
                write!(f, "{field} must be a number of zero or more")
            }
            Self::BadShare { field } => write!(f, "{field} must be a share between 0 and 1"),
            Self::SharesNotOne { group } => write!(f, "the shares of {group} do not sum to 1"),
            Self::WrongUnit { id } => write!(f, "{id} is not in the unit that was asked for"),
            Self::EmptyLot => f.write_str("the lot has no batteries"),
        }
    }
}

impl std::error::Error for ValueError {}
