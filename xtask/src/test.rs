//! `cargo xtask test`: every test of the project, or the named parts.

use crate::process::{self, cargo, program, words};
use crate::{pack, reproduce, tools};
use anyhow::{bail, Context, Result};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{channel, Sender};
use std::time::{Duration, Instant};

/// A part of the tests: its name on the command line and what it does.
struct Part {
    name: &'static str,
    run: fn(&mut Counts) -> Result<()>,
}

const PARTS: &[Part] = &[
    Part {
        name: "format",
        run: format,
    },
    Part {
        name: "lint",
        run: lint,
    },
    Part {
        name: "native",
        run: native,
    },
    Part {
        name: "doc",
        run: doc,
    },
    Part {
        name: "browser",
        run: browser,
    },
    Part {
        name: "pages",
        run: pages,
    },
    Part {
        name: "firefox",
        run: firefox,
    },
    Part {
        name: "reproduce",
        run: |_| reproduce::check(),
    },
    Part {
        name: NETWORK,
        run: network,
    },
];

/// Run only when it is named: building the tensors takes as long as everything else of `native`.
const NETWORK: &str = "cnn";

/// How many tests were seen to pass and to fail.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: usize,
    failed: usize,
}

/// `test [PART...]`. Runs all parts even when one fails, then prints one line of counts.
pub fn run(names: &[String]) -> Result<()> {
    if let Some(unknown) = names
        .iter()
        .find(|name| PARTS.iter().all(|part| part.name != **name))
    {
        let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!("no part `{unknown}`; there are: {}", known.join(" "));
    }
    let mut total = Counts::default();
    let mut table = Vec::new();
    for part in PARTS.iter().filter(|part| match names {
        [] => part.name != NETWORK,
        names => names.iter().any(|name| name == part.name),
    }) {
        let started = Instant::now();
        println!("\n=== {} ===", part.name);
        let mut counts = Counts::default();
        let outcome = (part.run)(&mut counts);
        if let Err(error) = &outcome {
            println!("xtask: {}: {error:#}", part.name);
            // A part that broke before it could count is still one failure.
            counts.failed = counts.failed.max(1);
        } else if counts.passed == 0 {
            counts.passed = 1;
        }
        total.passed += counts.passed;
        total.failed += counts.failed;
        table.push((part.name, counts, started.elapsed()));
    }
    println!(
        "\n{:<10} {:>7} {:>7} {:>8}",
        "part", "passed", "failed", "seconds"
    );
    for (name, counts, took) in table {
        println!(
            "{name:<10} {:>7} {:>7} {:>8}",
            counts.passed,
            counts.failed,
            seconds(took)
        );
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        bail!("tests failed");
    }
    Ok(())
}

fn seconds(took: Duration) -> u64 {
    took.as_secs()
}

fn format(_: &mut Counts) -> Result<()> {
    tools::component("rustfmt", "fmt")?;
    process::run(cargo().args(["fmt", "--all", "--check"]))
}

