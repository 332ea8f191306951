//! Sorting that stays small.
//!
//! The standard library's sorts are fast on millions of items and cost 4-6 kB of code for every
//! type and every way of comparing; some twenty of them were a tenth of a page's engine. What is
//! sorted here is short, so one merge sort of positions serves all types. The forest, which does
//! sort millions, has [a radix sort of its own](crate::forest).

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Sorts stably, as `slice::sort_by`.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order = {
        let items = &*items;
        positions(
            items.len(),
            &mut |a, b| match (items.get(a), items.get(b)) {
                (Some(a), Some(b)) => compare(a, b),
                _ => Ordering::Equal,
            },
        )
    };
    // Every cycle of the permutation is walked once.
    for start in 0..order.len() {
        let mut at = start;
        while let Some(place) = order.get_mut(at) {
            let from = std::mem::replace(place, at);
            if from == start || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

/// Sorts stably by a key, as `slice::sort_by_key`.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts ascending.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts numbers ascending, in the total order of IEEE 754: the one sort of the standard library
/// that is worth its size here.
pub fn sort_numbers(values: &mut [f64]) {
    values.sort_unstable_by(f64::total_cmp);
}

/// A map of pairs, later ones over earlier ones. `collect` gives the same and brings a sort for
/// every type.
pub fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

/// Positions of `n` items in ascending order, equal ones as they stand: a merge sort from below.
fn positions(n: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..n).collect();
    let mut width = 1;
    while width < n {
        let mut merged = Vec::with_capacity(n);
        for pair in sorted.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some((&a, after_a)), Some((&b, after_b))) =
                (left.split_first(), right.split_first())
            {
                if compare(b, a) == Ordering::Less {
                    merged.push(b);
                    right = after_b;
                } else {
                    merged.push(a);
                    left = after_a;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        sorted = merged;
        width *= 2;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items: Vec<(u8, u16)>) {
            let (mut ours, mut expected) = (items.clone(), items);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            expected.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &expected);
            sort(&mut ours);
            expected.sort();
            prop_assert_eq!(&ours, &expected);
            sort_by_key(&mut ours, |item| u16::MAX - item.1);
            expected.sort_by_key(|item| u16::MAX - item.1);
            prop_assert_eq!(ours, expected);
        }
    }

    #[test]
    fn numbers_are_sorted_in_total_order() {
        let mut values = [f64::NAN, 1.0, -0.0, f64::NEG_INFINITY, 0.0, -1.0];
        sort_numbers(&mut values);
        assert_eq!(values[..2], [f64::NEG_INFINITY, -1.0]);
        assert!(values[2].is_sign_negative() && values[5].is_nan());
    }
}
