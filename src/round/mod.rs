//! A round: what a recycler asks, of whom, and under which rules.

mod admission;
mod board;
mod catalogue;
mod contents;
mod error;
mod screening;
mod signed;

pub use admission::{admit, check_quorum, Admission, Refusal, Status};
pub use board::{check_in_result, Board, BoardError, Entry, Event, Standing, BOARD_FORMAT};
pub use catalogue::{Catalogue, Cathode, Class, Family};
pub use contents::{Member, PublicKeys, Query, Round, FORMAT};
pub use error::Error;
pub use screening::{screen, Concern, ConcernKind, ROW_CAP};
pub use signed::{
    SignedRound, DEFAULT_QUORUM, MAX_BATTERIES, MAX_CLASSES, MAX_COLUMNS, MAX_TREES, MIN_QUORUM,
};
