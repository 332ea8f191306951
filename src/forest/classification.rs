//! The forest that votes on classes.

use super::columns::Columns;
use super::grow::{draw_copies, generator, grow, rows_where, Purpose};
use super::impurity::{majority, Gini};
use super::out_of_bag::{Count, OutOfBag};
use super::tree::Tree;
use super::{ForestError, Params, Progress};
use ndarray::{Array2, ArrayView2};
use std::ops::ControlFlow;

/// A random forest over classes 0..n_classes; each tree has one vote.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    pub(super) params: Params,
    pub(super) n_features: usize,
    pub(super) n_rows: usize,
    pub(super) trees: Vec<Tree<u16>>,
    /// Out-of-bag rows of each tree.
    pub(super) out_of_bag_rows: Vec<Vec<u32>>,
    n_classes: u16,
    out_of_bag: OutOfBag,
}

impl Forest {
    /// Fits a forest to features of shape (rows, features) and one class per row.
    ///
    /// # Errors
    /// [`ForestError`] for an empty table, NaN or infinite features, classes not below
    /// `n_classes`, and parameters out of range.
    pub fn fit(
        x: ArrayView2<'_, f64>,
        y: &[u16],
        n_classes: u16,
        params: &Params,
    ) -> Result<Self, ForestError> {
        Self::fit_with(x, y, n_classes, params, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`Forest::fit`], reporting after each tree; the report may break off the fit.
    ///
    /// # Errors
    /// As [`Forest::fit`], and [`ForestError::Cancelled`].
    pub fn fit_with(
        x: ArrayView2<'_, f64>,
        y: &[u16],
        n_classes: u16,
        params: &Params,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Self, ForestError> {
        params.check()?;
        if x.nrows() != y.len() {
            return Err(ForestError::LabelCount {
                n_rows: x.nrows(),
                n_labels: y.len(),
            });
        }
        if let Some(row) = y.iter().position(|&class| class >= n_classes) {
            return Err(ForestError::UnknownClass { row });
        }
        let columns = Columns::new(x)?;
        let mut count = Count::new(y, n_classes);
        let mut trees = Vec::new();
        let mut out_of_bag_rows = Vec::new();
        for index in 0..params.n_trees {
            let mut rng = generator(params.seed, Purpose::Growing, index);
            let copies = draw_copies(columns.n_rows, params.bootstrap, &mut rng);
            let mut gini = Gini::new(y, &copies, n_classes);
            let rows = rows_where(&copies, true);
            let tree = grow(&columns, &mut gini, rows, params, &mut rng);
            let outside = rows_where(&copies, false);
            let out_of_bag_error = count.add(&outside, |row| {
                tree.answer(|feature| columns.values(feature as u32)[row])
            });
            trees.push(tree);
            out_of_bag_rows.push(outside);
            let progress = Progress {
                n_done: index + 1,
                n_trees: params.n_trees,
                out_of_bag_error,
            };
            if report(progress).is_break() {
                return Err(ForestError::Cancelled);
            }
        }
        Ok(Self {
            params: params.clone(),
            n_features: columns.n_features,
            n_rows: columns.n_rows,
            trees,
            out_of_bag_rows,
            n_classes,
            out_of_bag: count.finish(),
        })
    }

    /// Trees per class for each row: shape (rows, classes), every row sums to the number of trees.
    ///
    /// # Errors
    /// [`ForestError`] for another number of features and for NaN or infinite features.
    pub fn votes(&self, x: ArrayView2<'_, f64>) -> Result<Array2<u16>, ForestError> {
        check_rows(x, self.n_features)?;
        let mut votes = Array2::zeros((x.nrows(), usize::from(self.n_classes)));
        for (row, mut row_votes) in x.rows().into_iter().zip(votes.rows_mut()) {
            for tree in &self.trees {
                row_votes[usize::from(tree.answer(|feature| row[feature]))] += 1;
            }
        }
        Ok(votes)
    }

    /// The class with most votes for each row, ties to the lowest.
    ///
    /// # Errors
    /// As [`Forest::votes`].
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Vec<u16>, ForestError> {
        let votes = self.votes(x)?;
        let class = |row: ndarray::ArrayView1<'_, u16>| majority(&row.to_vec());
        Ok(votes.rows().into_iter().map(class).collect())
    }

    /// Votes, error and confusion of the training rows by trees that did not see them.
    pub fn out_of_bag(&self) -> &OutOfBag {
        &self.out_of_bag
    }

    /// Number of classes.
    pub fn n_classes(&self) -> u16 {
        self.n_classes
    }

    /// Number of features p.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of trees J.
    pub fn n_trees(&self) -> u32 {
        self.params.n_trees
    }
}

/// Refuses rows that the trees were not fitted for.
pub(super) fn check_rows(x: ArrayView2<'_, f64>, n_features: usize) -> Result<(), ForestError> {
    if x.ncols() != n_features {
        return Err(ForestError::ColumnCount {
            expected: n_features,
            found: x.ncols(),
        });
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), _)) => Err(ForestError::NotFinite { row, column }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Two interleaved half circles: not separable by one feature.
    fn moons(n: usize) -> (Array2<f64>, Vec<u16>) {
        let turn =
            |row: usize| libm::fmod(row as f64 * 0.618_033_988_75, 1.0) * std::f64::consts::PI;
        let x = Array2::from_shape_fn((n, 2), |(row, column)| {
            let lower = row % 2 == 1;
            match (column, lower) {
                (0, false) => libm::cos(turn(row)),
                (0, true) => 1.0 - libm::cos(turn(row)),
                (_, false) => libm::sin(turn(row)),
                (_, true) => 0.5 - libm::sin(turn(row)),
            }
        });
        (x, (0..n).map(|row| (row % 2) as u16).collect())
    }

    #[test]
    fn learns_votes_and_repeats_itself() {
        let (x, y) = moons(400);
        let params = Params::default();
        let forest = Forest::fit(x.view(), &y, 2, &params).unwrap();
        assert_eq!(forest, Forest::fit(x.view(), &y, 2, &params).unwrap());
        let other = Params { seed: 1, ..params };
        assert_ne!(
            forest.trees,
            Forest::fit(x.view(), &y, 2, &other).unwrap().trees
        );
        let votes = forest.votes(x.view()).unwrap();
        assert!(votes.rows().into_iter().all(|row| row.sum() == 10));
        let predicted = forest.predict(x.view()).unwrap();
        let n_right = predicted.iter().zip(&y).filter(|(a, b)| a == b).count();
        assert!(n_right >= 396, "{n_right}");
        let out_of_bag = forest.out_of_bag();
        assert!(out_of_bag.error().unwrap() < 0.05);
        assert_eq!(out_of_bag.error_by_trees.len(), 10);
        // A row is outside a bootstrap sample with probability 1/e.
        let share = f64::from(out_of_bag.votes.iter().map(|&n| u32::from(n)).sum::<u32>()) / 4000.0;
        assert!((share - 0.368).abs() < 0.03, "{share}");
    }

    #[test]
    fn trees_do_not_depend_on_their_number() {
        let (x, y) = moons(60);
        let few = Params {
            n_trees: 3,
            ..Params::default()
        };
        let few = Forest::fit(x.view(), &y, 2, &few).unwrap();
        let many = Forest::fit(x.view(), &y, 2, &Params::default()).unwrap();
        assert_eq!(few.trees[..], many.trees[..3]);
    }

    #[test]
    fn a_full_tree_fits_any_distinct_rows() {
        let (x, _) = moons(50);
        let y: Vec<u16> = (0..50).map(|row| row * 7 % 5).collect();
        let params = Params {
            n_trees: 1,
            bootstrap: false,
            ..Params::default()
        };
        let forest = Forest::fit(x.view(), &y, 5, &params).unwrap();
        assert_eq!(forest.predict(x.view()).unwrap(), y);
        assert_eq!(forest.out_of_bag().error(), None);
    }

    #[test]
    fn cancels_between_trees() {
        let (x, y) = moons(20);
        let mut seen = 0;
        let result = Forest::fit_with(x.view(), &y, 2, &Params::default(), &mut |progress| {
            seen = progress.n_done;
            if seen == 4 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!((result, seen), (Err(ForestError::Cancelled), 4));
    }

    #[test]
    fn bad_input_is_refused() {
        let x = array![[1.0], [2.0]];
        let fit =
            |x: &Array2<f64>, y: &[u16]| Forest::fit(x.view(), y, 2, &Params::default()).err();
        for (x, y, expected) in [
            (
                &x,
                &[0][..],
                ForestError::LabelCount {
                    n_rows: 2,
                    n_labels: 1,
                },
            ),
            (&x, &[0, 2], ForestError::UnknownClass { row: 1 }),
            (
                &array![[1.0], [f64::INFINITY]],
                &[0, 1],
                ForestError::NotFinite { row: 1, column: 0 },
            ),
            (&Array2::zeros((0, 1)), &[], ForestError::Empty),
            (&Array2::zeros((1, 0)), &[0], ForestError::Empty),
        ] {
            assert_eq!(fit(x, y), Some(expected));
        }
        let forest = Forest::fit(x.view(), &[0, 1], 2, &Params::default()).unwrap();
        let wide = array![[1.0, 2.0]];
        let refused = ForestError::ColumnCount {
            expected: 1,
            found: 2,
        };
        assert_eq!(forest.votes(wide.view()), Err(refused));
        let none = forest.votes(Array2::zeros((0, 1)).view()).unwrap();
        assert_eq!(none.dim(), (0, 2));
    }
}
