//! `voltvote verify --round r.round.json --receipt x.receipt.json --board board.json`

use crate::failure::Failure;
use crate::files;
use serde_json::json;
use std::path::PathBuf;
use voltvote::canonical::sha256_hex;
use voltvote::round::{check_in_result, Board, SignedRound, Standing};
use voltvote::seal::{words, Receipt};

/// Arguments of `verify`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The round.
    #[arg(long)]
    round: PathBuf,
    /// The recycler's published board.
    #[arg(long)]
    board: PathBuf,
    /// A collaborator's receipt.
    #[arg(long)]
    receipt: Option<PathBuf>,
    /// A published result, to be held against the board.
    #[arg(long)]
    result: Option<PathBuf>,
    /// Ballot files, to be held against the board.
    #[arg(long, num_args = 1..)]
    ballots: Vec<PathBuf>,
    /// A board published earlier: the new one must begin with it.
    #[arg(long)]
    earlier: Option<PathBuf>,
    /// The recycler's eight words, as heard by phone.
    #[arg(long)]
    words: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Checks; every failure is an error.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let signed = SignedRound::read(&files::read(&arguments.round)?)?;
    let recycler = words(signed.signing.kid());
    if let Some(heard) = &arguments.words {
        let heard: Vec<String> = heard.split_whitespace().map(str::to_lowercase).collect();
        if heard.join(" ") != recycler {
            return Err(voltvote::round::Error::Recycler.into());
        }
    }
    let board = Board::read(&files::read(&arguments.board)?, &signed)?;
    let mut checks = vec!["round signature", "board signature", "board chain"];
    if let Some(path) = &arguments.earlier {
        board.check_extends(&Board::read(&files::read(path)?, &signed)?)?;
        checks.push("board extends the earlier one");
    }
    let mut rule = None;
    let mut counted = board.accepted();
    if let Some(path) = &arguments.result {
        let (by, ballots) = board.check_result(&files::read(path)?)?;
        (rule, counted) = (Some(by), ballots);
        checks.push("result on the board");
    }
    let mut status = None;
    if let Some(path) = &arguments.receipt {
        let receipt = Receipt::read(&files::read(path)?)?;
        match board.check_receipt(&receipt, &signed)? {
            Standing::Accepted => {
                check_in_result(&receipt, &counted)?;
                status = Some("accepted");
            }
            Standing::Superseded { by } => {
                return Err(Failure::new(
                    "board-superseded",
                    format!("not counted: the same key signed a later ballot, {by}"),
                ))
            }
            Standing::Rejected { code } => {
                return Err(Failure::new(
                    "board-rejected",
                    format!("not counted: {code}"),
                ))
            }
        }
        checks.push("receipt on the board");
    }
    if !arguments.ballots.is_empty() {
        check_ballots(arguments, &counted)?;
        checks.push("ballots are those counted");
    }
    if arguments.json {
        files::print_json(&json!({
            "round": signed.id,
            "recycler": recycler,
            "status": status,
            "rule": rule,
            "n_counted": counted.len(),
            "checks": checks,
        }));
        return Ok(());
    }
    println!("round     {}", signed.id);
    println!("recycler  {} ({recycler})", signed.round.recycler.name);
    println!("counted   {} ballots", counted.len());
    if let Some(status) = status {
        println!("receipt   {status}");
    }
    if let Some(rule) = rule {
        println!("result    made by rule {rule}");
    }
    println!("checked   {}", checks.join(", "));
    Ok(())
}

/// The files must be exactly the ballots that count.
fn check_ballots(arguments: &Arguments, counted: &[&str]) -> Result<(), Failure> {
    let mut missing = counted.to_vec();
    for path in &arguments.ballots {
        let fingerprint = sha256_hex(&files::read(path)?);
        if !counted.contains(&&*fingerprint) {
            return Err(Failure::new(
                "board-not-listed",
                format!("{}: not among the counted ballots", path.display()),
            ));
        }
        missing.retain(|digest| *digest != fingerprint);
    }
    match missing.first() {
        None => Ok(()),
        Some(digest) => Err(Failure::new(
            "board-ballot-missing",
            format!(
                "{} counted ballots are not among the files, first {digest}",
                missing.len()
            ),
        )),
    }
}
