//! What a ballot discloses, computed; and randomised response, which bounds it.
//!
//! k-ary randomised response (Warner 1965; Kairouz, Bonawitz and Ramage 2016, section 3): of k
//! classes the true answer is given with probability
//!
//! ```text
//!   p = e^eps / (e^eps + k - 1),   every other class with   q = 1 / (e^eps + k - 1)
//! ```
//!
//! so that no answer is more than e^eps times likelier under one data set than under another:
//! local differential privacy of epsilon per battery, and of n epsilon over n batteries. It covers
//! the votes. Held classes, their numbers of batteries, the training size and the two mean
//! distances stay exact, and the label says so.

use super::{Ballot, Row, FAMILIAR_FROM, LEVELS};
use rand::{CryptoRng, Rng, RngCore};
use serde::Serialize;

/// Largest epsilon per battery, in thousandths: above it an answer is as good as never changed.
pub const MAX_EPSILON: u32 = 20_000;

/// k-ary randomised response.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomizedResponse {
    /// Epsilon per battery.
    epsilon: f64,
    /// Number of possible answers: the classes held.
    k: u32,
}

impl RandomizedResponse {
    /// Randomised response over `k` held classes; `None` outside 0 < epsilon <= 20 or for k = 0.
    pub fn new(epsilon: f64, k: u32) -> Option<Self> {
        let most = f64::from(MAX_EPSILON) / 1000.0;
        // One thousandth is the smallest that a ballot can state.
        let valid = (0.001..=most).contains(&epsilon) && k > 0;
        valid.then_some(Self { epsilon, k })
    }

    /// Probability p that the answer given is the true one.
    pub fn keep(self) -> f64 {
        let odds = libm::exp(self.epsilon);
        odds / (odds + f64::from(self.k - 1))
    }

    /// Probability q of each other answer.
    pub fn other(self) -> f64 {
        1.0 / (libm::exp(self.epsilon) + f64::from(self.k - 1))
    }

    /// Probability that a class was the true answer, given whether it was `named`: what an answer
    /// may count for (Bayes, uniform prior over the held classes).
    pub fn share(self, named: bool) -> f64 {
        if named {
            self.keep()
        } else {
            self.other()
        }
    }

    /// Accuracy of the answers given, from the accuracy of the true ones: a p + (c - a) q, where
    /// `c` is the share of batteries whose class is held at all (1 if unknown).
    pub fn accuracy(self, accuracy: f64, held_share: f64) -> f64 {
        accuracy * self.keep() + (held_share - accuracy) * self.other()
    }

    /// Price in accuracy, to be shown before the switch is turned.
    pub fn price(self, accuracy: f64, held_share: f64) -> f64 {
        accuracy - self.accuracy(accuracy, held_share)
    }

    /// One answer for the true class index `truth`.
    fn answer<R: RngCore + CryptoRng>(self, truth: u32, rng: &mut R) -> u32 {
        if self.k < 2 || rng.gen::<f64>() < self.keep() {
            return truth;
        }
        let other = rng.gen_range::<u32, _>(0..self.k - 1);
        other + u32::from(other >= truth)
    }

    /// What is said about a battery instead of `row`.
    pub(super) fn row<R: RngCore + CryptoRng>(self, row: &Row, n_trees: u16, rng: &mut R) -> Row {
        let truth = match winner(row) {
            Some(class) => class,
            None => rng.gen_range::<u32, _>(0..self.k),
        };
        let answer = self.answer(truth, rng);
        Row {
            votes: (0..self.k)
                .map(|class| if class == answer { n_trees } else { 0 })
                .collect(),
            familiarity: FAMILIAR_FROM,
            evidence: Vec::new(),
            soh: None,
        }
    }
}

/// Replaces the votes by randomised answers and withholds everything else said per battery.
///
/// Every battery gets one class (all trees; ties to the lowest class, abstentions answered
/// uniformly, since abstaining would tell), a fixed familiarity and no evidence. `rng` must be
/// fresh and secret, not the ballot's seed: whoever can repeat the draws can undo them. Voting
/// again adds up: two ballots of epsilon disclose two epsilon.
///
/// Returns `None`, and leaves the ballot alone, if epsilon is out of range.
pub fn randomize<R: RngCore + CryptoRng>(
    ballot: &mut Ballot,
    epsilon: f64,
    rng: &mut R,
) -> Option<RandomizedResponse> {
    // What is stated is what is done: epsilon in thousandths.
    let thousandths = (epsilon * 1000.0 + 0.5) as u32;
    let k = ballot.coverage.len() as u32;
    let response = RandomizedResponse::new(f64::from(thousandths) / 1000.0, k)?;
    for row in &mut ballot.rows {
        *row = response.row(row, ballot.n_trees, rng);
    }
    ballot.epsilon = Some(thousandths);
    Some(response)
}

