//! Any pulse file: feature table, work-step sheet or sampled test, told apart by its columns.

use super::grid::Grid;
use super::tables::COMPLETE_SHEET;
use super::trains::{records_of_steps, TestSubject};
use super::waveform::{is_sampled, steps_of_samples};
use super::worksteps::{is_work_step_sheet, steps_of_sheet};
use super::{pulse_table, HealthError, PulseTable};
use crate::import::xlsx::Workbook;
use crate::import::ImportError;
use std::ops::ControlFlow;

/// Pulse width of schema `pulse-21/1`, s.
pub const WIDTH_S: f64 = 5.0;

/// Empty rows kept in a run, so that a stray cell in the last row of a sheet costs no memory.
const MOST_EMPTY_ROWS: u64 = 1000;

/// Sheets of a file: those of a workbook (`PK` in front), or the one of a CSV file.
///
/// # Errors
/// [`ImportError`] for a workbook that cannot be read.
pub fn sheets_of(file_name: &str, bytes: &[u8]) -> Result<Vec<Grid>, ImportError> {
    if !bytes.starts_with(b"PK") {
        return Ok(vec![Grid::from_csv(file_name, bytes)]);
    }
    let book = Workbook::open(bytes)?;
    let names = book.sheet_names();
    let complete = names.iter().position(|name| *name == COMPLETE_SHEET);
    let mut sheets = Vec::new();
    for (i, name) in names.iter().enumerate() {
        // PulseBat's other sheets repeat the complete one; unpacking them costs ten times more.
        if complete.is_none_or(|complete| complete == i) {
            let mut rows: Vec<Vec<String>> = Vec::new();
            book.for_each_row(i, &mut |number, cells| {
                // Empty rows are left out by the workbook but count in what people see.
                let n_empty = number.saturating_sub(rows.len() as u64 + 1);
                rows.extend((0..n_empty.min(MOST_EMPTY_ROWS)).map(|_| Vec::new()));
                rows.push(cells.to_vec());
                ControlFlow::Continue(())
            })?;
            sheets.push(Grid {
                source: format!("{file_name}, sheet {name}"),
                rows,
            });
        }
    }
    Ok(sheets)
}

/// Reads the sheets of one file. `file_name` (without folders) names the battery of a raw test,
/// as in PulseBat; a feature table names its batteries itself.
///
/// # Errors
/// [`HealthError::NotPulseData`] if no sheet is of a known kind, or the first error of a raw test.
pub fn read_pulses(file_name: &str, sheets: &[Grid]) -> Result<PulseTable, HealthError> {
    let raw = sheets.iter().find_map(|sheet| {
        if is_work_step_sheet(sheet) {
            Some((sheet, steps_of_sheet(sheet)))
        } else if is_sampled(sheet) {
            Some((sheet, steps_of_samples(sheet)))
        } else {
            None
        }
    });
    match raw {
        Some((sheet, steps)) => {
            let subject = TestSubject::from_file_name(&sheet.source, file_name);
            records_of_steps(&steps?, &subject, WIDTH_S)
        }
        None => pulse_table(sheets),
    }
}
