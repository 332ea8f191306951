//! Step a2: entries far from the median, in units of the median absolute deviation (MAD).

use super::median::{median, reflected_window};
use super::missing::fill_missing;
use super::OutlierScope;

/// Smallest deviation called an outlier under the window rule, V: on a plateau the MAD falls to
/// the instrument's resolution, and entries one step away are no outliers.
const LEAST_DEVIATION_V: f64 = 0.005;
/// An end row is an outlier if it leaps this many times farther than the next step does.
const END_LEAP: f64 = 10.0;
/// ... and at least this far, V.
const END_LEAST_V: f64 = 0.1;

/// Replaces outliers by the nearest entry that is none; returns how many there were.
///
/// `window` is the reach of the moving window in entries; `rising` says which way the voltage
/// goes, so that the first and last entry, which a moving window cannot judge, are held against
/// their neighbours.
pub(super) fn replace_outliers(
    values: &mut [f64],
    scope: OutlierScope,
    n_mad: f64,
    window: u32,
    rising: bool,
) -> u32 {
    let flagged = match scope {
        OutlierScope::Cycle => over_the_cycle(values, n_mad),
        OutlierScope::Window => {
            let n_ends = replace_ends(values, n_mad, window as usize, rising);
            let flagged = in_windows(values, n_mad, window as usize / 2);
            return n_ends + replace(values, &flagged);
        }
    };
    replace(values, &flagged)
}

fn replace(values: &mut [f64], flagged: &[usize]) -> u32 {
    if flagged.len() == values.len() {
        // The rule condemns everything (a constant curve): it says nothing.
        return 0;
    }
    for &i in flagged {
        values[i] = f64::NAN;
    }
    fill_missing(values).unwrap_or(0)
}

/// |x − median| ≥ n·MAD with median and MAD of all entries, literally.
fn over_the_cycle(values: &[f64], n_mad: f64) -> Vec<usize> {
    let centre = median(&mut values.to_vec());
    let deviations: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    let mad = median(&mut deviations.clone());
    (0..values.len())
        .filter(|&i| deviations[i] >= n_mad * mad)
        .collect()
}

/// The Hampel identifier: the same with median and MAD of a moving window.
fn in_windows(values: &[f64], n_mad: f64, reach: usize) -> Vec<usize> {
    let mut window = Vec::new();
    let is_outlier = |&i: &usize| {
        reflected_window(values, i, reach, &mut window);
        let centre = median(&mut window);
        let deviation = (values[i] - centre).abs();
        if deviation < LEAST_DEVIATION_V {
            return false;
        }
        window
            .iter_mut()
            .for_each(|value| *value = (*value - centre).abs());
        deviation >= n_mad * median(&mut window)
    };
    (0..values.len()).filter(is_outlier).collect()
}

/// Judges the first and the last entry by their neighbours and replaces them if need be.
fn replace_ends(values: &mut [f64], n_mad: f64, window: usize, rising: bool) -> u32 {
    let n = values.len();
    if n < 7 {
        return 0;
    }
    let window = window.clamp(7, n);
    // Seen from the end, voltage runs inwards: up at the start of a rising curve, down at its end.
    let first = end_outlier(&values[..window], n_mad, rising);
    let from_last: Vec<f64> = values[n - window..].iter().rev().copied().collect();
    let last = end_outlier(&from_last, n_mad, !rising);
    values[0] = first.unwrap_or(values[0]);
    values[n - 1] = last.unwrap_or(values[n - 1]);
    u32::from(first.is_some()) + u32::from(last.is_some())
}

/// If the first of at least seven entries is an outlier, what to put in its place; voltage runs
/// up or down from it.
///
/// Neighbours are medians of three, so that an outlier beside the end does not condemn it.
fn end_outlier(inwards: &[f64], n_mad: f64, upwards: bool) -> Option<f64> {
    let sign = if upwards { 1.0 } else { -1.0 };
    let near = median(&mut inwards[1..4].to_vec());
    let far = median(&mut inwards[4..7].to_vec());
    let leap = sign * (near - inwards[0]);
    let is_outlier = if leap >= 0.0 {
        // With the curve: real ends are steep, so only a leap out of proportion counts.
        leap >= END_LEAST_V && leap >= END_LEAP * (far - near).abs()
    } else {
        // Against the curve: noise may do it, an honest end does not.
        let mut deviations = inwards.to_vec();
        let centre = median(&mut deviations);
        deviations
            .iter_mut()
            .for_each(|value| *value = (*value - centre).abs());
        -leap >= LEAST_DEVIATION_V && -leap >= n_mad * median(&mut deviations)
    };
    is_outlier.then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A discharge with a plateau and a steep end.
    fn discharge() -> Vec<f64> {
        (0..60)
            .map(|i| {
                3.3 - 0.0005 * f64::from(i) - if i > 54 { 0.1 * f64::from(i - 54) } else { 0.0 }
            })
            .collect()
    }

    fn replaced(values: &[f64], scope: OutlierScope, rising: bool) -> (Vec<f64>, u32) {
        let mut values = values.to_vec();
        let count = replace_outliers(&mut values, scope, 3.0, 20, rising);
        (values, count)
    }

    #[test]
    fn the_window_rule_keeps_steep_ends_that_the_cycle_rule_clips() {
        let clean = discharge();
        assert_eq!(
            replaced(&clean, OutlierScope::Window, false),
            (clean.clone(), 0)
        );
        let (clipped, count) = replaced(&clean, OutlierScope::Cycle, false);
        assert!(count >= 5 && clipped[59] > 3.2);
    }

    #[test]
    fn spikes_are_replaced_on_plateaus_and_at_ends() {
        // On the steep part itself the MAD is large: a lone spike there is left to step a3, and a
        // spike that prolongs a steep end cannot be told from it.
        let clean = discharge();
        for at in [0, 1, 2, 20, 40, 52, 59] {
            for spike in [-0.7, 0.7] {
                if (at, spike) == (59, -0.7) {
                    continue;
                }
                let mut values = clean.clone();
                values[at] += spike;
                let (repaired, count) = replaced(&values, OutlierScope::Window, false);
                let error = (repaired[at] - clean[at]).abs();
                assert!(count >= 1 && error < 0.21, "row {at}, {spike} V: {error}");
            }
        }
    }

    #[test]
    fn resolution_steps_are_no_outliers_and_constants_survive() {
        let plateau: Vec<f64> = (0..40).map(|i| if i == 20 { 3.301 } else { 3.3 }).collect();
        assert_eq!(replaced(&plateau, OutlierScope::Window, true).1, 0);
        assert_eq!(
            replaced(&[3.3; 10], OutlierScope::Cycle, true),
            (vec![3.3; 10], 0)
        );
        assert_eq!(replaced(&[3.3, 3.4], OutlierScope::Window, true).1, 0);
    }
}
