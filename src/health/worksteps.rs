//! Work-step sheets: one row per step, as Chinese cyclers export them beside the raw samples.

use super::error::Place;
use super::grid::{number, text, Grid};
use super::trains::{Step, StepKind};
use super::HealthError;
use crate::import::decimal_number;

/// What a column holds, and the headers it goes by.
const COLUMNS: [(&str, &[&str]); 7] = [
    ("step", &["状态", "工步类型", "Step Type", "step"]),
    (
        "start voltage",
        &["起始电压(V)", "Start Voltage(V)", "start_voltage_v"],
    ),
    (
        "end voltage",
        &["结束电压(V)", "End Voltage(V)", "end_voltage_v"],
    ),
    (
        "end current",
        &["结束电流(A)", "End Current(A)", "end_current_a"],
    ),
    (
        "charge capacity",
        &["充电容量(Ah)", "Chg. Cap.(Ah)", "charge_capacity_ah"],
    ),
    (
        "discharge capacity",
        &["放电容量(Ah)", "DChg. Cap.(Ah)", "discharge_capacity_ah"],
    ),
    (
        "duration",
        &[
            "持续时间(h:min:s:ms)",
            "持续时间(h:min:s.ms)",
            "Duration",
            "duration_s",
        ],
    ),
];

/// Words that name a direction, in either language.
const WORDS: [(&str, StepKind); 6] = [
    ("放电", StepKind::Discharge),
    ("充电", StepKind::Charge),
    ("静置", StepKind::Rest),
    ("搁置", StepKind::Rest),
    ("discharge", StepKind::Discharge),
    ("charge", StepKind::Charge),
];

/// A current below this share of the largest one is none.
const NO_CURRENT: f64 = 0.005;

/// Reads the steps of a work-step sheet.
///
/// # Errors
/// [`HealthError::NotPulseData`] with the first spelling of each missing column,
/// [`HealthError::NotANumber`] for a needed cell, [`HealthError::SwappedPolarity`] where the
/// sign of the current contradicts the step's own word.
pub fn steps_of_sheet(sheet: &Grid) -> Result<Vec<Step>, HealthError> {
    let (header, columns) = find_columns(sheet)?;
    let [kind, start, end, current, charged, discharged, duration] = columns;
    let rows: Vec<(usize, &[String])> = sheet
        .rows
        .iter()
        .enumerate()
        .skip(header + 1)
        .filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()))
        .map(|(i, row)| (i + 1, row.as_slice()))
        .collect();
    let largest_a = rows
        .iter()
        .filter_map(|(_, row)| number(row, current))
        .fold(0.0, |largest: f64, a| largest.max(a.abs()));
    let mut steps = Vec::with_capacity(rows.len());
    for (row, cells) in rows {
        let place = Place {
            source: sheet.source.clone(),
            row,
        };
        let need = |column: usize| {
            number(cells, column).ok_or_else(|| HealthError::NotANumber {
                place: place.clone(),
                column: sheet
                    .rows
                    .get(header)
                    .map_or(String::new(), |row| text(row, column).to_owned()),
            })
        };
        let current_a = need(current)?;
        let by_sign = if current_a.abs() <= NO_CURRENT * largest_a {
            StepKind::Rest
        } else if current_a > 0.0 {
            StepKind::Charge
        } else {
            StepKind::Discharge
        };
        let word = crate::letters::lowercase(text(cells, kind));
        let by_word = WORDS
            .iter()
            .find(|(name, _)| word.contains(name))
            .map(|(_, kind)| *kind);
        if by_word.is_some_and(|by_word| {
            by_word != by_sign && by_word != StepKind::Rest && by_sign != StepKind::Rest
        }) {
            return Err(HealthError::SwappedPolarity { place });
        }
        let duration_s = seconds(text(cells, duration)).ok_or_else(|| HealthError::NotANumber {
            place: place.clone(),
            column: COLUMNS[6].1[0].into(),
        })?;
        steps.push(Step {
            kind: by_sign,
            row,
            start_v: need(start)?,
            end_v: need(end)?,
            current_a,
            moved_ah: need(charged)?.abs() - need(discharged)?.abs(),
            duration_s,
        });
    }
    Ok(steps)
}

/// Whether the sheet has the columns of a work-step sheet.
pub fn is_work_step_sheet(sheet: &Grid) -> bool {
    find_columns(sheet).is_ok()
}

fn find_columns(sheet: &Grid) -> Result<(usize, [usize; 7]), HealthError> {
    let mut nearest: Vec<String> = COLUMNS.iter().map(|(_, names)| names[0].into()).collect();
    for header in 0..sheet.rows.len().min(20) {
        let mut columns = [0; 7];
        let mut missing = Vec::new();
        for (column, (_, names)) in columns.iter_mut().zip(&COLUMNS) {
            match names.iter().find_map(|name| sheet.column(header, name)) {
                Some(found) => *column = found,
                None => missing.push(names[0].to_owned()),
            }
        }
        if missing.is_empty() {
            return Ok((header, columns));
        }
        if missing.len() < nearest.len() {
            nearest = missing;
        }
    }
    Err(HealthError::NotPulseData {
        source: sheet.source.clone(),
        missing: nearest,
    })
}

/// `h:min:s.ms`, `h:min:s:ms` or plain seconds.
fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let number = |part: &str| decimal_number(part);
    match parts.as_slice() {
        [s] => number(s),
        [m, s] => Some(number(m)? * 60.0 + number(s)?),
        [h, m, s] => Some(number(h)? * 3600.0 + number(m)? * 60.0 + number(s)?),
        [h, m, s, ms] => {
            Some(number(h)? * 3600.0 + number(m)? * 60.0 + number(s)? + number(ms)? / 1000.0)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("00:00:05.000", Some(5.0)),
            ("00:00:00.030", Some(0.03)),
            ("01:00:07.500", Some(3607.5)),
            ("0:1:2:250", Some(62.25)),
            ("75", Some(75.0)),
            ("", None),
            ("a:b", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn steps_words_and_signs() {
        let header = "工步类型,状态,起始电压(V),结束电压(V),结束电流(A),充电容量(Ah),放电容量(Ah),持续时间(h:min:s:ms)\n";
        let sheet = |row: &str| {
            Grid::from_csv(
                "w",
                format!("{header}其它,静置,3.1,3.0,0,0,0,00:10:00.000\n{row}\n").as_bytes(),
            )
        };
        let steps =
            steps_of_sheet(&sheet("放电,放电 DC,3.0,2.9,-5,0,-0.0069,00:00:05.000")).unwrap();
        assert_eq!(steps[0].kind, StepKind::Rest);
        assert_eq!((steps[1].kind, steps[1].row), (StepKind::Discharge, 3));
        assert_eq!(steps[1].moved_ah, -0.0069);
        assert!(matches!(
            steps_of_sheet(&sheet("放电,放电 DC,3.0,2.9,5,0,-0.0069,00:00:05.000")),
            Err(HealthError::SwappedPolarity { place }) if place.row == 3
        ));
        assert!(matches!(
            steps_of_sheet(&sheet("放电,放电 DC,,2.9,-5,0,-0.0069,00:00:05.000")),
            Err(HealthError::NotANumber { column, .. }) if column == "起始电压(V)"
        ));
        assert!(matches!(
            steps_of_sheet(&Grid::from_csv("w", "状态,起始电压(V)\n".as_bytes())),
            Err(HealthError::NotPulseData { missing, .. }) if missing[0] == "结束电压(V)"
        ));
    }
}
