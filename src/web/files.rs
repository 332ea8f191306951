//! Cycler files and pulse tests, read in the worker.

use super::translate::{coded, fault, from_js, params_or_default, set, to_js, Outcome};
use crate::error::Coded;
use crate::features::extract;
use crate::health;
use crate::import::{self, diagnostics, Importer, Manifest, Mapping};
use crate::simulate::physics::{signature, HalfCurve};
use crate::standardize::Params;
use js_sys::{Array, Float32Array, Float64Array, Object};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{TextDecoder, TextDecoderOptions};

/// Points per curve in the figures.
const N_CHART_POINTS: usize = 200;

#[derive(Deserialize, Default)]
struct Known {
    nominal_ah: Option<f64>,
    cell_id: Option<String>,
    soh: Option<f64>,
    /// A mapping in its file form.
    mapping: Option<String>,
    #[serde(default)]
    trace: bool,
}

/// The browser's own strict decoder: encoding tables need not be part of the page.
pub(super) fn browser_gb18030(bytes: &[u8]) -> Option<String> {
    let strict = TextDecoderOptions::new();
    strict.set_fatal(true);
    let decoder = TextDecoder::new_with_label_and_options("gb18030", &strict).ok()?;
    decoder.decode_with_u8_array(bytes).ok()
}

/// Reads one cycler file, given in pieces.
#[wasm_bindgen]
pub struct FileReader {
    importer: Importer,
}

#[wasm_bindgen]
impl FileReader {
    /// `known`: `{nominal_ah?, cell_id?, soh?, mapping?, trace?}`, the mapping as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, known: JsValue) -> Result<FileReader, JsValue> {
        let known: Known = from_js(known)?;
        let mapping = match &known.mapping {
            Some(text) => Some(Mapping::parse(text.as_bytes()).map_err(coded)?),
            None => None,
        };
        let options = import::Options {
            mapping,
            nominal_ah: known.nominal_ah,
            cell_id: known.cell_id,
            soh: known.soh,
            trace: known.trace,
            decode_gb18030: Some(browser_gb18030),
        };
        Ok(Self {
            importer: Importer::new(name, options),
        })
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        self.importer.push(bytes).map_err(coded)
    }

    /// Ends the file.
    pub fn finish(self) -> Result<ImportedFile, JsValue> {
        let file = self.importer.finish().map_err(coded)?;
        Ok(ImportedFile { file })
    }
}

/// A file that was read, waiting to be joined with others of the same cell.
#[wasm_bindgen]
pub struct ImportedFile {
    pub(super) file: import::FileImport,
}

#[derive(Serialize)]
struct CellOut<'a> {
    cell_id: &'a str,
    files: &'a [String],
    cycle: u32,
    charge_ah: f64,
    discharge_ah: f64,
    nominal_ah: Option<f64>,
    soh: Option<f64>,
    nominal_assumed: bool,
    above_retirement: bool,
    has_half: bool,
    /// Wall clock of the file's start, s since 1970: orders several files of one cell.
    wall_s: Option<f64>,
}

/// Cells of files that were read together: `{reports, diagnostics, cells}`, each cell with its
/// features, its figures and what each step of standardisation changed; diagnostics hold no
/// measured value.
#[wasm_bindgen]
pub fn cells(files: Vec<ImportedFile>, protocol: JsValue) -> Outcome {
    let params = params_or_default(protocol)?;
    let files: Vec<import::FileImport> = files.into_iter().map(|one| one.file).collect();
    let reports: Vec<_> = files.iter().map(|file| &file.report).collect();
    let all = files.iter().flat_map(|file| &file.cells);
    let halves = crate::order::map(all.map(|cell| {
        let wall_s = [&cell.charge, &cell.discharge]
            .into_iter()
            .flatten()
            .find_map(|half| half.wall_s);
        let has_half = cell.charge.is_some() || cell.discharge.is_some();
        (cell.cell_id.clone(), (has_half, wall_s))
    }));
    let out: JsValue = Object::new().into();
    set(&out, "reports", to_js(&reports)?)?;
    let words: Vec<String> = files
        .iter()
        .map(|file| {
            let failure = file
                .cells
                .iter()
                .find_map(|cell| cell.wanted.as_ref().err());
            diagnostics(&file.report, failure)
        })
        .collect();
    set(&out, "diagnostics", to_js(&words)?)?;
    let list = Array::new();
    for cell in import::group(files, None) {
        list.push(&cell_out(
            &cell,
            &params,
            halves.get(&cell.cell_id).copied().unwrap_or_default(),
        )?);
    }
    set(&out, "cells", list)?;
    Ok(out)
}

/// Whether a cell has a half at all, and its wall clock.
type Halves = (bool, Option<f64>);

