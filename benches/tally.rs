//! Time to tally: every rule on 100 ballots x 10,000 batteries x 9 classes, how the default grows,
//! and a majority over the same votes by numpy beside it.
//!
//! `cargo bench --bench tally`; needs `python3` with numpy for the peer's line.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;
use voltvote::ballot::{Ballot, Coverage, Row};
use voltvote::round::Catalogue;
use voltvote::tally::{tally, Options, Rule, Signed, RULES};

const N_CLASSES: u16 = 9;
const N_TREES: u16 = 10;

/// The same sum by numpy: tree counts of shape (100, 10000, 9), summed, largest taken.
const NUMPY: &str = "
import time, numpy as np
votes = np.random.default_rng(1).multinomial(10, [1 / 9] * 9, size=(100, 10000)).astype(np.uint16)
times = []
for _ in range(5):
    start = time.perf_counter()
    votes.sum(axis=0, dtype=np.uint32).argmax(axis=1)
    times.append(time.perf_counter() - start)
print(sorted(times)[2])
";

fn main() {
    let catalogue = Catalogue::from_names((0..N_CLASSES).map(|class| format!("class {class}")));
    let ballots = ballots(100, 10_000);
    let mut majority_s = 0.0;
    for entry in RULES.iter().rev() {
        let time_s = median_s(&catalogue, &ballots, entry.rule);
        if entry.rule == Rule::Majority {
            majority_s = time_s;
        }
        println!(
            "{:<12} {time_s:.3} s  100 ballots x 10,000 batteries",
            entry.name
        );
        if entry.rule == Options::default().rule {
            println!(
                "  the default, aim: at most 1 s; {:.1} times mv",
                time_s / majority_s
            );
            match numpy_s() {
                Some(numpy_s) => println!(
                    "  {:.1} times numpy's majority, {numpy_s:.3} s",
                    time_s / numpy_s
                ),
                None => println!("  numpy skipped: not found"),
            }
        }
    }
    println!("growth of the default");
    for (n_ballots, n_batteries) in [(10, 1_000), (10, 10_000), (100, 1_000), (100, 10_000)] {
        let ballots = self::ballots(n_ballots, n_batteries);
        let time_s = median_s(&catalogue, &ballots, Options::default().rule);
        println!(
            "  {n_ballots:>3} x {n_batteries:>6}  {:.1} ms",
            1e3 * time_s
        );
    }
}

fn median_s(catalogue: &Catalogue, ballots: &[Ballot], rule: Rule) -> f64 {
    let signed: Vec<Signed<'_>> = Signed::anonymous(ballots);
    let n_batteries = ballots.first().map_or(0, |ballot| ballot.rows.len());
    let options = Options {
        rule,
        ..Options::default()
    };
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            black_box(tally(catalogue, n_batteries, &signed, &options)).expect("a valid round");
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Honest collaborators that hold four or five classes each: nearly right where they know the
/// class, scattered where they do not.
fn ballots(n_ballots: u32, n_batteries: usize) -> Vec<Ballot> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let truth: Vec<u16> = (0..n_batteries)
        .map(|_| rng.gen_range(0..u32::from(N_CLASSES)) as u16)
        .collect();
    (0..n_ballots)
        .map(|k| {
            let held: Vec<u16> = (0..N_CLASSES)
                .filter(|class| (u32::from(*class) + k) % 2 == 0)
                .collect();
            let mut row = |truth: u16| {
                let knows = held.contains(&truth);
                let mut votes = vec![0; held.len()];
                for _ in 0..N_TREES {
                    let at = match held.iter().position(|class| *class == truth) {
                        Some(at) if rng.gen::<f64>() < 0.9 => at,
                        _ => rng.gen_range(0..held.len() as u32) as usize,
                    };
                    votes[at] += 1;
                }
                let mut level = |is_it: bool| {
                    let (low, high) = if is_it { (11_u32, 15) } else { (0, 9) };
                    rng.gen_range::<u32, _>(low..=high) as u8
                };
                let evidence = held.iter().map(|class| level(*class == truth)).collect();
                Row {
                    votes,
                    familiarity: level(knows),
                    evidence,
                    soh: None,
                }
            };
            let rows = truth.iter().map(|&class| row(class)).collect();
            Ballot {
                format: voltvote::ballot::FORMAT.into(),
                round: String::new(),
                query: String::new(),
                roster: String::new(),
                recipient: String::new(),
                software: String::new(),
                n_trees: N_TREES,
                coverage: held
                    .iter()
                    .map(|&class| Coverage {
                        class,
                        batteries: 20,
                    })
                    .collect(),
                n_training_rows: 1000,
                nsr: 0,
                distance: [1000 + k, 2000 + k],
                epsilon: None,
                rows,
            }
        })
        .collect()
}

/// Median time of numpy's majority.
fn numpy_s() -> Option<f64> {
    let output = Command::new("python3").args(["-c", NUMPY]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
