//! Features: one table of definitions, one row per battery.

mod schema;
mod table;

pub use schema::Schema;
pub use table::FeatureTable;
