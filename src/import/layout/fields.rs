//! A line cut into fields, and how many of them are numbers.

use crate::import::number;

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
pub(super) struct RowShape {
    pub n_fields: usize,
    pub n_numbers: usize,
    pub n_words: usize,
}

pub(super) fn shape(fields: &[String], decimal: u8, thousands: Option<u8>) -> RowShape {
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
