//! Pulse files from disk.

use crate::failure::Failure;
use crate::files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::health::{read_pulses, sheets_of, PulseTable, SocUse};

/// Reads pulse files and prints a line to stderr for every row refused or remarked.
pub fn pulse_files(files: &[PathBuf]) -> Result<PulseTable, Failure> {
    let mut table = PulseTable::default();
    for file in files {
        let name = file_name(file);
        let sheets = sheets_of(&name, &files::read(file)?)?;
        table.extend(read_pulses(&name, &sheets)?);
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

/// Names of [`SocUse`] on the command line.
pub const SOC_USES: [&str; 3] = ["known", "unknown", "estimated"];

/// The use of SOC that a name stands for.
pub fn soc_use(name: &str) -> SocUse {
    match name {
        "unknown" => SocUse::Unknown,
        "estimated" => SocUse::Estimated,
        _ => SocUse::Known,
    }
}

fn file_name(file: &Path) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
