//! `voltvote experiment results --out docs/results.md`: the published figures beside what comes
//! out here, on simulated and on measured batteries, with both splits.

use super::{input, jobs, n_threads, Arguments};
use crate::failure::Failure;
use crate::files;
use crate::health::load::pulse_files;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use voltvote::evaluate::{Experiment, Fleet, Language, Plan, Report, Setup, SplitMode};
use voltvote::health::{feature_table, PulseRecord};

/// Cells of the simulated fleet: as many as the paper had.
const N_CELLS: u32 = 130;

/// A fleet of the page.
struct Source {
    id: &'static str,
    name: &'static str,
    fleet: Fleet,
    label: String,
}

/// Experiments run on a source with a split.
const RUNS: [(&str, &str, &[Experiment]); 6] = [
    (
        "simulated",
        "as-published",
        &[
            Experiment::Homogeneous,
            Experiment::Heterogeneity,
            Experiment::Noise,
            Experiment::Loss,
        ],
    ),
    (
        "simulated",
        "leak-free",
        &[
            Experiment::Homogeneous,
            Experiment::Heterogeneity,
            Experiment::Noise,
            Experiment::Importance,
            Experiment::Trees,
            Experiment::Planning,
        ],
    ),
    (
        "fleet-dev",
        "as-published",
        &[
            Experiment::Homogeneous,
            Experiment::Heterogeneity,
            Experiment::Noise,
        ],
    ),
    (
        "fleet-dev",
        "leak-free",
        &[
            Experiment::Homogeneous,
            Experiment::Heterogeneity,
            Experiment::Noise,
        ],
    ),
    (
        "pulsebat",
        "as-published",
        &[
            Experiment::Homogeneous,
            Experiment::Heterogeneity,
            Experiment::Noise,
        ],
    ),
    (
        "pulsebat",
        "leak-free",
        &[
            Experiment::Homogeneous,
            Experiment::Heterogeneity,
            Experiment::Noise,
        ],
    ),
];

/// A published figure and where its counterpart lies.
struct Claim {
    what: &'static str,
    published: &'static str,
    /// Lowest and highest value that is counted as agreement.
    agrees: (f64, f64),
    /// Experiment and what is read off its report, in per cent.
    read: (Experiment, fn(&Value) -> Option<f64>),
    why_not: &'static str,
}

fn mean(report: &Value, setting: &str, rule: &str) -> Option<f64> {
    let settings = report["settings"].as_array()?;
    let found = settings.iter().find(|s| s["setting"] == setting)?;
    Some(100.0 * found["values"][rule]["mean"].as_f64()?)
}

fn budget(report: &Value, rule: &str) -> Option<f64> {
    report["privacy_budget_percent"]["by_rule"][rule].as_f64()
}

const EASY: &str = "Our rows are easier or harder than the paper's table, which is not public: \
    compare the pooled-data forest in the tables.";
const NOISE_BASE: &str = "The noise is relative to the mean square of a feature, so features with \
    a large mean and a small spread drown first; how many of them there are differs from table to \
    table.";

