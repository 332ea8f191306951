//! The tally: seat the ballots, set doubtful claims aside, score, decide.

use super::decide::{argmax, decide, Names, Thresholds};
use super::evidence::Standing;
use super::panel::{Misfit, Panel, Signed};
use super::scorer::Scorer;
use super::weights::Weights;
use super::{trust, Control, Decision, Rule, RULES};
use crate::ballot::FAMILIAR_FROM;
use crate::error::Coded;
use crate::health::{aggregate, Voice};
use crate::round::Catalogue;
use serde::Serialize;
use std::fmt;

/// How a tally is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The rule.
    pub rule: Rule,
    /// `wdv`: beta = lambda ln alpha. Positive as in the paper's prose, negative the reverse.
    pub beta: f64,
    /// `wdv`: order of the Wasserstein distance, 1 or 2.
    pub q: u8,
    /// No collaborator weighs more than this many times the median.
    pub weight_cap: f64,
    /// Least probability of an answer.
    pub min_confidence: f64,
    /// Least lead of an answer; below it a battery is undecided.
    pub min_margin: f64,
    /// A battery whose best class has a score of evidence below this (levels, 0..16.5), or below a
    /// lower limit that follows the query, is unknown to everybody; see [`Options::for_schema`].
    pub unknown_below: f64,
    /// The same where few batteries are behind the best class.
    pub unknown_below_of_few: f64,
    /// `evidence`: nats that one level is worth; calibrates the confidence. The default was chosen
    /// on one half of PulseBat (expected calibration error 0.01 there).
    pub nats_per_level: f64,
    /// Batteries whose class is known to the recycler.
    pub controls: Vec<Control>,
    /// Whether the rules that allow it set doubtful claims aside.
    pub is_guarded: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rule: Rule::Evidence,
            beta: 1.0,
            q: 1,
            weight_cap: 3.0,
            min_confidence: 0.6,
            min_margin: 0.1,
            unknown_below: 11.9,
            unknown_below_of_few: 11.9,
            nats_per_level: 1.0,
            controls: Vec::new(),
            is_guarded: true,
        }
    }
}

/// Scores of evidence below which a battery is unknown to everybody, by schema of the query, and
/// the same from fewer than [`FEW_BATTERIES`]; the last row is for any other schema. A battery of
/// cycles is one row, and from a few rows in thirty columns the next of its class fits badly; a
/// battery of pulses is many.
///
/// Chosen about midway between 90 % of the unknown and 5 % of the known batteries on the first half
/// of PulseBat (93 to 95 % of a class that nobody holds are below it, and 2.7 to 4.1 % of the
/// others) and on three simulated fleets, seeds 1-3 (99.5 % and 1.9 %; from few batteries 93 % and
/// 4 %). From few batteries even a low level is rare unless the battery is known.
const UNKNOWN_BELOW: [(&str, f64, f64); 3] = [
    ("pulse-21/1", 11.9, 11.9),
    ("cycle-30/1", 9.5, 1.1),
    ("", 9.5, 1.1),
];

/// Fewer batteries of a class than this are few: of four, the 5 % quantile of the scores of known
/// batteries is 2.4, of five 6.3.
const FEW_BATTERIES: u32 = 5;

impl Options {
    /// The defaults for a query of this schema.
    pub fn for_schema(schema: &str) -> Self {
        let row = UNKNOWN_BELOW
            .iter()
            .find(|(known, ..)| *known == schema || known.is_empty());
        let (limit, of_few) = row.map_or((0.0, 0.0), |(_, limit, of_few)| (*limit, *of_few));
        Self {
            unknown_below: limit,
            unknown_below_of_few: of_few,
            ..Self::default()
        }
    }
}

/// Why nothing can be tallied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TallyError {
    /// The catalogue is empty.
    NoClasses,
    /// The query is empty.
    NoBatteries,
    /// No ballot fits the round.
    NoBallots,
    /// A control names a battery or class that is not in the round.
    Control {
        /// Position in the list of controls, from 1.
        row: usize,
    },
    /// A number of the options is out of range.
    Option {
        /// Its name.
        name: &'static str,
    },
}

