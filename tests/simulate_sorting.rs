//! Our own fleets, from files to features to a pooled forest: hard enough to be interesting,
//! separable enough to be sorted.

#![cfg(not(target_arch = "wasm32"))]

use ndarray::Array2;
use rand::{seq::SliceRandom, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltvote::features::extract;
use voltvote::forest::{Forest, Params as ForestParams};
use voltvote::import::{Importer, Options as ImportOptions};
use voltvote::simulate::{fleet, Options, CLASSES};
use voltvote::standardize::Params;

/// Mean accuracy of a 10-tree forest over splits by battery, 80 % for training.
fn pooled_accuracy(x: &Array2<f64>, y: &[u16], n_splits: u64) -> f64 {
    let mut order: Vec<usize> = (0..y.len()).collect();
    let n_training = y.len() * 4 / 5;
    let mut sum = 0.0;
    for seed in 0..n_splits {
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let (training, test) = order.split_at(n_training);
        let classes = |rows: &[usize]| -> Vec<u16> { rows.iter().map(|&row| y[row]).collect() };
        let params = ForestParams {
            seed,
            ..ForestParams::default()
        };
        let forest = Forest::fit(
            x.select(ndarray::Axis(0), training).view(),
            &classes(training),
            CLASSES.len() as u16,
            &params,
        )
        .unwrap();
        let found = forest
            .predict(x.select(ndarray::Axis(0), test).view())
            .unwrap();
        let right = found.iter().zip(classes(test)).filter(|(a, b)| **a == *b);
        sum += right.count() as f64 / test.len() as f64;
    }
    sum / n_splits as f64
}

#[test]
fn a_pooled_forest_sorts_simulated_fleets() {
    for seed in 1..=3 {
        let cells = fleet(130, seed, &Options::default());
        let (mut values, mut y) = (Vec::new(), Vec::new());
        for cell in &cells {
            let mut importer = Importer::new(&cell.file, ImportOptions::default());
            importer.push(&cell.csv).unwrap();
            let file = importer.finish().unwrap();
            let mut wanted = file.cells[0].wanted.clone().expect("a full cycle");
            wanted.nominal_ah = Some(cell.class().nominal_ah);
            let soh = wanted.soh().unwrap();
            assert!((soh / cell.soh() - 1.0).abs() < 0.01, "{} {soh}", cell.file);
            let extracted = extract(&wanted, &Params::default()).unwrap();
            values.extend_from_slice(&extracted.values);
            y.push(cell.class_index as u16);
        }
        let x = Array2::from_shape_vec((cells.len(), 30), values).unwrap();
        let accuracy = pooled_accuracy(&x, &y, 20);
        println!("fleet seed {seed}: pooled 10-tree forest {accuracy:.4}");
        assert!(accuracy >= 0.95, "seed {seed}: {accuracy}");
    }
}
