//! The rule `evidence`: a class scores the mean of the two best levels among its holders.
//!
//! The best level alone is the most accurate and the easiest to lie about: one voter that claims
//! 15 takes every battery. With the mean of two, a lie for a class that somebody else holds too
//! gains half at most; a class with one holder rests on that one, and [`super::trust`] is what
//! stands against it. Forest shares, weighted by familiarity, break ties.

use super::panel::{Panel, Voter};
use super::weights::Weights;

/// Levels that a full share of familiar forest votes is worth.
const TIE_LEVELS: f64 = 1.5;

/// The three best levels of a class and who gave them: enough to leave any one voter out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Best {
    places: [Option<(u8, usize)>; 3],
}

impl Best {
    /// Enters a level; of equal ones the first stays ahead.
    pub(super) fn add(&mut self, voter: usize, level: u8) {
        let mut carried = Some((level, voter));
        for place in &mut self.places {
            let is_better = match (carried, *place) {
                (Some((new, _)), Some((old, _))) => new > old,
                (new, None) => new.is_some(),
                (None, _) => false,
            };
            if is_better {
                std::mem::swap(&mut carried, place);
            }
        }
    }

    /// Mean of the two best levels of all voters but `voter`; `None` where there are none.
    pub(super) fn without(&self, voter: Option<usize>) -> Option<f64> {
        let mut others = self
            .places
            .iter()
            .flatten()
            .filter(|(_, by)| Some(*by) != voter);
        match (others.next(), others.next()) {
            (Some((first, _)), Some((second, _))) => {
                Some(0.5 * (f64::from(*first) + f64::from(*second)))
            }
            (Some((only, _)), None) => Some(f64::from(*only)),
            _ => None,
        }
    }

    /// The voters whose absence would change the mean.
    fn bearers(&self) -> impl Iterator<Item = usize> + '_ {
        self.places.iter().take(2).flatten().map(|(_, by)| *by)
    }
}

/// What all voters together say about one battery, in a form that any one can be taken out of.
///
/// One pass over the voters fills it; the scores without a voter then cost one step per class
/// instead of another pass, which would make leave-one-out quadratic in the ballots.
#[derive(Debug, Clone)]
pub struct Standing {
    best: Vec<Best>,
    /// Forest shares times weight, summed over voters.
    shares: Vec<f64>,
    /// Sum of the weights.
    total: f64,
}

impl Standing {
    /// An empty one for this many classes.
    pub fn new(n_classes: usize) -> Self {
        Self {
            best: vec![Best::default(); n_classes],
            shares: vec![0.0; n_classes],
            total: 0.0,
        }
    }

    /// Counts a battery anew. `local` are the weights of `wdv-local`.
    pub fn count(&mut self, panel: &Panel<'_>, local: &Weights, battery: usize) {
        self.best.fill(Best::default());
        self.shares.fill(0.0);
        self.total = 0.0;
        for (index, voter) in panel.voters.iter().enumerate() {
            if !voter.is_heard() {
                continue;
            }
            for (class, level) in voter.levels(battery) {
                self.best[class].add(index, level);
            }
            let weight = local.weight(panel, index, battery);
            self.total += weight;
            for (class, share) in voter.shares(battery) {
                self.shares[class] += weight * share;
            }
        }
    }

    /// Scores in levels, 0..16.5 per class.
    pub fn scores(&self, scores: &mut [f64]) {
        scores.copy_from_slice(&self.shares);
        self.finish(scores, self.total, None);
    }

    /// The highest score.
    pub fn top(&self, scores: &mut [f64]) -> f64 {
        self.scores(scores);
        scores.iter().copied().fold(0.0, f64::max)
    }

    /// Batteries behind the class with the highest of `scores`: the most that a voter states whose
    /// level counts for it.
    pub fn batteries_behind(&self, panel: &Panel<'_>, scores: &[f64]) -> u32 {
        let Some(top) = super::decide::argmax(scores) else {
            return 0;
        };
        let stated = |voter: usize| {
            let coverage = &panel.voters.get(voter)?.ballot.coverage;
            let held = coverage
                .iter()
                .find(|held| usize::from(held.class) == top)?;
            Some(held.batteries)
        };
        let bearers = self.best.get(top).into_iter().flat_map(Best::bearers);
        bearers.filter_map(stated).max().unwrap_or(0)
    }

    /// The voters whose absence alone would give another class the highest score; `argmax` breaks
    /// ties. `scores` are those of all voters.
    pub fn decisive(
        &self,
        panel: &Panel<'_>,
        local: &Weights,
        battery: usize,
        scores: &[f64],
        argmax: impl Fn(&[f64]) -> Option<usize>,
    ) -> Vec<usize> {
        let Some(top) = argmax(scores) else {
            return Vec::new();
        };
        let others = scores.iter().enumerate().filter(|(class, _)| *class != top);
        let second = others.map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max);
        // Taking a voter out moves the forests' part of a lead by twice its size at most; beyond
        // that only a voter behind one of the levels can turn it.
        let is_close = scores[top] - second <= 2.0 * TIE_LEVELS;
        let mut candidates: Vec<usize> = if is_close {
            (0..panel.voters.len()).collect()
        } else {
            self.best.iter().flat_map(Best::bearers).collect()
        };
        crate::order::sort(&mut candidates);
        candidates.dedup();
        let mut without = scores.to_vec();
        candidates.retain(|&index| {
            let Some(voter) = panel.voters.get(index).filter(|voter| voter.is_heard()) else {
                return false;
            };
            let weight = local.weight(panel, index, battery);
            self.scores_without(voter, index, weight, battery, &mut without);
            argmax(&without) != Some(top)
        });
        candidates
    }

    fn scores_without(
        &self,
        voter: &Voter<'_>,
        index: usize,
        weight: f64,
        battery: usize,
        scores: &mut [f64],
    ) {
        scores.copy_from_slice(&self.shares);
        for (class, share) in voter.shares(battery) {
            scores[class] -= weight * share;
        }
        self.finish(scores, self.total - weight, Some(index));
    }

    /// From weighted shares to scores.
    fn finish(&self, scores: &mut [f64], total: f64, skip: Option<usize>) {
        for (score, best) in scores.iter_mut().zip(&self.best) {
            *score = if total > 0.0 {
                TIE_LEVELS * *score / total
            } else {
                0.0
            };
            *score += best.without(skip).unwrap_or(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_two_of_the_others() {
        let mut best = Best::default();
        for (voter, level) in [(0, 3), (1, 14), (2, 9), (3, 11)] {
            best.add(voter, level);
        }
        assert_eq!(best.without(None), Some(12.5));
        assert_eq!(best.without(Some(7)), Some(12.5));
        assert_eq!(best.without(Some(1)), Some(10.0));
        assert_eq!(best.without(Some(3)), Some(11.5));
        assert_eq!(Best::default().without(Some(0)), None);
    }
}
