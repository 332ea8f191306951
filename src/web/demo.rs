//! A simulated round for trying things out.

use super::rounds::{open_round, table};
use super::translate::{coded, from_js, internal, set, text, to_js, Outcome};
use crate::ballot::{self, Bindings, CastOptions};
use crate::canonical;
use crate::simulate;
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

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

/// The votes of a simulated collaborator, as the payload of a ballot. `labels` index the round's
/// catalogue.
#[wasm_bindgen]
pub fn demo_cast(
    round_file: &str,
    cell_ids: JsValue,
    features: &[f64],
    labels: &[u16],
    seed: u32,
) -> Outcome {
    let signed = open_round(round_file)?;
    let cell_ids: Vec<String> = from_js(cell_ids)?;
    let own = table(&cell_ids, features, &[])?;
    let options = CastOptions {
        seed: seed.into(),
        ..CastOptions::default()
    };
    let bindings = Bindings::of(&signed);
    let ballot = ballot::cast_classes(&signed.round, &bindings, &own, labels, &options);
    let ballot = ballot.map_err(coded)?;
    text(canonical::to_bytes(&ballot).map_err(|error| internal(&error))?)
}
