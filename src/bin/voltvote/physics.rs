//! `voltvote physics PATH...`: families from a voter that never saw a measured battery; also the
//! second opinion of `voltvote tally --physics`.

use crate::failure::Failure;
use crate::features::files_in;
use crate::files;
use crate::inspect::import;
use serde_json::{json, Value};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use voltvote::ballot::Ballot;
use voltvote::error::Coded;
use voltvote::import::{group, Manifest, Options};
use voltvote::round::SignedRound;
use voltvote::simulate::physics::{
    ballot, signature_of, Answer, PhysicsVoter, TrainingOptions, NAME,
};
use voltvote::standardize::Params;
use voltvote::tally::Signed;

/// Arguments of `physics`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Cycler files, or folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Simulated cells per cathode to train on.
    #[arg(long, default_value_t = TrainingOptions::default().cells_per_cathode)]
    cells: u32,
    /// Trees.
    #[arg(long, default_value_t = TrainingOptions::default().n_trees)]
    trees: u32,
    /// Seed of the simulated cells and the forest.
    #[arg(long, default_value_t = TrainingOptions::default().seed)]
    seed: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Prints one line per battery.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let options = TrainingOptions {
        cells_per_cathode: arguments.cells,
        n_trees: arguments.trees,
        seed: arguments.seed,
    };
    let answers = answers(&arguments.paths, &Params::default(), &options)?;
    if arguments.json {
        println!(
            "{}",
            json!({"voter": NAME, "batteries": answers.iter().map(answer_json).collect::<Vec<_>>()})
        );
    } else {
        println!("{NAME}: families, trained on simulated cells only");
        println!("nickel-rich: NMC 811 and NCA cannot be told apart from one cycle");
        for (id, answer) in &answers {
            let ((family, p_family), (cathode, p_cathode)) = (answer.family(), answer.cathode());
            println!(
                "{id:<24} {:<12} {p_family:.2}   perhaps {} {p_cathode:.2}",
                name_of(&family),
                name_of(&cathode)
            );
        }
    }
    Ok(())
}

/// Serialised name of a family or cathode.
fn name_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

fn answer_json((id, answer): &(String, Answer)) -> Value {
    let ((family, p_family), (cathode, p_cathode)) = (answer.family(), answer.cathode());
    json!({"battery": id, "family": family, "family_probability": p_family,
        "cathode": cathode, "cathode_probability": p_cathode})
}

/// Answers for every battery that can be read; the others are named on stderr.
fn answers(
    paths: &[PathBuf],
    params: &Params,
    options: &TrainingOptions,
) -> Result<Vec<(String, Answer)>, Failure> {
    let mut imported = Vec::new();
    for path in files_in(paths)? {
        match import(&path, Options::default()) {
            Ok(file) => imported.push(file),
            Err(unread) => eprintln!("warning[{}]: {}: {}", unread.code(), path.display(), unread),
        }
    }
    let (mut ids, mut signatures) = (Vec::new(), Vec::new());
    // Names as everywhere: by the manifest in the folder, where there is one.
    let beside = paths.iter().map(|path| path.join("manifest.csv"));
    let manifest = match beside.into_iter().find(|path| path.is_file()) {
        Some(path) => Some(Manifest::parse(&files::read(&path)?)?),
        None => None,
    };
    for cell in group(imported, manifest.as_ref()) {
        match cell.wanted {
            Ok(cycle) => match signature_of(&cycle, params) {
                Some(signature) => {
                    ids.push(cell.cell_id);
                    signatures.push(signature);
                }
                None => eprintln!(
                    "warning[no-signature]: {}: no open-circuit curve",
                    cell.cell_id
                ),
            },
            Err(error) => eprintln!("warning[{}]: {}: {error}", error.code(), cell.cell_id),
        }
    }
    if ids.is_empty() {
        return Err(Failure::new(
            "no-signature",
            "no file gave an open-circuit curve",
        ));
    }
    let voter = PhysicsVoter::train(options, &mut |_| ControlFlow::Continue(()))?;
    Ok(ids.into_iter().zip(voter.answer(&signatures)?).collect())
}

/// The voter's answers to a round, in the form of a ballot that the recycler casts itself.
pub struct SecondOpinion {
    ballot: Ballot,
    answers: Vec<(String, Answer)>,
}

impl SecondOpinion {
    /// As the tally takes it.
    pub fn signed(&self) -> Signed<'_> {
        Signed {
            name: NAME,
            kid: "",
            ballot: &self.ballot,
        }
    }

    /// Family and cathode per battery.
    pub fn to_json(&self) -> Value {
        json!({"voter": NAME, "batteries": self.answers.iter().map(answer_json).collect::<Vec<_>>()})
    }
}

/// Asks the voter about the batteries of a round whose files lie in `path`. It abstains on the
/// others; it claims neither familiarity nor evidence, so that it decides only where nobody else
/// has any.
pub fn second_opinion(path: &Path, signed: &SignedRound) -> Result<SecondOpinion, Failure> {
    let round = &signed.round;
    let params = &round.protocol;
    let answers = answers(&[path.to_path_buf()], params, &TrainingOptions::default())?;
    let of = |battery: &String| {
        let found = answers.iter().find(|(id, _)| id == battery);
        found.map(|(_, answer)| answer.clone())
    };
    let by_battery: Vec<Option<Answer>> = round.query.batteries.iter().map(of).collect();
    if by_battery.iter().all(Option::is_none) {
        return Err(Failure::new(
            "physics-other-batteries",
            "none of the files is of a battery of the round: names come from the files and from a manifest.csv beside them",
        ));
    }
    Ok(SecondOpinion {
        ballot: ballot(&signed.id, &round.catalogue, &by_battery),
        answers,
    })
}
