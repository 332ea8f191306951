//! Step a3: moving median, with MATLAB's shrinking ends or with point-reflected ends.

use super::MedianEnds;

/// Median of some values (mean of the middle two for an even number); reorders them.
///
/// An empty slice has no median: NaN.
pub(super) fn median(values: &mut [f64]) -> f64 {
    let n = values.len();
    if n == 0 {
        return f64::NAN;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp);
    0.5 * (lower.unwrap_or(upper) + upper)
}

/// Moving median over `window` entries, at least one.
///
/// - [`MedianEnds::Shrink`] is MATLAB's `movmedian`: an even window reaches from `window/2`
///   entries before to `window/2 − 1` after the current one, and fewer at the ends.
/// - [`MedianEnds::Reflect`] makes the window odd and continues the values beyond each end by
///   point reflection about it, so that a monotone sequence passes unchanged.
pub fn moving_median(values: &[f64], window: u32, ends: MedianEnds) -> Vec<f64> {
    let n = values.len();
    let window = (window.max(1) as usize).min(2 * n + 1);
    let mut buffer = Vec::with_capacity(window);
    let at = |i: usize| {
        match ends {
            MedianEnds::Shrink => {
                let from = i.saturating_sub(window / 2);
                let to = (i + window.div_ceil(2)).min(n);
                buffer.clear();
                buffer.extend_from_slice(&values[from..to]);
            }
            MedianEnds::Reflect => reflected_window(values, i, window / 2, &mut buffer),
        }
        median(&mut buffer)
    };
    (0..n).map(at).collect()
}

/// The entries up to `reach` before and after entry `i`, point-reflected beyond the ends.
pub(super) fn reflected_window(values: &[f64], i: usize, reach: usize, window: &mut Vec<f64>) {
    let last = values.len() - 1;
    let reach = reach.min(last);
    window.clear();
    window.extend((0..=2 * reach).map(|offset| {
        // Position i + offset − reach, shifted by `reach` to stay unsigned.
        let shifted = i + offset;
        if shifted < reach {
            2.0 * values[0] - values[reach - shifted]
        } else if shifted - reach > last {
            2.0 * values[last] - values[2 * last + reach - shifted]
        } else {
            values[shifted - reach]
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert!(median(&mut []).is_nan());
    }

    #[test]
    fn shrinking_ends_are_those_of_movmedian() {
        // The examples of MathWorks' page on `movmedian`.
        let values = [4.0, 8.0, 6.0, -1.0, -2.0, -3.0, -1.0, 3.0, 4.0, 5.0];
        let three = [6.0, 6.0, 6.0, -1.0, -2.0, -2.0, -1.0, 3.0, 4.0, 4.5];
        assert_eq!(moving_median(&values, 3, MedianEnds::Shrink), three);
        // Even windows are centred between the previous and the current entry.
        let four = [6.0, 6.0, 5.0, 2.5, -1.5, -1.5, -1.5, 1.0, 3.5, 4.0];
        let by_hand = |i: usize| {
            let from = i.saturating_sub(2);
            let mut window = values[from..(i + 2).min(10)].to_vec();
            median(&mut window)
        };
        let found = moving_median(&values, 4, MedianEnds::Shrink);
        assert_eq!(found, (0..10).map(by_hand).collect::<Vec<f64>>());
        assert_eq!(found[..5], four[..5]);
    }

    #[test]
    fn reflected_ends_keep_monotone_values_and_remove_spikes() {
        let curve: Vec<f64> = (0..40).map(|i| f64::from(i * i)).collect();
        for window in [1, 2, 20, 21, 500] {
            assert_eq!(moving_median(&curve, window, MedianEnds::Reflect), curve);
        }
        let mut spiky = curve.clone();
        spiky[1] = 1e6;
        spiky[20] = -1e6;
        let smoothed = moving_median(&spiky, 5, MedianEnds::Reflect);
        assert!(smoothed
            .iter()
            .zip(&curve)
            .all(|(a, b)| (a - b).abs() < 100.0));
    }

    #[test]
    fn short_inputs() {
        for ends in [MedianEnds::Shrink, MedianEnds::Reflect] {
            assert!(moving_median(&[], 20, ends).is_empty());
            assert_eq!(moving_median(&[7.0], 20, ends), [7.0]);
        }
    }
}
