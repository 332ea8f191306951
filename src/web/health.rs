//! State of health from own pulse tests.

use super::translate::{coded, fault, from_js, set, to_js, Outcome};
use crate::error::Coded;
use crate::health::generator::{Generator, Pulse, TrainingParams};
use crate::health::{HealthModel, PulseRecord, Quality, SocUse, N_TURNING_POINTS};
use js_sys::{Array, Function};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
struct RecordIn {
    battery: String,
    /// Type of battery, such as `NMC2.1`.
    class: String,
    soc: Option<f64>,
    soh: Option<f64>,
}

#[derive(Deserialize)]
struct HealthIn {
    records: Vec<RecordIn>,
    soc_use: SocUse,
    seed: u32,
}

#[derive(Serialize)]
struct TypeOut<'a> {
    class: &'a str,
    n_batteries: usize,
    n_records: usize,
    soc_range: Option<(i64, i64)>,
    quality: Option<&'a Quality>,
    /// Of the batteries asked about, how many this model calls outside its measured range.
    n_outside: Option<usize>,
    n_asked: usize,
}

/// Models of own labelled records, one per type: `[{class, n_batteries, n_records, soc_range,
/// quality, n_outside, n_asked, problem}]`. `features` and `query` are rows of U1..U21 in V; only a
/// model without SOC is asked about the query. `progress` gets types done and all.
#[wasm_bindgen]
pub fn health_models(
    input: JsValue,
    features: &[f64],
    query: &[f64],
    progress: &Function,
) -> Outcome {
    let input: HealthIn = from_js(input)?;
    let mut types: BTreeMap<String, Vec<PulseRecord>> = BTreeMap::new();
    let rows = features.chunks_exact(N_TURNING_POINTS);
    for (record, voltages_v) in input.records.into_iter().zip(rows) {
        types
            .entry(record.class.clone())
            .or_default()
            .push(PulseRecord {
                cathode: record.class,
                battery: record.battery,
                soc: record.soc,
                soh: record.soh,
                voltages_v: voltages_v.to_vec(),
                ..PulseRecord::default()
            });
    }
    let list = Array::new();
    let n_types = types.len() as u32;
    for (done, (class, records)) in types.iter().enumerate() {
        // A page that went away cannot be told; the worker ends with it.
        let _ = progress.call2(&JsValue::NULL, &(done as u32).into(), &n_types.into());
        let mut out = TypeOut {
            class,
            n_batteries: 0,
            n_records: records.len(),
            soc_range: None,
            quality: None,
            n_outside: None,
            n_asked: query.len() / N_TURNING_POINTS,
        };
        match HealthModel::fit(records, input.soc_use, u64::from(input.seed)) {
            Err(error) => {
                let object = to_js(&out)?;
                set(&object, "problem", fault(error.code(), error.params()))?;
                list.push(&object);
            }
            Ok(model) => {
                out.n_batteries = model.n_batteries();
                out.n_records = model.n_records();
                out.soc_range = model.soc_range();
                out.quality = Some(model.quality());
                if input.soc_use == SocUse::Unknown && !query.is_empty() {
                    out.n_outside = Some(n_outside(&model, query));
                }
                list.push(&to_js(&out)?);
            }
        }
    }
    Ok(list.into())
}

fn n_outside(model: &HealthModel, query: &[f64]) -> usize {
    let rows = query.chunks_exact(N_TURNING_POINTS);
    rows.filter(|voltages_v| {
        let record = PulseRecord {
            voltages_v: voltages_v.to_vec(),
            ..PulseRecord::default()
        };
        model
            .estimate(&record)
            .is_ok_and(|estimate| estimate.outside)
    })
    .count()
}

#[derive(Serialize)]
struct GeneratorOut {
    n_pulses: usize,
    squared_error: f64,
    divergence: f64,
}

/// Trains the published generator (CVAE with cross-attention) on own pulses of one type with known
/// SOC and SOH: `{n_pulses, squared_error, divergence}` of the last epoch. `progress` gets epochs
/// done and all.
#[wasm_bindgen]
pub fn health_generator(
    features: &[f64],
    soc: &[f64],
    soh: &[f64],
    seed: u32,
    progress: &Function,
) -> Outcome {
    let rows = features.chunks_exact(N_TURNING_POINTS);
    let pulses: Vec<Pulse> = rows
        .zip(soc.iter().zip(soh))
        .filter(|(_, (soc, soh))| soc.is_finite() && soh.is_finite())
        .filter_map(|(voltages_v, (soc, soh))| {
            Some(Pulse {
                voltages_v: voltages_v.try_into().ok()?,
                soc: *soc,
                soh: *soh,
            })
        })
        .collect();
    if pulses.is_empty() {
        return Err(coded(crate::health::HealthError::NoLabels));
    }
    let params = TrainingParams {
        seed: u64::from(seed),
        ..TrainingParams::default()
    };
    let generator = Generator::train(&pulses, &[], &params, &mut |done, all| {
        let _ = progress.call2(&JsValue::NULL, &done.into(), &all.into());
        ControlFlow::Continue(())
    });
    to_js(&GeneratorOut {
        n_pulses: pulses.len(),
        squared_error: generator.squared_error(),
        divergence: generator.divergence(),
    })
}
