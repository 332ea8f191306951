//! The nine source x cathode classes of Tao et al. 2023 (Table 1), as Battery Archive holds them.
//!
//! Nominal capacities, voltage limits, rates and temperatures are those of the public data sets:
//! CALCE CX2 (He et al. 2011), HNEI (Devie et al. 2018), MICH_Expa (Mohtat et al. 2021),
//! MICH_Form (Weng et al. 2021), OX (Birkl 2017), SNL (Preger et al. 2020), UL-PUR (Juarez-Robles
//! et al. 2020). Resistances and diffusion times are ours, chosen so that curves look like
//! measured ones.

use super::balance::{AnodeWindow, Limits};
use super::half_cell::*;
use super::potential::Potential;
use crate::round::Cathode;

/// The active material of the positive electrode.
#[derive(Debug, Clone, Copy)]
pub enum Positive {
    /// One material.
    Single(HalfCell),
    /// Two materials and the first one's share of capacity.
    Blend(HalfCell, HalfCell, f64),
}

impl Positive {
    /// The potential on its grid.
    pub fn potential(&self) -> Potential {
        match self {
            Self::Single(half_cell) => Potential::of(half_cell),
            Self::Blend(first, second, share) => Potential::of_blend(first, second, *share),
        }
    }
}

/// One class of cells: what its maker and its tester have in common.
#[derive(Debug, Clone, Copy)]
pub struct CellClass {
    /// Class name, cathode and source.
    pub name: &'static str,
    /// Cathode as labelled.
    pub cathode_label: &'static str,
    /// Cathode as the catalogue knows it.
    pub cathode: Cathode,
    /// Source, in the role of the maker.
    pub source: &'static str,
    /// Nominal capacity, Ah.
    pub nominal_ah: f64,
    /// Voltage limits.
    pub limits: Limits,
    /// Cells in a fleet of 130.
    pub share: u32,
    pub(super) positive: Positive,
    pub(super) negative: HalfCell,
    pub(super) window: AnodeWindow,
    /// Ohmic drop at 1C of a fresh cell, V.
    pub(super) ohmic_v: f64,
    /// Drop over the electrolyte at 1C, V.
    pub(super) electrolyte_v: f64,
    /// R²/D of negative and positive particles, s.
    pub(super) diffusion_s: (f64, f64),
    pub(super) hysteresis_v: f64,
    pub(super) charge_c: &'static [f64],
    pub(super) discharge_c: &'static [f64],
    pub(super) ambient_c: &'static [f64],
}

const fn limits(low_v: f64, high_v: f64) -> Limits {
    Limits { low_v, high_v }
}

const fn window(empty: f64, full: f64) -> AnodeWindow {
    AnodeWindow { empty, full }
}

