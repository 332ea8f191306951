//! Which halves are full: by where the others of their sign end, and where they themselves began.

use super::summaries::Summary;
use crate::import::segment::{median, Half};

/// A discharge with more interruptions is a pulse test.
const MAX_INTERRUPTIONS: u32 = 8;

/// `full` for each half, or why not: `partial` or `pulsed`.
pub(super) fn verdicts(summaries: &[Summary]) -> Vec<&'static str> {
    let limits = [false, true].map(|is_positive| limits(summaries, is_positive));
    let window_v = match limits {
        [Some((a, _)), Some((b, _))] => (a - b).abs(),
        _ => 0.0,
    };
    let tolerance_v = (0.06 * window_v).max(0.03);
    summaries
        .iter()
        .enumerate()
        .map(|(at, summary)| verdict(summaries, at, summary, &limits, tolerance_v))
        .collect()
}

/// End voltage and charge that a full half of this sign reaches: medians over the large ones.
fn limits(summaries: &[Summary], is_positive: bool) -> Option<(f64, f64)> {
    let halves = || {
        summaries
            .iter()
            .filter(move |half| half.is_positive == is_positive)
    };
    let largest = halves().map(|half| half.charge_ah).fold(0.0, f64::max);
    let large: Vec<&Summary> = halves()
        .filter(|half| half.charge_ah >= 0.7 * largest)
        .collect();
    let ends = median(large.iter().map(|half| half.voltage_v[1]))?;
    Some((ends, median(large.iter().map(|half| half.charge_ah))?))
}

fn verdict(
    summaries: &[Summary],
    at: usize,
    half: &Summary,
    limits: &[Option<(f64, f64)>; 2],
    tolerance_v: f64,
) -> &'static str {
    let Some((limit_v, typical_ah)) = limits[usize::from(half.is_positive)] else {
        return "partial";
    };
    let sign = if half.rises() { 1.0 } else { -1.0 };
    let reached = sign * (limit_v - half.voltage_v[1]) <= tolerance_v;
    if !reached && half.charge_ah < 0.95 * typical_ah {
        return "partial";
    }
    // Where it started: the half before must have reached its own end.
    let previous_end_v = at
        .checked_sub(1)
        .and_then(|at| summaries.get(at))
        .map(|half| half.voltage_v[1]);
    let start_known = match (previous_end_v, limits[usize::from(!half.is_positive)]) {
        (Some(previous_v), Some((other_v, _))) => -sign * (other_v - previous_v) <= tolerance_v,
        _ => true,
    };
    let nearby = |same: bool| {
        summaries
            .get(at.saturating_sub(12)..(at + 3).min(summaries.len()))
            .unwrap_or(&[])
            .iter()
            .filter(move |other| (other.is_positive == half.is_positive) == same)
            .map(|other| other.charge_ah)
            .fold(0.0, f64::max)
    };
    let neighbour_ah = nearby(true);
    if !start_known && half.charge_ah < 0.85 * neighbour_ah {
        return "partial";
    }
    // A half far below its neighbours has seen only part of the cell, whatever it reached.
    if half.charge_ah < 0.6 * neighbour_ah.max(nearby(false)) {
        return "partial";
    }
    if half.n_interruptions > MAX_INTERRUPTIONS && has_plainer(summaries, half) {
        return "pulsed";
    }
    "full"
}

fn has_plainer(summaries: &[Summary], half: &Summary) -> bool {
    summaries.iter().any(|other| {
        other.is_positive == half.is_positive
            && other.n_interruptions <= MAX_INTERRUPTIONS
            && other.charge_ah >= 0.8 * half.charge_ah
    })
}

/// Whether a newer half makes an older one of the same sign unwanted: it went as far in voltage
/// and moved about as much.
pub(super) fn outdoes(newer: &Half, older: &Half) -> bool {
    let sign = if older.voltage_v[1] > older.voltage_v[0] {
        1.0
    } else {
        -1.0
    };
    let span_v = (older.voltage_v[1] - older.voltage_v[0]).abs();
    let is_pulsed = |half: &Half| half.n_interruptions > MAX_INTERRUPTIONS;
    newer.charge_ah >= 0.85 * older.charge_ah
        && sign * (older.voltage_v[1] - newer.voltage_v[1]) <= (0.03 * span_v).max(0.02)
        && (!is_pulsed(newer) || is_pulsed(older))
}
