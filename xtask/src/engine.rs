//! The core as wasm: compiled once, then linked for each page with only what its worker calls.
//!
//! The compiler's work takes a minute, the linker's a tenth of a second. So one object file with
//! every operation is made, and the linker, given fewer names to export, leaves out whatever they
//! do not reach: no list of features has to be kept in step with the pages.

use crate::process::{self, cargo, program, root};
use anyhow::{bail, ensure, Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The compiled core, before any page has chosen from it.
pub struct Core {
    work: PathBuf,
    object: PathBuf,
    linker: PathBuf,
    builtins: PathBuf,
    exports: Vec<String>,
}

/// An engine with its glue, linked for one page.
pub struct Engine {
    /// The module of wasm-bindgen, to be bundled into the worker.
    pub glue: PathBuf,
    /// The wasm.
    pub wasm: Vec<u8>,
}

impl Core {
    /// Compiles the core in the profile `page`. Its target folder is its own: other flags than the
    /// tests' would rebuild theirs.
    pub fn compile(work: &Path) -> Result<Self> {
        let target = work.join("cargo");
        process::run(
            cargo()
                .args(["rustc", "--quiet", "--locked", "--package", "voltvote"])
                .args(["--lib", "--crate-type", "cdylib", "--profile", "page"])
                .args(WITH_STANDARD_LIBRARY)
                .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
                .arg(&target)
                // Leaves the object behind that the linker was given.
                .args(["--", "-C", "save-temps"])
                .env_remove("CARGO_ENCODED_RUSTFLAGS")
                .env("RUSTFLAGS", format!("{} {LEAN}", remapped_paths()?))
                .env("RUSTC_BOOTSTRAP", "1"),
        )?;
        let built = target.join("wasm32-unknown-unknown/page");
        let linked = fs::read(built.join("voltvote.wasm"))?;
        Ok(Self {
            work: work.to_owned(),
            object: newest(&built.join("deps"), "voltvote.", ".rcgu.o")?,
            linker: output_path(&["--print", "target-libdir"])?.join("../bin/rust-lld"),
            builtins: newest(&built.join("deps"), "libcompiler_builtins-", ".rlib")?,
            exports: export_names(&linked).context("the linked wasm")?,
        })
    }

    /// Links an engine that can do what `called` names: functions and classes of the boundary, as
    /// scripts call them.
    pub fn link(&self, page: &str, called: &BTreeSet<String>) -> Result<Engine> {
        let folder = self.work.join(page);
        fs::create_dir_all(&folder)?;
        let linked = folder.join("linked.wasm");
        let wanted = self.wanted(called)?;
        // As rustc links: see `cargo rustc -- --print link-args`.
        process::run(
            program(&self.linker)
                .args(["-flavor", "wasm", "--export=__heap_base"])
                .args(["--export=__data_end", "-z", "stack-size=1048576"])
                .args(["--stack-first", "--allow-undefined", "--no-demangle"])
                .args(["--no-entry", "--gc-sections", "-O2", "--strip-debug"])
                .args(wanted.iter().map(|name| format!("--export={name}")))
                .arg(&self.object)
                .arg(&self.builtins)
                .arg("-o")
                .arg(&linked),
        )?;
        wasm_bindgen_cli_support::Bindgen::new()
            .input_path(&linked)
            .out_name("voltvote")
            .web(true)?
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            // The page hands the compiled module over; there is no file to look for.
            .omit_default_module_path(true)
            .generate(&folder)?;
        // No wasm-opt: what it takes off the bytes (9 %) it more than puts back once they are
        // compressed (+6 %), and it takes long.
        Ok(Engine {
            glue: folder.join("voltvote.js"),
            wasm: fs::read(folder.join("voltvote_bg.wasm"))?,
        })
    }

    /// The exports that stay: those that are not of our boundary, and of ours the called ones.
    fn wanted(&self, called: &BTreeSet<String>) -> Result<Vec<&str>> {
        let all: BTreeSet<&str> = self.exports.iter().map(String::as_str).collect();
        let ours: BTreeSet<&str> = all
            .iter()
            .copied()
            .filter(|name| {
                all.contains(format!("{DESCRIBE}{name}").as_str()) || class_freed(name).is_some()
            })
            .collect();
        let classes: Vec<String> = called
            .iter()
            .filter(|name| name.starts_with(char::is_uppercase))
            .map(|name| name.to_lowercase())
            .collect();
        let is_called = |name: &str| {
            let plain = without_hash(name);
            called.contains(plain)
                || classes.iter().any(|class| {
                    let rest = plain.strip_prefix(class.as_str());
                    rest.is_some_and(|rest| rest.starts_with('_'))
                })
                // A class may be returned without being named, and can then be freed.
                || (class_freed(name).is_some() && !classes.is_empty())
        };
        for name in called {
            let exists = ours.iter().any(|export| {
                let plain = without_hash(export);
                plain == name || class_freed(export) == Some(&name.to_lowercase())
            });
            ensure!(exists, "the worker calls `{name}`, which the core lacks");
        }
        Ok(all
            .into_iter()
            .filter(|name| {
                let described = name.strip_prefix(DESCRIBE).unwrap_or(name);
                !ours.contains(described) || is_called(described)
            })
            .collect())
    }
}

const DESCRIBE: &str = "__wbindgen_describe_";

/// `cast_248fe9ddb2c53dc3` is exported to scripts as `cast`.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((plain, hash)) if hash.len() == 16 => plain,
        _ => name,
    }
}

