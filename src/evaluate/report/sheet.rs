//! The results of an experiment, as its report reads them.

use super::super::blocks::Block;
use super::super::clients::Sharing;
use super::super::experiment::{Experiment, JobResult, Plan};
use super::super::measure;
use super::super::partition::Partition;
use super::super::score::contenders;
use super::super::settings::Setting;
use super::super::summary::Summary;
use super::super::trial::SplitMode;
use super::{Figure, Language, Report, Table};
use crate::plot::{Axis, Line};
use serde_json::{json, Map, Value};
use std::fmt::{Display, Write};

pub(super) struct Sheet<'a> {
    pub plan: &'a Plan<'a>,
    pub results: &'a [JobResult],
    pub language: Language,
}

impl Sheet<'_> {
    /// A text in the language of the report.
    pub fn say(&self, english: &'static str, values: &[&dyn Display]) -> String {
        self.language.say(english, values)
    }

    pub fn settings(&self) -> &[Setting] {
        &self.plan.settings
    }

    /// Results of a setting, one per run.
    pub fn runs(&self, setting: usize) -> &[JobResult] {
        let n = self.plan.n_runs();
        self.results
            .get(setting * n..(setting + 1) * n)
            .unwrap_or(&[])
    }

    /// Names of the accuracy columns: the contenders, then the pooled-data forest.
    pub fn columns() -> Vec<&'static str> {
        let rules = contenders().into_iter().map(|c| c.name);
        rules.chain(["pooled"]).collect()
    }

    /// Names of what the experiment measures once per run; empty where it measures otherwise.
    pub fn measures(&self) -> Vec<String> {
        match self.plan.experiment {
            Experiment::Importance | Experiment::Trees => Vec::new(),
            Experiment::Unknown => measure::unknown_columns(),
            _ => measure::contender_names(),
        }
    }

    /// A measure in every run of a setting; only finite values.
    pub fn values(&self, setting: usize, index: usize) -> Vec<f64> {
        let runs = self.runs(setting);
        let block = match self.plan.experiment {
            Experiment::Calibration => return measure::by_contender(runs).errors(index),
            Experiment::Unknown => Block::Unknown,
            _ => Block::Accuracy,
        };
        let value = |run: &JobResult| self.plan.layout.of(block, run).get(index).copied();
        let values = runs.iter().filter_map(value);
        values.filter(|v| v.is_finite()).collect()
    }

    /// Accuracy of a column in every run of a setting, as shares; only finite values.
    pub fn accuracies(&self, setting: usize, column: &str) -> Vec<f64> {
        let Some(index) = Self::columns().iter().position(|name| *name == column) else {
            return Vec::new();
        };
        let block = |run: &JobResult| {
            let values = self.plan.layout.of(Block::Accuracy, run);
            values.get(index).copied().filter(|v| v.is_finite())
        };
        self.runs(setting).iter().filter_map(block).collect()
    }

    /// Mean and standard deviation of an accuracy in per cent.
    pub fn percent(&self, setting: usize, column: &str) -> Option<(f64, f64)> {
        let summary = Summary::of(&self.accuracies(setting, column))?;
        Some((100.0 * summary.mean, 100.0 * summary.sd))
    }

    /// Sum of a block over the runs of a setting.
    pub fn sum(&self, setting: usize, block: Block) -> Vec<f64> {
        let mut out: Vec<f64> = Vec::new();
        for run in self.runs(setting) {
            let values = self.plan.layout.of(block, run);
            out.resize(values.len(), 0.0);
            for (sum, value) in out.iter_mut().zip(values) {
                *sum += value;
            }
        }
        out
    }

    /// Accuracy of rules along settings: one line per rule.
    pub fn lines(&self, columns: &[&str], settings: &[(f64, usize)]) -> Vec<Line> {
        let line = |column: &&str| Line {
            name: self.rule(column),
            points: settings
                .iter()
                .filter_map(|&(x, setting)| {
                    let (mean, sd) = self.percent(setting, column)?;
                    Some((x, mean, sd))
                })
                .collect(),
        };
        columns.iter().map(line).collect()
    }

    /// A rule as a legend names it.
    pub fn rule(&self, name: &str) -> String {
        match name {
            "evidence" => self.say("evidence (ours)", &[]),
            "pooled" => self.say("pooled data", &[]),
            other => other.into(),
        }
    }

    pub fn class_names(&self) -> Vec<String> {
        let classes = &self.plan.fleet.catalogue.classes;
        classes.iter().map(|class| class.name.clone()).collect()
    }

    /// The notes under every figure: what was run on what, how often, with which split.
    pub fn notes(&self) -> Vec<String> {
        let (setup, fleet) = (&self.plan.setup, self.plan.fleet);
        let clients = &setup.clients;
        let run = match (self.plan.experiment, clients.partition) {
            (Experiment::Planning, _) => self.say(
                "n = {0} runs per point; J = {1} trees, S = {2} rows per class; seed {3}.",
                &[&setup.runs, &setup.n_trees, &setup.rows_per_class, &setup.seed],
            ),
            (_, Partition::Even) => self.say(
                "n = {0} runs per point; {1} collaborators with {2} to {3} rows; J = {4} trees, S = {5} rows per class; seed {6}.",
                &[
                    &setup.runs,
                    &clients.n_clients,
                    &clients.fewest_rows,
                    &clients.most_rows,
                    &setup.n_trees,
                    &setup.rows_per_class,
                    &setup.seed,
                ],
            ),
            (_, partition) => self.say(
                "n = {0} runs per point; batteries parted by {1}; J = {2} trees, S = {3} rows per class; seed {4}.",
                &[
                    &setup.runs,
                    &partition.name(),
                    &setup.n_trees,
                    &setup.rows_per_class,
                    &setup.seed,
                ],
            ),
        };
        let split = match setup.split {
            SplitMode::LeakFree => {
                self.say("Split: leak-free (by physical battery before any copy is made).", &[])
            }
            SplitMode::AsPublished => self.say(
                "Split: as-published (after copies are made: a row can be in training and test, which flatters).",
                &[],
            ),
        };
        let sharing = match (clients.sharing, clients.partition) {
            (Sharing::Disjoint, Partition::Even) => {
                self.say("Every battery belongs to one collaborator.", &[])
            }
            _ => String::new(),
        };
        let data = self.say(
            "Data: {0}; {1} rows of {2} batteries, {3} classes, {4} features.",
            &[
                &setup.source,
                &fleet.len(),
                &fleet.n_batteries(),
                &fleet.n_classes(),
                &fleet.columns.len(),
            ],
        );
        let mut notes = vec![run, format!("{split} {sharing}").trim_end().into(), data];
        notes.retain(|note| !note.is_empty());
        notes
    }

    /// Title, facts, numbers as JSON and CSV, and the table of accuracies.
    pub fn report(&self) -> Report {
        let mut json = self.plan.header();
        let mut tables = Vec::new();
        let mut csv = String::new();
        if !self.measures().is_empty() {
            json["settings"] = self.settings_json();
            csv = self.tidy_csv();
            tables.push(self.measure_table());
        }
        Report {
            title: self.title(),
            facts: self.notes(),
            json,
            csv,
            figures: Vec::new(),
            tables,
        }
    }

    fn title(&self) -> String {
        let title = match self.plan.experiment {
            Experiment::Homogeneous => "Every collaborator holds all classes",
            Experiment::Heterogeneity => "Collaborators that hold some classes only",
            Experiment::Noise => "Noise and privacy budget",
            Experiment::Loss => "Lost votes",
            Experiment::Importance => "Importance of features",
            Experiment::Trees => "Number of trees",
            Experiment::Planning => "How many collaborators are needed",
            Experiment::Attack => "Dishonest collaborators",
            Experiment::Unknown => "Batteries of a class that nobody holds",
            Experiment::Calibration => "Whether stated confidences come true",
        };
        self.say(title, &[])
    }

    fn settings_json(&self) -> Value {
        let measures = self.measures();
        let lines = self.settings().iter().enumerate().map(|(i, setting)| {
            let mut by_measure = Map::new();
            for (index, name) in measures.iter().enumerate() {
                let values = self.values(i, index);
                if let Some(summary) = Summary::of(&values) {
                    by_measure.insert(name.clone(), summary.json(&values));
                }
            }
            let mut line = json!({
                "setting": setting.name,
                "nsr_percent": setting.params.nsr_percent,
                "values": by_measure,
            });
            if self.plan.experiment == Experiment::Calibration {
                line["pooled"] = measure::by_contender(self.runs(i)).to_json(&measures);
            }
            line
        });
        lines.collect()
    }

    fn tidy_csv(&self) -> String {
        let setup = &self.plan.setup;
        let (experiment, split) = (self.plan.experiment.name(), setup.split.name());
        let [what, value] = match self.plan.experiment {
            Experiment::Unknown => ["measure", "value"],
            Experiment::Calibration => ["rule", "calibration_error"],
            _ => ["rule", "accuracy"],
        };
        let mut csv = format!("experiment,split,seed,setting,run,{what},{value}\n");
        for (i, setting) in self.settings().iter().enumerate() {
            for (index, name) in self.measures().iter().enumerate() {
                for (run, value) in self.values(i, index).iter().enumerate() {
                    // Writing to a String cannot fail.
                    let _ = writeln!(
                        csv,
                        "{experiment},{split},{},\"{}\",{run},{name},{value:.6}",
                        setup.seed, setting.name
                    );
                }
            }
        }
        csv
    }

    fn measure_table(&self) -> Table {
        let measures = self.measures();
        let rows = self.settings().iter().enumerate().map(|(i, setting)| {
            let cell = |index: usize| match Summary::of(&self.values(i, index)) {
                Some(s) => format!("{:.1} ± {:.1}", 100.0 * s.mean, 100.0 * s.sd),
                None => String::new(),
            };
            let cells = (0..measures.len()).map(cell);
            [setting.name.clone()].into_iter().chain(cells).collect()
        });
        let names = measures.iter().map(|name| self.rule(name));
        Table {
            caption: match self.plan.experiment {
                Experiment::Unknown => self.say(
                    "Shares and AUROC, %, mean ± standard deviation over runs",
                    &[],
                ),
                Experiment::Calibration => self.say(
                    "Expected calibration error, %, mean ± standard deviation over runs",
                    &[],
                ),
                _ => self.say("Accuracy, %, mean ± standard deviation over runs", &[]),
            },
            header: [self.say("setting", &[])]
                .into_iter()
                .chain(names)
                .collect(),
            rows: rows.collect(),
        }
    }

    /// The axis of accuracies in per cent, from a round number below all lines.
    pub fn percent_axis<'a>(label: &'a str, lines: &[Line]) -> Axis<'a> {
        let lowest = lines
            .iter()
            .flat_map(|line| line.points.iter().map(|(_, mean, sd)| mean - sd))
            .fold(100.0, f64::min);
        Axis::Number {
            label,
            low: (((lowest - 1.0) / 10.0).floor() * 10.0).clamp(0.0, 90.0),
            high: 100.0,
        }
    }

    pub fn figure(&self, id: impl Into<String>, caption: String, svg: String) -> Figure {
        Figure {
            id: id.into(),
            caption,
            svg,
        }
    }
}
