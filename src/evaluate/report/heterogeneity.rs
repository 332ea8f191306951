//! Collaborators that hold some classes only (Tao et al. 2023, Fig. 4).

use super::super::blocks::SHOWN;
use super::super::score::{accuracy, contenders, decisions};
use super::super::summary::rounded;
use super::super::trial::Trial;
use super::sheet::Sheet;
use super::{Report, Table};
use crate::plot::{bars, flow, lines, matrix, Axis, Bar, Frame, Matrix};
use serde_json::{json, Map};

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let notes = sheet.notes();
    let points: Vec<(f64, usize)> = sheet
        .settings()
        .iter()
        .enumerate()
        .filter_map(|(i, setting)| Some((setting.index? as f64, i)))
        .collect();
    let columns = ["il", "mv", "wdv", "evidence", "pooled"];
    let drawn = sheet.lines(&columns, &points);
    let (Some(&(low, first)), Some(&(high, _))) = (points.first(), points.last()) else {
        return;
    };
    let y_label = sheet.say("accuracy, %", &[]);
    let frame = Frame {
        title: &sheet.say(
            "Accuracy by heterogeneity index, mean ± standard deviation",
            &[],
        ),
        x: Axis::Number {
            label: &sheet.say(
                "heterogeneity index: fewest classes a collaborator holds",
                &[],
            ),
            low,
            high,
        },
        y: Sheet::percent_axis(&y_label, &drawn),
        notes: &notes,
    };
    let mean = |column: &str| {
        format!(
            "{:.1}",
            sheet.percent(first, column).map_or(f64::NAN, |(m, _)| m)
        )
    };
    let caption = sheet.say(
        "At index 2: il {0} %, mv {1} %, wdv {2} %, evidence {3} % (published: 55, 71-79 and 97 % for the first three).",
        &[&mean("il"), &mean("mv"), &mean("wdv"), &mean("evidence")],
    );
    let svg = lines(&frame, &drawn, None);
    report
        .figures
        .push(sheet.figure("heterogeneity", caption, svg));
    others(sheet, report, &notes);
    best_majority(sheet, report, first);
}

