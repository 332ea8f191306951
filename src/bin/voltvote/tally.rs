//! `voltvote tally`: sealed ballots to a decision per battery.

use crate::failure::Failure;
use crate::files::{self, Passphrase};
use crate::labels;
use crate::physics;
use crate::publish::publish;
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::import::Manifest;
use voltvote::round::{admit, check_quorum, Admission, SignedRound, Status};
use voltvote::tally::{
    compare, judge, leave_one_out, push_field, tally, to_csv, Comparison, Control, Judgement,
    Options, Rule, Signed, Tally, RULES,
};

/// Arguments of `tally`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Round file.
    #[arg(long)]
    round: PathBuf,
    /// The recycler's identity file.
    #[arg(long)]
    key: PathBuf,
    /// Sealed ballots.
    #[arg(required = true)]
    ballots: Vec<PathBuf>,
    /// Rule: evidence, wdv-local, coverage, abstain, dawid-skene, gold, wdv, mv-n, mv or il.
    #[arg(long, default_value = "evidence")]
    rule: String,
    /// `wdv`: beta = lambda ln alpha; positive lets distant collaborators count more, as published.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    beta: f64,
    /// `wdv`: order of the Wasserstein distance, 1 or 2.
    #[arg(long, default_value_t = 1)]
    q: u8,
    /// Most that a collaborator may weigh, in medians of the weights.
    #[arg(long, default_value_t = 3.0)]
    cap: f64,
    /// Least lead of an answer; below it a battery is undecided.
    #[arg(long)]
    margin: Option<f64>,
    /// Batteries whose class is known (cell_id and class); default: the file that `round new
    /// --controls` left beside the round.
    #[arg(long)]
    controls: Option<PathBuf>,
    /// Decision table to write.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Table of probabilities without each collaborator in turn, for `value lot --without`.
    #[arg(long, value_name = "FILE")]
    without: Option<PathBuf>,
    /// Board to publish: which ballots count, which do not and why, and the fingerprint of the
    /// decision table; an existing one is extended.
    #[arg(long)]
    board: Option<PathBuf>,
    /// True classes, to measure the accuracy: manifest.csv.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Experimental: the recycler's own field-test files or folder. A voter trained on simulated
    /// cells only looks at them and joins the tally.
    #[arg(long, value_name = "PATH")]
    physics: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Opens, checks, tallies, writes.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let rule = Rule::named(&arguments.rule).ok_or_else(|| {
        let names: Vec<&str> = RULES.iter().map(|entry| entry.name).collect();
        Failure::new(
            "rule-unknown",
            format!("the rules are {}", names.join(", ")),
        )
    })?;
    let signed = SignedRound::read(&files::read(&arguments.round)?)?;
    let identity = arguments.passphrase.unlock(&arguments.key)?;
    let key = identity.encryption_key()?;
    signed.check_recycler(identity.signing_key()?.public().kid())?;
    let mut ballots = Vec::new();
    let mut unreadable = Vec::new();
    for path in &arguments.ballots {
        match files::read(path) {
            Ok(bytes) => ballots.push((path.to_string_lossy().into_owned(), bytes)),
            Err(failure) => unreadable.push((path.to_string_lossy().into_owned(), failure)),
        }
    }
    let named = ballots
        .iter()
        .map(|(file, bytes)| (file.as_str(), bytes.as_slice()));
    let admissions = admit(&signed, named, &mut files::content_key(&key));
    let mut rejected: Vec<Value> = admissions.iter().filter_map(refusal).collect();
    rejected.extend(unreadable.iter().map(|(file, failure)| {
        json!({"file": file, "code": "file-unreadable", "message": failure.words()})
    }));
    for line in &rejected {
        eprintln!("warning[{}]: {}", text(line, "code"), text(line, "message"));
    }
    check_quorum(&signed, &admissions)?;

    let physics = match &arguments.physics {
        Some(path) => Some(physics::second_opinion(path, &signed)?),
        None => None,
    };
    let mut counted: Vec<Signed<'_>> = admissions
        .iter()
        .filter_map(|admission| {
            let opened = admission.counted()?;
            Some(Signed {
                name: admission.name.as_deref().unwrap_or(&opened.name),
                kid: opened.signer.kid(),
                ballot: &opened.ballot,
            })
        })
        .collect();
    counted.extend(physics.as_ref().map(physics::SecondOpinion::signed));
    if arguments
        .margin
        .is_some_and(|margin| !(0.0..=1.0).contains(&margin))
    {
        return Err(Failure::new(
            "margin-range",
            "--margin is a share between 0 and 1",
        ));
    }
    let options = Options {
        rule,
        beta: arguments.beta,
        q: arguments.q,
        weight_cap: arguments.cap,
        min_margin: arguments.margin.unwrap_or(Options::default().min_margin),
        controls: controls(arguments, &signed)?,
        ..Options::for_schema(&signed.round.query.schema)
    };
    let round = &signed.round;
    let (catalogue, batteries) = (&round.catalogue, &round.query.batteries);
    let result = tally(catalogue, batteries.len(), &counted, &options)?;
    let comparison = compare(catalogue, batteries.len(), &counted, &options)?;
    let truth = match &arguments.truth {
        Some(path) => {
            let manifest = Manifest::parse(&files::read(path)?)?;
            Some(labels::classes_of(batteries, &manifest, catalogue))
        }
        None => None,
    };
    let judged = truth
        .as_ref()
        .and_then(|truth| judge(&result, truth, catalogue.len()));
    if truth.is_some() && judged.is_none() {
        eprintln!("warning[truth-empty]: the truth names no battery of the round");
    }
    let table = to_csv(&result, catalogue, batteries);
    // The board first: a result that it does not carry must not lie about.
    if let Some(path) = &arguments.board {
        let made = Some((&*arguments.rule, table.as_bytes()));
        publish(path, &signed, &identity, &admissions, made)?;
    }
    if let Some(path) = &arguments.out {
        files::write(path, table.as_bytes())?;
    }
    if let Some(path) = &arguments.without {
        let without = leave_one_out(catalogue, batteries.len(), &counted, &options)?;
        let mut csv = String::from("without,battery");
        for class in &catalogue.classes {
            csv.push_str(&format!(",{}", quoted(&format!("p:{}", class.name))));
        }
        csv.push('\n');
        for (voter, rows) in result.voters.iter().zip(without) {
            for (battery, probabilities) in batteries.iter().zip(rows) {
                csv.push_str(&format!("{},{}", quoted(&voter.name), quoted(battery)));
                for p in probabilities {
                    csv.push_str(&format!(",{p:.6}"));
                }
                csv.push('\n');
            }
        }
        files::write(path, csv.as_bytes())?;
    }
    let outcome = Outcome {
        signed: &signed,
        result: &result,
        comparison: &comparison,
        judged: judged.as_ref(),
        truth: truth.as_deref(),
        physics: physics.as_ref(),
        rejected,
    };
    if arguments.json {
        files::print_json(&outcome.to_json());
    } else {
        outcome.show();
    }
    Ok(())
}

