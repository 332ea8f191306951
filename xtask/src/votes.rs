//! `cargo xtask votes`: measures the vote rules on real pulses and simulated fleets, and writes
//! the tables of `docs/votes.md`.

use crate::process::{self, cargo, output, program, root};
use anyhow::{bail, Context, Result};
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Seed of our own simulated fleet: none of those that limits were chosen on (1 to 3).
const FLEET_SEED: &str = "4";

/// Seed of the experiments.
const SEED: &str = "1";

/// Rules of every table, and those only the attack table has room for.
const RULES: [&str; 8] = [
    "il",
    "mv",
    "mv-n",
    "wdv",
    "wdv-reversed",
    "wdv-local",
    "evidence",
    "pooled",
];
const MORE_RULES: [&str; 4] = ["coverage", "abstain", "dawid-skene", "gold"];

const PULSES: [&str; 4] = [
    "NMC_2.1Ah_W_5000.xlsx",
    "LMO_10Ah_W_5000.xlsx",
    "NMC_21Ah_W_5000.xlsx",
    "LFP_35Ah_W_5000.xlsx",
];

/// A labelled table that experiments run on.
struct Data {
    name: &'static str,
    title: &'static str,
    features: PathBuf,
    labels: PathBuf,
    half: Option<&'static str>,
}

/// Where things lie, and how much is run.
struct Work {
    voltvote: PathBuf,
    data: PathBuf,
    folder: PathBuf,
    runs: String,
    /// Reports of an earlier call with the same numbers are read instead of made anew.
    keeps: bool,
    /// Reports that are not there are left out of the page.
    is_kept_only: bool,
}

/// `votes [--runs N] [--keep] [--kept-only] [--with VOLTVOTE]`: `--keep` reads reports that are
/// there already, `--kept-only` makes no others; `--with` measures a binary that is built already.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut runs = "50".to_owned();
    let mut keeps = false;
    let mut is_kept_only = false;
    let mut built = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => runs = rest.next().context("--runs N")?.clone(),
            "--keep" => keeps = true,
            "--kept-only" => (keeps, is_kept_only) = (true, true),
            "--with" => built = Some(PathBuf::from(rest.next().context("--with VOLTVOTE")?)),
            other => bail!("unknown argument `{other}`"),
        }
    }
    let voltvote = match built {
        Some(path) => path,
        None => {
            process::run(cargo().args(["build", "--release", "--bin", "voltvote"]))?;
            root().join("target/release/voltvote")
        }
    };
    let data = std::env::var_os("VOLTVOTE_DATA")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if !data.is_dir() {
        bail!("no measured data in {}: set VOLTVOTE_DATA", data.display());
    }
    let work = Work {
        voltvote,
        data,
        folder: root().join("target/votes"),
        runs,
        keeps,
        is_kept_only,
    };
    std::fs::create_dir_all(&work.folder)?;
    let page = work.page()?;
    std::fs::write(root().join("docs/votes.md"), page)?;
    println!("wrote docs/votes.md");
    Ok(())
}

