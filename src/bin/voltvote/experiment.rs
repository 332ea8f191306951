//! `voltvote experiment ...`: simulated rounds on labelled batteries, on all cores.

use crate::failure::Failure;
use crate::{files, own_data};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use voltvote::evaluate::{Experiment, Fleet, JobResult, Plan, SplitMode, EXPERIMENTS};
use voltvote::import::Manifest;
use voltvote::standardize::Params;

/// Arguments of `experiment`.
#[derive(clap::Args)]
pub struct Arguments {
    /// homogeneous, heterogeneity, noise, loss, attack or importance.
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
    /// Report to write.
    #[arg(long)]
    out: PathBuf,
    /// Print the report as well.
    #[arg(long)]
    json: bool,
}

/// Runs the experiment and writes its report.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let experiment = experiment_named(&arguments.experiment)?;
    let manifest = Manifest::parse(&files::read(&arguments.labels)?)?;
    let table = own_data::load(&arguments.data, Some(&manifest), &Params::default())?;
    let names: Vec<Option<String>> = table
        .cell_ids
        .iter()
        .map(|id| {
            let row = manifest
                .row_of_cell(id)
                .or_else(|| manifest.row_of_file(id))?;
            let named = [&row.class, &row.cathode]
                .into_iter()
                .find(|name| !name.is_empty());
            named.cloned()
        })
        .collect();
    let mut fleet = Fleet::new(&table, &names);
    if let Some(half) = &arguments.half {
        fleet = fleet.half(half == "second");
    }
    if fleet.n_classes() < 2 {
        return Err(Failure::new(
            "experiment-too-few-classes",
            "the labelled rows are of fewer than two classes",
        ));
    }
    let split = match arguments.split.as_str() {
        "as-published" => SplitMode::AsPublished,
        _ => SplitMode::LeakFree,
    };
    let plan = Plan::new(&fleet, experiment, split, arguments.runs, arguments.seed);
    let results = run_jobs(&plan)?;
    let report = plan.report(&results);
    let mut text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::new("report-unwritable", error.to_string()))?;
    text.push('\n');
    files::write(&arguments.out, text.as_bytes())?;
    if arguments.json {
        files::print_json(&report);
    } else {
        show(&report);
    }
    Ok(())
}

fn experiment_named(name: &str) -> Result<Experiment, Failure> {
    let found = EXPERIMENTS.iter().find(|(_, known)| *known == name);
    found.map(|(experiment, _)| *experiment).ok_or_else(|| {
        let names: Vec<&str> = EXPERIMENTS.iter().map(|(_, name)| *name).collect();
        Failure::new(
            "experiment-unknown",
            format!("the experiments are {}", names.join(", ")),
        )
    })
}

/// Spreads the jobs over the cores; the results are in the order of the jobs.
fn run_jobs(plan: &Plan<'_>) -> Result<Vec<JobResult>, Failure> {
    let n_jobs = plan.n_jobs();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![None; n_jobs]);
    let is_watched = std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= n_jobs {
                    break;
                }
                let result = plan.job(job);
                if let Ok(mut results) = results.lock() {
                    results[job] = Some(result);
                }
                if is_watched && job % 10 == 0 {
                    eprint!("\r{job} of {n_jobs} runs");
                }
            });
        }
    });
    if is_watched {
        eprintln!("\r{n_jobs} of {n_jobs} runs");
    }
    let lost = || Failure::new("experiment-failed", "a run ended without a result");
    let results = results.into_inner().map_err(|_| lost())?;
    let mut out = Vec::with_capacity(n_jobs);
    for result in results {
        out.push(result.ok_or_else(lost)??);
    }
    Ok(out)
}

/// Means as a table, one line per setting.
fn show(report: &serde_json::Value) {
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    println!(
        "{} ({}), {} runs",
        report["experiment"], report["split"], report["runs"]
    );
    for setting in list(&report["settings"]) {
        println!("{}", setting["setting"].as_str().unwrap_or_default());
        if let Some(values) = setting["values"].as_object() {
            for (column, figures) in values {
                println!(
                    "  {column:<14} {:.4} +- {:.4}",
                    figures["mean"].as_f64().unwrap_or_default(),
                    figures["sd"].as_f64().unwrap_or_default()
                );
            }
        }
    }
}
