//! Turning points: from the steps of a test to U1..U21 (U41) per state of charge.
//!
//! A *train* is a run of pulse cycles (charge, rest, discharge, rest) of one width at rising
//! current. U1 is the voltage at the end of the rest before it; every step adds the voltages at
//! its start and end (Tao et al. 2024, Fig. 1; the 5 s trains give `pulse-21/1`).

use super::error::Place;
use super::record::N_TURNING_POINTS;
use super::tables::{check_polarity, saturated_at, SOH, VOLTAGE_V};
use super::{HealthError, PulseRecord, PulseTable};
use crate::import::decimal_number;

/// A pulse is no longer than this, s; longer steps condition the battery.
const LONGEST_PULSE_S: f64 = 60.0;
/// A discharge at least this long measures capacity, s.
const SHORTEST_CAPACITY_TEST_S: f64 = 600.0;
/// A pulse shorter than this share of its train's width was cut by a limit.
const CUT_SHORT: f64 = 0.9;
/// Widths within this share of the wanted one are the wanted one.
pub(super) const WIDTH_TOLERANCE: f64 = 0.05;
/// Turning points of five currents.
const MOST_TURNING_POINTS: usize = 41;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// No current.
    Rest,
    /// Current into the battery.
    Charge,
    /// Current out of the battery.
    Discharge,
}

/// One step of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Row in its file, from 1.
    pub row: usize,
    /// Voltage at the first sample, V.
    pub start_v: f64,
    /// Voltage at the last sample, V.
    pub end_v: f64,
    /// Current at the last sample, A, positive on charge.
    pub current_a: f64,
    /// Charge moved, Ah, positive on charge.
    pub moved_ah: f64,
    /// Duration, s.
    pub duration_s: f64,
}

/// What the steps of a test do not say about its battery.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestSubject {
    /// File, and sheet where there are several.
    pub source: String,
    /// Battery label.
    pub label: String,
    /// Cathode as labelled.
    pub cathode: String,
    /// Nominal capacity, Ah.
    pub nominal_ah: Option<f64>,
}

impl TestSubject {
    /// Reads PulseBat's file names, `LMO_C_10_B_2_SOC_5-55_Part_1-1_ID_PIP...`: cathode, capacity
    /// and label. Any other name is the label.
    pub fn from_file_name(source: &str, name: &str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let words: Vec<&str> = stem.split('_').collect();
        let after = |key: &str| {
            words
                .iter()
                .position(|word| *word == key)
                .and_then(|at| words.get(at + 1))
                .copied()
        };
        let nominal_ah = after("C").and_then(decimal_number);
        let cathode = words
            .iter()
            .position(|word| *word == "C")
            .and_then(|at| words.get(at.checked_sub(1)?))
            .filter(|_| nominal_ah.is_some());
        Self {
            source: source.into(),
            label: after("ID").or(after("B")).unwrap_or(stem).into(),
            cathode: cathode.copied().unwrap_or_default().into(),
            nominal_ah,
        }
    }
}

/// Finds the pulse trains of the wanted width and turns them into records.
///
/// State of charge is the charge moved since the capacity test over nominal capacity, to whole
/// per cent; state of health is the capacity test over nominal capacity.
///
/// # Errors
/// [`HealthError::PulseOrder`] if a short discharge comes before its charge,
/// [`HealthError::PulseWidth`] if no train has the wanted width. Trains that are incomplete or
/// implausible are refused in the table.
pub fn records_of_steps(
    steps: &[Step],
    subject: &TestSubject,
    width_s: f64,
) -> Result<PulseTable, HealthError> {
    let place = |row: usize| Place {
        source: subject.source.clone(),
        row,
    };
    let mut table = PulseTable::default();
    let mut n_trains = 0;
    for train in find_trains(steps).map_err(|row| HealthError::PulseOrder { place: place(row) })? {
        let Some(inside) = steps.get(train.clone()) else {
            continue;
        };
        let width = inside
            .iter()
            .filter(|step| step.kind != StepKind::Rest)
            .fold(0.0, |longest: f64, step| longest.max(step.duration_s));
        if (width - width_s).abs() > WIDTH_TOLERANCE * width_s {
            continue;
        }
        n_trains += 1;
        let row = inside.first().map_or(0, |step| step.row);
        match record_of_train(steps, train, subject, width, place(row)) {
            Ok((record, remark)) => {
                table.records.push(record);
                table.remarks.extend(remark);
            }
            Err(error) => table.refused.push(error),
        }
    }
    if n_trains == 0 {
        return Err(HealthError::PulseWidth {
            place: place(0),
            wanted_ms: (width_s * 1000.0) as u32,
        });
    }
    Ok(table)
}

