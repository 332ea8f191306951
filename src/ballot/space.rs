//! What distances are measured in: classifier columns on a scale taken from the query.
//!
//! Every collaborator sees the same query, so a scale taken from it is common to all of them
//! without anybody disclosing a row. [`Scale`] is the plain one of the published distance M_k.
//! Evidence and familiarity look at the rows in a [`Space`], which no batteries that a recycler
//! makes up and hides in its query can stretch.

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

/// Values farther than this many interquartile ranges outside the quartiles do not set the unit
/// of a [`Space`].
const FENCE: f64 = 3.0;

/// Units from the median beyond which distances in a [`Space`] count by their logarithm.
const LINEAR_TO: f64 = 1.0;

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
        Self::with_fence(query, f64::INFINITY)
    }

    /// The same where only values within `fence` interquartile ranges of the quartiles count for
    /// the 5-95 % range.
    fn with_fence(query: ArrayView2<'_, f64>, fence: f64) -> Self {
        let (mut center, mut spread) = (Vec::new(), Vec::new());
        for column in query.columns() {
            let mut sorted = column.to_vec();
            crate::order::sort_numbers(&mut sorted);
            let at = |q| quantile(&sorted, q);
            let middle = at(0.75) - at(0.25);
            let inside = if fence.is_finite() {
                let (least, most) = (at(0.25) - fence * middle, at(0.75) + fence * middle);
                let from = sorted.partition_point(|value| *value < least);
                let to = sorted.partition_point(|value| *value <= most);
                sorted.get(from..to).unwrap_or(&sorted)
            } else {
                &sorted
            };
            let range = (quantile(inside, 0.95) - quantile(inside, 0.05)) / 3.29;
            let unit = (middle / 1.349).max(0.5 * range);
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

/// A scale whose unit far values cannot stretch, and on which they are drawn in: x becomes
/// asinh(x), linear near the median and logarithmic far from it.
///
/// Some columns (moments of dQ/dV) spread a hundred times more in one class than in the others.
/// On a plain scale either that class sets the unit and the others blur, or its own spread takes
/// more batteries to learn than a collaborator has. The logarithm lets both be seen, and it leaves
/// nothing to gain from batteries placed far outside: they may be up to a quarter of the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    scale: Scale,
}

impl Space {
    /// The space of a query, shape (batteries, columns).
    pub fn of(query: ArrayView2<'_, f64>) -> Self {
        Self {
            scale: Scale::with_fence(query, FENCE),
        }
    }

    /// Rows in this space, same shape.
    pub fn apply(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut out = self.scale.apply(rows);
        out.mapv_inplace(|value| LINEAR_TO * libm::asinh(value / LINEAR_TO));
        out
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
    fn a_quarter_of_far_batteries_does_not_stretch_the_space() {
        let honest = Array2::from_shape_fn((75, 1), |(i, _)| ((i * 31) % 75) as f64);
        for away in [3.0, 30.0, 1e3, 1e9] {
            let crafted = Array2::from_shape_fn((100, 1), |(i, _)| match i {
                0..75 => honest[[i, 0]],
                _ if i % 2 == 0 => 75.0 * away,
                _ => -75.0 * away,
            });
            let unit = |query: &Array2<f64>| Space::of(query.view()).scale.spread[0];
            let stretch = unit(&crafted) / unit(&honest);
            assert!((1.0..3.0).contains(&stretch), "{away}: {stretch}");
            assert!(Scale::of(crafted.view()).spread()[0] > 2.0 * unit(&honest));
        }
    }

    #[test]
    fn far_rows_are_drawn_in_and_keep_their_order() {
        let query = array![[-1.349], [-0.6745], [0.0], [0.6745], [1.349]];
        let space = Space::of(query.view());
        let out = space.apply(array![[0.0], [0.01], [100.0], [-1000.0]].view());
        assert_eq!(out[[0, 0]], 0.0);
        assert!((out[[1, 0]] - 0.01).abs() < 1e-6);
        assert!((out[[2, 0]] - 200.0_f64.ln()).abs() < 1e-3);
        assert!((out[[3, 0]] + 2000.0_f64.ln()).abs() < 1e-3);
    }

    #[test]
    fn quantiles_interpolate() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!(quantile(&sorted, 0.75), 3.0);
        assert_eq!(quantile(&sorted, 1.0), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
