//! The laboratory: the published experiments on a simulated fleet or on the user's own table.

use super::translate::{coded, fault, from_js, internal, set, to_js, Outcome};
use crate::evaluate::{
    self, ClientParams, Experiment, Fleet, Language, Partition, Plan, Setup, Sharing, SplitMode,
};
use crate::features::FeatureTable;
use crate::import::Manifest;
use js_sys::Function;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use wasm_bindgen::prelude::*;

/// A labelled fleet that experiments run on, and what figures call it.
#[wasm_bindgen]
pub struct LabFleet {
    fleet: Fleet,
    source: String,
}

#[derive(Serialize)]
struct SummaryOut<'a> {
    source: &'a str,
    n_rows: usize,
    n_batteries: usize,
    n_features: usize,
    n_makers: usize,
    classes: Vec<(&'a str, usize)>,
}

#[derive(Deserialize)]
struct SetupIn {
    experiment: String,
    split: String,
    runs: u32,
    seed: u32,
    clients: u16,
    fewest_rows: u32,
    most_rows: u32,
    sharing: String,
    partition: String,
    target: f64,
    language: String,
}

/// Title, headings and rows.
type TableOut<'a> = (&'a str, &'a [String], &'a [Vec<String>]);

#[derive(Serialize)]
struct ReportOut<'a> {
    title: &'a str,
    facts: &'a [String],
    figures: Vec<[&'a str; 3]>,
    tables: Vec<TableOut<'a>>,
}

/// Tells the page how far a job is.
fn tell(progress: &Function, done: usize, all: usize) {
    // A page that cannot be told is no reason to stop.
    let _ = progress.call2(&JsValue::NULL, &JsValue::from(done), &JsValue::from(all));
}

#[wasm_bindgen]
impl LabFleet {
    /// Simulates cells, reads their files and extracts features; `progress(done, all)`.
    pub fn simulated(n_cells: u32, seed: u32, progress: &Function) -> Result<LabFleet, JsValue> {
        let mut report = |done: u32, all: u32| {
            tell(progress, done as usize, all as usize);
            ControlFlow::Continue(())
        };
        let (table, manifest) =
            evaluate::simulated(n_cells, seed.into(), &mut report).map_err(coded)?;
        let source = format!("simulated fleet of this software, {n_cells} cells, seed {seed}");
        Self::of(&table, &manifest, source)
    }

    /// A feature table and the manifest that labels it.
    pub fn from_table(
        features: &[u8],
        manifest: &[u8],
        source: String,
    ) -> Result<LabFleet, JsValue> {
        let table = FeatureTable::from_csv(features).map_err(coded)?;
        let manifest = Manifest::parse(manifest).map_err(coded)?;
        Self::of(&table, &manifest, source)
    }

    fn of(table: &FeatureTable, manifest: &Manifest, source: String) -> Result<Self, JsValue> {
        let fleet = Fleet::labelled(table, manifest);
        if fleet.n_classes() < 2 {
            return Err(fault("lab-too-few-classes", Vec::new()));
        }
        Ok(Self { fleet, source })
    }

    /// `{source, n_rows, n_batteries, n_features, n_makers, classes: [[name, batteries]]}`.
    pub fn summary(&self) -> Outcome {
        let classes = self.fleet.catalogue.classes.iter();
        let batteries = self.fleet.batteries_by_class();
        to_js(&SummaryOut {
            source: &self.source,
            n_rows: self.fleet.len(),
            n_batteries: self.fleet.n_batteries(),
            n_features: self.fleet.columns.len(),
            n_makers: self.fleet.n_makers(),
            classes: classes
                .zip(&batteries)
                .map(|(class, of)| (&class.name[..], of.len()))
                .collect(),
        })
    }

    /// Runs an experiment; `progress(done, all)` counts runs. Gives `{title, facts, figures:
    /// [[id, caption, svg]], tables: [[caption, header, rows]], json, csv, html}`.
    pub fn run(&self, setup: JsValue, progress: &Function) -> Outcome {
        let asked: SetupIn = from_js(setup)?;
        let wrong = |name: &str| fault("lab-setting", vec![("name", name.into())]);
        let experiment = Experiment::of(&asked.experiment).ok_or_else(|| wrong("experiment"))?;
        let partition = Partition::parse(&asked.partition).ok_or_else(|| wrong("partition"))?;
        if partition == Partition::Maker && self.fleet.n_makers() < 2 {
            return Err(fault("lab-no-makers", Vec::new()));
        }
        if asked.runs == 0 || asked.clients == 0 || asked.fewest_rows == 0 {
            return Err(wrong("runs, collaborators and rows"));
        }
        let setup = Setup {
            split: match asked.split.as_str() {
                "as-published" => SplitMode::AsPublished,
                _ => SplitMode::LeakFree,
            },
            runs: asked.runs,
            seed: asked.seed.into(),
            clients: ClientParams {
                n_clients: asked.clients.into(),
                fewest_rows: asked.fewest_rows,
                most_rows: asked.most_rows.max(asked.fewest_rows),
                sharing: match asked.sharing.as_str() {
                    "disjoint" => Sharing::Disjoint,
                    _ => Sharing::Shared,
                },
                partition,
                ..ClientParams::default()
            },
            target: asked.target,
            source: self.source.clone(),
            ..Setup::default()
        };
        let plan = Plan::new(&self.fleet, experiment, setup);
        let mut results = Vec::with_capacity(plan.n_jobs());
        for job in 0..plan.n_jobs() {
            tell(progress, job, plan.n_jobs());
            results.push(plan.job(job).map_err(coded)?);
        }
        let report = plan.report(&results, Language::of(&asked.language));
        let out = to_js(&ReportOut {
            title: &report.title,
            facts: &report.facts,
            figures: report
                .figures
                .iter()
                .map(|figure| [&figure.id[..], &figure.caption, &figure.svg])
                .collect(),
            tables: report
                .tables
                .iter()
                .map(|table| (&table.caption[..], &table.header[..], &table.rows[..]))
                .collect(),
        })?;
        let mut json = serde_json::to_string_pretty(&report.json).map_err(|e| internal(&e))?;
        json.push('\n');
        set(&out, "html", report.html())?;
        set(&out, "csv", report.csv)?;
        set(&out, "json", json)?;
        Ok(out)
    }
}
