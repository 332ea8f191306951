//! `voltvote experiment ...`: simulated rounds on labelled batteries, on all cores.

mod input;
mod jobs;
mod makers;
mod show;

use crate::failure::Failure;
use crate::files;
use std::path::PathBuf;
use voltvote::evaluate::{Experiment, Plan, SplitMode, EXPERIMENTS};

/// Arguments of `experiment`.
#[derive(clap::Args)]
pub struct Arguments {
    /// homogeneous, heterogeneity, noise, loss, attack, unknown, calibration, importance or makers.
    experiment: String,
    /// Features: a features.csv, or the folder it lies in.
    #[arg(long)]
    data: PathBuf,
    /// Labels: manifest.csv with `cell_id` or `file`, and `class` or `cathode`.
    #[arg(long)]
    labels: PathBuf,
    /// How training and test rows are parted.
    #[arg(long, default_value = "leak-free", value_parser = ["leak-free", "as-published"])]
    split: String,
    /// Monte Carlo runs per setting.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Seed; the same seed gives the same report.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Use one half of the batteries only, parted at random but the same for every seed: rules
    /// are chosen on the first and reported on the second.
    #[arg(long, value_parser = ["first", "second"])]
    half: Option<String>,
    /// makers: features of cells whose makers are all unseen.
    #[arg(long, requires = "others_labels")]
    others: Option<PathBuf>,
    /// makers: their labels; cells without a cathode are asked about but not judged.
    #[arg(long, requires = "others")]
    others_labels: Option<PathBuf>,
    /// Report to write.
    #[arg(long)]
    out: PathBuf,
    /// Print the report as well.
    #[arg(long)]
    json: bool,
}

/// Runs the experiment and writes its report.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.experiment == "makers" {
        let report = makers::report(arguments)?;
        write(arguments, &report)?;
        if !arguments.json {
            makers::show(&report);
        }
        return Ok(());
    }
    let experiment = experiment_named(&arguments.experiment)?;
    let fleet = input::fleet(arguments)?;
    let split = match arguments.split.as_str() {
        "as-published" => SplitMode::AsPublished,
        _ => SplitMode::LeakFree,
    };
    let plan = Plan::new(&fleet, experiment, split, arguments.runs, arguments.seed);
    let results = jobs::run(&plan)?;
    let report = plan.report(&results);
    write(arguments, &report)?;
    if !arguments.json {
        show::show(&report);
    }
    Ok(())
}

/// Writes the report, and prints it where asked.
fn write(arguments: &Arguments, report: &serde_json::Value) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new("report-unwritable", error.to_string()))?;
    text.push('\n');
    files::write(&arguments.out, text.as_bytes())?;
    if arguments.json {
        files::print_json(report);
    }
    Ok(())
}

fn experiment_named(name: &str) -> Result<Experiment, Failure> {
    let found = EXPERIMENTS.iter().find(|(_, known)| *known == name);
    found.map(|(experiment, _)| *experiment).ok_or_else(|| {
        let mut names: Vec<&str> = EXPERIMENTS.iter().map(|(_, name)| *name).collect();
        names.push("makers");
        Failure::new(
            "experiment-unknown",
            format!("the experiments are {}", names.join(", ")),
        )
    })
}
