//! What the commands need from outside, with exact versions. Everything is installed once, into
//! `target/tools` and `node_modules`; only the browser comes from the distribution.

use crate::process::{self, cargo, find, output, program, root};
use anyhow::{bail, Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";
/// The version of the `wasm-bindgen` crate; wasm-pack takes the tool from the search path when it
/// finds this very version there.
const WASM_BINDGEN: &str = "0.2.130";

fn say(what: &str) {
    eprintln!("xtask: installing {what} (once)");
}

/// The compiler's parts for wasm.
pub fn wasm_target() -> Result<()> {
    let folder =
        output(program("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if PathBuf::from(folder.trim()).is_dir() {
        return Ok(());
    }
    say("the wasm target");
    process::run(program("rustup").args(["target", "add", WASM_TARGET]))
}

/// The sources of the standard library, which the engine is compiled with.
pub fn standard_library() -> Result<()> {
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))?;
    let sources = "lib/rustlib/src/rust/library/Cargo.lock";
    if PathBuf::from(sysroot.trim()).join(sources).is_file() {
        return Ok(());
    }
    say("the sources of the standard library");
    process::run(program("rustup").args(["component", "add", "rust-src"]))
}

/// A part of the toolchain behind `cargo COMMAND`.
pub fn component(name: &str, command: &str) -> Result<()> {
    let there = cargo()
        .args([command, "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if there {
        return Ok(());
    }
    say(name);
    process::run(program("rustup").args(["component", "add", name]))
}

/// The packages of `package-lock.json`: bundler, chart library, test tools.
pub fn node_packages() -> Result<()> {
    let lock = fs::read(root().join("package-lock.json")).context("package-lock.json")?;
    let wanted: String = Sha256::digest(&lock)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let stamp = root().join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if find("npm").is_none() {
        distribution_packages(&["nodejs", "npm"])?;
    }
    say("npm packages");
    process::run(program("npm").args(["ci", "--ignore-scripts", "--no-fund", "--no-audit"]))?;
    fs::write(stamp, wanted).context("node_modules/.installed")
}

/// Two foreign JOSE implementations, to hold sealed files against: npm `jose`, and Python
/// `jwcrypto` in an environment of its own, whose interpreter is returned. Where Python cannot
/// make environments, that half of the comparison is left out, in words.
pub fn jose() -> Result<Option<PathBuf>> {
    let interop = root().join("tests/interop");
    let node_stamp = interop.join("node_modules/.installed");
    if !node_stamp.is_file() {
        if find("npm").is_none() {
            distribution_packages(&["nodejs", "npm"])?;
        }
        say("jose");
        process::run(
            program("npm")
                .args(["ci", "--ignore-scripts", "--no-fund", "--no-audit"])
                .current_dir(&interop),
        )?;
        fs::write(node_stamp, "")?;
    }
    let environment = folder().join("jwcrypto");
    let python = environment.join("bin/python");
    let stamp = environment.join(".installed");
    if stamp.is_file() {
        return Ok(Some(python));
    }
    say("jwcrypto");
    let installed = process::run(program("python3").args(["-m", "venv"]).arg(&environment))
        .and_then(|()| {
            process::run(
                program(&python)
                    .args(["-m", "pip", "install", "--quiet", "-r"])
                    .arg(interop.join("requirements.txt")),
            )
        });
    match installed {
        Ok(()) => {
            fs::write(stamp, "")?;
            Ok(Some(python))
        }
        Err(error) => {
            eprintln!("xtask: no jwcrypto ({error:#}): that comparison is skipped");
            Ok(None)
        }
    }
}

/// Chromium and its driver.
pub fn browser() -> Result<()> {
    let missing: Vec<&str> = [
        ("chromium", "chromium"),
        ("chromedriver", "chromium-driver"),
    ]
    .iter()
    .filter(|(name, _)| find(name).is_none())
    .map(|(_, package)| *package)
    .collect();
    distribution_packages(&missing)
}

/// The distribution's Firefox, and its driver, which the distribution does not have: compiled from
/// the registry.
pub fn firefox() -> Result<()> {
    if find("firefox-esr").is_none() {
        distribution_packages(&["firefox-esr"])?;
    }
    cargo_tool("geckodriver", GECKODRIVER, "geckodriver", true)
}

/// `wasm-pack` and the tools it drives, compiled from the registry.
pub fn wasm_pack() -> Result<()> {
    cargo_tool("wasm-pack", WASM_PACK, "wasm-pack", true)?;
    // With --locked it can ask for a dependency newer than a registry mirror has.
    cargo_tool(
        "wasm-bindgen-cli",
        WASM_BINDGEN,
        "wasm-bindgen-test-runner",
        false,
    )
}

/// Where the tools compiled here lie.
pub fn folder() -> PathBuf {
    root().join("target/tools")
}

/// The search path with the tools of this repository first.
pub fn search_path() -> Result<std::ffi::OsString> {
    let own = folder().join("bin");
    let rest = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(
        std::iter::once(own).chain(std::env::split_paths(&rest)),
    )?)
}

fn cargo_tool(package: &str, version: &str, binary: &str, locked: bool) -> Result<()> {
    if folder().join("bin").join(binary).is_file()
        && fs::read_to_string(folder().join(format!("{package}.version")))
            .is_ok_and(|installed| installed == version)
    {
        return Ok(());
    }
    say(&format!("{package} {version}"));
    let install = |locked: bool| {
        let mut command = cargo();
        command
            .args([
                "install",
                package,
                "--version",
                version,
                "--force",
                "--root",
            ])
            .arg(folder());
        command.env("CARGO_TARGET_DIR", folder().join("build"));
        if locked {
            command.arg("--locked");
        }
        process::run(&mut command)
    };
    if !(locked && install(true).is_ok()) {
        install(false)?;
    }
    fs::write(folder().join(format!("{package}.version")), version)?;
    Ok(())
}

fn distribution_packages(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    if find("apt-get").is_none() {
        bail!(
            "please install {} (no apt-get here to do it)",
            packages.join(" and ")
        );
    }
    say(&packages.join(", "));
    process::run(as_root("apt-get").args(["update", "-qq"]))?;
    process::run(
        as_root("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .stdin(std::process::Stdio::null()),
    )
}

fn as_root(name: &str) -> Command {
    let is_root = output(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        let mut command = program(name);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return command;
    }
    let mut command = program("sudo");
    command.args(["-n", "DEBIAN_FRONTEND=noninteractive", name]);
    command
}
