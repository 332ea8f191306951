//! The published pipeline trained several times: one training may learn a slope with the wrong
//! sign, and its error is then no figure of the method.

use super::super::{HealthError, PulseRecord};
use super::published::{published, Published};
use serde::Serialize;

/// Several trainings of one case that differ by their seed alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trainings {
    /// The training with the middle error; of an even number the better of the two.
    #[serde(flatten)]
    pub median: Published,
    /// MAPE of every training in the order of seeds, per cent.
    pub mape_by_seed: Vec<f64>,
}

impl Trainings {
    /// Trains a case `n_trainings` times (at least once) with seeds from `seed` on; see
    /// [`published`].
    ///
    /// # Errors
    /// As [`published`].
    pub fn run(
        records: &[PulseRecord],
        case: usize,
        latent_scaling: bool,
        seed: u64,
        n_trainings: u32,
    ) -> Result<Self, HealthError> {
        let first = published(records, case, latent_scaling, seed)?;
        let more = (1..u64::from(n_trainings))
            .map(|k| published(records, case, latent_scaling, seed.wrapping_add(k)));
        let mut trainings = vec![first];
        for training in more {
            trainings.push(training?);
        }
        let mape_by_seed = trainings.iter().map(|one| one.mape).collect();
        trainings.sort_by(|a, b| a.mape.total_cmp(&b.mape));
        let median = trainings.swap_remove((trainings.len() - 1) / 2);
        Ok(Self {
            median,
            mape_by_seed,
        })
    }

    /// Mean of all trainings' MAPE, per cent.
    pub fn mean(&self) -> f64 {
        self.mape_by_seed.iter().sum::<f64>() / self.mape_by_seed.len().max(1) as f64
    }

    /// Best and worst training's MAPE, per cent.
    pub fn range(&self) -> (f64, f64) {
        let errors = self.mape_by_seed.iter().copied();
        errors.fold((f64::INFINITY, 0.0), |(low, high), error| {
            (error.min(low), error.max(high))
        })
    }
}
