//! What a collaborator learns about its own vote. It stays on its machine.

use super::cast::fewest_batteries;
use super::training::{train, training_rows};
use super::voter::{Own, Vote, VoteParams};
use crate::forest::{Forest, ForestError};
use ndarray::Axis;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// Most folds of the held-out check.
const MOST_FOLDS: u32 = 5;

/// Quality of a collaborator's forest on its own batteries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// Catalogue indices of the held classes, ascending; confusions are in this order.
    pub classes: Vec<u16>,
    /// Out-of-bag error of the forest as cast. Augmentation draws rows several times, so copies
    /// of a row can be in and out of bag: this is optimistic, as published.
    pub out_of_bag_error: Option<f64>,
    /// Out-of-bag confusion, true class by row, in augmented rows.
    pub out_of_bag_confusion: Vec<Vec<u32>>,
    /// Share of rows wrong when whole batteries are held out before augmentation.
    pub held_out_error: Option<f64>,
    /// Held-out confusion, true class by row, in original rows.
    pub held_out_confusion: Vec<Vec<u32>>,
    /// Permutation importance per classifier column: mean rise of the out-of-bag error.
    pub importance: Vec<f64>,
}

impl Quality {
    /// Judges a vote by out-of-bag rows and by forests that never saw the battery they judge.
    ///
    /// # Errors
    /// [`ForestError`] as the forests' fits.
    pub fn of(own: &Own<'_>, vote: &Vote, params: &VoteParams) -> Result<Self, ForestError> {
        let classes: Vec<u16> = vote.coverage.iter().map(|held| held.class).collect();
        let narrow = |full: &dyn Fn(usize, usize) -> u32| {
            let of = |&class: &u16| {
                let row = classes.iter().map(|&to| full(class.into(), to.into()));
                row.collect()
            };
            classes.iter().map(of).collect::<Vec<Vec<u32>>>()
        };
        let out_of_bag = vote.forest.out_of_bag();
        let held_out = held_out(own, params)?;
        let n_judged: u32 = held_out.iter().flatten().sum();
        let n_right: u32 = held_out
            .iter()
            .enumerate()
            .filter_map(|(i, row)| row.get(i))
            .sum();
        Ok(Self {
            out_of_bag_error: out_of_bag.error(),
            out_of_bag_confusion: narrow(&|i, j| out_of_bag.confusion[[i, j]]),
            held_out_error: (n_judged > 0).then(|| 1.0 - f64::from(n_right) / f64::from(n_judged)),
            held_out_confusion: narrow(&|i, j| held_out[i][j]),
            importance: importance(own, &vote.forest, params)?,
            classes,
        })
    }
}

/// Permutation importance per classifier column (Tao et al. 2023, eq. 8): mean rise of the
/// out-of-bag error of the forest that [`super::vote`] grew from `own` with these parameters.
///
/// # Errors
/// [`ForestError`] if the forest is another one.
pub fn importance(
    own: &Own<'_>,
    forest: &Forest,
    params: &VoteParams,
) -> Result<Vec<f64>, ForestError> {
    // The forest was fitted to exactly these rows: the seed gives them again.
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let (x, y) = training_rows(own.rows, own.labels, params, &mut rng);
    Ok(forest.importance(x.view(), &y)?.mean_rise)
}

/// Confusion over all catalogue classes, every battery judged by a forest without it. Batteries
/// are dealt to folds in turn within their class.
fn held_out(own: &Own<'_>, params: &VoteParams) -> Result<Vec<Vec<u32>>, ForestError> {
    let n_classes = usize::from(params.n_classes);
    let mut confusion = vec![vec![0; n_classes]; n_classes];
    let n_folds = fewest_batteries(own).min(MOST_FOLDS);
    if n_folds < 2 {
        return Ok(confusion);
    }
    let mut dealt: Vec<(u16, u32, u32)> = Vec::new();
    let mut next = vec![0_u32; n_classes];
    for (&class, &battery) in own.labels.iter().zip(own.batteries) {
        if !dealt.iter().any(|(c, b, _)| (*c, *b) == (class, battery)) {
            dealt.push((class, battery, next[usize::from(class)] % n_folds));
            next[usize::from(class)] += 1;
        }
    }
    let fold_of = |row: usize| {
        let key = (own.labels[row], own.batteries[row]);
        let found = dealt.iter().find(|(c, b, _)| (*c, *b) == key);
        found.map_or(0, |(_, _, fold)| *fold)
    };
    let folds: Vec<u32> = (0..own.labels.len()).map(fold_of).collect();
    for fold in 0..n_folds {
        let rows = |inside: bool| -> Vec<usize> {
            (0..folds.len())
                .filter(|&row| (folds[row] == fold) == inside)
                .collect()
        };
        let (judged, seen) = (rows(true), rows(false));
        let labels: Vec<u16> = seen.iter().map(|&row| own.labels[row]).collect();
        let forest = train(own.rows.select(Axis(0), &seen).view(), &labels, params)?;
        let predicted = forest.predict(own.rows.select(Axis(0), &judged).view())?;
        for (&row, class) in judged.iter().zip(predicted) {
            confusion[usize::from(own.labels[row])][usize::from(class)] += 1;
        }
    }
    Ok(confusion)
}
