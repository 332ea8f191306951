//! Membership inference against one's own ballot: could the recycler tell that a battery was
//! among the training rows?
//!
//! The recycler could put a battery it suspects into the query and look at the answer. So batteries
//! are dealt to two halves; a ballot is cast with one half and asked about both, and the other way
//! round. What separates members from others is measured as the area under the ROC curve, 0.5
//! being a guess (Yeom et al. 2018 for the advantage, max of TPR - FPR).

use super::privacy::RandomizedResponse;
use super::space::classifier_rows;
use super::voter::{vote, Own, VoteParams};
use super::{battery_numbers, CastOptions, Row};
use crate::features::FeatureTable;
use crate::forest::{ForestError, Progress};
use crate::round::Round;
use ndarray::Axis;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Fewest batteries of a class that can be halved and still leave two to train on.
const FEWEST_BATTERIES: usize = 4;

/// How well membership can be told from a ballot; 0.5 is a guess, 0 and 1 are certain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audit {
    /// Rows judged as members and as others.
    pub n_judged: u32,
    /// Area under the curve from the trees that agree with the battery's own class.
    pub votes: f64,
    /// From familiarity.
    pub familiarity: f64,
    /// From the evidence for the battery's own class.
    pub evidence: f64,
    /// From the sum of the three, each in units of its range.
    pub combined: f64,
    /// Largest difference of true and false positive rate over all four, either way round.
    pub advantage: f64,
}

