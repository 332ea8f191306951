//! Boards: the sealed form, and behind the signature the contents.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use voltvote::canonical;
use voltvote::round::{Board, SignedRound};
use voltvote::seal::Receipt;

fn signed() -> &'static SignedRound {
    static SIGNED: OnceLock<SignedRound> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let file = include_bytes!("../../tests/data/seal/signed.round.json");
        SignedRound::read(file).expect("a committed round")
    })
}

fuzz_target!(|data: &[u8]| {
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
});
