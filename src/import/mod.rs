//! Bytes of a cycler file become canonical cycles, with a report of everything found and repaired.

mod cycle;

pub use cycle::{HalfCycle, WantedCycle};
