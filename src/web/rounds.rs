//! Rounds: made by the recycler, read by the collaborator.

use super::translate::{coded, from_js, internal, set, text, to_js, Outcome, SOFTWARE};
use crate::canonical;
use crate::features::{FeatureTable, Schema};
use crate::round::{self, screen, Catalogue, Concern, PublicKeys, Query, Round, SignedRound};
use crate::seal;
use crate::standardize::Params;
use js_sys::{Object, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
struct RoundDraft {
    name: String,
    created: u64,
    deadline: Option<u64>,
    protocol: Params,
    n_trees: u16,
    classes: Vec<String>,
    quorum: u16,
    asks_soh: bool,
    batteries: Vec<String>,
    recycler: PublicKeys,
    roster: Vec<round::Member>,
}

/// A table from a matrix, row by row: `pulse-21/1` where it has that width, else `cycle-30/1`.
pub(super) fn table(
    cell_ids: &[String],
    features: &[f64],
    soh: &[f64],
) -> Result<FeatureTable, JsValue> {
    let pulse = Schema::pulse_21();
    let is_pulse = features.len() == cell_ids.len() * pulse.len();
    let schema = if is_pulse { pulse } else { Schema::cycle_30() };
    let width = schema.len();
    let mut table = FeatureTable::new(schema);
    for (i, cell_id) in cell_ids.iter().enumerate() {
        let row = features.get(i * width..(i + 1) * width).unwrap_or_default();
        let soh = soh.get(i).copied().filter(|soh| soh.is_finite());
        table.push(cell_id, row, soh).map_err(coded)?;
    }
    Ok(table)
}

/// A round ready to be signed: `{payload, signing_input}`. `features` is the query, row by row.
#[wasm_bindgen]
pub fn round_signing_input(draft: JsValue, features: &[f64]) -> Outcome {
    let draft: RoundDraft = from_js(draft)?;
    let round = Round {
        format: round::FORMAT.into(),
        name: draft.name,
        software: SOFTWARE.into(),
        created: draft.created,
        deadline: draft.deadline,
        protocol: draft.protocol,
        n_trees: draft.n_trees,
        catalogue: Catalogue::from_names(&draft.classes),
        query: Query::from_table(&table(&draft.batteries, features, &[])?),
        asks_soh: draft.asks_soh,
        quorum: draft.quorum,
        recycler: draft.recycler,
        roster: draft.roster,
    };
    let to_sign = round.to_sign().map_err(coded)?;
    let payload = canonical::to_bytes(&round).map_err(|error| internal(&error))?;
    let out: JsValue = Object::new().into();
    set(&out, "payload", text(payload)?)?;
    set(
        &out,
        "signing_input",
        Uint8Array::from(to_sign.signing_input()),
    )?;
    Ok(out)
}

/// The round file, from the payload given out before and its signature.
#[wasm_bindgen]
pub fn round_seal(payload: &str, signature: &[u8]) -> Outcome {
    let round: Round =
        serde_json::from_slice(payload.as_bytes()).map_err(|error| internal(&error))?;
    let to_sign = round.to_sign().map_err(coded)?;
    text(to_sign.signed(signature).map_err(coded)?)
}

#[derive(Serialize)]
struct RoundOut<'a> {
    round: &'a Round,
    hash: &'a str,
    kid: &'a str,
    encryption_kid: &'a str,
    words: Vec<String>,
    is_open: bool,
    concerns: Vec<ConcernOut>,
}

#[derive(Serialize)]
pub(super) struct ConcernOut {
    code: &'static str,
    count: usize,
    first: Vec<usize>,
}

pub(super) fn concerns(found: Vec<Concern>) -> Vec<ConcernOut> {
    let out = |concern: Concern| ConcernOut {
        code: concern.code(),
        count: concern.count,
        first: concern.first,
    };
    found.into_iter().map(out).collect()
}

pub(super) fn open_round(file: &str) -> Result<SignedRound, JsValue> {
    SignedRound::read(file.as_bytes()).map_err(coded)
}

/// Reads and checks a round file. `now` is in Unix seconds.
#[wasm_bindgen]
pub fn round_open(file: &str, now: f64) -> Outcome {
    let signed = open_round(file)?;
    to_js(&RoundOut {
        hash: &signed.id,
        kid: signed.signing.kid(),
        encryption_kid: signed.encryption.kid(),
        words: words(signed.signing.kid()),
        is_open: signed.check_open(now as u64).is_ok(),
        concerns: concerns(screen(&signed.round.query, None)),
        round: &signed.round,
    })
}

pub(super) fn words(kid: &str) -> Vec<String> {
    seal::words(kid).split(' ').map(String::from).collect()
}

/// Fingerprint words of a key thumbprint.
#[wasm_bindgen]
pub fn fingerprint(kid: &str) -> Outcome {
    to_js(&words(kid))
}
