//! The nearest monotone sequence in the least-squares sense (pool adjacent violators).

/// Adjacent entries that share one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
    /// First entry.
    pub start: usize,
    /// One past the last entry.
    pub end: usize,
    /// Their mean.
    pub value: f64,
}

/// Blocks of the strictly monotone fit to `values`: neighbours that go the wrong way, or are
/// equal, are pooled to their mean. O(n).
pub(super) fn monotone_blocks(values: &[f64], rising: bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::with_capacity(values.len());
    for (start, &value) in values.iter().enumerate() {
        let mut block = Block {
            start,
            end: start + 1,
            value,
        };
        while let Some(&before) = blocks.last() {
            let in_order = if rising {
                before.value < block.value
            } else {
                before.value > block.value
            };
            if in_order {
                break;
            }
            blocks.pop();
            let (n_before, n) = (before.end - before.start, block.end - block.start);
            block = Block {
                start: before.start,
                end: block.end,
                value: (before.value * n_before as f64 + block.value * n as f64)
                    / (n_before + n) as f64,
            };
        }
        blocks.push(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(values: &[f64], rising: bool) -> Vec<f64> {
        monotone_blocks(values, rising)
            .iter()
            .flat_map(|block| vec![block.value; block.end - block.start])
            .collect()
    }

    #[test]
    fn fits_by_hand() {
        for (values, expected) in [
            (&[1.0, 2.0, 3.0][..], &[1.0, 2.0, 3.0][..]),
            (&[3.0, 2.0, 1.0], &[2.0, 2.0, 2.0]),
            (&[1.0, 3.0, 2.0, 4.0], &[1.0, 2.5, 2.5, 4.0]),
            (&[4.0, 1.0, 1.0, 7.0, 6.0], &[2.0, 2.0, 2.0, 6.5, 6.5]),
            (&[], &[]),
        ] {
            assert_eq!(fitted(values, true), expected);
            let negative: Vec<f64> = values.iter().map(|value| -value).collect();
            let falling: Vec<f64> = expected.iter().map(|value| -value).collect();
            assert_eq!(fitted(&negative, false), falling);
        }
    }

    #[test]
    fn blocks_tile_the_input_and_are_strictly_monotone() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i + i * 37 % 23)).collect();
        let blocks = monotone_blocks(&values, true);
        assert_eq!((blocks[0].start, blocks[blocks.len() - 1].end), (0, 200));
        for pair in blocks.windows(2) {
            assert!(pair[0].end == pair[1].start && pair[0].value < pair[1].value);
        }
    }
}
