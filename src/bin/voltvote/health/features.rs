//! `voltvote health features FILE... --out features.csv --labels-out manifest.csv`

use super::load::pulse_files;
use crate::failure::Failure;
use crate::files;
use std::fmt::Write;
use std::path::PathBuf;
use voltvote::health::N_TURNING_POINTS;

/// Arguments of `health features`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Pulse feature tables, work-step sheets or sampled pulse tests (xlsx or csv).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Feature table: cell_id, U1..U21, soh.
    #[arg(long)]
    out: PathBuf,
    /// Labels: cell_id, cathode, class, nominal_ah, soc, battery.
    #[arg(long)]
    labels_out: Option<PathBuf>,
    /// Name rows by their battery, so that its records stay together in a ballot, or by record.
    #[arg(long, value_parser = ["record", "battery"], default_value = "record")]
    by: String,
    /// Only records at this state of charge, per cent.
    #[arg(long)]
    soc: Option<f64>,
}

/// Writes the tables.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut table = pulse_files(&arguments.files)?;
    if let Some(soc) = arguments.soc {
        table.records.retain(|record| {
            record
                .soc
                .is_some_and(|have| (100.0 * have - soc).abs() < 0.5)
        });
    }
    let mut features = String::from("cell_id");
    for i in 1..=N_TURNING_POINTS {
        let _ = write!(features, ",U{i}");
    }
    features.push_str(",soh\n");
    let mut labels = String::from("cell_id,cathode,class,nominal_ah,soc,battery\n");
    if arguments.by == "battery" {
        for record in &mut table.records {
            record.cell_id.clone_from(&record.battery);
        }
    }
    for record in &table.records {
        features.push_str(&field(&record.cell_id));
        for voltage_v in record.voltages_v.iter().take(N_TURNING_POINTS) {
            let _ = write!(features, ",{voltage_v}");
        }
        let _ = writeln!(features, ",{}", optional(record.soh));
        let _ = writeln!(
            labels,
            "{},{},{},{},{},{}",
            field(&record.cell_id),
            field(&record.cathode),
            field(&record.class()),
            optional(record.nominal_ah),
            optional(record.soc),
            field(&record.battery)
        );
    }
    files::write(&arguments.out, features.as_bytes())?;
    if let Some(path) = &arguments.labels_out {
        files::write(path, labels.as_bytes())?;
    }
    println!(
        "{} records of {} batteries, {} left out",
        table.records.len(),
        table
            .records
            .iter()
            .map(|record| &record.battery)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        table.refused.len()
    );
    Ok(())
}

fn optional(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into()
    }
}
