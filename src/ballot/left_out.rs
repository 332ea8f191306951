//! The collaborator's own batteries in the query, and how not to show that they are known.
//!
//! A recycler that suspects a battery among the training rows can ask about it: a forest answers
//! rows it has seen with more trees, and their density peaks on them (Yeom et al. 2018). So every
//! query battery that is an own one is answered as if that battery had been left out: by trees,
//! densities and neighbours of the others. Nothing changes for any other battery.

use super::covariance::Whitening;
use super::evidence::Evidence;
use super::familiarity::Familiarity;
use super::training::train;
use super::voter::{Own, VoteParams};
use super::Row;
use crate::forest::ForestError;
use ndarray::{ArrayView1, ArrayView2, Axis};
use std::collections::BTreeMap;

/// A query row belongs to an own battery when it lies nearer to a row of it than this share of
/// the median distance between neighbouring batteries of that class.
const REACH: f64 = 0.25;

/// Root mean square difference, on the query's scale, up to which rows are copies in any case.
const COPY: f64 = 1e-3;

/// Own rows per class that the distance between neighbours is measured on.
const MOST_MEASURED: usize = 500;

/// Forests grown for own batteries in the query: with more batteries than this in a class,
/// several are left out together.
const MOST_GROUPS: usize = 5;

/// The own battery that each query row is a record of, if any.
///
/// `own` has shape (n, p) and `asked` (m, p), both on the query's scale and without added noise.
pub(super) fn own_batteries(
    own: ArrayView2<'_, f64>,
    labels: &[u16],
    batteries: &[u32],
    asked: ArrayView2<'_, f64>,
) -> Vec<Option<u32>> {
    let reach = reach_by_class(own, labels, batteries);
    let limits: Vec<f64> = labels
        .iter()
        .map(|class| reach.get(class).copied().unwrap_or_default())
        .collect();
    let owner = |battery: ArrayView1<'_, f64>| {
        let mut nearest = (f64::INFINITY, None);
        for ((row, limit), owner) in own.rows().into_iter().zip(&limits).zip(batteries) {
            let most = limit.min(nearest.0);
            if let Some(squared) = squared_within(row, battery, most) {
                if squared < nearest.0 {
                    nearest = (squared, Some(*owner));
                }
            }
        }
        nearest.1
    };
    asked.rows().into_iter().map(owner).collect()
}

/// Squared distance within which a row counts as the own one, by class.
fn reach_by_class(
    own: ArrayView2<'_, f64>,
    labels: &[u16],
    batteries: &[u32],
) -> BTreeMap<u16, f64> {
    let mut members: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for (row, class) in labels.iter().enumerate() {
        members.entry(*class).or_default().push(row);
    }
    let copy = COPY * COPY * own.ncols() as f64;
    let reach = |of: &Vec<usize>| {
        let step = of.len().div_ceil(MOST_MEASURED).max(1);
        let measured: Vec<usize> = of.iter().copied().step_by(step).collect();
        let mut nearest: Vec<f64> = measured
            .iter()
            .map(|&a| {
                let others = measured
                    .iter()
                    .filter(|&&b| batteries.get(a) != batteries.get(b));
                others.fold(f64::INFINITY, |least, &b| {
                    squared_within(own.row(a), own.row(b), least).unwrap_or(least)
                })
            })
            .filter(|squared| squared.is_finite())
            .collect();
        crate::order::sort_numbers(&mut nearest);
        let median = nearest.get(nearest.len() / 2).copied().unwrap_or_default();
        (REACH * REACH * median).max(copy)
    };
    members
        .iter()
        .map(|(class, of)| (*class, reach(of)))
        .collect()
}

/// The squared distance, unless it exceeds `most`.
fn squared_within(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>, most: f64) -> Option<f64> {
    let mut squared = 0.0;
    for (a, b) in a.iter().zip(b) {
        squared += (a - b) * (a - b);
        if squared > most {
            return None;
        }
    }
    Some(squared)
}

/// The query three times over, row by row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// As the forest sees it, shape (m, p).
    pub raw: ArrayView2<'a, f64>,
    /// On the query's scale, shape (m, p).
    pub scaled: ArrayView2<'a, f64>,
    /// From [`own_batteries`].
    pub owners: &'a [Option<u32>],
    /// Own rows that familiarity is measured against, ascending.
    pub reference: &'a [usize],
}

