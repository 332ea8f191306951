//! `voltvote inspect FILE...`

use crate::failure::Failure;
use serde_json::{json, Value};
use std::io::Read;
use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::import::{
    diagnostics, diagnostics_of_refused, group, peek, Cell, FileImport, ImportError, Importer,
    Manifest, Mapping, Options, Report,
};
use voltvote::standardize::Params;

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
    /// Columns chosen by hand, for files that are not recognised.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Write a guess at the columns of the first file here, to be corrected and given as --mapping.
    #[arg(long, value_name = "FILE")]
    draft_mapping: Option<PathBuf>,
    /// Print what may be sent to us about a confidential file: no measured value is in it.
    #[arg(long)]
    diagnostics: bool,
}

/// Prints what was read, found and repaired.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let manifest = match &arguments.manifest {
        Some(path) => Some(Manifest::parse(&crate::files::read(path)?)?),
        None => None,
    };
    let mapping = match &arguments.mapping {
        Some(path) => Some(Mapping::parse(&crate::files::read(path)?)?),
        None => None,
    };
    let files = walk(&arguments.paths, arguments.manifest.as_deref());
    if let Some(out) = &arguments.draft_mapping {
        return draft(files.first(), out);
    }
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
        if arguments.diagnostics {
            print!("{}", words_without_values(path, &outcome)?);
        }
        entries.push(match outcome {
            Ok(file) => {
                let entry = Entry::of(&file);
                imports.push(file);
                entry
            }
            Err(unread) => Entry {
                file: name,
                cells: vec![json!({
                    "file": path.display().to_string(), "cell_id": null, "status": unread.code(),
                    "message": unread.to_string(), "dialect": null, "encoding": null,
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
    if arguments.diagnostics {
        return Ok(());
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
        list_unretired(&cells);
    }
    if any_read {
        Ok(())
    } else {
        Err(Failure::new("nothing-readable", "no file could be read"))
    }
}

/// A file that could not be read.
#[derive(Debug)]
pub enum Unread {
    /// The system did not give it.
    System(std::io::Error),
    /// It is not understood.
    Import(ImportError),
}

impl Unread {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::System(_) => "file-unreadable",
            Self::Import(error) => error.code(),
        }
    }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System(error) => error.fmt(f),
            Self::Import(error) => error.fmt(f),
        }
    }
}

/// Reads one file in pieces. A mapping is for files that are not recognised without it.
pub fn import(path: &Path, mut options: Options) -> Result<FileImport, Unread> {
    let mapping = options.mapping.take();
    match (stream(path, options.clone()), mapping) {
        (Err(Unread::Import(error)), Some(mapping)) if error.is_about_columns() => {
            let with_mapping = Options {
                mapping: Some(mapping),
                ..options
            };
            stream(path, with_mapping)
        }
        (outcome, _) => outcome,
    }
}

fn stream(path: &Path, options: Options) -> Result<FileImport, Unread> {
    crate::files::note_input(path);
    let mut file = std::fs::File::open(path).map_err(Unread::System)?;
    let mut importer = Importer::new(&path.display().to_string(), options);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(Unread::System)? {
            0 => return importer.finish().map_err(Unread::Import),
            n => importer.push(&chunk[..n]).map_err(Unread::Import)?,
        }
    }
}

/// As much of a file as a first look needs: all of a workbook, whose directory stands at its end.
fn head_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new("file-unreadable", format!("{}: {error}", path.display()))
    };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut head = Vec::new();
    let mut start = (&mut file).take(1 << 20);
    start.read_to_end(&mut head).map_err(unreadable)?;
    if head.starts_with(b"PK") {
        file.read_to_end(&mut head).map_err(unreadable)?;
    }
    Ok(head)
}

/// Writes a guess at the columns of a file.
fn draft(path: Option<&PathBuf>, out: &Path) -> Result<(), Failure> {
    let path = path.ok_or_else(|| Failure::new("nothing-readable", "no file was given"))?;
    let name = path.display().to_string();
    let found = peek(&head_of(path)?, None, Options::default().decode_gb18030)?;
    let mapping = Mapping {
        name: format!("columns of {name}"),
        ..found.mapping
    };
    crate::files::write(out, mapping.to_json().as_bytes())?;
    for (column, is_sure) in mapping.columns.iter().zip(&found.is_sure) {
        println!(
            "{}: {} {}{}",
            column.heading,
            column.quantity.name(),
            column.unit,
            if *is_sure { "" } else { " (guessed: check it)" }
        );
    }
    println!("{}", out.display());
    Ok(())
}

fn words_without_values(
    path: &Path,
    outcome: &Result<FileImport, Unread>,
) -> Result<String, Failure> {
    Ok(match outcome {
        Ok(file) => {
            let failure = file
                .cells
                .iter()
                .find_map(|cell| cell.wanted.as_ref().err());
            diagnostics(&file.report, failure)
        }
        Err(Unread::System(_)) => diagnostics(&Report::default(), None),
        Err(Unread::Import(error)) => {
            let found = peek(&head_of(path)?, None, Options::default().decode_gb18030).ok();
            diagnostics_of_refused(error.code(), &error.params(), found.as_ref())
        }
    })
}

/// Cells that are not retired yet, in a line of their own.
fn list_unretired(cells: &[Cell]) {
    let limit = Params::default().retirement_soh;
    let above: Vec<&str> = cells
        .iter()
        .filter(|cell| {
            let soh = cell.wanted.as_ref().ok().and_then(|wanted| wanted.soh());
            soh.is_some_and(|soh| soh > limit)
        })
        .map(|cell| cell.cell_id.as_str())
        .collect();
    if !above.is_empty() {
        let (n, percent) = (above.len(), 100.0 * limit);
        println!(
            "{n} above the retirement threshold of {percent:.0} % SOH: {}",
            above.join(", ")
        );
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
        } else if path.file_name().is_none_or(|name| name != "manifest.csv") {
            files.push(path.clone());
        }
    }
    files
}
