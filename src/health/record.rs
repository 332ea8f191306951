//! Pulse records: what one rapid pulse test of one battery at one state of charge says.

use super::HealthError;
use crate::error::Coded;
use crate::features::{FeatureTable, Schema};
use crate::import::Findings;
use ndarray::Array2;

/// Turning points used by schema `pulse-21/1`.
pub const N_TURNING_POINTS: usize = 21;

/// One rapid pulse test.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PulseRecord {
    /// Name of the record: type, battery label and state of charge.
    pub cell_id: String,
    /// The physical battery. Records of one battery always stay on one side of a split.
    pub battery: String,
    /// Cathode as labelled, such as `NMC`; empty where unknown.
    pub cathode: String,
    /// Nominal capacity in Ah.
    pub nominal_ah: Option<f64>,
    /// State of charge as a fraction of *nominal* capacity charged since empty, where known.
    pub soc: Option<f64>,
    /// State of health, measured capacity over nominal capacity, where known.
    pub soh: Option<f64>,
    /// Pulse width in s, where known.
    pub width_s: Option<f64>,
    /// Turning points U1.. in V: rest voltage, then start and end of charge pulse, rest,
    /// discharge pulse, rest, at rising currents. 21 of them, or 41.
    pub voltages_v: Vec<f64>,
}

impl PulseRecord {
    /// The type as experiments name it: cathode and nominal capacity, such as `NMC2.1`.
    pub fn class(&self) -> String {
        match self.nominal_ah {
            Some(nominal_ah) => format!("{}{}", self.cathode, nominal_ah),
            None => self.cathode.clone(),
        }
    }
}

/// Pulse records that were read, and what was refused.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PulseTable {
    /// Usable records.
    pub records: Vec<PulseRecord>,
    /// One located error per row that was left out.
    pub refused: Vec<HealthError>,
    /// One located remark per row that is used all the same.
    pub remarks: Vec<HealthError>,
}

impl PulseTable {
    /// Adds the records of another table; a record already present is refused by `place`.
    pub fn extend(&mut self, other: Self) {
        self.records.extend(other.records);
        self.refused.extend(other.refused);
        self.remarks.extend(other.remarks);
    }

    /// The feature table of schema `pulse-21/1`, one row per record.
    ///
    /// # Errors
    /// [`HealthError::WrongWidth`] if a record has fewer than 21 turning points.
    pub fn features(&self) -> Result<FeatureTable, HealthError> {
        feature_table(&self.records)
    }

    /// What was left out, and what is used with a warning, as an import report states it.
    pub fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        for error in self.refused.iter().chain(&self.remarks) {
            let row = error.place().map_or(0, |place| place.row as u64);
            findings.at(error.code(), row);
        }
        findings
    }

    /// Types found, in order of first appearance.
    pub fn classes(&self) -> Vec<String> {
        let mut classes: Vec<String> = Vec::new();
        for record in &self.records {
            let class = record.class();
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        classes
    }
}

/// U1..U21 of some records as a feature table of schema `pulse-21/1`.
///
/// # Errors
/// [`HealthError::WrongWidth`] if a record has fewer than 21 turning points.
pub fn feature_table(records: &[PulseRecord]) -> Result<FeatureTable, HealthError> {
    let mut values = Array2::zeros((records.len(), N_TURNING_POINTS));
    for (record, mut row) in records.iter().zip(values.rows_mut()) {
        if record.voltages_v.len() < N_TURNING_POINTS {
            return Err(HealthError::WrongWidth {
                wanted: N_TURNING_POINTS,
                found: record.voltages_v.len(),
            });
        }
        for (to, &from) in row.iter_mut().zip(&record.voltages_v) {
            *to = from;
        }
    }
    Ok(FeatureTable {
        schema: Schema::pulse_21(),
        cell_ids: records
            .iter()
            .map(|record| record.cell_id.clone())
            .collect(),
        values,
        soh: records.iter().map(|record| record.soh).collect(),
    })
}

/// The physical battery behind a label: PulseBat's 2.1 Ah cells were tested every 100 cycles and
/// are labelled `D3-100`, `D3-200`, ...: one cell `D3`. Any other label is a battery of its own.
pub fn physical_battery(label: &str) -> &str {
    match label.rsplit_once('-') {
        Some((cell, cycles))
            if cell.len() <= 3
                && cell.starts_with(|c: char| c.is_ascii_alphabetic())
                && cell.chars().skip(1).all(|c| c.is_ascii_digit())
                && !cycles.is_empty()
                && cycles.chars().all(|c| c.is_ascii_digit()) =>
        {
            cell
        }
        _ => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_names_its_physical_battery() {
        for (label, battery) in [
            ("D3-100", "D3"),
            ("J1-600", "J1"),
            ("PIP15827A00220999", "PIP15827A00220999"),
            ("10号", "10号"),
            ("lot-12", "lot-12"),
            ("D3-", "D3-"),
            ("", ""),
        ] {
            assert_eq!(physical_battery(label), battery, "{label}");
        }
    }

    #[test]
    fn a_short_record_is_no_feature_row() {
        let record = PulseRecord {
            voltages_v: vec![3.5; 20],
            ..PulseRecord::default()
        };
        assert_eq!(
            feature_table(&[record]),
            Err(HealthError::WrongWidth {
                wanted: 21,
                found: 20
            })
        );
    }
}
