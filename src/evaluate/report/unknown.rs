//! Batteries of a class that nobody holds, and confidences that come true or do not.

use super::super::summary::Summary;
use super::sheet::Sheet;
use super::Report;
use crate::plot::{lines, matrix, Axis, Frame, Line, Matrix};

/// Measures of the first figure: shares flagged, and how well two scores tell known from unknown.
const N_SHOWN: usize = 4;

/// Mean of a measure in per cent.
fn percent(sheet: &Sheet<'_>, setting: usize, measure: usize) -> f64 {
    Summary::of(&sheet.values(setting, measure)).map_or(f64::NAN, |s| 100.0 * s.mean)
}

/// Mean of measures by setting as a matrix.
fn table(sheet: &Sheet<'_>, title: &str, measures: &[String], most: f64) -> String {
    let notes = sheet.notes();
    let rows: Vec<String> = sheet.settings().iter().map(|s| s.name.clone()).collect();
    let columns: Vec<String> = measures.iter().map(|name| sheet.rule(name)).collect();
    let values = (0..rows.len()).map(|i| {
        let cells = (0..measures.len()).map(|index| percent(sheet, i, index));
        cells.collect()
    });
    let frame = Frame {
        title,
        x: Axis::Names {
            label: "",
            names: &columns,
        },
        y: Axis::Names {
            label: "",
            names: &rows,
        },
        notes: &notes,
    };
    matrix(
        &frame,
        &Matrix {
            rows: &rows,
            columns: &columns,
            values: values.collect(),
            decimals: 1,
            most,
        },
    )
}

/// A class that nobody holds.
pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let measures = sheet.measures();
    let title = sheet.say("Warnings of a class that nobody holds, %", &[]);
    let shown = measures.get(..N_SHOWN).unwrap_or(&measures);
    let svg = table(sheet, &title, shown, 100.0);
    let of = |measure| format!("{:.1}", percent(sheet, 0, measure));
    let caption = sheet.say(
        "At index 2, {0} % of the batteries of a class that nobody holds are flagged, and {1} % of the others.",
        &[&of(0), &of(1)],
    );
    report.figures.push(sheet.figure("unknown", caption, svg));

    let notes = sheet.notes();
    let along = |start: &str, name: String| Line {
        name,
        points: measures
            .iter()
            .enumerate()
            .filter_map(|(index, measure)| {
                let limit: f64 = measure.strip_prefix(start)?.parse().ok()?;
                let summary = Summary::of(&sheet.values(0, index))?;
                Some((limit, 100.0 * summary.mean, 100.0 * summary.sd))
            })
            .collect(),
    };
    let drawn = [
        along(
            "flagged below ",
            sheet.say("unknown batteries flagged", &[]),
        ),
        along(
            "false alarms below ",
            sheet.say("known batteries flagged", &[]),
        ),
    ];
    let limits = || drawn[0].points.iter().map(|point| point.0);
    let title = sheet.say("Flagged batteries by the limit of evidence, index 2", &[]);
    let frame = Frame {
        title: &title,
        x: Axis::Number {
            label: &sheet.say("limit, levels of evidence", &[]),
            low: limits().fold(f64::INFINITY, f64::min),
            high: limits().fold(0.0, f64::max),
        },
        y: Axis::Number {
            label: &sheet.say("flagged, %", &[]),
            low: 0.0,
            high: 100.0,
        },
        notes: &notes,
    };
    let svg = lines(&frame, &drawn, None);
    let caption = sheet.say(
        "A higher limit flags more of both; the default follows the query.",
        &[],
    );
    report
        .figures
        .push(sheet.figure("unknown-limits", caption, svg));
}

/// Expected calibration errors.
pub(super) fn calibration(sheet: &Sheet<'_>, report: &mut Report) {
    let measures = sheet.measures();
    let title = sheet.say("Expected calibration error, %, by setting and rule", &[]);
    let svg = table(sheet, &title, &measures, 50.0);
    let at = measures.iter().position(|name| name == "evidence");
    let worst = (0..sheet.settings().len())
        .map(|i| percent(sheet, i, at.unwrap_or(0)))
        .fold(0.0, f64::max);
    let caption = sheet.say(
        "Evidence (ours) misses its stated confidence by at most {0} points on average; a single run has few decisions per bin, which makes errors look larger.",
        &[&format!("{worst:.1}")],
    );
    report
        .figures
        .push(sheet.figure("calibration", caption, svg));
}
