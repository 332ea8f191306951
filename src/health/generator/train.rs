//! Training of the generator and sampling from it.

use super::layout::{N_FEATURES, N_LATENT, N_PARAMETERS};
use super::network::{Gradient, Network, Sample, Workspace};
use super::normal::{normal_pair, shuffled};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// Training parameters; the default is the paper's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingParams {
    /// Passes over the data.
    pub n_epochs: u32,
    /// Samples per step.
    pub batch: usize,
    /// Step size of Adam.
    pub learning_rate: f64,
    /// Seed of weights, order and latent noise.
    pub seed: u64,
}

impl Default for TrainingParams {
    fn default() -> Self {
        Self {
            n_epochs: 50,
            batch: 32,
            learning_rate: 1e-3,
            seed: 0,
        }
    }
}

/// Turning points in V at a state of charge and a state of health.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    /// U1..U21, V.
    pub voltages_v: [f64; N_FEATURES],
    /// State of charge, fraction.
    pub soc: f64,
    /// State of health, fraction.
    pub soh: f64,
}

/// How generated pulses leave the measured range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// Latent noise from the prior, decoded at the wanted condition: interpolation.
    Prior,
    /// Eq. 8-9: the latent mean and log-variance of a measured pulse of the same battery, scaled
    /// by the ratio of mean and of variance between wanted and measured states of charge.
    LatentScaling {
        /// Ratio of means, T_mean.
        mean: f64,
        /// Ratio of variances, T_log-var.
        variance: f64,
    },
}

/// A trained generator.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    network: Network,
    feature_low: [f64; N_FEATURES],
    feature_span: [f64; N_FEATURES],
    condition_low: [f64; 2],
    condition_span: [f64; 2],
    /// Squared error and KL divergence per sample in the last epoch.
    last: [f64; 2],
}

impl Generator {
    /// Trains on measured pulses. Features are scaled by their own minimum and maximum,
    /// conditions by those of `conditions` and the pulses together, as published.
    ///
    /// `report` is called after each epoch with (epochs done, epochs) and may break off; the
    /// generator is then as trained so far.
    pub fn train(
        pulses: &[Pulse],
        conditions: &[[f64; 2]],
        params: &TrainingParams,
        report: &mut dyn FnMut(u32, u32) -> ControlFlow<()>,
    ) -> Self {
        let (feature_low, feature_span) = spans(pulses.iter().map(|pulse| &pulse.voltages_v));
        let own: Vec<[f64; 2]> = pulses.iter().map(|pulse| [pulse.soc, pulse.soh]).collect();
        let (condition_low, condition_span) = spans(own.iter().chain(conditions));
        let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
        let mut generator = Self {
            network: Network::new(&mut rng),
            feature_low,
            feature_span,
            condition_low,
            condition_span,
            last: [0.0; 2],
        };
        let samples: Vec<Sample> = pulses.iter().map(|pulse| generator.scale(pulse)).collect();
        let mut adam = Adam::default();
        let mut work = Workspace::default();
        let mut gradient = Gradient::default();
        for epoch in 0..params.n_epochs {
            let mut sums = [0.0; 2];
            for batch in shuffled(samples.len(), &mut rng).chunks(params.batch.max(1)) {
                gradient.clear();
                let network = &generator.network;
                let products = network.products();
                for sample in batch.iter().filter_map(|&i| samples.get(i)) {
                    let noise = normal_pair(&mut rng);
                    let loss = network.forward(&products, sample, &noise, &mut work);
                    network.backward(&products, sample, &noise, &work, &mut gradient);
                    sums[0] += loss.squared_error;
                    sums[1] += loss.divergence;
                }
                let mean = network.finish(&mut gradient, batch.len()).to_vec();
                adam.step(
                    generator.network.parameters_mut(),
                    &mean,
                    params.learning_rate,
                );
            }
            generator.last = sums.map(|sum| sum / samples.len().max(1) as f64);
            if report(epoch + 1, params.n_epochs).is_break() {
                break;
            }
        }
        generator
    }

