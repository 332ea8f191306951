//! One line per error: a stable code, then words.

use std::fmt;
use voltvote::error::Coded;

/// An error as the command line shows it.
#[derive(Debug)]
pub struct Failure {
    code: String,
    words: String,
}

impl Failure {
    /// An error of the command line itself, such as a file that cannot be read.
    pub fn new(code: &str, words: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            words: words.into(),
        }
    }

    /// The words without the code.
    pub fn words(&self) -> &str {
        &self.words
    }
}

impl<E: Coded> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.words)
    }
}
