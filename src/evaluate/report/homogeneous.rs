//! All collaborators hold all classes (Tao et al. 2023, Fig. 3a).

use super::super::blocks::{Block, N_BINS, SHOWN};
use super::sheet::Sheet;
use super::{Report, Table};
use crate::plot::{boxes, histogram, matrix, Axis, Frame, Matrix};
use serde_json::{json, Map};

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let notes = sheet.notes();
    let classes = sheet.class_names();
    let n = classes.len();
    accuracies(sheet, report, &notes);
    let confusion = sheet.sum(0, Block::Confusion);
    let winning = sheet.sum(0, Block::Winning);
    let mut details = Map::new();
    for (i, name) in SHOWN.iter().enumerate() {
        let Some(counts) = confusion.get(i * n * n..(i + 1) * n * n) else {
            continue;
        };
        let shares: Vec<Vec<f64>> = counts
            .chunks(n.max(1))
            .map(|row| {
                let total: f64 = row.iter().sum();
                row.iter().map(|count| 100.0 * count / total).collect()
            })
            .collect();
        let total: f64 = counts.iter().sum();
        let right: f64 = (0..n).map(|c| counts[c * n + c]).sum();
        let worst = (0..n * n).filter(|at| at / n != at % n).max_by(|a, b| {
            shares[a / n][a % n]
                .total_cmp(&shares[b / n][b % n])
                .then(b.cmp(a))
        });
        let mut caption = sheet.say(
            "{0}: {1} % of {2} answers are right.",
            &[
                &sheet.rule(name),
                &format!("{:.1}", 100.0 * right / total),
                &total,
            ],
        );
        if let Some(at) = worst.filter(|at| shares[at / n][at % n] > 0.0) {
            caption.push(' ');
            caption += &sheet.say(
                "Most often mistaken: {0} for {1} ({2} %).",
                &[
                    &classes[at / n],
                    &classes[at % n],
                    &format!("{:.1}", shares[at / n][at % n]),
                ],
            );
        }
        let title = sheet.say(
            "Confusion under {0}, % of each true class",
            &[&sheet.rule(name)],
        );
        let frame = Frame {
            title: &title,
            x: Axis::Names {
                label: &sheet.say("decided class", &[]),
                names: &classes,
            },
            y: Axis::Names {
                label: &sheet.say("true class", &[]),
                names: &classes,
            },
            notes: &notes,
        };
        let svg = matrix(
            &frame,
            &Matrix {
                rows: &classes,
                columns: &classes,
                values: shares.clone(),
                decimals: 1,
                most: 100.0,
            },
        );
        report
            .figures
            .push(sheet.figure(format!("confusion-{name}"), caption, svg));
        let bins = winning
            .get(2 * i * N_BINS..2 * (i + 1) * N_BINS)
            .unwrap_or(&[]);
        distribution(sheet, report, &notes, name, bins);
        details.insert(
            (*name).into(),
            json!({
                "confusion": counts.chunks(n.max(1)).collect::<Vec<_>>(),
                "winning_probability": {
                    "right": &bins[..N_BINS.min(bins.len())],
                    "wrong": &bins[N_BINS.min(bins.len())..],
                },
            }),
        );
        let recall = shares.iter().enumerate().map(|(class, row)| row[class]);
        recalls(sheet, report, name, &classes, &recall.collect::<Vec<_>>());
    }
    report.json["rules"] = details.into();
}

/// Recall of every class and rule, one column per rule.
fn recalls(sheet: &Sheet<'_>, report: &mut Report, name: &str, classes: &[String], recall: &[f64]) {
    let caption = sheet.say("Right answers by true class, %", &[]);
    if report
        .tables
        .last()
        .is_none_or(|table| table.caption != caption)
    {
        report.tables.push(Table {
            caption,
            header: vec![sheet.say("true class", &[])],
            rows: classes.iter().map(|class| vec![class.clone()]).collect(),
        });
    }
    if let Some(table) = report.tables.last_mut() {
        table.header.push(sheet.rule(name));
        for (row, share) in table.rows.iter_mut().zip(recall) {
            row.push(format!("{share:.1}"));
        }
    }
}

/// Accuracy of every rule over the runs.
fn accuracies(sheet: &Sheet<'_>, report: &mut Report, notes: &[String]) {
    let columns = Sheet::columns();
    let names: Vec<String> = columns.iter().map(|name| sheet.rule(name)).collect();
    let values: Vec<Vec<f64>> = columns
        .iter()
        .map(|column| {
            let values = sheet.accuracies(0, column);
            values.iter().map(|v| 100.0 * v).collect()
        })
        .collect();
    let lowest = values.iter().flatten().copied().fold(100.0, f64::min);
    let frame = Frame {
        title: &sheet.say("Accuracy of the rules", &[]),
        x: Axis::Names {
            label: "",
            names: &names,
        },
        y: Axis::Number {
            label: &sheet.say("accuracy, %", &[]),
            low: ((lowest - 1.0) / 10.0).floor().max(0.0) * 10.0,
            high: 100.0,
        },
        notes,
    };
    let svg = boxes(&frame, &[(String::new(), values)]);
    let mean = |column| {
        format!(
            "{:.1}",
            sheet.percent(0, column).map_or(f64::NAN, |(m, _)| m)
        )
    };
    let caption = sheet.say(
        "With all classes everywhere: il {0} %, mv {1} %, wdv {2} %, evidence {3} %, pooled data {4} %.",
        &[
            &mean("il"),
            &mean("mv"),
            &mean("wdv"),
            &mean("evidence"),
            &mean("pooled"),
        ],
    );
    report.figures.push(sheet.figure("accuracy", caption, svg));
}

/// How sure a rule was where it was right and where it was wrong.
fn distribution(
    sheet: &Sheet<'_>,
    report: &mut Report,
    notes: &[String],
    name: &str,
    bins: &[f64],
) {
    let total: f64 = bins.iter().sum();
    if total <= 0.0 {
        return;
    }
    let percent: Vec<f64> = bins.iter().map(|count| 100.0 * count / total).collect();
    let (right, wrong) = percent.split_at(N_BINS.min(percent.len()));
    let most = (0..N_BINS)
        .map(|bin| right.get(bin).unwrap_or(&0.0) + wrong.get(bin).unwrap_or(&0.0))
        .fold(1.0, f64::max);
    let title = sheet.say("Winning probability under {0}", &[&sheet.rule(name)]);
    let frame = Frame {
        title: &title,
        x: Axis::Number {
            label: &sheet.say("probability of the decided class, in bins of 0.05", &[]),
            low: 0.0,
            high: 1.0,
        },
        y: Axis::Number {
            label: &sheet.say("share of decisions, %", &[]),
            low: 0.0,
            high: most,
        },
        notes,
    };
    let mean = |bins: &[f64]| {
        let sum: f64 = bins.iter().sum();
        let weighted = bins
            .iter()
            .enumerate()
            .map(|(bin, share)| share * (bin as f64 + 0.5) / N_BINS as f64);
        if sum > 0.0 {
            format!("{:.2}", weighted.sum::<f64>() / sum)
        } else {
            "-".into()
        }
    };
    let caption = sheet.say(
        "{0}: mean winning probability {1} where right, {2} where wrong.",
        &[&sheet.rule(name), &mean(right), &mean(wrong)],
    );
    let series = [
        (sheet.say("right", &[]), right.to_vec()),
        (sheet.say("wrong", &[]), wrong.to_vec()),
    ];
    let svg = histogram(&frame, &series);
    report
        .figures
        .push(sheet.figure(format!("winning-{name}"), caption, svg));
}
