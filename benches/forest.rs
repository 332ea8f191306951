//! Time to fit 10 trees on 20,000 rows of 30 features, beside scikit-learn on the same rows.
//!
//! `cargo bench --bench forest`; needs `python3` with scikit-learn for the peer's column.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;
use voltvote::forest::{Forest, Params};

const N_ROWS: usize = 20_000;
const N_FEATURES: usize = 30;
const N_CLASSES: u16 = 9;
const N_RUNS: usize = 7;

/// Reads rows and classes from stdin, prints the seconds of each fit and the accuracy on odd rows
/// of a forest fitted to even rows.
const PEER: &str = r#"
import sys, time, numpy as np
from sklearn.ensemble import RandomForestClassifier
n, p, runs = map(int, sys.argv[1:])
raw = np.frombuffer(sys.stdin.buffer.read(), "<f8").reshape(n, p + 1)
x, y = np.ascontiguousarray(raw[:, :p]), raw[:, p].astype(int)
fit = lambda s, x, y: RandomForestClassifier(n_estimators=10, n_jobs=1, random_state=s).fit(x, y)
times = []
for s in range(runs):
    t = time.perf_counter(); fit(s, x, y); times.append(time.perf_counter() - t)
print(sorted(times)[runs // 2], np.mean([fit(s, x[::2], y[::2]).score(x[1::2], y[1::2]) for s in range(3)]))
"#;

fn main() {
    // Overlapping classes: each shifts a third of the features, so trees grow deep.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let classes: Vec<u16> = (0..N_ROWS).map(|_| rng.gen_range(0..N_CLASSES)).collect();
    let centres = Array2::from_shape_fn((usize::from(N_CLASSES), N_FEATURES), |_| {
        f64::from(rng.gen_range(0_u32..3) / 2) * 0.8
    });
    let x = Array2::from_shape_fn((N_ROWS, N_FEATURES), |(row, feature)| {
        let noise: f64 = (0..6).map(|_| rng.gen_range(-1.0..1.0)).sum();
        centres[[usize::from(classes[row]), feature]] + noise
    });
    let params = |seed: usize| Params {
        seed: seed as u64,
        ..Params::default()
    };
    let mut times: Vec<f64> = (0..N_RUNS)
        .map(|seed| {
            let start = Instant::now();
            let forest = Forest::fit(x.view(), &classes, N_CLASSES, &params(seed));
            let seconds = start.elapsed().as_secs_f64();
            assert!(forest.is_ok());
            seconds
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let ours = times[N_RUNS / 2];
    println!(
        "ours          {ours:.3} s, accuracy {:.4}",
        accuracy(&x, &classes)
    );
    match peer(&x, &classes) {
        Ok((theirs, accuracy)) => {
            println!("scikit-learn  {theirs:.3} s, accuracy {accuracy:.4}");
            println!("ratio         {:.3} (aim: at most 0.5)", ours / theirs);
        }
        Err(reason) => println!("scikit-learn  skipped: {reason}"),
    }
}

/// Mean over seeds of the accuracy on odd rows, fitted to even rows.
fn accuracy(x: &Array2<f64>, classes: &[u16]) -> f64 {
    let half = |odd: usize| {
        let rows: Vec<usize> = (odd..N_ROWS).step_by(2).collect();
        let y: Vec<u16> = rows.iter().map(|&row| classes[row]).collect();
        (x.select(ndarray::Axis(0), &rows), y)
    };
    let ((x_fit, y_fit), (x_test, y_test)) = (half(0), half(1));
    let share = |seed: u64| {
        let params = Params {
            seed,
            ..Params::default()
        };
        let forest = Forest::fit(x_fit.view(), &y_fit, N_CLASSES, &params).expect("valid rows");
        let predicted = forest.predict(x_test.view()).expect("valid rows");
        let n_right = predicted
            .iter()
            .zip(&y_test)
            .filter(|(a, b)| a == b)
            .count();
        n_right as f64 / y_test.len() as f64
    };
    (0..3).map(share).sum::<f64>() / 3.0
}

fn peer(x: &Array2<f64>, classes: &[u16]) -> Result<(f64, f64), String> {
    let mut bytes = Vec::new();
    for (row, &class) in x.rows().into_iter().zip(classes) {
        for value in row.iter().chain([&f64::from(class)]) {
            bytes.extend(value.to_le_bytes());
        }
    }
    let mut child = Command::new("python3")
        .args(["-c", PEER])
        .args([N_ROWS, N_FEATURES, N_RUNS].map(|n| n.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().ok_or("no pipe")?;
    stdin.write_all(&bytes).map_err(|error| error.to_string())?;
    drop(stdin);
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map_while(|word| word.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(seconds), Some(accuracy)) => Ok((seconds, accuracy)),
        _ => Err("no answer".into()),
    }
}
