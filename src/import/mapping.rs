//! A dialect of one's own: which column holds what, saved as a small JSON file and reused.

use super::dialects::{self, Match};
use super::error::ImportError;
use super::header::{self, Quantity};
use super::layout::{self, Layout};
use super::number;
use serde::{Deserialize, Serialize};

/// One column of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Heading as written in the file, or `#3` for the third column.
    pub heading: String,
    /// What it holds.
    pub quantity: Quantity,
    /// Its unit, such as `mA`; empty for s, V, A and Ah.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Number of the cell, for files with several side by side; 0 where there is one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub channel: u32,
}

/// Where the table of a file begins under a mapping.
struct Place {
    header_line: usize,
    first_line: usize,
    headings: Vec<String>,
    columns: Match,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Columns chosen by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name for the report.
    pub name: String,
    /// Field separator; absent to detect it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Decimal mark; absent to detect it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<char>,
    /// Rows above the headings; absent to detect them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_preamble_rows: Option<usize>,
    /// The whole row of headings of the file it was made for. If given, another file must have the
    /// same row, wherever it stands; columns named `#3` are safe only so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<String>,
    /// Columns to read.
    pub columns: Vec<MappedColumn>,
}

impl Mapping {
    /// Reads a saved mapping.
    ///
    /// # Errors
    /// [`ImportError::BadMapping`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        let mapping: Self =
            serde_json::from_slice(bytes).map_err(|error| ImportError::BadMapping {
                field: format!("line {}, column {}", error.line(), error.column()),
            })?;
        for column in &mapping.columns {
            let needs_unit = !matches!(
                column.quantity,
                Quantity::Clock | Quantity::Cycle | Quantity::State
            );
            if needs_unit
                && !column.unit.is_empty()
                && column.quantity.factor(&column.unit).is_none()
            {
                return Err(ImportError::BadMapping {
                    field: format!("unit {} of {}", column.unit, column.quantity.name()),
                });
            }
        }
        Ok(mapping)
    }

    /// The file form.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Columns of a row of headings.
    ///
    /// # Errors
    /// [`ImportError::BadMapping`] for a heading that is not there.
    pub fn columns(&self, headings: &[String]) -> Result<Match, ImportError> {
        let mut roles = Vec::new();
        for column in &self.columns {
            let by_number = column
                .heading
                .strip_prefix('#')
                .and_then(|number| number.parse::<usize>().ok())
                .and_then(|number| number.checked_sub(1))
                .filter(|index| *index < headings.len().max(1024));
            let index = headings
                .iter()
                .position(|heading| *heading == column.heading)
                .or(by_number)
                .ok_or_else(|| ImportError::BadMapping {
                    field: column.heading.clone(),
                })?;
            let factor = column.quantity.factor(&column.unit).unwrap_or(1.0);
            roles.push(dialects::Role::mapped(
                index,
                column.quantity,
                factor,
                column.unit.clone(),
                column.channel,
            ));
        }
        let found = Match {
            dialect: dialects::mapped(),
            score: 0,
            roles,
            ambiguous: Vec::new(),
        };
        match found.missing().first() {
            Some(quantity) => Err(ImportError::BadMapping {
                field: quantity.name().to_string(),
            }),
            None => Ok(found),
        }
    }

    /// Layout of a sheet under this mapping.
    ///
    /// # Errors
    /// [`ImportError::BadMapping`] for headings that are not there.
    pub fn sheet_layout(&self, rows: &[Vec<String>]) -> Result<Layout, ImportError> {
        let decimal = if self.decimal_mark == Some(',') {
            b','
        } else {
            b'.'
        };
        let place = self.place(rows, decimal)?;
        Ok(Layout::of_sheet(
            place.headings,
            place.header_line,
            place.first_line,
            decimal,
            place.columns,
        ))
    }

    /// Finds the headings among the first rows: by the whole row, by the number of rows above, or
    /// by the mapped headings.
    fn place(&self, rows: &[Vec<String>], decimal: u8) -> Result<Place, ImportError> {
        let names = || {
            let headings = self.columns.iter().map(|column| &column.heading);
            headings.filter(|heading| !heading.starts_with('#'))
        };
        let header_line = if self.headings.is_empty() {
            let has_names = |row: &Vec<String>| names().all(|name| row.contains(name));
            match self.n_preamble_rows {
                Some(n) => n,
                None if names().next().is_none() => 0,
                None => rows.iter().position(has_names).unwrap_or(0),
            }
        } else {
            let position = rows.iter().position(|row| *row == self.headings);
            position.ok_or_else(|| ImportError::BadMapping {
                field: "headings".to_string(),
            })?
        };
        let headings = rows.get(header_line).cloned().unwrap_or_default();
        let columns = self.columns(&headings)?;
        let is_number = |row: &Vec<String>, index: usize| {
            let cell = row.get(index).map_or("", String::as_str);
            number::parse(cell.as_bytes(), decimal).is_some()
        };
        // Without a number in any mapped column it is a row of headings, or of units below them.
        let is_text = |at: usize| {
            rows.get(at).is_some_and(|row| {
                let mut roles = columns.roles.iter();
                !row.is_empty() && roles.all(|role| !is_number(row, role.index))
            })
        };
        let mut first_line = header_line + usize::from(is_text(header_line));
        let is_units = |row: &Vec<String>| {
            let mut filled = row.iter().filter(|cell| !cell.is_empty()).peekable();
            filled.peek().is_some()
                && filled.all(|cell| header::is_unit(cell.trim_matches(['(', ')', '[', ']'])))
        };
        if first_line > header_line && rows.get(first_line).is_some_and(is_units) {
            first_line += 1;
        }
        Ok(Place {
            header_line,
            first_line,
            headings,
            columns,
        })
    }

    /// Layout of a text under this mapping.
    ///
    /// # Errors
    /// [`ImportError::BadMapping`], or the errors of detection for what the mapping leaves open.
    pub fn layout(&self, lines: &[String]) -> Result<Layout, ImportError> {
        let ascii = |sign: Option<char>| sign.filter(char::is_ascii).map(|sign| sign as u8);
        let delimiter = ascii(self.delimiter).unwrap_or_else(|| layout::likeliest_delimiter(lines));
        let rows: Vec<Vec<String>> = lines
            .iter()
            .take(layout::MAX_HEAD_LINES)
            .map(|line| layout::split(line, delimiter, layout::is_wrapped(line.trim_end())))
            .collect();
        let place = match self.decimal_mark {
            Some(mark) => self.place(&rows, if mark == ',' { b',' } else { b'.' })?,
            None => self.place(&rows, b'.')?,
        };
        let decimal = ascii(self.decimal_mark).unwrap_or_else(|| {
            layout::likeliest_decimal(lines, place.header_line, delimiter, &place.columns)
        });
        Ok(Layout {
            delimiter,
            decimal,
            thousands: None,
            wrapped: lines
                .get(place.first_line)
                .is_some_and(|line| layout::is_wrapped(line.trim_end())),
            headings: place.headings,
            header_line: place.header_line,
            first_line: place.first_line,
            n_indent: 0,
            columns: place.columns,
            preamble: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_survives_its_file() {
        let mapping = Mapping {
            name: "my lab".to_string(),
            delimiter: Some(';'),
            decimal_mark: Some(','),
            n_preamble_rows: None,
            headings: Vec::new(),
            columns: vec![MappedColumn {
                heading: "Strom".to_string(),
                quantity: Quantity::Current,
                unit: "mA".to_string(),
                channel: 0,
            }],
        };
        assert_eq!(
            Mapping::parse(mapping.to_json().as_bytes()).unwrap(),
            mapping
        );
    }

    #[test]
    fn unknown_units_and_headings_are_named() {
        let bytes = br#"{"name":"x","columns":[{"heading":"I","quantity":"current","unit":"kg"}]}"#;
        assert_eq!(
            Mapping::parse(bytes),
            Err(ImportError::BadMapping {
                field: "unit kg of current".to_string()
            })
        );
        let bytes = br#"{"name":"x","columns":[{"heading":"I","quantity":"current"}]}"#;
        assert_eq!(
            Mapping::parse(bytes)
                .unwrap()
                .columns(&["J".to_string()])
                .unwrap_err(),
            ImportError::BadMapping {
                field: "I".to_string()
            }
        );
    }
}
