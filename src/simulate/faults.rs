//! Measurement faults: noise, blanks and outliers in the voltage column.

use super::draw::Draw;
use super::protocol::Row;

/// What was done to one file.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Faults {
    /// Standard deviation of added noise, mV.
    pub noise_mv: f64,
    /// Voltage entries left out.
    pub n_blanks: u32,
    /// Voltage entries replaced by far values.
    pub n_outliers: u32,
}

impl Faults {
    /// Whether the file is clean.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Draws faults and applies them; a blank voltage becomes NaN.
pub(super) fn apply(rows: &mut [Row], draw: &mut Draw) -> Faults {
    let mut faults = Faults::default();
    if draw.happens(0.6) {
        faults.noise_mv = draw.uniform(1.0, 3.0);
        for row in rows.iter_mut() {
            row.voltage_v += faults.noise_mv * 1e-3 * draw.normal();
        }
    }
    let n_rows = rows.len() as u32;
    if draw.happens(0.6) {
        faults.n_blanks = 3 + draw.below(14);
        for _ in 0..faults.n_blanks {
            if let Some(row) = rows.get_mut(draw.below(n_rows) as usize) {
                row.voltage_v = f64::NAN;
            }
        }
    }
    if draw.happens(0.6) {
        faults.n_outliers = 2 + draw.below(6);
        for _ in 0..faults.n_outliers {
            let jump_v = draw.uniform(0.15, 0.8) * if draw.happens(0.5) { 1.0 } else { -1.0 };
            if let Some(row) = rows.get_mut(draw.below(n_rows) as usize) {
                row.voltage_v += jump_v;
            }
        }
    }
    faults
}
