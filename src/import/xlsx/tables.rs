//! Sheets that hold curves become tables.

use super::{FirstRows, Workbook};
use crate::import::error::ImportError;
use crate::import::intake::{flow_of, Field, Intake, MAX_SLOTS};
use crate::import::layout::{self, Layout};
use crate::import::table::{sheet_encoding, Table};
use crate::import::Options;
use std::ops::ControlFlow;

/// Rows of head that decide the layout of a sheet.
const HEAD_ROWS: usize = 200;

/// Reads the sheets that hold curves; consecutive sheets of equal headings are one table.
///
/// # Errors
/// Why no sheet holds curves.
pub fn tables(bytes: &[u8], options: &Options) -> Result<Vec<Table>, ImportError> {
    let book = Workbook::open(bytes)?;
    let mut tables: Vec<Table> = Vec::new();
    let mut reason: Option<ImportError> = None;
    for (sheet, name) in book.sheet_names().into_iter().enumerate() {
        let FirstRows {
            rows: head,
            numbers,
            ..
        } = book.first_rows(sheet, HEAD_ROWS)?;
        let layout = match &options.mapping {
            Some(mapping) => mapping.sheet_layout(&head),
            None => layout::analyse_rows(&head),
        };
        let layout = match layout {
            Ok(layout) => layout,
            Err(error) => {
                reason = Some(ImportError::worthier(reason, error.within(name)));
                continue;
            }
        };
        let first = numbers.get(layout.first_line).copied().unwrap_or(u64::MAX);
        match tables.last_mut() {
            Some(table) if table.layout.headings == layout.headings => {
                table.member = format!("{}, {name}", table.member);
                fill(&book, sheet, first, &mut table.intake, &mut table.n_rows)?;
            }
            _ => {
                let mut intake = Intake::new(
                    &layout.columns,
                    layout.decimal,
                    layout.thousands,
                    options.target_ah(&layout.preamble),
                );
                intake.trace = options.trace.then(Box::default);
                let mut n_rows = 0;
                fill(&book, sheet, first, &mut intake, &mut n_rows)?;
                tables.push(Table {
                    member: name.to_string(),
                    container: "xlsx".to_string(),
                    encoding: sheet_encoding(),
                    layout,
                    intake,
                    n_rows,
                });
            }
        }
    }
    if tables.is_empty() {
        return Err(reason.unwrap_or(ImportError::NoTable));
    }
    Ok(tables)
}

fn fill(
    book: &Workbook<'_>,
    sheet: usize,
    first: u64,
    intake: &mut Intake,
    n_rows: &mut u64,
) -> Result<(), ImportError> {
    let columns = intake.columns();
    let state = intake.state_slot();
    book.for_each_row(sheet, &mut |number, cells| {
        if number >= first {
            *n_rows += 1;
            let mut fields = [Field::EMPTY; MAX_SLOTS];
            for (field, column) in fields.iter_mut().zip(&columns) {
                *field = Field::of(cells.get(*column).map_or(&[], |cell| cell.as_bytes()));
            }
            let word = state
                .and_then(|slot| columns.get(slot))
                .and_then(|column| cells.get(*column))
                .map_or("", String::as_str);
            if !intake.row(&fields, flow_of(word), number)
                && cells.iter().any(|cell| !cell.is_empty())
            {
                intake.findings.at("row-unreadable", number);
            }
        }
        ControlFlow::Continue(())
    })
}

impl Layout {
    /// Layout of a sheet: the parts that only text has are fixed.
    pub(in crate::import) fn of_sheet(
        headings: Vec<String>,
        header_line: usize,
        first_line: usize,
        decimal: u8,
        columns: crate::import::dialects::Match,
    ) -> Self {
        Self {
            delimiter: b'\t',
            decimal,
            thousands: None,
            wrapped: false,
            headings,
            header_line,
            first_line,
            n_indent: 0,
            columns,
            preamble: String::new(),
        }
    }
}
