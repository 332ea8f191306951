//! Current without a sign, step words or counters: the voltage says what flowed (trap 6).

use super::segment::{Half, Row, Sample, Segmenter};

/// Cuts one half of magnitudes into charges and discharges at the turns of its voltage; `None`
/// if the voltage never turns, so that there is nothing to cut.
pub fn by_voltage(half: &Half) -> Option<Vec<Half>> {
    let turns = turns(&half.rows)?;
    let mut segmenter = Segmenter::new();
    let mut halves = Vec::new();
    let mut before: Option<&Row> = None;
    let first = half.file_rows[0];
    for (at, row) in half.rows.iter().enumerate() {
        let n_turns = turns.indices.iter().filter(|turn| **turn <= at).count();
        let rises = turns.starts_rising == (n_turns % 2 == 0);
        let sign = if rises { 1.0 } else { -1.0 };
        let sample = Sample {
            time_s: row.time_s,
            voltage_v: row.voltage_v,
            current_a: row.current_a.abs() * sign,
            cycle: half.cycle,
            row: first + at as u64,
        };
        // A rest is not stored, but the charge since then is: that tells when it ended.
        let since_rest_ah = match before {
            None => Some(half.charge_ah - moved_by(&half.rows)),
            Some(before) if row.after_rest => Some(row.charge_ah - before.charge_ah),
            Some(_) => None,
        };
        if let Some(charge_ah) = since_rest_ah.filter(|charge_ah| *charge_ah > 0.0) {
            let flowed_s = charge_ah * 3600.0 / row.current_a.abs();
            let earliest_s = before.map_or(f64::MIN, |before| before.time_s);
            halves.extend(segmenter.push(Sample {
                time_s: (row.time_s - flowed_s).max(earliest_s),
                current_a: 0.0,
                ..sample
            }));
        }
        halves.extend(segmenter.push(sample));
        before = Some(row);
    }
    halves.extend(segmenter.finish());
    // A lower charging step lowers the voltage too, but then it rises again: what is called a
    // half must go its way by itself.
    let goes_its_way = |half: &Half| {
        let [start_v, end_v] = half.voltage_v;
        let rise_v = if half.is_positive {
            end_v - start_v
        } else {
            start_v - end_v
        };
        rise_v > 0.2 * turns.range_v
    };
    (halves.len() > 1 && halves.iter().all(goes_its_way)).then_some(halves)
}

/// Charge between the first and the last row.
fn moved_by(rows: &[Row]) -> f64 {
    match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => (last.charge_ah - first.charge_ah).abs(),
        _ => 0.0,
    }
}

struct Turns {
    starts_rising: bool,
    range_v: f64,
    /// First row after each turn.
    indices: Vec<usize>,
}

/// Turning points of the voltage: a zigzag over a quarter of its range.
fn turns(rows: &[Row]) -> Option<Turns> {
    let mut voltages: Vec<f64> = Vec::with_capacity(rows.len());
    let mut last = rows
        .iter()
        .map(|row| row.voltage_v)
        .find(|voltage| voltage.is_finite())?;
    for row in rows {
        if row.voltage_v.is_finite() {
            last = row.voltage_v;
        }
        voltages.push(last);
    }
    // A median of three, so that a single outlier is no turn.
    let smooth: Vec<f64> = (0..voltages.len())
        .map(|at| {
            let at_or = |at: usize| voltages.get(at).copied().unwrap_or(last);
            let (a, b, c) = (at_or(at.saturating_sub(1)), at_or(at), at_or(at + 1));
            a.max(b).min(c).max(a.min(b))
        })
        .collect();
    let high = smooth.iter().copied().fold(f64::MIN, f64::max);
    let low = smooth.iter().copied().fold(f64::MAX, f64::min);
    let (turn_v, near_v) = (0.25 * (high - low), 0.03 * (high - low));
    if turn_v < 0.05 {
        return None;
    }
    let mut direction = 0_i8;
    let mut starts_rising = true;
    let mut indices = Vec::new();
    let (mut top, mut bottom) = (*smooth.first()?, *smooth.first()?);
    let mut extreme = 0;
    for (at, voltage) in smooth.iter().enumerate() {
        top = top.max(*voltage);
        bottom = bottom.min(*voltage);
        match direction {
            1 if *voltage >= top - near_v => extreme = at,
            -1 if *voltage <= bottom + near_v => extreme = at,
            0 if voltage - bottom > turn_v => (direction, extreme) = (1, at),
            0 if top - voltage > turn_v => {
                (direction, extreme, starts_rising) = (-1, at, false);
            }
            1 if top - voltage > turn_v => {
                indices.push(turn_between(rows, extreme, at));
                (direction, extreme, bottom) = (-1, at, *voltage);
            }
            -1 if voltage - bottom > turn_v => {
                indices.push(turn_between(rows, extreme, at));
                (direction, extreme, top) = (1, at, *voltage);
            }
            _ => {}
        }
    }
    (!indices.is_empty()).then_some(Turns {
        starts_rising,
        range_v: high - low,
        indices,
    })
}

/// First row after a turn: where a rest was, else right after the extreme.
fn turn_between(rows: &[Row], extreme: usize, seen: usize) -> usize {
    let window = rows.get(extreme..=seen).unwrap_or(&[]);
    match window.iter().skip(1).position(|row| row.after_rest) {
        Some(at) => extreme + 1 + at,
        None => extreme + 1,
    }
}
