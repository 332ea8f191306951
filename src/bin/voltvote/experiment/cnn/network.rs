//! The network: layers, training by stochastic gradient descent, answers.

use super::curves::Curves;
use candle_core::{DType, Device, Result, Tensor, Var, D};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Filters of the two convolutions.
const FILTERS: [usize; 2] = [32, 64];
/// Points under a filter.
const KERNEL: usize = 3;
/// Width of the dense layer.
const DENSE: usize = 128;
/// Step size, and what is kept of the step before.
const RATE: f64 = 0.01;
const MOMENTUM: f64 = 0.9;
/// Rows per step.
const BATCH: usize = 128;
/// Share of filters, and of the dense layer, that dropout keeps.
const KEPT: [f64; 2] = [0.75, 0.5];

/// A network of two convolutions with pooling of 2 after each, and two dense layers.
pub struct Network {
    /// Weights and biases of the four layers, in turn.
    weights: Vec<Var>,
    /// Mean and standard deviation of the training voltages, charge and discharge.
    scale: [(f32, f32); 2],
    n_points: usize,
}

impl Network {
    /// Trains on `rows` of the curves; `told` gets the epochs done and the mean cross entropy.
    pub fn fit(
        curves: &Curves,
        rows: &[usize],
        n_epochs: u32,
        seed: u64,
        told: &mut dyn FnMut(u32, f32),
    ) -> Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Self::new(curves, rows, &mut rng)?;
        let mut steps = Vec::new();
        for weights in &network.weights {
            steps.push(weights.zeros_like()?);
        }
        let mut order = rows.to_vec();
        for epoch in 1..=n_epochs {
            order.shuffle(&mut rng);
            let mut sum = 0.0;
            for batch in order.chunks(BATCH) {
                let loss = network.loss(curves, batch, Some(&mut rng))?;
                let gradients = loss.backward()?;
                for (weights, step) in network.weights.iter().zip(&mut steps) {
                    if let Some(gradient) = gradients.get(weights) {
                        // Detached: the graph of a step must not hang on to the one before.
                        *step = ((&*step * MOMENTUM)? + gradient)?.detach();
                        weights.set(&(weights.as_tensor() - (&*step * RATE)?)?)?;
                    }
                }
                sum += loss.to_scalar::<f32>()? * batch.len() as f32;
            }
            told(epoch, sum / order.len().max(1) as f32);
        }
        Ok(network)
    }

    /// The most probable class of each row.
    pub fn predict(&self, curves: &Curves, rows: &[usize]) -> Result<Vec<u16>> {
        let mut out = Vec::new();
        for rows in rows.chunks(BATCH) {
            let logits = self.forward(&self.input(curves, rows)?, None)?;
            let classes: Vec<u32> = logits.argmax(D::Minus1)?.to_vec1()?;
            out.extend(classes.into_iter().map(|class| class as u16));
        }
        Ok(out)
    }

    /// Weights drawn uniformly with variance 2 / fan-in (He et al. 2015), biases of 0.
    fn new(curves: &Curves, rows: &[usize], rng: &mut ChaCha8Rng) -> Result<Self> {
        let n_points = curves.n_points;
        let flat = FILTERS[1] * (n_points / 4);
        let shapes: [(&[usize], usize, usize); 4] = [
            (&[FILTERS[0], 2, KERNEL], 2 * KERNEL, FILTERS[0]),
            (
                &[FILTERS[1], FILTERS[0], KERNEL],
                FILTERS[0] * KERNEL,
                FILTERS[1],
            ),
            (&[flat, DENSE], flat, DENSE),
            (&[DENSE, curves.n_classes], DENSE, curves.n_classes),
        ];
        let mut weights = Vec::new();
        for (shape, fan_in, width) in shapes {
            let limit = (6.0 / fan_in as f32).sqrt();
            let draw = |_| (2.0 * rng.gen::<f32>() - 1.0) * limit;
            let drawn: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
            let drawn = Tensor::from_vec(drawn, shape, &Device::Cpu)?;
            weights.push(Var::from_tensor(&drawn)?);
            weights.push(Var::zeros(width, DType::F32, &Device::Cpu)?);
        }
        Ok(Self {
            weights,
            scale: [0, 1].map(|half| curves.scale(rows, half)),
            n_points,
        })
    }

    /// Scaled curves of rows, shape (rows, 2, points).
    fn input(&self, curves: &Curves, rows: &[usize]) -> Result<Tensor> {
        let mut values = Vec::with_capacity(rows.len() * 2 * self.n_points);
        for &row in rows {
            for (curve, (mean, sd)) in curves.of(row).zip(self.scale) {
                values.extend(curve.iter().map(|v| (v - mean) / sd));
            }
        }
        Tensor::from_vec(values, (rows.len(), 2, self.n_points), &Device::Cpu)
    }

    /// Logits, shape (rows, classes); with a generator, dropout is on.
    fn forward(&self, x: &Tensor, dropout: Option<&mut ChaCha8Rng>) -> Result<Tensor> {
        let n = x.dim(0)?;
        let mut x = x.clone();
        for (layer, filters) in FILTERS.iter().enumerate() {
            let bias = self.weights[2 * layer + 1].reshape((1, *filters, 1))?;
            x = convolved(&x, &self.weights[2 * layer])?
                .broadcast_add(&bias)?
                .relu()?;
            let length = x.dim(2)? / 2;
            x = x
                .narrow(2, 0, 2 * length)?
                .contiguous()?
                .reshape((n, *filters, length, 2))?
                .max(D::Minus1)?;
        }
        let masks = match dropout {
            Some(rng) => {
                let filters = mask(&[n, FILTERS[1], 1], KEPT[0], rng)?;
                Some((filters, mask(&[n, DENSE], KEPT[1], rng)?))
            }
            None => None,
        };
        if let Some((filters, _)) = &masks {
            x = x.broadcast_mul(filters)?;
        }
        x = x
            .flatten_from(1)?
            .matmul(&self.weights[4])?
            .broadcast_add(&self.weights[5])?
            .relu()?;
        if let Some((_, dense)) = &masks {
            x = (x * dense)?;
        }
        x.matmul(&self.weights[6])?.broadcast_add(&self.weights[7])
    }

    /// Mean cross entropy of rows.
    fn loss(
        &self,
        curves: &Curves,
        rows: &[usize],
        dropout: Option<&mut ChaCha8Rng>,
    ) -> Result<Tensor> {
        let labels: Vec<u32> = rows.iter().map(|&row| curves.labels[row].into()).collect();
        let labels = Tensor::from_vec(labels, (rows.len(), 1), &Device::Cpu)?;
        let logits = self.forward(&self.input(curves, rows)?, dropout)?;
        let chosen = logits.gather(&labels, 1)?.squeeze(1)?;
        (logits.log_sum_exp(1)? - chosen)?.mean_all()
    }
}

