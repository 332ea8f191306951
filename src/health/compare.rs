//! All regressors side by side on a collaborator's own batteries.

use super::blocks::{battery_folds, soc_level, soc_levels, N_FOLDS};
use super::cases::mape;
use super::regress::{Boosting, BoostingParams, KernelParams, KernelRidge, Ridge, Shape, View};
use super::{HealthError, PulseRecord, SocUse};
use crate::forest::{MaxFeatures, Params, RegressionForest};
use ndarray::ArrayView2;
use serde::Serialize;

/// Error of one regressor, MAPE in per cent on batteries and an inner state of charge left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its name.
    pub regressor: &'static str,
    /// Its error.
    pub mape: f64,
}

type Predict = Box<dyn Fn(&[f64]) -> Vec<f64>>;
type Fit = fn(&[f64], usize, &[f64], u64) -> Option<Predict>;

/// Names and fits, in the order they are listed.
const REGRESSORS: [(&str, Fit); 6] = [
    ("constant", |_, _, targets, _| {
        let mean = targets.iter().sum::<f64>() / targets.len().max(1) as f64;
        let p = VIEW_LEN;
        Some(Box::new(move |rows| vec![mean; rows.len() / p]))
    }),
    ("ridge", |rows, p, targets, _| {
        let model = Ridge::fit(rows, p, targets, 1.0, false)?;
        Some(Box::new(move |rows| model.predict(rows)))
    }),
    ("quadratic ridge", |rows, p, targets, _| {
        let model = Ridge::fit(rows, p, targets, 1.0, true)?;
        Some(Box::new(move |rows| model.predict(rows)))
    }),
    ("kernel ridge", |rows, p, targets, _| {
        let params = KernelParams {
            alpha: 0.001,
            gamma: 0.003,
        };
        let model = KernelRidge::fit(rows, p, targets, params)?;
        Some(Box::new(move |rows| model.predict(rows)))
    }),
    ("gradient boosting", |rows, p, targets, _| {
        let model = Boosting::fit(rows, p, targets, BoostingParams::default())?;
        Some(Box::new(move |rows| model.predict(rows)))
    }),
    ("forest", |rows, p, targets, seed| {
        let params = Params {
            n_trees: 20,
            max_features: MaxFeatures::All,
            min_leaf: 1,
            max_depth: Some(64),
            bootstrap: true,
            seed,
        };
        let x = ArrayView2::from_shape((targets.len(), p), rows).ok()?;
        let model = RegressionForest::fit(x, targets, &params).ok()?;
        Some(Box::new(move |rows| {
            ArrayView2::from_shape((rows.len() / p, p), rows)
                .ok()
                .and_then(|x| model.predict(x).ok())
                .map(|estimates| estimates.to_vec())
                .unwrap_or_default()
        }))
    }),
];

/// Columns of [`view`]: SOC is a constant where it is not used, so that all have one width.
const VIEW_LEN: usize = 22;

fn view() -> View {
    View {
        shape: Shape::Steps,
        rest: true,
        soc: true,
    }
}

/// Grouped cross-validation of every regressor: each fold leaves out a fifth of the batteries and
/// one inner state of charge, in turn.
///
/// # Errors
/// [`HealthError::NoLabels`] without labelled records.
pub fn compare(
    records: &[PulseRecord],
    soc_use: SocUse,
    seed: u64,
) -> Result<Vec<Compared>, HealthError> {
    let mut records: Vec<PulseRecord> = records
        .iter()
        .filter(|record| record.soh.is_some())
        .cloned()
        .collect();
    if records.is_empty() {
        return Err(HealthError::NoLabels);
    }
    let folds = battery_folds(&records, seed);
    let levels = soc_levels(&records);
    let inner: Vec<i64> = match levels.as_slice() {
        [_, inner @ .., _] => inner.to_vec(),
        _ => Vec::new(),
    };
    let of: Vec<Option<i64>> = records.iter().map(soc_level).collect();
    if soc_use == SocUse::Unknown {
        records.iter_mut().for_each(|record| record.soc = None);
    }
    let mut results = Vec::new();
    for (regressor, fit) in REGRESSORS {
        let mut answers = Vec::new();
        for fold in 0..N_FOLDS {
            let level = (!inner.is_empty()).then(|| inner[fold % inner.len()]);
            let tests = |i: usize| folds[i] == fold && (level.is_none() || of[i] == level);
            let trains = |i: usize| folds[i] != fold && (level.is_none() || of[i] != level);
            let select = |keep: &dyn Fn(usize) -> bool| -> Vec<&PulseRecord> {
                let numbered = records.iter().enumerate();
                numbered.filter(|(i, _)| keep(*i)).map(|(_, r)| r).collect()
            };
            let (train, test) = (select(&trains), select(&tests));
            let targets: Vec<f64> = train.iter().filter_map(|record| record.soh).collect();
            let Some(model) = fit(&view().rows(train), VIEW_LEN, &targets, seed) else {
                continue;
            };
            let estimates = model(&view().rows(test.iter().copied()));
            answers.extend(
                estimates
                    .into_iter()
                    .zip(test.iter().filter_map(|record| record.soh)),
            );
        }
        results.push(Compared {
            regressor,
            mape: mape(&answers),
        });
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_regressor_beats_the_constant_where_health_shows() {
        assert_eq!(view().len(), VIEW_LEN);
        let mut records = Vec::new();
        for battery in 0..20_u32 {
            let soh = 0.7 + 0.015 * f64::from(battery * 7 % 20);
            for level in [0.1, 0.2, 0.3] {
                records.push(PulseRecord {
                    battery: battery.to_string(),
                    soc: Some(level),
                    soh: Some(soh),
                    voltages_v: (0..21)
                        .map(|k| 3.3 + level + f64::from(k % 4) * (2.0 - soh) * 0.02)
                        .collect(),
                    ..PulseRecord::default()
                });
            }
        }
        let compared = compare(&records, SocUse::Known, 1).unwrap();
        assert_eq!(compared[0].regressor, "constant");
        for other in &compared[1..] {
            assert!(other.mape < 0.5 * compared[0].mape, "{other:?}");
        }
    }
}
