//! Backups of identities.

use super::translate::{coded, from_js, set, text, to_js, Outcome};
use crate::seal::{self, Identity};
use js_sys::Object;
use rand::rngs::OsRng;
use wasm_bindgen::prelude::*;

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
        .lock(passphrase, seal::ITERATIONS, &mut OsRng)
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
