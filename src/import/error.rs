//! Why a file gave no cycle.

use crate::error::Coded;
use std::fmt;

/// Errors of import. Positions, header names and file names only, never a measured value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// No bytes, or nothing but blanks.
    Empty,
    /// A cycler's own binary format; firmware changes break every public reader of them.
    Binary {
        /// What the bytes are.
        kind: String,
    },
    /// A per-cycle summary: it holds no curves.
    NoCurves {
        /// The headings found.
        found: Vec<String>,
    },
    /// Pulse features or work steps: health from pulses reads them, cycles are not in them.
    PulseTable,
    /// No row of headings above a block of numbers.
    NoHeader {
        /// Rows looked at.
        n_rows: u64,
    },
    /// Headings, but not all of time, voltage and current.
    MissingColumns {
        /// File row of the headings, from 1.
        row: u64,
        /// The headings found.
        found: Vec<String>,
        /// The quantities without a column.
        missing: Vec<&'static str>,
        /// The headings nearest to them.
        nearest: Vec<String>,
    },
    /// The file can be read in several ways, and none is silently chosen.
    Ambiguous {
        /// File row of the headings, from 1.
        row: u64,
        /// What is ambiguous: a quantity, or `decimal-mark`.
        what: String,
        /// The candidates, by heading or name.
        candidates: Vec<String>,
    },
    /// The text is in no encoding that gives known headings.
    Encoding,
    /// Fewer rows than a curve needs.
    TooFewRows {
        /// File row of the headings, from 1.
        row: u64,
        /// Usable rows.
        n_rows: u64,
    },
    /// No complete charge and discharge.
    NoFullCycle {
        /// Full charges found.
        n_charges: u64,
        /// Full discharges found.
        n_discharges: u64,
        /// Halves that were cut off, pulsed or partial.
        n_partial: u64,
    },
    /// A damaged zip, gzip or xlsx container.
    BadArchive {
        /// What was found.
        reason: &'static str,
    },
    /// A container that unpacks to far more than it holds.
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// The container holds no table.
    NoTable,
    /// A member of an archive, or a sheet of a workbook, cannot be read.
    Within {
        /// Its name.
        part: String,
        /// Why.
        error: Box<Self>,
    },
    /// A saved mapping does not parse or does not fit the file.
    BadMapping {
        /// The field or heading at fault.
        field: String,
    },
    /// A manifest that cannot be read.
    BadManifest {
        /// Row, from 1.
        row: u64,
        /// Column name.
        column: String,
    },
}

impl ImportError {
    /// Whether columns chosen by hand can help: nothing else is wrong with the file.
    pub fn is_about_columns(&self) -> bool {
        matches!(
            self.cause(),
            Self::NoHeader { .. }
                | Self::MissingColumns { .. }
                | Self::Ambiguous { .. }
                | Self::Encoding
                | Self::TooFewRows { .. }
                | Self::NoCurves { .. }
                | Self::NoTable
        )
    }

    /// The error itself, wherever in a container it was met.
    fn cause(&self) -> &Self {
        match self {
            Self::Within { error, .. } => error.cause(),
            error => error,
        }
    }

    /// Says in which member or sheet it was met.
    pub(super) fn within(self, part: &str) -> Self {
        Self::Within {
            part: part.to_string(),
            error: Box::new(self),
        }
    }

    /// Of two reasons why a container gave no table the one that says more; the first of equals.
    pub(super) fn worthier(old: Option<Self>, new: Self) -> Self {
        let rank = |error: &Self| match error.cause() {
            Self::Ambiguous { .. } => 5,
            Self::PulseTable => 4,
            Self::NoCurves { .. } => 3,
            Self::MissingColumns { .. } => 2,
            Self::NoHeader { .. } => 1,
            _ => 0,
        };
        match old {
            Some(old) if rank(&old) >= rank(&new) => old,
            _ => new,
        }
    }
}

