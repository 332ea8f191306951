//! Which claims to set aside: a collaborator that names classes which those who know the batteries
//! deny, or that the control batteries deny.
//!
//! A voter *claims* its class of highest evidence where that is [`CLAIM_LEVEL`] or more. The claim
//! is *denied* where the other voters' score for another class is high and the claim is no lower
//! than it: evidence is absolute, so who errs in good faith claims less than those who know. On
//! PulseBat and the simulated fleets honest voters see 0 to 20 % of their claims denied, liars
//! most of theirs. The worst voter goes first, then the worst single class, and the count is
//! repeated without them.
//!
//! A class with one holder cannot be confirmed by anybody, so denying it takes more
//! ([`SOLE_DENIAL_LEVEL`]). Against a majority of colluders nothing of this helps; control
//! batteries do.

use super::evidence::Best;
use super::panel::Panel;
use super::Control;

/// Evidence from here up is a claim.
const CLAIM_LEVEL: u8 = 3;

/// Score of another class that denies a claim.
const DENIAL_LEVEL: f64 = 6.0;

/// The same where nobody else holds the class claimed.
const SOLE_DENIAL_LEVEL: f64 = 11.0;

/// Claims are set aside when more than this share of them is denied.
const DENIED_SHARE: f64 = 0.3;

/// Denied claims below which nothing is set aside.
const FEWEST_DENIED: u32 = 3;

/// A control battery counts like this many.
const CONTROL_WEIGHT: u32 = 3;

/// Batteries looked at, evenly spread, beside the controls: the rates need no more.
const MOST_BATTERIES: usize = 2000;

/// Claims of one voter, for one class or all, and how many are denied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Record {
    claims: u32,
    denied: u32,
}

impl Record {
    fn is_doubtful(self) -> bool {
        self.denied >= FEWEST_DENIED
            && f64::from(self.denied) > DENIED_SHARE * f64::from(self.claims)
    }
}

/// Silences doubtful claims in `panel` and returns them as `(voter, class)`, in the order found.
pub fn set_aside(panel: &mut Panel<'_>, controls: &[Control]) -> Vec<(usize, usize)> {
    let batteries = looked_at(panel.n_batteries, controls);
    let mut silenced = Vec::new();
    // At most half of what is claimed can go; beyond that nobody can say who lies.
    let n_units: usize = panel.voters.iter().map(|voter| voter.held.len()).sum();
    while 2 * silenced.len() < n_units {
        let records = records(panel, &batteries);
        let totals = records.iter().map(|of| {
            of.iter().fold(Record::default(), |sum, record| Record {
                claims: sum.claims + record.claims,
                denied: sum.denied + record.denied,
            })
        });
        let classes: Vec<(usize, usize)> = match worst(totals) {
            Some(voter) => {
                let seat = &panel.voters[voter];
                let open = seat
                    .held
                    .iter()
                    .zip(&seat.counts)
                    .filter(|(_, counts)| **counts);
                open.map(|(&class, _)| (voter, class)).collect()
            }
            None => {
                let n = panel.n_classes;
                let flat = worst(records.iter().flatten().copied());
                flat.map(|unit| (unit / n, unit % n)).into_iter().collect()
            }
        };
        if classes.is_empty() {
            break;
        }
        for &(voter, class) in &classes {
            let seat = &mut panel.voters[voter];
            for (held, counts) in seat.held.iter().zip(&mut seat.counts) {
                *counts &= *held != class;
            }
        }
        silenced.extend(classes);
    }
    silenced
}

/// Index of the doubtful record with most denials, ties to the lowest.
fn worst(records: impl Iterator<Item = Record>) -> Option<usize> {
    let mut worst: Option<(usize, u32)> = None;
    for (index, record) in records.enumerate() {
        if record.is_doubtful() && worst.is_none_or(|(_, most)| record.denied > most) {
            worst = Some((index, record.denied));
        }
    }
    worst.map(|(index, _)| index)
}

/// Batteries to look at, each with its class if it is a control.
fn looked_at(n_batteries: usize, controls: &[Control]) -> Vec<(usize, Option<usize>)> {
    let stride = n_batteries.div_ceil(MOST_BATTERIES).max(1);
    let mut out: Vec<(usize, Option<usize>)> = controls
        .iter()
        .map(|control| (control.battery, Some(control.class)))
        .collect();
    let is_control = |battery: usize| controls.iter().any(|c| c.battery == battery);
    let others = (0..n_batteries).step_by(stride).filter(|&b| !is_control(b));
    out.extend(others.map(|battery| (battery, None)));
    out
}

/// Claims and denials per voter and class.
fn records(panel: &Panel<'_>, batteries: &[(usize, Option<usize>)]) -> Vec<Vec<Record>> {
    let holders = panel.holders();
    let mut records = vec![vec![Record::default(); panel.n_classes]; panel.voters.len()];
    for &(battery, known) in batteries {
        let mut best = vec![Best::default(); panel.n_classes];
        let mut claims = Vec::with_capacity(panel.voters.len());
        for (index, voter) in panel.voters.iter().enumerate() {
            let mut top: Option<(usize, u8)> = None;
            for (class, level) in voter.levels(battery) {
                best[class].add(index, level);
                if top.is_none_or(|(_, most)| level > most) {
                    top = Some((class, level));
                }
            }
            if let Some((class, level)) = top.filter(|(_, level)| *level >= CLAIM_LEVEL) {
                claims.push((index, class, level));
            }
        }
        for (voter, class, level) in claims {
            let (weight, is_denied) = match known {
                Some(truth) => (CONTROL_WEIGHT, truth != class),
                None => {
                    let is_sole = holders[class] <= 1;
                    let least = if is_sole {
                        SOLE_DENIAL_LEVEL
                    } else {
                        DENIAL_LEVEL
                    };
                    let (other, score) = top_without(&best, voter);
                    let is_above = score >= least && f64::from(level) >= score;
                    (1, other != class && is_above)
                }
            };
            let record = &mut records[voter][class];
            record.claims += weight;
            record.denied += if is_denied { weight } else { 0 };
        }
    }
    records
}

/// The class with the best score by the other voters, ties to the lowest, and that score.
fn top_without(best: &[Best], voter: usize) -> (usize, f64) {
    let mut top = (0, f64::NEG_INFINITY);
    for (class, best) in best.iter().enumerate() {
        let score = best.without(Some(voter)).unwrap_or(-1.0);
        if score > top.1 {
            top = (class, score);
        }
    }
    top
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_always_looked_at() {
        let controls = [Control {
            battery: 4321,
            class: 1,
        }];
        let batteries = looked_at(10_000, &controls);
        assert_eq!(batteries[0], (4321, Some(1)));
        assert_eq!(batteries.len(), 2001);
    }
}
