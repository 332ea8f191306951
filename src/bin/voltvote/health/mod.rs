//! `voltvote health ...`: state of health from rapid pulse tests.

use crate::failure::Failure;
use clap::Subcommand;

mod estimate;
mod experiment;
mod features;
pub mod load;
mod train;

/// Arguments of `health`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the turning points U1..U21 of pulse files as a feature table with labels.
    Features(features::Arguments),
    /// Errors on batteries and states of charge that were not measured.
    Experiment(experiment::Arguments),
    /// Fit a model on labelled pulse records of one type of battery.
    Train(train::Arguments),
    /// State of health, interval and range warnings for pulse records.
    Estimate(estimate::Arguments),
}

/// Runs one of the health commands.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Features(arguments) => features::run(arguments),
        Command::Experiment(arguments) => experiment::run(arguments),
        Command::Train(arguments) => train::run(arguments),
        Command::Estimate(arguments) => estimate::run(arguments),
    }
}
