//! Bytes of a cycler file become canonical cycles, with a report of everything found and repaired.
//!
//! [`Importer`] takes one file in pieces of any size and holds a bounded amount of it;
//! [`group`] puts files of one cell together; [`Manifest`] and [`Mapping`] are the small files
//! that go with them. [`peek`] shows the first rows of a file whose columns are to be chosen by
//! hand.
//!
//! Memory: text, gzip and zip stream, and hold at most 1 MiB of head and 65,536 rows per half,
//! whatever their length. A workbook is held whole, packed, with at most 64 times its size and
//! 16 MiB of shared strings, and as much of rows. Nothing may unpack to more than 200 times its size and 16 MiB.
//!
//! ```
//! use voltvote::import::{Importer, Options};
//!
//! let mut text = String::from("Test Time / s,Current / A,Voltage / V\n");
//! for row in 0..400 {
//!     let (current, voltage) = if row < 200 { (1.0, 3.0 + 0.006 * row as f64) } else { (-1.0, 4.2 - 0.006 * (row - 200) as f64) };
//!     text += &format!("{},{current},{voltage}\n", row * 18);
//! }
//! let mut importer = Importer::new("cell_7.csv", Options::default());
//! importer.push(text.as_bytes())?;
//! let file = importer.finish()?;
//! let wanted = file.cells[0].wanted.as_ref().unwrap();
//! assert_eq!(wanted.cell_id, "cell_7");
//! assert!((wanted.discharge.capacity_ah() - 1.0).abs() < 0.01);
//! # Ok::<(), voltvote::import::ImportError>(())
//! ```

mod clock;
mod container;
mod cycle;
mod diagnostics;
pub mod dialects;
mod encoding;
mod error;
mod group;
pub mod header;
mod importer;
mod inflate;
mod intake;
mod layout;
mod manifest;
mod mapping;
mod naming;
mod number;
mod peek;
mod report;
mod scan;
mod segment;
mod select;
mod table;
mod text;
mod trace;
mod unsigned;
pub mod xlsx;

pub use cycle::{HalfCycle, WantedCycle};
pub use diagnostics::{diagnostics, diagnostics_of_refused};
pub use encoding::DecodeGb18030;
pub use error::ImportError;
pub use group::{group, Cell};
pub use importer::{CellImport, FileImport, Importer, LooseHalf, Options};
pub use manifest::{Manifest, ManifestRow};
pub use mapping::{MappedColumn, Mapping};
pub(crate) use number::decimal_number;
pub use peek::{peek, Peek};
pub use report::{ColumnUse, Finding, Findings, HalfSummary, Report};
pub use trace::Trace;
