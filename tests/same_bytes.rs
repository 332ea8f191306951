//! The same seed gives the same bytes here and in the browser (`tests/browser.rs`).
//!
//! After a change that is meant to change them: `VOLTVOTE_BLESS=1 cargo test --test same_bytes`.

#![cfg(not(target_arch = "wasm32"))]

#[path = "same_bytes/mod.rs"]
mod stages;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/same_bytes.txt");

#[test]
fn a_seed_gives_the_recorded_bytes_natively() {
    let found = stages::fingerprints();
    if std::env::var_os("VOLTVOTE_BLESS").is_some() {
        std::fs::write(GOLDEN, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(GOLDEN).unwrap());
}