/// Index ranges of the trains; an error is the row of a discharge pulse without its charge pulse.
fn find_trains(steps: &[Step]) -> Result<Vec<std::ops::Range<usize>>, usize> {
    let is_pulse = |step: &Step| step.kind != StepKind::Rest && step.duration_s <= LONGEST_PULSE_S;
    let mut trains: Vec<std::ops::Range<usize>> = Vec::new();
    let mut last_current_a = f64::INFINITY;
    let mut charged = false;
    for (i, step) in steps.iter().enumerate() {
        match step.kind {
            StepKind::Rest => {
                if let Some(train) = trains.last_mut() {
                    if train.end == i {
                        train.end = i + 1;
                    }
                }
            }
            _ if !is_pulse(step) => {
                last_current_a = f64::INFINITY;
                charged = false;
            }
            StepKind::Charge => {
                // A pulse cut by a limit may end below its set current: 2 % of slack.
                let goes_on = step.current_a > 1.02 * last_current_a
                    && trains.last().is_some_and(|train| train.end == i);
                match trains.last_mut() {
                    Some(train) if goes_on => train.end = i + 1,
                    _ => trains.push(i..i + 1),
                }
                last_current_a = step.current_a;
                charged = true;
            }
            StepKind::Discharge => {
                if !charged {
                    return Err(step.row);
                }
                charged = false;
                if let Some(train) = trains.last_mut() {
                    if train.end == i {
                        train.end = i + 1;
                    }
                }
            }
        }
    }
    Ok(trains)
}

