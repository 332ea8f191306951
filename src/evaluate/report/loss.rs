//! Lost votes (peer-review file of Tao et al. 2023, Fig. R5).

use super::super::blocks::SHOWN;
use super::super::settings::LOST_PERCENT;
use super::sheet::Sheet;
use super::Report;
use crate::plot::{lines, matrix, Axis, Frame, Matrix};

pub(super) fn add(sheet: &Sheet<'_>, report: &mut Report) {
    let notes = sheet.notes();
    let settings = sheet.settings();
    let of_index = |index: usize| -> Vec<(f64, usize)> {
        let with = settings.iter().enumerate();
        with.filter(|(_, s)| s.index == Some(index) && s.n_missing == 0)
            .map(|(i, s)| (100.0 * s.lost_share, i))
            .collect()
    };
    let mut indices: Vec<usize> = settings.iter().filter_map(|s| s.index).collect();
    indices.dedup();
    indices.sort_unstable();
    indices.dedup();
    let (Some(&low), Some(&high)) = (indices.first(), indices.last()) else {
        return;
    };
    let x_label = sheet.say("votes lost, % (each becomes a uniform guess)", &[]);
    let y_label = sheet.say("accuracy, %", &[]);
    for index in [low, high] {
        let points = of_index(index);
        let drawn = sheet.lines(&SHOWN, &points);
        let title = sheet.say(
            "Accuracy with lost votes at index {0}, mean ± standard deviation",
            &[&index],
        );
        let frame = Frame {
            title: &title,
            x: Axis::Number {
                label: &x_label,
                low: 0.0,
                high: 10.0,
            },
            y: Sheet::percent_axis(&y_label, &drawn),
            notes: &notes,
        };
        let fall = |rule: &str| {
            let at = |point: Option<&(f64, usize)>| {
                let mean = point.and_then(|&(_, setting)| sheet.percent(setting, rule));
                mean.map_or(f64::NAN, |(mean, _)| mean)
            };
            format!("{:.1}", at(points.first()) - at(points.last()))
        };
        let caption = sheet.say(
            "At index {0}, 10 % of votes lost cost il {1}, mv {2}, wdv {3} and evidence {4} points.",
            &[&index, &fall("il"), &fall("mv"), &fall("wdv"), &fall("evidence")],
        );
        let svg = lines(&frame, &drawn, None);
        report
            .figures
            .push(sheet.figure(format!("loss-index-{index}"), caption, svg));
    }
    let columns: Vec<String> = LOST_PERCENT.iter().map(ToString::to_string).collect();
    let rows: Vec<String> = indices.iter().map(ToString::to_string).collect();
    for rule in ["mv", "wdv", "evidence"] {
        let values = indices.iter().map(|&index| {
            let mean = |(_, setting): (f64, usize)| {
                sheet
                    .percent(setting, rule)
                    .map_or(f64::NAN, |(mean, _)| mean)
            };
            of_index(index).into_iter().map(mean).collect()
        });
        let title = sheet.say("Mean accuracy, %, under {0}", &[&sheet.rule(rule)]);
        let frame = Frame {
            title: &title,
            x: Axis::Names {
                label: &x_label,
                names: &columns,
            },
            y: Axis::Names {
                label: &sheet.say("heterogeneity index", &[]),
                names: &rows,
            },
            notes: &notes,
        };
        let svg = matrix(
            &frame,
            &Matrix {
                rows: &rows,
                columns: &columns,
                values: values.collect(),
                decimals: 1,
                most: 100.0,
            },
        );
        let caption = sheet.say("{0}: index by share of lost votes.", &[&sheet.rule(rule)]);
        report
            .figures
            .push(sheet.figure(format!("loss-{rule}"), caption, svg));
    }
}
