//! Charges and discharges, told apart in one pass with bounded memory.
//!
//! A half ends where the net charge has turned back by more than a small share of what the half
//! moved (a zigzag over charge). Noise, single faulty rows and short pulses therefore never cut a
//! half, and no step column is needed.

mod half;

pub(super) use half::median;
use half::{robust_end, robust_start, without_pulses};
pub use half::{Half, Row};

/// Rows kept per half; beyond it every second one goes. A filled curve has 1000 points.
const MAX_ROWS: usize = 1 << 16;

/// Rows of replaced currents remembered until they are reported.
const MAX_SPIKES: usize = 10_000;

/// Share of a half that must flow back before it has ended.
const TURN: f64 = 0.02;

/// What one row brings.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Elapsed time, s, never running back.
    pub time_s: f64,
    /// Voltage, V; `NaN` where missing.
    pub voltage_v: f64,
    /// Current, A.
    pub current_a: f64,
    /// Cycle column.
    pub cycle: Option<u32>,
    /// File row, from 1.
    pub row: u64,
}

/// Cuts a stream of rows into halves.
#[derive(Debug)]
pub struct Segmenter {
    rows: Vec<Row>,
    /// File row and cycle of each stored row, so that a half knows its own.
    places: Vec<(u64, Option<u32>)>,
    last: Option<Sample>,
    held: Option<Sample>,
    spikes: Vec<u64>,
    n_active: u64,
    was_active: bool,
    rested: bool,
    /// Largest current seen on three rows in a row: a single spike does not count.
    current_scale_a: f64,
    recent_a: [f64; 2],
    charge_ah: f64,
    direction: i8,
    start_ah: f64,
    /// Extremes since the last turn: net charge, and number of stored rows up to there.
    high: (f64, usize),
    low: (f64, usize),
    /// Charge of the largest recent half.
    charge_scale_ah: f64,
    n_halves: u32,
}

