//! Sampled pulse tests: time, voltage and current (100 Hz) become steps.

use super::error::Place;
use super::grid::{number, text, Grid};
use super::trains::{Step, StepKind};
use super::HealthError;

const TIME: &[&str] = &[
    "time_s",
    "Time(s)",
    "Test_Time(s)",
    "Test_Time (s)",
    "Test Time / s",
    "test_time_second",
    "time",
    "t",
];
const VOLTAGE: &[&str] = &[
    "voltage_v",
    "Voltage(V)",
    "Voltage (V)",
    "Voltage / V",
    "voltage_volt",
    "voltage",
    "u",
];
const CURRENT: &[&str] = &[
    "current_a",
    "Current(A)",
    "Current (A)",
    "Current / A",
    "current_ampere",
    "current",
    "i",
];

/// A current below this share of the largest one is none.
const NO_CURRENT: f64 = 0.02;
/// A change of current beyond this share of the largest one begins a new step.
const NEW_STEP: f64 = 0.05;

/// Cuts a sampled test into steps where the current changes. A single sample between two steps
/// (caught on the edge) belongs to neither.
///
/// # Errors
/// [`HealthError::NotPulseData`] if a column is missing, [`HealthError::NotANumber`] for a bad
/// cell or a time that runs back.
pub fn steps_of_samples(sheet: &Grid) -> Result<Vec<Step>, HealthError> {
    let (header, [time, voltage, current]) = find_columns(sheet)?;
    let mut samples: Vec<(usize, f64, f64, f64)> = Vec::with_capacity(sheet.rows.len());
    for (i, row) in sheet.rows.iter().enumerate().skip(header + 1) {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let bad = |column: usize| HealthError::NotANumber {
            place: Place {
                source: sheet.source.clone(),
                row: i + 1,
            },
            column: sheet
                .rows
                .get(header)
                .map_or(String::new(), |row| text(row, column).to_owned()),
        };
        let need = |column: usize| number(row, column).ok_or_else(|| bad(column));
        let t = need(time)?;
        if samples.last().is_some_and(|(_, before, ..)| t < *before) {
            return Err(bad(time));
        }
        samples.push((i + 1, t, need(voltage)?, need(current)?));
    }
    let largest_a = samples
        .iter()
        .fold(0.0, |largest: f64, sample| largest.max(sample.3.abs()));
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while let Some(&(row, t0, start_v, first_a)) = samples.get(at) {
        let mut end = at + 1;
        let mut moved_as = 0.0;
        while let Some(&(_, t, _, a)) = samples.get(end) {
            if (a - first_a).abs() > NEW_STEP * largest_a {
                break;
            }
            let before = samples.get(end - 1).map_or(t, |sample| sample.1);
            moved_as += a * (t - before);
            end += 1;
        }
        // The step lasts until the next one's first sample.
        let t1 = samples
            .get(end)
            .or(samples.last())
            .map_or(t0, |sample| sample.1);
        if let Some(&(_, _, end_v, current_a)) = samples.get(end - 1).filter(|_| end - at > 1) {
            let kind = if current_a.abs() <= NO_CURRENT * largest_a {
                StepKind::Rest
            } else if current_a > 0.0 {
                StepKind::Charge
            } else {
                StepKind::Discharge
            };
            steps.push(Step {
                kind,
                row,
                start_v,
                end_v,
                current_a,
                moved_ah: moved_as / 3600.0,
                duration_s: t1 - t0,
            });
        }
        at = end;
    }
    Ok(steps)
}

/// Whether the sheet has time, voltage and current columns.
pub fn is_sampled(sheet: &Grid) -> bool {
    find_columns(sheet).is_ok()
}

fn find_columns(sheet: &Grid) -> Result<(usize, [usize; 3]), HealthError> {
    let mut nearest = vec![TIME[0].into(), VOLTAGE[0].into(), CURRENT[0].into()];
    for header in 0..sheet.rows.len().min(50) {
        let find = |names: &[&str]| names.iter().find_map(|name| sheet.column(header, name));
        let found = [find(TIME), find(VOLTAGE), find(CURRENT)];
        if let [Some(time), Some(voltage), Some(current)] = found {
            return Ok((header, [time, voltage, current]));
        }
        let missing: Vec<String> = [TIME, VOLTAGE, CURRENT]
            .iter()
            .zip(found)
            .filter(|(_, column)| column.is_none())
            .map(|(names, _)| names[0].into())
            .collect();
        if missing.len() < nearest.len() {
            nearest = missing;
        }
    }
    Err(HealthError::NotPulseData {
        source: sheet.source.clone(),
        missing: nearest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::trains::{records_of_steps, TestSubject};
    use std::fmt::Write;

    #[test]
    fn turning_points_of_a_100_hz_record() {
        let mut csv = String::from("Test Time / s,Voltage / V,Current / A\n");
        let mut t = 0.0;
        let mut hold = |csv: &mut String, current: f64, from: f64, to: f64, duration: f64| {
            let n = (duration * 100.0) as usize;
            for k in 0..n {
                let v = from + (to - from) * k as f64 / (n - 1) as f64;
                writeln!(csv, "{t:.2},{v},{current}").unwrap();
                t += 0.01;
            }
        };
        hold(&mut csv, 0.0, 3.41, 3.4, 3.0);
        for current in [1.0, 2.0, 3.0, 4.0, 5.0] {
            for signed in [current, -current] {
                hold(
                    &mut csv,
                    signed,
                    3.4 + 0.05 * signed,
                    3.4 + 0.06 * signed,
                    5.0,
                );
                hold(&mut csv, 0.0, 3.4 + 0.01 * signed, 3.4, 5.0);
            }
        }
        let steps = steps_of_samples(&Grid::from_csv("w", csv.as_bytes())).unwrap();
        assert_eq!(steps.len(), 21);
        let table = records_of_steps(&steps, &TestSubject::default(), 5.0).unwrap();
        let u = &table.records[0].voltages_v;
        for (i, expected) in [
            (1, 3.4),
            (2, 3.45),
            (3, 3.46),
            (4, 3.41),
            (7, 3.34),
            (41, 3.4),
        ] {
            assert!((u[i - 1] - expected).abs() < 1e-9, "U{i} {}", u[i - 1]);
        }
        assert_eq!(table.records[0].soc, None);
    }
}
