//! Writing the board of a round: shared by `round board` and `tally --board`.

use crate::failure::Failure;
use crate::files;
use std::path::Path;
use voltvote::round::{Admission, Board, SignedRound};
use voltvote::seal::Identity;

/// Extends the board in `path`, or begins it, with what is new, and signs it. A result is its
/// rule and the bytes of its file.
pub fn publish(
    path: &Path,
    signed: &SignedRound,
    recycler: &Identity,
    admissions: &[Admission],
    result: Option<(&str, &[u8])>,
) -> Result<Board, Failure> {
    let mut board = earlier(path, signed)?;
    let now = files::now();
    board.record(admissions, now);
    if let Some((rule, bytes)) = result {
        board.record_result(admissions, rule, bytes, now)?;
    }
    let to_sign = board.to_sign(signed)?;
    let signature = recycler
        .signing_key()?
        .sign(to_sign.signing_input(), &mut files::rng())?;
    files::replace(path, &to_sign.signed(&signature)?)?;
    Ok(board)
}

/// The board in `path`, or an empty one.
pub fn earlier(path: &Path, signed: &SignedRound) -> Result<Board, Failure> {
    if path.exists() {
        Ok(Board::read(&files::read(path)?, signed)?)
    } else {
        Ok(Board::new(signed))
    }
}
