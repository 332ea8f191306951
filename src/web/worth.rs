//! What a decided lot is worth.

use super::ballot_box::BallotBox;
use super::translate::{coded, from_js, to_js, Outcome};
use crate::value::{self, Battery, Choice, Currency, Items, Overview, Question, ValueError};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// `null` is a field left empty, or something that is no number.
#[derive(Deserialize)]
struct QuestionIn {
    lfp: Option<f64>,
    nmc: Option<f64>,
    accuracy: Option<f64>,
    soh: Option<f64>,
    soc: Option<f64>,
}

#[derive(Deserialize)]
struct LotIn {
    edits: Vec<(String, Option<f64>)>,
    question: QuestionIn,
    in_usd: bool,
    classes: Vec<String>,
    batteries: Vec<String>,
    probabilities: Vec<Vec<f64>>,
    soh: Vec<Option<(f64, f64)>>,
    /// Positions of batteries that no collaborator knows.
    unknown: Vec<usize>,
    /// Per collaborator left out the probabilities of every battery; empty where not asked for.
    without: Vec<Vec<Vec<f64>>>,
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
    interval: Option<(f64, f64)>,
    lab_value: f64,
    to_lab: bool,
}

#[derive(Serialize)]
struct LotOut {
    overview: Overview,
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
    collaborators: Vec<f64>,
    per_yuan: f64,
    csv: String,
}

impl QuestionIn {
    fn question(&self) -> Question {
        // An empty field becomes a NaN, which the core refuses by the name of the field.
        let needed = |value: Option<f64>| value.unwrap_or(f64::NAN);
        Question {
            parts: (needed(self.lfp), needed(self.nmc)),
            accuracy: needed(self.accuracy),
            soh: self.soh,
            soc: needed(self.soc),
        }
    }
}

impl LotIn {
    fn seen(&self, probabilities: &[Vec<f64>]) -> Result<Vec<Battery>, ValueError> {
        let mut batteries = Vec::with_capacity(self.batteries.len());
        for (i, id) in self.batteries.iter().enumerate() {
            let probabilities = probabilities.get(i).into_iter().flatten().copied();
            let classes = self.classes.iter().map(String::as_str).zip(probabilities);
            let mut battery = Battery::from_classes(id, classes)?;
            battery.is_unknown = self.unknown.contains(&i);
            if let Some(&Some((soh, half_width))) = self.soh.get(i) {
                battery.soh = Some(soh);
                battery.soh_interval = Some((soh - half_width, soh + half_width));
            }
            batteries.push(battery);
        }
        Ok(batteries)
    }
}

/// What a decided lot is worth, with edited items; money in ¥. `choice` indexes pyrometallurgy,
/// hydrometallurgy, direct NMC, direct LFP.
#[wasm_bindgen]
pub fn value_lot(lot: JsValue) -> Outcome {
    let lot: LotIn = from_js(lot)?;
    let mut items = Items::default();
    for (id, value) in &lot.edits {
        items.set(id, value.unwrap_or(f64::NAN)).map_err(coded)?;
    }
    let currency = if lot.in_usd {
        Currency::Usd
    } else {
        Currency::Yuan
    };
    let batteries = lot.seen(&lot.probabilities).map_err(coded)?;
    let worth = value::assess(&items, &batteries).map_err(coded)?;
    let mut without = Vec::with_capacity(lot.without.len());
    for probabilities in &lot.without {
        without.push(lot.seen(probabilities).map_err(coded)?);
    }
    let assessments = worth.assessments.iter().map(|one| AssessmentOut {
        id: one.id.clone(),
        choice: Choice::ALL.iter().position(|choice| *choice == one.choice),
        profit: one.profit,
        profits: one.profits,
        interval: one.profit_interval,
        lab_value: one.lab_value,
        to_lab: one.to_lab,
    });
    to_js(&LotOut {
        overview: value::overview(&items, &lot.question.question()).map_err(coded)?,
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
        collaborators: value::collaborator_values(&items, &batteries, &without).map_err(coded)?,
        per_yuan: currency.per_yuan(&items).map_err(coded)?,
        csv: value::lot_csv(&items, &worth, currency).map_err(coded)?,
        items: items
            .all()
            .iter()
            .map(|item| ItemOut {
                id: item.id,
                name: item.name,
                value: item.value,
                unit: item.unit.symbol(),
                source: item.source.key(),
                assumed: item.source.is_assumed(),
            })
            .collect(),
    })
}

#[wasm_bindgen]
impl BallotBox {
    /// Probabilities of every battery without each collaborator in turn.
    pub fn without(&self, rule: &str, controls: JsValue) -> Outcome {
        to_js(&self.left_out(rule, controls)?)
    }
}
