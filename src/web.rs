//! The browser boundary: the only file that knows `wasm_bindgen`, `web_sys` and `js_sys`.
//!
//! Bytes and numbers come in; typed arrays and one small object go out. Errors are
//! `{code, params}`, their words live in `www/text`. Nothing here computes: every function
//! translates its arguments, calls the core and translates the result. The worker keeps no state
//! between jobs but the handles it holds: [`FileReader`], [`ImportedFile`] and [`BallotBox`].

use crate::ballot::{
    self, audit_cast, randomize, Audit, Ballot, Bindings, CastOptions, PrivacyLabel, Quality,
    RandomizedResponse,
};
use crate::canonical;
use crate::error::Coded;
use crate::features::{extract, FeatureTable, Schema};
use crate::health;
use crate::import::{self, Importer, Manifest};
use crate::round::{
    self, admit, screen, Admission, Board, Catalogue, Concern, PublicKeys, Query, Round,
    SignedRound, Standing,
};
use crate::seal::{self, Identity, Opening, PublicKey, Purpose, Receipt, Unsealed};
use crate::simulate;
use crate::standardize::Params;
use crate::tally::{self, Control, Rule, Signed, RULES};
use crate::value::{self, Battery, Choice, Items};
use js_sys::{Array, Float32Array, Float64Array, Function, Object, Reflect, Uint8Array};
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use wasm_bindgen::prelude::*;
use web_sys::{TextDecoder, TextDecoderOptions};

/// What a call across the boundary gives.
type Outcome = Result<JsValue, JsValue>;

/// Name and version, as rounds and ballots carry it.
const SOFTWARE: &str = concat!("voltvote ", env!("CARGO_PKG_VERSION"));
/// Points per curve in the figures.
const N_CHART_POINTS: usize = 200;

// ---- translation ---------------------------------------------------------------------------

#[derive(Serialize)]
struct Fault<'a> {
    code: &'a str,
    params: BTreeMap<&'static str, String>,
}

fn fault(code: &str, params: Vec<(&'static str, String)>) -> JsValue {
    let fault = Fault {
        code,
        params: params.into_iter().collect(),
    };
    to_js(&fault).unwrap_or(JsValue::NULL)
}

fn coded<E: Coded>(error: E) -> JsValue {
    fault(error.code(), error.params())
}

/// Small objects cross by way of one JSON value: the serializer of the files does the work, and
/// serde-wasm-bindgen is compiled for a single type, which keeps the page small.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Outcome {
    let value = serde_json::to_value(value).map_err(|error| internal(&error))?;
    let across = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&across).map_err(|error| internal(&error))
}

/// A wrongly shaped argument is a fault of the page, not of the user.
fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    let json = js_sys::JSON::stringify(&value)?.as_string();
    let json = json.as_deref().unwrap_or("null");
    serde_json::from_slice(json.as_bytes()).map_err(|error| internal(&error))
}

fn internal(error: &dyn std::fmt::Display) -> JsValue {
    fault("internal", vec![("message", error.to_string())])
}

fn set(object: &JsValue, name: &str, value: impl Into<JsValue>) -> Result<(), JsValue> {
    Reflect::set(object, &name.into(), &value.into()).map(drop)
}

fn text(bytes: Vec<u8>) -> Outcome {
    String::from_utf8(bytes)
        .map(JsValue::from)
        .map_err(|error| internal(&error))
}

/// A generator seeded by the browser, for content keys and padding.
fn fresh_rng() -> Result<ChaCha20Rng, JsValue> {
    let mut seed = [0; 32];
    getrandom::getrandom(&mut seed).map_err(|error| internal(&error))?;
    Ok(ChaCha20Rng::from_seed(seed))
}

fn signing_key(jwk: JsValue) -> Result<PublicKey, JsValue> {
    PublicKey::from_jwk(&from_js(jwk)?, Purpose::Signing).map_err(coded)
}

fn params_or_default(protocol: JsValue) -> Result<Params, JsValue> {
    if protocol.is_null() || protocol.is_undefined() {
        return Ok(Params::default());
    }
    from_js(protocol)
}

// ---- files ---------------------------------------------------------------------------------

#[derive(Deserialize, Default)]
struct Known {
    nominal_ah: Option<f64>,
    cell_id: Option<String>,
    soh: Option<f64>,
}

