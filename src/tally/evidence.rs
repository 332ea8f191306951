//! The rule `evidence`: a class scores the mean of the two best levels among its holders.
//!
//! The best level alone is the most accurate and the easiest to lie about: one voter that claims
//! 15 takes every battery. With the mean of two, a lie for a class that somebody else holds too
//! gains half at most; a class with one holder rests on that one, and [`super::trust`] is what
//! stands against it. Forest shares, weighted by familiarity, break ties.

use super::panel::Panel;
use super::weights::Weights;

/// Levels that a full share of familiar forest votes is worth.
pub(super) const TIE_LEVELS: f64 = 1.5;

/// Scores of a battery in levels, 0..16 per class.
///
/// `local` are the weights of `wdv-local`; `skip` leaves one voter out.
pub fn scores(
    panel: &Panel<'_>,
    local: &Weights,
    battery: usize,
    skip: Option<usize>,
    scores: &mut [f64],
) {
    let mut best = vec![[None::<u8>; 2]; panel.n_classes];
    scores.fill(0.0);
    let mut total = 0.0;
    for (index, voter) in panel.voters.iter().enumerate() {
        if Some(index) == skip {
            continue;
        }
        for (class, level) in voter.levels(battery) {
            let [first, second] = &mut best[class];
            if first.is_none_or(|known| level > known) {
                *second = *first;
                *first = Some(level);
            } else if second.is_none_or(|known| level > known) {
                *second = Some(level);
            }
        }
        if voter.is_heard() {
            total += local.weight(panel, index, battery);
            local.add(panel, index, battery, 1.0, scores);
        }
    }
    for (score, best) in scores.iter_mut().zip(&best) {
        *score = if total > 0.0 {
            TIE_LEVELS * *score / total
        } else {
            0.0
        };
        *score += match best {
            [Some(first), Some(second)] => 0.5 * (f64::from(*first) + f64::from(*second)),
            [Some(only), None] => f64::from(*only),
            _ => 0.0,
        };
    }
}
