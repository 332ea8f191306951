//! State of health from a rapid pulse test (Tao et al., *Nat. Commun.* 2024,
//! s41467-024-54454-0), in the same round as the cathode.

mod blocks;
pub mod cases;
mod error;
pub mod federated;
pub mod generator;
mod grid;
mod leak_free;
mod model;
mod read;
mod record;
pub mod regress;
pub mod report;
mod tables;
mod trains;
mod voice;
mod waveform;
mod worksteps;

pub use error::{HealthError, Place};
pub use federated::{federated, Federated};
pub use grid::Grid;
pub use leak_free::{leak_free, LeakFree};
pub use model::{
    conformal_quantile, Estimate, HealthModel, Quality, SocUse, COVERAGE, MIN_BATTERIES,
};
pub use read::{read_pulses, sheets_of, WIDTH_S};
pub use record::{feature_table, physical_battery, PulseRecord, PulseTable, N_TURNING_POINTS};
pub use tables::pulse_table;
pub use trains::{records_of_steps, Step, StepKind, TestSubject};
pub use voice::{aggregate, answer, quantised, SohDecision, SohVoter, Voice};
pub use waveform::steps_of_samples;
pub use worksteps::steps_of_sheet;
