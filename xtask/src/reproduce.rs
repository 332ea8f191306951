//! The pages come out the same in another folder with another cargo home: who holds a page's
//! SHA-256 against the published one need not have our paths.

use crate::{pack, process};
use anyhow::{ensure, Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that tells a run of this program which folder to take for the repository's.
pub const ROOT: &str = "VOLTVOTE_ROOT";

/// Packs here and elsewhere and compares every page.
pub fn check() -> Result<()> {
    let here = pack::pack()?;
    let elsewhere = std::env::temp_dir().join(format!("voltvote-elsewhere-{}", std::process::id()));
    let outcome = compare(&here, &elsewhere);
    let removed = fs::remove_dir_all(&elsewhere).context("the copy of the sources");
    outcome.and(removed)
}

fn compare(here: &Path, elsewhere: &Path) -> Result<()> {
    let sources = elsewhere.join("sources");
    copy_sources(&sources)?;
    let home = elsewhere.join("cargo");
    borrow_registry(&home)?;
    let program = std::env::current_exe().context("this program")?;
    process::run(
        Command::new(program)
            .arg("pack")
            .env(ROOT, &sources)
            .env("CARGO_HOME", &home),
    )?;
    for page in fs::read_dir(here)? {
        let page = page?.path();
        let name = page.file_name().unwrap_or_default();
        let other = sources.join("dist").join(name);
        ensure!(
            fs::read(&page)? == fs::read(&other)?,
            "{} depends on where it is packed",
            name.to_string_lossy()
        );
    }
    Ok(())
}

/// The files under version control, and those that would be.
fn copy_sources(to: &Path) -> Result<()> {
    let list = process::output(process::program("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let from = process::root().join(name);
        // Tests' data has no part in a page; a file may be listed and deleted.
        if name.starts_with("tests/") || !from.is_file() {
            continue;
        }
        let to = to.join(name);
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        fs::copy(from, to).with_context(|| name.to_owned())?;
    }
    link(
        &process::root().join("node_modules"),
        &to.join("node_modules"),
    )
}

/// A cargo home of another name that shares downloads and settings with the usual one.
fn borrow_registry(home: &Path) -> Result<()> {
    fs::create_dir_all(home)?;
    let usual = match std::env::var_os("CARGO_HOME") {
        Some(usual) => PathBuf::from(usual),
        None => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
    };
    for name in ["registry", "config.toml", "bin"] {
        if usual.join(name).exists() {
            link(&usual.join(name), &home.join(name))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to).with_context(|| to.display().to_string())
}

#[cfg(not(unix))]
fn link(_: &Path, to: &Path) -> Result<()> {
    anyhow::bail!("no symbolic links here for {}", to.display())
}
