//! Tree regressors of health: the paper's forest, and gradient boosting.

use super::boosting::{Boosting, BoostingParams};
use crate::forest::{MaxFeatures, Params, RegressionForest};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Which trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TreeKind {
    /// Forest of M = 20 trees, leaves of one row, depth 64 (Tao et al. 2024).
    Forest,
    /// Gradient boosting.
    Boosting,
}

impl TreeKind {
    /// Both, in the order they are listed.
    pub const ALL: [Self; 2] = [Self::Boosting, Self::Forest];

    /// Its name.
    pub fn regressor(self) -> &'static str {
        match self {
            Self::Forest => "forest",
            Self::Boosting => "gradient boosting",
        }
    }
}

/// Fitted trees. A file of them holds their training rows: the same rows and seed give the same
/// trees again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Recipe", into = "Recipe")]
pub struct Trees {
    recipe: Recipe,
    fitted: Fitted,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    kind: TreeKind,
    rows: Vec<f64>,
    targets: Vec<f64>,
    seed: u64,
}

#[derive(Debug, Clone, PartialEq)]
enum Fitted {
    Forest(RegressionForest),
    Boosting(Boosting),
}

impl Trees {
    /// Fits targets to row-major rows. `None` for rows no tree can be grown on.
    pub fn fit(kind: TreeKind, rows: &[f64], targets: &[f64], seed: u64) -> Option<Self> {
        Recipe {
            kind,
            rows: rows.to_vec(),
            targets: targets.to_vec(),
            seed,
        }
        .fit()
    }

    /// Estimates for row-major rows.
    pub fn predict(&self, rows: &[f64]) -> Vec<f64> {
        match &self.fitted {
            Fitted::Boosting(model) => model.predict(rows),
            Fitted::Forest(model) => {
                let p = model.n_features().max(1);
                ArrayView2::from_shape((rows.len() / p, p), rows)
                    .ok()
                    .and_then(|x| model.predict(x).ok())
                    .map(|estimates| estimates.to_vec())
                    .unwrap_or_default()
            }
        }
    }

    /// Which trees they are.
    pub fn kind(&self) -> TreeKind {
        self.recipe.kind
    }
}

impl Recipe {
    fn fit(self) -> Option<Trees> {
        let p = self.rows.len().checked_div(self.targets.len())?;
        let fitted = match self.kind {
            TreeKind::Boosting => {
                let params = BoostingParams::default();
                Fitted::Boosting(Boosting::fit(&self.rows, p, &self.targets, params)?)
            }
            TreeKind::Forest => {
                let params = Params {
                    n_trees: 20,
                    max_features: MaxFeatures::All,
                    min_leaf: 1,
                    max_depth: Some(64),
                    bootstrap: true,
                    seed: self.seed,
                };
                let x = ArrayView2::from_shape((self.targets.len(), p), &self.rows).ok()?;
                Fitted::Forest(RegressionForest::fit(x, &self.targets, &params).ok()?)
            }
        };
        Some(Trees {
            recipe: self,
            fitted,
        })
    }
}

impl TryFrom<Recipe> for Trees {
    type Error = &'static str;

    fn try_from(recipe: Recipe) -> Result<Self, Self::Error> {
        recipe.fit().ok_or("no tree can be grown on these rows")
    }
}

impl From<Trees> for Recipe {
    fn from(trees: Trees) -> Self {
        trees.recipe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_the_same_trees_again() {
        let rows: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 60)).collect();
        let targets: Vec<f64> = rows.chunks(2).map(|r| 0.5 + 0.01 * r[0]).collect();
        for kind in TreeKind::ALL {
            let trees = Trees::fit(kind, &rows, &targets, 3).unwrap();
            let text = serde_json::to_string(&trees).unwrap();
            let again: Trees = serde_json::from_str(&text).unwrap();
            assert_eq!(again, trees);
            for (estimate, target) in trees.predict(&rows).iter().zip(&targets) {
                assert!((estimate - target).abs() < 0.1);
            }
        }
        assert!(Trees::fit(TreeKind::Forest, &[], &[], 0).is_none());
    }
}
