//! The experiment's cases of training SOC (Tao et al. 2024): 0-3 interpolate, 4-7 extrapolate.

use super::{HealthError, PulseRecord};

/// States of charge measured in training, per cent.
pub const CASES: [&[i64]; 8] = [
    &[5, 15, 25, 35, 45, 50],
    &[5, 10, 30, 40, 50],
    &[5, 25, 40, 50],
    &[5, 25, 50],
    &[35, 40, 45, 50],
    &[20, 25, 30],
    &[5, 10, 15, 20],
    &[5, 10],
];

/// All states of charge of the experiment, per cent.
pub const ALL_SOC: [i64; 10] = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50];

/// First case that extrapolates.
pub const FIRST_EXTRAPOLATION: usize = 4;

/// Battery types of the experiment: name on the command line, and class in PulseBat.
pub const TYPES: [(&str, &str); 4] = [
    ("NMC2.1", "NMC2.1"),
    ("NMC21", "NMC21"),
    ("LMO", "LMO10"),
    ("LFP", "LFP35"),
];

/// Training SOC of a case.
///
/// # Errors
/// [`HealthError::NoSuchCase`].
pub fn case_soc(case: usize) -> Result<&'static [i64], HealthError> {
    CASES
        .get(case)
        .copied()
        .ok_or(HealthError::NoSuchCase { case })
}

/// Mean absolute percentage error of (estimate, truth) pairs, per cent.
pub fn mape(pairs: &[(f64, f64)]) -> f64 {
    let sum: f64 = pairs
        .iter()
        .map(|(estimate, truth)| ((estimate - truth) / truth).abs())
        .sum();
    100.0 * sum / pairs.len().max(1) as f64
}

/// Labelled records of one type at the experiment's states of charge.
///
/// # Errors
/// [`HealthError::TooFewBatteries`] if there are none.
pub fn records_of_type(
    records: &[PulseRecord],
    class: &str,
) -> Result<Vec<PulseRecord>, HealthError> {
    let chosen: Vec<PulseRecord> = records
        .iter()
        .filter(|record| record.class() == class && record.soh.is_some())
        .filter(|record| super::blocks::soc_level(record).is_some_and(|l| ALL_SOC.contains(&l)))
        .cloned()
        .collect();
    if chosen.is_empty() {
        return Err(HealthError::TooFewBatteries {
            class: class.into(),
            n_found: 0,
            n_needed: super::MIN_BATTERIES,
        });
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_types_and_levels_that_are_not_there() {
        assert_eq!(case_soc(7), Ok(&[5, 10][..]));
        assert_eq!(case_soc(8), Err(HealthError::NoSuchCase { case: 8 }));
        let record = |cathode: &str, soc: Option<f64>, soh: Option<f64>| PulseRecord {
            cathode: cathode.into(),
            soc,
            soh,
            ..PulseRecord::default()
        };
        let records = [
            record("LMO", Some(0.05), Some(0.9)),
            record("LMO", Some(0.07), Some(0.9)),
            record("LMO", Some(0.05), None),
            record("LMO", None, Some(0.9)),
            record("NMC", Some(0.05), Some(0.9)),
        ];
        assert_eq!(
            records_of_type(&records, "LMO"),
            Ok(vec![records[0].clone()])
        );
        assert!(matches!(
            records_of_type(&records, "LFP"),
            Err(HealthError::TooFewBatteries { n_found: 0, .. })
        ));
        // Case 0 also needs the levels from 15 %.
        let published = crate::health::generator::published(&records[..1], 0, false, 0);
        assert_eq!(
            published,
            Err(HealthError::WrongWidth {
                wanted: 21,
                found: 0
            })
        );
        let mut whole = records[0].clone();
        whole.voltages_v = vec![3.7; 21];
        let published = crate::health::generator::published(&[whole], 0, false, 0);
        assert_eq!(published, Err(HealthError::Degenerate));
    }

    #[test]
    fn mape_is_relative_to_the_truth() {
        assert!((mape(&[(0.9, 1.0), (0.55, 0.5)]) - 10.0).abs() < 1e-9);
        assert_eq!(mape(&[]), 0.0);
    }
}
