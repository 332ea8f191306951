//! The forest against scikit-learn: files of `tests/data/forest`, written by `golden.py` there.

#![cfg(test)]

use super::columns::Columns;
use super::grow::{generator, grow, rows_where, Purpose};
use super::impurity::{Gini, Impurity, Variance};
use super::tree::{Node, Tree};
use super::{Forest, MaxFeatures, Params, RegressionForest};
use ndarray::{Array2, ArrayView2, Axis};
use serde::Deserialize;

const CLASSIFICATION: &str = include_str!("../../tests/data/forest/classification.json");
const REGRESSION: &str = include_str!("../../tests/data/forest/regression.json");

#[derive(Deserialize)]
struct Spread {
    mean: f64,
    sd: f64,
}

impl Spread {
    /// Whether the mean of `found` agrees within four standard errors of both means.
    fn agrees(&self, found: &[f64]) -> bool {
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        let error = self.sd * (1.0 / found.len() as f64 + 1.0 / 60.0).sqrt();
        eprintln!("mean {mean:.4}, scikit-learn {:.4} ± {error:.4}", self.mean);
        (mean - self.mean).abs() < 4.0 * error
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PeerNode {
    Leaf {
        leaf: Vec<f64>,
    },
    Branch {
        feature: u32,
        threshold: f64,
        left: usize,
        right: usize,
    },
}

#[derive(Deserialize)]
struct Golden<Y> {
    x: Vec<f64>,
    n_features: usize,
    y: Vec<Y>,
    n_train: usize,
    tree: Vec<PeerNode>,
    accuracy_10_trees: Option<Spread>,
    out_of_bag_error_100_trees: Option<Spread>,
    features_by_impurity_importance: Option<Vec<usize>>,
    rmse_20_trees: Option<Spread>,
}

impl<Y: Copy> Golden<Y> {
    fn x(&self) -> Array2<f64> {
        let shape = (self.y.len(), self.n_features);
        Array2::from_shape_vec(shape, self.x.clone()).unwrap()
    }

    fn y_train(&self) -> &[Y] {
        &self.y[..self.n_train]
    }

    fn y_test(&self) -> &[Y] {
        &self.y[self.n_train..]
    }
}

fn halves(x: &Array2<f64>, n_train: usize) -> (ArrayView2<'_, f64>, ArrayView2<'_, f64>) {
    x.view().split_at(Axis(0), n_train)
}

/// Asserts that both trees ask the same questions and give the same answers.
fn assert_same<L: Copy>(
    tree: &Tree<L>,
    peer: &[PeerNode],
    at: (usize, usize),
    same_answer: &dyn Fn(L, &[f64]) -> bool,
) {
    match (&tree.nodes[at.0], &peer[at.1]) {
        (Node::Leaf(answer), PeerNode::Leaf { leaf }) => assert!(same_answer(*answer, leaf)),
        (
            Node::Branch { split, left: ours },
            PeerNode::Branch {
                feature,
                threshold,
                left,
                right,
            },
        ) => {
            assert_eq!((split.feature, split.threshold), (*feature, *threshold));
            assert_same(tree, peer, (*ours as usize, *left), same_answer);
            assert_same(tree, peer, (*ours as usize + 1, *right), same_answer);
        }
        _ => panic!("a leaf where the other has a branch, node {}", at.1),
    }
}

/// A tree of at most three levels on all features and rows, at least three rows in a leaf.
fn small_tree<I: Impurity>(x: ArrayView2<'_, f64>, impurity: &mut I) -> Tree<I::Leaf> {
    let params = Params {
        max_features: MaxFeatures::All,
        max_depth: Some(3),
        min_leaf: 3,
        ..Params::default()
    };
    let rows = rows_where(&vec![1; x.nrows()], true);
    let columns = Columns::new(x).unwrap();
    grow(
        &columns,
        impurity,
        rows,
        &params,
        &mut generator(0, Purpose::Growing, 0),
    )
}

#[test]
fn trees_are_scikit_learns_node_by_node() {
    let golden: Golden<u16> = serde_json::from_str(CLASSIFICATION).unwrap();
    let x = golden.x();
    let mut gini = Gini::new(golden.y_train(), &vec![1; golden.n_train], 4);
    let tree = small_tree(halves(&x, golden.n_train).0, &mut gini);
    let is_majority = |class: u16, shares: &[f64]| {
        let most = shares.iter().copied().fold(0.0, f64::max);
        shares.iter().position(|share| *share == most) == Some(usize::from(class))
    };
    assert_same(&tree, &golden.tree, (0, 0), &is_majority);

    let golden: Golden<f64> = serde_json::from_str(REGRESSION).unwrap();
    let (x, copies) = (golden.x(), vec![1; golden.n_train]);
    let mut variance = Variance::new(golden.y_train(), &copies);
    let tree = small_tree(halves(&x, golden.n_train).0, &mut variance);
    let is_mean = |mean: f64, value: &[f64]| (mean - value[0]).abs() < 1e-9;
    assert_same(&tree, &golden.tree, (0, 0), &is_mean);
}

fn sorted(features: &[usize]) -> Vec<usize> {
    let mut features = features.to_vec();
    features.sort_unstable();
    features
}

#[test]
fn forests_are_as_accurate_as_scikit_learns() {
    let golden: Golden<u16> = serde_json::from_str(CLASSIFICATION).unwrap();
    let x = golden.x();
    let (x_train, x_test) = halves(&x, golden.n_train);
    let fit = |n_trees: u32, seed: u64| {
        let params = Params {
            n_trees,
            seed,
            ..Params::default()
        };
        Forest::fit(x_train, golden.y_train(), 4, &params).unwrap()
    };
    let accuracy = |seed: u64| {
        let predicted = fit(10, seed).predict(x_test).unwrap();
        let right = predicted
            .iter()
            .zip(golden.y_test())
            .filter(|(a, b)| a == b);
        right.count() as f64 / predicted.len() as f64
    };
    let accuracies: Vec<f64> = (0..60).map(accuracy).collect();
    assert!(golden
        .accuracy_10_trees
        .as_ref()
        .unwrap()
        .agrees(&accuracies));

    let forests: Vec<Forest> = (0..20).map(|seed| fit(100, seed)).collect();
    let error = |forest: &Forest| forest.out_of_bag().error().unwrap();
    let errors: Vec<f64> = forests.iter().map(error).collect();
    assert!(golden
        .out_of_bag_error_100_trees
        .as_ref()
        .unwrap()
        .agrees(&errors));
    // More trees err less: the curve over the number of trees falls by half and flattens.
    let curve = &forests[0].out_of_bag().error_by_trees;
    assert!(curve[0].unwrap() > 1.3 * curve[99].unwrap());
    assert!((curve[99].unwrap() - curve[79].unwrap()).abs() < 0.03);

    // Both kinds of importance agree on the two features that matter most, and permuting a
    // feature that tells nothing changes little.
    let importance = forests[0].importance(x_train, golden.y_train()).unwrap();
    let mut ranked: Vec<usize> = (0..golden.n_features).collect();
    ranked.sort_by(|&a, &b| importance.mean_rise[b].total_cmp(&importance.mean_rise[a]));
    let peer = golden.features_by_impurity_importance.as_ref().unwrap();
    assert_eq!(sorted(&ranked[..2]), sorted(&peer[..2]));
    let least = peer[peer.len() - 1];
    assert!(importance.mean_rise[least].abs() < 0.02);
}

#[test]
fn regression_forests_err_as_scikit_learns() {
    let golden: Golden<f64> = serde_json::from_str(REGRESSION).unwrap();
    let x = golden.x();
    let (x_train, x_test) = halves(&x, golden.n_train);
    let error = |seed: u64| {
        let params = Params {
            n_trees: 20,
            max_features: MaxFeatures::Count(2),
            max_depth: Some(64),
            seed,
            ..Params::default()
        };
        let forest = RegressionForest::fit(x_train, golden.y_train(), &params).unwrap();
        let predicted = forest.predict(x_test).unwrap();
        let squares = predicted
            .iter()
            .zip(golden.y_test())
            .map(|(a, b)| (a - b) * (a - b));
        (squares.sum::<f64>() / predicted.len() as f64).sqrt()
    };
    let errors: Vec<f64> = (0..60).map(error).collect();
    assert!(golden.rmse_20_trees.unwrap().agrees(&errors));
}
