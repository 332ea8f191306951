//! How the two electrodes of a cell share their lithium, fresh and aged.
//!
//! After Dubarry et al., J. Power Sources 219, 204 (2012): ageing is a loss of lithium inventory
//! (LLI) and a loss of active material of either electrode (LAM).

use super::potential::Potential;

/// Voltage limits of a cell, V.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// End of discharge.
    pub low_v: f64,
    /// End of charge.
    pub high_v: f64,
}

/// Lithium fractions of the graphite at the two ends of a fresh cell.
#[derive(Debug, Clone, Copy)]
pub struct AnodeWindow {
    /// Discharged.
    pub empty: f64,
    /// Charged.
    pub full: f64,
}

/// Losses as fractions of the fresh cell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ageing {
    /// Loss of lithium inventory, share of the fresh capacity.
    pub lli: f64,
    /// Loss of negative active material (delithiated).
    pub lam_ne: f64,
    /// Loss of positive active material (lithiated).
    pub lam_pe: f64,
}

/// Capacities of both electrodes and the lithium they share.
#[derive(Debug, Clone, Copy)]
pub struct Balance {
    /// Capacity of the negative electrode, Ah.
    pub negative_ah: f64,
    /// Capacity of the positive electrode, Ah.
    pub positive_ah: f64,
    /// Cyclable lithium in both, Ah.
    pub lithium_ah: f64,
}

impl Balance {
    /// The fresh cell that gives `capacity_ah` at rest between its limits.
    pub fn fresh(
        positive: &Potential,
        negative: &Potential,
        limits: Limits,
        window: AnodeWindow,
        capacity_ah: f64,
    ) -> Self {
        let full = positive.fraction_at(limits.high_v + negative.at(window.full));
        let empty = positive.fraction_at(limits.low_v + negative.at(window.empty));
        let negative_ah = capacity_ah / (window.full - window.empty).max(0.05);
        let positive_ah = capacity_ah / (empty - full).max(0.05);
        Self {
            negative_ah,
            positive_ah,
            lithium_ah: negative_ah * window.full + positive_ah * full,
        }
    }

    /// The same cell after losses; `capacity_ah` is the fresh capacity that LLI refers to.
    ///
    /// Positive material is lost lithiated, as if at the end of discharge (it takes its lithium
    /// with it); negative material is lost empty.
    pub fn aged(&self, ageing: Ageing, capacity_ah: f64) -> Self {
        let lost_with_positive = ageing.lam_pe * self.positive_ah * 0.5;
        Self {
            negative_ah: self.negative_ah * (1.0 - ageing.lam_ne),
            positive_ah: self.positive_ah * (1.0 - ageing.lam_pe),
            lithium_ah: self.lithium_ah - ageing.lli * capacity_ah - lost_with_positive,
        }
    }

    /// Lithium fraction of the positive electrode when the negative one holds `x_negative`.
    pub fn positive_fraction(&self, x_negative: f64) -> f64 {
        (self.lithium_ah - x_negative * self.negative_ah) / self.positive_ah
    }

    /// Open-circuit voltage in V when the negative electrode holds `x_negative`.
    pub fn open_circuit_v(
        &self,
        positive: &Potential,
        negative: &Potential,
        x_negative: f64,
    ) -> f64 {
        positive.at(self.positive_fraction(x_negative)) - negative.at(x_negative)
    }

    /// Lithium fraction of the negative electrode at rest at `volts`; the open-circuit voltage
    /// rises with it, so bisection finds it.
    pub fn negative_fraction_at(
        &self,
        positive: &Potential,
        negative: &Potential,
        volts: f64,
    ) -> f64 {
        let (mut low, mut high) = (-0.1, 1.1);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if self.open_circuit_v(positive, negative, middle) < volts {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::super::half_cell::{GRAPHITE_MOHTAT, NMC_MOHTAT};
    use super::*;

    const LIMITS: Limits = Limits {
        low_v: 3.0,
        high_v: 4.2,
    };
    const WINDOW: AnodeWindow = AnodeWindow {
        empty: 0.02,
        full: 0.85,
    };

    fn capacity(balance: &Balance, positive: &Potential, negative: &Potential) -> f64 {
        let full = balance.negative_fraction_at(positive, negative, LIMITS.high_v);
        let empty = balance.negative_fraction_at(positive, negative, LIMITS.low_v);
        (full - empty) * balance.negative_ah
    }

    #[test]
    fn a_fresh_cell_has_its_capacity_and_ageing_takes_from_it() {
        let positive = Potential::of(&NMC_MOHTAT);
        let negative = Potential::of(&GRAPHITE_MOHTAT);
        let fresh = Balance::fresh(&positive, &negative, LIMITS, WINDOW, 5.0);
        assert!((capacity(&fresh, &positive, &negative) - 5.0).abs() < 1e-3);
        let lli = Ageing {
            lli: 0.1,
            ..Ageing::default()
        };
        let aged = capacity(&fresh.aged(lli, 5.0), &positive, &negative);
        assert!((4.3..4.7).contains(&aged), "{aged}");
        let lam = Ageing { lam_pe: 0.2, ..lli };
        assert!(capacity(&fresh.aged(lam, 5.0), &positive, &negative) < aged);
    }
}
