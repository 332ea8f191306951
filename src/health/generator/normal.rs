//! Seeded uniform and normal numbers, the same on every platform.

use rand::RngCore;
use rand_chacha::ChaCha8Rng;

/// Uniform on [0, 1), 53 bits.
pub fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Two standard normal numbers (Box and Muller 1958).
pub fn normal_pair(rng: &mut ChaCha8Rng) -> [f64; 2] {
    // 1 − u is never 0.
    let radius = (-2.0 * libm::log(1.0 - uniform(rng))).sqrt();
    let angle = 2.0 * std::f64::consts::PI * uniform(rng);
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}

/// A random order of 0..n (Fisher and Yates), drawn from 32-bit numbers.
pub fn shuffled(n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        let j = (u64::from(rng.next_u32()) * (i as u64 + 1)) >> 32;
        order.swap(i, j as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn moments_and_orders() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let draws: Vec<f64> = (0..20_000).flat_map(|_| normal_pair(&mut rng)).collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / n;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03);
        let mut order = shuffled(100, &mut rng);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
