//! The 1-D convolutional network of the peer-review file, beside the forest in one run.
//!
//! As described there: two convolutions (32 and 64 filters), pooling, dropout, a dense layer of
//! 128; SGD at 0.01 with momentum 0.9, 50 epochs, batches of 128, on the 1000-point curves of
//! charge and discharge. Left open there and ours: kernels of 3 points, pooling of 2 after both
//! convolutions, dropout of 0.25 on filters and 0.5 on the dense layer, He initialisation, one
//! mean and deviation per curve for all rows.

mod curves;
mod network;

use super::Arguments;
use crate::failure::Failure;
use curves::{read_cells, simulated_cells, Cells};
use network::Network;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;
use voltvote::evaluate::split_by_battery;
use voltvote::forest::{Forest, Params};

/// Rows per class after copying, S.
const ROWS_PER_CLASS: usize = 200;
/// Share of them to train on.
const TRAIN_SHARE: f64 = 0.8;
/// Share of the others to test on, as published.
const TEST_SHARE: f64 = 0.4;

/// What one kind of model came to.
struct Outcome {
    answers: Vec<u16>,
    training_s: f64,
    /// Time to answer the test rows.
    answering_s: f64,
}

/// The comparison that the arguments ask for.
pub fn run(arguments: &Arguments) -> Result<Value, Failure> {
    let mut cells = match (arguments.simulated, &arguments.data, &arguments.labels) {
        (Some(n_cells), ..) => simulated_cells(n_cells, arguments.fleet_seed)?,
        (None, Some(data), Some(labels)) => read_cells(data, labels)?,
        _ => return Err(super::input::without_data()),
    };
    if let Some(source) = &arguments.source {
        cells.source.clone_from(source);
    }
    compare(&cells, &arguments.split, arguments.seed, arguments.epochs)
}

/// Trains both on the same rows and times them. Seconds depend on the machine.
pub fn compare(cells: &Cells, split: &str, seed: u64, n_epochs: u32) -> Result<Value, Failure> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (train, test) = match split {
        "as-published" => copied_rows(cells, &mut rng),
        _ => whole_batteries(cells, seed, &mut rng),
    };
    let forest = forest(cells, &train, &test, seed)?;
    let network = network(cells, &train, &test, seed, n_epochs)
        .map_err(|error| Failure::new("cnn-failed", error.to_string()))?;
    let n_test = test.len().max(1) as f64;
    let figures = |outcome: &Outcome| {
        let pairs = outcome.answers.iter().zip(&test);
        let is_right = |(answer, row): &(&u16, &usize)| **answer == cells.curves.labels[**row];
        json!({
            "accuracy": pairs.filter(is_right).count() as f64 / n_test,
            "training_seconds": outcome.training_s,
            "training_seconds_per_sample": outcome.training_s / train.len().max(1) as f64,
            "seconds_per_sample": outcome.answering_s / n_test,
        })
    };
    Ok(json!({
        "experiment": "cnn",
        "source": cells.source,
        "split": split,
        "seed": seed,
        "epochs": n_epochs,
        "n_batteries": cells.batteries.len(),
        "n_training_rows": train.len(),
        "n_test_rows": test.len(),
        "classes": cells.classes,
        "software": concat!("voltvote ", env!("CARGO_PKG_VERSION")),
        "cnn": figures(&network),
        "forest": figures(&forest),
    }))
}

/// The comparison on the simulated fleet and, where it is at hand, on `fleet-dev`, as a section of
/// the results page.
pub fn section(root: &Path, n_cells: u32, seed: u64, n_epochs: u32) -> Result<String, Failure> {
    let mut sources = vec![simulated_cells(n_cells, 1)?];
    let folder = root.join("fleet-dev");
    let manifest = folder.join("manifest.csv");
    if manifest.is_file() {
        sources.push(read_cells(&folder, &manifest)?);
    }
    let mut out = String::from(HEAD);
    for cells in &sources {
        for split in ["as-published", "leak-free"] {
            eprintln!("{}, {split}: cnn", cells.source);
            let report = compare(cells, split, seed, n_epochs)?;
            for (key, name) in [("cnn", "network"), ("forest", "forest")] {
                let figure = |name: &str| report[key][name].as_f64().unwrap_or(f64::NAN);
                // Writing to a String cannot fail.
                let _ = writeln!(
                    out,
                    "| {}, {split} | {name} | {:.1} | {} | {:.4} | {:.6} |",
                    cells.source,
                    100.0 * figure("accuracy"),
                    report["n_test_rows"],
                    figure("training_seconds_per_sample"),
                    figure("seconds_per_sample"),
                );
            }
        }
    }
    Ok(out)
}

