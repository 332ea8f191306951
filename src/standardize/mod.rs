//! Standardisation of a half cycle: missing entries, outliers, moving median, curve filling and
//! dQ/dV (Tao et al. 2023, Supplementary Note 1).
//!
//! ```text
//!  HalfCycle --CC rows--> a1 missing --> a2 outliers --> a3 moving median
//!      --> V monotone in Q (isotonic) --> b  V at L equal steps of Q
//!                                     --> dQ/dV at L equal steps of V, smoothed
//! ```
//!
//! | step | as published | default here, and why |
//! |---|---|---|
//! | a2 | median and MAD of the whole curve | of a moving window: the whole-curve rule clips real ends |
//! | a3 | MATLAB `movmedian`, shrinking at the ends | odd window over point-reflected ends: a monotone curve passes unchanged |
//! | b | differentiate the filled curve | charge between equal steps of V: no division by ΔV = 0 |
//!
//! Every step counts what it changed: see [`StepCounts`].

mod curve;
mod error;
mod incremental_capacity;
mod isotonic;
mod median;
mod missing;
mod outliers;
mod params;

pub use curve::{standardize, Curve, Direction, StepCounts};
pub use error::StandardizeError;
pub use median::moving_median;
pub use params::{CapacityBasis, MedianEnds, OutlierScope, Params};
