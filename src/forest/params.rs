//! Parameters of a forest.

use super::ForestError;

/// How many features are drawn for each split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxFeatures {
    /// ⌊√p⌋, the usual choice for classes.
    Sqrt,
    /// ⌊p/3⌋, the usual choice for numbers.
    Third,
    /// All p.
    All,
    /// This many, at most p.
    Count(u32),
}

impl MaxFeatures {
    /// Number of features drawn out of `n_features`; at least one.
    pub fn of(self, n_features: usize) -> usize {
        let n_drawn = match self {
            Self::Sqrt => n_features.isqrt(),
            Self::Third => n_features / 3,
            Self::All => n_features,
            Self::Count(count) => count as usize,
        };
        n_drawn.clamp(1, n_features.max(1))
    }
}

/// Parameters of a forest.
///
/// The default is the client model of Tao et al. 2023: 10 trees, √p features, leaves of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Number of trees, J (or M in the health part).
    pub n_trees: u32,
    /// Features drawn for each split.
    pub max_features: MaxFeatures,
    /// Fewest rows in a leaf, bootstrap copies counted (as MATLAB's `TreeBagger` does).
    pub min_leaf: u32,
    /// Most splits between root and leaf; `None` for no limit.
    pub max_depth: Option<u32>,
    /// Whether each tree sees a bootstrap sample; otherwise all see all rows.
    pub bootstrap: bool,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            n_trees: 10,
            max_features: MaxFeatures::Sqrt,
            min_leaf: 1,
            max_depth: None,
            bootstrap: true,
            seed: 0,
        }
    }
}

impl Params {
    pub(super) fn check(&self) -> Result<(), ForestError> {
        let name = match self {
            // Votes are counted in 16 bits.
            Self { n_trees, .. } if !(1..=u32::from(u16::MAX)).contains(n_trees) => "n_trees",
            Self { min_leaf: 0, .. } => "min_leaf",
            Self {
                max_features: MaxFeatures::Count(0),
                ..
            } => "max_features",
            _ => return Ok(()),
        };
        Err(ForestError::Parameter { name })
    }
}

/// How far a fit has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Trees grown so far.
    pub n_done: u32,
    /// Trees asked for.
    pub n_trees: u32,
    /// Out-of-bag error of the trees so far (share of rows for classes, mean squared error for
    /// numbers); `None` while no row is out of bag.
    pub out_of_bag_error: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_features() {
        for (rule, n_features, expected) in [
            (MaxFeatures::Sqrt, 30, 5),
            (MaxFeatures::Sqrt, 1, 1),
            (MaxFeatures::Third, 21, 7),
            (MaxFeatures::Third, 2, 1),
            (MaxFeatures::All, 21, 21),
            (MaxFeatures::Count(4), 21, 4),
            (MaxFeatures::Count(40), 21, 21),
        ] {
            assert_eq!(rule.of(n_features), expected, "{rule:?} of {n_features}");
        }
    }

    #[test]
    fn impossible_parameters_are_named() {
        let check = |change: &dyn Fn(&mut Params)| {
            let mut params = Params::default();
            change(&mut params);
            params.check()
        };
        assert_eq!(check(&|_| {}), Ok(()));
        for (change, name) in [
            (
                &(|p: &mut Params| p.n_trees = 0) as &dyn Fn(&mut Params),
                "n_trees",
            ),
            (&|p| p.n_trees = 65_536, "n_trees"),
            (&|p| p.min_leaf = 0, "min_leaf"),
            (&|p| p.max_features = MaxFeatures::Count(0), "max_features"),
        ] {
            assert_eq!(check(change), Err(ForestError::Parameter { name }));
        }
    }
}
