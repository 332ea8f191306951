//! `voltvote health experiment`: the cases of Tao et al. 2024 on PulseBat.

use super::load::{pulse_files, soc_use, SOC_USES};
use crate::failure::Failure;
use crate::files;
use serde::Serialize;
use std::path::PathBuf;
use voltvote::health::cases::{records_of_type, CASES, FIRST_EXTRAPOLATION, TYPES};
use voltvote::health::generator::{published, Published};
use voltvote::health::report::{report as page_of, CaseFigure};
use voltvote::health::{federated, leak_free, Federated, HealthError, LeakFree, PulseRecord};

/// Arguments of `health experiment`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Pulse feature tables (xlsx or csv).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Case of training SOC, 0-7; all where not given.
    #[arg(long)]
    case: Option<usize>,
    /// Type of battery.
    #[arg(long = "type", value_parser = ["NMC2.1", "NMC21", "LMO", "LFP", "all"], default_value = "all")]
    class: String,
    /// Split by battery, as the paper did, or over five collaborators with two SOC each.
    #[arg(long, value_parser = ["leak-free", "as-published", "federated"], default_value = "leak-free")]
    split: String,
    /// Whether the model is told the state of charge.
    #[arg(long, value_parser = SOC_USES, default_value = "known")]
    soc: String,
    /// As published: latent scaling (eq. 8-9) in place of the authors' voltage shift.
    #[arg(long)]
    latent_scaling: bool,
    /// Seed of splits and of the generator.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Report as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Parity plots and heat maps (Figs. 3-4 of the paper) as a printable page.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<R> {
    split: String,
    seed: u64,
    types: Vec<OfType<R>>,
    interpolation: Option<f64>,
    extrapolation: Option<f64>,
}

#[derive(Serialize)]
struct OfType<R> {
    #[serde(rename = "type")]
    name: String,
    cases: Vec<R>,
}

/// Runs the experiment.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let soc_use = soc_use(&arguments.soc);
    if arguments.split == "federated" {
        return federated_types(arguments);
    }
    if arguments.split == "as-published" {
        let words = |r: &Published| {
            format!(
                "MAPE {:5.2} %  constant {:5.2} %  without generation {:5.2} %  generated voltages off by {:.2} %  KL {:.4}",
                r.mape, r.constant, r.without_generation, r.generation_error, r.divergence
            )
        };
        return report(
            arguments,
            |records, case| published(records, case, arguments.latent_scaling, arguments.seed),
            |r| CaseFigure {
                case: r.case,
                mape: r.mape,
                constant: r.constant,
                coverage: None,
                by_soc: r.by_soc.clone(),
                parity: r.parity.clone(),
            },
            words,
        );
    }
    let words = |r: &LeakFree| {
        format!(
            "MAPE {:5.2} %  constant {:5.2} %  interval covers {:5.1} % with ±{:.3}  outside the measured range {:3.0} %  by {}",
            r.mape,
            r.constant,
            r.coverage,
            r.half_width,
            r.outside,
            r.chosen
                .iter()
                .map(|(name, n)| format!("{name} x{n}"))
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    report(
        arguments,
        |records, case| leak_free(records, case, soc_use, arguments.seed),
        |r| CaseFigure {
            case: r.case,
            mape: r.mape,
            constant: r.constant,
            coverage: Some(r.coverage),
            by_soc: r.by_soc.clone(),
            parity: r.parity.clone(),
        },
        words,
    )
}

fn federated_types(arguments: &Arguments) -> Result<(), Failure> {
    let table = pulse_files(&arguments.files)?;
    let mut results: Vec<(&str, Federated)> = Vec::new();
    for (name, class) in TYPES {
        if arguments.class == "all" || arguments.class == name {
            let records = records_of_type(&table.records, class)?;
            let result = federated(&records, arguments.seed)?;
            let votes = match result.votes {
                Some(votes) => format!("{votes:5.2} %"),
                None => "too few batteries each".into(),
            };
            if !arguments.json {
                println!(
                    "{name:7} pooled {:5.2} %  moments {:5.2} %  votes {votes}  constant {:5.2} %",
                    result.pooled, result.moments, result.constant
                );
            }
            results.push((name, result));
        }
    }
    let text = serde_json::to_string_pretty(&results)
        .map_err(|error| Failure::new("report-not-written", error.to_string()))?;
    if let Some(path) = &arguments.out {
        files::write(path, text.as_bytes())?;
    }
    if arguments.json {
        println!("{text}");
    }
    Ok(())
}

fn report<R: Serialize>(
    arguments: &Arguments,
    run_case: impl Fn(&[PulseRecord], usize) -> Result<R, HealthError>,
    figure: impl Fn(&R) -> CaseFigure,
    words: impl Fn(&R) -> String,
) -> Result<(), Failure> {
    let table = pulse_files(&arguments.files)?;
    let cases: Vec<usize> = match arguments.case {
        Some(case) => vec![case],
        None => (0..CASES.len()).collect(),
    };
    let mut types = Vec::new();
    for (name, class) in TYPES {
        if arguments.class != "all" && arguments.class != name {
            continue;
        }
        let records = records_of_type(&table.records, class)?;
        let mut results = Vec::new();
        for &case in &cases {
            let result = run_case(&records, case)?;
            if !arguments.json {
                println!("{name:7} case {case}  {}", words(&result));
            }
            results.push((case, result));
        }
        types.push((name, results));
    }
    let mean = |extrapolation: bool| {
        let errors: Vec<f64> = types
            .iter()
            .flat_map(|(_, results)| results)
            .filter(|(case, _)| (*case >= FIRST_EXTRAPOLATION) == extrapolation)
            .map(|(_, result)| figure(result).mape)
            .collect();
        (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64)
    };
    if let Some(path) = &arguments.report {
        let heading = format!(
            "State of health from pulses, split {}, state of charge {}",
            arguments.split, arguments.soc
        );
        let figures: Vec<(String, Vec<CaseFigure>)> = types
            .iter()
            .map(|(name, results)| {
                let figures = results.iter().map(|(_, result)| figure(result));
                ((*name).to_string(), figures.collect())
            })
            .collect();
        files::write(path, page_of(&heading, &figures).as_bytes())?;
    }
    let report = Report {
        split: arguments.split.clone(),
        seed: arguments.seed,
        interpolation: mean(false),
        extrapolation: mean(true),
        types: types
            .into_iter()
            .map(|(name, results)| OfType {
                name: name.into(),
                cases: results.into_iter().map(|(_, result)| result).collect(),
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::new("report-not-written", error.to_string()))?;
    if let Some(path) = &arguments.out {
        files::write(path, text.as_bytes())?;
    }
    if arguments.json {
        println!("{text}");
    } else {
        for (name, value) in [
            ("interpolation", report.interpolation),
            ("extrapolation", report.extrapolation),
        ] {
            if let Some(value) = value {
                println!("mean {name} {value:.2} %");
            }
        }
    }
    Ok(())
}
