//! Shape of a text table from its first rows: separator, decimal mark, headings, first data row.

use super::dialects::{self, Candidate, Match, PreambleWords};
use super::error::ImportError;
use super::header;
use super::header::Quantity;
use super::number;

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

/// Splits a line into fields, quotes respected; with `wrapped`, the outer quotes go first.
pub fn split(line: &str, delimiter: u8, wrapped: bool) -> Vec<String> {
    let mut line = line.trim_end_matches(['\r', '\n']);
    if wrapped {
        line = line.strip_prefix('"').unwrap_or(line);
        line = line.strip_suffix('"').unwrap_or(line);
    }
    if delimiter == b' ' {
        return split_blanks(line);
    }
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            _ if sign == delimiter as char && !quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(sign),
        }
    }
    fields.push(field);
    for field in &mut fields {
        let trimmed = field.trim_matches([' ', '\t', '\u{feff}', '\u{a0}']);
        if trimmed.len() != field.len() {
            *field = trimmed.to_string();
        }
    }
    fields
}

/// Splits at runs of blanks. In a line of words, as headings are, single blanks belong to the words
/// if any run is longer: `Test Time (s)   Voltage (V)`.
fn split_blanks(line: &str) -> Vec<String> {
    // Writers of plain text mark their headings as a comment.
    let line = line.trim().trim_start_matches(['#', '%']).trim_start();
    let is_data = line.starts_with(|sign: char| sign.is_ascii_digit() || "+-.,".contains(sign));
    if !is_data && line.contains("  ") {
        let parts = line.split("  ").map(str::trim);
        return parts
            .filter(|part| !part.is_empty())
            .map(str::to_string)
            .collect();
    }
    line.split_ascii_whitespace().map(str::to_string).collect()
}

/// Whether a whole line is one quoted field (Novonix).
pub fn is_wrapped(line: &str) -> bool {
    line.len() > 2
        && line.starts_with('"')
        && line.ends_with('"')
        && !line.get(1..line.len() - 1).unwrap_or("\"").contains('"')
        && line.contains(',')
}

/// Numbers, durations and blanks of a row.
struct RowShape {
    n_fields: usize,
    n_numbers: usize,
    n_words: usize,
}

fn shape(fields: &[String], decimal: u8, thousands: Option<u8>) -> RowShape {
    let mut shape = RowShape {
        n_fields: fields.len(),
        n_numbers: 0,
        n_words: 0,
    };
    for field in fields {
        if field.is_empty() {
            continue;
        }
        let plain = match thousands {
            Some(mark) => field.replace(mark as char, ""),
            None => field.clone(),
        };
        if number::parse(plain.as_bytes(), decimal).is_some()
            || number::parse_duration(field.as_bytes(), decimal).is_some()
        {
            shape.n_numbers += 1;
        } else {
            shape.n_words += 1;
        }
    }
    shape
}

