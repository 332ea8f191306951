//! Random forests for classification and regression (Tao et al. 2023, Methods; Breiman 2001).
//!
//! | type | job |
//! |---|---|
//! | [`Forest`] | classes: one vote per tree, out-of-bag error, permutation importance |
//! | [`RegressionForest`] | numbers: mean over trees |
//! | [`Params`] | number of trees, features per split, leaf size, depth, seed |
//!
//! Features are drawn anew for every split and rows for every tree. Everything random comes from
//! one ChaCha8 stream per tree, so the same seed gives the same trees on every platform; equal
//! gains go to the lowest feature, then the lowest threshold, equal votes to the lowest class.
//! Growing costs O(p' n log n) per level, with p' features drawn per split.

mod classification;
mod columns;
mod error;
mod golden;
mod grow;
mod importance;
mod impurity;
mod out_of_bag;
mod params;
mod regression;
mod sort;
mod tree;

pub use classification::Forest;
pub use error::ForestError;
pub use importance::Importance;
pub use out_of_bag::OutOfBag;
pub use params::{MaxFeatures, Params, Progress};
pub use regression::RegressionForest;
