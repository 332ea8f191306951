//! Gradient boosting of small regression trees for squared error (Friedman 2001).

use crate::forest::{MaxFeatures, Params, RegressionForest};
use ndarray::ArrayView2;

/// Parameters of boosting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoostingParams {
    /// Number of trees.
    pub n_trees: u32,
    /// Most splits between root and leaf.
    pub max_depth: u32,
    /// Share of each tree that is added.
    pub learning_rate: f64,
}

impl Default for BoostingParams {
    fn default() -> Self {
        Self {
            n_trees: 100,
            max_depth: 3,
            learning_rate: 0.1,
        }
    }
}

/// Fitted boosted trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Boosting {
    mean: f64,
    learning_rate: f64,
    n_columns: usize,
    trees: Vec<RegressionForest>,
}

impl Boosting {
    /// Fits targets to row-major rows of `n_columns`: each tree fits what the ones before left.
    /// `None` for rows a tree cannot be grown on (empty, not finite).
    pub fn fit(
        rows: &[f64],
        n_columns: usize,
        targets: &[f64],
        params: BoostingParams,
    ) -> Option<Self> {
        let x = ArrayView2::from_shape((targets.len(), n_columns), rows).ok()?;
        let mean = targets.iter().sum::<f64>() / targets.len().max(1) as f64;
        let mut left: Vec<f64> = targets.iter().map(|target| target - mean).collect();
        // One tree on all rows and columns is the forest's base learner; leaf means are what
        // squared error asks for.
        let tree = Params {
            n_trees: 1,
            max_features: MaxFeatures::All,
            max_depth: Some(params.max_depth),
            bootstrap: false,
            ..Params::default()
        };
        let mut trees = Vec::new();
        for _ in 0..params.n_trees {
            let fitted = RegressionForest::fit(x, &left, &tree).ok()?;
            let step = fitted.predict(x).ok()?;
            for (left, step) in left.iter_mut().zip(&step) {
                *left -= params.learning_rate * step;
            }
            trees.push(fitted);
        }
        Some(Self {
            mean,
            learning_rate: params.learning_rate,
            n_columns,
            trees,
        })
    }

    /// Estimates for row-major rows.
    pub fn predict(&self, rows: &[f64]) -> Vec<f64> {
        let n = rows.len() / self.n_columns.max(1);
        let mut sums = vec![self.mean; n];
        if let Ok(x) = ArrayView2::from_shape((n, self.n_columns), rows) {
            for tree in &self.trees {
                if let Ok(step) = tree.predict(x) {
                    for (sum, step) in sums.iter_mut().zip(&step) {
                        *sum += self.learning_rate * step;
                    }
                }
            }
        }
        sums
    }
}
