//! Schema `cycle-30/1`: 15 features of the charge curve and the same 15 of the discharge curve
//! (Tao et al. 2023, Supplementary Table 2).
//!
//! The paper fixes that F1 and F16 are the peak of dQ/dV and that the rest are statistics such as
//! quantiles and kurtosis of V(Q) and dQ/dV; the choice of the others is this schema's own.

use super::statistics::{kurtosis, mean, quantile, skewness, standard_deviation};
use crate::standardize::{Curve, Direction};

/// What one feature of a curve is.
pub struct CurveFeature {
    /// Identifier on the charge curve; on the discharge curve it is 15 higher.
    pub number: u32,
    /// Name in words.
    pub name: &'static str,
    /// Unit: `V`, `dQ/dV` for the unit that the round fixes, or none.
    pub unit: &'static str,
    /// Formula; v_i are the L voltages at equal steps of charge, c_i the L values of dQ/dV at
    /// equal steps of voltage u_i.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Computes it.
    pub of: fn(&Curve) -> f64,
}

impl CurveFeature {
    /// Column name: F1 to F15 on the charge, F16 to F30 on the discharge.
    pub fn id(&self, direction: Direction) -> String {
        let offset = match direction {
            Direction::Charge => 0,
            Direction::Discharge => CURVE_FEATURES.len() as u32,
        };
        format!("F{}", self.number + offset)
    }
}

const TABLE_2: &str = "Tao et al. 2023, Supp. Table 2: peak of dQ/dV";
const STATISTIC: &str = "Tao et al. 2023, Supp. Table 2: statistic; choice of cycle-30/1";

macro_rules! curve_features {
    ($($number:literal $name:literal, $unit:literal, $formula:literal, $source:ident, $of:expr;)*) => {
        [$(CurveFeature {
            number: $number,
            name: $name,
            unit: $unit,
            formula: $formula,
            source: $source,
            of: $of,
        }),*]
    };
}

/// The 15 features of a curve, in the order of the columns.
pub const CURVE_FEATURES: [CurveFeature; 15] = curve_features![
    1 "dQ/dV peak height", "dQ/dV", "max c_i", TABLE_2, |curve| curve.dq_dv[peak(curve)];
    2 "voltage at the dQ/dV peak", "V", "u_i at the lowest i with the largest c_i", STATISTIC,
        |curve| curve.step_voltage_v[peak(curve)];
    3 "mean of dQ/dV", "dQ/dV", "m = Σ c_i / L", STATISTIC, |curve| mean(&curve.dq_dv);
    4 "standard deviation of dQ/dV", "dQ/dV", "s = √(Σ (c_i − m)² / L)", STATISTIC,
        |curve| standard_deviation(&curve.dq_dv);
    5 "skewness of dQ/dV", "", "Σ (c_i − m)³ / (L s³)", STATISTIC, |curve| skewness(&curve.dq_dv);
    6 "kurtosis of dQ/dV", "", "Σ (c_i − m)⁴ / (L s⁴)", STATISTIC, |curve| kurtosis(&curve.dq_dv);
    7 "mean voltage", "V", "m = Σ v_i / L", STATISTIC, |curve| mean(&curve.voltage_v);
    8 "standard deviation of voltage", "V", "s = √(Σ (v_i − m)² / L)", STATISTIC,
        |curve| standard_deviation(&curve.voltage_v);
    9 "skewness of voltage", "", "Σ (v_i − m)³ / (L s³)", STATISTIC,
        |curve| skewness(&curve.voltage_v);
    10 "kurtosis of voltage", "", "Σ (v_i − m)⁴ / (L s⁴)", STATISTIC,
        |curve| kurtosis(&curve.voltage_v);
    11 "10 % quantile of voltage", "V", "q₀.₁₀(v)", STATISTIC, |curve| quantile(&curve.voltage_v, 0.10);
    12 "25 % quantile of voltage", "V", "q₀.₂₅(v)", STATISTIC, |curve| quantile(&curve.voltage_v, 0.25);
    13 "median voltage", "V", "q₀.₅₀(v)", STATISTIC, |curve| quantile(&curve.voltage_v, 0.50);
    14 "75 % quantile of voltage", "V", "q₀.₇₅(v)", STATISTIC, |curve| quantile(&curve.voltage_v, 0.75);
    15 "90 % quantile of voltage", "V", "q₀.₉₀(v)", STATISTIC, |curve| quantile(&curve.voltage_v, 0.90);
];

