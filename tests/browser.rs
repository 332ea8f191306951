//! What must hold in a browser as it does natively: `wasm-pack test --headless --chrome`.

#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "lab/mod.rs"]
mod lab;
#[path = "same_bytes/mod.rs"]
mod stages;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Files, features, round, quality report and ballot, stage by stage.
#[wasm_bindgen_test]
fn a_seed_gives_the_bytes_of_the_command_line() {
    assert_eq!(stages::fingerprints(), include_str!("data/same_bytes.txt"));
}

/// Every experiment's JSON, CSV and page.
#[wasm_bindgen_test]
fn a_seed_gives_the_reports_of_the_command_line() {
    let found: String = lab::reports().iter().map(lab::line).collect();
    assert_eq!(found, include_str!("data/lab.txt"));
}

/// A file's fingerprint is the same word for word as the command line prints it.
#[wasm_bindgen_test]
fn fingerprints_are_the_command_lines() {
    assert_eq!(
        voltvote::canonical::sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

/// The page's own source of randomness answers, and not with zeros.
#[wasm_bindgen_test]
fn the_browser_gives_randomness() {
    let (mut first, mut second) = ([0_u8; 32], [0_u8; 32]);
    getrandom::getrandom(&mut first).unwrap();
    getrandom::getrandom(&mut second).unwrap();
    assert_ne!(first, [0; 32]);
    assert_ne!(first, second);
}
