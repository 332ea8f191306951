//! A feature table: one row per battery (or pulse record).

use super::Schema;
use ndarray::Array2;

/// Feature rows of some batteries.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTable {
    /// The columns.
    pub schema: Schema,
    /// Battery identifiers, one per row.
    pub cell_ids: Vec<String>,
    /// Values, shape (rows, schema columns), finite.
    pub values: Array2<f64>,
    /// State of health per row where known (fraction of nominal capacity).
    pub soh: Vec<Option<f64>>,
}

impl FeatureTable {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cell_ids.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.cell_ids.is_empty()
    }
}
