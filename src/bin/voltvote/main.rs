//! `voltvote`: the command line. Same core as the pages, no logic of its own; one file per
//! command. Errors go to stderr as `error[code]: words`; exit status 1 is bad input, 2 is usage.

// `wasm-pack test` compiles every target for the browser too: there is no command line there.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]

use clap::{Parser, Subcommand};
use std::process::ExitCode;

mod ballot;
mod ballot_cast;
mod ballot_open;
mod digest;
mod experiment;
mod failure;
mod features;
mod files;
mod health;
mod identity;
mod inspect;
mod labels;
mod own_data;
mod physics;
mod publish;
mod round;
mod simulate;
mod tally;
mod value;
mod verify;

use failure::Failure;

/// Sort retired batteries by cathode chemistry from sealed votes.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the SHA-256 of files, to compare a page or a ballot with a published fingerprint.
    Digest(digest::Arguments),
    /// Turn cycler files into a table of features.
    Features(features::Arguments),
    /// State of health from rapid pulse tests.
    Health(health::Arguments),
    /// Make a fleet of simulated batteries for demonstrations and tests.
    Simulate(simulate::Arguments),
    /// Make, show and check keys.
    #[command(subcommand)]
    Identity(identity::Arguments),
    /// Make and show rounds.
    #[command(subcommand)]
    Round(round::Arguments),
    /// Cast and open ballots.
    #[command(subcommand)]
    Ballot(ballot::Arguments),
    /// Show what was read, found and repaired in cycler files.
    Inspect(inspect::Arguments),
    /// Sort the batteries of a round by its ballots.
    Tally(Box<tally::Arguments>),
    /// Experimental: families from a voter trained on simulated cells only.
    Physics(physics::Arguments),
    /// Simulated rounds on labelled batteries: how the rules compare.
    Experiment(experiment::Arguments),
    /// What decisions are worth: routes, money, emissions.
    Value(value::Arguments),
    /// Check a receipt, a result or ballots against the recycler's published board.
    Verify(verify::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(1)
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Digest(arguments) => digest::run(&arguments),
        Command::Features(arguments) => features::run(&arguments),
        Command::Health(arguments) => health::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Identity(arguments) => identity::run(&arguments),
        Command::Round(arguments) => round::run(&arguments),
        Command::Ballot(arguments) => ballot::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Tally(arguments) => tally::run(&arguments),
        Command::Physics(arguments) => physics::run(&arguments),
        Command::Experiment(arguments) => experiment::run(&arguments),
        Command::Value(arguments) => value::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    }
}
