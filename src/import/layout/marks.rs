//! Separator, decimal mark and thousands mark: which reading of the lines holds.

use super::fields::{shape, split};
use super::header_row::best_header;
use crate::import::dialects::Match;
use crate::import::error::ImportError;
use crate::import::header::Quantity;
use crate::import::number;

/// A way to read the lines, and how much of them it explains.
pub(super) struct Reading {
    pub delimiter: u8,
    pub decimal: u8,
    pub thousands: Option<u8>,
    /// Numbers in data-like rows.
    n_numbers: usize,
    /// Line of the headings, what they mean, and first line of data.
    pub found: Option<(usize, Match, usize)>,
}

/// The reading that explains most of the lines: their headings first, then their numbers.
///
/// # Errors
/// `NoHeader`, or `Ambiguous` where the marks are.
pub(super) fn best_reading(lines: &[String], wrapped: bool) -> Result<Reading, ImportError> {
    let mut readings: Vec<Reading> = Vec::new();
    const MARKS: [u8; 4] = [b',', b'\t', b';', b'|'];
    let has = |delimiter: u8| {
        lines
            .iter()
            .any(|line| line.as_bytes().contains(&delimiter))
    };
    // Blanks separate only where nothing else gives the three columns.
    let is_whole = |readings: &[Reading]| {
        readings.iter().any(|reading| {
            let found = reading.found.as_ref();
            found.is_some_and(|(_, found, _)| found.missing().is_empty())
        })
    };
    for delimiter in MARKS.into_iter().chain([b' ']) {
        if (delimiter == b' ' && is_whole(&readings)) || !has(delimiter) {
            continue;
        }
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| split(line, delimiter, wrapped))
            .collect();
        let found = best_header(&rows).filter(|(line, _, first)| {
            // Headings or dates with blanks inside would shift every column.
            let width = rows.get(*line).map_or(0, Vec::len);
            let data = || rows.iter().skip(*first).filter(|row| !row.is_empty());
            delimiter != b' '
                || 2 * data().filter(|row| row.len() == width).count() > data().count()
        });
        let first = found.as_ref().map_or(0, |(line, _, _)| line + 1);
        let has_comma_numbers = rows.iter().skip(first).flatten().any(|field| {
            field.contains(',') && field.starts_with(|s: char| s.is_ascii_digit() || s == '-')
        });
        for (decimal, thousands) in [(b'.', None), (b',', None), (b'.', Some(b','))] {
            if (decimal == b',' || thousands.is_some()) && !has_comma_numbers {
                continue;
            }
            let n_numbers = rows
                .iter()
                .skip(first)
                .map(|row| shape(row, decimal, thousands))
                .filter(|shape| shape.n_fields > 1 && shape.n_numbers > shape.n_words)
                .map(|shape| shape.n_numbers)
                .sum();
            readings.push(Reading {
                delimiter,
                decimal,
                thousands,
                n_numbers,
                found: found.clone(),
            });
        }
    }
    let score = |reading: &Reading| {
        let header = reading.found.as_ref().map_or(0, |(_, found, _)| {
            found.score as usize + 10 * (3 - found.missing().len().min(3))
        });
        (header, reading.n_numbers)
    };
    let Some(best) = readings.iter().map(score).max() else {
        return Err(ImportError::NoHeader {
            n_rows: lines.len() as u64,
        });
    };
    let mut equal: Vec<Reading> = readings
        .into_iter()
        .filter(|reading| score(reading) == best)
        .collect();
    if equal.len() > 1 {
        equal = settle_marks(lines, wrapped, equal)?;
    }
    equal.into_iter().next().ok_or(ImportError::NoHeader {
        n_rows: lines.len() as u64,
    })
}

