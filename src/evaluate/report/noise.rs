//! Noise and privacy budget (Tao et al. 2023, eq. 1, Fig. 3b-c).

use super::super::blocks::{Block, SHOWN};
use super::super::summary::{privacy_budget, Summary};
use super::sheet::Sheet;
use super::{Report, Table};
use crate::plot::{boxes, lines, matrix, Axis, Frame, Matrix};
use serde_json::{json, Map};

/// Accuracy floor of the privacy budget, as published.
const FLOOR: f64 = 0.9;

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let notes = sheet.notes();
    let settings = sheet.settings();
    let points: Vec<(f64, usize)> = settings
        .iter()
        .enumerate()
        .map(|(i, setting)| (setting.params.nsr_percent, i))
        .collect();
    let most_nsr = points.last().map_or(10.0, |(nsr, _)| *nsr);
    let x_label = sheet.say("noise-to-signal ratio of the collaborators' rows, %", &[]);
    let y_label = sheet.say("accuracy, %", &[]);
    let drawn = sheet.lines(&SHOWN, &points);
    let frame = Frame {
        title: &sheet.say("Accuracy under noise, mean ± standard deviation", &[]),
        x: Axis::Number {
            label: &x_label,
            low: 0.0,
            high: most_nsr,
        },
        y: Sheet::percent_axis(&y_label, &drawn),
        notes: &notes,
    };
    let floor = sheet.say("floor of the privacy budget", &[]);
    let svg = lines(&frame, &drawn, Some((&floor, 100.0 * FLOOR)));
    let at_end = |column: &str| {
        let last = points.len().saturating_sub(1);
        let mean = sheet
            .percent(last, column)
            .map_or(f64::NAN, |(mean, _)| mean);
        format!("{mean:.1}")
    };
    let caption = sheet.say(
        "At {0} % noise: il {1} %, mv {2} %, wdv {3} %, evidence {4} %. This noise is not differential privacy.",
        &[
            &most_nsr,
            &at_end("il"),
            &at_end("mv"),
            &at_end("wdv"),
            &at_end("evidence"),
        ],
    );
    report.figures.push(sheet.figure("noise", caption, svg));
    distributions(sheet, report, &notes, &points, &x_label, &y_label);
    budgets(sheet, report, &notes, &points);
}

fn distributions(
    sheet: &Sheet<'_>,
    report: &mut Report,
    notes: &[String],
    points: &[(f64, usize)],
    x_label: &str,
    y_label: &str,
) {
    let names: Vec<String> = points.iter().map(|(nsr, _)| format!("{nsr}")).collect();
    let series: Vec<(String, Vec<Vec<f64>>)> = SHOWN
        .iter()
        .map(|rule| {
            let values = points.iter().map(|&(_, setting)| {
                let shares = sheet.accuracies(setting, rule);
                shares.iter().map(|v| 100.0 * v).collect()
            });
            (sheet.rule(rule), values.collect())
        })
        .collect();
    let lowest = series
        .iter()
        .flat_map(|(_, groups)| groups.iter().flatten())
        .copied()
        .fold(100.0, f64::min);
    let frame = Frame {
        title: &sheet.say("Distribution of the accuracy under noise", &[]),
        x: Axis::Names {
            label: x_label,
            names: &names,
        },
        y: Axis::Number {
            label: y_label,
            low: ((lowest - 1.0) / 10.0).floor().max(0.0) * 10.0,
            high: 100.0,
        },
        notes,
    };
    let caption = sheet.say(
        "Boxes: quartiles and median; whiskers: extremes; dots: means.",
        &[],
    );
    let svg = boxes(&frame, &series);
    report
        .figures
        .push(sheet.figure("noise-distribution", caption, svg));
}