fn cell_out(cell: &import::Cell, params: &Params, (has_half, wall_s): Halves) -> Outcome {
    let mut out = CellOut {
        cell_id: &cell.cell_id,
        files: &cell.files,
        cycle: 0,
        charge_ah: 0.0,
        discharge_ah: 0.0,
        nominal_ah: cell.nominal_ah,
        soh: None,
        nominal_assumed: false,
        above_retirement: false,
        has_half,
        wall_s,
    };
    let wanted = match &cell.wanted {
        Ok(wanted) => wanted,
        Err(error) => {
            let object = to_js(&out)?;
            set(&object, "problem", fault(error.code(), error.params()))?;
            return Ok(object);
        }
    };
    out.cycle = wanted.cycle;
    out.charge_ah = wanted.charge.capacity_ah();
    out.discharge_ah = wanted.discharge.capacity_ah();
    match extract(wanted, params) {
        Err(error) => {
            let object = to_js(&out)?;
            set(&object, "problem", coded(error))?;
            Ok(object)
        }
        Ok(extracted) => {
            out.soh = extracted.soh;
            out.nominal_assumed = extracted.nominal_assumed;
            out.above_retirement = extracted.is_above_retirement(params).unwrap_or(false);
            let object = to_js(&out)?;
            set(
                &object,
                "features",
                Float64Array::from(&extracted.values[..]),
            )?;
            let signature = signature(
                HalfCurve {
                    charge_ah: &extracted.charge.charge_ah,
                    voltage_v: &extracted.charge.voltage_v,
                },
                HalfCurve {
                    charge_ah: &extracted.discharge.charge_ah,
                    voltage_v: &extracted.discharge.voltage_v,
                },
            );
            if let Some(signature) = signature {
                set(&object, "signature", Float64Array::from(&signature[..]))?;
            }
            let curves: JsValue = Object::new().into();
            for (name, curve) in [
                ("charge", &extracted.charge),
                ("discharge", &extracted.discharge),
            ] {
                let half: JsValue = Object::new().into();
                set(&half, "q", points(&curve.charge_ah))?;
                set(&half, "v", points(&curve.voltage_v))?;
                set(&half, "dqdv_v", points(&curve.step_voltage_v))?;
                set(&half, "dqdv", points(&curve.dq_dv))?;
                let counts = curve.counts;
                set(
                    &half,
                    "counts",
                    to_js(&[
                        counts.n_rows,
                        counts.n_constant_current,
                        counts.n_missing,
                        counts.n_outliers,
                        counts.n_smoothed,
                        counts.n_pooled,
                    ])?,
                )?;
                set(&curves, name, half)?;
            }
            set(&object, "curves", curves)?;
            Ok(object)
        }
    }
}

/// Evenly chosen points of a curve, for figures only.
fn points(values: &[f64]) -> Float32Array {
    let n = values.len().min(N_CHART_POINTS);
    let last = values.len().saturating_sub(1);
    let chosen: Vec<f32> = (0..n)
        .filter_map(|i| values.get(i * last / (n.max(2) - 1)))
        .map(|value| *value as f32)
        .collect();
    Float32Array::from(&chosen[..])
}

#[derive(Serialize)]
struct ManifestRowOut<'a> {
    file: &'a str,
    cell_id: &'a str,
    cathode: &'a str,
    class: &'a str,
    maker: &'a str,
    nominal_ah: Option<f64>,
    soh: Option<f64>,
}

/// Rows of a `manifest.csv`.
#[wasm_bindgen]
pub fn read_manifest(bytes: &[u8]) -> Outcome {
    let manifest = Manifest::parse(bytes).map_err(coded)?;
    let rows: Vec<_> = manifest
        .rows
        .iter()
        .map(|row| ManifestRowOut {
            file: &row.file,
            cell_id: &row.cell_id,
            cathode: &row.cathode,
            class: &row.class,
            maker: &row.maker,
            nominal_ah: row.nominal_ah,
            soh: row.soh,
        })
        .collect();
    to_js(&rows)
}

#[derive(Serialize)]
struct PulseCellOut<'a> {
    cell_id: &'a str,
    battery: &'a str,
    class: String,
    cycle: u32,
    charge_ah: Option<f64>,
    discharge_ah: Option<f64>,
    nominal_ah: Option<f64>,
    soc: Option<f64>,
    soh: Option<f64>,
}

/// The report of a pulse file: rows left out, and rows used with a warning.
#[derive(Serialize)]
struct PulseReportOut {
    container: &'static str,
    n_rows: usize,
    findings: import::Findings,
    halves: [(); 0],
    columns: [(); 0],
    headings: [(); 0],
}

/// Records of a rapid pulse test as cells: `{cells, reports}`. Each cell carries U1..U21 as
/// `features`; the report lists the rows that cannot be used, and those that met a limit.
#[wasm_bindgen]
pub fn pulse_cells(name: &str, bytes: &[u8]) -> Outcome {
    let sheets = health::sheets_of(name, bytes).map_err(coded)?;
    let table = health::read_pulses(name, &sheets).map_err(coded)?;
    let cells = Array::new();
    for record in &table.records {
        let capacity_ah = record.soh.zip(record.nominal_ah).map(|(soh, ah)| soh * ah);
        let cell = to_js(&PulseCellOut {
            cell_id: &record.cell_id,
            battery: &record.battery,
            class: record.class(),
            cycle: 0,
            charge_ah: capacity_ah,
            discharge_ah: capacity_ah,
            nominal_ah: record.nominal_ah,
            soc: record.soc,
            soh: record.soh,
        })?;
        let turning_points = record.voltages_v.get(..health::N_TURNING_POINTS);
        let features = Float64Array::from(turning_points.unwrap_or_default());
        set(&cell, "features", features)?;
        cells.push(&cell);
    }
    let out: JsValue = Object::new().into();
    set(&out, "cells", cells)?;
    let reports = [PulseReportOut {
        container: "pulse",
        n_rows: table.records.len() + table.refused.len(),
        findings: table.findings(),
        halves: [],
        columns: [],
        headings: [],
    }];
    set(&out, "reports", to_js(&reports)?)?;
    Ok(out)
}
