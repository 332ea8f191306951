//! State of health in the round: quantised estimates per query battery from a collaborator's own
//! rows, and their robust aggregate.

use super::{Estimate, HealthError, HealthModel, PulseRecord, SocUse, N_TURNING_POINTS};
use crate::ballot::{Coverage, Row, SohEstimate, FAMILIAR_FROM};
use crate::features::FeatureTable;
use ndarray::{ArrayView1, ArrayView2};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows a class's model is fitted on at most; more are thinned at random, because the fit costs
/// their cube.
const MOST_ROWS: usize = 400;
/// Largest value a ballot may carry, per mille.
const LARGEST_PERMILLE: f64 = 1_500.0;
/// A claimed half-width below this (per mille) gives no more weight: nobody's label is better.
const SHARPEST_PERMILLE: f64 = 10.0;
/// No estimate weighs more than this share of the whole where there are three or more.
const LARGEST_SHARE: f64 = 0.4;
/// Median absolute deviation to the standard deviation of a normal distribution, times 1.645:
/// half-width of the 90 % interval of a normal with that deviation.
const MAD_TO_HALF_WIDTH: f64 = 1.4826 * 1.645;

/// A collaborator's models, one per class it holds enough labelled batteries of.
#[derive(Debug, Clone, Default)]
pub struct SohVoter {
    models: BTreeMap<u16, HealthModel>,
}

impl SohVoter {
    /// Fits models of schema `pulse-21/1` on rows with an SOH label. Rows with equal `cell_ids`
    /// are records of one battery. A class with too few batteries gets no model; another schema
    /// gets none at all. The state of charge is not part of a feature table and not used.
    pub fn fit(own: &FeatureTable, labels: &[u16], seed: u64) -> Self {
        let mut by_class: BTreeMap<u16, Vec<PulseRecord>> = BTreeMap::new();
        if own.schema.id == crate::features::Schema::pulse_21().id {
            let rows = own.values.rows().into_iter().zip(&own.cell_ids);
            for (((row, cell_id), label), soh) in rows.zip(labels).zip(&own.soh) {
                if soh.is_some_and(|soh| super::tables::SOH.contains(&soh)) {
                    by_class.entry(*label).or_default().push(PulseRecord {
                        cell_id: cell_id.clone(),
                        battery: cell_id.clone(),
                        soh: *soh,
                        voltages_v: row.to_vec(),
                        ..PulseRecord::default()
                    });
                }
            }
        }
        let mut models = BTreeMap::new();
        for (class, records) in by_class {
            let records = thinned(records, seed);
            if let Ok(model) = HealthModel::fit(&records, SocUse::Unknown, seed) {
                models.insert(class, model);
            }
        }
        Self { models }
    }

    /// Whether there is no model.
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// The estimate for one query battery (U1..U21 in V) taken to be of `class`; `None` without a
    /// model of that class.
    ///
    /// # Errors
    /// [`HealthError::WrongWidth`] for another number of columns.
    pub fn estimate(
        &self,
        class: u16,
        battery: ArrayView1<'_, f64>,
    ) -> Result<Option<SohEstimate>, HealthError> {
        let Some(model) = self.models.get(&class) else {
            return Ok(None);
        };
        if battery.len() != N_TURNING_POINTS {
            return Err(HealthError::WrongWidth {
                wanted: N_TURNING_POINTS,
                found: battery.len(),
            });
        }
        let record = PulseRecord {
            voltages_v: battery.to_vec(),
            ..PulseRecord::default()
        };
        Ok(Some(quantised(&model.estimate(&record)?)))
    }
}

/// Adds an estimate to every row of a ballot that has an answer, from the model of the class that
/// most of the row's trees name. `query` has shape (batteries, U1..U21); `coverage` is the
/// ballot's.
///
/// # Errors
/// [`HealthError::WrongWidth`] for another number of columns.
pub fn answer(
    voter: &SohVoter,
    query: ArrayView2<'_, f64>,
    coverage: &[Coverage],
    rows: &mut [Row],
) -> Result<(), HealthError> {
    for (row, battery) in rows.iter_mut().zip(query.rows()) {
        // Most trees, ties to the lowest class.
        let named = row.votes.iter().zip(coverage).rev();
        let class = named
            .max_by_key(|(trees, _)| **trees)
            .map(|(_, held)| held.class);
        row.soh = match class {
            Some(class) => voter.estimate(class, battery)?,
            None => None,
        };
    }
    Ok(())
}

fn thinned(mut records: Vec<PulseRecord>, seed: u64) -> Vec<PulseRecord> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    while records.len() > MOST_ROWS {
        let at = (u64::from(rng.next_u32()) * records.len() as u64) >> 32;
        records.swap_remove(at as usize);
    }
    records
}

/// An estimate in whole per mille, as ballots carry it.
pub fn quantised(estimate: &Estimate) -> SohEstimate {
    let permille = |value: f64| libm::round((1000.0 * value).clamp(0.0, LARGEST_PERMILLE)) as u16;
    SohEstimate {
        permille: permille(estimate.soh),
        half_width: permille(estimate.half_width).max(1),
    }
}

/// One collaborator's word on one battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    /// Its estimate.
    pub estimate: SohEstimate,
    /// How near the battery lies to its own rows: 0 far .. 15 among them.
    pub familiarity: u8,
}

