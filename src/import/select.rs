//! Which charge and which discharge are wanted: the latest full ones, or those nearest a stated
//! state of health.

use super::cycle::{HalfCycle, WantedCycle};
use super::error::ImportError;
use super::report::{Findings, HalfSummary};
use super::segment::{median, Half};

/// Halves of one sign kept with their rows while the file streams by.
const MAX_KEPT: usize = 6;
/// The same when a state of health is looked for; each comes with the half before it.
const MAX_PAIRS: usize = 4;
/// Halves remembered without rows.
const MAX_SUMMARIES: usize = 20_000;
/// Halves listed in a report.
const MAX_LISTED: usize = 400;
/// A discharge with more interruptions is a pulse test.
const MAX_INTERRUPTIONS: u32 = 8;

#[derive(Debug, Clone, Copy)]
struct Summary {
    is_positive: bool,
    charge_ah: f64,
    voltage_v: [f64; 2],
    counter_ah: Option<f64>,
    cycle: Option<u32>,
    index: u32,
    file_rows: [u64; 2],
    n_interruptions: u32,
}

impl Summary {
    fn of(half: &Half) -> Self {
        Self {
            is_positive: half.is_positive,
            charge_ah: half.charge_ah,
            voltage_v: half.voltage_v,
            counter_ah: half.counter_ah,
            cycle: half.cycle,
            index: half.index,
            file_rows: half.file_rows,
            n_interruptions: half.n_interruptions,
        }
    }

    fn rises(&self) -> bool {
        self.voltage_v[1] > self.voltage_v[0]
    }
}

/// Keeps the few halves that can still be wanted at the end of the file.
#[derive(Debug, Default)]
pub struct Selector {
    kept: [Vec<Half>; 2],
    summaries: Vec<Summary>,
    largest_ah: f64,
    /// Charge of the discharge that is looked for, Ah.
    target_ah: Option<f64>,
    /// With a target: the half before, and the nearest halves each with the one before it.
    recent: Option<Half>,
    pairs: [Vec<[Half; 2]>; 2],
}

/// The choice, with charge and discharge told apart.
#[derive(Debug, Default)]
pub struct Choice {
    /// The wanted charge.
    pub charge: Option<Half>,
    /// The wanted discharge.
    pub discharge: Option<Half>,
    /// Whether positive current discharges in the file.
    pub is_reversed: bool,
    /// All halves found, the latest last.
    pub halves: Vec<HalfSummary>,
    /// Where cycle numbers come from.
    pub cycles_from: &'static str,
    /// Our capacity over the file's counter, median over the large halves.
    pub capacity_ratio: Option<f64>,
    n_full: [u64; 2],
}

impl Selector {
    /// `target_ah` looks for the discharge nearest to it instead of the latest.
    pub fn new(target_ah: Option<f64>) -> Self {
        Self {
            target_ah,
            ..Self::default()
        }
    }

    /// Takes the next half.
    pub fn push(&mut self, half: Half) {
        self.largest_ah = self.largest_ah.max(half.charge_ah);
        if half.charge_ah < 0.02 * self.largest_ah || half.rows.len() < 3 {
            return;
        }
        if self.summaries.len() >= MAX_SUMMARIES {
            let least = 0.3 * self.largest_ah;
            self.summaries.retain(|summary| summary.charge_ah >= least);
            if self.summaries.len() >= MAX_SUMMARIES {
                self.summaries.drain(..MAX_SUMMARIES / 2);
            }
        }
        self.summaries.push(Summary::of(&half));
        let kept = &mut self.kept[usize::from(half.is_positive)];
        match self.target_ah {
            None => {
                while kept.last().is_some_and(|older| outdoes(&half, older)) {
                    kept.pop();
                }
                kept.push(half);
                if kept.len() > MAX_KEPT {
                    // The newest stays; of the others the smallest is the least likely to be full.
                    let smallest = kept
                        .iter()
                        .take(MAX_KEPT)
                        .enumerate()
                        .min_by(|(_, a), (_, b)| a.charge_ah.total_cmp(&b.charge_ah))
                        .map(|(at, _)| at);
                    if let Some(at) = smallest {
                        kept.remove(at);
                    }
                }
            }
            Some(target_ah) => {
                let before = self.recent.replace(half.clone());
                if let Some(before) = before.filter(|old| old.is_positive != half.is_positive) {
                    let pairs = &mut self.pairs[usize::from(half.is_positive)];
                    pairs.push([before, half]);
                    let distance = |pair: &[Half; 2]| (pair[1].charge_ah - target_ah).abs();
                    crate::order::sort_by(pairs, |a, b| distance(a).total_cmp(&distance(b)));
                    pairs.truncate(MAX_PAIRS);
                }
            }
        }
    }

