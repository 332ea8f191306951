//! A simulated round for trying things out.

use super::translate::{set, to_js, Outcome};
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
