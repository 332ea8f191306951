//! Any pulse file: feature table, work-step sheet or sampled test, told apart by its columns.

use super::grid::Grid;
use super::trains::{records_of_steps, TestSubject};
use super::waveform::{is_sampled, steps_of_samples};
use super::worksteps::{is_work_step_sheet, steps_of_sheet};
use super::{pulse_table, HealthError, PulseTable};

/// Pulse width of schema `pulse-21/1`, s.
pub const WIDTH_S: f64 = 5.0;

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
