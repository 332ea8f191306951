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
    let mut lines = Lines::new();
    lines.push("container", &report.container);
    lines.push("encoding", &report.encoding);
    lines.push("dialect", &report.dialect);
    lines.push("separator", report.delimiter.replace('\t', "tab").as_str());
    lines.push("decimal mark", &report.decimal_mark);
    lines.push("preamble rows", &report.n_preamble_rows.to_string());
    lines.push("rows", &report.n_rows.to_string());
    lines.headings(&report.headings);
    for column in &report.columns {
        let value = format!(
            "{} as {} in {}",
            blanked(&column.heading),
            column.quantity,
            blanked(&column.unit)
        );
        lines.push("column", &value);
    }
    lines.push("clock", &report.clock);
    lines.push("cycle numbers", &report.cycles_from);
    lines.push("sign", &report.sign);
    let full = |direction: &str| {
        let halves = report.halves.iter();
        halves
            .filter(|half| half.direction == direction && half.status == "full")
            .count()
    };
    lines.push("full charges", &full("charge").to_string());
    lines.push("full discharges", &full("discharge").to_string());
    for finding in &report.findings.0 {
        let rows: Vec<String> = finding
            .rows
            .iter()
            .map(|[first, last]| format!("{first}-{last}"))
            .collect();
        lines.push(
            "finding",
            &format!("{} x{} {}", finding.code, finding.count, rows.join(" ")),
        );
    }
    if let Some(error) = error {
        lines.error(error.code(), &error.params());
    }
    lines.text
}

/// The same for a file that was refused: the error, and the shape of its first rows where they can
/// be shown. Of each cell only its kind is told: `n` a number, `n.n` or `n,n` one with a decimal
/// mark, `n:n:n` a time or `n-n-n` a date, `w` a word, `_` a blank; a run of digits is one `n`.
pub fn diagnostics_of_refused(
    code: &str,
    params: &[(&str, String)],
    peek: Option<&Peek>,
) -> String {
    let mut lines = Lines::new();
    lines.error(code, params);
    let Some(peek) = peek else {
        return lines.text;
    };
    lines.push("encoding", peek.encoding);
    let sign = |sign: Option<char>| sign.map(String::from).unwrap_or_default();
    lines.push(
        "separator",
        &sign(peek.mapping.delimiter).replace('\t', "tab"),
    );
    lines.push("decimal mark", &sign(peek.mapping.decimal_mark));
    let n_above = peek.mapping.n_preamble_rows.unwrap_or(0);
    lines.push("rows above", &n_above.to_string());
    lines.push("has headings", if peek.has_headings { "yes" } else { "no" });
    lines.headings(&peek.headings);
    for row in peek.above.iter().chain(&peek.rows).take(16) {
        let cells: Vec<String> = row.iter().map(|cell| kind(cell)).collect();
        lines.push("row", &cells.join(" | "));
    }
    lines.text
}

/// The text on its way: lines of a key and a value, without those that have no value.
struct Lines {
    text: String,
}

impl Lines {
    /// Every text begins with what wrote it.
    fn new() -> Self {
        let mut lines = Self {
            text: String::new(),
        };
        lines.push("software", concat!("voltvote ", env!("CARGO_PKG_VERSION")));
        lines
    }

    fn push(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.text.extend([key, ": ", value, "\n"]);
        }
    }

    fn headings(&mut self, headings: &[String]) {
        let headings: Vec<String> = headings.iter().map(|cell| blanked(cell)).collect();
        self.push("headings", &headings.join(" | "));
    }

    fn error(&mut self, code: &str, params: &[(&str, String)]) {
        self.push("error", code);
        // The name of a member may name its owner.
        for (name, value) in params.iter().filter(|(name, _)| *name != "part") {
            let parts: Vec<String> = value.split(", ").map(blanked).collect();
            self.push(name, &parts.join(", "));
        }
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
