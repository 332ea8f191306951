//! A table on its way out: samples, and what is known of where they stood.

use super::encoding::Encoding;
use super::intake::Intake;
use super::layout::Layout;

/// A table that was read to its end.
#[derive(Debug)]
pub struct Table {
    /// Archive member or sheets.
    pub member: String,
    /// Containers around it, the outermost first.
    pub container: String,
    /// Encoding of text.
    pub encoding: &'static str,
    /// Its shape.
    pub layout: Layout,
    /// Its samples.
    pub intake: Intake,
    /// Rows below the headings.
    pub n_rows: u64,
}

/// Encoding name of tables that were never text.
pub fn sheet_encoding() -> &'static str {
    Encoding::Utf8.name()
}