    /// Charge and duration of the largest half, Ah and s as the headings have it.
    pub fn largest(&self) -> Option<(f64, f64)> {
        self.kept
            .iter()
            .flatten()
            .chain(self.pairs.iter().flatten().flatten())
            .chain(&self.recent)
            .max_by(|a, b| a.charge_ah.total_cmp(&b.charge_ah))
            .and_then(|half| {
                let (first, last) = (half.rows.first()?, half.rows.last()?);
                Some((half.charge_ah, last.time_s - first.time_s))
            })
    }

    /// Chooses. `unit_factor` corrects charges for wrong units; `voltage_factor` voltages.
    pub fn finish(mut self, unit_factor: f64, voltage_factor: f64) -> Choice {
        let pairs = self
            .pairs
            .iter_mut()
            .flatten()
            .flatten()
            .chain(&mut self.recent);
        let halves = self.kept.iter_mut().flatten().chain(pairs);
        for half in halves {
            half.voltage_v = half.voltage_v.map(|voltage| voltage * voltage_factor);
            half.rows
                .iter_mut()
                .for_each(|row| row.voltage_v *= voltage_factor);
        }
        for summary in &mut self.summaries {
            summary.voltage_v = summary.voltage_v.map(|voltage| voltage * voltage_factor);
        }
        let is_reversed = self.is_reversed();
        let largest = self.largest_ah;
        self.summaries
            .retain(|summary| summary.charge_ah >= 0.02 * largest);
        let limits = [false, true].map(|is_positive| self.limits(is_positive));
        let window_v = match limits {
            [Some((a, _)), Some((b, _))] => (a - b).abs(),
            _ => 0.0,
        };
        let tolerance_v = (0.06 * window_v).max(0.03);
        let verdicts: Vec<&'static str> = self
            .summaries
            .iter()
            .enumerate()
            .map(|(at, summary)| self.verdict(at, summary, &limits, tolerance_v))
            .collect();
        let (numbers, cycles_from) = self.cycle_numbers(is_reversed);
        let full = |index: u32| {
            self.summaries
                .iter()
                .position(|summary| summary.index == index)
                .and_then(|at| verdicts.get(at))
                .is_some_and(|verdict| *verdict == "full")
        };
        let [kept_negative, kept_positive] = std::mem::take(&mut self.kept);
        let (charges, discharges) = if is_reversed {
            (kept_negative, kept_positive)
        } else {
            (kept_positive, kept_negative)
        };
        let number = |half: &mut Half| {
            half.cycle = self
                .summaries
                .iter()
                .position(|summary| summary.index == half.index)
                .and_then(|at| numbers.get(at))
                .copied();
        };
        let (mut charge, mut discharge) = match self.target_ah {
            None => (latest(charges, &full), latest(discharges, &full)),
            Some(_) => {
                // Pairs are in order of their distance already.
                let pairs = std::mem::take(&mut self.pairs[usize::from(is_reversed)]);
                let whole = pairs
                    .into_iter()
                    .find(|pair| pair.iter().all(|half| full(half.index)));
                match whole {
                    Some([charge, discharge]) => (Some(charge), Some(discharge)),
                    // A file with one half alone has no pair, but its half may find another file.
                    None => match self.recent.take().filter(|half| full(half.index)) {
                        Some(half) if half.is_positive != is_reversed => (Some(half), None),
                        half => (None, half),
                    },
                }
            }
        };
        discharge.iter_mut().for_each(number);
        charge.iter_mut().for_each(number);
        let mut n_full = [0; 2];
        let halves: Vec<HalfSummary> = self
            .summaries
            .iter()
            .zip(&verdicts)
            .zip(&numbers)
            .map(|((summary, verdict), cycle)| {
                let is_charge = summary.is_positive != is_reversed;
                n_full[usize::from(is_charge)] += u64::from(*verdict == "full");
                HalfSummary {
                    cycle: *cycle,
                    direction: if is_charge { "charge" } else { "discharge" }.to_string(),
                    rows: summary.file_rows,
                    capacity_ah: summary.charge_ah * unit_factor,
                    status: (*verdict).to_string(),
                    is_wanted: false,
                }
            })
            .collect();
        let skip = halves.len().saturating_sub(MAX_LISTED);
        Choice {
            charge,
            discharge,
            is_reversed,
            halves: halves.into_iter().skip(skip).collect(),
            cycles_from,
            capacity_ratio: self.capacity_ratio(),
            n_full,
        }
    }