/// A line about a ballot that does not count.
fn refusal(admission: &Admission) -> Option<Value> {
    let (code, message) = match &admission.status {
        Status::Accepted => return None,
        Status::Superseded { .. } => (
            "ballot-superseded",
            "a later ballot of its key counts".into(),
        ),
        Status::Rejected(refusal) => (refusal.code(), refusal.to_string()),
    };
    Some(json!({
        "file": admission.file,
        "fingerprint": admission.fingerprint,
        "name": admission.name,
        "code": code,
        "message": format!("{}: {message}", admission.file),
    }))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Control batteries from the file given, or from the one beside the round.
fn controls(arguments: &Arguments, signed: &SignedRound) -> Result<Vec<Control>, Failure> {
    let batteries = &signed.round.query.batteries;
    let beside = beside(&arguments.round);
    let path = match &arguments.controls {
        Some(path) => path,
        None if beside.is_file() => &beside,
        None => return Ok(Vec::new()),
    };
    let bytes = files::read(path)?;
    if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
        if text(&value, "round") != signed.id {
            return match arguments.controls {
                // Another round's controls lie beside: not ours to use.
                None => Ok(Vec::new()),
                Some(_) => Err(Failure::new(
                    "controls-invalid",
                    "the controls are of another round",
                )),
            };
        }
        let known = value.get("classes").and_then(Value::as_object);
        let control = |(id, class): (&String, &Value)| {
            Some(Control {
                battery: batteries.iter().position(|battery| battery == id)?,
                class: class.as_u64()? as usize,
            })
        };
        return Ok(known.into_iter().flatten().filter_map(control).collect());
    }
    let classes = labels::classes_of(
        batteries,
        &Manifest::parse(&bytes)?,
        &signed.round.catalogue,
    );
    let known = classes.into_iter().enumerate();
    let found: Vec<Control> = known
        .filter_map(|(battery, class)| class.map(|class| Control { battery, class }))
        .collect();
    if found.is_empty() {
        eprintln!("warning[controls-empty]: the controls name no battery and class of the round");
    }
    Ok(found)
}

/// `a.round.json` keeps its controls in `a.controls.json`.
fn beside(round: &Path) -> PathBuf {
    let name = round.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let stem = stem.strip_suffix(".round").unwrap_or(stem);
    round.with_file_name(format!("{stem}.controls.json"))
}

/// Said wherever nickel-rich is the finest answer.
const NICKEL_RICH: &str = "nickel-rich: NMC 811 and NCA cannot be told apart from one cycle";

/// Everything there is to say.
struct Outcome<'a> {
    signed: &'a SignedRound,
    result: &'a Tally,
    comparison: &'a Comparison,
    judged: Option<&'a Judgement>,
    truth: Option<&'a [Option<usize>]>,
    physics: Option<&'a physics::SecondOpinion>,
    rejected: Vec<Value>,
}

