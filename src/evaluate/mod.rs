//! Metrics, splits, client simulation and the published experiments.

mod attack;
mod calibration;
mod clients;
mod confusion;
mod crafted;
mod experiment;
mod fleet;
mod makers;
mod measure;
mod score;
mod settings;
mod splits;
mod trial;

pub use attack::{lose_votes, Attack, ATTACKS};
pub use calibration::{brier_score, calibration_error, reliability, ReliabilityBin};
pub use clients::{deal, ClientParams, Holding, Sharing};
pub use confusion::Confusion;
pub use crafted::Crafted;
pub use experiment::{Experiment, JobResult, Plan, EXPERIMENTS};
pub use fleet::Fleet;
pub use makers::{makers_report, MakerCount, UnseenMakers};
pub use measure::auroc;
pub use score::{accuracies, accuracy, contenders, Contender};
pub use settings::Setting;
pub use splits::{leave_one_out, split_by_battery, Split};
pub use trial::{trial, SplitMode, Trial, TrialParams};
