//! A ballot: what a collaborator answers, and nothing else.
//!
//! | type or function | job |
//! |---|---|
//! | [`Ballot`] | the contents, integers only |
//! | [`cast`] | labelled features to a ballot and a private [`Quality`] report |
//! | [`check`] | whether a ballot answers a round |
//! | [`randomize`], [`PrivacyLabel`] | randomised response; what a ballot discloses, computed |
//! | [`audit_cast`] | whether membership in the training rows can be told from the ballot |
//! | [`vote`] | the same for bare matrices, without a round: what experiments run; own batteries in the query are answered as if left out |
//!
//! What each field discloses, per battery: tree counts (as published); familiarity, 4 bits; one
//! evidence level of 4 bits per held class. Per ballot: held classes with their numbers of
//! batteries, the training size, the declared noise and two mean distances.

mod audit;
mod augment;
mod cast;
mod cast_error;
mod check;
mod contents;
mod covariance;
mod distance;
mod evidence;
mod familiarity;
mod left_out;
mod privacy;
mod quality;
mod space;
mod training;
mod voter;

pub use audit::{audit, audit_cast, Audit};
pub(crate) use cast::battery_numbers;
pub use cast::{cast, cast_classes, without_thin_classes, Bindings, CastOptions};
pub use cast_error::CastError;
pub use check::{check, Invalid};
pub use contents::{Ballot, Coverage, Row, SohEstimate, FORMAT, LEVELS};
pub use covariance::Whitening;
pub use distance::{mean_distance, wasserstein};
pub use evidence::Evidence;
pub use familiarity::{Familiarity, FAMILIAR_FROM};
pub use privacy::{randomize, PrivacyLabel, RandomizedResponse, MAX_EPSILON};
pub use quality::{importance, Quality};
pub use space::{classifier_rows, Scale, Space};
pub(crate) use voter::coverage;
pub use voter::{vote, Own, Vote, VoteParams, ROWS_PER_CLASS};
