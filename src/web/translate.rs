//! What crosses the boundary: values, errors, texts, and the seed of the browser.

use crate::error::Coded;
use crate::order;
use crate::seal::{PublicKey, Purpose};
use crate::standardize::Params;
use js_sys::Reflect;
use serde::de::DeserializeOwned;
use serde::Serialize;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

/// What a call across the boundary gives.
pub(super) type Outcome = Result<JsValue, JsValue>;

/// Name and version, as rounds and ballots carry it.
pub(super) const SOFTWARE: &str = concat!("voltvote ", env!("CARGO_PKG_VERSION"));

#[derive(Serialize)]
struct Fault<'a> {
    code: &'a str,
    params: BTreeMap<&'static str, String>,
}

pub(super) fn fault(code: &str, params: Vec<(&'static str, String)>) -> JsValue {
    let fault = Fault {
        code,
        params: order::map(params),
    };
    to_js(&fault).unwrap_or(JsValue::NULL)
}

pub(super) fn coded<E: Coded>(error: E) -> JsValue {
    fault(error.code(), error.params())
}

/// Small objects cross by way of one JSON value: the serializer of the files does the work, and
/// serde-wasm-bindgen is compiled for a single type, which keeps the page small.
pub(super) fn to_js<T: Serialize + ?Sized>(value: &T) -> Outcome {
    let value = serde_json::to_value(value).map_err(|error| internal(&error))?;
    let across = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&across).map_err(|error| internal(&error))
}

/// A wrongly shaped argument is a fault of the page, not of the user.
pub(super) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    let json = js_sys::JSON::stringify(&value)?.as_string();
    let json = json.as_deref().unwrap_or("null");
    serde_json::from_slice(json.as_bytes()).map_err(|error| internal(&error))
}

pub(super) fn internal(error: &dyn std::fmt::Display) -> JsValue {
    fault("internal", vec![("message", error.to_string())])
}

pub(super) fn set(object: &JsValue, name: &str, value: impl Into<JsValue>) -> Result<(), JsValue> {
    Reflect::set(object, &name.into(), &value.into()).map(drop)
}

pub(super) fn text(bytes: Vec<u8>) -> Outcome {
    String::from_utf8(bytes)
        .map(JsValue::from)
        .map_err(|error| internal(&error))
}

pub(super) fn signing_key(jwk: JsValue) -> Result<PublicKey, JsValue> {
    PublicKey::from_jwk(&from_js(jwk)?, Purpose::Signing).map_err(coded)
}

pub(super) fn params_or_default(protocol: JsValue) -> Result<Params, JsValue> {
    if protocol.is_null() || protocol.is_undefined() {
        return Ok(Params::default());
    }
    from_js(protocol)
}
