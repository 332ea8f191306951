//! Columns chosen by hand: a first look at a file, and what a choice makes of it.

use super::files::{browser_gb18030, ImportedFile};
use super::translate::{coded, fault, from_js, set, to_js, Outcome};
use crate::error::Coded;
use crate::import::{diagnostics_of_refused, peek, Mapping};
use js_sys::{Float32Array, Object};
use serde::Serialize;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

/// First rows of a file, split, and a mapping to start from. `head` is the beginning of the file,
/// or the whole of a workbook; `draft` a mapping as JSON whose separator, decimal mark and rows
/// above the headings are kept.
#[wasm_bindgen]
pub fn peek_file(head: &[u8], draft: Option<String>) -> Outcome {
    let draft = match draft {
        Some(text) => Some(Mapping::parse(text.as_bytes()).map_err(coded)?),
        None => None,
    };
    let found = peek(head, draft.as_ref(), Some(browser_gb18030)).map_err(coded)?;
    to_js(&found)
}

/// A saved mapping, checked, as an object.
#[wasm_bindgen]
pub fn read_mapping(bytes: &[u8]) -> Outcome {
    to_js(&Mapping::parse(bytes).map_err(coded)?)
}

/// Diagnostics of a file that was refused with `{code, params}`, without any measured value.
#[wasm_bindgen]
pub fn refused_diagnostics(head: &[u8], code: &str, params: JsValue) -> Result<String, JsValue> {
    let params: BTreeMap<String, String> = from_js(params)?;
    let params: Vec<(&str, String)> = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let found = peek(head, None, Some(browser_gb18030)).ok();
    Ok(diagnostics_of_refused(code, &params, found.as_ref()))
}

#[derive(Serialize)]
struct CellPreview<'a> {
    cell_id: &'a str,
    cycle: u32,
    charge_ah: f64,
    discharge_ah: f64,
}

/// What a mapping made of a file: `{t, v, i, cells, findings, n_rows, clock, sign}`, with the
/// course of the first cell thinned for a figure, and per cell its wanted cycle or problem.
#[wasm_bindgen]
pub fn preview_file(imported: ImportedFile) -> Outcome {
    let out: JsValue = Object::new().into();
    let file = &imported.file;
    if let Some(trace) = &file.trace {
        for (name, values) in [
            ("t", &trace.time_s),
            ("v", &trace.voltage_v),
            ("i", &trace.current_a),
        ] {
            let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
            set(&out, name, Float32Array::from(&values[..]))?;
        }
    }
    let cells = js_sys::Array::new();
    for cell in &file.cells {
        let wanted = cell.wanted.as_ref();
        let object = to_js(&CellPreview {
            cell_id: &cell.cell_id,
            cycle: wanted.map_or(0, |wanted| wanted.cycle),
            charge_ah: wanted.map_or(0.0, |wanted| wanted.charge.capacity_ah()),
            discharge_ah: wanted.map_or(0.0, |wanted| wanted.discharge.capacity_ah()),
        })?;
        if let Err(error) = &cell.wanted {
            set(&object, "problem", fault(error.code(), error.params()))?;
        }
        cells.push(&object);
    }
    set(&out, "cells", cells)?;
    let report = &file.report;
    set(&out, "findings", to_js(&report.findings)?)?;
    set(&out, "n_rows", report.n_rows as f64)?;
    set(&out, "clock", report.clock.as_str())?;
    set(&out, "sign", report.sign.as_str())?;
    Ok(out)
}
