//! Splits into training and test rows that never cut a battery in two.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Row numbers to train and to test on, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// To train on.
    pub train: Vec<usize>,
    /// To test on.
    pub test: Vec<usize>,
}

impl Split {
    fn of(is_test: impl IntoIterator<Item = bool>) -> Self {
        let mut split = Self::default();
        for (row, is_test) in is_test.into_iter().enumerate() {
            let side = if is_test {
                &mut split.test
            } else {
                &mut split.train
            };
            side.push(row);
        }
        split
    }
}

/// Splits by physical battery, stratified by class.
///
/// All rows of a battery fall on the same side; it counts for the class of its first row. Of each
/// class, the share `test_share` of its batteries, rounded, is drawn for the test, but at least
/// one stays to train on. `batteries` and `classes` have one entry per row.
pub fn split_by_battery<S: AsRef<str>>(
    batteries: &[S],
    classes: &[u16],
    test_share: f64,
    seed: u64,
) -> Split {
    let mut class_of: BTreeMap<&str, u16> = BTreeMap::new();
    let mut strata: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (battery, &class) in batteries.iter().zip(classes) {
        // In the order of their first row, so that equal files split alike.
        class_of.entry(battery.as_ref()).or_insert_with(|| {
            strata.entry(class).or_default().push(battery.as_ref());
            class
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut test: BTreeMap<&str, bool> = BTreeMap::new();
    for members in strata.values_mut() {
        let n = members.len() as u32;
        for i in (1..n).rev() {
            members.swap(i as usize, rng.gen_range::<u32, _>(0..=i) as usize);
        }
        let n_test = (f64::from(n) * test_share.clamp(0.0, 1.0)).round() as usize;
        let n_test = n_test.min(members.len() - 1);
        for (i, member) in members.iter().enumerate() {
            test.insert(*member, i < n_test);
        }
    }
    let is_test = |battery: &S| test.get(battery.as_ref()).copied().unwrap_or(false);
    Split::of(batteries.iter().map(is_test))
}

/// One split per group (battery, maker, ...), which is its test; groups in ascending order.
pub fn leave_one_out<S: AsRef<str>>(groups: &[S]) -> Vec<(String, Split)> {
    let mut names: Vec<&str> = groups.iter().map(AsRef::as_ref).collect();
    crate::order::sort(&mut names);
    names.dedup();
    let split = |name: &str| {
        let is_test = groups.iter().map(|group| group.as_ref() == name);
        (name.to_string(), Split::of(is_test))
    };
    names.into_iter().map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 40 batteries of 4 classes with 1 to 3 rows each.
    fn rows() -> (Vec<String>, Vec<u16>) {
        let battery = |b: u16| (0..1 + b % 3).map(move |_| (format!("battery {b}"), b % 4));
        (0..40).flat_map(battery).unzip()
    }

    #[test]
    fn batteries_stay_whole_and_classes_in_proportion() {
        let (batteries, classes) = rows();
        for seed in 0..20 {
            let split = split_by_battery(&batteries, &classes, 0.2, seed);
            assert_eq!(split.train.len() + split.test.len(), batteries.len());
            let in_test = |row: &usize| split.test.iter().any(|t| batteries[*t] == batteries[*row]);
            assert!(!split.train.iter().any(in_test));
            for class in 0..4 {
                let mut of_class: Vec<&String> = split
                    .test
                    .iter()
                    .filter(|&&row| classes[row] == class)
                    .map(|&row| &batteries[row])
                    .collect();
                of_class.dedup();
                assert_eq!(of_class.len(), 2);
            }
        }
        let [a, b] = [1, 2].map(|seed| split_by_battery(&batteries, &classes, 0.2, seed));
        assert_ne!(a, b);
        assert_eq!(a, split_by_battery(&batteries, &classes, 0.2, 1));
    }

    #[test]
    fn one_battery_of_each_class_stays_to_train_on() {
        let split = split_by_battery(&["a", "b", "b"], &[0, 1, 1], 1.0, 0);
        assert_eq!(
            split,
            Split {
                train: vec![0, 1, 2],
                test: vec![]
            }
        );
        assert_eq!(split_by_battery::<&str>(&[], &[], 0.2, 0), Split::default());
    }

    #[test]
    fn groups_are_left_out_one_by_one() {
        let splits = leave_one_out(&["b", "a", "b"]);
        assert_eq!(
            splits[0],
            (
                "a".into(),
                Split {
                    train: vec![0, 2],
                    test: vec![1]
                }
            )
        );
        assert_eq!(
            splits[1],
            (
                "b".into(),
                Split {
                    train: vec![1],
                    test: vec![0, 2]
                }
            )
        );
    }
}