/// Whether a row says no more than a randomised answer may.
pub(super) fn is_randomized(row: &Row) -> bool {
    let n_named = row.votes.iter().filter(|votes| **votes > 0).count();
    n_named == 1 && row.familiarity == FAMILIAR_FROM && row.evidence.is_empty() && row.soh.is_none()
}

/// Index of the held class with most trees, the lowest of equals.
fn winner(row: &Row) -> Option<u32> {
    let best = row.votes.iter().max()?;
    let index = row.votes.iter().position(|votes| votes == best)?;
    u32::try_from(index).ok()
}

/// What a ballot discloses, and to whom.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrivacyLabel {
    /// Thumbprint of the only key that can read the votes.
    pub reader: String,
    /// Batteries answered: class labels released.
    pub labels_released: u32,
    /// Batteries left out.
    pub abstained: u32,
    /// Most bits that the votes on one battery can carry.
    pub vote_bits: f64,
    /// Bits of familiarity per battery.
    pub familiarity_bits: f64,
    /// Bits of evidence per battery.
    pub evidence_bits: f64,
    /// Most bits over all batteries, state-of-health estimates included.
    pub total_bits: f64,
    /// Declared noise-to-signal ratio in per cent. It blurs rows; it is not differential privacy.
    pub nsr_percent: f64,
    /// Epsilon per battery, if the votes are randomised.
    pub epsilon: Option<f64>,
    /// Epsilon over all batteries of this ballot.
    pub epsilon_total: Option<f64>,
    /// Held classes whose numbers of batteries are stated exactly.
    pub classes_stated: u32,
}

impl PrivacyLabel {
    /// Computes the label of a ballot.
    pub fn of(ballot: &Ballot) -> Self {
        let k = ballot.coverage.len() as u32;
        let level_bits = libm::log2(f64::from(LEVELS));
        let epsilon = ballot.epsilon.map(|epsilon| f64::from(epsilon) / 1000.0);
        let randomized = epsilon.is_some();
        let vote_bits = if randomized {
            libm::log2(f64::from(k.max(1)))
        } else {
            // One more than the ways to deal the trees: abstaining is an answer too.
            log2_add_one(log2_compositions(ballot.n_trees.into(), k))
        };
        let familiarity_bits = if randomized { 0.0 } else { level_bits };
        let has_evidence = ballot.rows.iter().any(|row| !row.evidence.is_empty());
        let evidence_bits = if has_evidence {
            f64::from(k) * level_bits
        } else {
            0.0
        };
        let n = ballot.rows.len() as f64;
        let n_soh = ballot.rows.iter().filter(|row| row.soh.is_some()).count() as f64;
        // Two numbers of at most 1501 values each.
        let soh_bits = 2.0 * libm::log2(1501.0);
        let abstained = ballot
            .rows
            .iter()
            .filter(|row| row.votes.is_empty())
            .count() as u32;
        Self {
            reader: ballot.recipient.clone(),
            labels_released: ballot.rows.len() as u32 - abstained,
            abstained,
            vote_bits,
            familiarity_bits,
            evidence_bits,
            total_bits: n * (vote_bits + familiarity_bits + evidence_bits) + n_soh * soh_bits,
            nsr_percent: f64::from(ballot.nsr) / 1000.0,
            epsilon,
            epsilon_total: epsilon.map(|epsilon| epsilon * n),
            classes_stated: k,
        }
    }
}

/// log2 of the ways to deal `n_trees` to `k` classes: binomial(n + k - 1, k - 1).
fn log2_compositions(n_trees: u32, k: u32) -> f64 {
    (1..k)
        .map(|i| libm::log2(f64::from(n_trees + i) / f64::from(i)))
        .sum()
}

