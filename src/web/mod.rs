//! The browser boundary: the only folder that knows `wasm_bindgen`, `web_sys` and `js_sys`.
//!
//! Bytes and numbers come in; typed arrays and one small object go out. Errors are
//! `{code, params}`, their words live in `www/text`. Nothing here computes: every function
//! translates its arguments, calls the core and translates the result. The worker keeps no state
//! between jobs but the handles it holds: [`files::FileReader`], [`files::ImportedFile`] and
//! [`ballot_box::BallotBox`].

mod ballot_box;
mod cast;
mod demo;
mod files;
mod health;
mod identities;
mod lab;
mod mapping;
mod physics;
mod receipts;
mod rounds;
mod translate;
mod worth;
