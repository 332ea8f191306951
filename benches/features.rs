//! Time from a cycle to its 30 features, beside numpy, scipy and scikit-learn doing the same.
//!
//! `cargo bench --bench features`; needs `python3` with these for the peer's column.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;
use voltvote::features::extract;
use voltvote::import::{HalfCycle, WantedCycle};
use voltvote::standardize::Params;

const N_ROWS: [usize; 3] = [200, 2_000, 20_000];
const N_RUNS: usize = 15;

/// Reads charge and voltage from stdin, prints the median seconds of one half cycle through
/// moving median, isotonic fit, filling, dQ/dV, smoothing and the 15 statistics.
const PEER: &str = r#"
import sys, time, numpy as np
from scipy import stats
from scipy.ndimage import gaussian_filter1d, median_filter
from sklearn.isotonic import IsotonicRegression
q, v = np.frombuffer(sys.stdin.buffer.read(), "<f8").reshape(2, -1)
def features(q, v):
    spread = median_filter(np.abs(v - median_filter(v, 21)), 21)
    v = median_filter(np.where(np.abs(v - median_filter(v, 21)) >= np.maximum(3 * spread, 0.005), np.nan, v), 21)
    m = IsotonicRegression().fit_transform(np.arange(len(v)), np.nan_to_num(v, nan=np.nanmedian(v)))
    filled = np.interp(np.linspace(q[0], q[-1], 1000), q, m)
    u, first = np.unique(m, return_index=True)
    grid = np.linspace(u[0], u[-1], 1001)
    c = gaussian_filter1d(np.diff(np.interp(grid, u, q[first])) / (grid[1] - grid[0]), 0.006 / (grid[1] - grid[0]))
    f = lambda a: [a.mean(), a.std(), stats.skew(a), stats.kurtosis(a)]
    return [c.max(), grid[c.argmax()], *f(c), *f(filled), *np.quantile(filled, [.1, .25, .5, .75, .9])]
times = []
for _ in range(int(sys.argv[1])):
    t = time.perf_counter(); features(q, v); times.append(time.perf_counter() - t)
print(sorted(times)[len(times) // 2])
"#;

fn main() {
    println!("   rows      ours      peer  ratio   (one cycle: charge and discharge)");
    for n_rows in N_ROWS {
        let cycle = cycle(n_rows);
        let mut times: Vec<f64> = (0..N_RUNS)
            .map(|_| {
                let start = Instant::now();
                let extracted = extract(&cycle, &Params::default());
                let seconds = start.elapsed().as_secs_f64();
                assert!(extracted.is_ok());
                seconds
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let ours = 1e3 * times[N_RUNS / 2];
        match peer(&cycle.charge) {
            Ok(seconds) => {
                let theirs = 2e3 * seconds;
                println!(
                    "{n_rows:7} {ours:6.3} ms {theirs:6.3} ms  {:.3}",
                    ours / theirs
                );
            }
            Err(reason) => println!("{n_rows:7} {ours:6.3} ms  peer skipped: {reason}"),
        }
    }
}

/// A noisy sloping cycle; every 50th row of it is off by 0.5 V.
fn cycle(n_rows: usize) -> WantedCycle {
    let half = |rising: bool| {
        let x = |row: usize| row as f64 / (n_rows - 1) as f64;
        let voltage = |row: usize| {
            let noise = ((row * 7919 % 1009) as f64 / 1009.0 - 0.5) * 0.004;
            let fault = if row % 50 == 25 { 0.5 } else { 0.0 };
            let slope = 0.6 * x(row) + 0.3 * x(row) * x(row) * x(row);
            3.3 + if rising { slope } else { 0.9 - slope } + noise + fault
        };
        HalfCycle {
            time_s: (0..n_rows).map(|row| 3600.0 * x(row)).collect(),
            voltage_v: (0..n_rows).map(voltage).collect(),
            current_a: vec![if rising { 2.0 } else { -2.0 }; n_rows],
            throughput_ah: (0..n_rows).map(|row| 2.0 * x(row)).collect(),
            is_cc: vec![true; n_rows],
        }
    };
    WantedCycle {
        cell_id: "bench".into(),
        cycle: 1,
        charge: half(true),
        discharge: half(false),
        nominal_ah: Some(2.5),
    }
}

fn peer(half: &HalfCycle) -> Result<f64, String> {
    let values = half.throughput_ah.iter().chain(&half.voltage_v);
    let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
    let mut child = Command::new("python3")
        .args(["-c", PEER, &N_RUNS.to_string()])
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
    text.trim().parse().map_err(|_| "no answer".to_string())
}
