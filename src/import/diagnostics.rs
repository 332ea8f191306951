//! "Copy diagnostics": what may be sent to us about a confidential file.

use super::error::ImportError;
use super::header::blanked;
use super::peek::Peek;
use super::report::Report;
use crate::error::Coded;

/// Headings, shape, decisions and findings of a report, and the error if there was one. It holds
/// no measured value: neither capacities nor any number of the table, and headings that contain
/// more than a unit's worth of digits are blanked.
pub fn diagnostics(report: &Report, error: Option<&ImportError>) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(key);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        }
    };
    line("software", concat!("voltvote ", env!("CARGO_PKG_VERSION")));
    line("container", &report.container);
    line("encoding", &report.encoding);
    line("dialect", &report.dialect);
    line("separator", report.delimiter.replace('\t', "tab").as_str());
    line("decimal mark", &report.decimal_mark);
    line("preamble rows", &report.n_preamble_rows.to_string());
    line("rows", &report.n_rows.to_string());
    let headings: Vec<String> = report.headings.iter().map(|cell| blanked(cell)).collect();
    line("headings", &headings.join(" | "));
    for column in &report.columns {
        let value = format!(
            "{} as {} in {}",
            blanked(&column.heading),
            column.quantity,
            blanked(&column.unit)
        );
        line("column", &value);
    }
    line("clock", &report.clock);
    line("cycle numbers", &report.cycles_from);
    line("sign", &report.sign);
    let full = |direction: &str| {
        let halves = report.halves.iter();
        halves
            .filter(|half| half.direction == direction && half.status == "full")
            .count()
    };
    line("full charges", &full("charge").to_string());
    line("full discharges", &full("discharge").to_string());
    for finding in &report.findings.0 {
        let rows: Vec<String> = finding
            .rows
            .iter()
            .map(|[first, last]| format!("{first}-{last}"))
            .collect();
        line(
            "finding",
            &format!("{} x{} {}", finding.code, finding.count, rows.join(" ")),
        );
    }
    if let Some(error) = error {
        note_error(&mut line, error.code(), &error.params());
    }
    text
}

/// The same for a file that was refused: the error, and the shape of its first rows where they can
/// be shown. Of each cell only its kind is told: `n` a number, `n.n` or `n,n` one with a decimal
/// mark, `n:n:n` a time or `n-n-n` a date, `w` a word, `_` a blank; a run of digits is one `n`.
pub fn diagnostics_of_refused(
    code: &str,
    params: &[(&str, String)],
    peek: Option<&Peek>,
) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(key);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        }
    };
    line("software", concat!("voltvote ", env!("CARGO_PKG_VERSION")));
    note_error(&mut line, code, params);
    let Some(peek) = peek else { return text };
    line("encoding", peek.encoding);
    let sign = |sign: Option<char>| sign.map(String::from).unwrap_or_default();
    line(
        "separator",
        &sign(peek.mapping.delimiter).replace('\t', "tab"),
    );
    line("decimal mark", &sign(peek.mapping.decimal_mark));
    let n_above = peek.mapping.n_preamble_rows.unwrap_or(0);
    line("rows above", &n_above.to_string());
    line("has headings", if peek.has_headings { "yes" } else { "no" });
    let headings: Vec<String> = peek.headings.iter().map(|cell| blanked(cell)).collect();
    line("headings", &headings.join(" | "));
    for row in peek.above.iter().chain(&peek.rows).take(16) {
        let cells: Vec<String> = row.iter().map(|cell| kind(cell)).collect();
        line("row", &cells.join(" | "));
    }
    text
}

fn note_error(line: &mut dyn FnMut(&str, &str), code: &str, params: &[(&str, String)]) {
    line("error", code);
    // The name of a member may name its owner.
    for (name, value) in params.iter().filter(|(name, _)| *name != "part") {
        let parts: Vec<String> = value.split(", ").map(blanked).collect();
        line(name, &parts.join(", "));
    }
}

/// The kind of a cell, see [`diagnostics_of_refused`].
fn kind(cell: &str) -> String {
    let mut kind = String::new();
    for sign in cell.chars().take(40) {
        let next = match sign {
            _ if sign.is_ascii_digit() => 'n',
            '.' | ',' | ':' | '-' | '/' | '+' | ' ' => sign,
            _ if sign.is_alphabetic() => 'w',
            _ => '?',
        };
        if !kind.ends_with(next) {
            kind.push(next);
        }
    }
    match kind.as_str() {
        "" => "_".to_string(),
        _ => kind,
    }
}