    /// Voltage must rise on charge; charge decides by its amount.
    fn is_reversed(&self) -> bool {
        let evidence: f64 = self
            .summaries
            .iter()
            .filter(|summary| summary.voltage_v.iter().all(|voltage| voltage.is_finite()))
            .map(|summary| {
                if summary.rises() == summary.is_positive {
                    summary.charge_ah
                } else {
                    -summary.charge_ah
                }
            })
            .sum();
        evidence < 0.0
    }

    /// End voltage and charge that a full half of this sign reaches: medians over the large ones.
    fn limits(&self, is_positive: bool) -> Option<(f64, f64)> {
        let halves = || {
            self.summaries
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
        &self,
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
            .and_then(|at| self.summaries.get(at))
            .map(|half| half.voltage_v[1]);
        let start_known = match (previous_end_v, limits[usize::from(!half.is_positive)]) {
            (Some(previous_v), Some((other_v, _))) => -sign * (other_v - previous_v) <= tolerance_v,
            _ => true,
        };
        let nearby = |same: bool| {
            self.summaries
                .get(at.saturating_sub(12)..(at + 3).min(self.summaries.len()))
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
        if half.n_interruptions > MAX_INTERRUPTIONS && self.has_plainer(half) {
            return "pulsed";
        }
        "full"
    }

    fn has_plainer(&self, half: &Summary) -> bool {
        self.summaries.iter().any(|other| {
            other.is_positive == half.is_positive
                && other.n_interruptions <= MAX_INTERRUPTIONS
                && other.charge_ah >= 0.8 * half.charge_ah
        })
    }

    /// The column's numbers if they are usable, else a count of discharges.
    fn cycle_numbers(&self, is_reversed: bool) -> (Vec<u32>, &'static str) {
        let column: Vec<u32> = self
            .summaries
            .iter()
            .filter_map(|summary| summary.cycle)
            .collect();
        let n_discharges = self
            .summaries
            .iter()
            .filter(|half| {
                half.is_positive == is_reversed && half.charge_ah > 0.5 * self.largest_ah
            })
            .count();
        let is_usable = column.len() == self.summaries.len()
            && column.windows(2).all(|pair| pair[0] <= pair[1])
            && (column.first() != column.last() || n_discharges <= 1);
        if is_usable {
            return (column, "column");
        }
        let mut number = 1;
        let mut discharged = false;
        let derived = self
            .summaries
            .iter()
            .map(|half| {
                let is_charge = half.is_positive != is_reversed;
                if is_charge && discharged {
                    number += 1;
                }
                discharged = !is_charge;
                number
            })
            .collect();
        (derived, "derived")
    }

    /// Our capacity over the file's counter, median over the large halves.
    pub fn capacity_ratio(&self) -> Option<f64> {
        median(
            self.summaries
                .iter()
                .filter(|half| half.charge_ah >= 0.3 * self.largest_ah)
                .filter_map(|half| Some(half.charge_ah / half.counter_ah.filter(|ah| *ah > 0.0)?)),
        )
    }
}

/// Whether a newer half makes an older one of the same sign unwanted: it went as far in voltage
/// and moved about as much.
fn outdoes(newer: &Half, older: &Half) -> bool {
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

fn latest(halves: Vec<Half>, full: &dyn Fn(u32) -> bool) -> Option<Half> {
    halves
        .into_iter()
        .filter(|half| full(half.index))
        .max_by_key(|half| half.index)
}

impl Choice {
    /// The reason when there is no cycle.
    pub fn failure(&self) -> ImportError {
        ImportError::NoFullCycle {
            n_charges: self.n_full[1],
            n_discharges: self.n_full[0],
            n_partial: self
                .halves
                .iter()
                .filter(|half| half.status != "full")
                .count() as u64,
        }
    }
}

/// A half as standardisation wants it, with the CC part marked.
pub fn to_half_cycle(half: &Half, is_reversed: bool, time: f64, current: f64) -> HalfCycle {
    let sign = if is_reversed { -current } else { current };
    let Some(first) = half.rows.first() else {
        return HalfCycle::default();
    };
    let end = half.rows.last().unwrap_or(first);
    let mut cycle = HalfCycle::default();
    // The interval before the first row belongs to the half (see `Segmenter::push`).
    let before_ah = (half.charge_ah - (end.charge_ah - first.charge_ah).abs()).max(0.0);
    let mut highest = 0.0_f64;
    for row in &half.rows {
        cycle.time_s.push((row.time_s - first.time_s) * time);
        cycle.voltage_v.push(row.voltage_v);
        cycle.current_a.push(row.current_a * sign);
        let moved = (row.charge_ah - first.charge_ah) * if half.is_positive { 1.0 } else { -1.0 };
        highest = highest.max(moved + before_ah);
        cycle.throughput_ah.push(highest * time * current);
    }
    cycle.is_cc = constant_current(half);
    cycle
}

/// Marks the constant-current rows: neither the CV tail, nor rows before the current stands, nor
/// pulses backwards.
fn constant_current(half: &Half) -> Vec<bool> {
    let magnitudes: Vec<f64> = half.rows.iter().map(|row| row.current_a.abs()).collect();
    let n_rows = magnitudes.len();
    let mut is_cc = vec![true; n_rows];
    let [start_v, end_v] = half.voltage_v;
    let margin_v = (0.015 * (end_v - start_v).abs()).max(0.01);
    // Current of the last step before the voltage limit.
    let below: Vec<f64> = half
        .rows
        .iter()
        .filter(|row| (row.voltage_v - end_v).abs() > margin_v && row.voltage_v.is_finite())
        .map(|row| row.current_a.abs())
        .collect();
    let last = below.get(below.len().saturating_sub(15)..).unwrap_or(&[]);
    let step_a = match median(last.iter().copied()) {
        Some(step_a) if below.len() >= 3 => step_a,
        _ => magnitudes.iter().copied().fold(0.0, f64::max),
    };
    // The tail starts after the last row that still carries it.
    let n_full = magnitudes
        .iter()
        .rposition(|magnitude| *magnitude >= 0.97 * step_a)
        .map_or(n_rows, |at| at + 1);
    // A discharge that ends at full current may drop in its very last row only.
    is_cc.iter_mut().skip(n_full).for_each(|flag| *flag = false);
    let first_a = median(magnitudes.iter().take(7).copied()).unwrap_or(0.0);
    for (flag, magnitude) in is_cc.iter_mut().zip(&magnitudes) {
        if *magnitude >= 0.9 * first_a {
            break;
        }
        *flag = false;
    }
    for (flag, row) in is_cc.iter_mut().zip(&half.rows) {
        if (row.current_a > 0.0) != half.is_positive || row.current_a.abs() < 0.2 * step_a {
            *flag = false;
        }
    }
    is_cc
}

/// Puts charge and discharge together, if both are there and fit each other.
pub fn wanted(
    charge: Option<&HalfCycle>,
    discharge: Option<&HalfCycle>,
    cycle: u32,
    cell_id: &str,
    nominal_ah: Option<f64>,
    findings: &mut Findings,
) -> Option<WantedCycle> {
    let (charge, discharge) = (charge?, discharge?);
    let ratio = charge.capacity_ah() / discharge.capacity_ah();
    if !(0.9..=1.15).contains(&ratio) {
        findings.whole("halves-differ", "");
    }
    Some(WantedCycle {
        cell_id: cell_id.to_string(),
        cycle,
        charge: charge.clone(),
        discharge: discharge.clone(),
        nominal_ah,
    })
}
