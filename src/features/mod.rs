//! Features: one table of definitions, one row per battery.
//!
//! [`extract`] turns a wanted cycle into the 30 values of schema `cycle-30/1`; [`CURVE_FEATURES`]
//! says what each of them is. [`cycle_chem`] is an experimental
//! second schema for batteries of makers that nobody has seen. [`FeatureTable`] holds rows of any schema and reads and writes CSV.

mod chemistry;
mod cycle;
mod error;
mod extract;
mod schema;
mod statistics;
mod table;
mod table_csv;

pub use chemistry::cycle_chem;
pub use cycle::{cycle_30, cycle_30_definitions, CurveFeature, CURVE_FEATURES};
pub use error::{FeatureError, TableError};
pub use extract::{extract, Extracted};
pub use schema::Schema;
pub use table::FeatureTable;
pub use table_csv::records as csv_records;
