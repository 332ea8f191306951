//! What a board says about a receipt.

use super::rounds::open_round;
use super::translate::{coded, to_js, Outcome};
use crate::round::{Board, Standing};
use crate::seal::Receipt;
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[derive(Serialize)]
struct StandingOut {
    status: &'static str,
    code: Option<String>,
    by: Option<String>,
    signed_at: u64,
}

/// What a board says about a receipt.
#[wasm_bindgen]
pub fn verify(receipt: &str, board: &str, round_file: &str) -> Outcome {
    let signed = open_round(round_file)?;
    let receipt = Receipt::read(receipt.as_bytes()).map_err(coded)?;
    let board = Board::read(board.as_bytes(), &signed).map_err(coded)?;
    let (status, code, by) = match board.check_receipt(&receipt, &signed).map_err(coded)? {
        Standing::Accepted => ("accepted", None, None),
        Standing::Superseded { by } => ("superseded", None, Some(by)),
        Standing::Rejected { code } => ("rejected", Some(code), None),
    };
    to_js(&StandingOut {
        status,
        code,
        by,
        signed_at: receipt.signed_at,
    })
}
