//! Why a battery was decided as it was: what each collaborator said and what it weighed.

use super::count::prepare;
use super::panel::Signed;
use super::scorer::Scorer;
use super::{Options, TallyError};
use crate::round::Catalogue;
use serde::Serialize;

/// One collaborator's part in one decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// Display name.
    pub name: String,
    /// Trees per held class, `(class, trees)`; empty where it abstained.
    pub votes: Vec<(usize, u16)>,
    /// Evidence per held class, `(class, level)`.
    pub evidence: Vec<(usize, u8)>,
    /// Familiarity, 0..15.
    pub familiarity: u8,
    /// Weight under the rule, as a share of all weights on this battery.
    pub weight: f64,
    /// Held classes that did not count: copies and claims set aside.
    pub silenced: Vec<usize>,
}

/// Who said what about one battery, in the order of the ballots that fit.
///
/// # Errors
/// As [`super::tally`]; a battery beyond the query gives no reasons.
pub fn why(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
    battery: usize,
) -> Result<Vec<Reason>, TallyError> {
    let (panel, _) = prepare(catalogue, n_batteries, ballots, options)?;
    let scorer = Scorer::new(&panel, options.rule, &options.controls, options);
    let weights: Vec<f64> = (0..panel.voters.len())
        .map(|voter| {
            if panel.voters[voter].is_heard() {
                scorer.weight(&panel, voter, battery)
            } else {
                0.0
            }
        })
        .collect();
    let total: f64 = weights.iter().sum();
    let reasons = panel
        .voters
        .iter()
        .zip(&weights)
        .filter_map(|(voter, weight)| {
            let row = voter.ballot.rows.get(battery)?;
            let held = || voter.held.iter().copied();
            Some(Reason {
                name: voter.name.into(),
                votes: held().zip(row.votes.iter().copied()).collect(),
                evidence: held().zip(row.evidence.iter().copied()).collect(),
                familiarity: row.familiarity,
                weight: if total > 0.0 { weight / total } else { 0.0 },
                silenced: held()
                    .zip(&voter.counts)
                    .filter(|(_, counts)| !**counts)
                    .map(|(class, _)| class)
                    .collect(),
            })
        });
    Ok(reasons.collect())
}
