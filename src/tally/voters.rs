//! What became of every voter.

use super::panel::{Panel, Voter};
use super::{Control, Decision};
use serde::Serialize;

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

/// One report per seated ballot.
pub fn reports(
    panel: &Panel<'_>,
    decisions: &[Decision],
    controls: &[Control],
) -> Vec<VoterReport> {
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
fn first_answer(voter: &Voter<'_>, battery: usize) -> Option<usize> {
    let votes = &voter.ballot.rows.get(battery)?.votes;
    let mut best: Option<(usize, u16)> = None;
    for (&class, &trees) in voter.held.iter().zip(votes) {
        if best.is_none_or(|(_, most)| trees > most) {
            best = Some((class, trees));
        }
    }
    best.map(|(class, _)| class)
}