impl Work {
    fn voltvote(&self) -> Command {
        program(&self.voltvote)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Feature tables of everything that is measured on.
    fn prepare(&self) -> Result<[Data; 3]> {
        let (pulses, pulse_labels) = (self.path("pulses.csv"), self.path("pulse-labels.csv"));
        let mut command = self.voltvote();
        command.args(["health", "features"]);
        for file in PULSES {
            command.arg(self.data.join("pulsebat").join(file));
        }
        command.args(["--by", "battery", "--out"]).arg(&pulses);
        command.arg("--labels-out").arg(&pulse_labels);
        process::run(&mut command)?;

        let dev = self.data.join("fleet-dev");
        let dev_features = self.features(&dev, "fleet-dev.csv")?;
        let own = self.path("own");
        let simulate = ["simulate", "--cells", "130", "--seed", FLEET_SEED, "--out"];
        process::run(self.voltvote().args(simulate).arg(&own))?;
        let own_features = self.features(&own, "own.csv")?;
        Ok([
            Data {
                name: "pulses",
                title: "PulseBat, four types, second half of the batteries",
                features: pulses,
                labels: pulse_labels,
                half: Some("second"),
            },
            Data {
                name: "fleet-dev",
                title: "fleet-dev, nine classes, another simulator's",
                labels: dev.join("manifest.csv"),
                features: dev_features,
                half: None,
            },
            Data {
                name: "own",
                title: "our own simulated fleet, nine classes, seed 4",
                labels: own.join("manifest.csv"),
                features: own_features,
                half: None,
            },
        ])
    }

    fn features(&self, folder: &Path, name: &str) -> Result<PathBuf> {
        let out = self.path(name);
        if !(self.keeps && out.is_file()) {
            let mut command = self.voltvote();
            command.arg("features").arg(folder).arg("--manifest");
            command.arg(folder.join("manifest.csv"));
            process::run(command.arg("--out").arg(&out))?;
        }
        Ok(out)
    }

    /// The report of an experiment.
    fn experiment(&self, name: &str, data: &Data, more: &[&str]) -> Result<Value> {
        let out = self.path(&format!("{name}-{}-{}.json", data.name, self.runs));
        if self.is_kept_only && !out.is_file() {
            return Ok(Value::Null);
        }
        if !(self.keeps && out.is_file()) {
            let mut command = self.voltvote();
            command.args(["experiment", name, "--runs", &self.runs, "--seed", SEED]);
            command.arg("--data").arg(&data.features);
            command.arg("--labels").arg(&data.labels);
            if let Some(half) = data.half {
                command.args(["--half", half]);
            }
            output(command.args(more).arg("--out").arg(&out))?;
        }
        Ok(serde_json::from_slice(&std::fs::read(out)?)?)
    }

    /// The whole page.
    fn page(&self) -> Result<String> {
        let all = self.prepare()?;
        let mut tables = String::new();
        let mut asked = Asked::default();
        for data in &all {
            writeln!(tables, "\n## {}\n", capital(data.title))?;
            let report = self.experiment("heterogeneity", data, &[])?;
            asked.heterogeneity(data, &report);
            table(
                &mut tables,
                "Accuracy by what collaborators hold",
                &report,
                "",
                &RULES,
            )?;
            let report = self.experiment("loss", data, &[])?;
            asked.loss(data, &report);
            table(
                &mut tables,
                "Accuracy when votes are lost or collaborators missing",
                &kept(&report),
                "",
                &RULES,
            )?;
            let report = self.experiment("attack", data, &[])?;
            asked.attack(data, &report);
            let rules: Vec<&str> = RULES.iter().chain(&MORE_RULES).copied().collect();
            table(
                &mut tables,
                "Accuracy under attack, index 2, 7 collaborators",
                &report,
                "",
                &rules,
            )?;
            let report = self.experiment("unknown", data, &[])?;
            asked.unknown(data, &report);
            flags(&mut tables, &report)?;
            table(
                &mut tables,
                "How well confidence tells batteries of a class nobody holds from others (AUROC)",
                &report,
                "AUROC confidence ",
                &RULES,
            )?;
            let report = self.experiment("calibration", data, &[])?;
            asked.calibration(data, &report);
            calibration(&mut tables, &report)?;
        }
        let measured = self.data.join("cycles");
        let features = self.path("measured.csv");
        let labels = measured.join("manifest.csv");
        let mut command = self.voltvote();
        command
            .arg("features")
            .arg(measured.join("bdf"))
            .arg("--manifest");
        process::run(command.arg(&labels).arg("--out").arg(&features))?;
        writeln!(tables, "\n## Makers that nobody knows\n\nA forest of 100 trees on the 30 features, labelled by cathode; ten runs, each with another fifth of the known cells held out to compare familiarity with.")?;
        for data in &all[1..] {
            let more = [
                "--others",
                &features.to_string_lossy(),
                "--others-labels",
                &labels.to_string_lossy(),
            ];
            let report = Self {
                runs: "10".into(),
                voltvote: self.voltvote.clone(),
                data: self.data.clone(),
                folder: self.folder.clone(),
                keeps: self.keeps,
                is_kept_only: self.is_kept_only,
            }
            .experiment("makers", data, &more)?;
            asked.makers(data, &report);
            makers(&mut tables, data.title, &report)?;
        }
        for (title, cells, manifest) in [
            ("measured cells", measured.join("bdf"), &labels),
            ("fleet-dev", self.data.join("fleet-dev"), &all[1].labels),
        ] {
            self.physics(&mut tables, &mut asked, title, &cells, manifest)?;
        }
        writeln!(tables, "\nNMC 811 and NCA cannot be told apart from one cycle: nickel-rich is the answer that can be stood by, and the cathode only a probability.")?;
        Ok(format!("{}{}{tables}", self.head(), asked.0))
    }

    fn head(&self) -> String {
        format!(
            "# How the votes hold\n\n\
Written by `cargo xtask votes`; do not edit. {runs} runs per line, seed {SEED}; 10 collaborators \
(7 under attack) with 100 to 200 rows each, 10 trees each, 200 rows per class after augmentation, \
leak-free split: four fifths of the physical batteries train, the others are the query. `index n`: \
every collaborator holds a random number of classes, at least n; `exactly n`: that many. \
`shared`: several collaborators may hold a battery; `disjoint`: none do, as far as there are enough.\n\n\
`il`: each collaborator alone, mean. `mv`, `mv-n`: majority, by size. `wdv`: as published, \
beta = 1; `wdv-reversed`: beta = -1. `wdv-local`, `evidence` (the default): ours. `pooled`: one \
forest of 100 trees on everybody's rows, the ceiling of sharing all data.\n\n\
**What was chosen where.** The constants of `evidence`, of the guard and of confidence, and the \
limit for unknown batteries from pulses, were chosen on the first half of PulseBat's batteries; \
the tables show the second half. The limit for unknown batteries from cycles was chosen on our \
simulated fleets of seeds 1 to 3; the tables show seed {FLEET_SEED} and fleet-dev. Constants of \
`evidence` and of the guard were also looked at on all of fleet-dev, so its accuracies are not \
held out; those of our own fleet are.\n\n\
## Asked and measured\n\n| figure | asked | measured | |\n|---|---|---|---|\n",
            runs = self.runs
        )
    }

    /// Families of measured cells by the voter that was trained on simulated ones only.
    fn physics(
        &self,
        out: &mut String,
        asked: &mut Asked,
        title: &str,
        cells: &Path,
        manifest: &Path,
    ) -> Result<()> {
        let mut command = self.voltvote();
        command.arg("physics").arg(cells).arg("--json");
        let said: Value = serde_json::from_str(&output(&mut command)?)?;
        let manifest = std::fs::read_to_string(manifest)?;
        let mut lines = manifest.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column = |name: &str| header.iter().position(|field| *field == name);
        let (Some(cell), Some(cathode), Some(maker)) =
            (column("file"), column("cathode"), column("maker"))
        else {
            bail!("the manifest of the measured cells has no file, maker or cathode");
        };
        let mut counts = std::collections::BTreeMap::<String, [u32; 3]>::new();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            let of = |i: usize| fields.get(i).copied().unwrap_or_default();
            // Without a manifest cells are named after their files.
            let stem = of(cell).split('.').next().unwrap_or_default();
            let found = said["batteries"].as_array().into_iter().flatten();
            let Some(answer) = found
                .into_iter()
                .find(|a| a["battery"].as_str() == Some(stem))
            else {
                continue;
            };
            let family = match of(cathode) {
                "LFP" => "lfp",
                "NMC" | "NCA" => "nickel-rich",
                "LCO" | "NMC/LCO" => "cobalt-rich",
                "LMO" => "lmo",
                _ => continue,
            };
            let count = counts
                .entry(format!("{} {}", of(maker), of(cathode)))
                .or_default();
            count[0] += 1;
            count[1] += u32::from(answer["family"].as_str() == Some(family));
            count[2] += u32::from(answer["cathode"].as_str() == Some(of(cathode)));
        }
        writeln!(out, "\n{} by the physics voter (experimental, trained on simulated cells only, of no maker):\n\n| maker, cathode | cells | family | cathode |\n|---|---|---|---|", capital(title))?;
        let (mut n, mut family, mut right) = (0, 0, 0);
        for (name, count) in &counts {
            writeln!(
                out,
                "| {name} | {} | {} | {} |",
                count[0], count[1], count[2]
            )?;
            n += count[0];
            family += count[1];
            right += count[2];
        }
        let share = |k: u32| f64::from(k) / f64::from(n.max(1));
        asked.at_least(
            &format!("{title}, physics voter: family"),
            0.9,
            share(family),
        );
        asked.line(
            &format!("{title}, physics voter: cathode"),
            "as it is",
            format!("{:.3}", share(right)),
            None,
        );
        Ok(())
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

/// Mean of a column of a setting.
fn mean(setting: &Value, column: &str) -> Option<f64> {
    setting["values"][column]["mean"].as_f64()
}

fn settings(report: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let list = report["settings"].as_array().into_iter().flatten();
    list.map(|setting| (setting["setting"].as_str().unwrap_or_default(), setting))
}

/// Three decimals, and never a one that is not one.
fn number(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| {
        format!("{:.3}", (value * 1e3).floor() / 1e3)
    })
}

/// One line per setting, one column per rule.
fn table(
    out: &mut String,
    title: &str,
    report: &Value,
    prefix: &str,
    rules: &[&str],
) -> Result<()> {
    if settings(report).next().is_none() {
        writeln!(out, "\n{title}: not measured in this call.")?;
        return Ok(());
    }
    writeln!(
        out,
        "\n{title}:\n\n| | {} |\n|---{}|",
        rules.join(" | "),
        "|---".repeat(rules.len())
    )?;
    for (name, setting) in settings(report) {
        let cells: Vec<String> = rules
            .iter()
            .map(|rule| number(mean(setting, &format!("{prefix}{rule}"))))
            .collect();
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// The lines of the loss experiment that fit on a page: none and the most lost, and the missing.
fn kept(report: &Value) -> Value {
    let wanted = |name: &str| {
        [" 0 %", " 10 %", "missing"]
            .iter()
            .any(|part| name.contains(part))
    };
    let lines = settings(report).filter(|(name, _)| wanted(name));
    let lines: Vec<Value> = lines.map(|(_, setting)| setting.clone()).collect();
    serde_json::json!({"settings": lines})
}

fn flags(out: &mut String, report: &Value) -> Result<()> {
    writeln!(out, "\nBatteries of a class that nobody holds, each class in turn:\n\n| | flagged | false alarms | AUROC of evidence | AUROC of familiarity |\n|---|---|---|---|---|")?;
    for (name, setting) in settings(report) {
        let cells = [
            "flagged",
            "false alarms",
            "AUROC evidence",
            "AUROC familiarity",
        ]
        .map(|column| number(mean(setting, column)));
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn calibration(out: &mut String, report: &Value) -> Result<()> {
    writeln!(out, "\nExpected calibration error, ten bins, over the decisions of all runs:\n\n| | {} |\n|---{}|", RULES.join(" | "), "|---".repeat(RULES.len()))?;
    for (name, setting) in settings(report) {
        let cells = RULES.map(|rule| number(setting["pooled"][rule]["calibration_error"].as_f64()));
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    if let Some((name, setting)) = settings(report).next() {
        writeln!(out, "\nReliability of the default, {name}:\n\n| stated | decisions | mean stated | right |\n|---|---|---|---|")?;
        let bins = setting["pooled"]["evidence"]["bins"].as_array();
        for (i, bin) in bins.into_iter().flatten().enumerate() {
            if bin["n"].as_f64() > Some(0.0) {
                writeln!(
                    out,
                    "| {}-{} % | {} | {} | {} |",
                    10 * i,
                    10 * (i + 1),
                    bin["n"],
                    number(bin["confidence"].as_f64()),
                    number(bin["right"].as_f64())
                )?;
            }
        }
    }
    Ok(())
}

fn makers(out: &mut String, title: &str, report: &Value) -> Result<()> {
    for (part, what) in [
        ("leave_one_out", "one maker left out"),
        ("others", "trained on it, measured cells asked"),
    ] {
        writeln!(out, "\n{}, {what}:\n\n| maker | answers | family | cathode | AUROC of familiarity | said |\n|---|---|---|---|---|---|", capital(title))?;
        for (maker, value) in report[part]["makers"].as_object().into_iter().flatten() {
            let said: Vec<String> = value["said"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, n)| format!("{name} {n}"))
                .collect();
            writeln!(
                out,
                "| {maker} | {} | {} | {} | {} | {} |",
                value["n"],
                number(value["family"].as_f64()),
                number(value["cathode"].as_f64()),
                number(value["familiarity_auroc"].as_f64()),
                said.join(", ")
            )?;
        }
    }
    Ok(())
}

/// The lines of the table of figures asked for.
#[derive(Default)]
struct Asked(String);

impl Asked {
    fn line(&mut self, what: &str, asked: &str, measured: String, is_met: Option<bool>) {
        let verdict = is_met.map_or("", |met| if met { "met" } else { "**missed**" });
        self.0 += &format!("| {what} | {asked} | {measured} | {verdict} |\n");
    }

    fn at_least(&mut self, what: &str, least: f64, measured: f64) {
        self.line(
            what,
            &format!(">= {least}"),
            number(Some(measured)),
            Some(measured >= least),
        );
    }

    fn heterogeneity(&mut self, data: &Data, report: &Value) {
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

    fn loss(&mut self, data: &Data, report: &Value) {
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

    fn attack(&mut self, data: &Data, report: &Value) {
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

    fn unknown(&mut self, data: &Data, report: &Value) {
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

    fn calibration(&mut self, data: &Data, report: &Value) {
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

    fn makers(&mut self, data: &Data, report: &Value) {
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
