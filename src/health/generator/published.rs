//! The pipeline as published: train on some states of charge, generate the others *at the tested
//! batteries' own SOH*, fit a forest per state of charge, test on the same batteries.
//!
//! Known facts about it: it needs the SOC, generated rows are conditioned on the SOH of the very
//! records that are tested, and the latent space usually collapses (KL near 0).

use super::super::blocks::soc_level;
use super::super::cases::{case_soc, mape, ALL_SOC, FIRST_EXTRAPOLATION};
use super::super::{HealthError, PulseRecord};
use super::layout::N_FEATURES;
use super::normal::shuffled;
use super::{Generator, Pulse, Reach, TrainingParams};
use crate::forest::{MaxFeatures, Params, RegressionForest};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::ops::ControlFlow;

/// The published pipeline shifts all generated voltages by so much per 5 % of SOC when it
/// extrapolates: the mean difference between neighbouring states of charge, V
/// (Tao et al. 2024, code of the authors).
const SHIFT_V: [(&str, f64); 4] = [
    ("NMC2.1", 0.043),
    ("LFP35", 0.0295),
    ("LMO10", 0.095),
    ("NMC21", 0.04),
];

/// How pulses beyond the measured range were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extrapolation {
    /// Decoded at the wanted condition (all interpolation cases).
    Decoded,
    /// Decoded at the second training SOC, then shifted in voltage: what the authors' code does.
    VoltageShift,
    /// Latent scaling, eq. 8-9: what the paper describes.
    LatentScaling,
}

/// What one case of one type came to; errors are MAPE in per cent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    /// Case number.
    pub case: usize,
    /// How pulses were generated.
    pub extrapolation: Extrapolation,
    /// Mean over unseen states of charge, forest on generated pulses.
    pub mape: f64,
    /// The same, forest on the measured pulses of the training states of charge.
    pub without_generation: f64,
    /// The same, always answering the mean SOH of the training records.
    pub constant: f64,
    /// Generated against measured voltages at the unseen states of charge, mean over U1..U21.
    pub generation_error: f64,
    /// The same per turning point.
    pub generation_error_by_feature: Vec<f64>,
    /// KL divergence per sample in the last epoch.
    pub divergence: f64,
    /// Error per unseen state of charge, (per cent, MAPE).
    pub by_soc: Vec<(i64, f64)>,
    /// (truth, estimate) of every tested record: the paper's parity plot.
    pub parity: Vec<(f64, f64)>,
}

/// Runs one case on labelled records of one type. `latent_scaling` replaces the voltage shift in
/// cases 4-7.
///
/// # Errors
/// [`HealthError::NoSuchCase`], [`HealthError::WrongWidth`], and [`HealthError::Degenerate`] if a
/// state of charge has no records.
pub fn published(
    records: &[PulseRecord],
    case: usize,
    latent_scaling: bool,
    seed: u64,
) -> Result<Published, HealthError> {
    let training_soc = case_soc(case)?;
    let at = |level: i64| -> Result<Vec<Pulse>, HealthError> {
        let of_level = records.iter().filter(|r| soc_level(r) == Some(level));
        let pulses: Vec<Pulse> = of_level.map(pulse).collect::<Result<_, _>>()?;
        if pulses.is_empty() {
            return Err(HealthError::Degenerate);
        }
        Ok(pulses)
    };
    let mut train: Vec<Pulse> = Vec::new();
    for &level in training_soc {
        train.extend(at(level)?);
    }
    let mut conditions = Vec::new();
    for level in ALL_SOC {
        conditions.extend(at(level)?.iter().map(|pulse| [pulse.soc, pulse.soh]));
    }
    let params = TrainingParams {
        seed,
        ..TrainingParams::default()
    };
    let generator = Generator::train(&train, &conditions, &params, &mut |_, _| {
        ControlFlow::Continue(())
    });
    let extrapolation = match (case >= FIRST_EXTRAPOLATION, latent_scaling) {
        (false, _) => Extrapolation::Decoded,
        (true, false) => Extrapolation::VoltageShift,
        (true, true) => Extrapolation::LatentScaling,
    };
    let mean_soh = train.iter().map(|pulse| pulse.soh).sum::<f64>() / train.len() as f64;
    let plain = forest(&train, seed)?;
    let mut by_soc = Vec::new();
    let mut parity = Vec::new();
    let (mut without, mut constant) = (0.0, 0.0);
    let mut feature_errors = vec![0.0; N_FEATURES];
    for &level in ALL_SOC.iter().filter(|level| !training_soc.contains(level)) {
        let test = at(level)?;
        let wanted: Vec<[f64; 2]> = test.iter().map(|pulse| [pulse.soc, pulse.soh]).collect();
        // Another draw of latent noise per state of charge, the same in every run.
        let draw = seed.wrapping_mul(1000).wrapping_add(level as u64);
        let generated = match extrapolation {
            Extrapolation::Decoded => generator.generate(&wanted, Reach::Prior, &[], draw),
            Extrapolation::VoltageShift => {
                let from = *training_soc.get(1).unwrap_or(&training_soc[0]);
                let there: Vec<[f64; 2]> = at(from)?.iter().map(|p| [p.soc, p.soh]).collect();
                let shift_v = shift_per_step(records) * (level - from) as f64 / 5.0;
                let mut generated = generator.generate(&there, Reach::Prior, &[], draw);
                for (pulse, wanted) in generated.iter_mut().zip(&wanted) {
                    pulse.voltages_v.iter_mut().for_each(|v| *v += shift_v);
                    [pulse.soc, pulse.soh] = *wanted;
                }
                generated
            }
            Extrapolation::LatentScaling => {
                let nearest = training_soc
                    .iter()
                    .copied()
                    .min_by_key(|from| (from - level).abs());
                let sources = at(nearest.unwrap_or(level))?;
                let reach = scaling(training_soc);
                generator.generate(&wanted, reach, &sources, draw)
            }
        };
        for (generated, measured) in generated.iter().zip(&test) {
            for (k, to) in feature_errors.iter_mut().enumerate() {
                let (g, m) = (generated.voltages_v[k], measured.voltages_v[k]);
                *to += 100.0 * ((g - m) / m).abs() / test.len() as f64;
            }
        }
        let pairs = answers(&forest(&generated, seed)?, &test)?;
        by_soc.push((level, mape(&pairs)));
        parity.extend(pairs.iter().map(|(estimate, truth)| (*truth, *estimate)));
        without += mape(&answers(&plain, &test)?);
        constant += mape(&test.iter().map(|p| (mean_soh, p.soh)).collect::<Vec<_>>());
    }
    let n = by_soc.len() as f64;
    feature_errors.iter_mut().for_each(|error| *error /= n);
    Ok(Published {
        case,
        extrapolation,
        mape: by_soc.iter().map(|(_, error)| error).sum::<f64>() / n,
        without_generation: without / n,
        constant: constant / n,
        generation_error: feature_errors.iter().sum::<f64>() / N_FEATURES as f64,
        generation_error_by_feature: feature_errors,
        divergence: generator.divergence(),
        by_soc,
        parity,
    })
}

