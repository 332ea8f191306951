//! Out-of-bag error against the number of trees (peer-review file of Tao et al. 2023, Fig. R6).

use super::super::blocks::Block;
use super::super::settings::MOST_TREES;
use super::super::summary::{rounded, Summary};
use super::sheet::Sheet;
use super::{Report, Table};
use crate::plot::{lines, Axis, Frame, Line};
use serde_json::json;
use std::fmt::Write;

/// Trees listed in the table.
const LISTED: [usize; 8] = [1, 2, 5, 10, 20, 30, 50, 100];

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let n = usize::from(MOST_TREES);
    let kinds = [
        (
            "augmented",
            sheet.say("rows after augmentation (as published)", &[]),
        ),
        ("own", sheet.say("own rows, not augmented", &[])),
    ];
    let by_tree = |kind: usize, tree: usize| {
        let value = |run: &Vec<f64>| {
            let values = sheet.plan.layout.of(Block::Trees, run);
            values.get(kind * n + tree).copied()
        };
        let values: Vec<f64> = sheet.runs(0).iter().filter_map(value).collect();
        Summary::of(&values)
    };
    let mut drawn = Vec::new();
    let mut series = serde_json::Map::new();
    report.csv = String::from("rows,n_trees,mean_error,sd\n");
    for (kind, (id, name)) in kinds.iter().enumerate() {
        let mut line = Line {
            name: name.clone(),
            points: Vec::new(),
        };
        let mut listed = Vec::new();
        for tree in 0..n {
            let Some(summary) = by_tree(kind, tree) else {
                continue;
            };
            let (mean, sd) = (summary.mean, summary.sd);
            line.points
                .push((tree as f64 + 1.0, 100.0 * mean, 100.0 * sd));
            listed.push(json!({"trees": tree + 1, "mean": rounded(mean), "sd": rounded(sd)}));
            // Writing to a String cannot fail.
            let _ = writeln!(report.csv, "{id},{},{mean:.6},{sd:.6}", tree + 1);
        }
        series.insert((*id).into(), listed.into());
        drawn.push(line);
    }
    report.json["out_of_bag_error"] = series.into();
    let most = drawn
        .iter()
        .flat_map(|line| line.points.iter().map(|(_, mean, sd)| mean + sd))
        .fold(1.0, f64::max);
    let mut notes = vec![sheet.say(
        "Mean over the collaborators of a run; band: standard deviation over runs. Copies of a row are in and out of bag after augmentation, which flatters.",
        &[],
    )];
    notes.extend(sheet.notes());
    let frame = Frame {
        title: &sheet.say("Out-of-bag error by number of trees", &[]),
        x: Axis::Number {
            label: &sheet.say("trees", &[]),
            low: 0.0,
            high: f64::from(MOST_TREES),
        },
        y: Axis::Number {
            label: &sheet.say("out-of-bag error, %", &[]),
            low: 0.0,
            high: most,
        },
        notes: &notes,
    };
    // The first number of trees from which on the error stays within half a point of the last.
    let settled = |line: &Line| {
        let last = line.points.last().map_or(0.0, |point| point.1);
        let after = line
            .points
            .iter()
            .rposition(|point| (point.1 - last).abs() > 0.5);
        let at = line.points.get(after.map_or(0, |at| at + 1));
        at.map_or("-".to_string(), |point| format!("{}", point.0))
    };
    let caption = sheet.say(
        "The error is within half a point of its end from {0} trees on for augmented rows, from {1} for the own rows.",
        &[&settled(&drawn[0]), &settled(&drawn[1])],
    );
    let svg = lines(&frame, &drawn, None);
    report.figures.push(sheet.figure("trees", caption, svg));
    let cell = |kind: usize, trees: usize| {
        let summary = by_tree(kind, trees - 1);
        summary.map_or(String::new(), |s| {
            format!("{:.2} ± {:.2}", 100.0 * s.mean, 100.0 * s.sd)
        })
    };
    let [(_, augmented), (_, own)] = kinds;
    report.tables.push(Table {
        caption: sheet.say(
            "Out-of-bag error, %, mean ± standard deviation over runs",
            &[],
        ),
        header: vec![sheet.say("trees", &[]), augmented, own],
        rows: LISTED
            .iter()
            .map(|&trees| vec![trees.to_string(), cell(0, trees), cell(1, trees)])
            .collect(),
    });
}
