//! How near a query battery lies to a collaborator's own rows, in 16 levels. Distances are taken
//! between rows as [`super::Whitening`] gives them.

use super::space::quantile;
use super::LEVELS;
use ndarray::{ArrayView1, ArrayView2};

/// Own rows that count as the neighbourhood of a battery.
const NEIGHBOURS: usize = 5;

/// Levels from here up lie within the collaborator's own 95 % quantile; the rule `abstain` takes
/// votes from here only.
pub const FAMILIAR_FROM: u8 = LEVELS / 2;

/// Upper tail shares that the levels above [`FAMILIAR_FROM`] begin at: the share of own rows that
/// lie at least as far from their neighbours.
const TAIL_SHARES: [f64; 7] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8];

/// Own rows and how far they lie from each other: the yardstick of familiarity.
#[derive(Debug, Clone)]
pub struct Familiarity<'a> {
    rows: ArrayView2<'a, f64>,
    /// Ascending distances of own rows to their neighbours of other batteries.
    own: Vec<f64>,
    /// 95 % quantile of `own`.
    edge: f64,
}

impl<'a> Familiarity<'a> {
    /// Measures own rows, shape (n, p), against each other. Rows of the same battery (equal
    /// entries in `batteries`) are left out together: two records of one battery say nothing
    /// about how near *another* battery of its kind would lie.
    pub fn new(rows: ArrayView2<'a, f64>, batteries: &[u32]) -> Self {
        let mut own: Vec<f64> = (0..rows.nrows())
            .filter_map(|i| {
                mean_of_nearest(rows, rows.row(i), |j| batteries.get(i) != batteries.get(j))
            })
            .collect();
        crate::order::sort_numbers(&mut own);
        let edge = quantile(&own, 0.95);
        Self { rows, own, edge }
    }

    /// The level of a battery: 0 far .. 15 among the own rows.
    ///
    /// Within the 95 % quantile of the own distances the level follows the tail share; beyond it
    /// every factor of sqrt 2 in distance costs one level.
    pub fn level(&self, battery: ArrayView1<'_, f64>) -> u8 {
        let Some(distance) = mean_of_nearest(self.rows, battery, |_| true) else {
            return 0;
        };
        if distance <= self.edge {
            let nearer = self.own.partition_point(|own| *own < distance);
            let tail = 1.0 - nearer as f64 / self.own.len().max(1) as f64;
            FAMILIAR_FROM + TAIL_SHARES.iter().filter(|share| tail >= **share).count() as u8
        } else {
            let ratio = distance / self.edge.max(f64::MIN_POSITIVE);
            let lost = (2.0 * libm::log2(ratio)) as u8;
            (FAMILIAR_FROM - 1).saturating_sub(lost)
        }
    }
}

/// Mean Euclidean distance to the nearest rows among those admitted.
fn mean_of_nearest(
    rows: ArrayView2<'_, f64>,
    from: ArrayView1<'_, f64>,
    admit: impl Fn(usize) -> bool,
) -> Option<f64> {
    let mut nearest = [f64::INFINITY; NEIGHBOURS];
    let mut n_seen = 0;
    for (j, row) in rows.rows().into_iter().enumerate() {
        if !admit(j) {
            continue;
        }
        n_seen += 1;
        let mut squared = 0.0;
        for (a, b) in row.iter().zip(from) {
            squared += (a - b) * (a - b);
        }
        // Insertion into the short ascending list; farther rows fall off its end.
        let mut carried = squared;
        for kept in &mut nearest {
            if carried < *kept {
                std::mem::swap(&mut carried, kept);
            }
        }
    }
    let k = n_seen.min(NEIGHBOURS);
    (k > 0).then(|| nearest.iter().take(k).map(|d| d.sqrt()).sum::<f64>() / k as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, Array2};

    #[test]
    fn own_rows_are_familiar_and_far_ones_are_not() {
        let rows = Array2::from_shape_fn((100, 2), |(i, j)| ((i * (7 + 4 * j)) % 100) as f64);
        let batteries: Vec<u32> = (0..100).collect();
        let familiarity = Familiarity::new(rows.view(), &batteries);
        let level = |x: f64, y: f64| familiarity.level(array![x, y].view());
        assert!(level(50.0, 50.0) >= FAMILIAR_FROM);
        assert!(level(130.0, 50.0) < FAMILIAR_FROM);
        assert!(level(130.0, 50.0) > level(200.0, 50.0));
        assert_eq!(level(1e9, 0.0), 0);
    }

    #[test]
    fn about_a_twentieth_of_the_own_rows_lies_outside() {
        let rows = Array2::from_shape_fn((200, 1), |(i, _)| {
            let u = i as f64 / 199.0;
            u * u * u
        });
        let batteries: Vec<u32> = (0..200).collect();
        let familiarity = Familiarity::new(rows.view(), &batteries);
        let n_outside = familiarity
            .own
            .iter()
            .filter(|d| **d > familiarity.edge)
            .count();
        assert_eq!(n_outside, 10);
    }

    #[test]
    fn records_of_one_battery_do_not_vouch_for_each_other() {
        let rows = array![[0.0], [0.0], [10.0], [10.0]];
        let alone = Familiarity::new(rows.view(), &[0, 1, 2, 3]);
        let paired = Familiarity::new(rows.view(), &[0, 0, 1, 1]);
        assert!(paired.edge > alone.edge);
    }
}
