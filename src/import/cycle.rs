//! The canonical cycle: what import hands to standardisation, and how the halves of a file become
//! one.

use super::report::Findings;
use super::segment::{median, Half};

/// One direction of a full cycle: the rows of a complete charge or a complete discharge.
///
/// All vectors have the same length. Time and current are repaired by the importer and finite;
/// a missing voltage stays `NaN` for step a1 of standardisation to fill and count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HalfCycle {
    /// Seconds since the first row of this half, non-decreasing.
    pub time_s: Vec<f64>,
    /// Terminal voltage in V; `NaN` where the file has no entry.
    pub voltage_v: Vec<f64>,
    /// Current in A, positive on charge.
    pub current_a: Vec<f64>,
    /// Charge moved since the first row in Ah, by our own integration; never negative.
    pub throughput_ah: Vec<f64>,
    /// Whether the row belongs to the constant-current part (rests and the CV tail do not).
    pub is_cc: Vec<bool>,
}

impl HalfCycle {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.time_s.len()
    }

    /// Whether the half has no rows.
    pub fn is_empty(&self) -> bool {
        self.time_s.is_empty()
    }

    /// Charge moved over the whole half (CC and CV), Ah.
    pub fn capacity_ah(&self) -> f64 {
        self.throughput_ah.last().copied().unwrap_or(0.0)
    }
}

/// The wanted cycle of one battery: the latest full charge and full discharge in its file
/// (Tao et al. 2023, Supplementary Note 1).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WantedCycle {
    /// Battery identifier from manifest, header or file name.
    pub cell_id: String,
    /// Cycle number as the file counts it, or as derived.
    pub cycle: u32,
    /// The full charge.
    pub charge: HalfCycle,
    /// The full discharge.
    pub discharge: HalfCycle,
    /// Nominal capacity in Ah, where known.
    pub nominal_ah: Option<f64>,
}

impl WantedCycle {
    /// State of health: discharge capacity over nominal capacity, where the latter is known.
    pub fn soh(&self) -> Option<f64> {
        self.nominal_ah
            .map(|nominal_ah| self.discharge.capacity_ah() / nominal_ah)
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
