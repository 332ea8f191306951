//! exp for the attention's softmax: additions, multiplications and bit moves only, so that it is
//! the same on every platform and the compiler can run several at once. Relative error < 2e-11.

/// Adding this to a small f64 rounds it to an integer held in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// exp(x) for x ≤ 0; below −700 it is 0 for all purposes of a softmax.
#[inline(always)]
pub fn exp_non_positive(x: f64) -> f64 {
    let x = if x < -700.0 { -700.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor to degree 9 on |r| ≤ ln2/2.
    let mut sum = 1.0 / 362_880.0;
    sum = sum * r + 1.0 / 40_320.0;
    sum = sum * r + 1.0 / 5_040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    // The integer k sits in the low bits of `shifted`; moved into the exponent it multiplies by
    // 2^k (k ≥ −1011, so the result is a normal number).
    f64::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_the_exact_exponential() {
        for i in 0..7000 {
            let x = -0.1 * f64::from(i);
            let expected = libm::exp(x);
            let error = (exp_non_positive(x) - expected).abs();
            assert!(error <= 2e-11 * expected, "{x}: {error}");
        }
        assert!(exp_non_positive(-1e9) < 1e-300);
        assert_eq!(exp_non_positive(0.0), 1.0);
    }
}
