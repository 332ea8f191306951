//! A charge or a discharge: its rows, which of them belong to it, and the voltages of its ends.

/// Row of a half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Elapsed time, s.
    pub time_s: f64,
    /// Voltage, V; `NaN` where missing.
    pub voltage_v: f64,
    /// Current as the file counts it, A.
    pub current_a: f64,
    /// Net charge since the start of the file, Ah.
    pub charge_ah: f64,
    /// Whether a rest came before it.
    pub after_rest: bool,
}

/// One charge or discharge; which of the two is not yet decided, the sign of current being a
/// matter of the whole file.
#[derive(Debug, Clone, PartialEq)]
pub struct Half {
    /// Sign of the current.
    pub is_positive: bool,
    /// Rows under current.
    pub rows: Vec<Row>,
    /// Charge moved, Ah.
    pub charge_ah: f64,
    /// Cycle number in the file's column, if it has one.
    pub cycle: Option<u32>,
    /// Position among the halves of the file, from 0.
    pub index: u32,
    /// File rows of start and end, from 1.
    pub file_rows: [u64; 2],
    /// Rests inside, and rows of opposite current.
    pub n_interruptions: u32,
    /// Robust voltage at its start and end.
    pub voltage_v: [f64; 2],
    /// Counter of the file over the half, Ah, if it has one.
    pub counter_ah: Option<f64>,
    /// Wall clock at the start, s since 1970.
    pub wall_s: Option<f64>,
}

/// Pulses before and after a half, apart from it by a rest and moving less than a hundredth of
/// it, do not belong to it. Returns the rows to keep and the charge that they move.
pub(super) fn without_pulses(
    rows: &[Row],
    start_ah: f64,
    charge_ah: f64,
) -> Option<(usize, usize, f64)> {
    let little_ah = 0.01 * charge_ah;
    let rests = || {
        rows.iter()
            .enumerate()
            .skip(1)
            .filter(|(_, row)| row.after_rest)
    };
    let end_ah = rows.last()?.charge_ah;
    let charge_before = |at: usize| rows.get(at.wrapping_sub(1)).map(|row| row.charge_ah);
    let from = rests()
        .take_while(|(at, _)| {
            charge_before(*at).is_some_and(|ah| (ah - start_ah).abs() < little_ah)
        })
        .last()
        .map(|(at, _)| at);
    let to = rests()
        .filter(|(at, _)| charge_before(*at).is_some_and(|ah| (end_ah - ah).abs() < little_ah))
        .map(|(at, _)| at)
        .next();
    if from.is_none() && to.is_none() {
        return None;
    }
    let (from_row, to_row) = (from.unwrap_or(0), to.unwrap_or(rows.len()));
    let first_ah = from.and_then(charge_before).unwrap_or(start_ah);
    let last_ah = charge_before(to_row)?;
    (from_row < to_row).then_some((from_row, to_row, (last_ah - first_ah).abs()))
}

/// Median of the first three voltages that are there.
pub(super) fn robust_start(rows: &[Row]) -> f64 {
    median_of_three(rows.iter().map(|row| row.voltage_v))
}

/// The last voltage, if it follows from the two before it, as a steep end does; else the median
/// of the three, which no single outlier survives.
pub(super) fn robust_end(rows: &[Row]) -> f64 {
    let voltages = || rows.iter().rev().map(|row| row.voltage_v);
    let mut last = voltages().filter(|voltage| voltage.is_finite());
    match (last.next(), last.next(), last.next()) {
        (Some(c), Some(b), Some(a))
            if (c - b).abs() <= 4.0 * (b - a).abs() + 0.02 && (c - b) * (b - a) >= 0.0 =>
        {
            c
        }
        _ => median_of_three(voltages()),
    }
}

fn median_of_three(voltages: impl Iterator<Item = f64>) -> f64 {
    let finite = voltages.filter(|voltage| voltage.is_finite());
    median(finite.take(3)).unwrap_or(f64::NAN)
}

/// Median of the finite values, of an even number the upper of the middle two.
pub(in crate::import) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    crate::order::sort_numbers(&mut values);
    values.get(values.len() / 2).copied()
}
