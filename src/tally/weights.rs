//! Rules that sum tree shares with a weight per collaborator, or per collaborator and battery.

use super::panel::Panel;
use super::{Options, Rule};
use crate::ballot::{FAMILIAR_FROM, LEVELS};

/// Per level of familiarity lost, a vote of `wdv-local` loses this factor.
const LOCAL_FACTOR: f64 = 0.6;

/// Largest lead of an exponent over the middle one that still leaves both a normal number.
const MOST_AHEAD: f64 = 700.0;

/// Weights of one rule on one panel.
#[derive(Debug, Clone)]
pub struct Weights {
    rule: Rule,
    /// Weight per voter, capped.
    global: Vec<f64>,
    /// Divisor per class.
    holders: Vec<f64>,
    /// `wdv-local`: factor per level of familiarity.
    by_level: [f64; LEVELS as usize],
}

impl Weights {
    /// Weights of an additive rule.
    pub fn new(panel: &Panel<'_>, rule: Rule, options: &Options) -> Self {
        let mut global: Vec<f64> = match rule {
            Rule::MajorityBySize => panel.voters.iter().map(|v| v.n_batteries as f64).collect(),
            Rule::Wasserstein => wasserstein(panel, options),
            _ => vec![1.0; panel.voters.len()],
        };
        cap(&mut global, options.weight_cap);
        let holders = if rule == Rule::Coverage {
            panel
                .holders()
                .iter()
                .map(|&n| f64::from(n.max(1)))
                .collect()
        } else {
            vec![1.0; panel.n_classes]
        };
        Self {
            rule,
            global,
            holders,
            by_level: by_level(),
        }
    }

    /// Weight of a voter on a battery.
    pub fn weight(&self, panel: &Panel<'_>, voter: usize, battery: usize) -> f64 {
        let (Some(seat), Some(&global)) = (panel.voters.get(voter), self.global.get(voter)) else {
            return 0.0;
        };
        let familiarity = seat.familiarity(battery);
        match self.rule {
            Rule::WassersteinLocal => {
                let factor = self.by_level.get(usize::from(familiarity));
                global * factor.copied().unwrap_or(1.0)
            }
            Rule::Abstain if familiarity < FAMILIAR_FROM => 0.0,
            _ => global,
        }
    }

    /// Adds a voter's weighted shares on a battery to `scores`; `sign` -1 takes them out again.
    pub fn add(
        &self,
        panel: &Panel<'_>,
        voter: usize,
        battery: usize,
        sign: f64,
        scores: &mut [f64],
    ) {
        let Some(seat) = panel.voters.get(voter) else {
            return;
        };
        let weight = sign * self.weight(panel, voter, battery);
        if self.rule == Rule::Independent {
            if let Some(class) = seat.answer(battery) {
                scores[class] += weight;
            }
            return;
        }
        for (class, share) in seat.shares(battery) {
            scores[class] += weight * share / self.holders[class];
        }
    }
}

/// Powers of [`LOCAL_FACTOR`], one per level lost; 1 at the highest level.
fn by_level() -> [f64; LEVELS as usize] {
    let mut factors = [1.0; LEVELS as usize];
    let mut factor = 1.0;
    for slot in factors.iter_mut().rev() {
        *slot = factor;
        factor *= LOCAL_FACTOR;
    }
    factors
}

/// omega_k = alpha^(-lambda (1 - M_k)); only beta = lambda ln alpha matters (Tao et al. 2023,
/// eq. 7). beta > 0 is the published prose, distant collaborators count more; beta < 0 the
/// reverse. Shifted by the largest exponent, which cancels in the sum.
fn wasserstein(panel: &Panel<'_>, options: &Options) -> Vec<f64> {
    let order = usize::from(options.q.clamp(1, 2)) - 1;
    let exponents: Vec<f64> = panel
        .voters
        .iter()
        .map(|v| options.beta * (f64::from(v.ballot.distance[order]) / 1e4 - 1.0))
        .collect();
    let mut sorted = exponents.clone();
    crate::order::sort_numbers(&mut sorted);
    let (Some(&middle), Some(&most)) = (sorted.get(sorted.len() / 2), sorted.last()) else {
        return Vec::new();
    };
    // Farther ahead the middle weight would vanish, and with it what the cap is measured by.
    let most = most.min(middle + MOST_AHEAD);
    (exponents.iter())
        .map(|e| libm::exp((e - most).min(0.0)))
        .collect()
}

/// Limits every weight to `cap` times the median weight: sizes and distances are the voter's own
/// words, and one that claims ten times the rest must not decide alone.
fn cap(weights: &mut [f64], cap: f64) {
    let mut sorted = weights.to_vec();
    crate::order::sort_numbers(&mut sorted);
    let Some(&median) = sorted.get(sorted.len() / 2) else {
        return;
    };
    if median > 0.0 {
        for weight in weights {
            *weight = weight.min(cap * median);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_weight_exceeds_the_cap() {
        let mut weights = [100.0, 120.0, 150.0, 1500.0, 110.0];
        cap(&mut weights, 3.0);
        assert_eq!(weights, [100.0, 120.0, 150.0, 360.0, 110.0]);
        let mut none: [f64; 0] = [];
        cap(&mut none, 3.0);
        let mut zeros = [0.0, 0.0];
        cap(&mut zeros, 3.0);
        assert_eq!(zeros, [0.0, 0.0]);
    }
}
