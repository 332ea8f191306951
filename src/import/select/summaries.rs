//! What is remembered of every half of a file, and what all of them together tell: which sign
//! charges, which cycle each belongs to, and how our capacity compares with the file's.

use crate::import::segment::{median, Half};

/// Halves remembered without rows.
const MAX_SUMMARIES: usize = 20_000;

/// A half without its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    pub is_positive: bool,
    pub charge_ah: f64,
    pub voltage_v: [f64; 2],
    pub counter_ah: Option<f64>,
    pub cycle: Option<u32>,
    pub index: u32,
    pub file_rows: [u64; 2],
    pub n_interruptions: u32,
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

    /// Whether the voltage rose.
    pub fn rises(&self) -> bool {
        self.voltage_v[1] > self.voltage_v[0]
    }
}

/// The halves of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct Summaries {
    all: Vec<Summary>,
    largest_ah: f64,
}

impl Summaries {
    /// Remembers a half, unless it is too small to be one; returns whether it did.
    pub fn push(&mut self, half: &Half) -> bool {
        self.largest_ah = self.largest_ah.max(half.charge_ah);
        if half.charge_ah < 0.02 * self.largest_ah || half.rows.len() < 3 {
            return false;
        }
        if self.all.len() >= MAX_SUMMARIES {
            let least = 0.3 * self.largest_ah;
            self.all.retain(|summary| summary.charge_ah >= least);
            if self.all.len() >= MAX_SUMMARIES {
                self.all.drain(..MAX_SUMMARIES / 2);
            }
        }
        self.all.push(Summary::of(half));
        true
    }

    /// All that are remembered.
    pub fn all(&self) -> &[Summary] {
        &self.all
    }

    /// Position of the half with this index in the file.
    pub fn position(&self, index: u32) -> Option<usize> {
        self.all.iter().position(|summary| summary.index == index)
    }

    /// Corrects voltages for a wrong unit.
    pub fn scale_voltages(&mut self, factor: f64) {
        for summary in &mut self.all {
            summary.voltage_v = summary.voltage_v.map(|voltage| voltage * factor);
        }
    }

    /// Forgets what was remembered before it showed how large the others are.
    pub fn forget_small(&mut self) {
        let largest = self.largest_ah;
        self.all
            .retain(|summary| summary.charge_ah >= 0.02 * largest);
    }

    /// Voltage must rise on charge; charge decides by its amount.
    pub fn is_reversed(&self) -> bool {
        let evidence: f64 = self
            .all
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

    /// The column's numbers if they are usable, else a count of discharges.
    pub fn cycle_numbers(&self, is_reversed: bool) -> (Vec<u32>, &'static str) {
        let column: Vec<u32> = self
            .all
            .iter()
            .filter_map(|summary| summary.cycle)
            .collect();
        let n_discharges = self
            .all
            .iter()
            .filter(|half| {
                half.is_positive == is_reversed && half.charge_ah > 0.5 * self.largest_ah
            })
            .count();
        let is_usable = column.len() == self.all.len()
            && column.windows(2).all(|pair| pair[0] <= pair[1])
            && (column.first() != column.last() || n_discharges <= 1);
        if is_usable {
            return (column, "column");
        }
        let mut number = 1;
        let mut discharged = false;
        let derived = self
            .all
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
            self.all
                .iter()
                .filter(|half| half.charge_ah >= 0.3 * self.largest_ah)
                .filter_map(|half| Some(half.charge_ah / half.counter_ah.filter(|ah| *ah > 0.0)?)),
        )
    }
}
