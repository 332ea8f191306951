//! Pulse files from disk.

use crate::failure::Failure;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::health::{read_pulses, Grid, PulseTable};

/// Reads pulse files and prints a line to stderr for every row refused or remarked.
pub fn pulse_files(files: &[PathBuf]) -> Result<PulseTable, Failure> {
    let mut table = PulseTable::default();
    for file in files {
        let name = file_name(file);
        table.extend(read_pulses(&name, &sheets(file, &name)?)?);
    }
    // The same record may stand in two files; the first one counts.
    let mut seen = BTreeSet::new();
    table
        .records
        .retain(|record| seen.insert(record.cell_id.clone()));
    for error in &table.refused {
        eprintln!("left out[{}]: {error}", error.code());
    }
    for error in &table.remarks {
        eprintln!("remark[{}]: {error}", error.code());
    }
    Ok(table)
}

fn sheets(file: &Path, name: &str) -> Result<Vec<Grid>, Failure> {
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::new("file-unreadable", format!("{}: {error}", file.display())))?;
    Ok(vec![Grid::from_csv(name, &bytes)])
}

fn file_name(file: &Path) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
