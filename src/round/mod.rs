//! A round: what a recycler asks, of whom, and under which rules.

mod catalogue;
mod contents;

pub use catalogue::{Catalogue, Cathode, Class, Family};
pub use contents::{Member, PublicKeys, Query, Round, FORMAT};