/// log2(2^x + 1).
fn log2_add_one(x: f64) -> f64 {
    x + libm::log2(1.0 + libm::exp2(-x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ballot::Coverage;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    fn ballot(k: u16, n: usize, truth_of: impl Fn(usize) -> usize) -> Ballot {
        Ballot {
            format: super::super::FORMAT.into(),
            round: String::new(),
            query: String::new(),
            roster: String::new(),
            recipient: "reader".into(),
            software: String::new(),
            n_trees: 10,
            coverage: (0..k)
                .map(|class| Coverage {
                    class,
                    batteries: 3,
                })
                .collect(),
            n_training_rows: 100,
            nsr: 2500,
            distance: [0, 0],
            epsilon: None,
            rows: (0..n)
                .map(|i| Row {
                    votes: (0..usize::from(k))
                        .map(|class| if class == truth_of(i) { 10 } else { 0 })
                        .collect(),
                    familiarity: 12,
                    evidence: vec![3; k.into()],
                    soh: None,
                })
                .collect(),
        }
    }

    #[test]
    fn probabilities_add_up_and_differ_by_the_factor_promised() {
        for (epsilon, k) in [(0.5, 2), (1.0, 4), (2.0, 9), (4.0, 9)] {
            let response = RandomizedResponse::new(epsilon, k).unwrap();
            let sum = response.keep() + f64::from(k - 1) * response.other();
            assert!((sum - 1.0).abs() < 1e-12);
            let ratio = response.keep() / response.other();
            assert!((ratio / epsilon.exp() - 1.0).abs() < 1e-12);
        }
        // Two classes at epsilon = ln 3: the truth three times in four.
        let coin = RandomizedResponse::new(3.0_f64.ln(), 2).unwrap();
        assert!((coin.keep() - 0.75).abs() < 1e-12);
        assert_eq!(RandomizedResponse::new(0.0, 2), None);
        assert_eq!(RandomizedResponse::new(f64::NAN, 2), None);
        assert_eq!(RandomizedResponse::new(21.0, 2), None);
        assert_eq!(RandomizedResponse::new(1.0, 0), None);
    }

    #[test]
    fn measured_accuracy_is_the_predicted_one_within_a_point() {
        let (n, k) = (40_000, 5_usize);
        // Four of five answers are right; one in ten batteries is of a class not held.
        let truth = |i: usize| if i % 10 == 9 { k } else { i % k };
        let answer = |i: usize| if i % 10 < 8 { i % k } else { (i + 1) % k };
        let right = |ballot: &Ballot| {
            let hits = ballot.rows.iter().enumerate();
            let hits = hits.filter(|(i, row)| row.votes.get(truth(*i)) == Some(&10));
            hits.count() as f64 / n as f64
        };
        for epsilon in [1.0, 2.0, 3.0, 4.0] {
            let mut cast = ballot(k as u16, n, answer);
            let before = right(&cast);
            assert!((before - 0.8).abs() < 1e-9);
            let mut rng = ChaCha20Rng::seed_from_u64(7);
            let response = randomize(&mut cast, epsilon, &mut rng).unwrap();
            let predicted = response.accuracy(before, 0.9);
            let measured = right(&cast);
            println!("epsilon {epsilon}: predicted {predicted:.4}, measured {measured:.4}");
            assert!((predicted - measured).abs() < 0.01);
            assert!((response.price(before, 0.9) - (before - predicted)).abs() < 1e-12);
            assert!(cast.rows.iter().all(is_randomized));
        }
    }

    #[test]
    fn randomised_ballots_say_nothing_else_per_battery() {
        let mut cast = ballot(3, 50, |i| i % 3);
        cast.rows[7].votes.clear();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        assert!(randomize(&mut cast, -1.0, &mut rng).is_none() && cast.epsilon.is_none());
        randomize(&mut cast, 1.2344, &mut rng).unwrap();
        assert_eq!(cast.epsilon, Some(1234));
        let label = PrivacyLabel::of(&cast);
        assert_eq!((label.labels_released, label.abstained), (50, 0));
        assert_eq!(label.familiarity_bits + label.evidence_bits, 0.0);
        assert_eq!(label.epsilon, Some(1.234));
        assert!((label.epsilon_total.unwrap() - 61.7).abs() < 1e-9);
        assert!((label.total_bits - 50.0 * 3.0_f64.log2()).abs() < 1e-9);
    }

    #[test]
    fn the_label_counts_every_bit() {
        let mut cast = ballot(3, 4, |i| i % 3);
        cast.rows[3].votes.clear();
        let label = PrivacyLabel::of(&cast);
        // Ten trees over three classes: binomial(12, 2) = 66 ways, and abstaining.
        assert!((label.vote_bits - 67.0_f64.log2()).abs() < 1e-12);
        assert_eq!((label.familiarity_bits, label.evidence_bits), (4.0, 12.0));
        assert_eq!((label.labels_released, label.abstained), (3, 1));
        assert!((label.total_bits - 4.0 * (67.0_f64.log2() + 16.0)).abs() < 1e-9);
        assert_eq!((label.nsr_percent, label.epsilon), (2.5, None));
    }
}
