//! Small experiments of every kind, for the native and the browser test.

use std::ops::ControlFlow;
use voltvote::canonical::sha256_hex;
use voltvote::evaluate::{
    simulated, ClientParams, Fleet, Language, Plan, Report, Setup, SplitMode, EXPERIMENTS,
};

/// One report per experiment and split, on a small simulated fleet.
pub fn reports() -> Vec<(String, Report)> {
    let fleet = fleet();
    let mut out = Vec::new();
    for (experiment, name) in EXPERIMENTS {
        for split in [SplitMode::LeakFree, SplitMode::AsPublished] {
            let plan = Plan::new(&fleet, experiment, setup(split));
            let results: Vec<_> = (0..plan.n_jobs())
                .map(|job| plan.job(job).expect("a result"))
                .collect();
            let report = plan.report(&results, Language::English);
            out.push((format!("{name} {}", split.name()), report));
        }
    }
    out
}

/// The fleet of these experiments.
pub fn fleet() -> Fleet {
    let mut keep_on = |_, _| ControlFlow::Continue(());
    let (table, manifest) = simulated(36, 11, &mut keep_on).expect("a fleet");
    Fleet::labelled(&table, &manifest)
}

/// Few runs of small rounds.
pub fn setup(split: SplitMode) -> Setup {
    Setup {
        split,
        runs: 2,
        seed: 5,
        clients: ClientParams {
            n_clients: 4,
            fewest_rows: 10,
            most_rows: 20,
            ..ClientParams::default()
        },
        rows_per_class: 8,
        source: "simulated, 36 cells".into(),
        ..Setup::default()
    }
}

/// A report as its fingerprints: JSON, CSV and page.
pub fn line((name, report): &(String, Report)) -> String {
    let json = report.json.to_string();
    let [json, csv, html] = [&json, &report.csv, &report.html()].map(|t| sha256_hex(t.as_bytes()));
    format!("{name} {} {} {}\n", &json[..16], &csv[..16], &html[..16])
}