impl Outcome<'_> {
    fn class(&self, index: usize) -> &str {
        let class = self.signed.round.catalogue.classes.get(index);
        class.map_or("", |class| class.name.as_str())
    }

    fn to_json(&self) -> Value {
        let names = |voters: &[usize]| -> Vec<&str> {
            voters
                .iter()
                .filter_map(|&voter| self.result.voters.get(voter))
                .map(|voter| voter.name.as_str())
                .collect()
        };
        let decisions: Vec<Value> = self
            .result
            .decisions
            .iter()
            .map(|d| {
                let battery = self.signed.round.query.batteries.get(d.battery);
                json!({
                    "battery": battery,
                    "class": self.class(d.class),
                    "confidence": rounded(d.confidence),
                    "margin": rounded(d.margin),
                    "status": d.status,
                    "level": d.level,
                    "answer": d.answer,
                    "answer_confidence": rounded(d.answer_confidence),
                    "probabilities": d.probabilities.iter().map(|p| rounded(*p)).collect::<Vec<_>>(),
                    "decisive": names(&d.decisive),
                    "control": d.is_control,
                })
            })
            .collect();
        let classes = |indices: &[usize]| -> Vec<&str> {
            indices.iter().map(|&index| self.class(index)).collect()
        };
        let voters: Vec<Value> = self
            .result
            .voters
            .iter()
            .map(|v| {
                json!({
                    "name": v.name,
                    "kid": v.kid,
                    "classes": classes(&v.held),
                    "batteries": v.n_batteries,
                    "distance": v.distance,
                    "set_aside": classes(&v.set_aside),
                    "copy_of": v.copy_of.map(|of| names(&[of])),
                    "agreement": v.agreement.map(rounded),
                    "control_accuracy": v.control_accuracy.map(rounded),
                    "n_decisive": v.n_decisive,
                })
            })
            .collect();
        let mut out = json!({
            "rule": self.result.rule,
            "n_ballots": self.result.voters.len() - usize::from(self.physics.is_some()),
            "rejected": self.rejected,
            "round": self.signed.id,
            "classes": self.signed.round.catalogue.classes.iter().map(|c| &c.name).collect::<Vec<_>>(),
            "uncovered": classes(&self.result.uncovered),
            "decisions": decisions,
            "voters": voters,
            "rules": {
                "names": self.comparison.rules,
                "agreement": self.comparison.agreement,
                "accuracy": self.rule_accuracies(),
            },
        });
        if let Some(physics) = self.physics {
            out["physics"] = physics.to_json();
        }
        if let Some(judged) = self.judged {
            out["accuracy"] = judged.accuracy.into();
            out["f1"] = judged.f1.into();
            out["n_judged"] = judged.n.into();
            out["accuracy_decided"] = judged.accuracy_decided.into();
            out["n_decided"] = judged.n_decided.into();
            out["calibration_error"] = judged.calibration_error.into();
            out["confusion"] = judged.confusion.clone().into();
        }
        out
    }

    /// Accuracy of every rule, where the truth is known.
    fn rule_accuracies(&self) -> Option<Vec<f64>> {
        let truth = self.truth?;
        let share = |classes: &Vec<usize>| {
            let judged = classes.iter().zip(truth).zip(&self.result.decisions);
            let judged = judged.filter(|((_, truth), d)| truth.is_some() && !d.is_control);
            let (mut right, mut n) = (0_u32, 0_u32);
            for ((class, truth), _) in judged {
                n += 1;
                right += u32::from(Some(*class) == *truth);
            }
            f64::from(right) / f64::from(n.max(1))
        };
        Some(self.comparison.classes.iter().map(share).collect())
    }

    fn show(&self) {
        println!(
            "rule {}, {} ballots",
            self.result.rule,
            self.result.voters.len()
        );
        for voter in &self.result.voters {
            let held: Vec<&str> = voter.held.iter().map(|&class| self.class(class)).collect();
            let mut line = format!("  {:<20} {}", voter.name, held.join(", "));
            if !voter.set_aside.is_empty() {
                let silenced: Vec<&str> = voter
                    .set_aside
                    .iter()
                    .map(|&class| self.class(class))
                    .collect();
                line += &format!("; set aside: {}", silenced.join(", "));
            }
            if let Some(of) = voter.copy_of.and_then(|of| self.result.voters.get(of)) {
                line += &format!("; a copy of {}, not counted", of.name);
            }
            println!("{line}");
        }
        for decision in &self.result.decisions {
            let battery = self.signed.round.query.batteries.get(decision.battery);
            println!(
                "  {:<24} {:<16} {:>5.1} %  {:<10} {}",
                battery.map_or("", String::as_str),
                self.class(decision.class),
                100.0 * decision.confidence,
                decision.status.name(),
                if decision.answer == self.class(decision.class) {
                    ""
                } else {
                    &decision.answer
                },
            );
        }
        if (self.result.decisions.iter()).any(|decision| decision.answer == "nickel-rich") {
            println!("{NICKEL_RICH}");
        }
        if let Some(judged) = self.judged {
            println!(
                "accuracy {:.4}, F1 {:.4} on {} batteries",
                judged.accuracy, judged.f1, judged.n
            );
        }
    }
}

/// A field of a CSV file, as in the result.
fn quoted(field: &str) -> String {
    let mut out = String::new();
    push_field(&mut out, field);
    out
}

/// Four decimals, as in the table.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