const CLAIMS: [Claim; 11] = [
    Claim { what: "Homogeneous, majority vote (%)", published: "95", agrees: (92.0, 98.0), read: (Experiment::Homogeneous, |r| mean(r, "all classes", "mv")), why_not: EASY },
    Claim { what: "Homogeneous, Wasserstein-distance voting (%)", published: "99", agrees: (97.0, 100.0), read: (Experiment::Homogeneous, |r| mean(r, "all classes", "wdv")), why_not: "With all classes everywhere the distances of collaborators are nearly equal, so `wdv` can hardly differ from `mv`." },
    Claim { what: "Index 2, independent learning (%)", published: "55", agrees: (45.0, 65.0), read: (Experiment::Heterogeneity, |r| mean(r, "index 2", "il")), why_not: "A collaborator with k of n classes is right in about k / n at most; the mean of k follows from the number of classes, here another one than nine or easier rows." },
    Claim { what: "Index 2, majority vote (%)", published: "71-79", agrees: (68.0, 82.0), read: (Experiment::Heterogeneity, |r| mean(r, "index 2", "mv")), why_not: "Where each forest is nearly perfect on the classes it holds, enough collaborators hold every class for the majority to be right: the published loss does not appear." },
    Claim { what: "Index 2, Wasserstein-distance voting (%)", published: "97", agrees: (94.0, 100.0), read: (Experiment::Heterogeneity, |r| mean(r, "index 2", "wdv")), why_not: "One weight per collaborator cannot know which battery it is asked about; the paper leaves alpha, lambda and q open, and its prose weighs distant collaborators more. The opposite sign is in the tables as `wdv-reversed`." },
    Claim { what: "Index 2, `wdv` ahead of `mv` (points)", published: "18-26", agrees: (5.0, 40.0), read: (Experiment::Heterogeneity, |r| Some(mean(r, "index 2", "wdv")? - mean(r, "index 2", "mv")?)), why_not: "See the two lines above: there is little or nothing to gain over `mv`, and a weight per collaborator does not gain it." },
    Claim { what: "Privacy budget, independent learning (% NSR)", published: "4", agrees: (3.0, 5.0), read: (Experiment::Noise, |r| budget(r, "il")), why_not: NOISE_BASE },
    Claim { what: "Privacy budget, majority vote (% NSR)", published: "6", agrees: (5.0, 7.0), read: (Experiment::Noise, |r| budget(r, "mv")), why_not: NOISE_BASE },
    Claim { what: "Privacy budget, Wasserstein-distance voting (% NSR)", published: "10", agrees: (9.0, 10.0), read: (Experiment::Noise, |r| budget(r, "wdv")), why_not: NOISE_BASE },
    Claim { what: "Index 9, 10 % of votes lost, `wdv` (%)", published: "near 90", agrees: (87.0, 100.0), read: (Experiment::Loss, |r| mean(r, "index 9, 10 % of votes lost", "wdv")), why_not: EASY },
    Claim { what: "Index 2, evidence (ours, %)", published: "-", agrees: (95.0, 100.0), read: (Experiment::Heterogeneity, |r| mean(r, "index 2", "evidence")), why_not: "" },
];

/// Figures shown: source, split, experiment, figure.
const FIGURES: [(&str, &str, Experiment, &str); 13] = [
    (
        "simulated",
        "as-published",
        Experiment::Homogeneous,
        "accuracy",
    ),
    (
        "simulated",
        "as-published",
        Experiment::Homogeneous,
        "confusion-mv",
    ),
    (
        "simulated",
        "as-published",
        Experiment::Heterogeneity,
        "heterogeneity",
    ),
    (
        "simulated",
        "leak-free",
        Experiment::Heterogeneity,
        "heterogeneity",
    ),
    (
        "pulsebat",
        "leak-free",
        Experiment::Heterogeneity,
        "heterogeneity",
    ),
    (
        "pulsebat",
        "leak-free",
        Experiment::Heterogeneity,
        "exact-classes",
    ),
    (
        "simulated",
        "leak-free",
        Experiment::Heterogeneity,
        "best-majority-flow",
    ),
    ("simulated", "as-published", Experiment::Noise, "noise"),
    (
        "simulated",
        "as-published",
        Experiment::Noise,
        "privacy-budget",
    ),
    (
        "simulated",
        "as-published",
        Experiment::Loss,
        "loss-index-2",
    ),
    (
        "simulated",
        "leak-free",
        Experiment::Importance,
        "importance",
    ),
    ("simulated", "leak-free", Experiment::Trees, "trees"),
    (
        "simulated",
        "leak-free",
        Experiment::Planning,
        "plan-evidence",
    ),
];

