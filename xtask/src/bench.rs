//! `cargo xtask bench [NAME...]`: every benchmark of `benches/`, or the named ones; `pages` are the
//! packed pages in Chromium.

use crate::process::{self, cargo, program};
use crate::{pack, tools};
use anyhow::{Context, Result};

/// Runs them in the release profile, one after the other: two at once would measure each other.
/// `pages` comes last, and may be followed by the names of its parts.
pub fn run(names: &[String]) -> Result<()> {
    let (native, parts) = match names.iter().position(|name| name == "pages") {
        Some(at) => (&names[..at], Some(&names[at + 1..])),
        None => (names, names.is_empty().then_some(names)),
    };
    if names.is_empty() || !native.is_empty() {
        let mut command = cargo();
        command
            .args(["bench", "--package", "voltvote"])
            // Benchmarks unwind, the release profile aborts: cargo would build the library both
            // ways and write both to one file.
            .env("CARGO_PROFILE_RELEASE_PANIC", "unwind");
        if native.is_empty() {
            command.arg("--benches");
        }
        for name in native {
            command.args(["--bench", name]);
        }
        process::run(&mut command)?;
    }
    parts.map_or(Ok(()), pages)
}

fn pages(parts: &[String]) -> Result<()> {
    tools::browser()?;
    let dist = pack::pack()?;
    process::run(cargo().args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--bin",
        "voltvote",
    ]))?;
    process::run(
        program("node")
            .arg("benches/pages.mjs")
            .args(parts)
            .env("VOLTVOTE_DIST", dist)
            .env(
                "VOLTVOTE_CHROMIUM",
                process::find("chromium").context("no chromium")?,
            ),
    )
}
