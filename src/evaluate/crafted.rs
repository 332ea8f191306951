//! Queries that a dishonest recycler crafts.
//!
//! The common scale is taken from the query, and so are the distances of `wdv`: batteries that do
//! not exist, hidden among those that do, bend both. Whether a query also gives away who is among
//! the training rows is measured by [`crate::ballot::audit`].

use super::fleet::Fleet;
use ndarray::{concatenate, Array2, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Share of crafted batteries in a crafted query.
const SHARE: f64 = 0.25;

/// What is hidden among the batteries of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crafted {
    /// Batteries far outside, so that the unit of the common scale grows and classes blur.
    Spread,
    /// One battery repeated, so that the unit shrinks and everything looks far.
    Dense,
}

impl Crafted {
    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spread => "far batteries",
            Self::Dense => "one battery repeated",
        }
    }

    /// The query's rows with the crafted ones behind them, a quarter of the whole.
    pub fn extend(self, query: &Fleet, rng: &mut ChaCha8Rng) -> Array2<f64> {
        let n_own = query.len();
        let n = (SHARE / (1.0 - SHARE) * n_own as f64 + 0.5) as usize;
        let pick = rng.gen_range(0..n_own.max(1) as u32) as usize;
        let crafted = Array2::from_shape_fn((n.min(n_own), query.rows.ncols()), |(i, j)| {
            let column = query.rows.column(j);
            match self {
                Self::Dense => column.get(pick).copied().unwrap_or(0.0),
                Self::Spread => {
                    let greatest = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let least = column.iter().copied().fold(f64::INFINITY, f64::min);
                    // Ten times the range away, on either side.
                    let away = 10.0 * (greatest - least);
                    if i % 2 == 0 {
                        greatest + away
                    } else {
                        least - away
                    }
                }
            }
        });
        let all = concatenate(Axis(0), &[query.rows.view(), crafted.view()]);
        all.unwrap_or_else(|_| query.rows.clone())
    }
}
