//! A ballot: what a collaborator answers, and nothing else.

mod contents;

pub use contents::{Ballot, Coverage, Row, SohEstimate, FORMAT, LEVELS};
