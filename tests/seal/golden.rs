//! Golden bytes: the canonical form of rounds and ballots never changes within a version.

use crate::support::*;
use voltvote::canonical::{from_bytes, sha256_hex, to_bytes};
use voltvote::round::SignedRound;

#[test]
fn canonical_bytes_are_the_recorded_ones() {
    let round = round(3);
    let signed = signed_round(&round);
    let made = [
        ("round.json", to_bytes(&round).unwrap()),
        ("ballot.json", to_bytes(&ballot(&signed, 1)).unwrap()),
        ("receipt.json", {
            // The fingerprint depends on random keys; everything else is fixed.
            let mut receipt = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT).receipt;
            (receipt.ballot, receipt.check) = (String::new(), String::new());
            to_bytes(&receipt).unwrap()
        }),
    ];
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/seal");
    for (name, bytes) in made {
        let path = format!("{directory}/{name}");
        if std::env::var_os("VOLTVOTE_RECORD").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            std::fs::read_to_string(&path).unwrap(),
            "{name}: run with VOLTVOTE_RECORD=1 only when the version changes"
        );
    }
    // A signed round of this version stays readable; signatures are random, so the bytes differ.
    let path = format!("{directory}/signed.round.json");
    if std::env::var_os("VOLTVOTE_RECORD").is_some() {
        std::fs::write(&path, round_file(&round)).unwrap();
    }
    let recorded = SignedRound::read(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(recorded.id, signed.id);
    // Computed by `sha256sum tests/data/seal/round.json`; ballots are bound to it.
    let recorded = std::fs::read(format!("{directory}/round.json")).unwrap();
    assert_eq!(signed.id, sha256_hex(&recorded));
    assert!(from_bytes::<voltvote::round::Round>(&recorded).is_some());
}