    /// Pulses at wanted conditions (SOC, SOH). For [`Reach::LatentScaling`] each condition starts
    /// from its own measured pulse in `sources` (the last one where there are fewer).
    pub fn generate(
        &self,
        conditions: &[[f64; 2]],
        reach: Reach,
        sources: &[Pulse],
        seed: u64,
    ) -> Vec<Pulse> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut work = Workspace::default();
        let products = self.network.products();
        let mut generated = Vec::with_capacity(conditions.len());
        for (i, condition) in conditions.iter().enumerate() {
            let noise = normal_pair(&mut rng);
            let source = sources.get(i).or(sources.last());
            let latent = match (reach, source) {
                (Reach::LatentScaling { mean, variance }, Some(source)) => {
                    let sample = self.scale(source);
                    let (means, logs) = self.network.latent(&products, &sample, &mut work);
                    std::array::from_fn::<f64, N_LATENT, _>(|k| {
                        mean * means[k] + libm::exp(0.5 * variance * logs[k]) * noise[k]
                    })
                }
                _ => noise,
            };
            let scaled = scale(condition, &self.condition_low, &self.condition_span);
            let output = self
                .network
                .generate(&products, &latent, &scaled, &mut work);
            generated.push(Pulse {
                voltages_v: std::array::from_fn(|k| {
                    self.feature_low[k] + self.feature_span[k] * output[k]
                }),
                soc: condition[0],
                soh: condition[1],
            });
        }
        generated
    }

    /// KL divergence per sample in the last epoch; 0 means that the latent space says nothing
    /// (posterior collapse).
    pub fn divergence(&self) -> f64 {
        self.last[1]
    }

    /// Squared error per sample over scaled features in the last epoch.
    pub fn squared_error(&self) -> f64 {
        self.last[0]
    }

    fn scale(&self, pulse: &Pulse) -> Sample {
        Sample {
            features: scale(&pulse.voltages_v, &self.feature_low, &self.feature_span),
            condition: scale(
                &[pulse.soc, pulse.soh],
                &self.condition_low,
                &self.condition_span,
            ),
        }
    }
}

/// Minimum and span per column; the span of a constant column is 1, as scikit-learn's.
fn spans<'a, const N: usize>(rows: impl Iterator<Item = &'a [f64; N]>) -> ([f64; N], [f64; N]) {
    let (mut low, mut high) = ([f64::INFINITY; N], [f64::NEG_INFINITY; N]);
    for row in rows {
        for k in 0..N {
            low[k] = low[k].min(row[k]);
            high[k] = high[k].max(row[k]);
        }
    }
    let span = std::array::from_fn(|k| {
        let span = high[k] - low[k];
        if span > 0.0 && span.is_finite() {
            span
        } else {
            1.0
        }
    });
    (low.map(|v| if v.is_finite() { v } else { 0.0 }), span)
}

fn scale<const N: usize>(values: &[f64; N], low: &[f64; N], span: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|k| (values[k] - low[k]) / span[k])
}

/// Adam (Kingma and Ba 2015) with Keras' defaults.
struct Adam {
    first: Vec<f64>,
    second: Vec<f64>,
    powers: [f64; 2],
}

impl Default for Adam {
    fn default() -> Self {
        Self {
            first: vec![0.0; N_PARAMETERS],
            second: vec![0.0; N_PARAMETERS],
            powers: [1.0; 2],
        }
    }
}

impl Adam {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64], learning_rate: f64) {
        const BETAS: [f64; 2] = [0.9, 0.999];
        const EPSILON: f64 = 1e-7;
        for (power, beta) in self.powers.iter_mut().zip(BETAS) {
            *power *= beta;
        }
        let rate = learning_rate * (1.0 - self.powers[1]).sqrt() / (1.0 - self.powers[0]);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((parameter, g), (m, v)) in parameters.iter_mut().zip(gradient).zip(moments) {
            *m += (1.0 - BETAS[0]) * (g - *m);
            *v += (1.0 - BETAS[1]) * (g * g - *v);
            *parameter -= rate * *m / (v.sqrt() + EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulses() -> Vec<Pulse> {
        let mut pulses = Vec::new();
        for battery in 0..10 {
            let soh = 0.7 + 0.02 * f64::from(battery);
            for level in 1..=8 {
                let soc = 0.05 * f64::from(level);
                pulses.push(Pulse {
                    voltages_v: std::array::from_fn(|i| {
                        3.2 + soc + (2.0 - soh) * 0.01 * (i % 5) as f64
                    }),
                    soc,
                    soh,
                });
            }
        }
        pulses
    }

    #[test]
    fn a_trained_generator_follows_its_condition() {
        let params = TrainingParams {
            n_epochs: 150,
            ..TrainingParams::default()
        };
        let mut n_reports = 0;
        let generator = Generator::train(&pulses(), &[], &params, &mut |_, _| {
            n_reports += 1;
            ControlFlow::Continue(())
        });
        assert_eq!(n_reports, 150);
        let generated = generator.generate(&[[0.1, 0.8], [0.35, 0.8]], Reach::Prior, &[], 1);
        let rise = generated[1].voltages_v[0] - generated[0].voltages_v[0];
        assert!((rise - 0.25).abs() < 0.1, "{rise}");
    }

    #[test]
    fn the_same_seed_gives_the_same_generator() {
        let train = |seed, n_epochs| {
            let params = TrainingParams {
                n_epochs,
                seed,
                ..TrainingParams::default()
            };
            Generator::train(&pulses(), &[], &params, &mut |_, _| {
                ControlFlow::Continue(())
            })
        };
        assert_eq!(train(1, 2), train(1, 2));
        assert_ne!(train(1, 2), train(2, 2));
        let broken_off = Generator::train(
            &pulses(),
            &[],
            &TrainingParams {
                seed: 1,
                ..TrainingParams::default()
            },
            &mut |done, _| {
                if done == 2 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        assert_eq!(broken_off, train(1, 2));
    }
}
