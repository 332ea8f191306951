//! `voltvote ballot cast`: labelled features to a sealed ballot.

use crate::failure::Failure;
use crate::files::{self, Passphrase};
use crate::{labels, own_data};
use serde_json::json;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use voltvote::ballot::{
    audit_cast, cast, randomize, without_thin_classes, Bindings, CastError, CastOptions,
    PrivacyLabel, Quality,
};
use voltvote::import::Manifest;
use voltvote::round::{screen, SignedRound};
use voltvote::seal::{words, Unsealed};

/// Arguments of `ballot cast`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Round file.
    #[arg(long)]
    round: PathBuf,
    /// Own batteries: a features.csv, or a folder of cycler files.
    #[arg(long)]
    data: PathBuf,
    /// Labels: manifest.csv with `cell_id` or `file`, and `class` or `cathode`.
    #[arg(long)]
    labels: PathBuf,
    /// Own identity file.
    #[arg(long)]
    identity: PathBuf,
    /// Ballot file to write; the receipt goes beside it.
    #[arg(long)]
    out: PathBuf,
    /// Seed of augmentation and forest: the same data and seed give the same votes.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Gaussian noise on the training rows: noise power over signal power in per cent.
    #[arg(long, default_value_t = 0.0)]
    nsr: f64,
    /// Trees; default: the round's.
    #[arg(long)]
    trees: Option<u16>,
    /// Randomise the votes: epsilon per battery (local differential privacy), such as 2.
    #[arg(long)]
    epsilon: Option<f64>,
    /// Also measure whether membership in the own rows can be told from such a ballot.
    #[arg(long)]
    audit: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Casts, seals and writes the ballot and its receipt.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let signed = SignedRound::read(&files::read(&arguments.round)?)?;
    let now = files::now();
    signed.check_open(now)?;
    let identity = arguments.passphrase.unlock(&arguments.identity)?;
    let key = identity.signing_key()?;
    let roster = &signed.round.roster;
    if !roster.is_empty() && !roster.iter().any(|one| one.kid == key.public().kid()) {
        return Err(Failure::new(
            "ballot-not-on-roster",
            "the round asks only those on its roster, and this key is not among them",
        ));
    }
    let manifest = Manifest::parse(&files::read(&arguments.labels)?)?;
    let table = own_data::load(&arguments.data, Some(&manifest), &signed.round.protocol)?;
    let classes = labels::classes_of(&table.cell_ids, &manifest, &signed.round.catalogue);
    let kept: Vec<usize> = (0..table.len())
        .filter(|&row| classes[row].is_some())
        .collect();
    let skipped: Vec<&String> = (0..table.len())
        .filter(|&row| classes[row].is_none())
        .map(|row| &table.cell_ids[row])
        .collect();
    if !skipped.is_empty() {
        eprintln!(
            "warning[label-not-in-round]: {} of {} rows have no label of the round and are left out",
            skipped.len(),
            table.len()
        );
    }
    let labelled = table.select(&kept);
    let labels: Vec<u16> = classes.iter().flatten().map(|&c| c as u16).collect();
    let (kept, thin) = without_thin_classes(&labelled.cell_ids, &labels);
    for thin in &thin {
        let class = signed.round.catalogue.classes.get(usize::from(thin.class));
        eprintln!(
            "warning[class-too-thin]: {} battery of class {}: a vote needs two, so the class is left out",
            thin.batteries,
            class.map_or("?", |class| class.name.as_str())
        );
    }
    let own = labelled.select(&kept);
    let row_labels: Vec<u16> = kept.iter().map(|&row| labels[row]).collect();
    let query = &signed.round.query;
    let same_columns = own.schema.columns == query.columns;
    let concerns = screen(query, same_columns.then(|| own.values.view()));
    for concern in &concerns {
        eprintln!(
            "warning[{}]: {} in the query, first {:?}",
            concern.code(),
            concern.count,
            concern.first
        );
    }
    let options = CastOptions {
        seed: arguments.seed,
        nsr_percent: arguments.nsr,
        n_trees: arguments.trees,
        ..CastOptions::default()
    };
    let bindings = Bindings::of(&signed);
    let mut go_on = |_| ControlFlow::Continue(());
    let (mut ballot, quality) = cast(
        &signed.round,
        &bindings,
        &own,
        &row_labels,
        &options,
        &mut go_on,
    )?;
    if let Some(epsilon) = arguments.epsilon {
        randomize(&mut ballot, epsilon, &mut files::rng()).ok_or_else(|| {
            Failure::new("epsilon-range", "epsilon must be above 0 and at most 20")
        })?;
    }
    let audited = match arguments.audit {
        true => audit_cast(
            &signed.round,
            &own,
            &row_labels,
            &options,
            arguments.epsilon,
            &mut go_on,
        )
        .map_err(CastError::from)?,
        false => None,
    };
    let label = PrivacyLabel::of(&ballot);

    let mut rng = files::rng();
    let unsealed = Unsealed::new(
        &ballot,
        identity.name(),
        key.public(),
        &signed.encryption,
        now,
    )?;
    let signature = key.sign(unsealed.signing_input(), &mut rng)?;
    let sealed = unsealed.seal(&signature, &mut rng)?;
    let receipt_path = receipt_path(&arguments.out);
    files::write(&arguments.out, &sealed.file)?;
    files::write(&receipt_path, &sealed.receipt.to_bytes())?;

    if arguments.json {
        files::print_json(&json!({
            "ballot": arguments.out.to_string_lossy(),
            "receipt": receipt_path.to_string_lossy(),
            "fingerprint": sealed.receipt.ballot,
            "payload": sealed.receipt.payload,
            "n_batteries": ballot.rows.len(),
            "n_own_rows": own.len(),
            "skipped": skipped,
            "coverage": ballot.coverage,
            "n_bytes": sealed.file.len(),
            "seed": arguments.seed,
            "quality": quality,
            "privacy": label,
            "audit": audited,
            "concerns": concerns,
        }));
    } else {
        show(&signed, &ballot, &quality);
        println!(
            "discloses  {} labels, at most {:.0} bits in all",
            label.labels_released, label.total_bits
        );
        if let (Some(each), Some(all)) = (label.epsilon, label.epsilon_total) {
            println!("epsilon    {each} per battery, {all:.1} in all");
        }
        if let Some(audit) = &audited {
            println!(
                "membership {:.2} area under the curve (0.5 is a guess)",
                audit.combined
            );
        }
        println!("sealed in  {}", arguments.out.display());
        println!("receipt    {}", receipt_path.display());
    }
    Ok(())
}

/// `a.ballot.json` has its receipt in `a.receipt.json`.
fn receipt_path(ballot: &Path) -> PathBuf {
    let name = ballot.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let stem = stem.strip_suffix(".ballot").unwrap_or(stem);
    ballot.with_file_name(format!("{stem}.receipt.json"))
}

fn show(signed: &SignedRound, ballot: &voltvote::ballot::Ballot, quality: &Quality) {
    let round = &signed.round;
    let percent = |error: Option<f64>| match error {
        Some(error) => format!("{:.1} %", 100.0 * error),
        None => "not known".into(),
    };
    println!("round      {}", round.name);
    println!("recycler   {}", round.recycler.name);
    println!("words      {}", words(signed.signing.kid()));
    println!("voted on   {} batteries", ballot.rows.len());
    for held in &ballot.coverage {
        let name = round.catalogue.classes.get(usize::from(held.class));
        println!(
            "holds      {} batteries of {}",
            held.batteries,
            name.map_or("?", |class| class.name.as_str())
        );
    }
    println!(
        "error      {} on own batteries held out",
        percent(quality.held_out_error)
    );
    println!(
        "           {} out of bag",
        percent(quality.out_of_bag_error)
    );
}
