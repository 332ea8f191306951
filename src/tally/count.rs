//! The tally: seat the ballots, set doubtful claims aside, score, decide.

use super::decide::{argmax, decide, Names, Thresholds};
use super::evidence::Standing;
use super::options::{Options, TallyError};
use super::panel::{Misfit, Panel, Signed};
use super::scorer::Scorer;
use super::unknown::{is_vouched_for, Unknown};
use super::voters::{reports, VoterReport};
use super::weights::Weights;
use super::{trust, Control, Decision, Rule, RULES};
use crate::health::{aggregate, Voice};
use crate::round::Catalogue;
use serde::Serialize;

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
    let unknown = Unknown::new(options.unknown_below, &best);
    let mut decisions: Vec<Decision> = (verdicts.into_iter().zip(best).enumerate())
        .map(|(battery, ((probabilities, decisive), best))| {
            let is_known = !unknown.is(best, n_behind[battery]) || is_vouched_for(&panel, battery);
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
    options.check()?;
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
