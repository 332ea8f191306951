//! The laboratory: the same seed gives the same report here and in the browser
//! (`tests/browser.rs`), every figure says what it rests on, runs can be taken up again.
//!
//! After a change that is meant to change reports: `VOLTVOTE_BLESS=1 cargo test --test lab`.

#![cfg(not(target_arch = "wasm32"))]

#[path = "lab/mod.rs"]
mod lab;

use std::process::{Child, Command, Stdio};
use voltvote::evaluate::{Language, Partition, Plan, Setup, SplitMode, EXPERIMENTS};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/lab.txt");

#[test]
fn a_seed_gives_the_recorded_reports() {
    let reports = lab::reports();
    let found: String = reports.iter().map(lab::line).collect();
    if std::env::var_os("VOLTVOTE_BLESS").is_some() {
        std::fs::write(GOLDEN, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(GOLDEN).unwrap());
    for (name, report) in &reports {
        assert!(
            !report.figures.is_empty() && !report.csv.is_empty(),
            "{name}"
        );
        for figure in &report.figures {
            let what = format!("{name}, {}", figure.id);
            let split = name.rsplit(' ').next().unwrap();
            assert!(figure.svg.contains(split), "{what}: the split is not on it");
            // The case shown in full is one run of many, and says so.
            let n = match figure.id.starts_with("best-majority") {
                true => "One run of many",
                false => "n = 2 runs",
            };
            for word in ["seed 5", "simulated, 36 cells", n] {
                assert!(figure.svg.contains(word), "{what}: {word} is not on it");
            }
            assert!(
                !figure.svg.contains("NaN") && !figure.caption.contains("NaN"),
                "{what}"
            );
            assert!(!figure.caption.is_empty(), "{what}");
        }
    }
}

#[test]
fn every_report_speaks_chinese() {
    let fleet = lab::fleet();
    for (experiment, name) in EXPERIMENTS {
        let plan = Plan::new(&fleet, experiment, lab::setup(SplitMode::LeakFree));
        let results = vec![plan.job(0).unwrap(); plan.n_jobs()];
        let [english, chinese] =
            [Language::English, Language::Chinese].map(|language| plan.report(&results, language));
        assert_eq!(english.json, chinese.json, "{name}");
        assert_eq!(english.figures.len(), chinese.figures.len(), "{name}");
        assert!(chinese.title.chars().any(|c| c > '\u{4e00}'), "{name}");
    }
}

#[test]
fn partitions_by_maker_size_and_dirichlet_run() {
    let fleet = lab::fleet();
    for partition in [Partition::Maker, Partition::Size, Partition::Dirichlet(0.3)] {
        let mut setup: Setup = lab::setup(SplitMode::LeakFree);
        setup.clients.partition = partition;
        let plan = Plan::new(&fleet, EXPERIMENTS[0].0, setup);
        let report = plan.report(
            &[plan.job(0).unwrap(), plan.job(1).unwrap()],
            Language::English,
        );
        let words = format!("batteries parted by {}", partition.name());
        assert!(report.figures[0].svg.contains(&words));
        assert_eq!(report.json["clients"]["partition"], partition.name());
    }
}

/// Killed in the middle and started again, with another number of threads: the same three files.
#[test]
fn a_report_taken_up_again_is_the_same() {
    let folder = std::env::temp_dir().join(format!("voltvote-lab-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let started = |name: &str, threads: &str| {
        Command::new(env!("CARGO_BIN_EXE_voltvote"))
            .args(["experiment", "homogeneous", "--simulated", "27"])
            .args(["--runs", "4", "--clients", "3"])
            .args(["--fewest-rows", "10", "--most-rows", "20"])
            .args(["--threads", threads, "--out"])
            .arg(folder.join(name).with_extension("json"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let run = |name: &str, threads: &str| {
        assert!(started(name, threads).wait().unwrap().success());
        let out = folder.join(name);
        ["json", "csv", "html"].map(|end| std::fs::read(out.with_extension(end)).unwrap())
    };
    let whole = run("whole", "2");
    // What a killed run leaves: a header, finished jobs in any order, and half a line.
    let plan_header = wait_for_lines(&folder.join("again.runs"), 2, started("again", "1"));
    std::fs::write(
        folder.join("again.runs"),
        format!("{plan_header}[3,[0.5,nu"),
    )
    .unwrap();
    assert!(!folder.join("again.json").exists());
    assert_eq!(whole, run("again", "1"));
    assert!(!folder.join("again.runs").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Kills the child once the file has this many whole lines; returns them.
fn wait_for_lines(path: &std::path::Path, n: usize, mut child: Child) -> String {
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<&str> = text
            .split_inclusive('\n')
            .filter(|l| l.ends_with('\n'))
            .collect();
        if lines.len() >= n {
            child.kill().unwrap();
            child.wait().unwrap();
            // If it finished meanwhile, its report must not stand in for the second run's.
            for end in ["json", "csv", "html"] {
                let _ = std::fs::remove_file(path.with_extension(end));
            }
            return lines[..n].concat();
        }
        assert!(
            child.try_wait().unwrap().is_none() || !text.is_empty(),
            "ended without a run file"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
