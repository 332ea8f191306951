//! Metrics, splits, client simulation and the published experiments.

mod attack;
mod blocks;
mod calibration;
mod clients;
mod confusion;
mod crafted;
mod experiment;
mod fleet;
mod makers;
mod measure;
mod partition;
mod report;
mod score;
mod settings;
mod simulated;
mod splits;
mod summary;
mod trial;

pub use attack::{lose_votes, Attack, ATTACKS};
pub use blocks::SHOWN;
pub use calibration::{brier_score, calibration_error, reliability, ReliabilityBin};
pub use clients::{deal, ClientParams, Holding, Sharing};
pub use confusion::Confusion;
pub use crafted::Crafted;
pub use experiment::{Experiment, JobResult, Plan, Setup, EXPERIMENTS};
pub use fleet::Fleet;
pub use makers::{makers_report, MakerCount, UnseenMakers};
pub use measure::auroc;
pub use partition::Partition;
pub use report::{Figure, Language, Report, Table};
pub use score::{accuracies, accuracy, contenders, Contender};
pub use settings::Setting;
pub use simulated::simulated;
pub use splits::{leave_one_out, split_by_battery, Split};
pub use trial::{trial, SplitMode, Trial, TrialParams};
