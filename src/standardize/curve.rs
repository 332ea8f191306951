//! From a half cycle to its filled curves.

use super::incremental_capacity::{incremental_capacity, interpolate, Knot};
use super::isotonic::monotone_blocks;
use super::median::moving_median;
use super::missing::fill_missing;
use super::outliers::replace_outliers;
use super::{CapacityBasis, Params, StandardizeError};
use crate::import::HalfCycle;
use std::fmt;

/// Constant-current rows without which there is no curve.
const LEAST_ROWS: usize = 8;
/// A half cycle of which more than one voltage in so many is missing is refused: the filled-in rest
/// would be a staircase, not a curve.
const MOST_MISSING_ONE_IN: usize = 4;

/// Which half of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Voltage rises with charge moved.
    Charge,
    /// Voltage falls with charge moved.
    Discharge,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Charge => "charge",
            Self::Discharge => "discharge",
        })
    }
}

/// How many rows each step saw or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepCounts {
    /// Rows of the half cycle.
    pub n_rows: u32,
    /// Constant-current rows, which the curve is made of.
    pub n_constant_current: u32,
    /// a1: entries filled from the nearest one.
    pub n_missing: u32,
    /// a2: outliers replaced by the nearest entry.
    pub n_outliers: u32,
    /// a3: entries that the moving median changed.
    pub n_smoothed: u32,
    /// b: entries pooled with neighbours to make V strictly monotone in Q.
    pub n_pooled: u32,
}

/// The standardised constant-current part of a half cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Which half it is.
    pub direction: Direction,
    /// Charge moved since the start of the constant-current part, Ah: L equal steps from 0.
    pub charge_ah: Vec<f64>,
    /// Voltage at these, V; monotone.
    pub voltage_v: Vec<f64>,
    /// Middles of L equal voltage steps, V, ascending.
    pub step_voltage_v: Vec<f64>,
    /// dQ/dV there, never negative, in the unit of `basis_ah`.
    pub dq_dv: Vec<f64>,
    /// Capacity that dQ/dV is divided by, Ah: 1 for Ah/V.
    pub basis_ah: f64,
    /// What each step changed.
    pub counts: StepCounts,
}

/// Standardises one half of a wanted cycle.
///
/// `nominal_ah` is needed for [`CapacityBasis::Nominal`] only; if it is unknown there, the caller
/// must say what to divide by, see [`crate::features::extract`].
///
/// # Errors
/// [`StandardizeError`] for fewer than eight constant-current rows, rows without any voltage,
/// constant voltage or charge, and parameters out of range.
pub fn standardize(
    half: &HalfCycle,
    direction: Direction,
    params: &Params,
    nominal_ah: Option<f64>,
) -> Result<Curve, StandardizeError> {
    check(params)?;
    let n_points = params.n_points as usize;
    let rising = direction == Direction::Charge;
    let (charge_ah, mut voltage_v) = constant_current_rows(half, direction)?;
    let mut counts = StepCounts {
        n_rows: half.len() as u32,
        n_constant_current: voltage_v.len() as u32,
        ..StepCounts::default()
    };
    counts.n_missing =
        fill_missing(&mut voltage_v).ok_or(StandardizeError::NoVoltage { direction })?;
    let n_missing = counts.n_missing as usize;
    if n_missing * MOST_MISSING_ONE_IN > voltage_v.len() {
        return Err(StandardizeError::MostlyMissing {
            direction,
            n_missing,
            n_rows: voltage_v.len(),
        });
    }
    counts.n_outliers = replace_outliers(
        &mut voltage_v,
        params.outlier_scope,
        params.n_mad,
        params.median_window,
        rising,
    );
    let smoothed_v = moving_median(&voltage_v, params.median_window, params.median_ends);
    let changed = |(before, after): (&f64, &f64)| u32::from(before != after);
    counts.n_smoothed = voltage_v.iter().zip(&smoothed_v).map(changed).sum();

    let knots = monotone_knots(&charge_ah, &smoothed_v, rising, &mut counts);
    let (Some(first), Some(last)) = (charge_ah.first(), charge_ah.last()) else {
        return Err(StandardizeError::Flat { direction });
    };
    let span_ah = last - first;
    if knots.len() < 2 || span_ah <= 0.0 {
        return Err(StandardizeError::Flat { direction });
    }
    let basis_ah = match params.capacity_basis {
        CapacityBasis::AmpereHour => 1.0,
        CapacityBasis::Nominal => nominal_ah
            .filter(|ah| ah.is_finite() && *ah > 0.0)
            .ok_or(StandardizeError::Parameter { name: "nominal_ah" })?,
    };
    let filled_ah: Vec<f64> = (0..n_points)
        .map(|i| span_ah * i as f64 / (n_points - 1) as f64)
        .collect();
    let knot_charges: Vec<f64> = knots.iter().map(|knot| knot.charge_ah - first).collect();
    let knot_voltages: Vec<f64> = knots.iter().map(|knot| knot.voltage_v).collect();
    let filled_v = interpolate(&knot_charges, &knot_voltages, filled_ah.iter().copied());
    let (step_voltage_v, mut dq_dv) = incremental_capacity(&knots, n_points);
    dq_dv.iter_mut().for_each(|value| *value /= basis_ah);
    Ok(Curve {
        direction,
        charge_ah: filled_ah,
        voltage_v: filled_v,
        step_voltage_v,
        dq_dv,
        basis_ah,
        counts,
    })
}

