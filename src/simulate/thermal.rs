//! What temperature does to a cell.

/// Gas constant, J/(mol K).
pub(super) const GAS_CONSTANT: f64 = 8.314_462_6;
/// 0 °C in K.
pub(super) const ZERO_CELSIUS_K: f64 = 273.15;
/// Temperature at which parameters are given, K.
const REFERENCE_K: f64 = 298.15;

/// Arrhenius factor of a rate with activation energy `energy_j_per_mol` at `celsius`, 1 at 25 °C.
pub(super) fn arrhenius(energy_j_per_mol: f64, celsius: f64) -> f64 {
    libm::exp(
        energy_j_per_mol / GAS_CONSTANT * (1.0 / REFERENCE_K - 1.0 / (celsius + ZERO_CELSIUS_K)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_grow_with_temperature() {
        assert_eq!(arrhenius(35_000.0, 25.0), 1.0);
        // 35 kJ/mol, 25 to 35 °C: exp(35000/8.3145·(1/298.15 − 1/308.15)) = 1.5815.
        assert!((arrhenius(35_000.0, 35.0) - 1.5815).abs() < 1e-3);
        assert!(arrhenius(35_000.0, 15.0) < 1.0);
    }
}
