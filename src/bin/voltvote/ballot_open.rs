//! `voltvote ballot open --key k.identity.json b.ballot.json`

use crate::failure::Failure;
use crate::files::{self, Passphrase};
use serde_json::json;
use std::path::PathBuf;
use voltvote::error::Coded;
use voltvote::round::{admit, Admission, SignedRound, Status};
use voltvote::seal::{self, words, Opened, Opening};

/// Arguments of `ballot open`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The recycler's identity file.
    #[arg(long)]
    key: PathBuf,
    /// Sealed ballot.
    file: PathBuf,
    /// The round, to check that the ballot answers it.
    #[arg(long)]
    round: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Opens the ballot and lists what was checked.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bytes = files::read(&arguments.file)?;
    let opening = Opening::read(&bytes)?;
    let key = arguments
        .passphrase
        .unlock(&arguments.key)?
        .encryption_key()?;
    if opening.kid() != key.public().kid() {
        return Err(seal::Error::Recipient.into());
    }
    let mut content_key = files::content_key(&key);
    let opened = opening.decrypt(&content_key(&opening)?)?;
    let mut checks = vec![
        "form",
        "recipient",
        "decryption",
        "signature",
        "canonical contents",
    ];
    let mut name = opened.name.clone();
    if let Some(path) = &arguments.round {
        let signed = SignedRound::read(&files::read(path)?)?;
        let file = arguments.file.to_string_lossy();
        let admissions = admit(&signed, [(&*file, &*bytes)], &mut content_key);
        if let Some(Admission {
            status,
            name: known,
            ..
        }) = admissions.into_iter().next()
        {
            if let Status::Rejected(refusal) = status {
                return Err(refusal.into());
            }
            name = known.unwrap_or(name);
        }
        checks.extend(["round", "query", "roster", "deadline", "votes in range"]);
    }
    show(&opened, &name, &checks, arguments)
}

fn show(
    opened: &Opened,
    name: &str,
    checks: &[&str],
    arguments: &Arguments,
) -> Result<(), Failure> {
    let ballot = &opened.ballot;
    if arguments.json {
        let ballot = serde_json::to_value(ballot)
            .map_err(|_| Failure::new(seal::Error::Decryption.code(), "cannot be shown"))?;
        files::print_json(&json!({
            "file": arguments.file.to_string_lossy(),
            "fingerprint": opened.fingerprint,
            "payload": opened.payload,
            "name": name,
            "kid": opened.signer.kid(),
            "words": words(opened.signer.kid()),
            "signed_at": opened.signed_at,
            "checks": checks,
            "ballot": ballot,
        }));
        return Ok(());
    }
    println!("ballot      {}", opened.fingerprint);
    println!("round       {}", ballot.round);
    println!("by          {name}");
    println!("words       {}", words(opened.signer.kid()));
    println!("signed at   {} (Unix time)", opened.signed_at);
    println!("software    {}", ballot.software);
    let held: Vec<String> = (ballot.coverage.iter())
        .map(|held| format!("class {}: {} batteries", held.class, held.batteries))
        .collect();
    println!("holds       {}", held.join(", "));
    println!(
        "training    {} rows, NSR {} thousandths of a per cent",
        ballot.n_training_rows, ballot.nsr
    );
    println!("distance    {:?} ten-thousandths", ballot.distance);
    if let Some(epsilon) = ballot.epsilon {
        println!("randomised  epsilon {epsilon} thousandths per battery");
    }
    println!("row  votes per held class | familiarity | evidence per held class");
    for (i, row) in ballot.rows.iter().enumerate() {
        println!(
            "{:>3}  {:?} | {} | {:?}",
            i + 1,
            row.votes,
            row.familiarity,
            row.evidence
        );
    }
    println!("checked     {}", checks.join(", "));
    Ok(())
}
