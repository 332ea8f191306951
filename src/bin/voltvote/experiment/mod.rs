//! `voltvote experiment ...`: simulated rounds on labelled batteries, on all cores.

#[cfg(feature = "cnn")]
mod cnn;
mod input;
mod jobs;
mod makers;
mod results;
mod show;

use crate::failure::Failure;
use crate::files;
use std::path::{Path, PathBuf};
use voltvote::evaluate::{
    ClientParams, Experiment, Language, Partition, Plan, Report, Setup, Sharing, SplitMode,
    EXPERIMENTS,
};

/// Arguments of `experiment`.
#[derive(clap::Args)]
pub struct Arguments {
    /// homogeneous, noise, importance, heterogeneity, loss, trees, plan, attack, unknown,
    /// calibration or makers; `cnn` holds the forest against a convolutional network (in builds
    /// with that feature); `results` runs the published ones and writes a page (Markdown) of what
    /// agrees with the paper.
    experiment: String,
    /// Features: a features.csv, or the folder it lies in.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Labels: manifest.csv with `cell_id` or `file`, `class` or `cathode`, and `battery` where
    /// several rows are of one physical battery: splits and owners keep them together.
    #[arg(long)]
    labels: Option<PathBuf>,
    /// Instead of data: a simulated fleet of this many cells.
    #[arg(long, value_name = "CELLS", value_parser = clap::value_parser!(u32).range(9..))]
    simulated: Option<u32>,
    /// Seed of the simulated fleet.
    #[arg(long, default_value_t = 1)]
    fleet_seed: u64,
    /// What figures call the data; otherwise the name of its file or folder.
    #[arg(long)]
    source: Option<String>,
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
    /// Number of collaborators.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    clients: u16,
    /// Fewest rows of a collaborator, lb.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    fewest_rows: u32,
    /// Most rows of a collaborator, ub.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    most_rows: u32,
    /// Whether collaborators may hold the same batteries.
    #[arg(long, default_value = "shared", value_parser = ["shared", "disjoint"])]
    sharing: String,
    /// How batteries are parted: even, dirichlet:ALPHA, maker or size.
    #[arg(long, default_value = "even", value_parser = |text: &str| {
        Partition::parse(text).ok_or("even, dirichlet:ALPHA, maker or size")
    })]
    partition: Partition,
    /// Accuracy that `plan` looks for.
    #[arg(long, default_value_t = 0.95)]
    target: f64,
    /// Language of figures and captions: en or zh-CN.
    #[arg(long, default_value = "en")]
    language: String,
    /// cnn: passes over the training rows.
    #[cfg(feature = "cnn")]
    #[arg(long, default_value_t = 50)]
    epochs: u32,
    /// Threads; otherwise one per core. The report does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// Report to write (JSON); its tables and figures go beside it as .csv and .html, and
    /// finished runs are kept in .runs until it is written.
    #[arg(long)]
    out: PathBuf,
    /// Print the report as well.
    #[arg(long)]
    json: bool,
}

/// Runs the experiment and writes its report.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.experiment == "cnn" {
        let report = convolutional(arguments)?;
        files::print_json(&report);
        return write_json(&report, &arguments.out);
    }
    if arguments.experiment == "makers" {
        let report = makers::report(arguments)?;
        write_json(&report, &arguments.out)?;
        if arguments.json {
            files::print_json(&report);
        } else {
            makers::show(&report);
        }
        return Ok(());
    }
    if arguments.experiment == "results" {
        return results::run(arguments);
    }
    let experiment = Experiment::of(&arguments.experiment).ok_or_else(|| {
        let mut names: Vec<&str> = EXPERIMENTS.iter().map(|(_, name)| *name).collect();
        names.extend(["makers", "cnn", "results"]);
        Failure::new(
            "experiment-unknown",
            format!("the experiments are {}", names.join(", ")),
        )
    })?;
    let (fleet, source) = input::fleet(arguments)?;
    if arguments.partition == Partition::Maker && fleet.n_makers() < 2 {
        return Err(Failure::new(
            "experiment-without-makers",
            "the manifest names fewer than two makers",
        ));
    }
    let setup = Setup {
        split: match arguments.split.as_str() {
            "as-published" => SplitMode::AsPublished,
            _ => SplitMode::LeakFree,
        },
        runs: arguments.runs,
        seed: arguments.seed,
        clients: ClientParams {
            n_clients: arguments.clients.into(),
            fewest_rows: arguments.fewest_rows,
            most_rows: arguments.most_rows.max(arguments.fewest_rows),
            sharing: match arguments.sharing.as_str() {
                "disjoint" => Sharing::Disjoint,
                _ => Sharing::Shared,
            },
            partition: arguments.partition,
            ..ClientParams::default()
        },
        target: arguments.target,
        source,
        ..Setup::default()
    };
    let plan = Plan::new(&fleet, experiment, setup);
    let kept = arguments.out.with_extension("runs");
    check_outputs(&arguments.out, &kept)?;
    let results = jobs::run(&plan, Some(&kept), n_threads(arguments.threads))?;
    let report = plan.report(&results, Language::of(&arguments.language));
    write(&report, &arguments.out)?;
    std::fs::remove_file(&kept)
        .map_err(|error| Failure::new("run-file-unwritable", error.to_string()))?;
    if arguments.json {
        files::print_json(&report.json);
    } else {
        show::show(&report.json);
    }
    Ok(())
}

#[cfg(feature = "cnn")]
fn convolutional(arguments: &Arguments) -> Result<serde_json::Value, Failure> {
    cnn::run(arguments)
}

/// Tensors are left out of ordinary builds: they would double the time to compile.
#[cfg(not(feature = "cnn"))]
fn convolutional(_: &Arguments) -> Result<serde_json::Value, Failure> {
    Err(Failure::new(
        "experiment-without-cnn",
        "this build has no convolutional network: cargo build --release --features cnn",
    ))
}

/// One thread per core where nothing else is asked for.
fn n_threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Four files have one name and an ending each: none may be another, or what was read.
fn check_outputs(out: &Path, kept: &Path) -> Result<(), Failure> {
    let beside = [out.with_extension("csv"), out.with_extension("html")];
    if out == kept || beside.iter().any(|path| path == out) {
        return Err(Failure::new(
            "out-is-beside",
            format!(
                "{}: this ending is for what goes beside the report; write .json",
                out.display()
            ),
        ));
    }
    for path in beside.iter().map(PathBuf::as_path).chain([out, kept]) {
        files::check_output(path)?;
    }
    Ok(())
}

/// JSON at `out`, CSV and HTML beside it.
fn write(report: &Report, out: &Path) -> Result<(), Failure> {
    write_json(&report.json, out)?;
    files::write(&out.with_extension("csv"), report.csv.as_bytes())?;
    files::write(&out.with_extension("html"), report.html().as_bytes())
}

fn write_json(report: &serde_json::Value, out: &Path) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new("report-unwritable", error.to_string()))?;
    text.push('\n');
    files::write(out, text.as_bytes())
}