fn record_of_train(
    steps: &[Step],
    train: std::ops::Range<usize>,
    subject: &TestSubject,
    width_s: f64,
    place: Place,
) -> Result<(PulseRecord, Option<HealthError>), HealthError> {
    let inside = steps.get(train.clone()).unwrap_or_default();
    let before = steps.get(..train.start).unwrap_or_default();
    let mut voltages_v: Vec<f64> = before.last().map(|rest| rest.end_v).into_iter().collect();
    for step in inside {
        voltages_v.extend([step.start_v, step.end_v]);
    }
    voltages_v.truncate(MOST_TURNING_POINTS);
    if voltages_v.len() < N_TURNING_POINTS || before.is_empty() {
        return Err(HealthError::MissingPulses {
            place,
            n_found: voltages_v.len(),
            n_needed: N_TURNING_POINTS,
        });
    }
    if let Some(i) = voltages_v.iter().position(|v| !VOLTAGE_V.contains(v)) {
        return Err(HealthError::VoltageOutOfRange {
            place,
            column: format!("U{}", i + 1),
        });
    }
    check_polarity(&voltages_v, &place)?;
    let capacity_test = before.iter().position(|step| {
        step.kind == StepKind::Discharge && step.duration_s >= SHORTEST_CAPACITY_TEST_S
    });
    let (mut soc, mut soh) = (None, None);
    if let (Some(at), Some(nominal_ah)) = (capacity_test, subject.nominal_ah) {
        let capacity_ah = before.get(at).map_or(0.0, |step| -step.moved_ah);
        let since = before.get(at + 1..).unwrap_or_default();
        let moved_ah: f64 = since.iter().map(|step| step.moved_ah).sum();
        let per_cent = (100.0 * moved_ah / nominal_ah).round();
        if !(0.0..=100.0).contains(&per_cent) {
            return Err(HealthError::SocOutOfRange { place });
        }
        soc = Some(per_cent / 100.0);
        soh = Some(capacity_ah / nominal_ah);
        if soh.is_some_and(|soh| !SOH.contains(&soh)) {
            return Err(HealthError::SohOutOfRange { place });
        }
    }
    let cut = inside
        .iter()
        .take(N_TURNING_POINTS / 2)
        .position(|step| step.kind != StepKind::Rest && step.duration_s < CUT_SHORT * width_s)
        .map(|i| 2 * i + 2)
        .or(saturated_at(
            voltages_v.get(..N_TURNING_POINTS).unwrap_or_default(),
        ));
    let mut record = PulseRecord {
        cathode: subject.cathode.clone(),
        nominal_ah: subject.nominal_ah,
        soc,
        soh,
        width_s: Some(width_s),
        voltages_v,
        ..PulseRecord::default()
    };
    record.battery = format!("{} {}", record.class(), subject.label)
        .trim()
        .to_owned();
    record.cell_id = match soc {
        Some(soc) => format!("{} SOC{:02}", record.battery, (soc * 100.0).round()),
        None => format!("{} row {}", record.battery, place.row),
    };
    let remark = cut.map(|i| HealthError::Saturated {
        place,
        column: format!("U{}", i + 1),
    });
    Ok((record, remark))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Capacity test, conditioning charge to 5 %, then 5 s trains at 0.5C .. 2.5C of a 2 Ah cell
    /// with 50 mOhm; turning points are easy to name.
    fn test_steps(n_currents: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut push = |kind, start_v: f64, end_v: f64, current_a: f64, duration_s: f64| {
            steps.push(Step {
                kind,
                row: steps.len() + 2,
                start_v,
                end_v,
                current_a,
                moved_ah: current_a * duration_s / 3600.0,
                duration_s,
            });
        };
        push(StepKind::Discharge, 4.1, 2.7, -2.0, 3240.0);
        push(StepKind::Rest, 3.0, 3.1, 0.0, 900.0);
        push(StepKind::Charge, 3.2, 3.5, 2.0, 180.0);
        push(StepKind::Rest, 3.45, 3.4, 0.0, 600.0);
        for n in 1..=n_currents {
            let current_a = n as f64;
            for sign in [1.0, -1.0] {
                let kind = if sign > 0.0 {
                    StepKind::Charge
                } else {
                    StepKind::Discharge
                };
                let drop = sign * 0.05 * current_a;
                push(kind, 3.4 + drop, 3.4 + 1.1 * drop, sign * current_a, 5.0);
                push(StepKind::Rest, 3.4 + 0.1 * drop, 3.4, 0.0, 75.0);
            }
        }
        steps
    }

    fn subject() -> TestSubject {
        TestSubject::from_file_name("s", "NMC_C_2_B_6_SOC_5-90_Part_1-2_ID_X7.xlsx")
    }

    #[test]
    fn file_names_tell_cathode_capacity_and_label() {
        let subject = subject();
        assert_eq!(
            (subject.cathode.as_str(), subject.label.as_str()),
            ("NMC", "X7")
        );
        assert_eq!(subject.nominal_ah, Some(2.0));
        let other = TestSubject::from_file_name("s", "my.cell.csv");
        assert_eq!((other.label.as_str(), other.nominal_ah), ("my.cell", None));
    }

    #[test]
    fn turning_points_in_order() {
        let table = records_of_steps(&test_steps(5), &subject(), 5.0).unwrap();
        let record = &table.records[0];
        assert_eq!(record.voltages_v.len(), 41);
        let near = |i: usize, v: f64| (record.voltages_v[i - 1] - v).abs() < 1e-12;
        // U1 rest; U2 U3 charge pulse; U4 U5 rest; U6 U7 discharge pulse; U11 at 1C.
        assert!(near(1, 3.4) && near(2, 3.45) && near(3, 3.455) && near(4, 3.405));
        assert!(near(5, 3.4) && near(6, 3.35) && near(7, 3.345) && near(11, 3.51));
        assert_eq!(record.soc, Some(0.05));
        assert!((record.soh.unwrap() - 0.9).abs() < 1e-12);
        assert_eq!(record.cell_id, "NMC2 X7 SOC05");
        assert!(table.refused.is_empty() && table.remarks.is_empty());
    }

    #[test]
    fn missing_pulses_other_widths_and_orders_are_located() {
        let at = |row| Place {
            source: "s".into(),
            row,
        };
        let table = records_of_steps(&test_steps(2), &subject(), 5.0).unwrap();
        assert_eq!(
            table.refused,
            [HealthError::MissingPulses {
                place: at(6),
                n_found: 17,
                n_needed: 21
            }]
        );
        assert_eq!(
            records_of_steps(&test_steps(5), &subject(), 3.0),
            Err(HealthError::PulseWidth {
                place: at(0),
                wanted_ms: 3000
            })
        );
        // Discharge before charge.
        let mut steps = test_steps(5);
        steps.remove(4);
        assert_eq!(
            records_of_steps(&steps, &subject(), 5.0),
            Err(HealthError::PulseOrder { place: at(8) })
        );
        // Signs right, voltages the wrong way round.
        let mut steps = test_steps(5);
        for step in &mut steps[4..] {
            (step.start_v, step.end_v) = (6.8 - step.start_v, 6.8 - step.end_v);
        }
        let table = records_of_steps(&steps, &subject(), 5.0).unwrap();
        assert_eq!(
            table.refused,
            [HealthError::SwappedPolarity { place: at(6) }]
        );
    }

    #[test]
    fn a_pulse_cut_by_a_limit_is_remarked() {
        let mut steps = test_steps(5);
        steps[12].duration_s = 0.2;
        let table = records_of_steps(&steps, &subject(), 5.0).unwrap();
        assert!(matches!(
            table.remarks.as_slice(),
            [HealthError::Saturated { column, .. }] if column == "U19"
        ));
    }

    #[test]
    fn charge_and_capacity_outside_their_ranges_are_located() {
        let place = || Place {
            source: "s".into(),
            row: 6,
        };
        // (index of the step, charge it moved in Ah, what is said): a conditioning charge beyond
        // full, and capacity tests of nearly nothing and of far more than the nameplate.
        for (step, moved_ah, expected) in [
            (2, 2.2, HealthError::SocOutOfRange { place: place() }),
            (2, -0.2, HealthError::SocOutOfRange { place: place() }),
            (0, -0.3, HealthError::SohOutOfRange { place: place() }),
            (0, -2.5, HealthError::SohOutOfRange { place: place() }),
        ] {
            let mut steps = test_steps(5);
            steps[step].moved_ah = moved_ah;
            let table = records_of_steps(&steps, &subject(), 5.0).unwrap();
            assert!(table.records.is_empty());
            assert_eq!(table.refused, [expected]);
        }
    }
}
