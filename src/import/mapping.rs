//! A dialect of one's own: which column holds what, saved as a small JSON file and reused.

use super::dialects::{self, Match};
use super::error::ImportError;
use super::header::Quantity;
use super::layout::{self, Layout};
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
        let header_line = self.n_preamble_rows.unwrap_or_else(|| {
            rows.iter()
                .position(|row| {
                    self.columns
                        .iter()
                        .all(|column| row.contains(&column.heading))
                })
                .unwrap_or(0)
        });
        let headings = rows.get(header_line).cloned().unwrap_or_default();
        let columns = self.columns(&headings)?;
        let decimal = if self.decimal_mark == Some(',') {
            b','
        } else {
            b'.'
        };
        Ok(Layout::of_sheet(
            headings,
            header_line,
            header_line + 1,
            decimal,
            columns,
        ))
    }

    /// Layout of a text under this mapping.
    ///
    /// # Errors
    /// [`ImportError::BadMapping`], or the errors of detection for what the mapping leaves open.
    pub fn layout(&self, lines: &[String]) -> Result<Layout, ImportError> {
        let ascii = |sign: Option<char>| sign.filter(char::is_ascii).map(|sign| sign as u8);
        let delimiter = ascii(self.delimiter).unwrap_or_else(|| layout::likeliest_delimiter(lines));
        let names: Vec<&str> = self
            .columns
            .iter()
            .map(|column| column.heading.as_str())
            .collect();
        let header_line = match self.n_preamble_rows {
            Some(n) => n,
            None => lines
                .iter()
                .position(|line| {
                    let cells = layout::split(line, delimiter, false);
                    names
                        .iter()
                        .all(|name| cells.iter().any(|cell| cell == name))
                })
                .unwrap_or(0),
        };
        let headings = lines
            .get(header_line)
            .map(|line| layout::split(line, delimiter, false))
            .unwrap_or_default();
        let columns = self.columns(&headings)?;
        let decimal = ascii(self.decimal_mark)
            .unwrap_or_else(|| layout::likeliest_decimal(lines, header_line, delimiter, &columns));
        let has_header = names
            .iter()
            .any(|name| headings.iter().any(|cell| cell == name));
        Ok(Layout {
            delimiter,
            decimal,
            thousands: None,
            wrapped: false,
            headings,
            header_line,
            first_line: if has_header {
                header_line + 1
            } else {
                header_line
            },
            n_indent: 0,
            columns,
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
