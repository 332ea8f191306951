//! Dawid and Skene (1979): the confusion matrix of every collaborator and the classes of all
//! batteries, each estimated from the other by expectation maximisation. Control batteries enter
//! with their class known.

use super::decide::{normalise, softmax};
use super::panel::Panel;
use super::Control;

/// Rounds of expectation maximisation.
const N_ROUNDS: usize = 20;

/// Pseudo-counts per cell of a confusion matrix: an even smear and an extra on the diagonal.
const SMEAR: f64 = 0.1;
const DIAGONAL: f64 = 1.0;

/// What a control battery weighs against an unlabelled one when confusions are counted.
const CONTROL_WEIGHT: f64 = 3.0;

/// Fitted confusions and the class probabilities of all batteries.
#[derive(Debug, Clone)]
pub struct DawidSkene {
    /// Log P(answer | class) per voter, flat over class x answer.
    log_confusion: Vec<Vec<f64>>,
    log_prior: Vec<f64>,
    n_classes: usize,
}

impl DawidSkene {
    /// Fits to the first answers of all voters, starting from coverage-corrected votes.
    pub fn fit(panel: &Panel<'_>, start: &[Vec<f64>], controls: &[Control]) -> Self {
        let n = panel.n_classes;
        let answers: Vec<Vec<Option<usize>>> = panel
            .voters
            .iter()
            .map(|voter| (0..panel.n_batteries).map(|b| voter.answer(b)).collect())
            .collect();
        let mut posterior = start.to_vec();
        let mut weight = vec![1.0; panel.n_batteries];
        for control in controls {
            if let Some(weight) = weight.get_mut(control.battery) {
                *weight = CONTROL_WEIGHT;
            }
        }
        let mut fitted = Self {
            log_confusion: Vec::new(),
            log_prior: vec![0.0; n],
            n_classes: n,
        };
        for _ in 0..N_ROUNDS {
            for control in controls {
                if let Some(row) = posterior.get_mut(control.battery) {
                    row.fill(0.0);
                    row[control.class] = 1.0;
                }
            }
            fitted.maximise(panel, &answers, &posterior, &weight);
            for (battery, row) in posterior.iter_mut().enumerate() {
                let of = answers.iter().map(|a| a.get(battery).copied().flatten());
                fitted.expect(of, row);
            }
        }
        fitted
    }

    /// Log prior of the classes.
    pub fn log_prior(&self) -> &[f64] {
        &self.log_prior
    }

    /// Adds the log likelihood of a voter's answer on a battery to `scores`.
    pub fn add(
        &self,
        panel: &Panel<'_>,
        voter: usize,
        battery: usize,
        sign: f64,
        scores: &mut [f64],
    ) {
        let answer = panel
            .voters
            .get(voter)
            .and_then(|seat| seat.answer(battery));
        if let (Some(answer), Some(confusion)) = (answer, self.log_confusion.get(voter)) {
            for (class, score) in scores.iter_mut().enumerate() {
                *score += sign * confusion[class * self.n_classes + answer];
            }
        }
    }

    fn maximise(
        &mut self,
        panel: &Panel<'_>,
        answers: &[Vec<Option<usize>>],
        posterior: &[Vec<f64>],
        weight: &[f64],
    ) {
        let n = self.n_classes;
        let mut prior = vec![1.0; n];
        for row in posterior {
            for (sum, p) in prior.iter_mut().zip(row) {
                *sum += p;
            }
        }
        normalise(&mut prior);
        self.log_prior = prior.iter().map(|p| libm::log(*p)).collect();
        self.log_confusion = answers
            .iter()
            .zip(&panel.voters)
            .map(|(answers, voter)| {
                let mut counts = vec![SMEAR; n * n];
                for &class in &voter.held {
                    counts[class * n + class] += DIAGONAL;
                }
                for ((answer, row), weight) in answers.iter().zip(posterior).zip(weight) {
                    if let Some(answer) = answer {
                        for (class, p) in row.iter().enumerate() {
                            counts[class * n + answer] += weight * p;
                        }
                    }
                }
                for row in counts.chunks_mut(n.max(1)) {
                    normalise(row);
                    for cell in row {
                        *cell = libm::log(*cell);
                    }
                }
                counts
            })
            .collect();
    }

    fn expect(&self, answers: impl Iterator<Item = Option<usize>>, out: &mut [f64]) {
        out.copy_from_slice(&self.log_prior);
        for (answer, confusion) in answers.zip(&self.log_confusion) {
            if let Some(answer) = answer {
                for (class, score) in out.iter_mut().enumerate() {
                    *score += confusion[class * self.n_classes + answer];
                }
            }
        }
        softmax(out, 1.0);
    }
}