/// The settings beside the series: exact numbers of classes, disjoint batteries.
fn others(sheet: &Sheet<'_>, report: &mut Report, notes: &[String]) {
    let chosen: Vec<usize> = (0..sheet.settings().len())
        .filter(|&i| sheet.settings()[i].index.is_none())
        .collect();
    let columns = Sheet::columns();
    let rows: Vec<String> = chosen
        .iter()
        .map(|&i| sheet.settings()[i].name.clone())
        .collect();
    let names: Vec<String> = columns.iter().map(|column| sheet.rule(column)).collect();
    let values = chosen.iter().map(|&i| {
        let mean = |column: &&str| sheet.percent(i, column).map_or(f64::NAN, |(mean, _)| mean);
        columns.iter().map(mean).collect()
    });
    let frame = Frame {
        title: &sheet.say("Mean accuracy, %, with exact numbers of classes", &[]),
        x: Axis::Names {
            label: &sheet.say("rule", &[]),
            names: &names,
        },
        y: Axis::Names {
            label: "",
            names: &rows,
        },
        notes,
    };
    let svg = matrix(
        &frame,
        &Matrix {
            rows: &rows,
            columns: &names,
            values: values.collect(),
            decimals: 1,
            most: 100.0,
        },
    );
    let hardest = chosen
        .iter()
        .filter_map(|&i| Some((i, sheet.percent(i, "evidence")?.0)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let caption = match hardest {
        Some((i, mean)) => sheet.say(
            "The hardest setting for evidence (ours): {0}, {1} %.",
            &[&sheet.settings()[i].name, &format!("{mean:.1}")],
        ),
        None => String::new(),
    };
    report
        .figures
        .push(sheet.figure("exact-classes", caption, svg));
}

/// The run of the lowest index in which the majority vote was best, in full.
fn best_majority(sheet: &Sheet<'_>, report: &mut Report, setting: usize) {
    let majority = sheet.accuracies(setting, "mv");
    let best =
        (0..majority.len()).max_by(|&a, &b| majority[a].total_cmp(&majority[b]).then(b.cmp(&a)));
    let (Some(run), Some(of)) = (best, sheet.settings().get(setting)) else {
        return;
    };
    let Ok((trial, _)) = sheet.plan.round(of, run) else {
        return;
    };
    let classes = sheet.class_names();
    let clients: Vec<String> = (1..=trial.ballots.len())
        .map(|k| sheet.say("collaborator {0}", &[&k]))
        .collect();
    let mut notes = vec![sheet.say(
        "One run of many: run {0} of seed {4} at index {1}, the one with the best majority vote ({2} %); n = {3} batteries to sort.",
        &[
            &run,
            &of.index.unwrap_or(0),
            &format!("{:.1}", 100.0 * majority[run]),
            &trial.truth.len(),
            &sheet.plan.setup.seed,
        ],
    )];
    notes.extend(sheet.notes().into_iter().skip(1));
    let dealt = distribution(&trial, classes.len());
    let counts = Matrix {
        rows: &clients,
        columns: &classes,
        values: dealt
            .iter()
            .map(|row| {
                row.iter()
                    .map(|&n| if n > 0.0 { n } else { f64::NAN })
                    .collect()
            })
            .collect(),
        decimals: 0,
        most: dealt.iter().flatten().copied().fold(1.0, f64::max),
    };
    let frame = |title, x, y| Frame {
        title,
        x: Axis::Names {
            label: x,
            names: &classes,
        },
        y: Axis::Names {
            label: y,
            names: &clients,
        },
        notes: &notes,
    };
    let class_label = sheet.say("class", &[]);
    let title = sheet.say("Rows dealt to each collaborator by class", &[]);
    let svg = matrix(&frame(&title, &class_label, ""), &counts);
    let caption = sheet.say(
        "Who holds what in the run with the best majority vote.",
        &[],
    );
    report
        .figures
        .push(sheet.figure("best-majority-data", caption, svg));

    let title = sheet.say("Flow of rows from collaborators to classes", &[]);
    let label = sheet.say("rows", &[]);
    let svg = flow(&frame(&title, &label, ""), &clients, &classes, &dealt);
    let holders = |class: usize| dealt.iter().filter(|row| row[class] > 0.0).count();
    let fewest = (0..classes.len()).map(holders).min().unwrap_or(0);
    let caption = sheet.say(
        "The rarest class has {0} holders among {1}.",
        &[&fewest, &clients.len()],
    );
    report
        .figures
        .push(sheet.figure("best-majority-flow", caption, svg));

    let by_class = class_wise(sheet, &trial);
    let rules: Vec<String> = SHOWN.iter().map(|rule| sheet.rule(rule)).collect();
    let title = sheet.say("Right answers by true class, %", &[]);
    let rule_label = sheet.say("rule", &[]);
    let svg = matrix(
        &frame(&title, &rule_label, &class_label),
        &Matrix {
            rows: &classes,
            columns: &rules,
            values: (0..classes.len())
                .map(|class| by_class.iter().map(|of| 100.0 * of[class]).collect())
                .collect(),
            decimals: 0,
            most: 100.0,
        },
    );
    let caption = sheet.say(
        "Class by class in the run with the best majority vote.",
        &[],
    );
    report
        .figures
        .push(sheet.figure("best-majority-classes", caption, svg));

    let by_client = client_wise(sheet, &trial);
    let title = sheet.say("Each collaborator's own accuracy, %", &[]);
    let y_label = sheet.say("accuracy, %", &[]);
    let own = Frame {
        y: Axis::Number {
            label: &y_label,
            low: 0.0,
            high: 100.0,
        },
        ..frame(&title, "", "")
    };
    let drawn: Vec<Bar> = clients
        .iter()
        .zip(&by_client)
        .zip(&trial.ballots)
        .map(|((name, share), ballot)| Bar {
            name: sheet.say("{0}, {1} classes", &[name, &ballot.coverage.len()]),
            value: 100.0 * share,
            sd: 0.0,
        })
        .collect();
    let svg = bars(&own, &drawn);
    let best_alone = by_client.iter().copied().fold(0.0, f64::max);
    let together = sheet.accuracies(setting, "evidence");
    let caption = sheet.say(
        "The best collaborator alone is right in {0} %, all together under evidence in {1} %.",
        &[
            &format!("{:.1}", 100.0 * best_alone),
            &format!(
                "{:.1}",
                100.0 * together.get(run).copied().unwrap_or(f64::NAN)
            ),
        ],
    );
    report
        .figures
        .push(sheet.figure("best-majority-clients", caption, svg));

    let mut class_accuracy = Map::new();
    for (rule, shares) in SHOWN.iter().zip(&by_class) {
        let shares: Vec<Option<f64>> = shares
            .iter()
            .map(|&share| share.is_finite().then(|| rounded(share)))
            .collect();
        class_accuracy.insert((*rule).into(), json!(shares));
    }
    report.json["best_majority_case"] = json!({
        "setting": of.name,
        "run": run,
        "majority_accuracy": rounded(majority[run]),
        "rows_dealt": dealt,
        "class_accuracy": class_accuracy,
        "client_accuracy": by_client.iter().map(|v| rounded(*v)).collect::<Vec<_>>(),
    });
    report.tables.push(Table {
        caption: sheet.say("Rows dealt in the run with the best majority vote", &[]),
        header: [String::new()]
            .into_iter()
            .chain(classes.iter().cloned())
            .collect(),
        rows: clients
            .iter()
            .zip(&dealt)
            .map(|(name, row)| {
                let cells = row.iter().map(|n| format!("{n}"));
                [name.clone()].into_iter().chain(cells).collect()
            })
            .collect(),
    });
}

/// Rows dealt by collaborator and class.
fn distribution(trial: &Trial, n_classes: usize) -> Vec<Vec<f64>> {
    let row = |ballot: &crate::ballot::Ballot| {
        let mut counts = vec![0.0; n_classes];
        for held in &ballot.coverage {
            if let Some(count) = counts.get_mut(usize::from(held.class)) {
                *count = f64::from(held.batteries);
            }
        }
        counts
    };
    trial.ballots.iter().map(row).collect()
}

/// Share right by true class under each shown rule; NaN where the query has none of a class.
fn class_wise(sheet: &Sheet<'_>, trial: &Trial) -> Vec<Vec<f64>> {
    let n = sheet.plan.fleet.n_classes();
    let catalogue = &sheet.plan.fleet.catalogue;
    let known = contenders();
    SHOWN
        .iter()
        .map(|rule| {
            let contender = known.iter().find(|c| c.name == *rule);
            let made = contender
                .and_then(|c| decisions(catalogue, &trial.ballots, trial.truth.len(), c, &[]).ok())
                .unwrap_or_default();
            let (mut right, mut all) = (vec![0.0; n], vec![0.0; n]);
            for (decision, truth) in made.iter().flat_map(|list| list.iter().zip(&trial.truth)) {
                let truth = usize::from(*truth);
                all[truth] += 1.0;
                right[truth] += f64::from(u8::from(decision.0 == truth));
            }
            right.iter().zip(&all).map(|(right, n)| right / n).collect()
        })
        .collect()
}

/// Share right of every collaborator alone.
fn client_wise(sheet: &Sheet<'_>, trial: &Trial) -> Vec<f64> {
    let catalogue = &sheet.plan.fleet.catalogue;
    let known = contenders();
    let Some(alone) = known.iter().find(|c| c.name == "il") else {
        return Vec::new();
    };
    trial
        .ballots
        .chunks(1)
        .map(|ballot| accuracy(catalogue, ballot, &trial.truth, alone, &[]).unwrap_or(0.0))
        .collect()
}
