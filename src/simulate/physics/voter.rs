//! Training, answering, and the answer in the form of a ballot.

use super::super::draw::Draw;
use super::library::{draw_signature, Shelf, CATHODES};
use super::signature::N_VALUES;
use crate::ballot::{Ballot, Coverage, Row, FORMAT};
use crate::forest::{Forest, ForestError, MaxFeatures, Params, Progress};
use crate::round::{Catalogue, Cathode, Family};
use ndarray::{Array2, ArrayView2};
use std::ops::ControlFlow;

/// How the voter is named wherever it appears.
pub const NAME: &str = "physics voter (simulated, experimental)";

/// Votes it has in a ballot.
const N_VOTES: u16 = 10;

/// Families in the order of the voter's answers.
pub const FAMILIES: [Family; 4] = [
    Family::Lfp,
    Family::NickelRich,
    Family::CobaltRich,
    Family::Lmo,
];

/// How the voter is trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingOptions {
    /// Random cells per cathode.
    pub cells_per_cathode: u32,
    /// Trees.
    pub n_trees: u32,
    /// Seed of cells and forest.
    pub seed: u64,
}

impl Default for TrainingOptions {
    fn default() -> Self {
        Self {
            cells_per_cathode: 800,
            n_trees: 100,
            seed: 1,
        }
    }
}

/// What the voter says about one battery. Probabilities are shares of trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Probability of each of [`CATHODES`].
    pub cathodes: [f64; CATHODES.len()],
    /// Probability of each of [`FAMILIES`].
    pub families: [f64; FAMILIES.len()],
}

impl Answer {
    fn of(cathodes: [f64; CATHODES.len()]) -> Self {
        let mut families = [0.0; FAMILIES.len()];
        for (cathode, probability) in CATHODES.iter().zip(cathodes) {
            for (family, sum) in FAMILIES.iter().zip(&mut families) {
                if *family == cathode.family() {
                    *sum += probability;
                }
            }
        }
        Self { cathodes, families }
    }

    /// The most probable family and its probability; ties to the first.
    pub fn family(&self) -> (Family, f64) {
        let best = first_greatest(&self.families);
        (
            FAMILIES.get(best).copied().unwrap_or(Family::Lfp),
            self.families.get(best).copied().unwrap_or(0.0),
        )
    }

    /// The most probable cathode and its probability; ties to the first.
    pub fn cathode(&self) -> (Cathode, f64) {
        let best = first_greatest(&self.cathodes);
        (
            CATHODES.get(best).copied().unwrap_or(Cathode::Lfp),
            self.cathodes.get(best).copied().unwrap_or(0.0),
        )
    }
}

fn first_greatest(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if values.get(best).is_some_and(|greatest| value > greatest) {
            best = i;
        }
    }
    best
}

/// The trained voter.
#[derive(Debug, Clone)]
pub struct PhysicsVoter {
    forest: Forest,
}

