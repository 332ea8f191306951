//! The space that distances are measured in: classifier columns on the query's robust scale.
//!
//! Every collaborator sees the same query, so a scale taken from it is common to all of them
//! without anybody disclosing a row.

use ndarray::{Array2, ArrayView2};

/// Schema whose columns are rest and pulse voltages U1..U21.
const PULSE_SCHEMA: &str = "pulse-21/1";

/// Rows as the classifier sees them, shape (rows, columns).
///
/// Pulse voltages U become [U1, Ui - U1]: the rest voltage follows the state of charge, the
/// differences follow the chemistry (measured on PulseBat: 0.94 to 0.98 pooled). Other schemas
/// pass unchanged.
pub fn classifier_rows(schema: &str, rows: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut out = rows.to_owned();
    if schema == PULSE_SCHEMA {
        for mut row in out.rows_mut() {
            let mut values = row.iter_mut();
            if let Some(&mut rest) = values.next() {
                for value in values {
                    *value -= rest;
                }
            }
        }
    }
    out
}

/// Location and robust scale per column.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    center: Vec<f64>,
    spread: Vec<f64>,
}

impl Scale {
    /// The robust scale of a query, shape (batteries, columns).
    ///
    /// Location is the median. Spread is the interquartile range over 1.349 (one standard
    /// deviation of a normal distribution), but at least half of what the 5-95 % range says, so
    /// that a query of mostly one class does not shrink the unit; a column without spread falls
    /// back to 5 % of its magnitude.
    pub fn of(query: ArrayView2<'_, f64>) -> Self {
        let (mut center, mut spread) = (Vec::new(), Vec::new());
        for column in query.columns() {
            let mut sorted = column.to_vec();
            crate::order::sort_numbers(&mut sorted);
            let at = |q| quantile(&sorted, q);
            let quartiles = (at(0.75) - at(0.25)) / 1.349;
            let range = (at(0.95) - at(0.05)) / 3.29;
            let unit = quartiles.max(0.5 * range);
            let median = at(0.5);
            let floor = 1e-9 * (1.0 + median.abs());
            center.push(median);
            spread.push(if unit > floor {
                unit
            } else {
                0.05 * median.abs() + 1e-3
            });
        }
        Self { center, spread }
    }

    /// Rows in units of this scale, same shape.
    pub fn apply(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut out = rows.to_owned();
        for mut row in out.rows_mut() {
            for (value, (center, spread)) in
                row.iter_mut().zip(self.center.iter().zip(&self.spread))
            {
                *value = (*value - center) / spread;
            }
        }
        out
    }

    /// Spread per column.
    pub fn spread(&self) -> &[f64] {
        &self.spread
    }
}

/// Quantile of ascending values by linear interpolation; 0 for no values.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let position = q * last as f64;
    let below = (position as usize).min(last);
    let above = (below + 1).min(last);
    let share = position - below as f64;
    sorted[below] + share * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn pulses_become_differences_to_the_rest_voltage() {
        let rows = array![[3.5, 3.6, 3.4]];
        let pulse = classifier_rows(PULSE_SCHEMA, rows.view());
        assert!((pulse[[0, 1]] - 0.1).abs() < 1e-12 && (pulse[[0, 2]] + 0.1).abs() < 1e-12);
        assert_eq!(pulse[[0, 0]], 3.5);
        assert_eq!(classifier_rows("cycle-30/1", rows.view()), rows);
    }

    #[test]
    fn scale_survives_constant_columns_and_single_rows() {
        let query = array![[2.0, 0.0], [2.0, 1.0], [2.0, 2.0], [2.0, 3.0], [2.0, 4.0]];
        let scale = Scale::of(query.view());
        assert!((scale.spread()[0] - 0.101).abs() < 1e-12);
        assert!((scale.spread()[1] - 2.0 / 1.349).abs() < 1e-12);
        let one = Scale::of(array![[3.0, 0.0]].view());
        assert!(one.spread().iter().all(|s| *s > 0.0));
        assert_eq!(one.apply(array![[3.0, 0.0]].view()), array![[0.0, 0.0]]);
    }

    #[test]
    fn quantiles_interpolate() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!(quantile(&sorted, 0.75), 3.0);
        assert_eq!(quantile(&sorted, 1.0), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
