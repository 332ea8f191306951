//! Which charge and which discharge are wanted: the latest full ones, or those nearest a stated
//! state of health.

mod full;
mod summaries;

use super::error::ImportError;
use super::report::HalfSummary;
use super::segment::Half;
use full::{outdoes, verdicts};
use summaries::Summaries;

/// Halves of one sign kept with their rows while the file streams by.
const MAX_KEPT: usize = 6;
/// The same when a state of health is looked for; each comes with the half before it.
const MAX_PAIRS: usize = 4;
/// Halves listed in a report.
const MAX_LISTED: usize = 400;

/// Keeps the few halves that can still be wanted at the end of the file.
#[derive(Debug, Default)]
pub struct Selector {
    kept: [Vec<Half>; 2],
    summaries: Summaries,
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
        if !self.summaries.push(&half) {
            return;
        }
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
        self.summaries.scale_voltages(voltage_factor);
        let is_reversed = self.summaries.is_reversed();
        self.summaries.forget_small();
        let verdicts = verdicts(self.summaries.all());
        let (numbers, cycles_from) = self.summaries.cycle_numbers(is_reversed);
        let full = |index: u32| {
            self.summaries
                .position(index)
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
                .position(half.index)
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
            .all()
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

    /// Our capacity over the file's counter, median over the large halves.
    pub fn capacity_ratio(&self) -> Option<f64> {
        self.summaries.capacity_ratio()
    }
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
