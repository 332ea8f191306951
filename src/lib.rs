//! VoltVote sorts retired lithium-ion batteries by cathode chemistry from sealed votes.
//!
//! A *collaborator* owns labelled batteries it may not share; a *recycler* owns unsorted ones.
//! The collaborator's raw cycler files become features, a local random forest and votes on the
//! recycler's batteries; only a signed, encrypted ballot leaves. The recycler opens the ballots
//! and aggregates them into a decision per battery.
//!
//! ```text
//!  bytes --import--> WantedCycle --standardize--> Curve x2 --features--> FeatureTable row
//!                                                                          |
//!   Round (query, catalogue, protocol, keys) ------------------------------+
//!                                                                          v
//!                     forest --votes, familiarity, evidence--> Ballot --seal--> *.ballot.json
//!                                                                          |
//!  Decision per battery <--tally-- opened ballots <------------------------+
//! ```
//!
//! | room | what happens there |
//! |---|---|
//! | [`import`] | bytes of a cycler file become canonical cycles, with a report of every repair |
//! | [`standardize`] | missing entries, outliers, moving median, curve filling, dQ/dV |
//! | [`features`] | the tables of features and their schemas |
//! | [`forest`] | random forests, out-of-bag error, permutation importance |
//! | [`round`] | what a recycler asks: query, class catalogue, protocol, roster |
//! | [`ballot`] | what a collaborator answers, and how it is cast |
//! | [`seal`] | keys, JWS, JWE, receipts |
//! | [`tally`] | vote rules, controls, robustness, decisions |
//! | [`evaluate`] | metrics, splits, client simulation, experiments |
//! | [`health`] | state of health from pulse tests |
//! | [`value`] | money and emissions per route |
//! | [`plot`] | figures as SVG text |
//! | [`simulate`] | physics-based cells for demo fleets and tests |
//!
//! The core knows neither browser nor file system: `web` and the command line are thin.

pub mod ballot;
pub mod canonical;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod forest;
pub mod health;
pub mod import;
mod letters;
mod order;
pub mod plot;
pub mod round;
pub mod seal;
pub mod simulate;
pub mod standardize;
pub mod tally;
pub mod value;

#[cfg(target_arch = "wasm32")]
mod web;
