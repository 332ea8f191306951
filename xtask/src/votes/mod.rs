//! `cargo xtask votes`: measures the vote rules on real pulses and simulated fleets, and writes
//! the tables of `docs/votes.md`.
//!
//! | module | job |
//! |---|---|
//! | `reports` | what is measured, on which data |
//! | `page` | the page, section by section |
//! | `tables` | reports as tables |
//! | `asked` | the table of figures asked for |
//! | `physics` | the physics voter on cells whose makers nobody knows |

mod asked;
mod page;
mod physics;
mod reports;
mod tables;

use crate::measured;
use crate::process::root;
use anyhow::{bail, Context, Result};
use std::path::PathBuf;

/// Seed of our own simulated fleet: none of those that limits were chosen on (1 to 3).
const FLEET_SEED: &str = "4";

/// Seed of the experiments.
const SEED: &str = "1";

/// A labelled table that experiments run on.
struct Data {
    pub name: &'static str,
    pub title: &'static str,
    pub features: PathBuf,
    pub labels: PathBuf,
    pub half: Option<&'static str>,
}

/// Where things lie, and how much is run.
#[derive(Clone)]
struct Work {
    voltvote: PathBuf,
    data: PathBuf,
    folder: PathBuf,
    runs: String,
    /// Reports of an earlier call with the same numbers are read instead of made anew.
    keeps: bool,
    /// Reports that are not there are left out of the page.
    is_kept_only: bool,
    /// What readers must know of the reports.
    note: Option<String>,
}

/// `votes [--runs N] [--keep] [--kept-only] [--with VOLTVOTE] [--note TEXT]`: `--keep` reads reports that are
/// there already, `--kept-only` makes no others; `--with` measures a binary that is built already;
/// `--note` is written on the page, where its reports are not all of one build.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut runs = "50".to_owned();
    let mut keeps = false;
    let mut is_kept_only = false;
    let mut built = None;
    let mut note = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => runs = rest.next().context("--runs N")?.clone(),
            "--keep" => keeps = true,
            "--kept-only" => (keeps, is_kept_only) = (true, true),
            "--with" => built = Some(PathBuf::from(rest.next().context("--with VOLTVOTE")?)),
            "--note" => note = Some(rest.next().context("--note TEXT")?.clone()),
            other => bail!("unknown argument `{other}`"),
        }
    }
    let voltvote = match built {
        Some(path) => path,
        None => measured::voltvote()?,
    };
    let data = measured::data()?;
    let work = Work {
        voltvote,
        data,
        folder: root().join("target/votes"),
        runs,
        keeps,
        is_kept_only,
        note,
    };
    std::fs::create_dir_all(&work.folder)?;
    let page = work.page()?;
    std::fs::write(root().join("docs/votes.md"), page)?;
    println!("wrote docs/votes.md");
    Ok(())
}