type Key = (&'static str, &'static str, &'static str);

/// Runs everything and writes the page with its figures beside it.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let sources = sources()?;
    let mut reports: BTreeMap<Key, Report> = BTreeMap::new();
    for (id, split, experiments) in RUNS {
        let Some(source) = sources.iter().find(|source| source.id == id) else {
            continue;
        };
        for experiment in experiments {
            eprintln!("{id}, {split}: {}", experiment.name());
            let setup = Setup {
                split: match split {
                    "as-published" => SplitMode::AsPublished,
                    _ => SplitMode::LeakFree,
                },
                runs: arguments.runs,
                seed: arguments.seed,
                source: source.label.clone(),
                ..Setup::default()
            };
            let plan = Plan::new(&source.fleet, *experiment, setup);
            let kept = arguments
                .out
                .with_extension(format!("{id}.{split}.{}.runs", experiment.name()));
            let results = jobs::run(&plan, Some(&kept), n_threads(arguments.threads))?;
            reports.insert(
                (id, split, experiment.name()),
                plan.report(&results, Language::English),
            );
        }
    }
    let page = page(arguments, &sources, &reports)?;
    files::write(&arguments.out, page.as_bytes())?;
    for (id, split, experiments) in RUNS {
        for experiment in experiments {
            // Kept until the page is there, so that a killed run can go on.
            let kept = arguments
                .out
                .with_extension(format!("{id}.{split}.{}.runs", experiment.name()));
            let _ = std::fs::remove_file(kept);
        }
    }
    Ok(())
}

/// The simulated fleet, and those of the data folder that are there.
fn sources() -> Result<Vec<Source>, Failure> {
    let (fleet, label) = input::simulated_fleet(N_CELLS, 1)?;
    let mut out = vec![Source {
        id: "simulated",
        name: "own simulator",
        fleet,
        label,
    }];
    let root = data_root();
    let folder = root.join("fleet-dev");
    if folder.join("manifest.csv").is_file() {
        let (fleet, _) = input::read_fleet(&folder, &folder.join("manifest.csv"))?;
        out.push(Source {
            id: "fleet-dev",
            name: "another simulator (PyBaMM)",
            fleet,
            label: "fleet-dev, simulated with PyBaMM by others".into(),
        });
    } else {
        eprintln!("skipped: no fleet-dev in {}", root.display());
    }
    let mut pulses: Vec<PathBuf> = Vec::new();
    if let Ok(entries) = std::fs::read_dir(root.join("pulsebat")) {
        pulses = entries.flatten().map(|entry| entry.path()).collect();
        pulses.retain(|path| path.extension().is_some_and(|end| end == "xlsx"));
        pulses.sort();
    }
    if pulses.is_empty() {
        eprintln!("skipped: no PulseBat in {}", root.display());
        return Ok(out);
    }
    let table = pulse_files(&pulses)?;
    let names: Vec<Option<String>> = table.records.iter().map(|r| Some(r.class())).collect();
    let mut fleet = Fleet::new(&feature_table(&table.records)?, &names);
    // Records are named one by one; a battery was measured at many states of charge.
    let battery = |record: &PulseRecord| format!("{} {}", record.class(), record.battery);
    let mut batteries: Vec<String> = table.records.iter().map(battery).collect();
    batteries.sort_unstable();
    batteries.dedup();
    let number = |record| batteries.binary_search(&battery(record)).unwrap_or(0) as u32;
    fleet.batteries = table.records.iter().map(number).collect();
    out.push(Source {
        id: "pulsebat",
        name: "measured (PulseBat, pulses)",
        fleet,
        label: "PulseBat (MIT licence), measured 5 s pulses of retired batteries".into(),
    });
    Ok(out)
}

/// The folder of measured and foreign data.
fn data_root() -> PathBuf {
    std::env::var_os("VOLTVOTE_DATA").map_or_else(|| "../shared/data".into(), PathBuf::from)
}

#[cfg(feature = "cnn")]
fn network(arguments: &Arguments) -> Result<String, Failure> {
    super::cnn::section(&data_root(), N_CELLS, arguments.seed, arguments.epochs)
}

#[cfg(not(feature = "cnn"))]
fn network(_: &Arguments) -> Result<String, Failure> {
    eprintln!(
        "skipped: the convolutional network, which this build does not have (--features cnn)"
    );
    Ok("Not on this page: it was written by a build without the network. `cargo run --release --features cnn -- experiment results …` adds it.\n".into())
}

