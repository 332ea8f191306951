//! A first look at a file whose columns are to be chosen by hand: its first rows as they would be
//! split, and what each column probably holds.

mod guess;
mod head;

use super::encoding::DecodeGb18030;
use super::error::ImportError;
use super::header;
use super::layout;
use super::mapping::Mapping;
use super::number;
use guess::guess;
use head::{head_of, Head};
use serde::Serialize;

/// Rows shown above and below the headings.
const SHOWN_ROWS: usize = 12;

/// Rows that guesses rest on.
const JUDGED_ROWS: usize = 200;

/// Columns shown.
const SHOWN_COLUMNS: usize = 60;

/// The first rows of a file, split, and a mapping to start from. For the eyes of the file's owner:
/// it holds measured values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Peek {
    /// Archive member or sheet.
    pub member: String,
    /// Text encoding.
    pub encoding: &'static str,
    /// Whether the table is a sheet: then there is no separator to choose.
    pub is_sheet: bool,
    /// What is in doubt in each guessed column, in the order of `mapping.columns`.
    pub is_sure: Vec<bool>,
    /// Separator, decimal mark, rows above the headings, and a guess for every quantity that was
    /// found. Headings that are not unique, or missing, are written `#3`.
    pub mapping: Mapping,
    /// Headings; `Column 3` where the file has none.
    pub headings: Vec<String>,
    /// Whether the row `mapping.n_preamble_rows` holds headings.
    pub has_headings: bool,
    /// Rows above the headings.
    pub above: Vec<Vec<String>>,
    /// First rows below them.
    pub rows: Vec<Vec<String>>,
}

/// Looks at `bytes`, the beginning of a file (the whole of a workbook). `draft` fixes what the
/// user has chosen already: separator, decimal mark, rows above the headings; its columns are
/// ignored.
///
/// # Errors
/// `Binary`, `BadArchive`, `Encoding`, `Empty` or `NoTable` if there is nothing to show.
pub fn peek(
    bytes: &[u8],
    draft: Option<&Mapping>,
    gb18030: Option<DecodeGb18030>,
) -> Result<Peek, ImportError> {
    let (member, head) = head_of(bytes, gb18030, 0)?;
    let (encoding, is_sheet, delimiter, rows) = match head {
        Head::Sheet(rows) => ("utf-8", true, b'\t', rows),
        Head::Lines(encoding, lines) => {
            let chosen = draft.and_then(|draft| draft.delimiter);
            let delimiter = chosen
                .filter(char::is_ascii)
                .map_or_else(|| layout::likeliest_delimiter(&lines), |sign| sign as u8);
            let rows: Vec<Vec<String>> = lines
                .iter()
                .take(layout::MAX_HEAD_LINES)
                .map(|line| layout::split(line, delimiter, layout::is_wrapped(line.trim_end())))
                .collect();
            (encoding, false, delimiter, rows)
        }
    };
    if rows.is_empty() {
        return Err(ImportError::Empty);
    }
    let decimal = match draft.and_then(|draft| draft.decimal_mark) {
        Some(',') => b',',
        Some(_) => b'.',
        None => likeliest_decimal(&rows, delimiter),
    };
    let (start, has_headings) = match draft.and_then(|draft| draft.n_preamble_rows) {
        Some(n) => {
            let at = n.min(rows.len() - 1);
            (at, !is_data(rows.get(at), decimal))
        }
        None => start_of(&rows, decimal),
    };
    let width = rows
        .iter()
        .skip(start)
        .take(JUDGED_ROWS)
        .map(Vec::len)
        .max()
        .unwrap_or(0)
        .min(SHOWN_COLUMNS);
    let titles = rows.get(start).filter(|_| has_headings);
    let headings: Vec<String> = (0..width)
        .map(|at| {
            let title = titles.and_then(|row| row.get(at));
            title
                .filter(|cell| !cell.is_empty())
                .cloned()
                .unwrap_or_else(|| format!("#{}", at + 1))
        })
        .collect();
    let first = start + usize::from(has_headings);
    let below: Vec<&Vec<String>> = rows.iter().skip(first).take(JUDGED_ROWS).collect();
    let guesses = guess(&headings, &below, decimal);
    let mark = |byte: u8| Some(char::from(byte));
    Ok(Peek {
        member,
        encoding,
        is_sheet,
        is_sure: guesses.iter().map(|(_, is_sure)| *is_sure).collect(),
        mapping: Mapping {
            name: String::new(),
            delimiter: if is_sheet { None } else { mark(delimiter) },
            decimal_mark: mark(decimal),
            n_preamble_rows: Some(start),
            headings: if has_headings {
                titles.cloned().unwrap_or_default()
            } else {
                Vec::new()
            },
            columns: guesses.into_iter().map(|(column, _)| column).collect(),
        },
        has_headings,
        above: shown(rows.get(start.saturating_sub(SHOWN_ROWS)..start)),
        rows: shown(rows.get(first..(first + SHOWN_ROWS).min(rows.len()))),
        headings,
    })
}

fn shown(rows: Option<&[Vec<String>]>) -> Vec<Vec<String>> {
    rows.unwrap_or(&[])
        .iter()
        .map(|row| row.iter().take(SHOWN_COLUMNS).cloned().collect())
        .collect()
}

