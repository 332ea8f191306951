//! Files of one cell put together: by manifest, header or file name, charge and discharge apart.

use super::cycle::WantedCycle;
use super::error::ImportError;
use super::importer::{pair, CellImport, FileImport, LooseHalf};
use super::manifest::Manifest;
use super::report::{Findings, Report};

/// One battery, from all its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Battery identifier.
    pub cell_id: String,
    /// Its files in order of time.
    pub files: Vec<String>,
    /// The wanted cycle, or why there is none.
    pub wanted: Result<WantedCycle, ImportError>,
    /// Nominal capacity, Ah, where known.
    pub nominal_ah: Option<f64>,
    /// Reports of the files, in the order of `files`.
    pub reports: Vec<Report>,
}

/// Puts files together by cell. Files of one name in several folders, each with a whole cycle, are
/// several batteries, unless a manifest says otherwise: they are called by their folder as well.
/// Files come in the order in which the cells shall be listed;
/// within a cell they are ordered by wall clock where all have one, else kept in order.
pub fn group(files: Vec<FileImport>, manifest: Option<&Manifest>) -> Vec<Cell> {
    let same_names = names_in_several_folders(&files, manifest);
    let mut cells: Vec<(String, Vec<(CellImport, Report)>)> = Vec::new();
    for file in files {
        let folder = folder_of(&file.report.file).to_string();
        let row = manifest.and_then(|manifest| manifest.row_of_file(&file.report.file));
        let several = file.cells.len() > 1;
        let rows = manifest.map_or(Vec::new(), |known| known.rows_of_file(&file.report.file));
        for (at, mut cell) in file.cells.into_iter().enumerate() {
            let row = if several { rows.get(at).copied() } else { row };
            if let Some(row) = row.filter(|_| !several || rows.len() > 1) {
                cell.cell_id.clone_from(&row.cell_id);
            } else if same_names.contains(&cell.cell_id)
                && cell.wanted.is_ok()
                && !folder.is_empty()
            {
                cell.cell_id = format!("{folder}/{}", cell.cell_id);
            }
            let by_cell = manifest.and_then(|manifest| manifest.row_of_cell(&cell.cell_id));
            let nominal_ah = row.or(by_cell).and_then(|row| row.nominal_ah);
            cell.nominal_ah = nominal_ah.or(cell.nominal_ah);
            match cells.iter_mut().find(|(id, _)| *id == cell.cell_id) {
                Some((_, members)) => members.push((cell, file.report.clone())),
                None => cells.push((cell.cell_id.clone(), vec![(cell, file.report.clone())])),
            }
        }
    }
    cells
        .into_iter()
        .map(|(cell_id, members)| join(cell_id, members))
        .collect()
}

/// Name of the folder that a file lies in.
fn folder_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).nth(1).unwrap_or("")
}

/// Names that whole cycles of several folders have, as far as no manifest gave them.
fn names_in_several_folders(files: &[FileImport], manifest: Option<&Manifest>) -> Vec<String> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut several: Vec<String> = Vec::new();
    for file in files {
        if manifest.is_some_and(|known| known.row_of_file(&file.report.file).is_some()) {
            continue;
        }
        let folder = folder_of(&file.report.file);
        for cell in file.cells.iter().filter(|cell| cell.wanted.is_ok()) {
            let id = cell.cell_id.as_str();
            let is_elsewhere = |(name, other): &&(&str, &str)| *name == id && *other != folder;
            if seen.iter().any(|known| is_elsewhere(&known)) && !several.iter().any(|n| n == id) {
                several.push(id.to_string());
            }
            seen.push((id, folder));
        }
    }
    several
}

fn join(cell_id: String, mut members: Vec<(CellImport, Report)>) -> Cell {
    let start = |cell: &CellImport| {
        let wall = |half: &Option<LooseHalf>| half.as_ref().and_then(|half| half.wall_s);
        wall(&cell.charge).or(wall(&cell.discharge))
    };
    if members.iter().all(|(cell, _)| start(cell).is_some()) {
        crate::order::sort_by(&mut members, |(a, _), (b, _)| {
            start(a).unwrap_or(0.0).total_cmp(&start(b).unwrap_or(0.0))
        });
    }
    let nominal_ah = members.iter().find_map(|(cell, _)| cell.nominal_ah);
    // The latest file with a whole cycle, else the latest charge with the latest discharge.
    let whole = members
        .iter()
        .rev()
        .find_map(|(cell, _)| cell.wanted.as_ref().ok())
        .cloned();
    let latest = |get: fn(&CellImport) -> Option<&LooseHalf>| {
        members.iter().rev().find_map(|(cell, _)| get(cell))
    };
    let joined = whole.or_else(|| {
        pair(
            latest(|cell| cell.charge.as_ref()),
            latest(|cell| cell.discharge.as_ref()),
            &cell_id,
            nominal_ah,
            &mut Findings::default(),
        )
    });
    let wanted = match joined {
        Some(mut wanted) => {
            wanted.cell_id.clone_from(&cell_id);
            wanted.nominal_ah = nominal_ah;
            Ok(wanted)
        }
        None => Err(members
            .iter()
            .rev()
            .find_map(|(cell, _)| cell.wanted.as_ref().err().cloned())
            .unwrap_or(ImportError::TooFewRows { row: 1, n_rows: 0 })),
    };
    Cell {
        cell_id,
        files: members
            .iter()
            .map(|(_, report)| report.file.clone())
            .collect(),
        wanted,
        nominal_ah,
        reports: members.into_iter().map(|(_, report)| report).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Importer, Options};
    use super::*;

    /// A file with one full cycle.
    fn file(path: &str, hours: f64) -> FileImport {
        let mut text = String::from("Test Time / s,Current / A,Voltage / V\n");
        for row in 0..400 {
            let soc = f64::from(if row < 200 { row } else { 399 - row }) / 200.0;
            let current = if row < 200 { 1.0 } else { -1.0 };
            text += &format!(
                "{},{current},{:.4}\n",
                f64::from(row) * 18.0 * hours,
                3.0 + 1.2 * soc
            );
        }
        let mut importer = Importer::new(path, Options::default());
        importer.push(text.as_bytes()).unwrap();
        importer.finish().unwrap()
    }

    fn ids(files: Vec<FileImport>, manifest: Option<&Manifest>) -> Vec<String> {
        let cells = group(files, manifest);
        cells.into_iter().map(|cell| cell.cell_id).collect()
    }

    #[test]
    fn one_name_in_two_folders_is_two_batteries() {
        let files = || vec![file("own/LFP/c1.csv", 1.0), file("own/NMC/c1.csv", 1.2)];
        assert_eq!(ids(files(), None), ["LFP/c1", "NMC/c1"]);
        let same = vec![
            file("own/c1_01_02_12.csv", 1.0),
            file("own/c1_02_02_12.csv", 1.2),
        ];
        assert_eq!(ids(same, None), ["c1"], "days of one cell");
        let manifest =
            Manifest::parse(b"file,cell_id,cathode\nown/LFP/c1.csv,A,LFP\nown/NMC/c1.csv,A,LFP\n")
                .unwrap();
        assert_eq!(
            ids(files(), Some(&manifest)),
            ["A"],
            "a manifest knows better"
        );
    }
}
