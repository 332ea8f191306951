//! The local forest: augmented rows and the trees grown on them, once for the vote and again for
//! everything that must be judged without some of the own batteries.

use super::augment::augment;
use super::voter::VoteParams;
use crate::forest::{self, Forest, ForestError, Progress};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// The rows that a forest of these `params` is grown on, shape (classes * rows per class, p), and
/// their labels. The same state of `rng` gives them again.
pub(super) fn training_rows(
    rows: ArrayView2<'_, f64>,
    labels: &[u16],
    params: &VoteParams,
    rng: &mut ChaCha8Rng,
) -> (Array2<f64>, Vec<u16>) {
    augment(rows, labels, params.rows_per_class, params.nsr_percent, rng)
}

/// Grows the forest; returns the number of rows it was trained on with it.
///
/// # Errors
/// [`ForestError`] as the forest's fit, and [`ForestError::Cancelled`] when `report` breaks off.
pub(super) fn train_with(
    rows: ArrayView2<'_, f64>,
    labels: &[u16],
    params: &VoteParams,
    rng: &mut ChaCha8Rng,
    report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(Forest, u32), ForestError> {
    let (x, y) = training_rows(rows, labels, params, rng);
    let trees = forest::Params {
        n_trees: u32::from(params.n_trees),
        seed: params.seed,
        ..forest::Params::default()
    };
    let forest = Forest::fit_with(x.view(), &y, params.n_classes, &trees, report)?;
    Ok((forest, x.nrows() as u32))
}

/// The forest of some of the own rows, grown as the vote's is.
///
/// # Errors
/// [`ForestError`] as the forest's fit.
pub(super) fn train(
    rows: ArrayView2<'_, f64>,
    labels: &[u16],
    params: &VoteParams,
) -> Result<Forest, ForestError> {
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let mut go_on = |_: Progress| ControlFlow::Continue(());
    train_with(rows, labels, params, &mut rng, &mut go_on).map(|(forest, _)| forest)
}