impl Coded for ImportError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::Binary { .. } => "file-binary",
            Self::NoCurves { .. } => "file-without-curves",
            Self::PulseTable => "pulse-table",
            Self::NoHeader { .. } => "file-without-header",
            Self::MissingColumns { .. } => "columns-missing",
            Self::Ambiguous { .. } => "file-ambiguous",
            Self::Encoding => "encoding-unknown",
            Self::TooFewRows { .. } => "file-too-short",
            Self::NoFullCycle { .. } => "no-full-cycle",
            Self::BadArchive { .. } => "archive-damaged",
            Self::TooLarge { .. } => "archive-too-large",
            Self::NoTable => "archive-without-table",
            Self::Within { error, .. } => error.code(),
            Self::BadMapping { .. } => "mapping-invalid",
            Self::BadManifest { .. } => "manifest-invalid",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty | Self::Encoding | Self::NoTable | Self::PulseTable => Vec::new(),
            Self::Binary { kind } => vec![("kind", kind.clone())],
            Self::NoCurves { found } => vec![("found", found.join(", "))],
            Self::NoHeader { n_rows } => vec![("rows", n_rows.to_string())],
            Self::TooFewRows { row, n_rows } => {
                vec![("row", row.to_string()), ("rows", n_rows.to_string())]
            }
            Self::Within { part, error } => {
                let mut params = error.params();
                params.push(("part", part.clone()));
                params
            }
            Self::MissingColumns {
                row,
                found,
                missing,
                nearest,
            } => vec![
                ("row", row.to_string()),
                ("found", found.join(", ")),
                ("missing", missing.join(", ")),
                ("nearest", nearest.join(", ")),
            ],
            Self::Ambiguous {
                row,
                what,
                candidates,
            } => {
                vec![
                    ("row", row.to_string()),
                    ("what", what.clone()),
                    ("candidates", candidates.join(", ")),
                ]
            }
            Self::NoFullCycle {
                n_charges,
                n_discharges,
                n_partial,
            } => vec![
                ("charges", n_charges.to_string()),
                ("discharges", n_discharges.to_string()),
                ("partial", n_partial.to_string()),
            ],
            Self::BadArchive { reason } => vec![("reason", (*reason).to_string())],
            Self::TooLarge { limit } => vec![("limit", limit.to_string())],
            Self::BadMapping { field } => vec![("field", field.clone())],
            Self::BadManifest { row, column } => {
                vec![("row", row.to_string()), ("column", column.clone())]
            }
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the file is empty; export it again"),
            Self::Binary { kind } => write!(
                f,
                "found a {kind}, which is not read; expected a table as text, XLSX, zip or gzip; export CSV or XLSX from the cycler's software"
            ),
            Self::NoCurves { found } => write!(
                f,
                "found a summary with one row per cycle (headings: {}), which holds no curves; expected one row per moment; use the time series file beside it",
                found.join(", ")
            ),
            Self::PulseTable => write!(
                f,
                "found a table of pulse features or work steps, which holds no curves; expected one row per moment; use it for health from pulses"
            ),
            Self::NoHeader { n_rows } => write!(
                f,
                "rows 1 to {n_rows}: found no row of headings above a block of numbers; expected headings of time, voltage and current; choose the columns by hand (--mapping)"
            ),
            Self::MissingColumns {
                row,
                found,
                missing,
                nearest,
            } => write!(
                f,
                "row {row}: found the headings {}; expected time, voltage and current, but no column is known for {}; nearest: {}; choose the columns by hand (--mapping)",
                found.join(", "),
                missing.join(", "),
                if nearest.is_empty() { "none".to_string() } else { nearest.join(", ") }
            ),
            Self::Ambiguous {
                row,
                what,
                candidates,
            } => write!(
                f,
                "below row {row}: {what} can be read in several ways: {}; expected one; choose once by hand (--mapping)",
                candidates.join(", ")
            ),
            Self::Encoding => write!(
                f,
                "found text in an unknown encoding; expected UTF-8, GB18030, UTF-16 or windows-1252; save it as UTF-8"
            ),
            Self::TooFewRows { row, n_rows } => write!(
                f,
                "below row {row}: found {n_rows} rows with time, voltage and current; expected a full charge and discharge; export the whole test, or look at the columns by hand (--mapping)"
            ),
            Self::NoFullCycle {
                n_charges,
                n_discharges,
                n_partial,
            } => write!(
                f,
                "found {n_charges} full charges, {n_discharges} full discharges and {n_partial} partial ones; expected a full charge followed or preceded by a full discharge; add the file that holds the rest, or choose another file"
            ),
            Self::BadArchive { reason } => write!(f, "the archive cannot be read ({reason}); expected a zip, gzip or XLSX file that opens without a password; pack or export it again"),
            Self::TooLarge { limit } => write!(
                f,
                "the archive unpacks to more than {limit} bytes, out of proportion to its size; unpack it yourself and give the table"
            ),
            Self::NoTable => write!(f, "found no table in the archive or workbook; expected a file or sheet with columns of time, voltage and current; pack or export those"),
            Self::Within { part, error } => write!(f, "{part}: {error}"),
            Self::BadMapping { field } => write!(f, "the mapping does not fit this file: {field}; expected its headings and units as saved; choose the columns of this file anew"),
            Self::BadManifest { row, column } => write!(
                f,
                "manifest row {row}, column {column}: not readable; expected a table file,cell_id,cathode and, where known, class,maker,nominal_ah (a number in Ah); correct that row"
            ),
        }
    }
}

impl std::error::Error for ImportError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_within_a_container_names_the_part_and_keeps_its_code() {
        let error = ImportError::NoHeader { n_rows: 7 }.within("b.csv");
        assert_eq!(error.code(), "file-without-header");
        assert!(error.is_about_columns());
        assert!(error.to_string().starts_with("b.csv: rows 1 to 7"));
        assert_eq!(error.params().last(), Some(&("part", "b.csv".to_string())));
        let binary = ImportError::Binary {
            kind: "picture".to_string(),
        };
        let known = ImportError::worthier(Some(binary.within("a.png")), error.clone());
        assert_eq!(known, error);
        assert_eq!(
            ImportError::worthier(Some(error.clone()), ImportError::Empty),
            error
        );
    }
}
