//! `voltvote inspect FILE...`

use crate::failure::Failure;
use serde_json::{json, Value};
use std::io::Read;
use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::import::{
    group, Cell, FileImport, ImportError, Importer, Manifest, Mapping, Options,
};

/// Bytes handed over at a time.
const CHUNK: usize = 1 << 18;

/// Arguments of `inspect`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Files, or folders to walk.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Table of files, cells and nominal capacities.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Nominal capacity in Ah, for cells the manifest does not name.
    #[arg(long)]
    nominal: Option<f64>,
    /// Take the full cycle nearest this state of health instead of the last.
    #[arg(long)]
    soh: Option<f64>,
    /// Saved column mapping, for files that are not recognised.
    #[arg(long)]
    mapping: Option<PathBuf>,
}

/// Prints what was read, found and repaired.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let manifest = match &arguments.manifest {
        Some(path) => Some(Manifest::parse(&read(path)?)?),
        None => None,
    };
    let mapping = match &arguments.mapping {
        Some(path) => Some(Mapping::parse(&read(path)?)?),
        None => None,
    };
    let files = walk(&arguments.paths, arguments.manifest.as_deref());
    let mut imports: Vec<FileImport> = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    for path in &files {
        let name = path.display().to_string();
        let row = manifest
            .as_ref()
            .and_then(|manifest| manifest.row_of_file(&name));
        let options = Options {
            mapping: mapping.clone(),
            nominal_ah: row.and_then(|row| row.nominal_ah).or(arguments.nominal),
            cell_id: row.map(|row| row.cell_id.clone()),
            soh: arguments.soh,
            ..Options::default()
        };
        let outcome = import(path, options);
        entries.push(match outcome {
            Ok(file) => {
                let entry = Entry::of(&file);
                imports.push(file);
                entry
            }
            Err(failure) => Entry {
                file: name,
                cells: vec![json!({
                    "file": path.display().to_string(), "cell_id": null, "status": failure.code,
                    "message": failure.words, "dialect": null, "encoding": null,
                    "wanted_cycle": null, "findings": [],
                })],
                is_read: false,
            },
        });
    }
    let any_read = entries.iter().any(|entry| entry.is_read);
    let cells = group(imports, manifest.as_ref());
    for entry in &mut entries {
        entry.complete(&cells);
    }
    if arguments.json {
        let files: Vec<&Value> = entries.iter().flat_map(|entry| &entry.cells).collect();
        println!(
            "{}",
            json!({ "files": files, "cells": cells.iter().map(cell_json).collect::<Vec<_>>() })
        );
    } else {
        entries
            .iter()
            .flat_map(|entry| &entry.cells)
            .for_each(print);
    }
    if any_read {
        Ok(())
    } else {
        Err(Failure::new("nothing-readable", "no file could be read"))
    }
}

/// A file that could not be read, in code and words.
pub struct Unread {
    /// Stable code.
    pub code: String,
    /// English words.
    pub words: String,
}

impl From<ImportError> for Unread {
    fn from(error: ImportError) -> Self {
        Self {
            code: error.code().to_string(),
            words: error.to_string(),
        }
    }
}

/// Reads one file in pieces.
pub fn import(path: &Path, options: Options) -> Result<FileImport, Unread> {
    let unreadable = |error: std::io::Error| Unread {
        code: "file-unreadable".to_string(),
        words: error.to_string(),
    };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut importer = Importer::new(&path.display().to_string(), options);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(unreadable)? {
            0 => return Ok(importer.finish()?),
            n => importer.push(&chunk[..n])?,
        }
    }
}

struct Entry {
    file: String,
    cells: Vec<Value>,
    is_read: bool,
}

impl Entry {
    fn of(file: &FileImport) -> Self {
        let report = &file.report;
        let cells = file
            .cells
            .iter()
            .map(|cell| {
                let (status, message) = match &cell.wanted {
                    Ok(_) => ("ok".to_string(), String::new()),
                    Err(error) => (error.code().to_string(), error.to_string()),
                };
                json!({
                    "file": report.file, "cell_id": cell.cell_id, "status": status,
                    "message": message, "dialect": report.dialect, "encoding": report.encoding,
                    "wanted_cycle": null, "findings": report.findings, "report": report,
                })
            })
            .collect();
        Self {
            file: report.file.clone(),
            cells,
            is_read: true,
        }
    }

    /// Adds what grouping found out: cell and wanted cycle.
    fn complete(&mut self, cells: &[Cell]) {
        if !self.is_read {
            return;
        }
        let of_file: Vec<&Cell> = cells
            .iter()
            .filter(|cell| cell.files.contains(&self.file))
            .collect();
        for (at, value) in self.cells.iter_mut().enumerate() {
            let id = value["cell_id"].as_str().unwrap_or("");
            let cell = of_file
                .iter()
                .find(|cell| cell.cell_id == id)
                .or_else(|| of_file.get(at));
            let Some(cell) = cell else { continue };
            value["cell_id"] = json!(cell.cell_id);
            if let Ok(wanted) = &cell.wanted {
                value["status"] = json!("ok");
                value["message"] = json!("");
                value["wanted_cycle"] = json!({
                    "cycle": wanted.cycle,
                    "charge_capacity_ah": wanted.charge.capacity_ah(),
                    "discharge_capacity_ah": wanted.discharge.capacity_ah(),
                    "soh": wanted.soh(),
                });
            }
        }
    }
}

fn cell_json(cell: &Cell) -> Value {
    json!({
        "cell_id": cell.cell_id, "files": cell.files, "nominal_ah": cell.nominal_ah,
        "status": match &cell.wanted { Ok(_) => "ok", Err(error) => error.code() },
    })
}

fn print(value: &Value) {
    let word = |key: &str| value[key].as_str().unwrap_or("").to_string();
    println!("{}: {} {}", word("file"), word("status"), word("message"));
    if !value["dialect"].is_null() {
        println!(
            "  cell {}, {}, {}",
            word("cell_id"),
            word("dialect"),
            word("encoding")
        );
    }
    let wanted = &value["wanted_cycle"];
    if !wanted.is_null() {
        print!(
            "  cycle {}: charge {:.4} Ah, discharge {:.4} Ah",
            wanted["cycle"],
            wanted["charge_capacity_ah"].as_f64().unwrap_or(0.0),
            wanted["discharge_capacity_ah"].as_f64().unwrap_or(0.0)
        );
        match wanted["soh"].as_f64() {
            Some(soh) => println!(", SOH {:.1} %", 100.0 * soh),
            None => println!(", nominal capacity unknown"),
        }
    }
    for finding in value["findings"].as_array().into_iter().flatten() {
        println!(
            "  {} x{} {} {}",
            finding["code"].as_str().unwrap_or(""),
            finding["count"],
            finding["detail"].as_str().unwrap_or(""),
            finding["rows"]
        );
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::new("file-unreadable", format!("{}: {error}", path.display())))
}

/// Files in the order given; folders sorted by name, hidden files and manifests left out.
fn walk(paths: &[PathBuf], manifest: Option<&Path>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| {
                    let name = path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned();
                    !name.starts_with('.')
                        && name != "manifest.csv"
                        && Some(path.as_path()) != manifest
                })
                .collect();
            inside.sort();
            files.extend(walk(&inside, manifest));
        } else {
            files.push(path.clone());
        }
    }
    files
}
