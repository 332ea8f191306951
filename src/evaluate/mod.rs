//! Metrics, splits, client simulation and the published experiments.

mod attack;
mod calibration;
mod clients;
mod confusion;
mod experiment;
mod fleet;
mod score;
mod splits;
mod trial;

pub use attack::{lose_votes, Attack, ATTACKS};
pub use calibration::{brier_score, calibration_error, reliability, ReliabilityBin};
pub use clients::{deal, ClientParams, Holding, Sharing};
pub use confusion::Confusion;
pub use experiment::{Experiment, JobResult, Plan, Setting, EXPERIMENTS};
pub use fleet::Fleet;
pub use score::{accuracies, accuracy, contenders, Contender};
pub use splits::{leave_one_out, split_by_battery, Split};
pub use trial::{trial, SplitMode, Trial, TrialParams};