/// State of health of one battery as the round sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SohDecision {
    /// Estimate, fraction of nominal capacity.
    pub soh: f64,
    /// Half-width of the interval.
    pub half_width: f64,
    /// Collaborators heard.
    pub n_voices: usize,
    /// Whether the battery lies outside what any of them has measured.
    pub outside: bool,
}

/// Weighted median of the voices. A voice weighs with its familiarity and against its claimed
/// half-width, both bounded, and never more than `LARGEST_SHARE`; so one voice that lies
/// about value, familiarity and width moves the result no further than its neighbours' values.
///
/// The interval is the weighted median half-width, or the spread of the voices where that is
/// larger. `None` without voices.
pub fn aggregate(voices: &[Voice]) -> Option<SohDecision> {
    let mut weights: Vec<f64> = voices
        .iter()
        .map(|voice| {
            let width = f64::from(voice.estimate.half_width).max(SHARPEST_PERMILLE);
            f64::from(voice.familiarity.min(15) + 1) / (width * width)
        })
        .collect();
    if voices.len() >= 3 {
        cap(&mut weights);
    }
    let values = |of: &dyn Fn(&Voice) -> f64| -> Vec<(f64, f64)> {
        voices.iter().map(of).zip(weights.iter().copied()).collect()
    };
    let center = weighted_median(values(&|v| f64::from(v.estimate.permille)))?;
    let width = weighted_median(values(&|v| f64::from(v.estimate.half_width)))?;
    let spread = weighted_median(values(&|v| (f64::from(v.estimate.permille) - center).abs()))?;
    Some(SohDecision {
        soh: center / 1000.0,
        half_width: width.max(MAD_TO_HALF_WIDTH * spread) / 1000.0,
        n_voices: voices.len(),
        outside: voices.iter().all(|voice| voice.familiarity < FAMILIAR_FROM),
    })
}

/// Lowers the largest weights to [`LARGEST_SHARE`] of the total of what remains.
fn cap(weights: &mut [f64]) {
    let total: f64 = weights.iter().sum();
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let others = total - largest;
    // w = share · (w + others)
    let limit = LARGEST_SHARE / (1.0 - LARGEST_SHARE) * others;
    for weight in weights {
        *weight = weight.min(limit.max(f64::MIN_POSITIVE));
    }
}

/// The value at which half the weight is reached; the mean of two where it is reached exactly.
fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    crate::order::sort_by(&mut values, |a, b| {
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (i, (value, weight)) in values.iter().enumerate() {
        sum += weight;
        if sum > half {
            return Some(*value);
        }
        if sum == half {
            let next = values.get(i + 1).map_or(*value, |(next, _)| *next);
            return Some((value + next) / 2.0);
        }
    }
    values.last().map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Schema;

    fn voice(permille: u16, half_width: u16, familiarity: u8) -> Voice {
        Voice {
            estimate: SohEstimate {
                permille,
                half_width,
            },
            familiarity,
        }
    }

    #[test]
    fn familiar_and_sharp_voices_decide() {
        let decision = aggregate(&[
            voice(800, 20, 15),
            voice(810, 20, 15),
            voice(600, 150, 2),
            voice(950, 150, 2),
        ])
        .unwrap();
        assert!((0.8..=0.81).contains(&decision.soh));
        assert_eq!((decision.n_voices, decision.outside), (4, false));
        assert_eq!(aggregate(&[]), None);
        let one = aggregate(&[voice(850, 30, 3)]).unwrap();
        assert_eq!((one.soh, one.half_width, one.outside), (0.85, 0.03, true));
    }

    #[test]
    fn one_liar_among_five_moves_little() {
        let honest = [
            voice(800, 40, 8),
            voice(805, 40, 8),
            voice(810, 40, 8),
            voice(815, 40, 8),
        ];
        for lie in [0, 1500] {
            let mut voices = honest.to_vec();
            voices.push(voice(lie, 1, 15));
            let soh = aggregate(&voices).unwrap().soh;
            assert!((0.8..=0.815).contains(&soh), "{soh}");
        }
    }

    #[test]
    fn rows_give_models_per_class() {
        let mut table = FeatureTable::new(Schema::pulse_21());
        let mut labels = Vec::new();
        for i in 0..24_u32 {
            let soh = 0.7 + 0.01 * f64::from(i % 12);
            let class = u16::from(i >= 12);
            let row: Vec<f64> = (0..21)
                .map(|k| 3.3 + f64::from(class) * 0.3 + f64::from(k) * 0.01 * (1.5 - soh))
                .collect();
            table.push(&format!("cell {i}"), &row, Some(soh)).unwrap();
            labels.push(class);
        }
        let voter = SohVoter::fit(&table, &labels, 4);
        let battery = table.values.row(5);
        let estimate = voter.estimate(0, battery).unwrap().unwrap();
        assert!((i32::from(estimate.permille) - 750).abs() < 15);
        assert_eq!(voter.estimate(7, battery), Ok(None));
        let short = ndarray::arr1(&[3.3, 3.4]);
        assert!(voter.estimate(0, short.view()).is_err());
        table.schema = Schema::cycle_30();
        assert!(SohVoter::fit(&table, &labels, 4).is_empty());
    }
}
