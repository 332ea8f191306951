//! Every single-byte change of every file kind is refused, at every position.

use crate::support::*;
use voltvote::round::{Board, SignedRound, Status};
use voltvote::seal::{Identity, Opening, Receipt};

/// The next bit, the other case (or a look-alike), white space: one of them meets every leniency
/// that JSON and base64url readers have.
fn changes(byte: u8) -> impl Iterator<Item = u8> {
    let candidates = [byte ^ 1, byte ^ 0x20, b' ', b'\\', b'='];
    candidates.into_iter().filter(move |other| *other != byte)
}

/// Tries every change and every length; `is_refused` must hold each time.
fn try_all(kind: &str, file: &[u8], changes_per_byte: usize, is_refused: impl Fn(&[u8]) -> bool) {
    assert!(!is_refused(file), "{kind}: the untouched file passes");
    for at in 0..file.len() {
        for other in changes(file[at]).take(changes_per_byte) {
            let mut changed = file.to_vec();
            changed[at] = other;
            assert!(is_refused(&changed), "{kind}: byte {at} changed to {other}");
        }
    }
    for at in (0..file.len()).step_by(7) {
        assert!(is_refused(&file[..at]), "{kind}: cut at {at}");
        for inserted in *b" A\n" {
            let mut changed = file.to_vec();
            changed.insert(at, inserted);
            assert!(is_refused(&changed), "{kind}: {inserted} inserted at {at}");
        }
    }
    for tail in [" ", "\n", "}", "\0"] {
        assert!(
            is_refused(&[file, tail.as_bytes()].concat()),
            "{kind}: {tail:?} appended"
        );
    }
}

#[test]
fn of_a_round() {
    let file = round_file(&round(70));
    assert!(
        (9_000..12_000).contains(&file.len()),
        "about 10 kB: {}",
        file.len()
    );
    try_all("round", &file, 3, |changed| {
        SignedRound::read(changed).is_err()
    });
}

#[test]
fn of_a_ballot() {
    let signed = signed_round(&round(80));
    let file = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT).file;
    assert!(
        (9_000..15_000).contains(&file.len()),
        "about 10 kB: {}",
        file.len()
    );
    let honest = Opening::read(&file).unwrap();
    let key = &party(RECYCLER).encryption;
    let unwrap = |encrypted: &[u8]| key.unwrap_key(encrypted, &mut rng(1));
    let honest_key = unwrap(honest.encrypted_key()).unwrap().to_vec();
    try_all("ballot", &file, 2, |changed| {
        let files = [("x", changed)];
        let admissions = voltvote::round::admit(&signed, files, &mut |opening| {
            // The private operation is slow; it is repeated only where its input changed.
            if opening.encrypted_key() == honest.encrypted_key() {
                Ok(honest_key.clone())
            } else {
                Ok(unwrap(opening.encrypted_key())?.to_vec())
            }
        });
        matches!(admissions[0].status, Status::Rejected(_))
    });
}

#[test]
fn of_a_receipt() {
    let signed = signed_round(&round(3));
    let file = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT)
        .receipt
        .to_bytes();
    try_all("receipt", &file, 5, |changed| {
        Receipt::read(changed).is_err()
    });
}

#[test]
fn of_a_board() {
    let signed = signed_round(&round(3));
    let mut board = Board::new(&signed);
    for seed in 0..4 {
        let sealed: Vec<_> = (1..4)
            .map(|by| seal(&signed, &ballot(&signed, seed), by, SIGNED_AT + seed).file)
            .collect();
        let files: Vec<_> = sealed.iter().map(|file| ("x", &**file)).collect();
        board.record(&admit_all(&signed, &files), SIGNED_AT);
    }
    let file = sign(&board.to_sign(&signed).unwrap(), RECYCLER);
    assert!(
        (4_000..12_000).contains(&file.len()),
        "some kB: {}",
        file.len()
    );
    try_all("board", &file, 3, |changed| {
        Board::read(changed, &signed).is_err()
    });
}

#[test]
fn of_an_identity() {
    let file = include_bytes!("../data/keys/anna.identity.json");
    try_all("identity", file, 1, |changed| {
        Identity::unlock(changed, PASSPHRASE).is_err()
    });
}
