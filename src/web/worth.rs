//! What a decided lot is worth.

use super::translate::{coded, from_js, to_js, Outcome};
use crate::value::{self, Battery, Choice, Items};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
struct LotIn {
    edits: Vec<(String, f64)>,
    classes: Vec<String>,
    batteries: Vec<String>,
    probabilities: Vec<Vec<f64>>,
    soh: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct ItemOut {
    id: &'static str,
    name: &'static str,
    value: f64,
    unit: &'static str,
    source: &'static str,
    assumed: bool,
}

#[derive(Serialize)]
struct AssessmentOut {
    id: String,
    choice: Option<usize>,
    profit: f64,
    profits: [f64; 4],
    lab_value: f64,
    to_lab: bool,
}

#[derive(Serialize)]
struct LotOut {
    items: Vec<ItemOut>,
    assessments: Vec<AssessmentOut>,
    by_choice: [(usize, f64, f64); 4],
    to_lab: (usize, f64, f64),
    mass_kg: f64,
    profit: f64,
    profit_with_lab: f64,
    profit_unsorted: f64,
    avoided_co2_kg: f64,
    saved_kwh: f64,
    undecided_below: f64,
    csv: String,
}

/// What a decided lot is worth, with edited items. `choice` indexes pyrometallurgy,
/// hydrometallurgy, direct NMC, direct LFP.
#[wasm_bindgen]
pub fn value_lot(lot: JsValue) -> Outcome {
    let lot: LotIn = from_js(lot)?;
    let mut items = Items::default();
    for (id, value) in &lot.edits {
        items.set(id, *value).map_err(coded)?;
    }
    let mut batteries = Vec::with_capacity(lot.batteries.len());
    for (i, id) in lot.batteries.iter().enumerate() {
        let probabilities = lot.probabilities.get(i).into_iter().flatten().copied();
        let classes = lot.classes.iter().map(String::as_str).zip(probabilities);
        let mut battery = Battery::from_classes(id, classes).map_err(coded)?;
        battery.soh = lot.soh.get(i).copied().flatten();
        batteries.push(battery);
    }
    let worth = value::assess(&items, &batteries).map_err(coded)?;
    let assessments = worth.assessments.iter().map(|one| AssessmentOut {
        id: one.id.clone(),
        choice: Choice::ALL.iter().position(|choice| *choice == one.choice),
        profit: one.profit,
        profits: one.profits,
        lab_value: one.lab_value,
        to_lab: one.to_lab,
    });
    to_js(&LotOut {
        assessments: assessments.collect(),
        by_choice: worth.by_choice,
        to_lab: worth.to_lab,
        mass_kg: worth.mass_kg,
        profit: worth.profit,
        profit_with_lab: worth.profit_with_lab,
        profit_unsorted: worth.profit_unsorted,
        avoided_co2_kg: worth.avoided_co2_kg,
        saved_kwh: worth.saved_kwh,
        undecided_below: worth.undecided_below,
        csv: value::lot_csv(&worth),
        items: items
            .all()
            .iter()
            .map(|item| ItemOut {
                id: item.id,
                name: item.name,
                value: item.value,
                unit: item.unit.symbol(),
                source: item.source,
                assumed: item.assumed,
            })
            .collect(),
    })
}
