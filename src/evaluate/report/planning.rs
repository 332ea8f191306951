//! How many collaborators a round needs.

use super::super::clients::Holding;
use super::super::settings::{Setting, PLANNED_CLIENTS};
use super::sheet::Sheet;
use super::{Report, Table};
use crate::plot::{lines, matrix, Axis, Frame, Line, Matrix};
use serde_json::{json, Value};

/// The rules planned for: the published baseline and ours.
const RULES: [&str; 2] = ["mv", "evidence"];

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let notes = sheet.notes();
    let target = 100.0 * sheet.plan.setup.target;
    let (mut coverages, mut sizes) = (Vec::new(), Vec::new());
    for setting in sheet.settings() {
        let (n_classes, rows) = shape(setting);
        if !coverages.contains(&n_classes) {
            coverages.push(n_classes);
        }
        if !sizes.contains(&rows) {
            sizes.push(rows);
        }
    }
    let points = |n_classes: usize, rows: u32| -> Vec<(f64, usize)> {
        let fitting = sheet.settings().iter().enumerate();
        fitting
            .filter(|(_, setting)| shape(setting) == (n_classes, rows))
            .map(|(i, setting)| (setting.params.clients.n_clients as f64, i))
            .collect()
    };
    let y_label = sheet.say("accuracy, %", &[]);
    let target_words = sheet.say("target", &[]);
    for &rows in &sizes {
        let drawn: Vec<Line> = coverages
            .iter()
            .filter_map(|&n| {
                let mut line = sheet.lines(&["evidence"], &points(n, rows)).pop()?;
                line.name = sheet.say("{0} classes each", &[&n]);
                Some(line)
            })
            .collect();
        let title = sheet.say(
            "Accuracy of evidence (ours) by number of collaborators, {0} rows per class held",
            &[&rows],
        );
        let frame = Frame {
            title: &title,
            x: Axis::Number {
                label: &sheet.say("collaborators", &[]),
                low: 0.0,
                high: PLANNED_CLIENTS.iter().copied().max().unwrap_or(1) as f64,
            },
            y: Sheet::percent_axis(&y_label, &drawn),
            notes: &notes,
        };
        let svg = lines(&frame, &drawn, Some((&target_words, target)));
        let needed: Vec<String> = coverages
            .iter()
            .map(|&n| {
                let count = fewest(sheet, &points(n, rows), "evidence", target);
                let count = count.map_or("-".to_string(), |n| format!("{n}"));
                sheet.say("{0} with {1} classes each", &[&count, &n])
            })
            .collect();
        let caption = sheet.say(
            "Fewest collaborators for {0} %, {1} rows per class held: {2}.",
            &[&target, &rows, &needed.join(", ")],
        );
        report
            .figures
            .push(sheet.figure(format!("plan-{rows}-rows"), caption, svg));
    }
    let names: Vec<String> = coverages
        .iter()
        .map(|n| sheet.say("{0} classes each", &[n]))
        .collect();
    let columns: Vec<String> = sizes
        .iter()
        .map(|rows| sheet.say("{0} rows per class", &[rows]))
        .collect();
    let mut plans: Vec<Value> = Vec::new();
    for rule in RULES {
        let needed: Vec<Vec<Option<f64>>> = coverages
            .iter()
            .map(|&n| {
                let of = |&rows: &u32| fewest(sheet, &points(n, rows), rule, target);
                sizes.iter().map(of).collect()
            })
            .collect();
        for (n, row) in coverages.iter().zip(&needed) {
            for (rows, count) in sizes.iter().zip(row) {
                plans.push(json!({
                    "rule": rule, "classes_each": n, "rows_per_class": rows,
                    "fewest_collaborators": count,
                }));
            }
        }
        let title = sheet.say(
            "Fewest collaborators for {0} % under {1}; blank: not reached with {2}",
            &[
                &target,
                &sheet.rule(rule),
                &PLANNED_CLIENTS[PLANNED_CLIENTS.len() - 1],
            ],
        );
        let frame = Frame {
            title: &title,
            x: Axis::Names {
                label: &sheet.say("rows a collaborator has of each class it holds", &[]),
                names: &columns,
            },
            y: Axis::Names {
                label: "",
                names: &names,
            },
            notes: &notes,
        };
        let svg = matrix(
            &frame,
            &Matrix {
                rows: &names,
                columns: &columns,
                values: needed
                    .iter()
                    .map(|row| row.iter().map(|n| n.unwrap_or(f64::NAN)).collect())
                    .collect(),
                decimals: 0,
                most: PLANNED_CLIENTS[PLANNED_CLIENTS.len() - 1] as f64,
            },
        );
        let caption = sheet.say(
            "{0}: mean accuracy over runs; numbers tried: {1}.",
            &[
                &sheet.rule(rule),
                &PLANNED_CLIENTS.map(|n| n.to_string()).join(", "),
            ],
        );
        report
            .figures
            .push(sheet.figure(format!("plan-{rule}"), caption, svg));
        report.tables.push(Table {
            caption: title,
            header: [String::new()].into_iter().chain(columns.clone()).collect(),
            rows: names
                .iter()
                .zip(&needed)
                .map(|(name, row)| {
                    let cells = row.iter().map(|n| n.map_or("-".into(), |n| format!("{n}")));
                    [name.clone()].into_iter().chain(cells).collect()
                })
                .collect(),
        });
    }
    report.json["target"] = json!(sheet.plan.setup.target);
    report.json["plans"] = plans.into();
}

/// Classes per collaborator and rows per class held.
fn shape(setting: &Setting) -> (usize, u32) {
    let clients = &setting.params.clients;
    let n_classes = match clients.holding {
        Holding::Exactly(n) | Holding::AtLeast(n) => n,
        Holding::All => 1,
    };
    (n_classes, clients.most_rows / n_classes.max(1) as u32)
}

/// The smallest number of collaborators from which on the mean accuracy reaches the target.
fn fewest(sheet: &Sheet<'_>, points: &[(f64, usize)], rule: &str, target: f64) -> Option<f64> {
    let reaches = |&&(_, setting): &&(f64, usize)| {
        sheet
            .percent(setting, rule)
            .is_some_and(|(mean, _)| mean >= target)
    };
    let kept = points.iter().rev().take_while(reaches);
    kept.last().map(|(n, _)| *n)
}
