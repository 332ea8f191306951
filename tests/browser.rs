//! What must hold in a browser as it does natively: `wasm-pack test --headless --chrome`.

#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A file's fingerprint is the same word for word as the command line prints it.
#[wasm_bindgen_test]
fn fingerprints_are_the_command_lines() {
    assert_eq!(
        voltvote::canonical::sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}