impl Coded for TallyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoClasses => "tally-no-classes",
            Self::NoBatteries => "tally-no-batteries",
            Self::NoBallots => "tally-no-ballots",
            Self::Control { .. } => "tally-control",
            Self::Option { .. } => "tally-option",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Control { row } => vec![("row", row.to_string())],
            Self::Option { name } => vec![("name", (*name).into())],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for TallyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClasses => f.write_str("the round's catalogue is empty"),
            Self::NoBatteries => f.write_str("the round asks about no battery"),
            Self::NoBallots => f.write_str("no ballot fits the round"),
            Self::Control { row } => {
                write!(
                    f,
                    "control {row} names a battery or class that is not in the round"
                )
            }
            Self::Option { name } => write!(f, "{name} is out of range"),
        }
    }
}

impl std::error::Error for TallyError {}

/// What became of one collaborator's ballot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VoterReport {
    /// Display name.
    pub name: String,
    /// Key thumbprint.
    pub kid: String,
    /// Held classes, catalogue indices.
    pub held: Vec<usize>,
    /// Labelled batteries behind the ballot.
    pub n_batteries: u64,
    /// M_k for q = 1, 2, on the query's scale.
    pub distance: [f64; 2],
    /// Held classes whose claims were set aside.
    pub set_aside: Vec<usize>,
    /// Index of the voter whose answers it repeats; copies do not count.
    pub copy_of: Option<usize>,
    /// Share of the batteries it answers, among those decided for a class it holds, on which its
    /// first answer is the decision.
    pub agreement: Option<f64>,
    /// The same share on the control batteries, all of them.
    pub control_accuracy: Option<f64>,
    /// Batteries that it alone decides.
    pub n_decisive: usize,
}

/// The result of one rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tally {
    /// Name of the rule.
    pub rule: &'static str,
    /// One decision per battery of the query, in its order.
    pub decisions: Vec<Decision>,
    /// One report per seated ballot.
    pub voters: Vec<VoterReport>,
    /// Ballots that do not fit the round: index into the ballots given, and code.
    pub misfits: Vec<(usize, &'static str)>,
    /// Catalogue indices of classes that no collaborator holds.
    pub uncovered: Vec<usize>,
}

/// All rules on the same ballots.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Names of the rules.
    pub rules: Vec<&'static str>,
    /// Class per rule and battery.
    pub classes: Vec<Vec<usize>>,
    /// Share of batteries on which two rules give the same class, shape (rules, rules).
    pub agreement: Vec<Vec<f64>>,
}

/// Tallies ballots on a query of `n_batteries` batteries.
///
/// # Errors
/// [`TallyError`]; ballots that do not fit are listed in the result instead.
pub fn tally(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
) -> Result<Tally, TallyError> {
    let (panel, misfits) = prepare(catalogue, n_batteries, ballots, options)?;
    let scorer = Scorer::new(&panel, options.rule, &options.controls, options);
    let local = Weights::new(&panel, Rule::WassersteinLocal, options);
    let names = Names::of(catalogue);
    let limits = Thresholds {
        confidence: options.min_confidence,
        margin: options.min_margin,
    };
    let mut standing = Standing::new(panel.n_classes);
    let mut scores = vec![0.0; panel.n_classes];
    let mut best = Vec::with_capacity(n_batteries);
    let mut n_behind = Vec::with_capacity(n_batteries);
    let mut verdicts = Vec::with_capacity(n_batteries);
    for battery in 0..n_batteries {
        standing.count(&panel, &local, battery);
        best.push(standing.top(&mut scores));
        n_behind.push(standing.batteries_behind(&panel, &scores));
        verdicts.push(scorer.verdict(&panel, battery, &local, &standing));
    }
    let least = unknown_below(&best, options.unknown_below);
    let mut decisions: Vec<Decision> = (verdicts.into_iter().zip(best).enumerate())
        .map(|(battery, ((probabilities, decisive), best))| {
            let limit = if n_behind[battery] < FEW_BATTERIES {
                least.min(options.unknown_below_of_few)
            } else {
                least
            };
            let is_known = best >= limit || is_vouched_for(&panel, battery);
            let mut decision = decide(battery, probabilities, is_known, &names, limits);
            decision.decisive = decisive;
            decision.evidence = best;
            decision.soh = aggregate(&voices(&panel, battery, decision.class));
            decision
        })
        .collect();
    for control in &options.controls {
        if let Some(decision) = decisions.get_mut(control.battery) {
            decision.is_control = true;
        }
    }
    let holders = panel.holders();
    Ok(Tally {
        rule: options.rule.name(),
        voters: reports(&panel, &decisions, &options.controls),
        decisions,
        misfits: misfits
            .into_iter()
            .map(|(index, m)| (index, m.code()))
            .collect(),
        uncovered: (0..holders.len())
            .filter(|&class| holders[class] == 0)
            .collect(),
    })
}