fn is_number(cell: &str, decimal: u8) -> bool {
    number::parse(cell.as_bytes(), decimal).is_some()
}

/// Three numbers at least, and more numbers than words.
fn is_data(row: Option<&Vec<String>>, decimal: u8) -> bool {
    let Some(row) = row else { return false };
    let n_numbers = row.iter().filter(|cell| is_number(cell, decimal)).count();
    let n_filled = row.iter().filter(|cell| !cell.is_empty()).count();
    n_numbers >= 3 && n_numbers * 2 > n_filled
}

fn likeliest_decimal(rows: &[Vec<String>], delimiter: u8) -> u8 {
    let n_data = |decimal| {
        rows.iter()
            .filter(|row| is_data(Some(row), decimal))
            .count()
    };
    if delimiter != b',' && n_data(b',') > n_data(b'.') {
        b','
    } else {
        b'.'
    }
}

/// Row of the headings, or of the first data row where there are none.
fn start_of(rows: &[Vec<String>], decimal: u8) -> (usize, bool) {
    let Some(first) = rows.iter().position(|row| is_data(Some(row), decimal)) else {
        return (0, true);
    };
    let width = rows.get(first).map_or(0, Vec::len);
    let is_title = |at: usize| {
        rows.get(at).is_some_and(|row| {
            let n_words = row
                .iter()
                .filter(|cell| cell.chars().any(char::is_alphabetic))
                .count();
            row.len() + 2 >= width && n_words * 2 > width.min(row.len())
        })
    };
    let is_units = |at: usize| {
        rows.get(at).is_some_and(|row| {
            let filled = || row.iter().filter(|cell| !cell.is_empty());
            let n_units = filled()
                .filter(|cell| header::is_unit(cell.trim_matches(['(', ')', '[', ']'])))
                .count();
            n_units >= 2 && n_units * 2 >= filled().count()
        })
    };
    match first {
        at if at >= 2 && is_units(at - 1) && is_title(at - 2) => (at - 2, true),
        at if at >= 1 && is_title(at - 1) => (at - 1, true),
        at => (at, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::header::Quantity;

    fn columns(peek: &Peek) -> Vec<(&str, Quantity, &str)> {
        let columns = peek.mapping.columns.iter();
        columns
            .map(|column| {
                (
                    column.heading.as_str(),
                    column.quantity,
                    column.unit.as_str(),
                )
            })
            .collect()
    }

    #[test]
    fn a_file_without_headings_is_guessed_by_its_values() {
        let mut text = String::from("made by hand\n\n");
        for row in 0..30 {
            let current = if row < 20 { 1.5 } else { -1.5 };
            text += &format!("{},{},{current},{}\n", row + 1, row * 10, 3000 + row);
        }
        let found = peek(text.as_bytes(), None, None).unwrap();
        assert_eq!(
            (found.has_headings, found.mapping.n_preamble_rows),
            (false, Some(2))
        );
        assert_eq!(
            columns(&found),
            [
                ("#2", Quantity::Time, ""),
                ("#4", Quantity::Voltage, "mV"),
                ("#3", Quantity::Current, ""),
            ]
        );
        assert!(found.is_sure.iter().all(|is_sure| !is_sure));
    }

    #[test]
    fn equal_headings_are_told_apart_by_their_place() {
        let mut text = String::from("time/s;Voltage(V);Voltage(V);Current(mA)\n");
        for row in 0..30 {
            text += &format!("{};3,5;3,6;-80\n", row * 10);
        }
        let found = peek(text.as_bytes(), None, None).unwrap();
        assert_eq!(
            (found.mapping.delimiter, found.mapping.decimal_mark),
            (Some(';'), Some(','))
        );
        let voltage = found
            .mapping
            .columns
            .iter()
            .position(|column| column.quantity == Quantity::Voltage)
            .unwrap();
        assert_eq!(found.mapping.columns[voltage].heading, "#2");
        assert!(!found.is_sure[voltage]);
        // What the user has chosen stays.
        let mut draft = found.mapping.clone();
        draft.decimal_mark = Some('.');
        let again = peek(text.as_bytes(), Some(&draft), None).unwrap();
        assert_eq!(again.mapping.decimal_mark, Some('.'));
    }

    #[test]
    fn archives_show_their_first_table() {
        let folder = format!("{}/tests/data/import", env!("CARGO_MANIFEST_DIR"));
        for (file, member) in [
            ("battery_archive.csv.gz", ""),
            ("battery_archive.zip", "a_timeseries.csv"),
            ("arbin.xlsx", ""),
        ] {
            let bytes = std::fs::read(format!("{folder}/{file}")).unwrap();
            let found = peek(&bytes, None, None).unwrap();
            assert!(found.rows.len() > 5, "{file}");
            for quantity in [Quantity::Time, Quantity::Voltage, Quantity::Current] {
                assert!(
                    columns(&found)
                        .iter()
                        .any(|(_, known, _)| *known == quantity),
                    "{file}"
                );
            }
            assert!(
                member.is_empty() || found.member == member,
                "{}",
                found.member
            );
        }
        assert!(peek(b"\x00\x01\x02", None, None).is_err());
        assert!(peek(b"", None, None).is_err());
    }
}