fn check(params: &Params) -> Result<(), StandardizeError> {
    let name = match params {
        Params { n_points, .. } if !(2..=100_000).contains(n_points) => "n_points",
        Params {
            median_window: 0, ..
        } => "median_window",
        Params { n_mad, .. } if !(n_mad.is_finite() && *n_mad > 0.0) => "n_mad",
        _ => return Ok(()),
    };
    Err(StandardizeError::Parameter { name })
}

/// Charge and voltage of the constant-current rows; the voltage may still be missing.
fn constant_current_rows(
    half: &HalfCycle,
    direction: Direction,
) -> Result<(Vec<f64>, Vec<f64>), StandardizeError> {
    let n = half.len();
    let lengths = [
        half.voltage_v.len(),
        half.throughput_ah.len(),
        half.is_cc.len(),
    ];
    if lengths.iter().any(|&length| length != n) {
        return Err(StandardizeError::Malformed { direction });
    }
    let rows = (0..n).filter(|&row| half.is_cc[row]);
    let (charge_ah, voltage_v): (Vec<f64>, Vec<f64>) = rows
        .map(|row| (half.throughput_ah[row], half.voltage_v[row]))
        .unzip();
    if charge_ah.len() < LEAST_ROWS {
        return Err(StandardizeError::TooFewRows {
            direction,
            n_rows: charge_ah.len(),
            n_needed: LEAST_ROWS,
        });
    }
    let finite = charge_ah.iter().all(|charge| charge.is_finite());
    let ascending = charge_ah.windows(2).all(|pair| pair[0] <= pair[1]);
    if !(finite && ascending) {
        return Err(StandardizeError::Malformed { direction });
    }
    Ok((charge_ah, voltage_v))
}