/// Labelled turning points of a record.
fn pulse(record: &PulseRecord) -> Result<Pulse, HealthError> {
    let voltages_v = record
        .voltages_v
        .get(..N_FEATURES)
        .and_then(|v| v.try_into().ok())
        .ok_or(HealthError::WrongWidth {
            wanted: N_FEATURES,
            found: record.voltages_v.len(),
        })?;
    let (Some(soc), Some(soh)) = (record.soc, record.soh) else {
        return Err(HealthError::NoLabels);
    };
    Ok(Pulse {
        voltages_v,
        soc,
        soh,
    })
}

/// The authors' constant where the type is theirs, else the same measure from the records.
fn shift_per_step(records: &[PulseRecord]) -> f64 {
    let class = records.first().map(PulseRecord::class).unwrap_or_default();
    SHIFT_V
        .iter()
        .find(|(name, _)| *name == class)
        .map_or(0.04, |(_, shift_v)| *shift_v)
}

/// T of eq. 8-9: ratios of mean and variance between unseen and measured states of charge.
fn scaling(training_soc: &[i64]) -> Reach {
    let moments = |levels: &[i64]| {
        let n = levels.len().max(1) as f64;
        let mean = levels.iter().sum::<i64>() as f64 / n;
        let variance = levels
            .iter()
            .map(|&level| (level as f64 - mean) * (level as f64 - mean))
            .sum::<f64>()
            / n;
        (mean, variance)
    };
    let unseen: Vec<i64> = ALL_SOC
        .iter()
        .copied()
        .filter(|level| !training_soc.contains(level))
        .collect();
    let ((mean, variance), (own_mean, own_variance)) = (moments(&unseen), moments(training_soc));
    Reach::LatentScaling {
        mean: mean / own_mean,
        variance: variance / own_variance,
    }
}

/// M = 20 trees on all rows and features, leaves of one row, depth 64.
///
/// Generated turning points are nearly functions of each other, so that many splits tie.
/// scikit-learn breaks ties at random, and the trees differ by nothing else; here each tree sees
/// the columns in an order of its own.
struct Trees(Vec<(Vec<usize>, RegressionForest)>);

const N_TREES: u32 = 20;

fn forest(pulses: &[Pulse], seed: u64) -> Result<Trees, HealthError> {
    let targets: Vec<f64> = pulses.iter().map(|pulse| pulse.soh).collect();
    let params = Params {
        n_trees: 1,
        max_features: MaxFeatures::All,
        min_leaf: 1,
        max_depth: Some(64),
        bootstrap: false,
        seed,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let tree = |_| {
        let order = shuffled(N_FEATURES, &mut rng);
        RegressionForest::fit(matrix(pulses, &order).view(), &targets, &params)
            .map(|tree| (order, tree))
            .map_err(|_| HealthError::Degenerate)
    };
    Ok(Trees((0..N_TREES).map(tree).collect::<Result<_, _>>()?))
}

/// (estimate, truth) of every tested pulse.
fn answers(forest: &Trees, test: &[Pulse]) -> Result<Vec<(f64, f64)>, HealthError> {
    let mut pairs: Vec<(f64, f64)> = test.iter().map(|pulse| (0.0, pulse.soh)).collect();
    for (order, tree) in &forest.0 {
        let estimates = tree
            .predict(matrix(test, order).view())
            .map_err(|_| HealthError::Degenerate)?;
        for (pair, estimate) in pairs.iter_mut().zip(&estimates) {
            pair.0 += estimate / f64::from(N_TREES);
        }
    }
    Ok(pairs)
}

fn matrix(pulses: &[Pulse], order: &[usize]) -> Array2<f64> {
    Array2::from_shape_fn((pulses.len(), N_FEATURES), |(row, k)| {
        pulses[row].voltages_v[order[k]]
    })
}