/// The browser's own strict decoder: encoding tables need not be part of the page.
fn browser_gb18030(bytes: &[u8]) -> Option<String> {
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
    /// `known`: `{nominal_ah?, cell_id?, soh?}`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, known: JsValue) -> Result<FileReader, JsValue> {
        let known: Known = from_js(known)?;
        let options = import::Options {
            nominal_ah: known.nominal_ah,
            cell_id: known.cell_id,
            soh: known.soh,
            decode_gb18030: Some(browser_gb18030),
            ..import::Options::default()
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
    file: import::FileImport,
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
}

/// Cells of files that were read together: `{reports, cells}`, each cell with its features, its
/// figures and what each step of standardisation changed.
#[wasm_bindgen]
pub fn cells(files: Vec<ImportedFile>, protocol: JsValue) -> Outcome {
    let params = params_or_default(protocol)?;
    let files: Vec<import::FileImport> = files.into_iter().map(|one| one.file).collect();
    let reports: Vec<_> = files.iter().map(|file| &file.report).collect();
    let halves: BTreeMap<String, bool> = files
        .iter()
        .flat_map(|file| &file.cells)
        .map(|cell| {
            (
                cell.cell_id.clone(),
                cell.charge.is_some() || cell.discharge.is_some(),
            )
        })
        .collect();
    let out: JsValue = Object::new().into();
    set(&out, "reports", to_js(&reports)?)?;
    let list = Array::new();
    for cell in import::group(files, None) {
        list.push(&cell_out(
            &cell,
            &params,
            halves.get(&cell.cell_id).copied(),
        )?);
    }
    set(&out, "cells", list)?;
    Ok(out)
}

fn cell_out(cell: &import::Cell, params: &Params, has_half: Option<bool>) -> Outcome {
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
        has_half: has_half.unwrap_or(false),
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

/// Records of a rapid pulse test as cells: `{cells, refused, reports}`. Each cell carries U1..U21
/// as `features`; `refused` lists `{code, params}` of rows that cannot be used.
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
    let refused: Array = table
        .refused
        .iter()
        .map(|error| fault(error.code(), error.params()))
        .collect();
    let out: JsValue = Object::new().into();
    set(&out, "cells", cells)?;
    set(&out, "refused", refused)?;
    set(&out, "reports", Array::new())?;
    Ok(out)
}

// ---- rounds --------------------------------------------------------------------------------

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
fn table(cell_ids: &[String], features: &[f64], soh: &[f64]) -> Result<FeatureTable, JsValue> {
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
    let round: Round = serde_json::from_str(payload).map_err(|error| internal(&error))?;
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
struct ConcernOut {
    code: &'static str,
    count: usize,
    first: Vec<usize>,
}

fn concerns(found: Vec<Concern>) -> Vec<ConcernOut> {
    let out = |concern: Concern| ConcernOut {
        code: concern.code(),
        count: concern.count,
        first: concern.first,
    };
    found.into_iter().map(out).collect()
}

fn open_round(file: &str) -> Result<SignedRound, JsValue> {
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

fn words(kid: &str) -> Vec<String> {
    seal::words(kid).split(' ').map(String::from).collect()
}

/// Fingerprint words of a key thumbprint.
#[wasm_bindgen]
pub fn fingerprint(kid: &str) -> Outcome {
    to_js(&words(kid))
}

// ---- identities ----------------------------------------------------------------------------

/// The backup file of an identity: both private JWKs under a passphrase.
#[wasm_bindgen]
pub fn identity_lock(
    name: &str,
    signing: JsValue,
    encryption: JsValue,
    passphrase: &str,
) -> Outcome {
    let identity =
        Identity::from_jwks(name, &from_js(signing)?, &from_js(encryption)?).map_err(coded)?;
    let file = identity
        .lock(passphrase, seal::ITERATIONS, &mut fresh_rng()?)
        .map_err(coded)?;
    text(file)
}

/// Opens a backup: `{name, signing, encryption}`.
#[wasm_bindgen]
pub fn identity_unlock(file: &str, passphrase: &str) -> Outcome {
    let identity = Identity::unlock(file.as_bytes(), passphrase).map_err(coded)?;
    let out: JsValue = Object::new().into();
    set(&out, "name", identity.name())?;
    set(&out, "signing", to_js(identity.signing_jwk())?)?;
    set(&out, "encryption", to_js(identity.encryption_jwk())?)?;
    Ok(out)
}

// ---- casting and sealing -------------------------------------------------------------------

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
        randomize(&mut ballot, epsilon, &mut fresh_rng()?)
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
    let sealed = unsealed.seal(signature, &mut fresh_rng()?).map_err(coded)?;
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

// ---- tallying ------------------------------------------------------------------------------

#[derive(Deserialize)]
struct BallotFile {
    name: String,
    text: String,
    content_key: Option<Vec<u8>>,
}

#[derive(Serialize, Default)]
struct AdmissionOut<'a> {
    file: &'a str,
    fingerprint: &'a str,
    name: Option<&'a str>,
    kid: Option<&'a str>,
    signed_at: Option<u64>,
    status: &'static str,
    coverage: Vec<(u16, u32)>,
    familiar: Option<f64>,
    nsr: Option<u32>,
}

/// The ballots of a round, opened and judged.
#[wasm_bindgen]
pub struct BallotBox {
    signed: SignedRound,
    admissions: Vec<Admission>,
    board: Option<Board>,
}

#[wasm_bindgen]
impl BallotBox {
    /// `files`: `[{name, text, content_key}]`; content keys were decrypted by WebCrypto.
    #[wasm_bindgen(constructor)]
    pub fn new(round_file: &str, files: JsValue) -> Result<BallotBox, JsValue> {
        let signed = open_round(round_file)?;
        let files: Vec<BallotFile> = from_js(files)?;
        let keys: BTreeMap<String, &Vec<u8>> = files
            .iter()
            .filter_map(|file| {
                let key = file.content_key.as_ref()?;
                Some((canonical::sha256_hex(file.text.as_bytes()), key))
            })
            .collect();
        let named = files
            .iter()
            .map(|file| (file.name.as_str(), file.text.as_bytes()));
        let mut content_key = |opening: &Opening| {
            let key = keys.get(opening.fingerprint());
            key.map(|key| key.to_vec()).ok_or(seal::Error::Decryption)
        };
        let admissions = admit(&signed, named, &mut content_key);
        Ok(Self {
            signed,
            admissions,
            board: None,
        })
    }

    /// What became of each file, in the order given.
    pub fn admissions(&self) -> Outcome {
        let list = Array::new();
        for one in &self.admissions {
            let ballot = one.opened.as_ref().map(|opened| &opened.ballot);
            let familiar = |ballot: &Ballot| {
                let known = ballot
                    .rows
                    .iter()
                    .filter(|row| row.familiarity >= ballot::FAMILIAR_FROM);
                known.count() as f64 / ballot.rows.len().max(1) as f64
            };
            let object = to_js(&AdmissionOut {
                file: &one.file,
                fingerprint: &one.fingerprint,
                name: one.name.as_deref(),
                kid: one.kid(),
                signed_at: one.opened.as_ref().map(|opened| opened.signed_at),
                status: match &one.status {
                    round::Status::Accepted => "accepted",
                    round::Status::Superseded { .. } => "superseded",
                    round::Status::Rejected(_) => "rejected",
                },
                coverage: ballot
                    .map(|ballot| {
                        ballot
                            .coverage
                            .iter()
                            .map(|c| (c.class, c.batteries))
                            .collect()
                    })
                    .unwrap_or_default(),
                familiar: ballot.map(familiar),
                nsr: ballot.map(|ballot| ballot.nsr),
            })?;
            if let round::Status::Rejected(refusal) = &one.status {
                set(&object, "reason", fault(refusal.code(), refusal.params()))?;
            }
            list.push(&object);
        }
        Ok(list.into())
    }

    /// Decides by a rule: the tally, and the same as CSV. `controls`: `[[battery, class]]`.
    pub fn tally(&self, rule: &str, controls: JsValue) -> Outcome {
        round::check_quorum(&self.signed, &self.admissions).map_err(coded)?;
        let options = options(rule, controls)?;
        let round = &self.signed.round;
        let ballots = self.counted();
        let result = tally::tally(
            &round.catalogue,
            round.query.batteries.len(),
            &ballots,
            &options,
        )
        .map_err(coded)?;
        let out: JsValue = to_js(&result)?;
        set(&out, "n_ballots", ballots.len() as u32)?;
        set(
            &out,
            "csv",
            tally::to_csv(&result, &round.catalogue, &round.query.batteries),
        )?;
        Ok(out)
    }

    /// The board to publish, ready to be signed: what an `earlier` one said, what is new, and a
    /// result by `rule`. `at` is in Unix seconds.
    pub fn board_signing_input(
        &mut self,
        earlier: Option<String>,
        at: f64,
        rule: &str,
        csv: &str,
    ) -> Outcome {
        let mut board = match earlier {
            Some(file) => Board::read(file.as_bytes(), &self.signed).map_err(coded)?,
            None => Board::new(&self.signed),
        };
        board.record(&self.admissions, at as u64);
        board.record_result(rule, csv.as_bytes(), at as u64);
        let to_sign = board.to_sign(&self.signed).map_err(coded)?;
        let input = Uint8Array::from(to_sign.signing_input());
        self.board = Some(board);
        Ok(input.into())
    }

    /// The signed board file.
    pub fn board_seal(&self, signature: &[u8]) -> Outcome {
        let Some(board) = &self.board else {
            return Err(fault("internal", vec![("message", "no board".into())]));
        };
        let to_sign = board.to_sign(&self.signed).map_err(coded)?;
        text(to_sign.signed(signature).map_err(coded)?)
    }

    /// All rules side by side.
    pub fn compare(&self, controls: JsValue) -> Outcome {
        round::check_quorum(&self.signed, &self.admissions).map_err(coded)?;
        let options = options(RULES[0].name, controls)?;
        let round = &self.signed.round;
        let n_batteries = round.query.batteries.len();
        let compared = tally::compare(&round.catalogue, n_batteries, &self.counted(), &options);
        to_js(&compared.map_err(coded)?)
    }

    /// Who said what about one battery of the query, and with which weight.
    pub fn why(&self, rule: &str, controls: JsValue, battery: usize) -> Outcome {
        round::check_quorum(&self.signed, &self.admissions).map_err(coded)?;
        let options = options(rule, controls)?;
        let round = &self.signed.round;
        let n_batteries = round.query.batteries.len();
        let reasons = tally::why(
            &round.catalogue,
            n_batteries,
            &self.counted(),
            &options,
            battery,
        );
        to_js(&reasons.map_err(coded)?)
    }
}

impl BallotBox {
    fn counted(&self) -> Vec<Signed<'_>> {
        let counted = self
            .admissions
            .iter()
            .filter_map(|one| Some((one, one.counted()?)));
        counted
            .map(|(one, opened)| Signed {
                name: one.name.as_deref().unwrap_or_default(),
                kid: opened.signer.kid(),
                ballot: &opened.ballot,
            })
            .collect()
    }
}

fn options(rule: &str, controls: JsValue) -> Result<tally::Options, JsValue> {
    let controls: Vec<(usize, usize)> = from_js(controls)?;
    Ok(tally::Options {
        rule: Rule::named(rule).unwrap_or(tally::Options::default().rule),
        controls: controls
            .into_iter()
            .map(|(battery, class)| Control { battery, class })
            .collect(),
        ..tally::Options::default()
    })
}

/// Names of the rules, the default first.
#[wasm_bindgen]
pub fn rules() -> Outcome {
    let default = tally::Options::default().rule.name();
    let mut names: Vec<&str> = RULES.iter().map(|entry| entry.name).collect();
    names.sort_by_key(|name| *name != default);
    to_js(&names)
}

// ---- receipts ------------------------------------------------------------------------------

#[derive(Serialize)]
struct StandingOut {
    status: &'static str,
    code: Option<String>,
    by: Option<String>,
    signed_at: u64,
}

/// What a board says about a receipt.
#[wasm_bindgen]
pub fn verify(receipt: &str, board: &str, round_file: &str) -> Outcome {
    let signed = open_round(round_file)?;
    let receipt = Receipt::read(receipt.as_bytes()).map_err(coded)?;
    let board = Board::read(board.as_bytes(), &signed).map_err(coded)?;
    let (status, code, by) = match board.check_receipt(&receipt, &signed).map_err(coded)? {
        Standing::Accepted => ("accepted", None, None),
        Standing::Superseded { by } => ("superseded", None, Some(by)),
        Standing::Rejected { code } => ("rejected", Some(code), None),
    };
    to_js(&StandingOut {
        status,
        code,
        by,
        signed_at: receipt.signed_at,
    })
}

// ---- value ---------------------------------------------------------------------------------

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

// ---- demonstration -------------------------------------------------------------------------

/// A simulated round: `{classes, query, collaborators}`, each lot `{files: [{name, bytes}],
/// manifest}`.
#[wasm_bindgen]
pub fn demo(seed: u32) -> Outcome {
    let demo = simulate::demo_round(seed.into());
    let lot = |lot: &simulate::Lot| -> Outcome {
        let files = Array::new();
        for cell in &lot.cells {
            let file: JsValue = Object::new().into();
            set(&file, "name", cell.file.as_str())?;
            set(&file, "bytes", Uint8Array::from(&cell.csv[..]))?;
            files.push(&file);
        }
        let out: JsValue = Object::new().into();
        set(&out, "files", files)?;
        set(&out, "manifest", Uint8Array::from(&lot.manifest[..]))?;
        Ok(out)
    };
    let out: JsValue = Object::new().into();
    let classes: Vec<&str> = simulate::CLASSES.iter().map(|class| class.name).collect();
    set(&out, "classes", to_js(&classes)?)?;
    set(&out, "query", lot(&demo.query)?)?;
    let collaborators = Array::new();
    for one in &demo.collaborators {
        collaborators.push(&lot(one)?);
    }
    set(&out, "collaborators", collaborators)?;
    Ok(out)
}
