//! What `votes` and `health` measure with: the measured data and the program.

use crate::process::{self, cargo, root};
use anyhow::{bail, Result};
use std::path::PathBuf;

/// The folder of measured data, `$VOLTVOTE_DATA`.
pub fn data() -> Result<PathBuf> {
    let data = std::env::var_os("VOLTVOTE_DATA")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if !data.is_dir() {
        bail!("no measured data in {}: set VOLTVOTE_DATA", data.display());
    }
    Ok(data)
}

/// The program, built from the present sources.
pub fn voltvote() -> Result<PathBuf> {
    process::run(cargo().args(["build", "--release", "--bin", "voltvote"]))?;
    Ok(root().join("target/release/voltvote"))
}
