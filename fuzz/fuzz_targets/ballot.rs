//! Ballot files: the sealed form, and behind seal and signature the contents against a round.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use voltvote::ballot::{check, Ballot, PrivacyLabel};
use voltvote::canonical;
use voltvote::round::{admit, SignedRound};
use voltvote::seal::Receipt;

fn signed() -> &'static SignedRound {
    static SIGNED: OnceLock<SignedRound> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let file = include_bytes!("../../tests/data/seal/signed.round.json");
        SignedRound::read(file).expect("a committed round")
    })
}

fuzz_target!(|data: &[u8]| {
    // Any content key: what follows the decryption is reached below.
    let _ = admit(signed(), [("x", data)], &mut |_| Ok(vec![0; 32]));
    let _ = Receipt::read(data);
    if let Some(mut ballot) = canonical::from_bytes::<Ballot>(data) {
        let _ = PrivacyLabel::of(&ballot);
        // Bound to the round, so that the checks after the binding are reached.
        ballot.round.clone_from(&signed().id);
        ballot.query.clone_from(&signed().query);
        ballot.roster.clone_from(&signed().roster);
        ballot.recipient = signed().encryption.kid().into();
        let _ = check(&ballot, signed());
    }
});
