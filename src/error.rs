//! What all error enums share: a stable code and parameters, so that words live with the reader.

/// An error that the pages translate and scripts can match on.
///
/// Parameters carry files, rows, columns and header names, never a measured value.
pub trait Coded: std::error::Error {
    /// Stable kebab-case identifier, the key of the message in `www/text`.
    fn code(&self) -> &'static str;

    /// Named parameters of the message, in the order of their first use.
    fn params(&self) -> Vec<(&'static str, String)>;
}