/// Audits what a ballot with these settings would disclose, randomised with `epsilon` per battery
/// if given; `None` if no class has the four batteries that halving takes.
///
/// # Errors
/// As [`vote`].
pub fn audit(
    own: &Own<'_>,
    params: &VoteParams,
    epsilon: Option<f64>,
    report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<Audit>, ForestError> {
    // Nothing of an audit leaves the machine, so the draws may be repeatable.
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let Some(halves) = halves(own) else {
        return Ok(None);
    };
    let mut signals: [Vec<(f64, bool)>; 4] = Default::default();
    for half in [false, true] {
        let members: Vec<usize> = rows_where(&halves, |h| h == Some(half));
        let judged: Vec<usize> = rows_where(&halves, |h| h.is_some());
        let labels: Vec<u16> = members.iter().map(|row| own.labels[*row]).collect();
        let batteries: Vec<u32> = members.iter().map(|row| own.batteries[*row]).collect();
        let rows = own.rows.select(Axis(0), &members);
        let asked = own.rows.select(Axis(0), &judged);
        let trained = Own {
            rows: rows.view(),
            labels: &labels,
            batteries: &batteries,
        };
        let mut answer = vote(&trained, asked.view(), params, report)?;
        let k = answer.coverage.len() as u32;
        if let Some(response) = epsilon.and_then(|epsilon| RandomizedResponse::new(epsilon, k)) {
            for row in &mut answer.rows {
                *row = response.row(row, params.n_trees, &mut rng);
            }
        }
        for (row, answered) in judged.iter().zip(&answer.rows) {
            let held = |class: u16| answer.coverage.iter().position(|held| held.class == class);
            let scores = scores(answered, held(own.labels[*row]), params.n_trees);
            let is_member = halves[*row] == Some(half);
            for (signal, score) in signals.iter_mut().zip(scores) {
                signal.push((score, is_member));
            }
        }
    }
    let n_judged = signals[0].len() as u32;
    let curves = signals.map(|mut signal| roc(&mut signal));
    let [votes, familiarity, evidence, combined] = curves.map(|(area, _)| area);
    Ok(Some(Audit {
        n_judged,
        votes,
        familiarity,
        evidence,
        combined,
        advantage: curves
            .iter()
            .map(|(_, advantage)| *advantage)
            .fold(0.0, f64::max),
    }))
}

/// Audits what [`super::cast`] would disclose with the same arguments, before it is cast.
///
/// # Errors
/// As [`vote`].
pub fn audit_cast(
    round: &Round,
    own: &FeatureTable,
    labels: &[u16],
    options: &CastOptions,
    epsilon: Option<f64>,
    report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<Audit>, ForestError> {
    let rows = classifier_rows(&round.query.schema, own.values.view());
    let batteries = battery_numbers(&own.cell_ids);
    let own = Own {
        rows: rows.view(),
        labels,
        batteries: &batteries,
    };
    let params = VoteParams {
        n_classes: round.catalogue.len() as u16,
        n_trees: options.n_trees.unwrap_or(round.n_trees),
        rows_per_class: options.rows_per_class,
        nsr_percent: options.nsr_percent,
        leave_own_out: true,
        seed: options.seed,
    };
    audit(&own, &params, epsilon, report)
}

/// Which half every row's battery is in; `None` for batteries of classes that are too small.
fn halves(own: &Own<'_>) -> Option<Vec<Option<bool>>> {
    let mut of_class: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
    for (class, battery) in own.labels.iter().zip(own.batteries) {
        let batteries = of_class.entry(*class).or_default();
        if !batteries.contains(battery) {
            batteries.push(*battery);
        }
    }
    of_class.retain(|_, batteries| batteries.len() >= FEWEST_BATTERIES);
    if of_class.is_empty() {
        return None;
    }
    let half_of = |(class, battery): (&u16, &u32)| {
        let place = of_class
            .get(class)?
            .iter()
            .position(|other| other == battery)?;
        Some(place % 2 == 1)
    };
    Some(own.labels.iter().zip(own.batteries).map(half_of).collect())
}

fn rows_where(halves: &[Option<bool>], wanted: impl Fn(Option<bool>) -> bool) -> Vec<usize> {
    (0..halves.len())
        .filter(|row| wanted(halves[*row]))
        .collect()
}

/// Votes, familiarity, evidence and their sum, each between 0 and 1.
fn scores(row: &Row, class: Option<usize>, n_trees: u16) -> [f64; 4] {
    let level = |level: u8| f64::from(level) / f64::from(super::LEVELS - 1);
    let at_class = |class: usize| row.votes.get(class).copied();
    let votes = class.and_then(at_class).unwrap_or(0);
    let votes = f64::from(votes) / f64::from(n_trees.max(1));
    let evidence = class.and_then(|class| row.evidence.get(class)).copied();
    let evidence = level(evidence.unwrap_or(0));
    let familiarity = level(row.familiarity);
    [votes, familiarity, evidence, votes + familiarity + evidence]
}

/// Area under the ROC curve (ties count half) and the largest |TPR - FPR|.
fn roc(scored: &mut [(f64, bool)]) -> (f64, f64) {
    crate::order::sort_by(scored, |a, b| b.0.total_cmp(&a.0));
    let n_members = scored.iter().filter(|(_, member)| *member).count() as f64;
    let n_others = scored.len() as f64 - n_members;
    if n_members == 0.0 || n_others == 0.0 {
        return (0.5, 0.0);
    }
    let (mut area, mut advantage) = (0.0_f64, 0.0_f64);
    let (mut tpr, mut fpr) = (0.0_f64, 0.0_f64);
    for ties in scored.chunk_by(|a, b| a.0 == b.0) {
        let members = ties.iter().filter(|(_, member)| *member).count() as f64;
        let others = ties.len() as f64 - members;
        area += (tpr + 0.5 * members / n_members) * (others / n_others);
        tpr += members / n_members;
        fpr += others / n_others;
        // Answers that fit members worse betray them as well.
        advantage = advantage.max((tpr - fpr).abs());
    }
    (area, advantage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn areas_are_those_counted_by_hand() {
        let mut apart = vec![(0.9, true), (0.8, true), (0.2, false), (0.1, false)];
        assert_eq!(roc(&mut apart), (1.0, 1.0));
        let mut tied = vec![(0.5, true), (0.5, false)];
        assert_eq!(roc(&mut tied), (0.5, 0.0));
        // Pairs won: (0.9 over both) and (0.4 over 0.3), lost one: 3 of 4.
        let mut mixed = vec![(0.9, true), (0.6, false), (0.4, true), (0.3, false)];
        assert_eq!(roc(&mut mixed), (0.75, 0.5));
        assert_eq!(roc(&mut [(1.0, true)]), (0.5, 0.0));
    }

    fn noise_only(n: usize) -> (Array2<f64>, Vec<u16>, Vec<u32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let rows = Array2::from_shape_fn((n, 4), |_| rng.gen::<f64>());
        let labels = (0..n).map(|i| (i % 2) as u16).collect();
        (rows, labels, (0..n as u32).collect())
    }

    fn params(leave_own_out: bool) -> VoteParams {
        VoteParams {
            n_classes: 2,
            n_trees: 10,
            rows_per_class: 100,
            nsr_percent: 0.0,
            leave_own_out,
            seed: 1,
        }
    }

    #[test]
    fn a_forest_that_learned_noise_by_heart_is_found_out() {
        // Classes without any pattern: only members can be answered better than by chance.
        let (rows, labels, batteries) = noise_only(60);
        let own = Own {
            rows: rows.view(),
            labels: &labels,
            batteries: &batteries,
        };
        let measure = |leave_own_out, epsilon| {
            let mut go_on = |_| ControlFlow::Continue(());
            audit(&own, &params(leave_own_out), epsilon, &mut go_on)
                .unwrap()
                .unwrap()
        };
        let randomized = measure(false, Some(0.5));
        // At most (e^0.5 - 1) / (e^0.5 + 1) = 0.245 in truth; 120 rows scatter by 0.09.
        assert!(randomized.advantage < 0.45, "{randomized:?}");
        assert_eq!((randomized.familiarity, randomized.evidence), (0.5, 0.5));
        let audit = measure(false, None);
        assert_eq!(audit.n_judged, 120);
        assert!(audit.votes > 0.8 && audit.advantage > 0.5, "{audit:?}");
        assert!(audit.combined >= 0.8, "{audit:?}");
        // As cast: members are answered without themselves. 120 rows scatter by 0.05.
        let cast = measure(true, None);
        for area in [cast.votes, cast.familiarity, cast.evidence, cast.combined] {
            assert!((area - 0.5).abs() < 0.15, "{cast:?}");
        }
    }

    #[test]
    fn too_few_batteries_cannot_be_audited() {
        let (rows, labels, _) = noise_only(40);
        // Forty records, but three batteries per class.
        let batteries: Vec<u32> = (0..40).map(|i| i % 6).collect();
        let own = Own {
            rows: rows.view(),
            labels: &labels,
            batteries: &batteries,
        };
        let audit = audit(
            &own,
            &params(true),
            None,
            &mut |_| ControlFlow::Continue(()),
        );
        assert_eq!(audit, Ok(None));
    }
}
