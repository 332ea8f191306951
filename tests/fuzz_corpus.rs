//! Replays a small corpus that the fuzzer found, one file per target: what once took a path of its
//! own must still end without a panic.
//!
//! A corpus is a sequence of inputs, each behind its length as four bytes (little endian).

#![cfg(not(target_arch = "wasm32"))]

#[path = "../fuzz/fuzz_targets/bodies.rs"]
mod bodies;

/// The inputs of a corpus file.
fn inputs(mut corpus: &[u8]) -> Vec<&[u8]> {
    let mut inputs = Vec::new();
    while let Some((length, rest)) = corpus.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (input, rest) = rest.split_at(length);
        inputs.push(input);
        corpus = rest;
    }
    assert!(corpus.is_empty(), "a cut corpus");
    inputs
}

#[test]
fn every_input_of_the_corpus_ends_without_a_panic() {
    for (name, body) in bodies::BODIES {
        let path = format!("{}/tests/data/fuzz/{name}", env!("CARGO_MANIFEST_DIR"));
        let corpus = std::fs::read(&path).expect("a committed corpus");
        let inputs = inputs(&corpus);
        println!("{name}: {} inputs", inputs.len());
        assert!(inputs.len() > 100, "{name}");
        for input in inputs {
            body(input);
        }
    }
}
