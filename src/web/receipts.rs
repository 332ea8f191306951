//! What a board says about a receipt, a result and the ballots behind it.

use super::rounds::open_round;
use super::translate::{coded, from_js, to_js, Outcome};
use crate::round::{self, Board, Standing};
use crate::seal::Receipt;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// Texts of the files given; `ballots` are fingerprints of ballot files.
#[derive(Deserialize)]
struct Given {
    board: String,
    round_file: String,
    receipt: Option<String>,
    result: Option<String>,
    ballots: Vec<String>,
}

#[derive(Serialize)]
struct StandingOut {
    status: &'static str,
    code: Option<String>,
    by: Option<String>,
    signed_at: u64,
}

#[derive(Serialize)]
struct Verified {
    standing: Option<StandingOut>,
    /// The rule that the result was made by, if one was given.
    rule: Option<String>,
    n_counted: usize,
    /// Positions of ballots given that do not count.
    not_counted: Vec<usize>,
    /// Ballots that count and were not given.
    n_missing: usize,
}

/// Holds what is given against the board of a round.
#[wasm_bindgen]
pub fn verify(given: JsValue) -> Outcome {
    let given: Given = from_js(given)?;
    let signed = open_round(&given.round_file)?;
    let board = Board::read(given.board.as_bytes(), &signed).map_err(coded)?;
    let (mut rule, mut counted) = (None, board.accepted());
    if let Some(result) = &given.result {
        let (by, ballots) = board.check_result(result.as_bytes()).map_err(coded)?;
        (rule, counted) = (Some(by.to_owned()), ballots);
    }
    let mut standing = None;
    if let Some(receipt) = &given.receipt {
        let receipt = Receipt::read(receipt.as_bytes()).map_err(coded)?;
        let (status, code, by) = match board.check_receipt(&receipt, &signed).map_err(coded)? {
            Standing::Accepted => {
                round::check_in_result(&receipt, &counted).map_err(coded)?;
                ("accepted", None, None)
            }
            Standing::Superseded { by } => ("superseded", None, Some(by)),
            Standing::Rejected { code } => ("rejected", Some(code), None),
        };
        standing = Some(StandingOut {
            status,
            code,
            by,
            signed_at: receipt.signed_at,
        });
    }
    let ballots = given.ballots.iter().enumerate();
    let not_counted: Vec<usize> = ballots
        .filter(|(_, digest)| !counted.contains(&digest.as_str()))
        .map(|(i, _)| i)
        .collect();
    let is_given = |digest: &&&str| given.ballots.iter().any(|ballot| ballot == **digest);
    to_js(&Verified {
        standing,
        rule,
        n_counted: counted.len(),
        n_missing: counted.len() - counted.iter().filter(is_given).count(),
        not_counted,
    })
}
