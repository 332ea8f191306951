//! The training rows by column, with the rank of every value.

use super::ForestError;
use ndarray::ArrayView2;

/// Feature values by column and their dense ranks within the column.
///
/// Ranking once turns every later sort of floats into a sort of integers: equal values share a
/// rank, so ranks and values order rows alike.
pub(super) struct Columns {
    pub n_rows: usize,
    pub n_features: usize,
    values: Vec<f64>,
    ranks: Vec<u32>,
    /// Distinct values, ascending, by column.
    distinct: Vec<Vec<f64>>,
}

impl Columns {
    /// Copies and ranks rows of shape (rows, features).
    pub fn new(x: ArrayView2<'_, f64>) -> Result<Self, ForestError> {
        let (n_rows, n_features) = x.dim();
        if n_rows == 0 || n_features == 0 {
            return Err(ForestError::Empty);
        }
        // Sums of squared counts stay below 2^62 then.
        if n_rows > i32::MAX as usize || u32::try_from(n_features).is_err() {
            return Err(ForestError::TooLarge);
        }
        let mut values = Vec::with_capacity(n_rows * n_features);
        let mut ranks = vec![0; n_rows * n_features];
        let mut distinct = Vec::with_capacity(n_features);
        let mut order: Vec<(u64, u32)> = Vec::with_capacity(n_rows);
        for (column, x_column) in x.columns().into_iter().enumerate() {
            order.clear();
            for (row, &value) in x_column.iter().enumerate() {
                if !value.is_finite() {
                    return Err(ForestError::NotFinite { row, column });
                }
                values.push(value);
                order.push((ascending_bits(value), row as u32));
            }
            order.sort_unstable();
            let column_ranks = &mut ranks[column * n_rows..][..n_rows];
            let mut steps: Vec<f64> = Vec::new();
            let mut previous = None;
            for &(bits, row) in &order {
                if previous != Some(bits) {
                    previous = Some(bits);
                    steps.push(x_column[row as usize]);
                }
                column_ranks[row as usize] = steps.len() as u32 - 1;
            }
            distinct.push(steps);
        }
        Ok(Self {
            n_rows,
            n_features,
            values,
            ranks,
            distinct,
        })
    }

    /// Values of one feature by row.
    pub fn values(&self, feature: u32) -> &[f64] {
        &self.values[feature as usize * self.n_rows..][..self.n_rows]
    }

    /// The value that has a rank.
    pub fn value_at(&self, rank: u32, feature: u32) -> f64 {
        self.distinct[feature as usize][rank as usize]
    }

    /// Dense ranks of one feature by row.
    pub fn ranks(&self, feature: u32) -> &[u32] {
        &self.ranks[feature as usize * self.n_rows..][..self.n_rows]
    }
}

/// Bits that order as the values do; the two zeros are one value.
fn ascending_bits(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn ranks_are_dense_and_zeros_are_one_value() {
        let x = array![[3.0], [-1.5], [0.0], [-0.0], [3.0], [1e300]];
        let columns = Columns::new(x.view()).unwrap();
        assert_eq!(columns.ranks(0), [2, 0, 1, 1, 2, 3]);
        assert_eq!(columns.value_at(3, 0), 1e300);
    }

    #[test]
    fn bad_values_are_located() {
        let x = array![[1.0, 2.0], [3.0, f64::NAN]];
        assert_eq!(
            Columns::new(x.view()).err(),
            Some(ForestError::NotFinite { row: 1, column: 1 })
        );
    }
}
