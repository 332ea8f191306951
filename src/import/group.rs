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

/// Puts files together by cell. Files come in the order in which the cells shall be listed;
/// within a cell they are ordered by wall clock where all have one, else kept in order.
pub fn group(files: Vec<FileImport>, manifest: Option<&Manifest>) -> Vec<Cell> {
    let mut cells: Vec<(String, Vec<(CellImport, Report)>)> = Vec::new();
    for file in files {
        let row = manifest.and_then(|manifest| manifest.row_of_file(&file.report.file));
        let several = file.cells.len() > 1;
        let rows = manifest.map_or(Vec::new(), |known| known.rows_of_file(&file.report.file));
        for (at, mut cell) in file.cells.into_iter().enumerate() {
            let row = if several { rows.get(at).copied() } else { row };
            if let Some(row) = row.filter(|_| !several || rows.len() > 1) {
                cell.cell_id.clone_from(&row.cell_id);
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
            .unwrap_or(ImportError::TooFewRows { n_rows: 0 })),
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
