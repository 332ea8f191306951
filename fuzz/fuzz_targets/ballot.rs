//! Ballot files. The body is shared with a plain test.
#![no_main]

mod bodies;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| bodies::BODIES[1].1(data));
