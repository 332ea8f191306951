//! What is left out together when a regressor is judged: whole batteries, and states of charge.

use super::regress::Block;
use super::PulseRecord;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Folds of batteries of an experiment.
pub const N_FOLDS: usize = 5;
/// Folds of batteries when a model is chosen and its interval measured. More than
/// [`N_FOLDS`]: errors of models that lack a fifth of the batteries are larger than the model's
/// own, and their intervals too wide.
pub const N_INNER_FOLDS: usize = 10;

/// Fold of each record, 0..`n_folds`: batteries are shuffled and dealt, so that all records of
/// a battery share a fold.
pub fn battery_folds(records: &[PulseRecord], n_folds: usize, seed: u64) -> Vec<usize> {
    let mut batteries: BTreeMap<&str, u32> = BTreeMap::new();
    for record in records {
        batteries.insert(&record.battery, 0);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<(u32, &str)> = batteries
        .keys()
        .map(|battery| (rng.next_u32(), *battery))
        .collect();
    crate::order::sort(&mut order);
    for (i, (_, battery)) in order.into_iter().enumerate() {
        batteries.insert(battery, (i % n_folds.max(1)) as u32);
    }
    records
        .iter()
        .map(|record| {
            batteries
                .get(record.battery.as_str())
                .map_or(0, |fold| *fold as usize)
        })
        .collect()
}

/// States of charge in whole per cent, ascending, each once.
pub fn soc_levels(records: &[PulseRecord]) -> Vec<i64> {
    let mut levels: Vec<i64> = records.iter().filter_map(soc_level).collect();
    crate::order::sort(&mut levels);
    levels.dedup();
    levels
}

/// State of charge in whole per cent.
pub fn soc_level(record: &PulseRecord) -> Option<i64> {
    record.soc.map(|soc| libm::round(100.0 * soc) as i64)
}

/// Blocks that imitate questions *inside* the measured range: a fold of batteries and one inner
/// state of charge are left out, their common records measured.
pub fn inside_blocks(records: &[PulseRecord], folds: &[usize]) -> Vec<Block> {
    let levels = soc_levels(records);
    let inner = match levels.as_slice() {
        [_, inner @ .., _] if !inner.is_empty() => inner,
        [_, _] => levels.as_slice(),
        _ => return whole_folds(folds),
    };
    let mut blocks = Vec::new();
    for fold in 0..N_INNER_FOLDS {
        for &level in inner {
            blocks.push(block(records, |i, record| {
                (
                    folds.get(i) == Some(&fold),
                    soc_level(record) == Some(level),
                )
            }));
        }
    }
    keep_measured(blocks)
}

/// Blocks that imitate questions *outside* the measured range: a fold of batteries is left out,
/// and all records but those of the lower, or the upper, half of the states of charge. Beside
/// each block the levels that were kept.
pub fn outside_blocks(records: &[PulseRecord], folds: &[usize]) -> Vec<(Block, (i64, i64))> {
    let levels = soc_levels(records);
    if levels.len() < 2 {
        return Vec::new();
    }
    let half = levels.len() / 2;
    let halves = [
        levels.get(..half).unwrap_or_default(),
        levels.get(levels.len() - half..).unwrap_or_default(),
    ];
    let mut blocks = Vec::new();
    for fold in 0..N_INNER_FOLDS {
        for kept in halves {
            let (Some(&low), Some(&high)) = (kept.first(), kept.last()) else {
                continue;
            };
            let block = block(records, |i, record| {
                let beyond = soc_level(record).is_none_or(|level| level < low || level > high);
                (folds.get(i) == Some(&fold), beyond)
            });
            if !block.test.is_empty() {
                blocks.push((block, (low, high)));
            }
        }
    }
    blocks
}

/// One block per fold of batteries.
pub fn whole_folds(folds: &[usize]) -> Vec<Block> {
    let of_fold = |fold| {
        let out: Vec<usize> = (0..folds.len()).filter(|&i| folds[i] == fold).collect();
        Block {
            test: out.clone(),
            out,
        }
    };
    keep_measured((0..N_INNER_FOLDS).map(of_fold).collect())
}

/// Rows for which either holds are out; rows for which both hold are measured.
fn block(records: &[PulseRecord], holds: impl Fn(usize, &PulseRecord) -> (bool, bool)) -> Block {
    let mut block = Block::default();
    for (i, record) in records.iter().enumerate() {
        let (one, other) = holds(i, record);
        if one || other {
            block.out.push(i);
        }
        if one && other {
            block.test.push(i);
        }
    }
    block
}

fn keep_measured(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.retain(|block| !block.test.is_empty());
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<PulseRecord> {
        let mut records = Vec::new();
        for battery in 0..11 {
            for soc in [0.05, 0.1, 0.15, 0.2] {
                records.push(PulseRecord {
                    battery: format!("b{battery}"),
                    soc: Some(soc),
                    ..PulseRecord::default()
                });
            }
        }
        records
    }

    #[test]
    fn a_battery_is_never_on_both_sides() {
        let records = records();
        let folds = battery_folds(&records, N_INNER_FOLDS, 7);
        for (record, fold) in records.iter().zip(&folds) {
            for (other, other_fold) in records.iter().zip(&folds) {
                assert!(record.battery != other.battery || fold == other_fold);
            }
        }
        for block in inside_blocks(&records, &folds) {
            for &test in &block.test {
                for i in (0..records.len()).filter(|i| !block.out.contains(i)) {
                    assert_ne!(records[i].battery, records[test].battery);
                    assert_ne!(records[i].soc, records[test].soc);
                }
            }
        }
    }

    #[test]
    fn inner_levels_inside_and_halves_outside() {
        let records = records();
        let folds = battery_folds(&records, N_INNER_FOLDS, 7);
        let inside: usize = inside_blocks(&records, &folds)
            .iter()
            .map(|block| block.test.len())
            .sum();
        // 11 batteries at the two inner levels.
        assert_eq!(inside, 22);
        let outside = outside_blocks(&records, &folds);
        let measured: usize = outside.iter().map(|(block, _)| block.test.len()).sum();
        assert_eq!(measured, 44);
        assert!(outside
            .iter()
            .all(|(_, kept)| [(5, 10), (15, 20)].contains(kept)));
        assert_eq!(soc_levels(&records), [5, 10, 15, 20]);
    }
}