/// The classes in the order of the paper.
pub const CLASSES: [CellClass; 9] = [
    CellClass {
        name: "LCO CALCE",
        cathode_label: "LCO",
        cathode: Cathode::Lco,
        source: "CALCE",
        nominal_ah: 1.35,
        limits: limits(2.7, 4.2),
        share: 7,
        positive: Positive::Single(LCO_DUALFOIL),
        negative: GRAPHITE_MOHTAT,
        window: window(0.012, 0.82),
        ohmic_v: 0.075,
        electrolyte_v: 0.025,
        diffusion_s: (1800.0, 1800.0),
        hysteresis_v: 0.0,
        charge_c: &[0.5],
        discharge_c: &[0.5, 1.0],
        ambient_c: &[25.0],
    },
    CellClass {
        name: "NMC/LCO HNEI",
        cathode_label: "NMC/LCO",
        cathode: Cathode::Blend,
        source: "HNEI",
        nominal_ah: 2.8,
        limits: limits(2.75, 4.3),
        share: 14,
        positive: Positive::Blend(NMC_MOHTAT, LCO_AI, 0.5),
        negative: GRAPHITE_ECKER,
        window: window(0.02, 0.88),
        ohmic_v: 0.080,
        electrolyte_v: 0.020,
        diffusion_s: (1500.0, 1800.0),
        hysteresis_v: 0.0,
        charge_c: &[0.5],
        discharge_c: &[1.5],
        ambient_c: &[25.0],
    },
    CellClass {
        name: "NMC MICH_Expa",
        cathode_label: "NMC",
        cathode: Cathode::Nmc,
        source: "MICH_Expa",
        nominal_ah: 5.0,
        limits: limits(3.0, 4.2),
        share: 12,
        positive: Positive::Single(NMC_MOHTAT),
        negative: GRAPHITE_MOHTAT,
        window: window(0.004, 0.83),
        ohmic_v: 0.035,
        electrolyte_v: 0.020,
        diffusion_s: (1600.0, 2000.0),
        hysteresis_v: 0.0,
        charge_c: &[1.0, 1.5],
        discharge_c: &[1.0, 1.5],
        ambient_c: &[25.0, 25.0, 45.0],
    },
    CellClass {
        name: "NMC MICH_Form",
        cathode_label: "NMC",
        cathode: Cathode::Nmc,
        source: "MICH_Form",
        nominal_ah: 2.36,
        limits: limits(3.0, 4.2),
        share: 20,
        positive: Positive::Single(NMC622_VERBRUGGE),
        negative: GRAPHITE_VERBRUGGE,
        window: window(0.02, 0.86),
        ohmic_v: 0.045,
        electrolyte_v: 0.020,
        diffusion_s: (1000.0, 1200.0),
        hysteresis_v: 0.0,
        charge_c: &[1.0],
        discharge_c: &[1.0],
        ambient_c: &[25.0, 45.0],
    },
    CellClass {
        name: "LCO OX",
        cathode_label: "LCO",
        cathode: Cathode::Lco,
        source: "OX",
        nominal_ah: 0.74,
        limits: limits(2.7, 4.2),
        share: 8,
        positive: Positive::Single(LCO_AI),
        negative: GRAPHITE_ECKER,
        window: window(0.01, 0.85),
        ohmic_v: 0.045,
        electrolyte_v: 0.015,
        diffusion_s: (1500.0, 1500.0),
        hysteresis_v: 0.0,
        charge_c: &[1.0, 2.0],
        discharge_c: &[1.0],
        ambient_c: &[40.0],
    },
    CellClass {
        name: "LFP SNL",
        cathode_label: "LFP",
        cathode: Cathode::Lfp,
        source: "SNL",
        nominal_ah: 1.1,
        limits: limits(2.0, 3.6),
        share: 20,
        positive: Positive::Single(LFP_SAFARI),
        negative: GRAPHITE_MOHTAT,
        window: window(0.006, 0.80),
        ohmic_v: 0.022,
        electrolyte_v: 0.012,
        diffusion_s: (700.0, 900.0),
        hysteresis_v: 0.012,
        charge_c: &[0.5],
        discharge_c: &[0.5, 1.0, 2.0],
        ambient_c: &[15.0, 25.0, 35.0],
    },
    CellClass {
        name: "NCA SNL",
        cathode_label: "NCA",
        cathode: Cathode::Nca,
        source: "SNL",
        nominal_ah: 3.2,
        limits: limits(2.5, 4.2),
        share: 16,
        positive: Positive::Single(NCA_KIM),
        negative: GRAPHITE_SILICON_CHEN,
        window: window(0.03, 0.89),
        ohmic_v: 0.100,
        electrolyte_v: 0.030,
        diffusion_s: (1800.0, 2200.0),
        hysteresis_v: 0.0,
        charge_c: &[0.5],
        discharge_c: &[0.5, 1.0, 2.0],
        ambient_c: &[15.0, 25.0, 35.0],
    },
    CellClass {
        name: "NMC SNL",
        cathode_label: "NMC",
        cathode: Cathode::Nmc,
        source: "SNL",
        nominal_ah: 3.0,
        limits: limits(2.0, 4.2),
        share: 20,
        positive: Positive::Single(NMC811_CHEN),
        negative: GRAPHITE_SILICON_CHEN,
        window: window(0.02, 0.90),
        ohmic_v: 0.045,
        electrolyte_v: 0.020,
        diffusion_s: (1200.0, 1500.0),
        hysteresis_v: 0.0,
        charge_c: &[0.5],
        discharge_c: &[0.5, 1.0, 2.0],
        ambient_c: &[15.0, 25.0, 35.0],
    },
    CellClass {
        name: "NCA UL-PUR",
        cathode_label: "NCA",
        cathode: Cathode::Nca,
        source: "UL-PUR",
        nominal_ah: 3.4,
        limits: limits(2.7, 4.2),
        share: 13,
        positive: Positive::Single(NCA_KIM),
        negative: GRAPHITE_ECKER,
        window: window(0.02, 0.87),
        ohmic_v: 0.110,
        electrolyte_v: 0.030,
        diffusion_s: (1800.0, 2500.0),
        hysteresis_v: 0.0,
        charge_c: &[0.5],
        discharge_c: &[0.5],
        ambient_c: &[23.0],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_agree_with_the_catalogue() {
        assert_eq!(CLASSES.iter().map(|class| class.share).sum::<u32>(), 130);
        for class in &CLASSES {
            assert_eq!(
                Cathode::from_label(class.name),
                Some(class.cathode),
                "{}",
                class.name
            );
            assert!(class.name.ends_with(class.source));
            assert!(class.name.starts_with(class.cathode_label));
        }
    }
}
