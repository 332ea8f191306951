//! What is left of a cycle when most of the resistance is taken out: the pseudo-open-circuit
//! curve.

use crate::import::WantedCycle;
use crate::standardize::{standardize, Direction, Params};

/// Points of the curve in a signature.
pub const N_POINTS: usize = 25;
/// Voltage bins in a signature.
pub const N_BINS: usize = 32;
/// Numbers in a signature.
pub const N_VALUES: usize = N_POINTS + N_BINS;
/// Lower edge of the first bin, V.
const FIRST_V: f64 = 2.8;
/// Width of a bin, V.
const BIN_V: f64 = 0.05;
/// Points at which the curve is read before it is binned.
const N_FINE: usize = 400;

/// Charge moved (from 0, rising) and voltage of the constant-current part of one half.
#[derive(Debug, Clone, Copy)]
pub struct HalfCurve<'a> {
    /// Ah.
    pub charge_ah: &'a [f64],
    /// V.
    pub voltage_v: &'a [f64],
}

impl HalfCurve<'_> {
    fn span_ah(&self) -> f64 {
        match (self.charge_ah.first(), self.charge_ah.last()) {
            (Some(first), Some(last)) => last - first,
            _ => 0.0,
        }
    }

    /// Voltage by linear interpolation; the ends hold outside.
    fn at(&self, ah: f64) -> f64 {
        let right = self.charge_ah.partition_point(|&q| q < ah);
        let point = |i: usize| Some((*self.charge_ah.get(i)?, *self.voltage_v.get(i)?));
        match (right.checked_sub(1).and_then(point), point(right)) {
            (Some((qa, va)), Some((qb, vb))) if qb > qa => va + (vb - va) * (ah - qa) / (qb - qa),
            (Some((_, v)), _) | (None, Some((_, v))) => v,
            (None, None) => f64::NAN,
        }
    }
}

/// The signature of one full cycle: the mean of charge and discharge voltage at equal stored
/// charge, at 25 equal steps of the discharge capacity, then the share of the capacity in each
/// of 32 voltage bins of 50 mV from 2.8 V (the first and the last one open).
///
/// Stored charge is counted from the empty cell: charge from its start, discharge from its end.
/// Beyond the constant-current part of the charge, where voltage is held, half the gap between
/// the two curves is taken over from the last quarter of that part.
///
/// `None` where a curve has no length or the signature is not finite.
pub fn signature(charge: HalfCurve<'_>, discharge: HalfCurve<'_>) -> Option<Vec<f64>> {
    let capacity_ah = discharge.span_ah();
    let charged_ah = charge.span_ah();
    if !(capacity_ah > 0.0 && charged_ah > 0.0) {
        return None;
    }
    let (first_charge, last_discharge) = (charge.charge_ah.first()?, discharge.charge_ah.last()?);
    let both_ah = charged_ah.min(capacity_ah);
    let gap_at = |stored_ah: f64| {
        charge.at(first_charge + stored_ah) - discharge.at(last_discharge - stored_ah)
    };
    let end_gap_v = (0..20)
        .map(|i| gap_at(both_ah * (0.75 + 0.01 * f64::from(i))))
        .sum::<f64>()
        / 20.0;
    let open_circuit_v = |stored_ah: f64| {
        let gap_v = if stored_ah <= 0.95 * both_ah {
            gap_at(stored_ah)
        } else {
            end_gap_v
        };
        discharge.at(last_discharge - stored_ah) + 0.5 * gap_v
    };
    let mut values = Vec::with_capacity(N_VALUES);
    for i in 0..N_POINTS {
        values.push(open_circuit_v(
            capacity_ah * (i as f64 + 0.5) / N_POINTS as f64,
        ));
    }
    let mut bins = [0.0; N_BINS];
    for i in 0..N_FINE {
        let volts = open_circuit_v(capacity_ah * (i as f64 + 0.5) / N_FINE as f64);
        let bin = ((volts - FIRST_V) / BIN_V).clamp(0.0, (N_BINS - 1) as f64) as usize;
        if let Some(share) = bins.get_mut(bin) {
            *share += 1.0 / N_FINE as f64;
        }
    }
    values.extend_from_slice(&bins);
    values
        .iter()
        .all(|value| value.is_finite())
        .then_some(values)
}

/// The signature of a wanted cycle, after standardisation. `None` where standardisation or the
/// signature fails.
pub fn signature_of(cycle: &WantedCycle, params: &Params) -> Option<Vec<f64>> {
    // Only charge and voltage are used: the basis of dQ/dV does not matter here.
    let charge = standardize(&cycle.charge, Direction::Charge, params, Some(1.0)).ok()?;
    let discharge = standardize(&cycle.discharge, Direction::Discharge, params, Some(1.0)).ok()?;
    signature(
        HalfCurve {
            charge_ah: &charge.charge_ah,
            voltage_v: &charge.voltage_v,
        },
        HalfCurve {
            charge_ah: &discharge.charge_ah,
            voltage_v: &discharge.voltage_v,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A straight open-circuit curve 3.0 + s with ±0.1 V of resistance comes back as itself.
    #[test]
    fn resistance_is_taken_out() {
        let stored: Vec<f64> = (0..=100).map(|i| f64::from(i) / 100.0).collect();
        let rising: Vec<f64> = stored.iter().map(|s| 3.1 + s).collect();
        let falling: Vec<f64> = stored.iter().map(|s| 3.9 - s).collect();
        // The charge breaks off at 0.8, where the voltage is held.
        let values = signature(
            HalfCurve {
                charge_ah: &stored[..=80],
                voltage_v: &rising[..=80],
            },
            HalfCurve {
                charge_ah: &stored,
                voltage_v: &falling,
            },
        )
        .unwrap();
        assert_eq!(values.len(), N_VALUES);
        for (i, value) in values[..N_POINTS].iter().enumerate() {
            let stored = (i as f64 + 0.5) / N_POINTS as f64;
            assert!((value - 3.0 - stored).abs() < 1e-9, "{i} {value}");
        }
        let bins = &values[N_POINTS..];
        assert!((bins.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        // 50 mV of a straight volt each, from the bin at 3.0 V on.
        assert!((bins[6] - 0.05).abs() < 0.003, "{}", bins[6]);
        assert_eq!(bins[2], 0.0);
    }
}
