//! What a regressor sees of a record: differences of turning points, rest voltage, SOC.

use super::super::record::N_TURNING_POINTS;
use super::super::PulseRecord;
use serde::{Deserialize, Serialize};

/// How the shape of the pulses is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// U_i − U_1: how far from rest.
    FromRest,
    /// U_{i+1} − U_i: the jump at each turning point.
    Steps,
}

/// The columns a regressor sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The 20 columns of shape.
    pub shape: Shape,
    /// Whether U1 is a column.
    pub rest: bool,
    /// Whether the state of charge is a column.
    pub soc: bool,
}

impl View {
    /// Number of columns.
    pub fn len(self) -> usize {
        N_TURNING_POINTS - 1 + usize::from(self.rest) + usize::from(self.soc)
    }

    /// A view is never empty.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Appends the columns of one record. `soc` as a fraction stands in for the record's own.
    pub fn append(self, voltages_v: &[f64], soc: f64, to: &mut Vec<f64>) {
        let rest_v = voltages_v.first().copied().unwrap_or(0.0);
        let wanted = voltages_v.iter().take(N_TURNING_POINTS);
        match self.shape {
            Shape::FromRest => to.extend(wanted.skip(1).map(|v| v - rest_v)),
            Shape::Steps => {
                let mut before = rest_v;
                for &v in wanted.skip(1) {
                    to.push(v - before);
                    before = v;
                }
            }
        }
        if self.rest {
            to.push(rest_v);
        }
        if self.soc {
            to.push(soc);
        }
    }

    /// All records, row-major; a missing SOC is 0.
    pub fn rows<'a>(self, records: impl IntoIterator<Item = &'a PulseRecord>) -> Vec<f64> {
        let mut rows = Vec::new();
        for record in records {
            self.append(&record.voltages_v, record.soc.unwrap_or(0.0), &mut rows);
        }
        rows
    }
}

/// Column means and standard deviations of training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaler {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Scaler {
    /// Means and population standard deviations of row-major rows; a constant column is only
    /// centred.
    pub fn fit(rows: &[f64], n_columns: usize) -> Self {
        let n_rows = (rows.len() / n_columns.max(1)).max(1) as f64;
        let mut means = vec![0.0; n_columns];
        for row in rows.chunks_exact(n_columns) {
            for (mean, value) in means.iter_mut().zip(row) {
                *mean += value;
            }
        }
        means.iter_mut().for_each(|mean| *mean /= n_rows);
        let mut deviations = vec![0.0; n_columns];
        for row in rows.chunks_exact(n_columns) {
            for ((sum, value), mean) in deviations.iter_mut().zip(row).zip(&means) {
                *sum += (value - mean) * (value - mean);
            }
        }
        for deviation in &mut deviations {
            *deviation = (*deviation / n_rows).sqrt();
            if *deviation < 1e-12 {
                *deviation = 1.0;
            }
        }
        Self { means, deviations }
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.means.len()
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.means.is_empty()
    }

    /// Scales row-major rows in place.
    pub fn apply(&self, rows: &mut [f64]) {
        for row in rows.chunks_exact_mut(self.means.len().max(1)) {
            for ((value, mean), deviation) in row.iter_mut().zip(&self.means).zip(&self.deviations)
            {
                *value = (*value - mean) / deviation;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_both_shapes() {
        let voltages_v: Vec<f64> = (0..25).map(|i| f64::from(i * i)).collect();
        let mut row = Vec::new();
        let view = View {
            shape: Shape::Steps,
            rest: true,
            soc: true,
        };
        view.append(&voltages_v, 0.3, &mut row);
        assert_eq!(row.len(), view.len());
        assert_eq!(row[..3], [1.0, 3.0, 5.0]);
        assert_eq!(row[20..], [0.0, 0.3]);
        row.clear();
        View {
            shape: Shape::FromRest,
            rest: false,
            soc: false,
        }
        .append(&voltages_v, 0.3, &mut row);
        assert_eq!(row.len(), 20);
        assert_eq!(row[..3], [1.0, 4.0, 9.0]);
    }

    #[test]
    fn a_constant_column_is_only_centred() {
        let mut rows = vec![1.0, 5.0, 3.0, 5.0];
        let scaler = Scaler::fit(&rows, 2);
        scaler.apply(&mut rows);
        assert_eq!(rows, [-1.0, 0.0, 1.0, 0.0]);
    }
}
