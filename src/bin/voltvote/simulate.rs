//! `voltvote simulate --cells N --seed S --out DIR`

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use voltvote::simulate::{fleet, manifest, Options, CLASSES};

/// Arguments of `simulate`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Number of batteries.
    #[arg(long)]
    cells: u32,
    /// Seed; the same seed gives the same files.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the files and their manifest.csv.
    #[arg(long)]
    out: PathBuf,
    /// Print one JSON object instead of words.
    #[arg(long)]
    json: bool,
}

/// Writes the fleet.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let cells = fleet(arguments.cells, arguments.seed, &Options::default());
    std::fs::create_dir_all(&arguments.out).map_err(|error| unwritable(&arguments.out, &error))?;
    for cell in &cells {
        write(&arguments.out.join(&cell.file), &cell.csv)?;
    }
    write(
        &arguments.out.join("manifest.csv"),
        &manifest(&cells.iter().collect::<Vec<_>>()),
    )?;
    let per_class: Vec<(&str, usize)> = CLASSES
        .iter()
        .enumerate()
        .map(|(i, class)| {
            let n_cells = cells.iter().filter(|cell| cell.class_index == i).count();
            (class.name, n_cells)
        })
        .collect();
    if arguments.json {
        println!(
            "{}",
            serde_json::json!({
                "source": "simulated",
                "seed": arguments.seed,
                "cells": cells.len(),
                "out": arguments.out.display().to_string(),
                "classes": per_class
                    .iter()
                    .map(|(name, n_cells)| serde_json::json!({"class": name, "cells": n_cells}))
                    .collect::<Vec<_>>(),
            })
        );
    } else {
        println!(
            "{} simulated batteries in {}",
            cells.len(),
            arguments.out.display()
        );
        for (name, n_cells) in per_class {
            println!("  {n_cells:>4}  {name}");
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new("file-unwritable", format!("{}: {error}", path.display()))
}
