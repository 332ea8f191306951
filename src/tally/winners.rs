//! The most probable class of every battery with its probability: what experiments look at.

use super::count::prepare;
use super::decide::argmax;
use super::scorer::Scorer;
use super::{Options, Signed, TallyError};
use crate::round::Catalogue;

/// Class and its probability per battery.
///
/// # Errors
/// As [`super::tally`].
pub(crate) fn winners(
    catalogue: &Catalogue,
    n_batteries: usize,
    ballots: &[Signed<'_>],
    options: &Options,
) -> Result<Vec<(usize, f64)>, TallyError> {
    let (panel, _) = prepare(catalogue, n_batteries, ballots, options)?;
    let scorer = Scorer::new(&panel, options.rule, &options.controls, options);
    let winner = |battery| {
        let probabilities = scorer.probabilities(&panel, battery);
        let class = argmax(&probabilities).unwrap_or(0);
        (class, probabilities.get(class).copied().unwrap_or(0.0))
    };
    Ok((0..n_batteries).map(winner).collect())
}
