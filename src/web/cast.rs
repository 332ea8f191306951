//! Training, voting and sealing on the collaborator's page.

use super::rounds::{concerns, open_round, table, ConcernOut};
use super::translate::{coded, fault, from_js, internal, set, signing_key, text, to_js, Outcome};
use crate::ballot::{
    self, audit_cast, randomize, Audit, Ballot, Bindings, CastOptions, PrivacyLabel, Quality,
    RandomizedResponse,
};
use crate::canonical;
use crate::round::screen;
use crate::seal::{Opening, Unsealed};
use js_sys::{Function, Object, Uint8Array};
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
struct CastIn {
    cell_ids: Vec<String>,
    seed: u64,
    nsr: f64,
    epsilon: Option<f64>,
    audit: bool,
}

/// What stays with the collaborator; the payload goes beside it.
#[derive(Serialize)]
struct CastOut {
    quality: Quality,
    label: PrivacyLabel,
    audit: Option<Audit>,
    concerns: Vec<ConcernOut>,
}

/// Trains on labelled rows and votes: `{payload, quality, label, audit, concerns}`. `labels` index the round's catalogue;
/// `progress` gets trees done and asked for.
#[wasm_bindgen]
pub fn cast(
    round_file: &str,
    input: JsValue,
    features: &[f64],
    labels: &[u16],
    soh: &[f64],
    progress: &Function,
) -> Outcome {
    let signed = open_round(round_file)?;
    let input: CastIn = from_js(input)?;
    let own = table(&input.cell_ids, features, soh)?;
    let bindings = Bindings::of(&signed);
    let options = CastOptions {
        seed: input.seed,
        nsr_percent: input.nsr,
        ..CastOptions::default()
    };
    let mut report = |step: crate::forest::Progress| {
        // A page that went away cannot be told; the worker ends with it.
        let _ = progress.call2(&JsValue::NULL, &step.n_done.into(), &step.n_trees.into());
        ControlFlow::Continue(())
    };
    let (mut ballot, quality) = ballot::cast(
        &signed.round,
        &bindings,
        &own,
        labels,
        &options,
        &mut report,
    )
    .map_err(coded)?;
    if let Some(epsilon) = input.epsilon {
        // Fresh randomness, not the seed: whoever can repeat the draws can undo them.
        randomize(&mut ballot, epsilon, &mut OsRng)
            .ok_or_else(|| fault("epsilon-range", Vec::new()))?;
    }
    let audit = match input.audit {
        true => audit_cast(
            &signed.round,
            &own,
            labels,
            &options,
            input.epsilon,
            &mut report,
        )
        .map_err(coded)?,
        false => None,
    };
    let payload = canonical::to_bytes(&ballot).map_err(|error| internal(&error))?;
    let out = to_js(&CastOut {
        quality,
        label: PrivacyLabel::of(&ballot),
        audit,
        concerns: concerns(screen(&signed.round.query, Some(own.values.view()))),
    })?;
    set(&out, "payload", text(payload)?)?;
    Ok(out)
}

/// Accuracy that randomised response with this epsilon is expected to cost a collaborator of
/// `n_classes` classes whose votes are right with probability `accuracy`.
#[wasm_bindgen]
pub fn randomization_price(epsilon: f64, n_classes: u32, accuracy: f64) -> Option<f64> {
    RandomizedResponse::new(epsilon, n_classes).map(|response| response.price(accuracy, 1.0))
}

fn unsealed(
    payload: &str,
    name: &str,
    key: JsValue,
    iat: f64,
    round_file: &str,
) -> Result<Unsealed, JsValue> {
    let signed = open_round(round_file)?;
    let ballot: Ballot = canonical::from_bytes(payload.as_bytes())
        .ok_or_else(|| fault("internal", vec![("message", "ballot".into())]))?;
    Unsealed::new(
        &ballot,
        name,
        &signing_key(key)?,
        &signed.encryption,
        iat as u64,
    )
    .map_err(coded)
}

/// What the collaborator's key must sign.
#[wasm_bindgen]
pub fn ballot_signing_input(
    payload: &str,
    name: &str,
    key: JsValue,
    iat: f64,
    round_file: &str,
) -> Outcome {
    let unsealed = unsealed(payload, name, key, iat, round_file)?;
    Ok(Uint8Array::from(unsealed.signing_input()).into())
}

/// Signs and encrypts: `{ballot, receipt, fingerprint}`.
#[wasm_bindgen]
pub fn ballot_seal(
    payload: &str,
    name: &str,
    key: JsValue,
    iat: f64,
    round_file: &str,
    signature: &[u8],
) -> Outcome {
    let unsealed = unsealed(payload, name, key, iat, round_file)?;
    let sealed = unsealed.seal(signature, &mut OsRng).map_err(coded)?;
    let out: JsValue = Object::new().into();
    set(&out, "fingerprint", &*sealed.receipt.ballot)?;
    set(&out, "receipt", text(sealed.receipt.to_bytes())?)?;
    set(&out, "ballot", text(sealed.file)?)?;
    Ok(out)
}

/// The outer form of a sealed ballot: `{kid, fingerprint, encrypted_key}`.
#[wasm_bindgen]
pub fn ballot_outer(file: &str) -> Outcome {
    let opening = Opening::read(file.as_bytes()).map_err(coded)?;
    let out: JsValue = Object::new().into();
    set(&out, "kid", opening.kid())?;
    set(&out, "fingerprint", opening.fingerprint())?;
    set(
        &out,
        "encrypted_key",
        Uint8Array::from(opening.encrypted_key()),
    )?;
    Ok(out)
}
