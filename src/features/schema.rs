//! Named, versioned lists of feature columns.

use serde::{Deserialize, Serialize};

/// A feature schema: an identifier and its columns in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Identifier and version, such as `cycle-30/1`.
    pub id: String,
    /// Column names in order.
    pub columns: Vec<String>,
}

impl Schema {
    /// `cycle-30/1`: F1..F30 of one full charge and discharge (Tao et al. 2023, Supp. Table 2).
    pub fn cycle_30() -> Self {
        Self::numbered("cycle-30/1", 'F', 30)
    }

    /// `pulse-21/1`: U1..U21 of a rapid pulse test (Tao et al. 2024).
    pub fn pulse_21() -> Self {
        Self::numbered("pulse-21/1", 'U', 21)
    }

    /// `cycle-chem/1`: P1..P15, mean voltage of charge and discharge at equal charge content.
    pub fn cycle_chem() -> Self {
        Self::numbered("cycle-chem/1", 'P', 15)
    }

    /// All schemas with a name of their own.
    pub fn known() -> [Self; 3] {
        [Self::cycle_30(), Self::pulse_21(), Self::cycle_chem()]
    }

    /// A schema of the user's own; its identifier is `custom/` and the number of columns.
    pub fn custom(columns: Vec<String>) -> Self {
        Self {
            id: format!("custom/{}", columns.len()),
            columns,
        }
    }

    /// The schema that has exactly these columns in this order.
    pub fn of_columns(columns: Vec<String>) -> Self {
        Self::known()
            .into_iter()
            .find(|known| known.columns == columns)
            .unwrap_or_else(|| Self::custom(columns))
    }

    /// Number of features p.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    fn numbered(id: &str, letter: char, n: usize) -> Self {
        Self {
            id: id.into(),
            columns: (1..=n).map(|i| format!("{letter}{i}")).collect(),
        }
    }
}
