//! `cargo xtask pack`: the pages of `www/` as single, self-contained files in `dist/`.
//!
//! # What a page and the packer agree on
//! - `www/NAME.html` has `<meta charset="utf-8">` first in its head (the policy goes there), at
//!   most one `<link rel="stylesheet" href="…css">` and at most one
//!   `<script type="module" src="….js">`. Both are bundled (imports, `@import`) and put inline.
//!   No other `src` or `href` may need a request; no `style="…"` attribute, no `on…="…"`.
//! - `www/worker.js` is the worker. It imports the engine as `"voltvote"`: the glue that
//!   wasm-bindgen makes. It is bundled to one classic script.
//! - A page whose scripts import `www/ui/packed.js` carries two data blocks that never run by
//!   themselves: `#packed-engine` (the wasm, LZMA, base64) and `#packed-worker` (the text of the
//!   worker). `packed.js` gives them to the page as a compiled module and a blob worker.
//!
//! The same sources and the same compiler give the same bytes in any folder on any machine.

use crate::page::{self, Parts};
use crate::process::{self, cargo, program, root};
use crate::tools;
use anyhow::{bail, Context, Result};
use flate2::{write::GzEncoder, Compression};
use lzma_rust2::{LzmaOptions, LzmaWriter};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The pages, in the order of the printed table; one that has no source yet is left out.
const PAGES: &[&str] = &["index", "collaborate", "recycle", "verify", "lab"];

/// Promised size of every page as a server would send it.
const LIMIT_GZIPPED_BYTES: usize = 350_000;

/// `pack`.
pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(other) = arguments.first() {
        bail!("pack does not know `{other}`");
    }
    pack().map(drop)
}

/// Builds and packs everything; returns the folder with the pages.
pub fn pack() -> Result<PathBuf> {
    tools::wasm_target()?;
    tools::node_packages()?;
    let work = root().join("target/pack");
    fs::create_dir_all(&work)?;
    let engine = engine(&work)?;
    let worker = bundle(&work, "www/worker.js", &["--format=iife"])?;
    let dist = root().join("dist");
    fs::create_dir_all(&dist)?;
    println!("{:<18} {:>9} {:>9}  SHA-256", "page", "bytes", "gzipped");
    for name in PAGES {
        let source = root().join(format!("www/{name}.html"));
        if !source.is_file() {
            continue;
        }
        let html = fs::read_to_string(&source)?;
        let parts = Parts {
            worker: &worker,
            engine: &engine,
        };
        let packed = page::assemble(&html, &parts, |file| {
            let path = format!("www/{file}");
            let options: &[&str] = if path.ends_with(".js") {
                &["--format=esm"]
            } else {
                &[]
            };
            bundle(&work, &path, options)
        })
        .with_context(|| format!("www/{name}.html"))?;
        fs::write(dist.join(format!("{name}.html")), &packed)?;
        let gzipped_bytes = gzip(packed.as_bytes())?.len();
        println!(
            "{:<18} {:>9} {:>9}  {}",
            format!("{name}.html"),
            packed.len(),
            gzipped_bytes,
            hex(&Sha256::digest(packed.as_bytes()))
        );
        if gzipped_bytes > LIMIT_GZIPPED_BYTES {
            let over_bytes = gzipped_bytes - LIMIT_GZIPPED_BYTES;
            eprintln!("xtask: {name}.html is {over_bytes} bytes over what was promised");
        }
    }
    Ok(dist)
}

/// Compiles the core to wasm, with its glue beside it as `voltvote.js`; returns the wasm, compressed.
fn engine(work: &Path) -> Result<Vec<u8>> {
    // One target folder of its own: other flags than the tests' would rebuild theirs.
    let target = work.join("cargo");
    process::run(
        cargo()
            .args([
                "build",
                "--quiet",
                "--locked",
                "--package",
                "voltvote",
                "--lib",
            ])
            .args([
                "--profile",
                "page",
                "--target",
                "wasm32-unknown-unknown",
                "--target-dir",
            ])
            .arg(&target)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", remapped_paths()?),
    )?;
    let compiled = target.join("wasm32-unknown-unknown/page/voltvote.wasm");
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&compiled)
        .out_name("voltvote")
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page hands the compiled module over; there is no file to look for.
        .omit_default_module_path(true)
        .generate(work)?;
    // No wasm-opt: what it takes off the bytes (9 %) it more than puts back once they are
    // compressed (+6 %), and it takes long.
    compress(&fs::read(work.join("voltvote_bg.wasm"))?)
}

/// Compiler flags that keep this machine's folders out of the wasm.
fn remapped_paths() -> Result<String> {
    let home = std::env::var("CARGO_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    Ok(format!(
        "--remap-path-prefix={home}=/cargo --remap-path-prefix={}=/src",
        root().display()
    ))
}

/// One script or style with everything it imports, minified.
fn bundle(work: &Path, entry: &str, options: &[&str]) -> Result<String> {
    let bundled = process::output(
        program("node")
            .arg("node_modules/esbuild/bin/esbuild")
            .arg(entry)
            .args([
                "--bundle",
                "--minify",
                "--charset=utf8",
                "--legal-comments=none",
            ])
            .args(["--log-level=warning", "--target=es2022"])
            .arg(format!(
                "--alias:voltvote={}",
                work.join("voltvote.js").display()
            ))
            .args(options),
    )?;
    Ok(bundled)
}

/// LZMA with its old 13-byte header: what `www/ui/unpack.js` reads.
fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut options = LzmaOptions::with_preset(9);
    options.dict_size = 1 << 21;
    // More context for literals, none for their place: wasm has no alignment.
    (options.lc, options.lp, options.pb) = (4, 0, 0);
    options.nice_len = LzmaOptions::NICE_LEN_MAX;
    let mut writer = LzmaWriter::new(Vec::new(), &options, true, false, Some(bytes.len() as u64))?;
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

/// As a server would send it; the header carries neither a name nor a time.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