/// SOH estimates of the voters that name this class and whose claims of it count.
fn voices(panel: &Panel<'_>, battery: usize, class: usize) -> Vec<Voice> {
    let voters = panel.voters.iter();
    voters
        .filter_map(|voter| {
            let row = voter.ballot.rows.get(battery)?;
            let estimate = row.soh?;
            let agrees = voter.copy_of.is_none() && voter.answer(battery) == Some(class);
            agrees.then_some(Voice {
                estimate,
                familiarity: row.familiarity,
            })
        })
        .collect()
}

/// Probabilities of the classes of every battery without each voter in turn, shape (voters,
/// batteries, classes): what the others say by themselves.
///
/// # Errors
/// As [`tally`].
pub fn leave_one_out(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
) -> Result<Vec<Vec<Vec<f64>>>, TallyError> {
    let (panel, misfits) = prepare(catalogue, n_batteries, ballots, options)?;
    // Where nobody else says anything, all classes are alike.
    let uniform = vec![1.0 / panel.n_classes.max(1) as f64; panel.n_classes];
    let mut all = Vec::with_capacity(panel.voters.len());
    for left_out in 0..ballots.len() {
        if misfits.iter().any(|(index, _)| *index == left_out) {
            continue;
        }
        let mut rest = ballots.to_vec();
        rest.remove(left_out);
        let Ok((panel, _)) = prepare(catalogue, n_batteries, &rest, options) else {
            all.push(vec![uniform.clone(); n_batteries]);
            continue;
        };
        let scorer = Scorer::new(&panel, options.rule, &options.controls, options);
        let others = (0..n_batteries).map(|battery| {
            let probabilities = scorer.probabilities(&panel, battery);
            if probabilities.iter().sum::<f64>() > 0.5 {
                probabilities
            } else {
                uniform.clone()
            }
        });
        all.push(others.collect());
    }
    Ok(all)
}

/// The class of every battery under every rule.
///
/// # Errors
/// As [`tally`].
pub fn compare(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
) -> Result<Comparison, TallyError> {
    // Seating and guarding cost more than most rules: once with the guard, once without.
    let panel = |rule| {
        let options = Options {
            rule,
            ..options.clone()
        };
        prepare(catalogue, n_batteries, ballots, &options).map(|(panel, _)| panel)
    };
    let (guarded, open) = (panel(Rule::Evidence)?, panel(Rule::Majority)?);
    let classes: Vec<Vec<usize>> = RULES
        .iter()
        .map(|entry| {
            let panel = if entry.is_guarded { &guarded } else { &open };
            classes_by(panel, entry.rule, options)
        })
        .collect();
    let share = |a: &Vec<usize>, b: &Vec<usize>| {
        let same = a.iter().zip(b).filter(|(a, b)| a == b).count();
        same as f64 / n_batteries.max(1) as f64
    };
    Ok(Comparison {
        rules: RULES.iter().map(|entry| entry.name).collect(),
        agreement: classes
            .iter()
            .map(|a| classes.iter().map(|b| share(a, b)).collect())
            .collect(),
        classes,
    })
}

/// Only the most probable class of every battery: what experiments and comparisons need.
///
/// # Errors
/// As [`tally`].
pub(crate) fn classify(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
) -> Result<Vec<usize>, TallyError> {
    let (panel, _) = prepare(catalogue, n_batteries, ballots, options)?;
    Ok(classes_by(&panel, options.rule, options))
}

/// Probability of every class for every battery: what experiments on calibration need.
///
/// # Errors
/// As [`tally`].
pub(crate) fn probabilities(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
) -> Result<Vec<Vec<f64>>, TallyError> {
    let (panel, _) = prepare(catalogue, n_batteries, ballots, options)?;
    let scorer = Scorer::new(&panel, options.rule, &options.controls, options);
    Ok((0..n_batteries)
        .map(|battery| scorer.probabilities(&panel, battery))
        .collect())
}

/// The most probable class of every battery by one rule on a panel.
fn classes_by(panel: &Panel<'_>, rule: Rule, options: &Options) -> Vec<usize> {
    let scorer = Scorer::new(panel, rule, &options.controls, options);
    let top = |battery| argmax(&scorer.probabilities(panel, battery)).unwrap_or(0);
    (0..panel.n_batteries).map(top).collect()
}

