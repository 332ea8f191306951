//! The conditional variational autoencoder: one sample forward and backward (Tao et al. 2024,
//! eq. 3-7 and 10-16).

use super::attention::{Attention, Products};
use super::layout::{
    Dense, CONDITION, DECODE, DECODE_HEADS, ENCODE, ENCODE_HEADS, LAYERS, LOG_VARIANCE, MEAN,
    N_CONDITIONS, N_FEATURES, N_LATENT, N_PARAMETERS, OUTPUT, WIDTH,
};
use super::normal::uniform;
use rand_chacha::ChaCha8Rng;

/// Weight of each of the two terms of the loss, squared error and divergence (eq. 16).
const TERM: f64 = 0.5;

/// One sample: turning points and condition, both scaled to 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// U1..U21.
    pub features: [f64; N_FEATURES],
    /// SOC and SOH.
    pub condition: [f64; N_CONDITIONS],
}

/// Parameters of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    parameters: Vec<f64>,
}

/// The two terms of the loss of one sample, before weighting.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Loss {
    /// Σ (x − x̂)² over the 21 features.
    pub squared_error: f64,
    /// KL(q(z|x) ‖ N(0, I)).
    pub divergence: f64,
}

/// The products of both attentions; they depend on the parameters only.
#[derive(Debug, Clone, Copy)]
pub struct BothProducts {
    encode: Products,
    decode: Products,
}

/// Room for the values of one sample between forward and backward.
#[derive(Debug, Clone)]
pub struct Workspace {
    condition: [f64; WIDTH],
    hidden: [f64; WIDTH],
    attended: [f64; WIDTH],
    mean: [f64; N_LATENT],
    log_variance: [f64; N_LATENT],
    latent: [f64; N_LATENT],
    decoded: [f64; WIDTH],
    attended_back: [f64; WIDTH],
    output: [f64; N_FEATURES],
    encode: Attention,
    decode: Attention,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            condition: [0.0; WIDTH],
            hidden: [0.0; WIDTH],
            attended: [0.0; WIDTH],
            mean: [0.0; N_LATENT],
            log_variance: [0.0; N_LATENT],
            latent: [0.0; N_LATENT],
            decoded: [0.0; WIDTH],
            attended_back: [0.0; WIDTH],
            output: [0.0; N_FEATURES],
            encode: Attention::default(),
            decode: Attention::default(),
        }
    }
}

/// Gradient of a batch, summed over its samples.
#[derive(Debug, Clone)]
pub struct Gradient {
    values: Vec<f64>,
    encode: Products,
    decode: Products,
}

impl Default for Gradient {
    fn default() -> Self {
        Self {
            values: vec![0.0; N_PARAMETERS],
            encode: Products::default(),
            decode: Products::default(),
        }
    }
}

