//! Permutation importance over collaborators (Tao et al. 2023, eq. 8, Fig. 3d).

use super::super::blocks::Block;
use super::super::summary::rounded;
use super::sheet::Sheet;
use super::{Report, Table};
use crate::plot::{bars, Axis, Bar, Frame};
use serde_json::json;
use std::fmt::Write;

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let columns = &sheet.plan.fleet.columns;
    let p = columns.len();
    let sums = sheet.sum(0, Block::Importance);
    let n = sums.get(2 * p).copied().unwrap_or(0.0).max(1.0);
    let mut ranked: Vec<(usize, f64, f64)> = (0..p)
        .map(|i| {
            let at = |i: usize| sums.get(i).copied().unwrap_or(0.0);
            let mean = at(i) / n;
            let variance = (at(p + i) - n * mean * mean) / (n - 1.0).max(1.0);
            (i, mean, variance.max(0.0).sqrt())
        })
        .collect();
    report.json["importance"] = ranked
        .iter()
        .map(|(i, mean, sd)| {
            json!({"feature": columns[*i], "mean_rise": rounded(*mean), "sd": rounded(*sd)})
        })
        .collect();
    report.json["n_collaborators"] = json!(n);
    report.csv = String::from("feature,mean_rise,sd,n_collaborators\n");
    for (i, mean, sd) in &ranked {
        // Writing to a String cannot fail.
        let _ = writeln!(report.csv, "\"{}\",{mean:.6},{sd:.6},{n}", columns[*i]);
    }
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let drawn: Vec<Bar> = ranked
        .iter()
        .map(|(i, mean, sd)| Bar {
            name: columns[*i].clone(),
            value: 100.0 * mean,
            sd: 100.0 * sd,
        })
        .collect();
    let most = drawn.iter().map(|b| b.value + b.sd).fold(1.0, f64::max);
    let least = drawn.iter().map(|b| b.value - b.sd).fold(0.0, f64::min);
    let mut notes = sheet.notes();
    notes.insert(
        0,
        sheet.say(
            "Mean and standard deviation over {0} collaborators of all runs; out-of-bag rows.",
            &[&n],
        ),
    );
    let frame = Frame {
        title: &sheet.say("Permutation importance of the features", &[]),
        x: Axis::Names {
            label: "",
            names: &[],
        },
        y: Axis::Number {
            label: &sheet.say(
                "rise of the out-of-bag error when permuted, percentage points",
                &[],
            ),
            low: least,
            high: most,
        },
        notes: &notes,
    };
    let first: Vec<&str> = drawn.iter().take(3).map(|b| &b.name[..]).collect();
    let caption = sheet.say(
        "Most telling features: {0}; where features say the same, each alone matters little.",
        &[&first.join(", ")],
    );
    let svg = bars(&frame, &drawn);
    report
        .figures
        .push(sheet.figure("importance", caption, svg));
    report.tables.push(Table {
        caption: sheet.say("Rise of the out-of-bag error, percentage points", &[]),
        header: vec![
            sheet.say("feature", &[]),
            sheet.say("mean", &[]),
            sheet.say("standard deviation", &[]),
        ],
        rows: drawn
            .into_iter()
            .map(|b| vec![b.name, format!("{:.2}", b.value), format!("{:.2}", b.sd)])
            .collect(),
    });
}
