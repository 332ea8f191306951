//! Randomised response on simulated fleets: the accuracy predicted before use is the one measured,
//! and the tally counts randomised answers for what they are worth.

#![cfg(not(target_arch = "wasm32"))]

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::ops::ControlFlow;
use voltvote::ballot::{randomize, vote, Ballot, Own, RandomizedResponse, VoteParams, FORMAT};
use voltvote::features::extract;
use voltvote::import::{Importer, Options as ImportOptions};
use voltvote::round::Catalogue;
use voltvote::simulate::{fleet, Options, CLASSES};
use voltvote::standardize::Params;
use voltvote::tally::{tally, Options as TallyOptions, Rule, Signed};

/// Draws per epsilon; the median over them is compared.
const N_DRAWS: u64 = 201;

/// Features and classes of a simulated fleet.
fn lot(n_cells: u32, seed: u64) -> (Array2<f64>, Vec<u16>) {
    let (mut values, mut classes) = (Vec::new(), Vec::new());
    for cell in fleet(n_cells, seed, &Options::default()) {
        let mut importer = Importer::new(&cell.file, ImportOptions::default());
        importer.push(&cell.csv).unwrap();
        let file = importer.finish().unwrap();
        let mut wanted = file.cells[0].wanted.clone().expect("a full cycle");
        wanted.nominal_ah = Some(cell.class().nominal_ah);
        values.extend_from_slice(&extract(&wanted, &Params::default()).unwrap().values);
        classes.push(cell.class_index as u16);
    }
    let rows = Array2::from_shape_vec((classes.len(), 30), values).unwrap();
    (rows, classes)
}

/// A ballot of a collaborator with a fleet of its own.
fn ballot(query: &Array2<f64>, n_cells: u32, seed: u64) -> Ballot {
    let (rows, labels) = lot(n_cells, seed);
    let batteries: Vec<u32> = (0..labels.len() as u32).collect();
    let own = Own {
        rows: rows.view(),
        labels: &labels,
        batteries: &batteries,
    };
    let params = VoteParams {
        n_classes: CLASSES.len() as u16,
        n_trees: 10,
        rows_per_class: 200,
        nsr_percent: 0.0,
        leave_own_out: true,
        seed,
    };
    let cast = vote(&own, query.view(), &params, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    Ballot {
        format: FORMAT.into(),
        round: String::new(),
        query: String::new(),
        roster: String::new(),
        recipient: String::new(),
        software: String::new(),
        n_trees: 10,
        coverage: cast.coverage,
        n_training_rows: cast.n_training_rows,
        nsr: 0,
        distance: cast.distance,
        epsilon: None,
        rows: cast.rows,
    }
}

/// Share of batteries whose most voted class is the true one.
fn accuracy(ballot: &Ballot, truth: &[u16]) -> f64 {
    let right = ballot.rows.iter().zip(truth).filter(|(row, truth)| {
        let most = row.votes.iter().max();
        let first = row.votes.iter().position(|votes| Some(votes) == most);
        first
            .and_then(|at| ballot.coverage.get(at))
            .map(|held| held.class)
            == Some(**truth)
    });
    right.count() as f64 / truth.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn the_price_predicted_is_the_price_paid() {
    let (query, truth) = lot(120, 31);
    let honest = ballot(&query, 60, 32);
    let before = accuracy(&honest, &truth);
    let held = |class: &&u16| honest.coverage.iter().any(|held| held.class == **class);
    let held_share = truth.iter().filter(held).count() as f64 / truth.len() as f64;
    for epsilon in [1.0, 2.0, 3.0, 4.0] {
        let response = RandomizedResponse::new(epsilon, honest.coverage.len() as u32).unwrap();
        let predicted = response.accuracy(before, held_share);
        let draws = (0..N_DRAWS).map(|seed| {
            let mut ballot = honest.clone();
            randomize(&mut ballot, epsilon, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap();
            accuracy(&ballot, &truth)
        });
        let measured = median(draws.collect());
        println!("epsilon {epsilon}: {before:.3} before, {predicted:.4} predicted, {measured:.4} measured");
        assert!(
            (predicted - measured).abs() < 0.01,
            "{epsilon}: {predicted} {measured}"
        );
    }
}

#[test]
fn the_tally_counts_randomised_answers_for_what_they_are_worth() {
    let (query, truth) = lot(60, 41);
    let honest: Vec<Ballot> = (0..7).map(|k| ballot(&query, 45, 50 + k)).collect();
    let catalogue = Catalogue::from_names(CLASSES.iter().map(|class| class.name));
    let decided = |epsilons: &[f64; 7], is_stated: bool, seed: u64| {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let ballots: Vec<Ballot> = honest
            .iter()
            .zip(epsilons)
            .map(|(honest, epsilon)| {
                let mut ballot = honest.clone();
                randomize(&mut ballot, *epsilon, &mut rng).unwrap();
                if !is_stated {
                    ballot.epsilon = None;
                }
                ballot
            })
            .collect();
        right(&ballots, &catalogue, truth.as_slice())
    };
    // Two answer nearly always truly, five nearly at random.
    let mixed = [4.0, 4.0, 0.5, 0.5, 0.5, 0.5, 0.5];
    let runs = |is_stated| {
        median(
            (0..41)
                .map(|seed| decided(&mixed, is_stated, seed))
                .collect(),
        )
    };
    let (corrected, raw) = (runs(true), runs(false));
    println!("mixed epsilons: {raw:.3} counted at face value, {corrected:.3} corrected");
    assert!(corrected > raw + 0.05, "{corrected} {raw}");
}

/// Share of batteries that the majority vote decides rightly.
fn right(ballots: &[Ballot], catalogue: &Catalogue, truth: &[u16]) -> f64 {
    let kids: Vec<String> = (0..ballots.len()).map(|k| format!("key{k}")).collect();
    let signed: Vec<Signed<'_>> = ballots
        .iter()
        .zip(&kids)
        .map(|(ballot, kid)| Signed {
            name: kid,
            kid,
            ballot,
        })
        .collect();
    let options = TallyOptions {
        rule: Rule::Majority,
        ..TallyOptions::default()
    };
    let tallied = tally(catalogue, truth.len(), &signed, &options).unwrap();
    let right = tallied.decisions.iter().zip(truth);
    right
        .filter(|(d, truth)| d.class == usize::from(**truth))
        .count() as f64
        / truth.len() as f64
}
