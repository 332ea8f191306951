//! Generators of pulses at conditions that were not measured.
//!
//! The published one is a conditional variational autoencoder with cross-attention ([`Generator`];
//! Tao et al. 2024, eq. 3-16); a straight line in SOC per battery ([`line_in_soc`]) is the plain
//! one.

mod attention;
mod exponential;
mod layout;
mod line;
mod network;
mod normal;
mod published;
mod train;
mod trainings;

pub use line::line_in_soc;
pub use published::{published, Extrapolation, Published};
pub use train::{Generator, Pulse, Reach, TrainingParams};
pub use trainings::Trainings;
