//! `cargo xtask bench [NAME...]`: every benchmark of `benches/`, or the named ones.

use crate::process::{self, cargo};
use anyhow::Result;

/// Runs them in the release profile, one after the other: two at once would measure each other.
pub fn run(names: &[String]) -> Result<()> {
    let mut command = cargo();
    command.args(["bench", "--package", "voltvote"]);
    if names.is_empty() {
        command.arg("--benches");
    }
    for name in names {
        command.args(["--bench", name]);
    }
    process::run(&mut command)
}
