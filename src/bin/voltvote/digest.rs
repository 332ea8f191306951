//! `voltvote digest FILE...`

use crate::failure::Failure;
use std::path::PathBuf;
use voltvote::canonical::sha256_hex;

/// Arguments of `digest`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Files to hash.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Prints one line per file, in the form of `sha256sum`.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    for file in &arguments.files {
        let bytes = std::fs::read(file).map_err(|error| {
            Failure::new("file-unreadable", format!("{}: {error}", file.display()))
        })?;
        println!("{}  {}", sha256_hex(&bytes), file.display());
    }
    Ok(())
}