impl Network {
    /// Glorot-uniform weights and zero biases, as Keras initialises dense layers and the
    /// projections of its attention.
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut parameters = vec![0.0; N_PARAMETERS];
        let mut fill = |start: usize, n: usize, fans: usize| {
            let limit = (6.0 / fans as f64).sqrt();
            for value in &mut parameters[start..start + n] {
                *value = limit * (2.0 * uniform(rng) - 1.0);
            }
        };
        for layer in LAYERS {
            fill(
                layer.weights,
                layer.n_in * layer.n_out,
                layer.n_in + layer.n_out,
            );
        }
        for heads in [ENCODE_HEADS, DECODE_HEADS] {
            for start in [heads.query, heads.key, heads.value, heads.out] {
                fill(start, WIDTH, WIDTH + 1);
            }
        }
        Self { parameters }
    }

    /// The parameters, to update.
    pub fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }

    /// The products of both attentions.
    pub fn products(&self) -> BothProducts {
        BothProducts {
            encode: Products::of(&self.parameters, &ENCODE_HEADS),
            decode: Products::of(&self.parameters, &DECODE_HEADS),
        }
    }

    /// Loss of one sample with latent noise `noise`.
    pub fn forward(
        &self,
        products: &BothProducts,
        sample: &Sample,
        noise: &[f64; N_LATENT],
        work: &mut Workspace,
    ) -> Loss {
        self.encode(products, sample, work);
        let mut loss = Loss::default();
        for (k, noise) in noise.iter().enumerate() {
            let (mean, log_variance) = (work.mean[k], work.log_variance[k]);
            work.latent[k] = mean + libm::exp(0.5 * log_variance) * noise;
            loss.divergence -= 0.5 * (1.0 + log_variance - mean * mean - libm::exp(log_variance));
        }
        self.decode_latent(products, work);
        for (x, y) in sample.features.iter().zip(&work.output) {
            loss.squared_error += (x - y) * (x - y);
        }
        loss
    }

    /// Latent mean and log-variance of a sample.
    pub fn latent(
        &self,
        products: &BothProducts,
        sample: &Sample,
        work: &mut Workspace,
    ) -> ([f64; N_LATENT], [f64; N_LATENT]) {
        self.encode(products, sample, work);
        (work.mean, work.log_variance)
    }

    /// Scaled turning points for a latent vector and a condition.
    pub fn generate(
        &self,
        products: &BothProducts,
        latent: &[f64; N_LATENT],
        condition: &[f64; N_CONDITIONS],
        work: &mut Workspace,
    ) -> [f64; N_FEATURES] {
        self.layer(&CONDITION, condition, &mut work.condition);
        rectify(&mut work.condition);
        work.latent = *latent;
        self.decode_latent(products, work);
        work.output
    }

    fn encode(&self, products: &BothProducts, sample: &Sample, work: &mut Workspace) {
        self.layer(&CONDITION, &sample.condition, &mut work.condition);
        rectify(&mut work.condition);
        self.layer(&ENCODE, &sample.features, &mut work.hidden);
        rectify(&mut work.hidden);
        work.encode.forward(
            products.encode,
            &work.hidden,
            &work.condition,
            &mut work.attended,
        );
        self.layer(&MEAN, &work.attended, &mut work.mean);
        self.layer(&LOG_VARIANCE, &work.attended, &mut work.log_variance);
    }

    fn decode_latent(&self, products: &BothProducts, work: &mut Workspace) {
        self.layer(&DECODE, &work.latent, &mut work.decoded);
        rectify(&mut work.decoded);
        work.decode.forward(
            products.decode,
            &work.decoded,
            &work.condition,
            &mut work.attended_back,
        );
        self.layer(&OUTPUT, &work.attended_back, &mut work.output);
        for value in &mut work.output {
            *value = 1.0 / (1.0 + libm::exp(-*value));
        }
    }

    /// Adds the gradient of 0.5 · squared error + 0.5 · divergence of the sample that `work` was filled with.
    pub fn backward(
        &self,
        products: &BothProducts,
        sample: &Sample,
        noise: &[f64; N_LATENT],
        work: &Workspace,
        gradient: &mut Gradient,
    ) {
        let mut d_output = [0.0; N_FEATURES];
        for ((d, y), x) in d_output.iter_mut().zip(&work.output).zip(&sample.features) {
            *d = 2.0 * TERM * (y - x) * y * (1.0 - y);
        }
        let mut d_attended = [0.0; WIDTH];
        let values = &mut gradient.values;
        self.layer_back(
            &OUTPUT,
            &work.attended_back,
            &d_output,
            values,
            Some(&mut d_attended),
        );
        let mut d_condition = [0.0; WIDTH];
        let mut d_hidden = [0.0; WIDTH];
        let d = work.decode.back(
            products.decode,
            &d_attended,
            &mut d_hidden,
            &mut d_condition,
        );
        gradient.decode.add(d);
        let mut d_latent = [0.0; N_LATENT];
        self.layer_back(
            &DECODE,
            &work.latent,
            &d_hidden,
            values,
            Some(&mut d_latent),
        );
        let (mut d_mean, mut d_log_variance) = ([0.0; N_LATENT], [0.0; N_LATENT]);
        for k in 0..N_LATENT {
            let log_variance = work.log_variance[k];
            d_mean[k] = d_latent[k] + TERM * work.mean[k];
            d_log_variance[k] = d_latent[k] * 0.5 * libm::exp(0.5 * log_variance) * noise[k]
                + TERM * 0.5 * (libm::exp(log_variance) - 1.0);
        }
        let mut d_attended = [0.0; WIDTH];
        self.layer_back(
            &MEAN,
            &work.attended,
            &d_mean,
            values,
            Some(&mut d_attended),
        );
        self.layer_back(
            &LOG_VARIANCE,
            &work.attended,
            &d_log_variance,
            values,
            Some(&mut d_attended),
        );
        let mut d_hidden = [0.0; WIDTH];
        let d = work.encode.back(
            products.encode,
            &d_attended,
            &mut d_hidden,
            &mut d_condition,
        );
        gradient.encode.add(d);
        self.layer_back(&ENCODE, &sample.features, &d_hidden, values, None);
        for (d, c) in d_condition.iter_mut().zip(&work.condition) {
            if *c == 0.0 {
                *d = 0.0;
            }
        }
        self.layer_back(&CONDITION, &sample.condition, &d_condition, values, None);
    }

    /// Finishes a batch: the mean gradient over `n` samples.
    pub fn finish<'a>(&self, gradient: &'a mut Gradient, n: usize) -> &'a [f64] {
        let Gradient {
            values,
            encode,
            decode,
        } = gradient;
        encode.back(&self.parameters, &ENCODE_HEADS, values);
        decode.back(&self.parameters, &DECODE_HEADS, values);
        let scale = 1.0 / n.max(1) as f64;
        values.iter_mut().for_each(|value| *value *= scale);
        values
    }

    fn layer(&self, layer: &Dense, input: &[f64], output: &mut [f64]) {
        let weights = &self.parameters[layer.weights..layer.biases];
        let biases = &self.parameters[layer.biases..layer.biases + layer.n_out];
        for ((to, row), bias) in output
            .iter_mut()
            .zip(weights.chunks_exact(layer.n_in))
            .zip(biases)
        {
            *to = bias + crate::health::regress::dot(row, input);
        }
    }

    /// Adds the gradient of a layer's parameters, and of its input where wanted.
    fn layer_back(
        &self,
        layer: &Dense,
        input: &[f64],
        d_output: &[f64],
        gradient: &mut [f64],
        mut d_input: Option<&mut [f64]>,
    ) {
        for (o, &d) in d_output.iter().enumerate().take(layer.n_out) {
            if d == 0.0 {
                continue;
            }
            let start = layer.weights + o * layer.n_in;
            for (to, x) in gradient[start..start + layer.n_in].iter_mut().zip(input) {
                *to += d * x;
            }
            gradient[layer.biases + o] += d;
            if let Some(d_input) = d_input.as_deref_mut() {
                let weights = &self.parameters[start..start + layer.n_in];
                for (to, weight) in d_input.iter_mut().zip(weights) {
                    *to += d * weight;
                }
            }
        }
    }
}