/// The class, in small letters, whose handles this export frees.
fn class_freed(name: &str) -> Option<&str> {
    without_hash(name)
        .strip_prefix("__wbg_")?
        .strip_suffix("_free")
}

/// Compiler flags that keep this machine's folders out of the wasm.
fn remapped_paths() -> Result<String> {
    let home = std::env::var("CARGO_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    Ok(format!(
        "--remap-path-prefix={home}=/cargo --remap-path-prefix={}=/src --remap-path-prefix={}=/rust",
        root().display(),
        output_path(&["--print", "sysroot"])?.display()
    ))
}

/// Where a panic came from, how a value looks to a developer and how a panic unwinds: nobody reads
/// or catches that in a page, whose errors carry codes. The compiler has these switches for years
/// and calls them unstable, hence `RUSTC_BOOTSTRAP`.
const LEAN: &str =
    "-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort";

/// The standard library is compiled with the core, under the same flags: a tenth off every engine.
const WITH_STANDARD_LIBRARY: [&str; 2] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
];

/// A path that the compiler knows.
fn output_path(arguments: &[&str]) -> Result<PathBuf> {
    Ok(process::output(program("rustc").args(arguments))?
        .trim()
        .into())
}

/// The file of this form that was written last: earlier compilers leave theirs behind.
fn newest(folder: &Path, start: &str, end: &str) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(start) && name.ends_with(end) {
            found.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    let newest = found.into_iter().max();
    let (_, path) =
        newest.with_context(|| format!("no `{start}*{end}` in {}", folder.display()))?;
    Ok(path)
}

/// Names of the functions that a wasm module exports.
fn export_names(wasm: &[u8]) -> Result<Vec<String>> {
    const EXPORT_SECTION: u8 = 7;
    let mut rest = wasm.get(8..).context("no header")?;
    while let Some((&id, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        let (section, after) = rest.split_at_checked(length).context("cut short")?;
        rest = after;
        if id == EXPORT_SECTION {
            return functions(section);
        }
    }
    bail!("nothing is exported")
}

fn functions(mut section: &[u8]) -> Result<Vec<String>> {
    const FUNCTION: u8 = 0;
    let mut names = Vec::new();
    for _ in 0..number(&mut section)? {
        let length = number(&mut section)?;
        let (name, after) = section.split_at_checked(length).context("cut short")?;
        let (&kind, after) = after.split_first().context("cut short")?;
        section = after;
        number(&mut section)?;
        if kind == FUNCTION {
            names.push(String::from_utf8(name.to_vec())?);
        }
    }
    Ok(names)
}

/// An unsigned LEB128 number, taken off the front.
fn number(bytes: &mut &[u8]) -> Result<usize> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (&byte, after) = bytes.split_first().context("cut short")?;
        *bytes = after;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
        shift += 7;
        ensure!(shift < 32, "a number is too long");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exported_functions_are_listed_by_name() -> Result<()> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([1, 2, 0, 0]); // a section that is passed over
        wasm.extend([7, 16, 2]);
        wasm.extend(b"\x06memory\x02\0\x03add\0\0");
        assert_eq!(export_names(&wasm)?, ["add"]);
        assert!(export_names(&wasm[..20]).is_err());
        Ok(())
    }

    fn core(exports: &[&str]) -> Core {
        Core {
            work: PathBuf::new(),
            object: PathBuf::new(),
            linker: PathBuf::new(),
            builtins: PathBuf::new(),
            exports: exports.iter().map(|name| name.to_string()).collect(),
        }
    }

    #[test]
    fn only_called_functions_and_classes_stay_exported() -> Result<()> {
        let core = core(&[
            "__wbindgen_malloc",
            "__wbindgen_describe___wbg_parse_c7e066186c6c86eb",
            "cast_248fe9ddb2c53dc3",
            "__wbindgen_describe_cast_248fe9ddb2c53dc3",
            "demo_248fe9ddb2c53dc3",
            "__wbindgen_describe_demo_248fe9ddb2c53dc3",
            "ballotbox_new_248fe9ddb2c53dc3",
            "__wbindgen_describe_ballotbox_new_248fe9ddb2c53dc3",
            "__wbg_ballotbox_free_248fe9ddb2c53dc3",
        ]);
        let called = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        let foreign = [
            "__wbindgen_describe___wbg_parse_c7e066186c6c86eb",
            "__wbindgen_malloc",
        ];
        let stays = core.wanted(&called(&["cast"]))?;
        assert_eq!(stays.len(), 4, "{stays:?}");
        assert!(foreign.iter().all(|name| stays.contains(name)));
        assert!(stays.contains(&"cast_248fe9ddb2c53dc3"));
        let stays = core.wanted(&called(&["BallotBox"]))?;
        assert_eq!(stays.len(), 5, "{stays:?}");
        assert!(stays.contains(&"__wbg_ballotbox_free_248fe9ddb2c53dc3"));
        assert!(core.wanted(&called(&["tally"])).is_err());
        Ok(())
    }
}