impl PhysicsVoter {
    /// Draws cells and trains the forest. `report` sees the progress of both, cells first, and
    /// may break off.
    ///
    /// # Errors
    /// Those of the forest, [`ForestError::Cancelled`] included.
    pub fn train(
        options: &TrainingOptions,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Self, ForestError> {
        let shelf = Shelf::new();
        let (mut values, mut classes) = (Vec::new(), Vec::new());
        let n_all = options.cells_per_cathode * CATHODES.len() as u32;
        for (class, cathode) in CATHODES.into_iter().enumerate() {
            let mut draw = Draw::new(options.seed, class as u64);
            let mut n_drawn = 0;
            // Some draws give no working cell; twice the number is plenty.
            for _ in 0..2 * options.cells_per_cathode {
                if n_drawn == options.cells_per_cathode {
                    break;
                }
                if let Some(signature) = draw_signature(&shelf, cathode, &mut draw) {
                    values.extend_from_slice(&signature);
                    classes.push(class as u16);
                    n_drawn += 1;
                    let progress = Progress {
                        n_done: classes.len() as u32,
                        n_trees: n_all,
                        out_of_bag_error: None,
                    };
                    if n_drawn % 50 == 0 && report(progress).is_break() {
                        return Err(ForestError::Cancelled);
                    }
                }
            }
        }
        let x = ArrayView2::from_shape((classes.len(), N_VALUES), &values).map_err(|_| {
            ForestError::Parameter {
                name: "cells_per_cathode",
            }
        })?;
        let params = Params {
            n_trees: options.n_trees,
            max_features: MaxFeatures::Sqrt,
            min_leaf: 2,
            seed: options.seed,
            ..Params::default()
        };
        let forest = Forest::fit_with(x, &classes, CATHODES.len() as u16, &params, &mut *report)?;
        Ok(Self { forest })
    }

    /// Share of wrong answers on its own random cells, out of bag.
    pub fn out_of_bag_error(&self) -> Option<f64> {
        self.forest.out_of_bag().error()
    }

    /// Answers for signatures, one each.
    ///
    /// # Errors
    /// Those of the forest for signatures of another length or not finite.
    pub fn answer(&self, signatures: &[Vec<f64>]) -> Result<Vec<Answer>, ForestError> {
        let x = Array2::from_shape_vec((signatures.len(), N_VALUES), signatures.concat()).map_err(
            |_| ForestError::ColumnCount {
                expected: N_VALUES,
                found: signatures.first().map_or(0, Vec::len),
            },
        )?;
        let votes = self.forest.votes(x.view())?;
        let n_trees = f64::from(self.forest.n_trees().max(1));
        Ok(votes
            .outer_iter()
            .map(|row| {
                let mut shares = [0.0; CATHODES.len()];
                for (share, &n) in shares.iter_mut().zip(row) {
                    *share = f64::from(n) / n_trees;
                }
                Answer::of(shares)
            })
            .collect())
    }
}

/// The classes of a catalogue that the voter can speak about.
pub fn coverage(catalogue: &Catalogue) -> Vec<Coverage> {
    catalogue
        .classes
        .iter()
        .enumerate()
        .filter(|(_, class)| class.cathode.is_some())
        .map(|(i, _)| Coverage {
            class: i as u16,
            // It holds no battery at all.
            batteries: 0,
        })
        .collect()
}

/// An answer as votes of `n_trees` trees over the classes of [`coverage`]: each cathode's share
/// is divided among the classes that have it; cathodes without a class go to the classes of their
/// family; what is left abstains. Empty (an abstention) where nothing of it fits the catalogue.
pub fn row(answer: &Answer, catalogue: &Catalogue, n_trees: u16) -> Row {
    let cathodes: Vec<Cathode> = catalogue
        .classes
        .iter()
        .filter_map(|class| class.cathode)
        .collect();
    let mut shares = vec![0.0; cathodes.len()];
    for (cathode, probability) in CATHODES.iter().zip(answer.cathodes) {
        let same = |other: &Cathode| other == cathode;
        let related = |other: &Cathode| other.family() == cathode.family();
        let has_class = cathodes.iter().any(same);
        let takes = |other: &Cathode| {
            if has_class {
                same(other)
            } else {
                related(other)
            }
        };
        let n_taking = cathodes.iter().filter(|c| takes(c)).count();
        for (share, other) in shares.iter_mut().zip(&cathodes) {
            if takes(other) {
                *share += probability / n_taking as f64;
            }
        }
    }
    let total: f64 = shares.iter().sum();
    if total < 0.5 {
        return Row::default();
    }
    Row {
        votes: round_to(&shares, total, n_trees),
        ..Row::default()
    }
}

/// The voter's answers to a round, one per battery, in the form of a ballot that the recycler casts
/// itself.
///
/// It abstains where there is no answer. It claims neither familiarity nor evidence, so that under
/// the default rule it decides only where nobody else has any.
pub fn ballot(round: &str, catalogue: &Catalogue, answers: &[Option<Answer>]) -> Ballot {
    let row = |answer: &Option<Answer>| match answer {
        Some(answer) => row(answer, catalogue, N_VOTES),
        None => Row::default(),
    };
    Ballot {
        format: FORMAT.into(),
        round: round.into(),
        query: String::new(),
        roster: String::new(),
        recipient: String::new(),
        software: NAME.into(),
        n_trees: N_VOTES,
        coverage: coverage(catalogue),
        n_training_rows: 0,
        nsr: 0,
        distance: [0, 0],
        epsilon: None,
        rows: answers.iter().map(row).collect(),
    }
}

/// Whole numbers in the proportion of `shares` that sum to `whole`: largest remainder, ties to
/// the lowest index.
fn round_to(shares: &[f64], total: f64, whole: u16) -> Vec<u16> {
    let exact: Vec<f64> = shares
        .iter()
        .map(|share| share / total * f64::from(whole))
        .collect();
    let mut counts: Vec<u16> = exact.iter().map(|value| value.floor() as u16).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    let remainder = |i: usize| exact.get(i).map_or(0.0, |value| value - value.floor());
    crate::order::sort_by(&mut order, |&a, &b| {
        remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b))
    });
    let missing = whole.saturating_sub(counts.iter().sum());
    for &i in order.iter().cycle().take(usize::from(missing)) {
        if let Some(count) = counts.get_mut(i) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_votes_of_the_catalogue() {
        let catalogue = Catalogue::from_names(["NMC SNL", "NMC MICH_Form", "LFP SNL"]);
        let mut cathodes = [0.0; CATHODES.len()];
        cathodes[1] = 0.5; // NMC
        cathodes[2] = 0.3; // NCA: no class of its own, goes to the family
        cathodes[3] = 0.2; // LFP
        let answer = Answer::of(cathodes);
        assert_eq!(answer.family().0, Family::NickelRich);
        assert_eq!(row(&answer, &catalogue, 10).votes, vec![4, 4, 2]);
        assert_eq!(coverage(&catalogue).len(), 3);
        // LMO has neither class nor family here.
        let mut lmo = [0.0; CATHODES.len()];
        lmo[4] = 1.0;
        assert!(row(&Answer::of(lmo), &catalogue, 10).votes.is_empty());
    }

    #[test]
    fn training_is_reproducible_and_learns_its_own_cells() {
        let options = TrainingOptions {
            cells_per_cathode: 60,
            n_trees: 30,
            seed: 3,
        };
        let train = || PhysicsVoter::train(&options, &mut |_| ControlFlow::Continue(())).unwrap();
        let voter = train();
        assert_eq!(voter.out_of_bag_error(), train().out_of_bag_error());
        assert!(voter.out_of_bag_error().unwrap() < 0.3);
        let cancelled = PhysicsVoter::train(&options, &mut |_| ControlFlow::Break(()));
        assert_eq!(cancelled.unwrap_err(), ForestError::Cancelled);
    }
}
