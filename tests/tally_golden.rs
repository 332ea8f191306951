//! The published rules against scipy and numpy: `tests/data/tally/golden.py` made the vectors.

#![cfg(not(target_arch = "wasm32"))]

use ndarray::Array2;
use serde::Deserialize;
use voltvote::ballot::{mean_distance, Ballot, Coverage, Row, FORMAT};
use voltvote::round::Catalogue;
use voltvote::tally::{tally, Control, Options, Rule, Signed};

#[derive(Deserialize)]
struct Golden {
    wdv: Wasserstein,
    dawid_skene: DawidSkene,
}

#[derive(Deserialize)]
struct Wasserstein {
    query: Vec<Vec<f64>>,
    clients: Vec<Vec<Vec<f64>>>,
    distances: Vec<[f64; 2]>,
    votes: Vec<Vec<Vec<u16>>>,
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    q: u8,
    beta: f64,
    probabilities: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct DawidSkene {
    n_classes: u16,
    held: Vec<Vec<u16>>,
    votes: Vec<Vec<Vec<u16>>>,
    controls: Vec<[usize; 2]>,
    probabilities: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("data/tally/golden.json")).unwrap()
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn ballot(held: &[u16], votes: &[Vec<u16>], distance: [u32; 2]) -> Ballot {
    let row = |votes: &Vec<u16>| Row {
        votes: votes.clone(),
        familiarity: 15,
        evidence: Vec::new(),
        soh: None,
    };
    Ballot {
        format: FORMAT.into(),
        round: String::new(),
        query: String::new(),
        roster: String::new(),
        recipient: String::new(),
        software: String::new(),
        n_trees: 10,
        coverage: held
            .iter()
            .map(|&class| Coverage {
                class,
                batteries: 10,
            })
            .collect(),
        n_training_rows: 100,
        nsr: 0,
        distance,
        epsilon: None,
        rows: votes.iter().map(row).collect(),
    }
}

fn probabilities(n_classes: u16, ballots: &[Ballot], options: &Options) -> Vec<Vec<f64>> {
    let catalogue = Catalogue::from_names((0..n_classes).map(|class| format!("class {class}")));
    let signed: Vec<Signed<'_>> = Signed::anonymous(ballots);
    let found = tally(&catalogue, ballots[0].rows.len(), &signed, options).unwrap();
    found
        .decisions
        .into_iter()
        .map(|d| d.probabilities)
        .collect()
}

fn assert_close(found: &[Vec<f64>], expected: &[Vec<f64>], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (battery, (found, expected)) in found.iter().zip(expected).enumerate() {
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-9, "{what}, battery {battery}: {a} {b}");
        }
    }
}

#[test]
fn distances_and_weights_of_wdv_equal_scipy() {
    let golden = golden().wdv;
    let query = matrix(&golden.query);
    let mut ballots = Vec::new();
    for ((rows, expected), votes) in golden
        .clients
        .iter()
        .zip(&golden.distances)
        .zip(&golden.votes)
    {
        let distance = mean_distance(matrix(rows).view(), query.view());
        for (found, expected) in distance.iter().zip(expected) {
            assert!((f64::from(*found) - 1e4 * expected).abs() <= 0.5 + 1e-6);
        }
        ballots.push(ballot(&[0, 1, 2], votes, distance));
    }
    for outcome in &golden.outcomes {
        let options = Options {
            rule: Rule::Wasserstein,
            q: outcome.q,
            beta: outcome.beta,
            ..Options::default()
        };
        let what = format!("q {} beta {}", outcome.q, outcome.beta);
        assert_close(
            &probabilities(3, &ballots, &options),
            &outcome.probabilities,
            &what,
        );
    }
}

#[test]
fn dawid_skene_equals_numpy() {
    let golden = golden().dawid_skene;
    let ballots: Vec<Ballot> = golden
        .held
        .iter()
        .zip(&golden.votes)
        .map(|(held, votes)| ballot(held, votes, [0, 0]))
        .collect();
    let controls = golden
        .controls
        .iter()
        .map(|&[battery, class]| Control { battery, class });
    let options = Options {
        rule: Rule::DawidSkene,
        controls: controls.collect(),
        ..Options::default()
    };
    let found = probabilities(golden.n_classes, &ballots, &options);
    assert_close(&found, &golden.probabilities, "dawid-skene");
}
