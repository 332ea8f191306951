//! A first look at a file whose columns are to be chosen by hand: its first rows as they would be
//! split, and what each column probably holds.

use super::container::{gzip_header_end, is_workbook_part, local_header, Header};
use super::dialects;
use super::encoding::{self, DecodeGb18030, Transcoder};
use super::error::ImportError;
use super::header::{parse_heading, Quantity};
use super::inflate::Inflater;
use super::layout;
use super::mapping::{MappedColumn, Mapping};
use super::number;
use super::xlsx::Workbook;
use serde::Serialize;

/// Unpacked bytes that are looked at.
const HEAD_BYTES: usize = 1 << 17;
/// Rows shown above and below the headings.
const SHOWN_ROWS: usize = 12;
/// Rows that guesses rest on.
const JUDGED_ROWS: usize = 200;
/// Columns shown.
const SHOWN_COLUMNS: usize = 60;
/// Containers inside containers.
const MAX_DEPTH: u32 = 2;

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

/// The head of a table, before any column is understood.
enum Head {
    Lines(&'static str, Vec<String>),
    Sheet(Vec<Vec<String>>),
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

/// Unpacks as far as needed.
fn head_of(
    bytes: &[u8],
    gb18030: Option<DecodeGb18030>,
    depth: u32,
) -> Result<(String, Head), ImportError> {
    let is_packed = bytes.starts_with(b"\x1F\x8B\x08") || bytes.starts_with(b"PK\x03\x04");
    if is_packed && depth >= MAX_DEPTH {
        return Err(ImportError::BadArchive {
            reason: "archives inside archives",
        });
    }
    if bytes.starts_with(b"\x1F\x8B\x08") {
        let mut start = 0;
        while !gzip_header_end(bytes.get(..start).unwrap_or(&[]))? {
            start += 1;
            if start > bytes.len() {
                return Err(ImportError::NoTable);
            }
        }
        let inner = unpacked(bytes.get(start..).unwrap_or(&[]))?;
        return head_of(&inner, gb18030, depth + 1);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return head_of_zip(bytes, gb18030, depth);
    }
    let sample = bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or(bytes);
    let mut transcoder = Transcoder::detect(sample);
    let utf16 = transcoder.as_ref().map(Transcoder::encoding);
    if utf16.is_none() && sample.contains(&0) {
        return Err(ImportError::Binary {
            kind: "binary file".to_string(),
        });
    }
    let mut text = match &mut transcoder {
        Some(transcoder) => transcoder.push(sample),
        None => sample.to_vec(),
    };
    if !text.contains(&b'\n') {
        text.iter_mut()
            .filter(|byte| **byte == b'\r')
            .for_each(|byte| *byte = b'\n');
    }
    let (encoding, mut lines) = encoding::decode_head(&text, utf16, gb18030)?;
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    Ok((String::new(), Head::Lines(encoding.name(), lines)))
}

/// The member with the most rows of numbers, or the sheet.
fn head_of_zip(
    bytes: &[u8],
    gb18030: Option<DecodeGb18030>,
    depth: u32,
) -> Result<(String, Head), ImportError> {
    let mut best: Option<(usize, String, Head)> = None;
    let mut rest = bytes;
    let mut is_first = true;
    while let Some(Header::Member {
        name,
        n_header,
        method,
        n_packed,
        ..
    }) = local_header(rest)?
    {
        if is_first && is_workbook_part(&name) {
            return head_of_workbook(bytes);
        }
        is_first = false;
        rest = rest.get(n_header..).unwrap_or(&[]);
        let stored = usize::try_from(n_packed)
            .unwrap_or(usize::MAX)
            .min(rest.len());
        let inner = match method {
            0 => rest.get(..stored).unwrap_or(&[]).to_vec(),
            8 => unpacked(rest)?,
            _ => Vec::new(),
        };
        let base = super::manifest::base(&name);
        let is_hidden = base.is_empty() || base.starts_with('.') || name.starts_with("__MACOSX");
        if !is_hidden && !inner.is_empty() {
            if let Ok((_, head)) = head_of(&inner, gb18030, depth + 1) {
                let n_rows = match &head {
                    Head::Lines(_, lines) => lines.len(),
                    Head::Sheet(rows) => rows.len(),
                };
                if best.as_ref().map_or(0, |(n, ..)| *n) < n_rows {
                    best = Some((n_rows, name, head));
                }
            }
        }
        // Where the length follows the contents, the next member is not found here.
        if n_packed == 0 {
            break;
        }
        rest = rest.get(stored..).unwrap_or(&[]);
    }
    best.map(|(_, name, head)| (name, head))
        .ok_or(ImportError::NoTable)
}

fn head_of_workbook(bytes: &[u8]) -> Result<(String, Head), ImportError> {
    let book = Workbook::open(bytes)?;
    let mut best: Option<(usize, String, Vec<Vec<String>>)> = None;
    for (sheet, name) in book.sheet_names().into_iter().enumerate().take(50) {
        let rows = book.first_rows(sheet, JUDGED_ROWS)?.rows;
        let n_data = rows.iter().filter(|row| is_data(Some(row), b'.')).count();
        if best.as_ref().map_or(0, |(n, _, _)| *n) < n_data {
            best = Some((n_data, name.to_string(), rows));
        }
    }
    best.map(|(_, name, rows)| (name, Head::Sheet(rows)))
        .ok_or(ImportError::NoTable)
}

/// The head of a deflate stream.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, ImportError> {
    let mut inflater = Inflater::new();
    let mut text = Vec::new();
    // A sheet inside an archive needs its end as well; text does not.
    for piece in packed.chunks(4096) {
        inflater.push(piece, &mut |bytes| {
            text.extend_from_slice(bytes);
            Ok(())
        })?;
        if inflater.is_done() || (text.len() > HEAD_BYTES && !text.starts_with(b"PK")) {
            break;
        }
    }
    Ok(text)
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
                .filter(|cell| super::header::is_unit(cell.trim_matches(['(', ')', '[', ']'])))
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

/// Parts of headings, the likelier quantity first.
const STEMS: &[(&str, Quantity)] = &[
    ("volt", Quantity::Voltage),
    ("potential", Quantity::Voltage),
    ("spannung", Quantity::Voltage),
    ("电压", Quantity::Voltage),
    ("curr", Quantity::Current),
    ("amps", Quantity::Current),
    ("strom", Quantity::Current),
    ("电流", Quantity::Current),
    ("time", Quantity::Time),
    ("zeit", Quantity::Time),
    ("sec", Quantity::Time),
    ("时间", Quantity::Time),
];

/// Columns that the headings, else the values, suggest; and whether the heading said so alone.
fn guess(headings: &[String], rows: &[&Vec<String>], decimal: u8) -> Vec<(MappedColumn, bool)> {
    let mut found: Vec<(usize, Quantity, String, bool)> = Vec::new();
    let units = rows.first().filter(|row| !is_data(Some(row), decimal));
    if let Some(known) = dialects::identify(
        headings,
        units.map(|row| row.as_slice()),
        &Default::default(),
    ) {
        for role in known.roles.iter().filter(|role| role.channel == 0) {
            let asked = known
                .ambiguous
                .iter()
                .any(|(quantity, _)| *quantity == role.quantity);
            found.push((role.index, role.quantity, role.unit.clone(), !asked));
        }
        for (quantity, columns) in &known.ambiguous {
            if !found.iter().any(|(_, known, _, _)| known == quantity) {
                found.extend(
                    columns
                        .first()
                        .map(|at| (*at, *quantity, String::new(), false)),
                );
            }
        }
    }
    let labels: Vec<_> = headings.iter().map(|cell| parse_heading(cell)).collect();
    for (stem, quantity) in STEMS {
        if has(&found, *quantity) {
            continue;
        }
        let at = labels.iter().enumerate().position(|(at, heading)| {
            heading.label.contains(stem) && !found.iter().any(|(taken, ..)| *taken == at)
        });
        if let Some(at) = at {
            let unit = labels.get(at).and_then(|heading| heading.unit.clone());
            let unit = unit.filter(|unit| quantity.factor(unit).is_some());
            found.push((at, *quantity, unit.unwrap_or_default(), false));
        }
    }
    by_values(&mut found, headings.len(), rows, decimal);
    found
        .into_iter()
        .map(|(at, quantity, unit, is_sure)| {
            let title = headings.get(at).map_or("", String::as_str);
            let is_unique = headings.iter().filter(|other| *other == title).count() == 1;
            let column = MappedColumn {
                heading: if is_unique && !title.is_empty() {
                    title.to_string()
                } else {
                    format!("#{}", at + 1)
                },
                quantity,
                unit,
                channel: 0,
            };
            (column, is_sure)
        })
        .collect()
}

fn has(found: &[(usize, Quantity, String, bool)], quantity: Quantity) -> bool {
    let is_time = |quantity| {
        matches!(
            quantity,
            Quantity::Time | Quantity::StepTime | Quantity::Clock
        )
    };
    found
        .iter()
        .any(|(_, known, ..)| *known == quantity || (is_time(*known) && is_time(quantity)))
}

/// A quantity, its unit, and what values must be like to be taken for it.
type Guess<'a> = (Quantity, &'a str, &'a dyn Fn(&[f64]) -> bool);

/// What no heading tells, the values may: time runs, a cell has 1 to 5 V, current turns.
fn by_values(
    found: &mut Vec<(usize, Quantity, String, bool)>,
    n_columns: usize,
    rows: &[&Vec<String>],
    decimal: u8,
) {
    let values: Vec<Vec<f64>> = (0..n_columns)
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells
                .filter_map(|cell| number::parse(cell.as_bytes(), decimal))
                .collect()
        })
        .collect();
    let rises = |column: &[f64]| {
        column.len() > 2
            && column.windows(2).all(|pair| pair[0] <= pair[1])
            && column.first() < column.last()
    };
    let within = |column: &[f64], low: f64, high: f64| {
        column.len() > 2 && column.iter().all(|value| (low..=high).contains(value))
    };
    // A counter 1, 2, 3 of rows is no time.
    let counts = |column: &[f64]| column.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
    let varies = |column: &[f64]| column.iter().any(|value| Some(value) != column.first());
    let tests: [Guess; 7] = [
        (Quantity::Time, "", &|column| {
            rises(column) && !counts(column)
        }),
        (Quantity::Time, "", &rises),
        (Quantity::Voltage, "", &|column| {
            within(column, 1.0, 5.0) && varies(column)
        }),
        (Quantity::Voltage, "mV", &|column| {
            within(column, 1000.0, 5000.0) && varies(column)
        }),
        (Quantity::Current, "", &|column| {
            column.iter().any(|value| *value < 0.0)
        }),
        (Quantity::Current, "", &varies),
        // One charge at constant current, so far.
        (Quantity::Current, "", &|column| column.len() > 2),
    ];
    for (quantity, unit, fits) in tests {
        if has(found, quantity) {
            continue;
        }
        let at = values
            .iter()
            .enumerate()
            .position(|(at, column)| !found.iter().any(|(taken, ..)| *taken == at) && fits(column));
        found.extend(at.map(|at| (at, quantity, unit.to_string(), false)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
