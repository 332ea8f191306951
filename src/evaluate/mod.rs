//! Metrics, splits, client simulation and the published experiments.

mod calibration;
mod confusion;
mod splits;

pub use calibration::{brier_score, calibration_error, reliability, ReliabilityBin};
pub use confusion::Confusion;
pub use splits::{leave_one_out, split_by_battery, Split};
