//! `voltvote health train`: a state-of-health model of one type of battery.

use super::load::{pulse_files, soc_use, SOC_USES};
use crate::failure::Failure;
use crate::files;
use serde_json::json;
use std::path::PathBuf;
use voltvote::health::HealthModel;

/// Arguments of `health train`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Pulse files with SOH labels.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Type of battery, cathode and capacity such as NMC2.1; needed where the files hold several.
    #[arg(long = "type")]
    class: Option<String>,
    /// Whether records come with their state of charge.
    #[arg(long, value_parser = SOC_USES, default_value = "known")]
    soc: String,
    /// Seed of the folds.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Model file to write. It holds training rows: it is private.
    #[arg(long)]
    out: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Fits, compares and writes.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut records = pulse_files(&arguments.files)?.records;
    if let Some(class) = &arguments.class {
        records.retain(|record| record.class() == *class || record.cathode == *class);
    }
    let soc_use = soc_use(&arguments.soc);
    let model = HealthModel::fit(&records, soc_use, arguments.seed)?;
    files::write_private(&arguments.out, &model.to_bytes()?)?;
    if arguments.json {
        files::print_json(&json!({
            "model": arguments.out.to_string_lossy(),
            "type": model.class(),
            "n_batteries": model.n_batteries(),
            "n_records": model.n_records(),
            "soc_range": model.soc_range(),
            "quality": model.quality(),
        }));
        return Ok(());
    }
    println!(
        "{}: {} records of {} batteries",
        model.class(),
        model.n_records(),
        model.n_batteries()
    );
    if let Some((low, high)) = model.soc_range() {
        println!("measured from {low} to {high} % of charge; answers outside are marked");
    }
    let quality = model.quality();
    println!("MAPE on own batteries and states of charge left out:");
    for line in &quality.candidates {
        println!("  {:18}{:6.2} %", line.regressor, line.mape);
    }
    println!(
        "chosen: {}, {:.2} %; 90 % intervals cover {:.1} % of labels left out",
        quality.regressor,
        quality.mape,
        100.0 * quality.coverage
    );
    println!("written to {}", arguments.out.display());
    Ok(())
}
