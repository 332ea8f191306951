//! When a battery is unknown to everybody: its best class has too little evidence.

use super::panel::{Panel, Voter};
use crate::ballot::FAMILIAR_FROM;

/// Least score of evidence (levels, 0..16.5) of a battery that somebody knows, by the batteries
/// behind its best class: `(from so many, score)`, ascending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits(&'static [(u32, f64)]);

/// A battery of pulses is many rows, so even one makes a class. Chosen about midway between 90 % of
/// the unknown and 5 % of the known batteries on the first half of PulseBat.
const OF_PULSES: Limits = Limits(&[(0, 11.9)]);

/// A battery of cycles is one row, and from a few rows in thirty columns the next of its class fits
/// badly. Chosen on simulated fleets of 45, 70 and 130 batteries dealt to ten collaborators, seeds
/// 1-3 and 11-13. There 5 % of the known batteries have less than 1.6, 2.4, 4.4, 3.8, 7.5, 4.0 and
/// 8.5 from two to eight batteries and less than 9.5 to 11.5 from more; 90 % of a class that nobody
/// holds have less than 3.2 at five batteries, 5.2 at six and 4 at more. From fewer than five, a
/// low score is the rule and says little.
const OF_CYCLES: Limits = Limits(&[(0, 1.1), (5, 3.5), (6, 8.5)]);

impl Limits {
    /// The limits for a query of this schema; a schema of one's own is judged as cycles are.
    pub fn of_schema(schema: &str) -> Self {
        match schema {
            "pulse-21/1" => OF_PULSES,
            _ => OF_CYCLES,
        }
    }

    /// The limit of a class with so many batteries behind it.
    fn at(self, n_behind: u32) -> f64 {
        let steps = self.0.iter().rev();
        let step = steps.copied().find(|(from, _)| n_behind >= *from);
        step.map_or(0.0, |(_, limit)| limit)
    }

    /// The limit of a class with many batteries behind it.
    fn most(self) -> f64 {
        self.at(u32::MAX)
    }
}

/// A battery that lies this many levels below the middle one of its query may be unknown, and one
/// below the floor is, whatever the query.
const UNKNOWN_GAP: f64 = 1.75;
const UNKNOWN_FLOOR: f64 = 3.0;

/// Limits that know the query.
pub struct Unknown {
    limits: Limits,
    most: f64,
}

impl Unknown {
    /// `scores` of the best class of every battery. Where the classes are broad against the query,
    /// even their own kind scores low: then most of the query would be unknown, and the limit
    /// follows its middle battery instead.
    pub fn new(limits: Limits, scores: &[f64]) -> Self {
        let mut sorted = scores.to_vec();
        crate::order::sort_numbers(&mut sorted);
        let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let most = if middle >= limits.most() {
            limits.most()
        } else {
            (middle - UNKNOWN_GAP).clamp(UNKNOWN_FLOOR, limits.most())
        };
        Self { limits, most }
    }

    /// Whether nobody knows a battery with this score and so many batteries behind its best class.
    pub fn is(&self, score: f64, n_behind: u32) -> bool {
        score < self.most.min(self.limits.at(n_behind))
    }
}

/// Whether a voter finds the battery familiar where no ballot carries evidence. Where one does, a
/// silent ballot must not outvote what was measured: any liar could send one.
pub fn is_vouched_for(panel: &Panel<'_>, battery: usize) -> bool {
    let mut heard = panel.voters.iter().filter(|voter| voter.is_heard());
    let is_silent = |voter: &Voter<'_>| voter.levels(battery).next().is_none();
    heard.clone().all(is_silent) && heard.any(|voter| voter.familiarity(battery) >= FAMILIAR_FROM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_grows_with_the_batteries_behind_a_class() {
        let unknown = Unknown::new(OF_CYCLES, &[14.0, 14.0, 2.0]);
        for (score, n_behind, wanted) in [
            (1.0, 1, true),
            (1.2, 4, false),
            (3.4, 5, true),
            (3.6, 5, false),
            (8.4, 6, true),
            (8.5, 60, false),
        ] {
            assert_eq!(unknown.is(score, n_behind), wanted, "{score} {n_behind}");
        }
    }

    #[test]
    fn it_follows_a_query_that_scores_low_down_to_a_floor() {
        let low = Unknown::new(OF_CYCLES, &[7.0, 7.0, 7.0]);
        assert!(low.is(5.2, 9) && !low.is(5.3, 9));
        let lower = Unknown::new(OF_CYCLES, &[0.0, 0.0, 0.0]);
        assert!(lower.is(2.9, 9) && !lower.is(3.0, 9));
    }
}