impl Gradient {
    /// Empties it for the next batch.
    pub fn clear(&mut self) {
        self.values.fill(0.0);
        self.encode = Products::default();
        self.decode = Products::default();
    }
}

fn rectify(values: &mut [f64]) {
    for value in values {
        if *value < 0.0 {
            *value = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn sample(seed: u32) -> Sample {
        let value = |i: u32| f64::from((i * 37 + seed * 101 + 13) % 97) / 97.0;
        Sample {
            features: std::array::from_fn(|i| value(i as u32)),
            condition: [value(50), value(51)],
        }
    }

    /// A network away from its start: all parameters, biases too, take part.
    fn network() -> Network {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut network = Network::new(&mut rng);
        for value in network.parameters_mut() {
            *value += 0.3 * (uniform(&mut rng) - 0.5);
        }
        network
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let network = network();
        let samples = [sample(1), sample(2), sample(3)];
        let noise = [[0.3, -1.1], [1.7, 0.2], [-0.4, 0.9]];
        let loss = |network: &Network| -> f64 {
            let products = network.products();
            let mut work = Workspace::default();
            let losses = samples.iter().zip(&noise).map(|(sample, noise)| {
                let loss = network.forward(&products, sample, noise, &mut work);
                TERM * loss.squared_error + TERM * loss.divergence
            });
            losses.sum::<f64>() / samples.len() as f64
        };
        let products = network.products();
        let mut work = Workspace::default();
        let mut gradient = Gradient::default();
        for (sample, noise) in samples.iter().zip(&noise) {
            network.forward(&products, sample, noise, &mut work);
            network.backward(&products, sample, noise, &work, &mut gradient);
        }
        let gradient = network.finish(&mut gradient, samples.len()).to_vec();
        let step = 1e-4;
        let mut n_zero = 0;
        for (i, &expected) in gradient.iter().enumerate() {
            let at = |offset: f64| {
                let mut moved = network.clone();
                moved.parameters_mut()[i] += offset;
                loss(&moved)
            };
            // Fourth-order difference, so that a step well above rounding is exact enough.
            let measured =
                (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
            assert!(
                (measured - expected).abs() < 1e-6 * (1.0 + expected.abs()),
                "parameter {i}: {measured} {expected}"
            );
            n_zero += usize::from(expected == 0.0);
        }
        assert_eq!(gradient.len(), 4_187);
        assert!(n_zero < 1500, "{n_zero} parameters take no part");
    }

    #[test]
    fn attention_equals_its_textbook_form() {
        // Full queries, keys (with a bias), values, softmax and output, position by position.
        let network = network();
        let parameters = &network.parameters;
        let heads = ENCODE_HEADS;
        let h: [f64; WIDTH] =
            std::array::from_fn(|i| if i % 3 == 0 { 0.0 } else { i as f64 / 40.0 });
        let c: [f64; WIDTH] = std::array::from_fn(|i| {
            if i % 2 == 0 {
                0.0
            } else {
                1.5 - i as f64 / 50.0
            }
        });
        let at = |start: usize, k: usize| parameters[start + k];
        let mut expected = [0.0; WIDTH];
        for i in 0..WIDTH {
            let scores: Vec<f64> = (0..WIDTH)
                .map(|j| {
                    let score = (0..WIDTH).map(|k| {
                        let query = h[i] * at(heads.query, k) + at(heads.query_bias, k);
                        let key = c[j] * at(heads.key, k) + 0.01 * k as f64;
                        query * key
                    });
                    score.sum::<f64>() / 8.0
                })
                .collect();
            let largest = scores.iter().copied().fold(f64::MIN, f64::max);
            let weights: Vec<f64> = scores.iter().map(|s| libm::exp(s - largest)).collect();
            let total: f64 = weights.iter().sum();
            expected[i] = at(heads.out_bias, 0);
            for j in 0..WIDTH {
                for k in 0..WIDTH {
                    let value = c[j] * at(heads.value, k) + at(heads.value_bias, k);
                    expected[i] += weights[j] / total * value * at(heads.out, k);
                }
            }
        }
        let mut out = [0.0; WIDTH];
        Attention::default().forward(network.products().encode, &h, &c, &mut out);
        for (i, (a, b)) in out.iter().zip(&expected).enumerate() {
            assert!((a - b).abs() < 1e-9, "{i}: {a} {b}");
        }
    }
}