const HEAD: &str = "The network of the peer-review file (two convolutions, 50 epochs of gradient \
    descent) on the 1000-point curves, and the forest of ten trees on the 30 features, trained on \
    the same rows and timed in one run on one machine: accuracies are the same everywhere up to \
    rounding in the network, seconds are not. Published: 97 % at 0.1084 s per sample for the \
    network, 95 % at 0.0008 s for the forest. One split each; a test battery of the leak-free split \
    is a large step of its accuracy.\n\n\
    | rows | model | accuracy, % | test rows | training, s per row | answering, s per row |\n\
    |---|---|---|---|---|---|\n";

fn forest(cells: &Cells, train: &[usize], test: &[usize], seed: u64) -> Result<Outcome, Failure> {
    let rows = |rows: &[usize]| cells.features.select(ndarray::Axis(0), rows);
    let labels: Vec<u16> = train.iter().map(|&row| cells.curves.labels[row]).collect();
    let params = Params {
        seed,
        ..Params::default()
    };
    let started = Instant::now();
    let forest = Forest::fit(
        rows(train).view(),
        &labels,
        cells.classes.len() as u16,
        &params,
    )?;
    let training_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    Ok(Outcome {
        answers: forest.predict(rows(test).view())?,
        training_s,
        answering_s: started.elapsed().as_secs_f64(),
    })
}

fn network(
    cells: &Cells,
    train: &[usize],
    test: &[usize],
    seed: u64,
    n_epochs: u32,
) -> candle_core::Result<Outcome> {
    let mut told = |epoch, loss| eprintln!("epoch {epoch} of {n_epochs}: cross entropy {loss:.3}");
    let started = Instant::now();
    let network = Network::fit(&cells.curves, train, n_epochs, seed, &mut told)?;
    let training_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    Ok(Outcome {
        answers: network.predict(&cells.curves, test)?,
        training_s,
        answering_s: started.elapsed().as_secs_f64(),
    })
}

/// A fifth of each class's batteries to test on; the others' rows are drawn with replacement to
/// the published number.
fn whole_batteries(cells: &Cells, seed: u64, rng: &mut ChaCha8Rng) -> (Vec<usize>, Vec<usize>) {
    let labels = &cells.curves.labels;
    let split = split_by_battery(&cells.batteries, labels, 1.0 - TRAIN_SHARE, seed);
    let n = (TRAIN_SHARE * ROWS_PER_CLASS as f64) as usize;
    (drawn(cells, &split.train, n, rng), split.test)
}

/// All rows are drawn with replacement first, then parted: copies of a row stand on both sides.
fn copied_rows(cells: &Cells, rng: &mut ChaCha8Rng) -> (Vec<usize>, Vec<usize>) {
    let all: Vec<usize> = (0..cells.batteries.len()).collect();
    let mut train = drawn(cells, &all, ROWS_PER_CLASS, rng);
    let mut rest = train.split_off((TRAIN_SHARE * train.len() as f64) as usize);
    rest.truncate((TEST_SHARE * rest.len() as f64) as usize);
    (train, rest)
}

/// Rows drawn with replacement, the same number per class, in any order.
fn drawn(cells: &Cells, rows: &[usize], per_class: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut out = Vec::new();
    for class in 0..cells.classes.len() {
        let is_of = |row: &usize| usize::from(cells.curves.labels[*row]) == class;
        let pool: Vec<usize> = rows.iter().copied().filter(is_of).collect();
        out.extend((0..per_class).filter_map(|_| pool.choose(rng)));
    }
    out.shuffle(rng);
    out
}
