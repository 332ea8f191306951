//! A feature table: one row per battery (or pulse record).

use super::{Schema, TableError};
use ndarray::{Array2, Axis};

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
    /// A table without rows.
    pub fn new(schema: Schema) -> Self {
        Self {
            values: Array2::zeros((0, schema.len())),
            schema,
            cell_ids: Vec::new(),
            soh: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cell_ids.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.cell_ids.is_empty()
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`TableError::Ragged`] for another number of values than columns and
    /// [`TableError::NotANumber`] for a value that is not finite; the row is the one it would be
    /// in a file.
    pub fn push(
        &mut self,
        cell_id: &str,
        values: &[f64],
        soh: Option<f64>,
    ) -> Result<(), TableError> {
        let row = self.len() + 2;
        let ragged = TableError::Ragged {
            row,
            expected: self.schema.len(),
            found: values.len(),
        };
        if values.len() != self.schema.len() {
            return Err(ragged);
        }
        if let Some(column) = values.iter().position(|value| !value.is_finite()) {
            let column = self.schema.columns[column].clone();
            return Err(TableError::NotANumber { row, column });
        }
        self.values
            .push_row(ndarray::aview1(values))
            .map_err(|_| ragged)?;
        self.cell_ids.push(cell_id.into());
        self.soh.push(soh);
        Ok(())
    }

    /// The rows at these positions, in this order; positions past the end are left out.
    pub fn select(&self, rows: &[usize]) -> Self {
        let rows: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|&row| row < self.len())
            .collect();
        Self {
            schema: self.schema.clone(),
            cell_ids: rows.iter().map(|&row| self.cell_ids[row].clone()).collect(),
            values: self.values.select(Axis(0), &rows),
            soh: rows.iter().map(|&row| self.soh[row]).collect(),
        }
    }

    /// Positions of the rows whose battery is wanted.
    pub fn rows_where(&self, mut is_wanted: impl FnMut(&str) -> bool) -> Vec<usize> {
        let wanted = |&row: &usize| is_wanted(&self.cell_ids[row]);
        (0..self.len()).filter(wanted).collect()
    }

    /// The first row of a battery.
    pub fn row_of(&self, cell_id: &str) -> Option<usize> {
        self.cell_ids.iter().position(|id| id == cell_id)
    }

    /// The rows of this table, then those of another with the same columns.
    ///
    /// # Errors
    /// [`TableError::OtherColumns`].
    pub fn concat(&self, other: &Self) -> Result<Self, TableError> {
        if self.schema != other.schema {
            return Err(TableError::OtherColumns);
        }
        let values = ndarray::concatenate(Axis(0), &[self.values.view(), other.values.view()])
            .map_err(|_| TableError::OtherColumns)?;
        Ok(Self {
            schema: self.schema.clone(),
            cell_ids: [&self.cell_ids[..], &other.cell_ids].concat(),
            values,
            soh: [&self.soh[..], &other.soh].concat(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> FeatureTable {
        let mut table = FeatureTable::new(Schema::custom(vec!["a".into(), "b".into()]));
        for (id, values, soh) in [
            ("x", [1.0, 2.0], Some(0.8)),
            ("y", [3.0, 4.0], None),
            ("x", [5.0, 6.0], None),
        ] {
            table.push(id, &values, soh).unwrap();
        }
        table
    }

    #[test]
    fn rows_are_selected_in_the_order_asked() {
        let table = table();
        let selected = table.select(&[2, 0, 9]);
        assert_eq!(selected.cell_ids, ["x", "x"]);
        assert_eq!(selected.values, ndarray::array![[5.0, 6.0], [1.0, 2.0]]);
        assert_eq!(selected.soh, [None, Some(0.8)]);
        assert_eq!(table.rows_where(|id| id == "x"), [0, 2]);
        assert_eq!((table.row_of("y"), table.row_of("z")), (Some(1), None));
        assert_eq!(
            table.select(&[0, 1]).concat(&table.select(&[2])),
            Ok(table.clone())
        );
        let other = FeatureTable::new(Schema::pulse_21());
        assert_eq!(table.concat(&other), Err(TableError::OtherColumns));
    }

    #[test]
    fn bad_rows_are_refused() {
        let mut table = table();
        let refused = table.push("z", &[1.0, f64::NAN], None);
        let column = "b".into();
        assert_eq!(refused, Err(TableError::NotANumber { row: 5, column }));
        assert!(table.push("z", &[1.0], None).is_err());
        assert_eq!(table.len(), 3);
    }
}
