//! Sorting the keys of a node by rank.
//!
//! A node's keys are sorted once per feature drawn, which is most of the work of growing a tree.
//! Ranks are small whole numbers, so a radix sort does it in a few linear passes; its plain loops
//! also stay fast where the compiler optimises for size, as it does for the pages.

use super::impurity::Key;

/// Up to this many keys an insertion sort is faster.
const FEW: usize = 48;
const DIGIT_BITS: u32 = 8;
const N_DIGITS: usize = 1 << DIGIT_BITS;

/// Sorts keys by their upper 32 bits, which lie between `least` and `most`; equal ones keep their
/// order. `spare` is scratch space.
pub(super) fn sort_by_rank(keys: &mut Vec<Key>, spare: &mut Vec<Key>, least: u32, most: u32) {
    if keys.len() <= FEW {
        insertion_sort(keys);
        return;
    }
    spare.clear();
    spare.resize(keys.len(), 0);
    let n_bits = u32::BITS - (most - least).leading_zeros();
    for shift in (0..n_bits).step_by(DIGIT_BITS as usize) {
        let digit = |key: Key| ((key >> 32) as u32 - least) >> shift & (N_DIGITS as u32 - 1);
        let mut ends = [0_u32; N_DIGITS];
        for &key in keys.iter() {
            ends[digit(key) as usize] += 1;
        }
        let mut start = 0;
        for end in &mut ends {
            // From here on where the next key of this digit goes.
            start += std::mem::replace(end, start);
        }
        for &key in keys.iter() {
            let next = &mut ends[digit(key) as usize];
            spare[*next as usize] = key;
            *next += 1;
        }
        std::mem::swap(keys, spare);
    }
}

fn insertion_sort(keys: &mut [Key]) {
    for i in 1..keys.len() {
        let key = keys[i];
        let mut at = i;
        while at > 0 && keys[at - 1] >> 32 > key >> 32 {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut state = 7_u32;
        let mut spare = Vec::new();
        for n in [1, 2, 3, 47, 48, 49, 300, 5000] {
            for spread in [1, 2, 255, 256, 257, 70_000, u32::MAX] {
                let mut keys: Vec<Key> = (0..n)
                    .map(|i| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        // Ascending tokens: a stable sort keeps them so among equal ranks.
                        u64::from((state >> 2) % spread) << 32 | i
                    })
                    .collect();
                let ranks = keys.iter().map(|key| (key >> 32) as u32);
                let (least, most) = (ranks.clone().min().unwrap(), ranks.max().unwrap());
                let mut expected = keys.clone();
                expected.sort_unstable();
                sort_by_rank(&mut keys, &mut spare, least, most);
                assert_eq!(keys, expected, "{n} keys of ranks below {spread}");
            }
        }
    }
}