fn lint(_: &mut Counts) -> Result<()> {
    tools::component("clippy", "clippy")?;
    tools::wasm_target()?;
    let deny = ["--", "--deny", "warnings"];
    process::run(
        cargo()
            .args(["clippy", "--quiet", "--locked", "--all-targets"])
            .args(deny),
    )?;
    // The network that the forest is held against; checking needs none of its machine code.
    process::run(
        cargo()
            .args(["clippy", "--quiet", "--locked", "--bin", "voltvote"])
            .args(["--features", "cnn", "--tests"])
            .args(deny),
    )?;
    process::run(
        cargo()
            .args(["clippy", "--quiet", "--package", "xtask", "--all-targets"])
            .args(deny),
    )?;
    process::run(
        cargo()
            .args([
                "clippy",
                "--quiet",
                "--lib",
                "--tests",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .args(deny),
    )
}

fn native(counts: &mut Counts) -> Result<()> {
    // One package at a time: together their features unify and everything compiles twice.
    let mut core = cargo();
    core.args([
        "test",
        "--locked",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    ]);
    if let Some(python) = tools::jose()? {
        core.env("VOLTVOTE_PYTHON", python);
    }
    let core = counted(&mut core, counts);
    let scripts = counted(
        cargo().args(["test", "--locked", "--package", "xtask"]),
        counts,
    );
    core.and(scripts)
}

/// The convolutional network of `voltvote experiment cnn`.
fn network(counts: &mut Counts) -> Result<()> {
    counted(
        cargo()
            .args(["test", "--locked", "--features", "cnn"])
            .args(["--bin", "voltvote", "experiment::cnn"]),
        counts,
    )
}

fn doc(counts: &mut Counts) -> Result<()> {
    counted(cargo().args(["test", "--locked", "--doc"]), counts)?;
    process::run(
        cargo()
            .args(["doc", "--quiet", "--no-deps", "--lib"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

/// The core inside headless Chromium.
fn browser(counts: &mut Counts) -> Result<()> {
    tools::wasm_target()?;
    tools::browser()?;
    tools::wasm_pack()?;
    let driver = process::find("chromedriver").context("chromedriver is not on the path")?;
    counted(
        program(tools::folder().join("bin/wasm-pack"))
            .args(["test", "--headless", "--chrome", "--chromedriver"])
            .arg(driver)
            .env("PATH", tools::search_path()?),
        counts,
    )
}

/// The packed pages end to end, through their own controls, beside the command line.
fn pages(counts: &mut Counts) -> Result<()> {
    tools::browser()?;
    let chromium = process::find("chromium").context("no chromium")?;
    counted(
        page_tests("tests/pages/")?.env("VOLTVOTE_CHROMIUM", chromium),
        counts,
    )
}

/// What leaves the pages, and a whole round, in Firefox.
fn firefox(counts: &mut Counts) -> Result<()> {
    tools::firefox()?;
    let firefox = process::find("firefox-esr").context("no firefox-esr")?;
    counted(
        page_tests("tests/firefox/")?
            .env("VOLTVOTE_FIREFOX", firefox)
            .env(
                "VOLTVOTE_GECKODRIVER",
                tools::folder().join("bin/geckodriver"),
            ),
        counts,
    )
}

/// The tests of a folder, on freshly packed pages and the command line of the same sources.
fn page_tests(folder: &str) -> Result<Command> {
    let dist = pack::pack()?;
    process::run(cargo().args(["build", "--quiet", "--locked", "--bin", "voltvote"]))?;
    let mut node = program("node");
    node.args([
        "--test",
        "--test-concurrency=1",
        "--test-reporter=spec",
        folder,
    ]);
    node.env("VOLTVOTE_DIST", dist).env(
        "VOLTVOTE_CLI",
        process::root().join("target/debug/voltvote"),
    );
    Ok(node)
}

/// Runs a test program with its output on ours and adds up the counts it prints.
fn counted(command: &mut Command, counts: &mut Counts) -> Result<()> {
    let text = words(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{text}`"))?;
    let (sender, lines) = channel();
    forward(child.stdout.take(), sender.clone());
    forward(child.stderr.take(), sender);
    for line in lines {
        println!("{line}");
        count(&line, counts);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{text}` ended with {status}");
    }
    Ok(())
}

fn forward(stream: Option<impl Read + Send + 'static>, lines: Sender<String>) {
    let Some(stream) = stream else { return };
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                break;
            }
        }
    });
}

/// `test result: ok. 3 passed; 0 failed; …` of Rust, `ℹ pass 3` and `ℹ fail 0` of node.
fn count(line: &str, counts: &mut Counts) {
    if let Some(result) = line.trim().strip_prefix("test result: ") {
        let number = |what: &str| {
            let before = result
                .split(what)
                .next()
                .filter(|before| before.len() < result.len())?;
            before.trim().rsplit(' ').next()?.parse::<usize>().ok()
        };
        counts.passed += number("passed").unwrap_or(0);
        counts.failed += number("failed").unwrap_or(0);
    } else if let Some(number) = line.strip_prefix("ℹ pass ") {
        counts.passed += number.trim().parse::<usize>().unwrap_or(0);
    } else if let Some(number) = line.strip_prefix("ℹ fail ") {
        counts.failed += number.trim().parse::<usize>().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{count, Counts};

    #[test]
    fn counts_are_read_from_both_kinds_of_test_programs() {
        let mut counts = Counts::default();
        for line in [
            "running 5 tests",
            "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "ℹ tests 7",
            "ℹ pass 6",
            "ℹ fail 1",
        ] {
            count(line, &mut counts);
        }
        assert_eq!((counts.passed, counts.failed), (11, 3));
    }
}