/// The page; figures are written beside it.
fn page(
    arguments: &Arguments,
    sources: &[Source],
    reports: &BTreeMap<Key, Report>,
) -> Result<String, Failure> {
    let mut page = String::from("# Results\n\nGenerated by\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "```sh\ncargo run --release{} -- experiment results --runs {} --seed {} --out docs/results.md\n```\n",
        if cfg!(feature = "cnn") { " --features cnn" } else { "" },
        arguments.runs,
        arguments.seed
    );
    page.push_str("The published figures are those of Tao et al., Nat. Commun. 14, 8032 (2023), and its peer-review file. Their table of 130 cells is not public, so nothing here can repeat them on the same rows: agreement means agreement in kind.\n\n");
    for source in sources {
        let _ = writeln!(
            page,
            "- **{}**: {}; {} rows of {} batteries, {} classes.",
            source.name,
            source.label,
            source.fleet.len(),
            source.fleet.n_batteries(),
            source.fleet.n_classes()
        );
    }
    page.push_str("\n`as-published`: rows are copied to 200 per class, then parted, so a row can be in training and test. `leak-free`: whole batteries are parted first.\n\n## Published and found\n\n| figure | published |");
    let columns: Vec<(&str, &str)> = RUNS
        .iter()
        .filter(|(id, ..)| sources.iter().any(|source| source.id == *id))
        .map(|(id, split, _)| (*id, *split))
        .collect();
    for (id, split) in &columns {
        let _ = write!(page, " {id}, {split} |");
    }
    page.push_str(" agrees |\n|---|---|");
    page.push_str(&"---|".repeat(columns.len() + 1));
    page.push('\n');
    let mut reasons = String::new();
    for claim in &CLAIMS {
        let _ = write!(page, "| {} | {} |", claim.what, claim.published);
        let (mut n_agree, mut n) = (0, 0);
        for (id, split) in &columns {
            let value = reports
                .get(&(*id, *split, claim.read.0.name()))
                .and_then(|report| (claim.read.1)(&report.json));
            match value {
                Some(value) => {
                    n += 1;
                    n_agree += usize::from((claim.agrees.0..=claim.agrees.1).contains(&value));
                    let _ = write!(page, " {value:.1} |");
                }
                None if claim.read.0 == Experiment::Noise => page.push_str(" none |"),
                None => page.push_str(" |"),
            }
        }
        let _ = writeln!(page, " {n_agree} of {n} |");
        if n_agree < n && !claim.why_not.is_empty() {
            let _ = writeln!(reasons, "- {}: {}", claim.what, claim.why_not);
        }
    }
    page.push_str("\n\"Agrees\" counts the columns within a few points of the published figure. A privacy budget of \"none\" means that 90 % is missed even without noise.\n\n### Where they differ, and why\n\n");
    page.push_str(&reasons);
    page.push_str("\n## Figures\n");
    let folder = arguments
        .out
        .parent()
        .unwrap_or(Path::new(""))
        .join("figures");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::new("folder-unwritable", error.to_string()))?;
    for (id, split, experiment, figure) in FIGURES {
        let report = reports.get(&(id, split, experiment.name()));
        let Some(figure) = report.and_then(|r| r.figures.iter().find(|f| f.id == figure)) else {
            continue;
        };
        let name = format!("{id}-{split}-{}-{}.svg", experiment.name(), figure.id);
        // On a ground of its own: as an image it cannot take the colour of the page.
        let svg = figure.svg.replacen(
            '>',
            " color=\"#111111\"><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
            1,
        );
        files::write(&folder.join(&name), format!("{svg}\n").as_bytes())?;
        let _ = write!(
            page,
            "\n{}\n\n![{}](figures/{name})\n",
            figure.caption, figure.caption
        );
    }
    page.push_str("\n## A convolutional network beside the forest\n\n");
    page.push_str(&network(arguments)?);
    page.push_str("\n## Accuracies in full\n");
    for ((id, split, _), report) in reports {
        if let Some(table) = report
            .tables
            .first()
            .filter(|_| report.json["settings"].is_array())
        {
            if table.rows.len() > 40 {
                continue;
            }
            let _ = write!(
                page,
                "\n### {}: {id}, {split}\n\n| {} |\n|",
                report.title,
                table.header.join(" | ")
            );
            page.push_str(&"---|".repeat(table.header.len()));
            page.push('\n');
            for row in &table.rows {
                let _ = writeln!(page, "| {} |", row.join(" | "));
            }
        }
    }
    Ok(page)
}
