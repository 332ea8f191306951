//! `voltvote health estimate`: state of health of pulse records by a trained model.

use super::load::pulse_files;
use crate::failure::Failure;
use crate::files;
use serde::Serialize;
use std::path::PathBuf;
use voltvote::health::{Estimate, HealthModel};

/// Arguments of `health estimate`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Pulse files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Model file of `health train`.
    #[arg(long)]
    model: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    battery: String,
    #[serde(flatten)]
    estimate: Estimate,
    label: Option<f64>,
}

#[derive(Serialize)]
struct Report {
    r#type: String,
    constant: f64,
    estimates: Vec<Line>,
    other_types: Vec<String>,
}

/// Estimates and prints; records of another type than the model's are listed, not answered.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let model = HealthModel::from_bytes(&files::read(&arguments.model)?)?;
    let mut report = Report {
        r#type: model.class().into(),
        constant: model.mean_soh(),
        estimates: Vec::new(),
        other_types: Vec::new(),
    };
    for record in pulse_files(&arguments.files)?.records {
        if record.class() != model.class() {
            report.other_types.push(record.cell_id);
            continue;
        }
        report.estimates.push(Line {
            estimate: model.estimate(&record)?,
            battery: record.cell_id,
            label: record.soh,
        });
    }
    if !report.other_types.is_empty() {
        eprintln!(
            "warning[health-mixed-types]: {} records are not of type {} and get no estimate",
            report.other_types.len(),
            model.class()
        );
    }
    if arguments.json {
        let value = serde_json::to_value(&report)
            .map_err(|error| Failure::new("report-not-written", error.to_string()))?;
        files::print_json(&value);
        return Ok(());
    }
    println!("always answering the mean would say {:.3}", report.constant);
    for line in &report.estimates {
        println!(
            "{:40} {:.3} ± {:.3}{}",
            line.battery,
            line.estimate.soh,
            line.estimate.half_width,
            if line.estimate.outside {
                "  outside the measured range"
            } else {
                ""
            }
        );
    }
    Ok(())
}
