//! `voltvote ballot ...`

use crate::failure::Failure;
use crate::{ballot_cast, ballot_open};

/// Arguments of `ballot`.
#[derive(clap::Subcommand)]
pub enum Arguments {
    /// Vote on a round with own batteries: train, vote, sign, encrypt.
    Cast(Box<ballot_cast::Arguments>),
    /// Show a sealed ballot in clear, with every check.
    Open(ballot_open::Arguments),
}

/// Runs `ballot`.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments {
        Arguments::Cast(arguments) => ballot_cast::run(arguments),
        Arguments::Open(arguments) => ballot_open::run(arguments),
    }
}
