//! `voltvote round new|show|board`

use crate::failure::Failure;
use crate::files::{self, Passphrase};
use crate::publish::publish;
use crate::{labels, own_data};
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use voltvote::import::Manifest;
use voltvote::round::{
    admit, check_quorum, Catalogue, Member, Query, Round, SignedRound, FORMAT, MIN_QUORUM,
};
use voltvote::seal::{words, PublicKey, Purpose};
use voltvote::standardize;

/// Arguments of `round`.
#[derive(clap::Subcommand)]
pub enum Arguments {
    /// Make and sign a round.
    New(Box<New>),
    /// Publish which ballots count, which do not and why: a signed, hash-chained board.
    Board(Publish),
    /// Show what a round asks, and whose it is.
    Show {
        /// Round file.
        file: PathBuf,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `round new`.
#[derive(clap::Args)]
pub struct New {
    /// Name for people.
    #[arg(long)]
    name: String,
    /// Batteries to sort: a features.csv, or a folder of cycler files (a manifest.csv in it gives
    /// names and nominal capacities).
    #[arg(long)]
    query: PathBuf,
    /// Names and nominal capacities of the cells in a folder of cycler files; its labels are not
    /// used. Default: the folder's own manifest.csv.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Class names, separated by commas.
    #[arg(long, value_delimiter = ',', required = true)]
    classes: Vec<String>,
    /// Round file to write.
    #[arg(long)]
    out: PathBuf,
    /// The recycler's identity file.
    #[arg(long)]
    key: PathBuf,
    /// Batteries of the query whose class is known (cell_id,class): kept in a private file beside
    /// the round, never in it.
    #[arg(long)]
    controls: Option<PathBuf>,
    /// Collaborators that may vote: JSON list of `identity show --json` outputs.
    #[arg(long)]
    roster: Option<PathBuf>,
    /// Last second for signing ballots, Unix time.
    #[arg(long)]
    deadline: Option<u64>,
    /// Trees per collaborator.
    #[arg(long, default_value_t = 10)]
    trees: u16,
    /// Ballots needed before any tally.
    #[arg(long, default_value_t = MIN_QUORUM)]
    quorum: u16,
    /// Ask for state-of-health estimates as well.
    #[arg(long)]
    ask_soh: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Arguments of `round board`.
#[derive(clap::Args)]
pub struct Publish {
    /// Round file.
    #[arg(long)]
    round: PathBuf,
    /// The recycler's identity file.
    #[arg(long)]
    key: PathBuf,
    /// Ballot files.
    ballots: Vec<PathBuf>,
    /// Board file to write; if it exists, it is extended.
    #[arg(long)]
    out: PathBuf,
    /// A result made from these ballots, to be published by its fingerprint.
    #[arg(long, requires = "rule")]
    result: Option<PathBuf>,
    /// The rule that made the result.
    #[arg(long)]
    rule: Option<String>,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Runs `round`.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments {
        Arguments::New(new) => make(new),
        Arguments::Board(publish) => board(publish),
        Arguments::Show { file, json } => show(&SignedRound::read(&files::read(file)?)?, *json),
    }
}

fn make(new: &New) -> Result<(), Failure> {
    let protocol = standardize::Params::default();
    let manifest = match &new.manifest {
        Some(path) => Some(Manifest::parse(&files::read(path)?)?),
        None => None,
    };
    let table = own_data::load(&new.query, manifest.as_ref(), &protocol)?;
    let identity = new.passphrase.unlock(&new.key)?;
    let round = Round {
        format: FORMAT.into(),
        name: new.name.clone(),
        software: concat!("voltvote ", env!("CARGO_PKG_VERSION")).into(),
        created: files::now(),
        deadline: new.deadline,
        protocol,
        n_trees: new.trees,
        catalogue: Catalogue::from_names(&new.classes),
        query: Query::from_table(&table),
        asks_soh: new.ask_soh,
        quorum: new.quorum,
        recycler: identity.public().clone(),
        roster: match &new.roster {
            Some(path) => roster(path)?,
            None => Vec::new(),
        },
    };
    let to_sign = round.to_sign()?;
    let controls = match &new.controls {
        Some(path) => Some(controls(path, &round)?),
        None => None,
    };
    let signature = identity
        .signing_key()?
        .sign(to_sign.signing_input(), &mut files::rng())?;
    let file = to_sign.signed(&signature)?;
    files::write(&new.out, &file)?;
    let signed = SignedRound::read(&file)?;
    if let Some(known) = controls {
        let side = json!({"format": "voltvote-controls/1", "round": signed.id, "classes": known});
        files::write_private(&controls_path(&new.out), side.to_string().as_bytes())?;
    }
    show(&signed, new.json)
}

fn board(arguments: &Publish) -> Result<(), Failure> {
    let signed = SignedRound::read(&files::read(&arguments.round)?)?;
    let identity = arguments.passphrase.unlock(&arguments.key)?;
    let mut ballots = Vec::with_capacity(arguments.ballots.len());
    for path in &arguments.ballots {
        ballots.push((path.display().to_string(), files::read(path)?));
    }
    let key = identity.encryption_key()?;
    let named = ballots.iter().map(|(name, bytes)| (&**name, &**bytes));
    let admissions = admit(&signed, named, &mut files::content_key(&key));
    let result = match (&arguments.result, &arguments.rule) {
        (Some(path), Some(rule)) => {
            check_quorum(&signed, &admissions)?;
            Some((rule.as_str(), files::read(path)?))
        }
        _ => None,
    };
    let result = result.as_ref().map(|(rule, bytes)| (*rule, &**bytes));
    let board = publish(&arguments.out, &signed, &identity, &admissions, result)?;
    println!(
        "{} ballots counted, {} entries",
        board.accepted().len(),
        board.entries.len()
    );
    Ok(())
}

/// `a.round.json` keeps its controls in `a.controls.json`.
fn controls_path(round: &Path) -> PathBuf {
    let name = round.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let stem = stem.strip_suffix(".round").unwrap_or(stem);
    round.with_file_name(format!("{stem}.controls.json"))
}

/// Classes of the query's batteries by a manifest; it must name one at least.
fn controls(path: &Path, round: &Round) -> Result<Value, Failure> {
    let batteries = &round.query.batteries;
    let manifest = Manifest::parse(&files::read(path)?)?;
    let classes = labels::classes_of(batteries, &manifest, &round.catalogue);
    let named = (batteries.iter().zip(classes))
        .filter_map(|(battery, class)| Some((battery.clone(), class?.into())));
    let known: serde_json::Map<String, Value> = named.collect();
    if known.is_empty() {
        return Err(Failure::new(
            "controls-invalid",
            format!(
                "{}: names no battery of the query with a class of the round",
                path.display()
            ),
        ));
    }
    if known.len() < manifest.rows.len() {
        eprintln!(
            "warning[controls-left-out]: {} of {} controls are not in the query or of no class of the round",
            manifest.rows.len() - known.len(),
            manifest.rows.len()
        );
    }
    Ok(Value::Object(known))
}

/// Reads a roster: a list of objects with `name` and `kid` or a `signing` JWK, possibly under
/// `members` or `keys`.
fn roster(path: &Path) -> Result<Vec<Member>, Failure> {
    let wrong = |at: usize| {
        Failure::new(
            "roster-invalid",
            format!("{}: entry {at} names no key", path.display()),
        )
    };
    let value: Value = serde_json::from_slice(&files::read(path)?).map_err(|_| wrong(0))?;
    let list = [Some(&value), value.get("members"), value.get("keys")]
        .into_iter()
        .flatten()
        .find_map(Value::as_array)
        .ok_or_else(|| wrong(0))?;
    let mut members = Vec::with_capacity(list.len());
    for (i, entry) in list.iter().enumerate() {
        let jwk = entry.get("signing").unwrap_or(entry);
        let kid = if jwk.get("kty").is_some() {
            let mut bare = jwk.clone();
            if let Some(map) = bare.as_object_mut() {
                map.remove("name");
            }
            PublicKey::from_jwk(&bare, Purpose::Signing)?
                .kid()
                .to_owned()
        } else {
            let kid = entry.get("kid").and_then(Value::as_str);
            kid.ok_or_else(|| wrong(i + 1))?.to_owned()
        };
        let name = entry.get("name").and_then(Value::as_str).unwrap_or(&kid);
        members.push(Member {
            name: name.to_owned(),
            kid,
        });
    }
    Ok(members)
}

fn show(signed: &SignedRound, as_json: bool) -> Result<(), Failure> {
    let round = &signed.round;
    let classes: Vec<&str> = round.catalogue.classes.iter().map(|c| &*c.name).collect();
    let fingerprint = words(signed.signing.kid());
    if as_json {
        files::print_json(&json!({
            "round": signed.id,
            "name": round.name,
            "recycler": {"name": round.recycler.name, "kid": signed.signing.kid(), "words": fingerprint},
            "classes": classes,
            "n_batteries": round.query.batteries.len(),
            "schema": round.query.schema,
            "n_trees": round.n_trees,
            "quorum": round.quorum,
            "deadline": round.deadline,
            "asks_soh": round.asks_soh,
            "roster": round.roster,
        }));
        return Ok(());
    }
    println!("round      {}", round.name);
    println!("id         {}", signed.id);
    println!("recycler   {}", round.recycler.name);
    println!("words      {fingerprint}");
    println!("classes    {}", classes.join(", "));
    println!(
        "batteries  {} ({})",
        round.query.batteries.len(),
        round.query.schema
    );
    println!("quorum     {} ballots", round.quorum);
    match round.roster.len() {
        0 => println!("roster     open"),
        n => println!("roster     {n} collaborators"),
    }
    if let Some(deadline) = round.deadline {
        println!("deadline   {deadline} (Unix time)");
    }
    Ok(())
}
