//! `voltvote ballot ...`

use crate::ballot_open;
use crate::failure::Failure;

/// Arguments of `ballot`.
#[derive(clap::Subcommand)]
pub enum Arguments {
    /// Show a sealed ballot in clear, with every check.
    Open(ballot_open::Arguments),
}

/// Runs `ballot`.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments {
        Arguments::Open(arguments) => ballot_open::run(arguments),
    }
}
