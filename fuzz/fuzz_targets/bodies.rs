//! What the targets of sealed files do with their bytes: shared with `tests/fuzz_corpus.rs`, which
//! replays a small corpus without a fuzzer.

use std::sync::OnceLock;
use voltvote::ballot::{check, Ballot, PrivacyLabel};
use voltvote::canonical;
use voltvote::round::{admit, screen, Board, Round, SignedRound};
use voltvote::seal::{words, Identity, PrivateKey, PublicKey, Purpose, Receipt};

/// A kind of file.
pub type Body = fn(&[u8]);

/// Bodies by the name of their target.
pub const BODIES: [(&str, Body); 4] = [
    ("round", round),
    ("ballot", ballot),
    ("key", key),
    ("board", board),
];

/// A committed round, read once.
fn signed() -> &'static SignedRound {
    static SIGNED: OnceLock<SignedRound> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let file = include_bytes!("../../tests/data/seal/signed.round.json");
        SignedRound::read(file).expect("a committed round")
    })
}

/// The sealed form, and behind the signature the contents.
fn round(data: &[u8]) {
    let _ = SignedRound::read(data);
    if let Ok(round) = serde_json::from_slice::<Round>(data) {
        if round.check().is_ok() {
            let _ = screen(&round.query, None);
            let _ = round.to_sign();
        }
    }
}

/// The sealed form, and behind seal and signature the contents against a round.
fn ballot(data: &[u8]) {
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
}

/// JWKs, and the public half of identity files. (The passphrase derivation is left out: it is slow
/// by design and sees no structure.)
fn key(data: &[u8]) {
    let _ = Identity::read_public(data);
    if let Ok(jwk) = serde_json::from_slice::<serde_json::Value>(data) {
        for purpose in [Purpose::Signing, Purpose::Encryption] {
            if let Ok(key) = PublicKey::from_jwk(&jwk, purpose) {
                assert_eq!(PublicKey::from_jwk(&key.to_jwk(), purpose), Ok(key));
            }
            let _ = PrivateKey::from_jwk(&jwk, purpose);
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(words(text).split(' ').count(), 8);
    }
}

/// The sealed form, and behind the signature the contents.
fn board(data: &[u8]) {
    let _ = Board::read(data, signed());
    if let Some(mut board) = canonical::from_bytes::<Board>(data) {
        board.round.clone_from(&signed().id);
        let _ = board.accepted();
        let _ = board.check_result(data);
        let _ = board.check_extends(&board.clone());
        for entry in &board.entries {
            let _ = board.standing(&entry.digest);
        }
        if let Ok(receipt) = Receipt::read(data) {
            let _ = board.check_receipt(&receipt, signed());
        }
        let _ = board.to_sign(signed());
    }
}