/// The step with the largest dQ/dV, the lowest voltage of equals.
fn peak(curve: &Curve) -> usize {
    let mut best = 0;
    for (i, value) in curve.dq_dv.iter().enumerate() {
        if *value > curve.dq_dv[best] {
            best = i;
        }
    }
    best
}

/// F1..F30 of a standardised charge and discharge.
pub fn cycle_30(charge: &Curve, discharge: &Curve) -> [f64; 30] {
    let mut values = [0.0; 30];
    let halves = [charge, discharge].into_iter();
    let features = halves.flat_map(|curve| CURVE_FEATURES.iter().map(move |f| (f.of)(curve)));
    for (value, feature) in values.iter_mut().zip(features) {
        *value = feature;
    }
    values
}

/// The 30 columns with their definitions, in order.
pub fn cycle_30_definitions() -> impl Iterator<Item = (String, Direction, &'static CurveFeature)> {
    // A static, so that references outlive the call.
    static TABLE: [CurveFeature; 15] = CURVE_FEATURES;
    [Direction::Charge, Direction::Discharge]
        .into_iter()
        .flat_map(|direction| TABLE.iter().map(move |f| (f.id(direction), direction, f)))
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::*;
    use crate::standardize::StepCounts;

    fn curve(direction: Direction, voltage_v: &[f64], dq_dv: &[f64]) -> Curve {
        Curve {
            direction,
            charge_ah: (0..voltage_v.len()).map(|i| i as f64).collect(),
            voltage_v: voltage_v.to_vec(),
            step_voltage_v: (0..dq_dv.len()).map(|i| 3.0 + 0.5 * i as f64).collect(),
            dq_dv: dq_dv.to_vec(),
            basis_ah: 1.0,
            counts: StepCounts::default(),
        }
    }

    #[test]
    fn columns_are_those_of_the_schema() {
        let ids: Vec<String> = cycle_30_definitions().map(|(id, ..)| id).collect();
        assert_eq!(ids, Schema::cycle_30().columns);
    }

    #[test]
    fn values_by_hand() {
        let charge = curve(Direction::Charge, &[3.0, 3.5, 4.0], &[1.0, 5.0, 5.0, 1.0]);
        let discharge = curve(Direction::Discharge, &[4.0, 3.0], &[2.0, 2.0]);
        let values = cycle_30(&charge, &discharge);
        let expected = [
            // dQ/dV 1 5 5 1: the lower of two peaks, two-point distribution.
            (0, 5.0),
            (1, 3.5),
            (2, 3.0),
            (3, 2.0),
            (4, 0.0),
            (5, 1.0),
            // V 3, 3.5, 4.
            (6, 3.5),
            (7, (1.0_f64 / 6.0).sqrt()),
            (8, 0.0),
            (9, 1.5),
            (10, 3.1),
            (11, 3.25),
            (12, 3.5),
            (13, 3.75),
            (14, 3.9),
            // Discharge: constant dQ/dV has no shape; quantiles ascend though V falls.
            (15, 2.0),
            (16, 3.0),
            (17, 2.0),
            (18, 0.0),
            (19, 0.0),
            (20, 0.0),
            (21, 3.5),
            (22, 0.5),
            (23, 0.0),
            (24, 1.0),
            (25, 3.1),
            (26, 3.25),
            (27, 3.5),
            (28, 3.75),
            (29, 3.9),
        ];
        for (i, value) in expected {
            assert!(
                (values[i] - value).abs() < 1e-12,
                "F{}: {}",
                i + 1,
                values[i]
            );
        }
    }
}
