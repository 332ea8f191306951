//! See `imports.rs`; the memory of every input is bounded.
#![no_main]

mod imports;
mod memory;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let body = imports::BODIES.iter().find(|(name, _)| *name == "archive");
    memory::bounded(body.expect("a body of this name").1, input);
});
