//! Round files: the sealed form, and behind the signature the contents.
#![no_main]

use libfuzzer_sys::fuzz_target;
use voltvote::round::{screen, Round, SignedRound};

fuzz_target!(|data: &[u8]| {
    let _ = SignedRound::read(data);
    if let Ok(round) = serde_json::from_slice::<Round>(data) {
        if round.check().is_ok() {
            let _ = screen(&round.query, None);
            let _ = round.to_sign();
        }
    }
});
