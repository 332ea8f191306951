//! Every setting under every rule: dishonest collaborators, and experiments without figures of
//! their own.

use super::sheet::Sheet;
use super::Report;
use crate::plot::{matrix, Axis, Frame, Matrix};

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let notes = sheet.notes();
    let columns = Sheet::columns();
    let names: Vec<String> = columns.iter().map(|column| sheet.rule(column)).collect();
    let rows: Vec<String> = sheet.settings().iter().map(|s| s.name.clone()).collect();
    let values: Vec<Vec<f64>> = (0..rows.len())
        .map(|i| {
            let mean = |column: &&str| sheet.percent(i, column).map_or(f64::NAN, |(m, _)| m);
            columns.iter().map(mean).collect()
        })
        .collect();
    let frame = Frame {
        title: &sheet.say("Mean accuracy, %, by setting and rule", &[]),
        x: Axis::Names {
            label: &sheet.say("rule", &[]),
            names: &names,
        },
        y: Axis::Names {
            label: "",
            names: &rows,
        },
        notes: &notes,
    };
    let at = columns
        .iter()
        .position(|name| *name == "evidence")
        .unwrap_or(0);
    let worst = (0..rows.len())
        .filter(|&i| values[i][at].is_finite())
        .min_by(|&a, &b| values[a][at].total_cmp(&values[b][at]));
    let caption = match worst {
        Some(i) => sheet.say(
            "The hardest setting for evidence (ours): {0}, {1} %.",
            &[&rows[i], &format!("{:.1}", values[i][at])],
        ),
        None => String::new(),
    };
    let svg = matrix(
        &frame,
        &Matrix {
            rows: &rows,
            columns: &names,
            values,
            decimals: 1,
            most: 100.0,
        },
    );
    report.figures.push(sheet.figure("settings", caption, svg));
}
