//! Shape of a text table from its first rows: separator, decimal mark, headings, first data row.

mod check;
mod fields;
mod header_row;
mod marks;

use super::dialects::Match;
use super::error::ImportError;
use check::{check_columns, check_width};
use fields::shape;
pub use fields::{is_wrapped, split};
use header_row::best_header;
pub use header_row::has_words;
use marks::best_reading;
pub use marks::{likeliest_decimal, likeliest_delimiter};

/// How many head lines are looked at.
pub const MAX_HEAD_LINES: usize = 2000;

/// Shape of a table.
#[derive(Debug)]
pub struct Layout {
    /// Field separator.
    pub delimiter: u8,
    /// Decimal mark.
    pub decimal: u8,
    /// Thousands mark inside numbers, if any.
    pub thousands: Option<u8>,
    /// Every line is one quoted field (Novonix).
    pub wrapped: bool,
    /// Headings of the table.
    pub headings: Vec<String>,
    /// Line of the headings, from 0.
    pub header_line: usize,
    /// First line after headings and unit row, from 0.
    pub first_line: usize,
    /// Leading empty fields that mark record lines in layered files (Neware); 0 elsewhere.
    pub n_indent: usize,
    /// Columns and dialect.
    pub columns: Match,
    /// Text above the headings.
    pub preamble: String,
}

/// Works out the shape of a table from its first lines.
///
/// # Errors
/// `Empty`, `NoHeader`, `MissingColumns`, `NoCurves` or `Ambiguous`.
pub fn analyse(lines: &[String]) -> Result<Layout, ImportError> {
    let lines = lines
        .get(..lines.len().min(MAX_HEAD_LINES))
        .unwrap_or(lines);
    if lines.iter().all(|line| line.trim().is_empty()) {
        return Err(ImportError::Empty);
    }
    let n_wrapped = lines
        .iter()
        .filter(|line| is_wrapped(line.trim_end()))
        .count();
    let wrapped =
        n_wrapped * 2 > lines.iter().filter(|line| line.contains(',')).count() && n_wrapped > 1;

    let reading = best_reading(lines, wrapped)?;
    let Some((header_line, columns, first_line)) = reading.found else {
        return Err(ImportError::NoHeader {
            n_rows: lines.len() as u64,
        });
    };
    let headings = lines
        .get(header_line)
        .map(|line| split(line, reading.delimiter, wrapped))
        .unwrap_or_default();
    check_columns(&headings, &columns, header_line as u64 + 1)?;
    check_width(
        headings.len(),
        lines.iter().skip(first_line),
        reading.delimiter,
        wrapped,
        header_line as u64 + 1,
    )?;
    Ok(Layout {
        delimiter: reading.delimiter,
        decimal: reading.decimal,
        thousands: reading.thousands,
        wrapped,
        n_indent: indent(lines, header_line, reading.delimiter, &headings),
        headings,
        header_line,
        first_line,
        columns,
        preamble: preamble(
            &lines
                .iter()
                .take(header_line)
                .map(|line| vec![line.clone()])
                .collect::<Vec<_>>(),
            header_line,
        ),
    })
}

/// Works out the shape of a sheet from its first rows.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_rows(rows: &[Vec<String>]) -> Result<Layout, ImportError> {
    let Some((header_line, columns, first_line)) = best_header(rows) else {
        return Err(ImportError::NoHeader {
            n_rows: rows.len() as u64,
        });
    };
    let headings = rows.get(header_line).cloned().unwrap_or_default();
    check_columns(&headings, &columns, header_line as u64 + 1)?;
    let n_numbers = |decimal: u8| {
        let rows = rows.iter().skip(first_line);
        rows.map(|row| shape(row, decimal, None).n_numbers)
            .sum::<usize>()
    };
    let decimal = if n_numbers(b',') > n_numbers(b'.') {
        b','
    } else {
        b'.'
    };
    let mut layout = Layout::of_sheet(headings, header_line, first_line, decimal, columns);
    layout.preamble = preamble(rows, header_line);
    Ok(layout)
}

/// Leading empty fields of record lines in layered files: their headings stand one step further
/// right than those of the layer above. (A nameless index column is no layer.)
fn indent(lines: &[String], header_line: usize, delimiter: u8, headings: &[String]) -> usize {
    let blanks = |cells: &[String]| cells.iter().take_while(|cell| cell.is_empty()).count();
    let n_indent = blanks(headings);
    let above = header_line
        .checked_sub(1)
        .and_then(|line| lines.get(line))
        .map(|line| split(line, delimiter, false));
    match above {
        Some(above) if n_indent > 0 && above.len() > 1 && blanks(&above) + 1 == n_indent => {
            n_indent
        }
        _ => 0,
    }
}

fn preamble(rows: &[Vec<String>], header_line: usize) -> String {
    rows.iter()
        .take(header_line.min(60))
        .map(|row| row.join(" "))
        .collect::<Vec<_>>()
        .join("\n")
}
