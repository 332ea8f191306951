//! Seeded draws that are the same on every platform.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws: ChaCha8, uniform numbers from 53 random bits, `libm` for the rest.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// Stream `stream` of a seed; different streams are independent.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Uniform in [low, high).
    pub(super) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.gen::<f64>()
    }

    /// Normal with mean 0 and standard deviation 1 (Box-Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.0.gen::<f64>())).sqrt();
        radius * libm::cos(core::f64::consts::TAU * self.0.gen::<f64>())
    }

    /// exp of a normal with standard deviation `sigma`.
    pub(super) fn log_normal(&mut self, sigma: f64) -> f64 {
        libm::exp(sigma * self.normal())
    }

    /// Whether an event of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.0.gen::<f64>() < probability
    }

    /// A whole number in 0..n; 0 when n is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        // 32 random bits scaled: the bias is below n / 2^32.
        ((u64::from(self.0.gen::<u32>()) * u64::from(n)) >> 32) as u32
    }

    /// One of the choices; `fallback` if there is none.
    pub(super) fn pick(&mut self, choices: &[f64], fallback: f64) -> f64 {
        let i = self.below(choices.len() as u32) as usize;
        choices.get(i).copied().unwrap_or(fallback)
    }

    /// Shuffles in place (Fisher-Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u32 + 1) as usize);
        }
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.gen()
    }
}