impl Segmenter {
    /// A segmenter before the first row.
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            places: Vec::new(),
            last: None,
            held: None,
            spikes: Vec::new(),
            n_active: 0,
            was_active: false,
            rested: false,
            current_scale_a: 0.0,
            recent_a: [0.0; 2],
            charge_ah: 0.0,
            direction: 0,
            start_ah: 0.0,
            high: (0.0, 0),
            low: (0.0, 0),
            charge_scale_ah: 0.0,
            n_halves: 0,
        }
    }

    /// Takes the next row; returns a half when one has ended. One row is held back, to see whether
    /// it stands alone.
    pub fn push(&mut self, sample: Sample) -> Option<Half> {
        let mut held = self.held.replace(sample)?;
        if let Some(before) = self.last {
            if self.is_spike(before.current_a, held.current_a, sample.current_a) {
                held.current_a = 0.5 * (before.current_a + sample.current_a);
                if self.spikes.len() < MAX_SPIKES {
                    self.spikes.push(held.row);
                }
            }
        }
        self.take(held)
    }

    /// Rows whose current stood alone and was replaced, since the last call.
    pub fn take_spikes(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.spikes)
    }

    /// One row far from two neighbours that agree, beyond anything that flowed before.
    fn is_spike(&self, before_a: f64, current_a: f64, after_a: f64) -> bool {
        let scale_a = self.current_scale_a;
        let mean_a = 0.5 * (before_a + after_a);
        let is_flowing = mean_a.abs() > 0.1 * scale_a;
        let away_a = (current_a - mean_a).abs();
        let allowed_a = if is_flowing {
            larger(mean_a.abs(), 0.5 * scale_a)
        } else {
            2.5 * scale_a
        };
        let agree = || (before_a - after_a).abs() <= 0.2 * larger(mean_a.abs(), 0.01 * scale_a);
        away_a > allowed_a && self.n_active >= 20 && agree()
    }

    fn take(&mut self, sample: Sample) -> Option<Half> {
        let magnitude = sample.current_a.abs();
        let [a, b] = self.recent_a;
        let middle = larger(smaller(larger(a, b), magnitude), smaller(a, b));
        self.recent_a = [b, magnitude];
        self.current_scale_a = larger(middle, self.current_scale_a);
        let is_active = magnitude > 0.004 * self.current_scale_a && magnitude > 1e-7;

        self.n_active += u64::from(is_active);
        if let Some(last) = self.last {
            let step_s = sample.time_s - last.time_s;
            let (before, after) = (last.current_a, sample.current_a);
            // Cyclers log the end of a step, so an interval across a change of step belongs to
            // the new step; within a step the trapezoid holds. (TJU: 2 % of the capacity.)
            let is_change = is_active != self.was_active
                || before * after < 0.0
                || after.abs() > 5.0 * before.abs()
                || before.abs() > 5.0 * after.abs();
            let mean_a = if is_change {
                after
            } else {
                0.5 * (before + after)
            };
            self.charge_ah += mean_a * step_s / 3600.0;
        }
        self.last = Some(sample);
        if is_active {
            let after_rest = self.rested || (!self.was_active && !self.rows.is_empty());
            self.rows.push(Row {
                time_s: sample.time_s,
                voltage_v: sample.voltage_v,
                current_a: sample.current_a,
                charge_ah: self.charge_ah,
                after_rest,
            });
            self.places.push((sample.row, sample.cycle));
            self.rested = false;
            if self.rows.len() >= MAX_ROWS {
                self.thin();
            }
        } else if self.was_active {
            self.rested = true;
        }
        self.was_active = is_active;

        if self.charge_ah >= self.high.0 {
            self.high = (self.charge_ah, self.rows.len());
        }
        if self.charge_ah <= self.low.0 {
            self.low = (self.charge_ah, self.rows.len());
        }
        // Five seconds of full current: less is no half in any protocol.
        let least = larger(
            larger(
                self.current_scale_a * 5.0 / 3600.0,
                0.5 * TURN * self.charge_scale_ah,
            ),
            1e-9,
        );
        let moved = (self.high.0 - self.low.0).abs();
        match self.direction {
            0 => {
                if self.charge_ah - self.low.0 > least && self.low.1 <= self.high.1 {
                    self.begin(1);
                } else if self.high.0 - self.charge_ah > least {
                    self.begin(-1);
                }
                None
            }
            1 if self.high.0 - self.charge_ah > larger(TURN * moved, least) => {
                let half = self.close(self.high.1, true);
                self.direction = -1;
                self.start_ah = self.high.0;
                self.low = (self.charge_ah, self.rows.len());
                half
            }
            -1 if self.charge_ah - self.low.0 > larger(TURN * moved, least) => {
                let half = self.close(self.low.1, false);
                self.direction = 1;
                self.start_ah = self.low.0;
                self.high = (self.charge_ah, self.rows.len());
                half
            }
            _ => None,
        }
    }

    /// Ends the stream: the row held back may end one half, and the end another.
    pub fn finish(&mut self) -> Vec<Half> {
        let held = self.held.take().and_then(|held| self.take(held));
        let last = match self.direction {
            1 => self.close(self.high.1, true),
            -1 => self.close(self.low.1, false),
            _ => None,
        };
        held.into_iter().chain(last).collect()
    }

    /// First movement: rows before the turning point are noise.
    fn begin(&mut self, direction: i8) {
        self.direction = direction;
        let (pivot_ah, n_before) = if direction > 0 { self.low } else { self.high };
        let n_before = n_before.min(self.rows.len());
        self.rows.drain(..n_before);
        self.places.drain(..n_before);
        self.start_ah = pivot_ah;
        self.low.1 = self.low.1.saturating_sub(n_before);
        self.high.1 = self.high.1.saturating_sub(n_before);
        if direction > 0 {
            self.high = (self.charge_ah, self.rows.len());
        } else {
            self.low = (self.charge_ah, self.rows.len());
        }
    }

    fn close(&mut self, n_rows: usize, is_positive: bool) -> Option<Half> {
        let n_rows = n_rows.min(self.rows.len());
        let tail = self.rows.split_off(n_rows);
        let mut rows = std::mem::replace(&mut self.rows, tail);
        let tail = self.places.split_off(n_rows);
        let mut places = std::mem::replace(&mut self.places, tail);
        let end_ah = if is_positive { self.high.0 } else { self.low.0 };
        let mut charge_ah = (end_ah - self.start_ah).abs();
        if let Some((from, to, kept_ah)) = without_pulses(&rows, self.start_ah, charge_ah) {
            rows.truncate(to);
            places.truncate(to);
            rows.drain(..from.min(rows.len()));
            places.drain(..from.min(places.len()));
            charge_ah = kept_ah;
        }
        self.charge_scale_ah = charge_ah.max(0.9 * self.charge_scale_ah);
        let (first, last) = (places.first()?, places.last()?);
        let opposite = |row: &&Row| (row.current_a > 0.0) != is_positive;
        let n_interruptions = rows.iter().skip(1).filter(|row| row.after_rest).count()
            + rows.iter().filter(opposite).count();
        let voltage_v = [robust_start(&rows), robust_end(&rows)];
        let half = Half {
            is_positive,
            charge_ah,
            cycle: places.get(places.len() / 2).and_then(|(_, cycle)| *cycle),
            index: self.n_halves,
            file_rows: [first.0, last.0],
            n_interruptions: n_interruptions as u32,
            voltage_v,
            counter_ah: None,
            wall_s: None,
            rows,
        };
        self.n_halves += 1;
        Some(half)
    }

    /// Drops every second row, keeping the count of rows before each extreme right.
    fn thin(&mut self) {
        let mut position = 0_usize;
        let mut rested = false;
        self.rows.retain_mut(|row| {
            position += 1;
            let keep = position % 2 == 1;
            if keep {
                row.after_rest |= rested;
                rested = false;
            } else {
                rested |= row.after_rest;
            }
            keep
        });
        position = 0;
        self.places.retain(|_| {
            position += 1;
            position % 2 == 1
        });
        self.high.1 = self.high.1.div_ceil(2);
        self.low.1 = self.low.1.div_ceil(2);
    }
}