/// Knots strictly monotone in charge and in voltage.
///
/// A block of pooled rows becomes one knot at the middle of its charge, so that a plateau's
/// charge is spread over the voltages around it instead of being heaped on one.
fn monotone_knots(
    charge_ah: &[f64],
    voltage_v: &[f64],
    rising: bool,
    counts: &mut StepCounts,
) -> Vec<Knot> {
    let mut knots: Vec<Knot> = Vec::new();
    for block in monotone_blocks(voltage_v, rising) {
        let n_pooled = block.end - block.start;
        counts.n_pooled += if n_pooled > 1 { n_pooled as u32 } else { 0 };
        let middle_ah = 0.5 * (charge_ah[block.start] + charge_ah[block.end - 1]);
        let knot = Knot {
            charge_ah: middle_ah,
            voltage_v: block.value,
        };
        match knots.last_mut() {
            // Rows without charge between them are one point: the later voltage is the settled one.
            Some(before) if before.charge_ah >= middle_ah => before.voltage_v = knot.voltage_v,
            _ => knots.push(knot),
        }
    }
    knots
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A charge from 3 V to 4 V at 1 A over 100 rows, then a CV tail.
    fn charge() -> HalfCycle {
        let mut half = HalfCycle::default();
        for row in 0..120 {
            let is_cc = row < 100;
            half.time_s.push(36.0 * f64::from(row));
            half.voltage_v.push(if is_cc {
                3.0 + 0.01 * f64::from(row)
            } else {
                4.0
            });
            half.current_a.push(if is_cc { 1.0 } else { 0.1 });
            half.throughput_ah.push(0.01 * f64::from(row.min(100)));
            half.is_cc.push(is_cc);
        }
        half
    }

    fn curve(half: &HalfCycle) -> Result<Curve, StandardizeError> {
        standardize(half, Direction::Charge, &Params::default(), Some(2.0))
    }

    #[test]
    fn a_clean_line_passes_through_every_step() {
        let curve = curve(&charge()).unwrap();
        let expected = StepCounts {
            n_rows: 120,
            n_constant_current: 100,
            ..StepCounts::default()
        };
        assert_eq!(curve.counts, expected);
        for (charge, voltage) in curve.charge_ah.iter().zip(&curve.voltage_v) {
            assert!((voltage - 3.0 - charge).abs() < 1e-12);
        }
        // 1 Ah/V over 2 Ah nominal.
        assert!(curve.dq_dv.iter().all(|value| (value - 0.5).abs() < 1e-9));
        assert_eq!((curve.charge_ah.len(), curve.dq_dv.len()), (1000, 1000));
    }

    #[test]
    fn a_quarter_of_the_voltages_may_be_missing_and_no_more() {
        let mut half = charge();
        half.voltage_v[40..65].fill(f64::NAN);
        assert_eq!(curve(&half).unwrap().counts.n_missing, 25);
        half.voltage_v[65] = f64::NAN;
        let refused = StandardizeError::MostlyMissing {
            direction: Direction::Charge,
            n_missing: 26,
            n_rows: 100,
        };
        assert_eq!(curve(&half).unwrap_err(), refused);
    }

    #[test]
    fn faults_are_counted_and_do_not_show() {
        let mut faulty = charge();
        for row in [0, 30, 99] {
            faulty.voltage_v[row] += 0.8;
        }
        faulty.voltage_v[60] = f64::NAN;
        faulty.voltage_v[61] = f64::NAN;
        let (clean, repaired) = (curve(&charge()).unwrap(), curve(&faulty).unwrap());
        assert_eq!(
            (repaired.counts.n_missing, repaired.counts.n_outliers),
            (2, 3)
        );
        let pairs = clean.voltage_v.iter().zip(&repaired.voltage_v);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // The ends take a value from two rows inside.
        assert!(worst < 0.0201, "{worst}");
    }

    #[test]
    fn plateaus_and_standing_charge_give_finite_curves() {
        let mut half = charge();
        half.voltage_v[20..80].fill(3.5);
        half.throughput_ah[40..50].fill(0.4);
        let curve = curve(&half).unwrap();
        assert_eq!(curve.counts.n_pooled, 60);
        let all = curve.voltage_v.iter().chain(&curve.dq_dv);
        assert!(all.clone().all(|value| value.is_finite() && *value >= 0.0));
        // All charge is found again under dQ/dV: 0.99 Ah of 2 Ah.
        let step_v = curve.step_voltage_v[1] - curve.step_voltage_v[0];
        let total: f64 = curve.dq_dv.iter().sum::<f64>() * step_v;
        assert!((total - 0.495).abs() < 0.005, "{total}");
    }

    #[test]
    fn refusals() {
        let direction = Direction::Charge;
        let changed = |change: &dyn Fn(&mut HalfCycle)| {
            let mut half = charge();
            change(&mut half);
            curve(&half).err()
        };
        type Case<'a> = (&'a dyn Fn(&mut HalfCycle), StandardizeError);
        let cases: [Case; 7] = [
            (
                &|half| half.is_cc[5..].fill(false),
                StandardizeError::TooFewRows {
                    direction,
                    n_rows: 5,
                    n_needed: 8,
                },
            ),
            (
                &|half| *half = HalfCycle::default(),
                StandardizeError::TooFewRows {
                    direction,
                    n_rows: 0,
                    n_needed: 8,
                },
            ),
            (
                &|half| half.voltage_v.fill(f64::NAN),
                StandardizeError::NoVoltage { direction },
            ),
            (
                &|half| half.voltage_v.fill(3.3),
                StandardizeError::Flat { direction },
            ),
            (
                &|half| half.throughput_ah.fill(0.0),
                StandardizeError::Flat { direction },
            ),
            (
                &|half| half.throughput_ah[7] = 0.5,
                StandardizeError::Malformed { direction },
            ),
            (
                &|half| half.is_cc.truncate(3),
                StandardizeError::Malformed { direction },
            ),
        ];
        for (change, expected) in cases {
            assert_eq!(changed(change), Some(expected));
        }
        let without = standardize(&charge(), direction, &Params::default(), None);
        assert_eq!(
            without,
            Err(StandardizeError::Parameter { name: "nominal_ah" })
        );
    }
}
