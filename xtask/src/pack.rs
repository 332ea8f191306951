//! `cargo xtask pack`: the pages of `www/` as single, self-contained files in `dist/`.
//!
//! # What a page and the packer agree on
//! - `www/NAME.html` has `<meta charset="utf-8">` first in its head (the policy goes there), at
//!   most one `<link rel="stylesheet" href="…css">` and at most one
//!   `<script type="module" src="….js">`. Both are bundled (imports, `@import`) and put inline.
//!   No other `src` or `href` may need a request; no `style="…"` attribute, no `on…="…"`.
//! - A line `<!-- frame/PART.html -->` stands for that file, which all pages share.
//! - `www/worker.js` is the worker. It imports the engine as `"voltvote"`: the glue that
//!   wasm-bindgen makes. Each page gets one classic script with the operations that it calls
//!   ([`worker`](crate::worker)) and an engine that can do just these ([`engine`](crate::engine)).
//! - Of the words in `www/text` each page gets those it can show ([`texts`](crate::texts)).
//! - A page whose scripts import `www/ui/packed.js` carries two data blocks that never run by
//!   themselves: `#packed-engine` (the wasm as
//!   [`squeeze`](crate::squeeze), base64) and `#packed-worker` (the text of the
//!   worker). `packed.js` gives them to the page as a compiled module and a blob worker.
//!
//! The same sources and the same compiler give the same bytes in any folder on any machine.

use crate::engine::Core;
use crate::page::{self, Parts};
use crate::process::{self, program, root};
use crate::texts::{self, Texts};
use crate::{squeeze, tools, worker};
use anyhow::{bail, ensure, Context, Result};
use flate2::{write::GzEncoder, Compression};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

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
    tools::standard_library()?;
    tools::node_packages()?;
    let work = root().join("target/pack");
    fs::create_dir_all(&work)?;
    let core = Core::compile(&work)?;
    let texts = Texts::read()?;
    let dist = root().join("dist");
    fs::create_dir_all(&dist)?;
    let mut too_heavy = Vec::new();
    println!("{:<18} {:>9} {:>9}  SHA-256", "page", "bytes", "gzipped");
    for name in PAGES {
        let source = root().join(format!("www/{name}.html"));
        if !source.is_file() {
            continue;
        }
        let html = page::framed(name, &fs::read_to_string(&source)?, |part| {
            fs::read_to_string(root().join("www").join(part)).with_context(|| part.to_owned())
        })?;
        let packed =
            packed(&core, &texts, name, &html).with_context(|| format!("www/{name}.html"))?;
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
            too_heavy.push(format!(
                "{name}.html by {} bytes",
                gzipped_bytes - LIMIT_GZIPPED_BYTES
            ));
        }
    }
    ensure!(
        too_heavy.is_empty(),
        "heavier than promised: {}",
        too_heavy.join(", ")
    );
    Ok(dist)
}

/// One page with all it needs inside.
fn packed(core: &Core, texts: &Texts, name: &str, html: &str) -> Result<String> {
    let script = page::script(html)?.map(|file| format!("www/{file}"));
    let readable = match &script {
        Some(path) => bundle(path, &["--format=esm", texts::LEFT_OUT])?,
        None => String::new(),
    };
    let parts = match readable.contains(page::ENGINE_BLOCK) {
        true => Some(parts(core, name, &readable)?),
        false => None,
    };
    page::assemble(html, parts.as_ref(), |file| {
        let path = format!("www/{file}");
        if file.ends_with(".css") {
            return bundle(&path, &["--minify"]);
        }
        let script = bundle(&path, &["--format=esm", "--minify", texts::LEFT_OUT])?;
        texts.put_into(&script, &readable, html)
    })
}

/// The worker and the engine for what the scripts of a page call.
fn parts(core: &Core, name: &str, script: &str) -> Result<Parts> {
    let source = fs::read_to_string(root().join("www/worker.js"))?;
    let source = worker::with_operations(&source, &worker::operations(script))?;
    let bundle_worker = |options: &[&str]| {
        // Given as input, so that its imports are still found from where it lies.
        let mut command = esbuild(options);
        command.current_dir(root().join("www"));
        process::output_of(command.arg("--bundle"), &source)
    };
    let readable = bundle_worker(&["--format=esm", "--external:voltvote"])?;
    let engine = core.link(name, &worker::calls_of_core(&readable))?;
    let glue = format!("--alias:voltvote={}", engine.glue.display());
    Ok(Parts {
        worker: bundle_worker(&["--format=iife", "--minify", &glue])?,
        engine: checked(squeeze::pack(&engine.wasm)?, &engine.wasm)?,
    })
}

/// Lets the page's own script unpack an engine, and compares.
fn checked(packed: Vec<u8>, wasm: &[u8]) -> Result<Vec<u8>> {
    let (from, to) = (scratch("packed"), scratch("unpacked"));
    fs::write(&from, &packed)?;
    let script = format!(
        "import {{ unpack }} from './www/ui/unpack.js'; import fs from 'node:fs';\
         fs.writeFileSync('{}', unpack(new Uint8Array(fs.readFileSync('{}'))));",
        to.display(),
        from.display()
    );
    process::run(program("node").args(["--input-type=module", "--eval", &script]))?;
    ensure!(
        fs::read(&to)? == wasm,
        "the page would unpack another engine"
    );
    Ok(packed)
}

fn scratch(name: &str) -> PathBuf {
    root().join("target/pack").join(name)
}

/// One script or style with everything it imports.
fn bundle(entry: &str, options: &[&str]) -> Result<String> {
    process::output(esbuild(options).args(["--bundle", entry]))
}

fn esbuild(options: &[&str]) -> std::process::Command {
    let mut command = program("node");
    command
        .arg(root().join("node_modules/esbuild/bin/esbuild"))
        .args(["--charset=utf8", "--legal-comments=none"])
        .args(["--log-level=warning", "--target=es2022"])
        // What a page does not call is bound to be missing from its engine.
        .args(["--log-override:import-is-undefined=silent"])
        .args(options);
    command
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