/// The larger of two numbers that are no `NaN`; `f64::max` is a call in wasm, on every row.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b {
        a
    } else {
        b
    }
}

/// The smaller of two numbers that are no `NaN`.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b {
        a
    } else {
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Halves of a current profile at 10 s steps, voltage following charge.
    fn halves(currents: &[f64]) -> Vec<Half> {
        let mut segmenter = Segmenter::new();
        let mut found = Vec::new();
        for (row, current_a) in currents.iter().enumerate() {
            found.extend(segmenter.push(Sample {
                time_s: row as f64 * 10.0,
                voltage_v: 3.5,
                current_a: *current_a,
                cycle: None,
                row: row as u64 + 1,
            }));
        }
        found.extend(segmenter.finish());
        // Noise before the first current makes halves of nothing, which the selector drops.
        let largest = found.iter().map(|half| half.charge_ah).fold(0.0, f64::max);
        found.retain(|half| half.charge_ah > 0.02 * largest);
        found
    }

    fn profile(parts: &[(f64, usize)]) -> Vec<f64> {
        parts
            .iter()
            .flat_map(|(current, n)| std::iter::repeat_n(*current, *n))
            .collect()
    }

    #[test]
    fn a_charge_and_a_discharge() {
        let found = halves(&profile(&[
            (0.0, 5),
            (1.0, 360),
            (0.0, 20),
            (-1.0, 350),
            (0.0, 5),
        ]));
        assert_eq!(found.len(), 2);
        assert!(found[0].is_positive && !found[1].is_positive);
        assert_eq!((found[0].rows.len(), found[1].rows.len()), (360, 350));
        // Intervals across a change of step count for the new step.
        assert!(
            (found[0].charge_ah - 1.0).abs() < 1e-9,
            "{}",
            found[0].charge_ah
        );
        assert!((found[1].charge_ah - 350.0 / 360.0).abs() < 1e-9);
        assert_eq!(found[0].file_rows, [6, 365]);
    }

    #[test]
    fn a_faulty_row_and_a_short_pulse_cut_nothing() {
        let with_pulse = |pulse_a: f64| {
            halves(&profile(&[
                (0.0, 5),
                (1.0, 200),
                (pulse_a, 1),
                (1.0, 160),
                (0.0, 20),
                (-1.0, 200),
                (0.0, 60),
                (1.0, 1),
                (-1.0, 150),
            ]))
        };
        assert_eq!(with_pulse(-30.0).len(), 2, "a row far off is replaced");
        let found = with_pulse(-3.0);
        assert_eq!(found.len(), 2);
        // A rest, and a row the other way.
        assert_eq!(found[1].n_interruptions, 2);
    }

    #[test]
    fn noise_at_rest_is_no_half() {
        let mut currents = profile(&[(0.0, 50), (1.0, 360), (0.0, 50), (-1.0, 360), (0.0, 50)]);
        for (row, current) in currents.iter_mut().enumerate() {
            *current += if row % 2 == 0 { 0.002 } else { -0.002 };
        }
        let found = halves(&currents);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].rows.len(), found[1].rows.len()), (360, 360));
    }

    #[test]
    fn a_long_half_stays_bounded() {
        let found = halves(&profile(&[(1.0, 300_000), (-1.0, 300_000)]));
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|half| half.rows.len() <= MAX_ROWS));
        assert!((found[0].charge_ah - 299_999.0 / 360.0).abs() < 1e-6);
    }
}
