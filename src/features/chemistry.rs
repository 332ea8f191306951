//! Schema `cycle-chem/1`: features that follow the electrodes rather than the maker.
//!
//! The voltages of charge and discharge at the same charge content lie about symmetrically
//! around the open-circuit voltage, so their mean is nearly free of resistance, rate and
//! temperature; and where cut-off voltages and the constant-voltage tail differ by maker, the
//! middle of the curve does not. Seen makers are told apart better by `cycle-30/1`; unseen ones
//! give their chemistry's family away here (figures in `tests/features_fleet.rs`).

use crate::standardize::Curve;

/// Number of columns.
const N: usize = 15;

/// P1..P15: mean of charge and discharge voltage, V, at 5, 10, ... 75 % of the charge that the
/// constant-current discharge delivers, counted from empty.
///
/// Where the constant-current charge ends earlier (high rate, long constant-voltage tail), its
/// last voltage stands for the rest.
pub fn cycle_chem(charge: &Curve, discharge: &Curve) -> [f64; N] {
    let full_ah = discharge.charge_ah.last().copied().unwrap_or(0.0);
    std::array::from_fn(|i| {
        let content_ah = full_ah * 0.05 * (i + 1) as f64;
        let charging_v = voltage_at(charge, content_ah);
        let discharging_v = voltage_at(discharge, full_ah - content_ah);
        0.5 * (charging_v + discharging_v)
    })
}

/// Voltage of a curve where this much charge has moved; beyond its end, that of its end.
fn voltage_at(curve: &Curve, moved_ah: f64) -> f64 {
    let (charges, voltages) = (&curve.charge_ah, &curve.voltage_v);
    let above = charges.partition_point(|charge| *charge < moved_ah);
    match (above.checked_sub(1), charges.get(above)) {
        (Some(below), Some(charge)) => {
            let share = (moved_ah - charges[below]) / (charge - charges[below]);
            voltages[below] + (voltages[above] - voltages[below]) * share
        }
        (None, _) => voltages.first().copied().unwrap_or(0.0),
        (_, None) => voltages.last().copied().unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardize::{Direction, StepCounts};

    /// A cell of 2 Ah whose open-circuit voltage is 3 V + 0.5 V/Ah, at some polarisation.
    fn curve(direction: Direction, span_ah: f64, polarisation_v: f64) -> Curve {
        let charge_ah: Vec<f64> = (0..101).map(|i| span_ah * f64::from(i) / 100.0).collect();
        let open_circuit_v = |moved: &f64| match direction {
            Direction::Charge => 3.0 + 0.5 * moved + polarisation_v,
            Direction::Discharge => 4.0 - 0.5 * moved - polarisation_v,
        };
        Curve {
            direction,
            voltage_v: charge_ah.iter().map(open_circuit_v).collect(),
            charge_ah,
            step_voltage_v: Vec::new(),
            dq_dv: Vec::new(),
            basis_ah: 1.0,
            counts: StepCounts::default(),
        }
    }

    #[test]
    fn resistance_cancels() {
        for polarisation_v in [0.0, 0.05, 0.3] {
            let charge = curve(Direction::Charge, 1.6, polarisation_v);
            let discharge = curve(Direction::Discharge, 2.0, polarisation_v);
            for (i, found) in cycle_chem(&charge, &discharge).into_iter().enumerate() {
                let expected = 3.0 + 0.05 * (i + 1) as f64;
                assert!((found - expected).abs() < 1e-12, "P{}: {found}", i + 1);
            }
        }
    }

    #[test]
    fn a_short_charge_holds_its_last_voltage() {
        let charge = curve(Direction::Charge, 1.0, 0.1);
        let discharge = curve(Direction::Discharge, 2.0, 0.1);
        let found = cycle_chem(&charge, &discharge);
        assert!((found[9] - 3.5).abs() < 1e-12);
        assert!((found[14] - 0.5 * (3.6 + 3.65)).abs() < 1e-12);
    }
}