/// Replaces all that is said about own batteries by what the other batteries say.
///
/// `near` are the own rows, declared noise included, on the query's scale; `rows` has one entry
/// per query row, each with one value per class of `held` (ascending).
///
/// # Errors
/// [`ForestError`] as the forest's fit.
pub(super) fn answer_left_out(
    own: &Own<'_>,
    near: ArrayView2<'_, f64>,
    asked: &Asked<'_>,
    held: &[u16],
    params: &VoteParams,
    rows: &mut [Row],
) -> Result<(), ForestError> {
    let owners = asked.owners;
    for group in groups(own, owners) {
        let is_in = |battery: &u32| group.contains(battery);
        let others: Vec<usize> = (0..own.labels.len())
            .filter(|&row| !own.batteries.get(row).is_some_and(is_in))
            .collect();
        let of_group: Vec<usize> = (0..owners.len())
            .filter(|&row| owners[row].as_ref().is_some_and(is_in))
            .collect();
        let labels: Vec<u16> = others.iter().map(|&row| own.labels[row]).collect();
        let mut classes = labels.clone();
        crate::order::sort(&mut classes);
        classes.dedup();
        if classes.is_empty() {
            continue;
        }
        let rows_of_others = own.rows.select(Axis(0), &others);
        let forest = train(rows_of_others.view(), &labels, params)?;
        let counts = forest.votes(asked.raw.select(Axis(0), &of_group).view())?;
        let near_others = near.select(Axis(0), &others);
        let evidence = Evidence::fit(near_others.view(), &labels);
        let whitening = Whitening::fit(near_others.view(), &labels);
        let reference: Vec<usize> = (asked.reference.iter().copied())
            .filter(|row| others.binary_search(row).is_ok())
            .collect();
        let batteries: Vec<u32> = (reference.iter())
            .filter_map(|&row| own.batteries.get(row).copied())
            .collect();
        let reference = whitening.apply(near.select(Axis(0), &reference).view());
        let familiarity = Familiarity::new(reference.view(), &batteries);
        let whitened = whitening.apply(asked.scaled);
        for (&row, trees) in of_group.iter().zip(counts.rows()) {
            let levels = evidence.levels(asked.scaled.row(row));
            let familiar = familiarity.level(whitened.row(row));
            // A class whose only battery is left out has no evidence.
            let level = |class: &u16| {
                let place = classes.binary_search(class).ok();
                place.and_then(|place| levels.get(place).copied())
            };
            if let Some(row) = rows.get_mut(row) {
                row.votes = held
                    .iter()
                    .filter_map(|&class| trees.get(usize::from(class)).copied())
                    .collect();
                row.familiarity = familiar;
                row.evidence = held.iter().map(|class| level(class).unwrap_or(0)).collect();
            }
        }
    }
    Ok(())
}

/// Own batteries in the query, dealt in turn within their class, so that a class keeps batteries
/// whenever it has two.
fn groups(own: &Own<'_>, owners: &[Option<u32>]) -> Vec<Vec<u32>> {
    let mut asked: Vec<u32> = owners.iter().flatten().copied().collect();
    crate::order::sort(&mut asked);
    asked.dedup();
    let mut groups = vec![Vec::new(); MOST_GROUPS];
    let mut dealt: BTreeMap<u16, usize> = BTreeMap::new();
    for battery in asked {
        let row = own.batteries.iter().position(|other| *other == battery);
        let class = row.and_then(|row| own.labels.get(row)).copied();
        let turn = dealt.entry(class.unwrap_or_default()).or_default();
        groups[*turn % MOST_GROUPS].push(battery);
        *turn += 1;
    }
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ballot::vote;
    use ndarray::{array, Array2};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::ops::ControlFlow;

    #[test]
    fn records_within_a_quarter_of_the_spacing_are_own_ones() {
        // Batteries of class 0 at 0, 1, 2, 3; one lonely battery of class 1 at 9.
        let own = array![[0.0], [1.0], [2.0], [3.0], [9.0]];
        let asked = array![[1.2], [1.3], [2.0], [9.0], [9.1]];
        assert_eq!(
            own_batteries(own.view(), &[0, 0, 0, 0, 1], &[5, 6, 7, 8, 9], asked.view()),
            [Some(6), None, Some(7), Some(9), None]
        );
        // Records of one battery do not shorten the spacing.
        let own = array![[0.0], [0.01], [1.0], [1.01]];
        let owners = own_batteries(own.view(), &[0; 4], &[1, 1, 2, 2], array![[0.1]].view());
        assert_eq!(owners, [Some(1)]);
    }

    #[test]
    fn groups_leave_a_battery_in_every_class_that_has_two() {
        let labels: Vec<u16> = (0..14).map(|i| u16::from(i >= 12)).collect();
        let batteries: Vec<u32> = (0..14).collect();
        let rows = Array2::<f64>::zeros((14, 1));
        let own = Own {
            rows: rows.view(),
            labels: &labels,
            batteries: &batteries,
        };
        let owners: Vec<Option<u32>> = batteries.iter().copied().map(Some).collect();
        let groups = groups(&own, &owners);
        assert_eq!(groups.concat().len(), 14);
        for group in groups {
            for (class, n) in [(0, 12), (1, 2)] {
                let of_class = |b: &&u32| labels[**b as usize] == class;
                assert!(group.iter().filter(of_class).count() < n);
            }
        }
    }

    #[test]
    fn an_own_battery_is_answered_as_by_a_collaborator_without_it() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let rows = Array2::from_shape_fn((30, 3), |(i, _)| {
            if i % 2 == 0 {
                rng.gen::<f64>()
            } else {
                rng.gen::<f64>() + 0.4
            }
        });
        let labels: Vec<u16> = (0..30).map(|i| i % 2).collect();
        let batteries: Vec<u32> = (0..30).collect();
        let params = |leave_own_out| VoteParams {
            n_classes: 2,
            n_trees: 15,
            rows_per_class: 60,
            nsr_percent: 0.0,
            leave_own_out,
            seed: 4,
        };
        let mut go_on = |_| ControlFlow::Continue(());
        // Asked about its first battery and two that it does not have.
        let query = array![
            [rows[[0, 0]], rows[[0, 1]], rows[[0, 2]]],
            [0.5, 1.9, -0.6],
            [-0.7, 0.2, 1.8]
        ];
        let own = |from: usize| Own {
            rows: rows.slice_axis(Axis(0), (from..).into()),
            labels: &labels[from..],
            batteries: &batteries[from..],
        };
        let cast = vote(&own(0), query.view(), &params(true), &mut go_on).unwrap();
        let open = vote(&own(0), query.view(), &params(false), &mut go_on).unwrap();
        let without = vote(&own(1), query.view(), &params(false), &mut go_on).unwrap();
        assert_eq!(cast.rows[0], without.rows[0]);
        assert_ne!(cast.rows[0], open.rows[0]);
        assert_eq!(cast.rows[1..], open.rows[1..]);
    }
}
