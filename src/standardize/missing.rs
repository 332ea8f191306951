//! Step a1: missing entries take the nearest entry that is not missing.

/// Fills entries that are NaN or infinite from the nearest finite one, the earlier of two.
///
/// Returns how many were filled, or `None` if no entry is finite.
pub(super) fn fill_missing(values: &mut [f64]) -> Option<u32> {
    let present: Vec<usize> = (0..values.len())
        .filter(|&i| values[i].is_finite())
        .collect();
    let (&first, &last) = (present.first()?, present.last()?);
    let n_missing = values.len() - present.len();
    let fill_first = values[first];
    values[..first].fill(fill_first);
    let fill_last = values[last];
    values[last + 1..].fill(fill_last);
    for pair in present.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        // Entries up to and including the middle of the gap are nearer to its start.
        let middle = before + (after - before) / 2;
        let (low, high) = (values[before], values[after]);
        values[before + 1..=middle].fill(low);
        values[middle + 1..after].fill(high);
    }
    Some(n_missing as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn nearest_entry_fills_gaps() {
        type Case<'a> = (&'a [f64], &'a [f64], Option<u32>);
        let cases: [Case; 7] = [
            (&[1.0, 2.0], &[1.0, 2.0], Some(0)),
            (&[1.0, NAN, 2.0], &[1.0, 1.0, 2.0], Some(1)),
            (&[1.0, NAN, NAN, 2.0], &[1.0, 1.0, 2.0, 2.0], Some(2)),
            (
                &[1.0, NAN, NAN, NAN, 2.0],
                &[1.0, 1.0, 1.0, 2.0, 2.0],
                Some(3),
            ),
            (&[NAN, NAN, 3.0, NAN], &[3.0, 3.0, 3.0, 3.0], Some(3)),
            (&[f64::INFINITY, 3.0], &[3.0, 3.0], Some(1)),
            (&[], &[], None),
        ];
        for (given, expected, count) in cases {
            let mut values = given.to_vec();
            assert_eq!(fill_missing(&mut values), count);
            assert_eq!(values, expected);
        }
        assert_eq!(fill_missing(&mut [NAN, NAN]), None);
    }
}