/// Filters of [`KERNEL`] points over channels, shape (rows, channels, points), zeros beyond the ends;
/// gives (rows, filters, points).
///
/// As one product of matrices: with `Tensor::conv1d` in its place (candle-core 0.9.2) the first
/// layer's gradient fails the finite-difference test below.
fn convolved(x: &Tensor, filters: &Tensor) -> Result<Tensor> {
    let (n, channels, points) = x.dims3()?;
    let padded = x.pad_with_zeros(2, KERNEL / 2, KERNEL / 2)?;
    let shifted: Result<Vec<Tensor>> = (0..KERNEL).map(|k| padded.narrow(2, k, points)).collect();
    // (rows, channels, KERNEL, points), then what each filter meets in every row and point.
    let columns = Tensor::stack(&shifted?, 2)?
        .permute((1, 2, 0, 3))?
        .reshape((channels * KERNEL, n * points))?;
    let n_filters = filters.dim(0)?;
    filters
        .reshape((n_filters, channels * KERNEL))?
        .matmul(&columns)?
        .reshape((n_filters, n, points))?
        .transpose(0, 1)?
        .contiguous()
}

/// Ones divided by the share kept, and zeros, at random.
fn mask(shape: &[usize], kept: f64, rng: &mut ChaCha8Rng) -> Result<Tensor> {
    let draw = |_| match rng.gen::<f64>() < kept {
        true => (1.0 / kept) as f32,
        false => 0.0,
    };
    let drawn: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    Tensor::from_vec(drawn, shape, &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Straight curves of 8 points: class 1 rises, class 0 falls, from any height.
    fn curves() -> Curves {
        let n_points = 8;
        let line = |row: usize| {
            let slope = if row % 2 == 1 { 0.02 } else { -0.02 };
            let height = 3.0 + 0.1 * (row % 7) as f32;
            (0..2 * n_points).map(move |k| height + slope * (k % n_points) as f32)
        };
        Curves {
            labels: (0..60).map(|row| row % 2).collect(),
            n_classes: 2,
            n_points,
            voltage_v: (0..60).flat_map(line).collect(),
        }
    }

    fn network() -> (Curves, Network) {
        let curves = curves();
        let rows: Vec<usize> = (0..40).collect();
        let network = Network::new(&curves, &rows, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        (curves, network)
    }

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    /// The same network as loops over numbers.
    fn logits_by_hand(network: &Network, input: &[f32]) -> Vec<f32> {
        let w: Vec<Vec<f32>> = network.weights.iter().map(|w| numbers(w)).collect();
        let mut x: Vec<Vec<f32>> = input.chunks(8).map(<[f32]>::to_vec).collect();
        for layer in 0..2 {
            let (n_in, length) = (x.len(), x[0].len());
            let filtered = |f: usize| {
                let at = |t: usize| {
                    let mut sum = w[2 * layer + 1][f];
                    for (c, channel) in x.iter().enumerate() {
                        for k in 0..3 {
                            let value = (t + k).checked_sub(1).and_then(|t| channel.get(t));
                            sum += w[2 * layer][(f * n_in + c) * 3 + k] * value.unwrap_or(&0.0);
                        }
                    }
                    sum.max(0.0)
                };
                (0..length / 2)
                    .map(|t| at(2 * t).max(at(2 * t + 1)))
                    .collect()
            };
            x = (0..FILTERS[layer]).map(filtered).collect();
        }
        let mut flat: Vec<f32> = x.concat();
        for layer in [2, 3] {
            let bias = &w[2 * layer + 1];
            let out = |j: usize| {
                let weights = w[2 * layer].iter().skip(j).step_by(bias.len());
                let sum: f32 = flat.iter().zip(weights).map(|(x, w)| x * w).sum();
                let sum = sum + bias[j];
                if layer == 2 {
                    sum.max(0.0)
                } else {
                    sum
                }
            };
            flat = (0..bias.len()).map(out).collect();
        }
        flat
    }

    #[test]
    fn layers_are_the_sums_they_are_called() {
        let (curves, network) = network();
        let input = network.input(&curves, &[3]).unwrap();
        let found = numbers(&network.forward(&input, None).unwrap());
        let expected = logits_by_hand(&network, &numbers(&input));
        assert_eq!(found.len(), 2);
        for (a, b) in found.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }

    /// Down the gradient by a small step: the loss falls by |gradient|² times the step.
    #[test]
    fn gradients_are_slopes_of_the_loss() {
        let (curves, network) = network();
        let rows: Vec<usize> = (0..40).collect();
        let loss = || network.loss(&curves, &rows, None).unwrap();
        let value = |loss: Tensor| f64::from(loss.to_scalar::<f32>().unwrap());
        let gradients = loss().backward().unwrap();
        for (layer, weights) in network.weights.iter().enumerate() {
            let before = weights.as_tensor().copy().unwrap();
            let gradient = gradients.get(weights).unwrap();
            let square: f32 = gradient
                .sqr()
                .unwrap()
                .sum_all()
                .unwrap()
                .to_scalar()
                .unwrap();
            let step = 1e-2 / f64::from(square).sqrt();
            let moved = |sign: f64| {
                let moved = (&before + (gradient * (sign * step)).unwrap()).unwrap();
                weights.set(&moved).unwrap();
                value(loss())
            };
            let slope = (moved(1.0) - moved(-1.0)) / (2.0 * step);
            weights.set(&before).unwrap();
            let expected = f64::from(square);
            assert!(
                (slope / expected - 1.0).abs() < 0.02,
                "{layer}: {slope} {expected}"
            );
        }
    }

    #[test]
    fn separable_curves_are_learned_and_a_seed_repeats_them() {
        let curves = curves();
        let rows: Vec<usize> = (0..40).collect();
        let mut losses = Vec::new();
        let mut fit =
            || Network::fit(&curves, &rows, 25, 3, &mut |_, loss| losses.push(loss)).unwrap();
        let (first, again) = (fit(), fit());
        let test: Vec<usize> = (40..60).collect();
        let answers = first.predict(&curves, &test).unwrap();
        assert_eq!(answers, curves.labels[40..]);
        assert_eq!(answers, again.predict(&curves, &test).unwrap());
        assert_eq!(losses.len(), 50);
        assert!(losses[24] < 0.5 * losses[0], "{losses:?}");
    }
}
