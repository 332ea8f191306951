//! `cargo xtask serve | test | pack | reproduce | bench | votes | health`: the only build scripts of the project.
//!
//! Every command installs what it misses, once and pinned, and says so before it does.

use anyhow::{bail, Result};
use std::process::ExitCode;

mod bench;
mod engine;
mod health;
mod measured;
mod pack;
mod page;
mod policy;
mod process;
mod reproduce;
mod serve;
mod squeeze;
mod test;
mod texts;
mod tools;
mod votes;
mod worker;

const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--port N]   build and pack the pages, serve them on http://localhost:8080
  pack               build and pack the pages into dist/, print sizes and fingerprints
  test  [PART...]    run every test, or some of: format lint native doc browser pages
                     firefox reproduce
  reproduce          pack here and in another folder with another cargo home, and compare
  bench [NAME...]    run the benchmarks (benches/), one thread, release build; `pages` in Chromium
  votes [--runs N]   measure the vote rules, write docs/votes.md
  health             measure state of health from pulses, write docs/health.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        bail!("no command\n\n{USAGE}");
    };
    match command.as_str() {
        "pack" => pack::run(rest),
        "reproduce" => reproduce::check(),
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "bench" => bench::run(rest),
        "votes" => votes::run(rest),
        "health" => health::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("unknown command `{other}`\n\n{USAGE}"),
    }
}
