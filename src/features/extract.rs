//! From a wanted cycle to a row of features.

use super::{cycle_30, cycle_30_definitions, cycle_chem, FeatureError};
use crate::import::WantedCycle;
use crate::standardize::{standardize, CapacityBasis, Curve, Direction, Params};

/// The features of one battery and the curves they were taken from.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// F1..F30, finite.
    pub values: [f64; 30],
    /// The standardised charge.
    pub charge: Curve,
    /// The standardised discharge.
    pub discharge: Curve,
    /// State of health, where the nominal capacity is known.
    pub soh: Option<f64>,
    /// Whether dQ/dV was asked per nominal capacity, none is known, and the measured discharge
    /// capacity stands in for it. Heights of dQ/dV are then too large by a factor 1/SOH.
    pub nominal_assumed: bool,
}

impl Extracted {
    /// P1..P15 of the experimental schema `cycle-chem/1`.
    pub fn chemistry(&self) -> [f64; 15] {
        cycle_chem(&self.charge, &self.discharge)
    }

    /// Whether the discharge capacity exceeds the retirement threshold; `None` where the nominal
    /// capacity is unknown. Such a battery is listed, not dropped.
    pub fn is_above_retirement(&self, params: &Params) -> Option<bool> {
        self.soh.map(|soh| soh > params.retirement_soh)
    }
}

/// Standardises both halves of a wanted cycle and extracts `cycle-30/1`.
///
/// # Errors
/// [`FeatureError`] if a half gives no curve, or a feature is not finite.
pub fn extract(cycle: &WantedCycle, params: &Params) -> Result<Extracted, FeatureError> {
    let nominal_ah = cycle.nominal_ah.filter(|ah| ah.is_finite() && *ah > 0.0);
    let measured_ah = Some(cycle.discharge.capacity_ah()).filter(|ah| ah.is_finite() && *ah > 0.0);
    // Without any capacity the discharge is refused below, whatever stands here.
    let basis_ah = nominal_ah.or(measured_ah).unwrap_or(1.0);
    let charge = standardize(&cycle.charge, Direction::Charge, params, Some(basis_ah))?;
    let discharge = standardize(
        &cycle.discharge,
        Direction::Discharge,
        params,
        Some(basis_ah),
    )?;
    let values = cycle_30(&charge, &discharge);
    let not_finite = cycle_30_definitions()
        .zip(values)
        .find(|(_, value)| !value.is_finite());
    if let Some(((column, ..), _)) = not_finite {
        return Err(FeatureError::NotFinite { column });
    }
    Ok(Extracted {
        values,
        charge,
        discharge,
        soh: nominal_ah.and(cycle.soh()).filter(|soh| soh.is_finite()),
        nominal_assumed: nominal_ah.is_none() && params.capacity_basis == CapacityBasis::Nominal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::HalfCycle;
    use crate::standardize::StandardizeError;

    fn half(rising: bool) -> HalfCycle {
        let voltage = |row: u32| {
            let x = f64::from(row) / 99.0;
            3.6 + if rising { 1.0 } else { -1.0 } * (0.4 * x * x + 0.1 * x - 0.2)
        };
        HalfCycle {
            time_s: (0..100).map(|row| 36.0 * f64::from(row)).collect(),
            voltage_v: (0..100).map(voltage).collect(),
            current_a: vec![if rising { 1.0 } else { -1.0 }; 100],
            throughput_ah: (0..100).map(|row| 0.01 * f64::from(row)).collect(),
            is_cc: vec![true; 100],
        }
    }

    fn cycle(nominal_ah: Option<f64>) -> WantedCycle {
        WantedCycle {
            cell_id: "a".into(),
            cycle: 1,
            charge: half(true),
            discharge: half(false),
            nominal_ah,
        }
    }

    #[test]
    fn an_unknown_nominal_capacity_is_said_and_leaves_soh_empty() {
        let params = Params::default();
        let known = extract(&cycle(Some(1.2)), &params).unwrap();
        assert!(!known.nominal_assumed);
        assert!((known.soh.unwrap() - 0.825).abs() < 1e-12);
        assert_eq!(known.is_above_retirement(&params), Some(false));
        let unknown = extract(&cycle(None), &params).unwrap();
        assert!(unknown.nominal_assumed);
        assert_eq!(
            (unknown.soh, unknown.is_above_retirement(&params)),
            (None, None)
        );
        // Voltages do not depend on it, heights by 1/SOH.
        assert_eq!(known.values[6..15], unknown.values[6..15]);
        assert!((unknown.values[0] / known.values[0] - 1.0 / 0.825).abs() < 1e-9);
        for absurd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                extract(&cycle(Some(absurd)), &params)
                    .unwrap()
                    .nominal_assumed
            );
        }
    }

    #[test]
    fn a_missing_half_is_named() {
        let mut cycle = cycle(None);
        cycle.discharge = HalfCycle::default();
        let refused = StandardizeError::TooFewRows {
            direction: Direction::Discharge,
            n_rows: 0,
            n_needed: 8,
        };
        let found = extract(&cycle, &Params::default());
        assert_eq!(found, Err(FeatureError::Standardize(refused)));
    }
}
