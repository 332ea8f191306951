//! Which claims to set aside: a collaborator that names a class which those who know the battery
//! deny, or that the control batteries deny.
//!
//! A voter *claims* a class on a battery when its evidence for it is [`CLAIM_LEVEL`] or more and
//! above its evidence for all others. Honest voters seldom claim against each other, because
//! evidence for a class is absolute: who does not know a battery claims nothing. So claims of one
//! class by one voter are set aside where other claims outvote too many of them, the worst first,
//! and the count is repeated without them.

use super::panel::Panel;
use super::Control;

/// Evidence from here up is a claim.
const CLAIM_LEVEL: u8 = 7;

/// Claims are set aside when more than this share of them is denied.
const DENIED_SHARE: f64 = 0.4;

/// Denied claims below which nothing is set aside.
const FEWEST_DENIED: u32 = 3;

/// A control battery denies like this many claims.
const CONTROL_DENIALS: u32 = 3;

/// Claims of one voter for one class, and how many others deny.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Record {
    claims: u32,
    denied: u32,
}

/// Silences doubtful claims in `panel` and returns them as `(voter, class)`, in the order found.
pub fn set_aside(panel: &mut Panel<'_>, controls: &[Control]) -> Vec<(usize, usize)> {
    let mut silenced = Vec::new();
    let mut known = vec![None; panel.n_batteries];
    for control in controls {
        if let Some(class) = known.get_mut(control.battery) {
            *class = Some(control.class);
        }
    }
    // At most half of all claims can go; beyond that nobody can say who lies.
    let n_units: usize = panel.voters.iter().map(|voter| voter.held.len()).sum();
    while silenced.len() < n_units / 2 {
        let records = records(panel, &known);
        let worst = records
            .iter()
            .enumerate()
            .flat_map(|(voter, of)| {
                of.iter()
                    .enumerate()
                    .map(move |(class, r)| (voter, class, r))
            })
            .filter(|(_, _, record)| is_doubtful(**record))
            .fold(
                None::<(usize, usize, u32)>,
                |worst, (voter, class, record)| match worst {
                    Some((_, _, most)) if most >= record.denied => worst,
                    _ => Some((voter, class, record.denied)),
                },
            );
        let Some((voter, class, _)) = worst else {
            break;
        };
        let seat = &mut panel.voters[voter];
        for (held, counts) in seat.held.iter().zip(&mut seat.counts) {
            if *held == class {
                *counts = false;
            }
        }
        silenced.push((voter, class));
    }
    silenced
}

fn is_doubtful(record: Record) -> bool {
    record.denied >= FEWEST_DENIED
        && f64::from(record.denied) > DENIED_SHARE * f64::from(record.claims)
}

/// Claims and denials per voter and class.
fn records(panel: &Panel<'_>, known: &[Option<usize>]) -> Vec<Vec<Record>> {
    let mut records = vec![vec![Record::default(); panel.n_classes]; panel.voters.len()];
    let mut claims: Vec<(usize, usize)> = Vec::with_capacity(panel.voters.len());
    let mut per_class = vec![0_u32; panel.n_classes];
    for (battery, known) in known.iter().enumerate() {
        claims.clear();
        per_class.fill(0);
        for (index, voter) in panel.voters.iter().enumerate() {
            if let Some(class) = claim(voter.levels(battery)) {
                claims.push((index, class));
                per_class[class] += 1;
            }
        }
        for &(voter, class) in &claims {
            let record = &mut records[voter][class];
            let agree = per_class[class] - 1;
            let deny = claims.len() as u32 - 1 - agree;
            match known {
                Some(truth) => {
                    record.claims += CONTROL_DENIALS;
                    record.denied += if *truth == class { 0 } else { CONTROL_DENIALS };
                }
                None => {
                    record.claims += 1;
                    record.denied += u32::from(deny > agree);
                }
            }
        }
    }
    records
}

/// The class a voter claims: the highest level, if high enough; ties to the lowest class.
fn claim(levels: impl Iterator<Item = (usize, u8)>) -> Option<usize> {
    let mut best: Option<(usize, u8)> = None;
    for (class, level) in levels {
        if best.is_none_or(|(_, most)| level > most) {
            best = Some((class, level));
        }
    }
    best.filter(|(_, level)| *level >= CLAIM_LEVEL)
        .map(|(class, _)| class)
}
