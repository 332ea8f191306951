//! The protocol parameters that all parties of a round share.

use serde::{Deserialize, Serialize};

/// Over which rows the median and MAD of step a2 are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutlierScope {
    /// Moving window (Hampel identifier). Default: the whole-curve rule clips real curve ends.
    Window,
    /// The whole curve, as written in the paper.
    Cycle,
}

/// What the moving median of step a3 does at the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MedianEnds {
    /// Odd window over point-reflected ends. Default: keeps steep ends.
    Reflect,
    /// MATLAB `movmedian`: the window shrinks.
    Shrink,
}

/// The unit of capacity in dQ/dV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityBasis {
    /// Ah/V.
    AmpereHour,
    /// Fraction of nominal capacity per V.
    Nominal,
}

/// Parameters of standardisation, fixed by the round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Step a2: scope of the outlier rule.
    pub outlier_scope: OutlierScope,
    /// Step a2: an entry is an outlier at `n_mad` median absolute deviations or more. Paper: 3.
    pub n_mad: f64,
    /// Step a3: entries under the moving median. Paper: 20 (25 HNEI, 30 SNL).
    pub median_window: u32,
    /// Step a3: behaviour at the ends.
    pub median_ends: MedianEnds,
    /// Step b: points per filled curve, L. Paper: 1000.
    pub n_points: u32,
    /// Step b: unit of dQ/dV.
    pub capacity_basis: CapacityBasis,
    /// Batteries with a discharge capacity above this share of nominal are listed as not retired.
    pub retirement_soh: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            outlier_scope: OutlierScope::Window,
            n_mad: 3.0,
            median_window: 20,
            median_ends: MedianEnds::Reflect,
            n_points: 1000,
            capacity_basis: CapacityBasis::Nominal,
            retirement_soh: 0.9,
        }
    }
}
