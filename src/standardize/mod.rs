//! Standardisation of a half cycle: missing entries, outliers, moving median, curve filling and
//! dQ/dV (Tao et al. 2023, Supplementary Note 1).

mod params;

pub use params::{CapacityBasis, MedianEnds, OutlierScope, Params};