/// Between equally good readings the marks decide; what stays open is asked.
fn settle_marks(
    lines: &[String],
    wrapped: bool,
    readings: Vec<Reading>,
) -> Result<Vec<Reading>, ImportError> {
    let Some(delimiter) = readings.first().map(|reading| reading.delimiter) else {
        return Ok(readings);
    };
    let header_line = readings.iter().find_map(|reading| reading.found.as_ref());
    let row = header_line.map_or(1, |(line, _, _)| *line as u64 + 1);
    if readings
        .iter()
        .any(|reading| reading.delimiter != delimiter)
    {
        return Err(ImportError::Ambiguous {
            row,
            what: "separator".to_string(),
            candidates: readings
                .iter()
                .map(|reading| (reading.delimiter as char).to_string())
                .collect(),
        });
    }
    // Decimal comma or thousands mark: the voltage must come out between 0 and 5.5 V.
    let mut kept = Vec::new();
    let mut implausible = Vec::new();
    for reading in readings {
        let Some((_, found, first)) = &reading.found else {
            continue;
        };
        let Some(voltage) = found
            .roles
            .iter()
            .find(|role| role.quantity == Quantity::Voltage)
        else {
            continue;
        };
        let mut n_plausible = 0_usize;
        let mut n_values = 0_usize;
        let mut n_marked = 0_usize;
        for line in lines.iter().skip(*first).take(500) {
            let fields = split(line, reading.delimiter, wrapped);
            let Some(field) = fields.get(voltage.index) else {
                continue;
            };
            let plain = match reading.thousands {
                Some(mark) => field.replace(mark as char, ""),
                None => field.clone(),
            };
            if let Some(value) = number::parse(plain.as_bytes(), reading.decimal) {
                n_values += 1;
                n_marked += usize::from(field.contains(','));
                n_plausible += usize::from((0.5..=5.5).contains(&(value * voltage.factor)));
            }
        }
        if n_plausible * 2 > n_values {
            kept.push((reading, n_marked));
        } else {
            implausible.push(reading);
        }
    }
    if kept.len() > 1 && kept.iter().all(|(_, n_marked)| *n_marked == 0) {
        return Err(ImportError::Ambiguous {
            row,
            what: "decimal-mark".to_string(),
            candidates: kept
                .iter()
                .map(|(reading, _)| match (reading.decimal, reading.thousands) {
                    (b',', _) => "comma as decimal mark".to_string(),
                    (_, Some(_)) => "comma as thousands mark".to_string(),
                    _ => "point as decimal mark".to_string(),
                })
                .collect(),
        });
    }
    if kept.is_empty() {
        return Ok(implausible);
    }
    Ok(kept.into_iter().map(|(reading, _)| reading).collect())
}

/// The separator that most lines share, for files whose columns are mapped by hand. Of equals the
/// comma comes last: beside another separator it is a decimal mark.
pub fn likeliest_delimiter(lines: &[String]) -> u8 {
    let n_lines = |delimiter: u8| {
        let has = |line: &&String| line.as_bytes().contains(&delimiter);
        lines.iter().filter(has).count()
    };
    let mut best = (b' ', lines.len() / 2);
    for delimiter in [b'\t', b';', b'|', b','] {
        if n_lines(delimiter) > best.1 {
            best = (delimiter, n_lines(delimiter));
        }
    }
    match best.0 {
        b' ' if n_lines(b' ') == 0 => b',',
        delimiter => delimiter,
    }
}

/// The decimal mark under which more of the mapped fields are numbers.
pub fn likeliest_decimal(lines: &[String], header: usize, delimiter: u8, columns: &Match) -> u8 {
    let n_numbers = |decimal: u8| {
        lines
            .iter()
            .skip(header + 1)
            .take(200)
            .map(|line| {
                let cells = split(line, delimiter, false);
                columns
                    .roles
                    .iter()
                    .filter_map(|role| cells.get(role.index))
                    .filter(|cell| number::parse(cell.as_bytes(), decimal).is_some())
                    .count()
            })
            .sum::<usize>()
    };
    if delimiter != b',' && n_numbers(b',') > n_numbers(b'.') {
        b','
    } else {
        b'.'
    }
}
