//! Tables that are refused for their headings: columns that are missing or in doubt, rows wider than
//! the headings, and tables of something else than curves.

use super::fields::split;
use crate::import::dialects::Match;
use crate::import::error::ImportError;
use crate::import::header::{self, Quantity};

/// Refuses headings without time, voltage and current, or with several candidates for one. `row`
/// is their file row, from 1.
pub(super) fn check_columns(
    headings: &[String],
    columns: &Match,
    row: u64,
) -> Result<(), ImportError> {
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
pub(super) fn check_width<'a>(
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