/// Seats the ballots and sets doubtful claims aside where the rule allows it.
pub(super) fn prepare<'a>(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'a>],
    options: &Options,
) -> Result<(Panel<'a>, Vec<(usize, Misfit)>), TallyError> {
    if catalogue.is_empty() {
        return Err(TallyError::NoClasses);
    }
    if n_batteries == 0 {
        return Err(TallyError::NoBatteries);
    }
    for (valid, name) in [
        (options.beta.is_finite(), "beta"),
        (matches!(options.q, 1 | 2), "q"),
        (options.weight_cap > 0.0, "cap"),
        (options.nats_per_level > 0.0, "nats-per-level"),
    ] {
        if !valid {
            return Err(TallyError::Option { name });
        }
    }
    let inside = |c: &Control| c.battery < n_batteries && c.class < catalogue.len();
    if let Some(row) = options.controls.iter().position(|c| !inside(c)) {
        return Err(TallyError::Control { row: row + 1 });
    }
    let (mut panel, misfits) = Panel::seat(catalogue, n_batteries, ballots);
    if panel.voters.is_empty() {
        return Err(TallyError::NoBallots);
    }
    if options.is_guarded && options.rule.entry().is_guarded {
        trust::set_aside(&mut panel, &options.controls);
    }
    Ok((panel, misfits))
}

/// A battery that lies this many levels below the middle one of its query may be unknown, and one
/// below the floor is, whatever the query.
const UNKNOWN_GAP: f64 = 1.75;
const UNKNOWN_FLOOR: f64 = 3.0;

/// The score that separates known from unknown batteries. Where the classes are broad against the
/// query, or collaborators hold few batteries, even their own kind scores low: then most of the
/// query would be unknown, and the limit follows its middle battery instead.
fn unknown_below(scores: &[f64], most: f64) -> f64 {
    let mut sorted = scores.to_vec();
    crate::order::sort_numbers(&mut sorted);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    if middle >= most {
        most
    } else {
        (middle - UNKNOWN_GAP).max(UNKNOWN_FLOOR).min(most)
    }
}

/// Whether a voter whose ballot carries no evidence finds the battery familiar.
fn is_vouched_for(panel: &Panel<'_>, battery: usize) -> bool {
    let vouches = |voter: &super::Voter<'_>| {
        let is_silent = voter.levels(battery).next().is_none();
        voter.is_heard() && is_silent && voter.familiarity(battery) >= FAMILIAR_FROM
    };
    panel.voters.iter().any(vouches)
}

fn reports(panel: &Panel<'_>, decisions: &[Decision], controls: &[Control]) -> Vec<VoterReport> {
    let share = |right: usize, all: usize| (all > 0).then(|| right as f64 / all as f64);
    let mut n_decisive = vec![0; panel.voters.len()];
    for &voter in decisions.iter().flat_map(|d| &d.decisive) {
        n_decisive[voter] += 1;
    }
    panel
        .voters
        .iter()
        .enumerate()
        .map(|(index, voter)| {
            let (mut agree, mut answered) = (0, 0);
            for decision in decisions.iter().filter(|d| voter.held.contains(&d.class)) {
                if let Some(answer) = first_answer(voter, decision.battery) {
                    answered += 1;
                    agree += usize::from(answer == decision.class);
                }
            }
            let right = |c: &&Control| first_answer(voter, c.battery) == Some(c.class);
            let silenced = voter
                .held
                .iter()
                .zip(&voter.counts)
                .filter(|(_, counts)| !**counts);
            VoterReport {
                name: voter.name.into(),
                kid: voter.kid.into(),
                held: voter.held.clone(),
                n_batteries: voter.n_batteries,
                distance: voter.ballot.distance.map(|m| f64::from(m) / 1e4),
                set_aside: match voter.copy_of {
                    Some(_) => Vec::new(),
                    None => silenced.map(|(&class, _)| class).collect(),
                },
                copy_of: voter.copy_of,
                agreement: share(agree, answered),
                control_accuracy: share(controls.iter().filter(right).count(), controls.len()),
                n_decisive: n_decisive[index],
            }
        })
        .collect()
}

/// The class with most trees, whether its claims count or not.
fn first_answer(voter: &super::Voter<'_>, battery: usize) -> Option<usize> {
    let votes = &voter.ballot.rows.get(battery)?.votes;
    let mut best: Option<(usize, u16)> = None;
    for (&class, &trees) in voter.held.iter().zip(votes) {
        if best.is_none_or(|(_, most)| trees > most) {
            best = Some((class, trees));
        }
    }
    best.map(|(class, _)| class)
}
