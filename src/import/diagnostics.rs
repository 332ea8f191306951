//! "Copy diagnostics": what may be sent to us about a confidential file.

use super::error::ImportError;
use super::header::blanked;
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
        line("error", error.code());
        for (name, value) in error.params() {
            let parts: Vec<String> = value.split(", ").map(blanked).collect();
            line(name, &parts.join(", "));
        }
    }
    text
}