/// A way to read the lines, and how much of them it explains.
struct Reading {
    delimiter: u8,
    decimal: u8,
    thousands: Option<u8>,
    /// Numbers in data-like rows.
    n_numbers: usize,
    found: Option<(usize, Match, usize)>,
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
    let Some(reading) = equal.into_iter().next() else {
        return Err(ImportError::NoHeader {
            n_rows: lines.len() as u64,
        });
    };
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

/// A voltage heading may be wrong about its unit: cells are between 0 and 5.5 V. Returns the
/// factor that the column needs on top, if it is a thousand.
pub fn voltage_factor(values: &mut [f64]) -> Option<f64> {
    crate::order::sort_numbers(values);
    let median = *values.get(values.len() / 2)?;
    match median {
        median if (500.0..=5500.0).contains(&median) => Some(1e-3),
        median if (5e-4..=5.5e-3).contains(&median) => Some(1e3),
        _ => None,
    }
}

/// Refuses headings without time, voltage and current, or with several candidates for one. `row`
/// is their file row, from 1.
pub fn check_columns(headings: &[String], columns: &Match, row: u64) -> Result<(), ImportError> {
    let labels: Vec<String> = headings
        .iter()
        .map(|cell| header::parse_heading(cell).label)
        .collect();
    let has = |label: &str| labels.iter().any(|found| found == label);
    // A row of values taken for headings must not leave in a message.
    let words: Vec<String> = headings.iter().map(|cell| header::blanked(cell)).collect();
    let missing = columns.missing();
    // One row per cycle: extremes instead of values.
    if !missing.is_empty()
        && (has("minvoltage") || has("maxvoltage") || (has("starttime") && has("endtime")))
    {
        return Err(ImportError::NoCurves { found: words });
    }
    // PulseBat: features U1…U21, or one row per work step.
    if (has("u1") && has("u21")) || has("起始电压") || has("结束电压") {
        return Err(ImportError::PulseTable);
    }
    // Arbin's statistics sheet.
    if has("vmaxoncycle") {
        return Err(ImportError::NoCurves { found: words });
    }
    if !missing.is_empty() {
        let stems = |quantity: &Quantity| match quantity {
            Quantity::Voltage => &["volt", "pot", "电压", "u"][..],
            Quantity::Current => &["cur", "amp", "电流"][..],
            _ => &["time", "时间", "sec"][..],
        };
        let nearest = words
            .iter()
            .zip(&labels)
            .filter(|(_, label)| {
                missing
                    .iter()
                    .any(|quantity| stems(quantity).iter().any(|stem| label.contains(stem)))
            })
            .map(|(cell, _)| cell.clone())
            .take(6)
            .collect();
        return Err(ImportError::MissingColumns {
            row,
            found: words
                .iter()
                .filter(|cell| !cell.is_empty())
                .take(40)
                .cloned()
                .collect(),
            missing: missing.into_iter().map(Quantity::name).collect(),
            nearest,
        });
    }
    if let Some((quantity, indices)) = columns.ambiguous.first() {
        return Err(ImportError::Ambiguous {
            row,
            what: quantity.name().to_string(),
            candidates: indices
                .iter()
                .map(|index| {
                    let heading = words.get(*index).map_or("", String::as_str);
                    format!("{heading} (column {})", index + 1)
                })
                .collect(),
        });
    }
    Ok(())
}

/// Refuses rows with more fields than there are headings: which heading is whose is then a guess.
/// A comma may be both mark and separator, or a column of row numbers stand under no heading.
fn check_width<'a>(
    n_headings: usize,
    lines: impl Iterator<Item = &'a String>,
    delimiter: u8,
    wrapped: bool,
    row: u64,
) -> Result<(), ImportError> {
    if delimiter == b' ' {
        return Ok(());
    }
    let (mut n_rows, mut n_wide) = (0, 0);
    for line in lines.take(200) {
        let fields = split(line, delimiter, wrapped);
        let n_fields = fields.iter().rposition(|field| !field.is_empty());
        n_rows += usize::from(n_fields.is_some());
        n_wide += usize::from(n_fields.is_some_and(|last| last >= n_headings));
    }
    if n_wide * 2 <= n_rows {
        return Ok(());
    }
    let comma = "comma as decimal mark and separator (export with another separator)".to_string();
    let others = [
        "a first column without heading",
        "a last column without heading",
    ];
    Err(ImportError::Ambiguous {
        row,
        what: "rows wider than the headings".to_string(),
        candidates: (delimiter == b',')
            .then_some(comma)
            .into_iter()
            .chain(others.map(str::to_string))
            .collect(),
    })
}

fn preamble(rows: &[Vec<String>], header_line: usize) -> String {
    rows.iter()
        .take(header_line.min(60))
        .map(|row| row.join(" "))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a row can be one of headings at all: two short cells with letters.
pub fn has_words(row: &[String]) -> bool {
    let is_word = |cell: &&String| cell.len() < 60 && cell.chars().any(char::is_alphabetic);
    row.iter().filter(is_word).take(2).count() == 2
}

/// The row with the most known headings, and the first row of data below it.
fn best_header(rows: &[Vec<String>]) -> Option<(usize, Match, usize)> {
    let mut best: Option<(usize, Match, PreambleWords)> = None;
    let mut above = PreambleWords::default();
    let mut not_noted = rows.iter();
    for (line, row) in rows.iter().enumerate() {
        if !has_words(row) {
            continue;
        }
        if let Some(candidate) = Candidate::of(row, None) {
            // Rows without a candidate below them need not be searched for words.
            let n_above = line - (rows.len() - not_noted.len());
            not_noted
                .by_ref()
                .take(n_above)
                .for_each(|row| above.note(row));
            let Some(found) = candidate.identify(&above) else {
                continue;
            };
            // A layered file has several header rows; a header repeated mid-file ties, and the
            // first stays.
            let value =
                |found: &Match| found.score + 10 * (3 - found.missing().len().min(3) as u32);
            if best.as_ref().map_or(0, |(_, best, _)| value(best)) < value(&found) {
                best = Some((line, found, above.clone()));
            }
        }
        // Headings do not hide below hundreds of data rows.
        if best
            .as_ref()
            .is_some_and(|(at, found, _)| found.missing().is_empty() && line > at + 200)
        {
            break;
        }
    }
    let (line, mut found, above) = best?;
    let mut first = line + 1;
    if let Some(units) = rows.get(line + 1) {
        let n_units = units
            .iter()
            .filter(|cell| header::is_unit(cell.trim_matches(['(', ')', '[', ']'])))
            .count();
        let n_filled = units.iter().filter(|cell| !cell.is_empty()).count();
        let n_numbers = shape(units, b'.', None).n_numbers;
        if n_units >= 2 && n_units * 2 >= n_filled && n_numbers <= 1 {
            first += 1;
            if let Some(with_units) = rows
                .get(line)
                .and_then(|row| dialects::identify(row, Some(units), &above))
            {
                found = with_units;
            }
        }
    }
    Some((line, found, first))
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
