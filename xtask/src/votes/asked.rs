//! The table of figures asked for.

use super::tables::{mean, number, settings};
use super::Data;
use serde_json::Value;

/// The lines of the table of figures asked for.
#[derive(Default)]
pub struct Asked(pub String);

impl Asked {
    pub fn line(&mut self, what: &str, asked: &str, measured: String, is_met: Option<bool>) {
        let verdict = is_met.map_or("", |met| if met { "met" } else { "**missed**" });
        self.0 += &format!("| {what} | {asked} | {measured} | {verdict} |\n");
    }

    pub fn at_least(&mut self, what: &str, least: f64, measured: f64) {
        self.line(
            what,
            &format!(">= {least}"),
            number(Some(measured)),
            Some(measured >= least),
        );
    }

    pub fn heterogeneity(&mut self, data: &Data, report: &Value) {
        if report.is_null() {
            return;
        }
        let mut worst_index = (f64::INFINITY, String::new());
        let mut is_below_mv = false;
        for (name, setting) in settings(report) {
            let Some(ours) = mean(setting, "evidence") else {
                continue;
            };
            let what = format!("{}: {name}", data.name);
            if data.half.is_some() {
                if name.starts_with("exactly") || name.starts_with("index 2") {
                    self.at_least(&what, 0.985, ours);
                }
            } else if name.starts_with("exactly 2") {
                self.at_least(&what, 0.9, ours);
            }
            if name.starts_with("index") {
                is_below_mv |= mean(setting, "mv").is_some_and(|mv| ours < mv);
                if ours < worst_index.0 {
                    worst_index = (ours, name.to_owned());
                }
            }
        }
        if data.half.is_none() {
            self.at_least(
                &format!("{}: every index, worst at {}", data.name, worst_index.1),
                0.95,
                worst_index.0,
            );
        }
        self.line(
            &format!("{}: below `mv` at any index", data.name),
            "never",
            if is_below_mv {
                "yes".into()
            } else {
                "never".into()
            },
            Some(!is_below_mv),
        );
    }

    pub fn loss(&mut self, data: &Data, report: &Value) {
        if report.is_null() {
            return;
        }
        let of = |wanted: &str| {
            settings(report)
                .find(|(name, _)| *name == wanted)
                .and_then(|(_, s)| mean(s, "evidence"))
        };
        let mut worst = 0.0_f64;
        for (name, setting) in settings(report) {
            if let Some(index) = name.strip_suffix(", 10 % of votes lost") {
                let whole = of(&format!("{index}, 0 % of votes lost"));
                if let (Some(whole), Some(lost)) = (whole, mean(setting, "evidence")) {
                    worst = worst.max(whole - lost);
                }
            }
        }
        self.points(
            &format!("{}: 10 % of votes lost, worst index", data.name),
            1.0,
            worst,
        );
        if let (Some(whole), Some(fewer)) = (
            of("index 2, 0 % of votes lost"),
            of("index 2, 3 of 10 collaborators missing"),
        ) {
            self.points(
                &format!("{}: 3 of 10 collaborators missing", data.name),
                3.0,
                whole - fewer,
            );
        }
    }

    fn points(&mut self, what: &str, most: f64, loss: f64) {
        self.line(
            what,
            &format!("loss <= {most} points"),
            format!("{:.1}", 100.0 * loss),
            Some(100.0 * loss <= most),
        );
    }

    pub fn attack(&mut self, data: &Data, report: &Value) {
        for (n_liars, controls, most) in [(1, 0, 2.0), (2, 10, 5.0)] {
            let suffix = format!(", {controls} controls");
            let honest = settings(report)
                .find(|(name, _)| name.ends_with(&format!("honest{suffix}")))
                .and_then(|(_, s)| mean(s, "evidence"));
            let lies = settings(report).filter(|(name, _)| {
                name.starts_with(&format!("{n_liars} of"))
                    && name.ends_with(&suffix)
                    && !name.contains("absent")
            });
            let worst = lies
                .filter_map(|(name, s)| Some((mean(s, "evidence")?, name)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let (Some(honest), Some((worst, name))) = (honest, worst) {
                self.points(
                    &format!("{}: worst attack ({name})", data.name),
                    most,
                    honest - worst,
                );
            }
        }
        let crafted = settings(report)
            .filter(|(name, _)| name.starts_with("crafted") && name.ends_with(" 0 controls"));
        for (name, setting) in crafted {
            let honest = settings(report)
                .next()
                .and_then(|(_, s)| mean(s, "evidence"));
            if let (Some(honest), Some(value)) = (honest, mean(setting, "evidence")) {
                self.points(
                    &format!("{}: {}", data.name, name.trim_end_matches(", 0 controls")),
                    2.0,
                    honest - value,
                );
            }
        }
    }

    pub fn unknown(&mut self, data: &Data, report: &Value) {
        for (name, setting) in settings(report) {
            if let (Some(flagged), Some(alarms)) =
                (mean(setting, "flagged"), mean(setting, "false alarms"))
            {
                let is_met = flagged >= 0.9 && alarms <= 0.05;
                self.line(
                    &format!("{}: {name}", data.name),
                    ">= 90 % flagged, <= 5 % false alarms",
                    format!("{:.1} %, {:.1} %", 100.0 * flagged, 100.0 * alarms),
                    Some(is_met),
                );
            }
        }
    }

    pub fn calibration(&mut self, data: &Data, report: &Value) {
        let errors = settings(report).filter_map(|(name, s)| {
            Some((s["pooled"]["evidence"]["calibration_error"].as_f64()?, name))
        });
        if let Some((worst, name)) = errors.max_by(|a, b| a.0.total_cmp(&b.0)) {
            self.line(
                &format!("{}: calibration error, worst ({name})", data.name),
                "<= 0.05",
                format!("{worst:.3}"),
                Some(worst <= 0.05),
            );
        }
    }

    pub fn makers(&mut self, data: &Data, report: &Value) {
        for (part, what) in [
            ("leave_one_out", "one maker left out"),
            ("others", "measured makers"),
        ] {
            let of = |name: &str| report[part][name].as_f64().unwrap_or_default();
            self.at_least(
                &format!("{}, {what}: AUROC of familiarity", data.name),
                0.85,
                of("familiarity_auroc"),
            );
            self.line(
                &format!(
                    "{}, {what}: family, cathode by 30-feature forest",
                    data.name
                ),
                "family >= 0.9",
                format!("{:.3}, {:.3}", of("family"), of("cathode")),
                Some(of("family") >= 0.9),
            );
        }
    }
}
