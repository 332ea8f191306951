//! `voltvote health experiment`: the cases of Tao et al. 2024 on PulseBat.

use super::load::{pulse_files, soc_use, SOC_USES};
use crate::failure::Failure;
use crate::files;
use serde::Serialize;
use std::path::PathBuf;
use voltvote::health::cases::{records_of_type, CASES, FIRST_EXTRAPOLATION, TYPES};
use voltvote::health::generator::Trainings;
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
    /// As published: so many trainings of every case, of which the middle one is shown.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    trainings: u32,
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
    /// Means of the types.
    #[serde(flatten)]
    means: Means,
}

#[derive(Serialize)]
struct OfType<R> {
    #[serde(rename = "type")]
    name: String,
    #[serde(flatten)]
    means: Means,
    cases: Vec<R>,
}

/// MAPE in per cent, over the cases of a type or over types.
#[derive(Serialize, Clone, Copy, Default)]
struct Means {
    /// Cases 0-3.
    interpolation: Option<f64>,
    /// Cases 4-7.
    extrapolation: Option<f64>,
    /// Always answering the mean, all cases.
    constant: Option<f64>,
}

impl Means {
    fn of_cases(figures: &[CaseFigure]) -> Self {
        let of = |extrapolates: bool| {
            let cases = figures.iter();
            mean(
                cases
                    .filter(|figure| (figure.case >= FIRST_EXTRAPOLATION) == extrapolates)
                    .map(|figure| figure.mape),
            )
        };
        Self {
            interpolation: of(false),
            extrapolation: of(true),
            constant: mean(figures.iter().map(|figure| figure.constant)),
        }
    }

    fn of_types(types: &[Self]) -> Self {
        let of = |part: fn(&Self) -> Option<f64>| mean(types.iter().filter_map(part));
        Self {
            interpolation: of(|means| means.interpolation),
            extrapolation: of(|means| means.extrapolation),
            constant: of(|means| means.constant),
        }
    }

    fn show(&self, name: &str) {
        let words = |what: &str, value: Option<f64>| match value {
            Some(value) => format!("  {what} {value:.2} %"),
            None => String::new(),
        };
        println!(
            "{name:7} means{}{}{}",
            words("interpolation", self.interpolation),
            words("extrapolation", self.extrapolation),
            words("constant", self.constant)
        );
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Runs the experiment.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let soc_use = soc_use(&arguments.soc);
    if arguments.split == "federated" {
        return federated_types(arguments);
    }
    if arguments.split == "as-published" {
        let words = |trainings: &Trainings| {
            let r = &trainings.median;
            let (least, most) = trainings.range();
            format!(
                "MAPE {:5.2} % ({least:.2} to {most:.2}, mean {:.2}, of {})  constant {:5.2} %  without generation {:5.2} %  generated voltages off by {:.2} %  KL {:.4}",
                r.mape, trainings.mean(), trainings.mape_by_seed.len(), r.constant, r.without_generation, r.generation_error, r.divergence
            )
        };
        return report(
            arguments,
            |records, case| {
                let (scaled, n) = (arguments.latent_scaling, arguments.trainings);
                Trainings::run(records, case, scaled, arguments.seed, n)
            },
            |Trainings { median: r, .. }| CaseFigure {
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
    if !arguments.json {
        let of = |part: fn(&Federated) -> f64| {
            mean(results.iter().map(|(_, result)| part(result))).unwrap_or(f64::NAN)
        };
        println!(
            "all     pooled {:5.2} %  moments {:5.2} %  constant {:5.2} %",
            of(|r| r.pooled),
            of(|r| r.moments),
            of(|r| r.constant)
        );
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
    let mut figures: Vec<(String, Vec<CaseFigure>)> = Vec::new();
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
            results.push(result);
        }
        let of_type: Vec<CaseFigure> = results.iter().map(&figure).collect();
        let means = Means::of_cases(&of_type);
        if !arguments.json {
            means.show(name);
        }
        figures.push((name.into(), of_type));
        types.push(OfType {
            name: name.into(),
            means,
            cases: results,
        });
    }
    if let Some(path) = &arguments.report {
        let heading = format!(
            "State of health from pulses, split {}, state of charge {}",
            arguments.split, arguments.soc
        );
        files::write(path, page_of(&heading, &figures).as_bytes())?;
    }
    let of_types: Vec<Means> = types.iter().map(|of_type| of_type.means).collect();
    let report = Report {
        split: arguments.split.clone(),
        seed: arguments.seed,
        means: Means::of_types(&of_types),
        types,
    };
    let text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::new("report-not-written", error.to_string()))?;
    if let Some(path) = &arguments.out {
        files::write(path, text.as_bytes())?;
    }
    if arguments.json {
        println!("{text}");
    } else {
        report.means.show("all");
    }
    Ok(())
}