/// Budgets per rule, over all classes and by class.
fn budgets(sheet: &Sheet<'_>, report: &mut Report, notes: &[String], points: &[(f64, usize)]) {
    let classes = sheet.class_names();
    let n = classes.len();
    let sums: Vec<Vec<f64>> = points
        .iter()
        .map(|&(_, setting)| sheet.sum(setting, Block::Confusion))
        .collect();
    let recall = |point: usize, rule: usize, class: usize| {
        let start = rule * n * n + class * n;
        let row = sums.get(point).and_then(|sums| sums.get(start..start + n));
        let row = row.unwrap_or(&[]);
        row.get(class).copied().unwrap_or(0.0) / row.iter().sum::<f64>()
    };
    let (mut values, mut by_rule, mut by_class) = (Vec::new(), Map::new(), Map::new());
    for (r, rule) in SHOWN.iter().enumerate() {
        let overall: Vec<(f64, f64)> = points
            .iter()
            .filter_map(|&(nsr, setting)| {
                Some((nsr, Summary::of(&sheet.accuracies(setting, rule))?.mean))
            })
            .collect();
        let mut row = vec![privacy_budget(&overall, FLOOR)];
        by_rule.insert((*rule).into(), json!(row[0]));
        let mut of_class = Map::new();
        for (class, name) in classes.iter().enumerate() {
            let by_noise: Vec<(f64, f64)> = points
                .iter()
                .enumerate()
                .map(|(point, (nsr, _))| (*nsr, recall(point, r, class)))
                .collect();
            let budget = privacy_budget(&by_noise, FLOOR);
            of_class.insert(name.clone(), json!(budget));
            row.push(budget);
        }
        by_class.insert((*rule).into(), of_class.into());
        values.push(row);
    }
    // Every other contender has a budget over all classes too.
    for column in Sheet::columns() {
        let overall: Vec<(f64, f64)> = points
            .iter()
            .filter_map(|&(nsr, setting)| {
                Some((nsr, Summary::of(&sheet.accuracies(setting, column))?.mean))
            })
            .collect();
        by_rule.insert(column.into(), json!(privacy_budget(&overall, FLOOR)));
    }
    let mut rows = vec![sheet.say("all classes", &[])];
    rows.extend(classes);
    let columns: Vec<String> = SHOWN.iter().map(|rule| sheet.rule(rule)).collect();
    let shown: Vec<Vec<f64>> = (0..rows.len())
        .map(|row| {
            values
                .iter()
                .map(|of| of[row].unwrap_or(f64::NAN))
                .collect()
        })
        .collect();
    let text = |of: &[Option<f64>]| of[0].map_or("-".to_string(), |nsr| format!("{nsr}"));
    let caption = sheet.say(
        "Privacy budget at 90 % accuracy: il {0}, mv {1}, wdv {2}, evidence {3} (published: 4, 6, 10 % for the first three).",
        &[
            &text(&values[0]),
            &text(&values[1]),
            &text(&values[2]),
            &text(&values[3]),
        ],
    );
    let frame = Frame {
        title: &sheet.say("Privacy budget: most NSR, %, with at least 90 % right; blank: not even without noise; 10: or more", &[]),
        x: Axis::Names {
            label: &sheet.say("rule", &[]),
            names: &columns,
        },
        y: Axis::Names {
            label: &sheet.say("true class", &[]),
            names: &rows,
        },
        notes,
    };
    let svg = matrix(
        &frame,
        &Matrix {
            rows: &rows,
            columns: &columns,
            values: shown.clone(),
            decimals: 0,
            most: 10.0,
        },
    );
    report
        .figures
        .push(sheet.figure("privacy-budget", caption, svg));
    report.json["privacy_budget_percent"] =
        json!({"floor": FLOOR, "by_rule": by_rule, "by_rule_and_class": by_class});
    let cell = |value: &f64| {
        if value.is_finite() {
            format!("{value}")
        } else {
            "-".into()
        }
    };
    report.tables.push(Table {
        caption: sheet.say("Privacy budget, NSR in %", &[]),
        header: [sheet.say("true class", &[])]
            .into_iter()
            .chain(columns)
            .collect(),
        rows: rows
            .into_iter()
            .zip(&shown)
            .map(|(name, values)| [name].into_iter().chain(values.iter().map(cell)).collect())
            .collect(),
    });
}
