//! The accuracy of every rule on one simulated round.

use super::trial::Trial;
use crate::ballot::Ballot;
use crate::round::Catalogue;
use crate::tally::{classify, winners, Control, Options, Rule, Signed, TallyError};

/// A rule with its settings, under one name in reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// Name in reports.
    pub name: &'static str,
    /// Rule and settings.
    pub options: Options,
}

/// The rules of every report, in the order shown; both signs of `wdv` at |beta| = 1.
pub fn contenders() -> Vec<Contender> {
    let with = |name, rule, beta| Contender {
        name,
        options: Options {
            rule,
            beta,
            ..Options::default()
        },
    };
    vec![
        with("il", Rule::Independent, 1.0),
        with("mv", Rule::Majority, 1.0),
        with("mv-n", Rule::MajorityBySize, 1.0),
        with("wdv", Rule::Wasserstein, 1.0),
        with("wdv-reversed", Rule::Wasserstein, -1.0),
        with("coverage", Rule::Coverage, 1.0),
        with("abstain", Rule::Abstain, 1.0),
        with("dawid-skene", Rule::DawidSkene, 1.0),
        with("gold", Rule::Gold, 1.0),
        with("wdv-local", Rule::WassersteinLocal, 1.0),
        with("evidence", Rule::Evidence, 1.0),
    ]
}

/// Accuracy of a contender on ballots with a known truth; controls are not judged.
///
/// `il` is the mean over collaborators of each one's own accuracy.
///
/// # Errors
/// As [`crate::tally::tally`].
pub fn accuracy(
    catalogue: &Catalogue,
    ballots: &[Ballot],
    truth: &[u16],
    contender: &Contender,
    controls: &[Control],
) -> Result<f64, TallyError> {
    let judged = |battery: &usize| !controls.iter().any(|c| c.battery == *battery);
    let share_right = |classes: &[usize]| {
        let (mut right, mut n) = (0, 0);
        for battery in (0..truth.len()).filter(judged) {
            n += 1;
            right += usize::from(classes.get(battery) == Some(&usize::from(truth[battery])));
        }
        f64::from(n as u32).recip() * right as f64
    };
    let signed: Vec<Signed<'_>> = Signed::anonymous(ballots);
    let options = Options {
        controls: controls.to_vec(),
        ..contender.options.clone()
    };
    if options.rule == Rule::Independent {
        let mut sum = 0.0;
        for one in &signed {
            let classes = classify(catalogue, truth.len(), std::slice::from_ref(one), &options)?;
            sum += share_right(&classes);
        }
        return Ok(sum / signed.len().max(1) as f64);
    }
    Ok(share_right(&classify(
        catalogue,
        truth.len(),
        &signed,
        &options,
    )?))
}

/// Class and winning probability per battery: one list, or one per collaborator for `il`.
///
/// # Errors
/// As [`crate::tally::tally`].
pub(super) fn decisions(
    catalogue: &Catalogue,
    ballots: &[Ballot],
    n_batteries: usize,
    contender: &Contender,
    controls: &[Control],
) -> Result<Vec<Vec<(usize, f64)>>, TallyError> {
    let signed: Vec<Signed<'_>> = Signed::anonymous(ballots);
    let options = Options {
        controls: controls.to_vec(),
        ..contender.options.clone()
    };
    let panels: Vec<&[Signed<'_>]> = if options.rule == Rule::Independent {
        signed.chunks(1).collect()
    } else {
        vec![&signed]
    };
    let decide = |panel: &[Signed<'_>]| winners(catalogue, n_batteries, panel, &options);
    panels.into_iter().map(decide).collect()
}

/// Accuracy of every contender on a trial, then of the pooled-data forest where it was fitted.
///
/// # Errors
/// As [`accuracy`].
pub fn accuracies(
    catalogue: &Catalogue,
    trial: &Trial,
    contenders: &[Contender],
    controls: &[Control],
) -> Result<Vec<f64>, TallyError> {
    let mut out = Vec::new();
    for contender in contenders {
        out.push(accuracy(
            catalogue,
            &trial.ballots,
            &trial.truth,
            contender,
            controls,
        )?);
    }
    out.extend(trial.pooled);
    Ok(out)
}
