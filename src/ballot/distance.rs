//! Exact one-dimensional Wasserstein distances between a collaborator's rows and the query.

use ndarray::ArrayView2;

/// W_q between two samples, q = 1 or 2: (integral over u of |F^-1(u) - G^-1(u)|^q)^(1/q).
///
/// Both quantile functions are steps with jumps at i/n and j/m; walking the merged jumps is
/// exact and O(n log n). Equal to `scipy.stats.wasserstein_distance` at q = 1. Returns 0 where a
/// sample is empty.
pub fn wasserstein(a: &[f64], b: &[f64], q: u8) -> f64 {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    crate::order::sort_numbers(&mut a);
    crate::order::sort_numbers(&mut b);
    let (n, m) = (a.len() as u64, b.len() as u64);
    if n == 0 || m == 0 {
        return 0.0;
    }
    // Jumps are compared as integers, (i + 1) m against (j + 1) n, in units of 1 / (n m).
    let (mut i, mut j, mut at, mut total) = (0_u64, 0_u64, 0_u64, 0.0);
    while let (Some(x), Some(y)) = (a.get(i as usize), b.get(j as usize)) {
        let (next_a, next_b) = ((i + 1) * m, (j + 1) * n);
        let next = next_a.min(next_b);
        let gap = (x - y).abs();
        total += (next - at) as f64 * if q == 2 { gap * gap } else { gap };
        at = next;
        i += u64::from(next == next_a);
        j += u64::from(next == next_b);
    }
    let mean = total / (n as f64 * m as f64);
    if q == 2 {
        mean.sqrt()
    } else {
        mean
    }
}

/// M_k for q = 1 and 2 in ten-thousandths: the mean over columns of W_q between a collaborator's
/// rows and the query, both already on the query's scale (Tao et al. 2023, eq. 5-6).
pub fn mean_distance(own: ArrayView2<'_, f64>, query: ArrayView2<'_, f64>) -> [u32; 2] {
    [1, 2].map(|q| {
        let total: f64 = own
            .columns()
            .into_iter()
            .zip(query.columns())
            .map(|(a, b)| wasserstein(&a.to_vec(), &b.to_vec(), q))
            .sum();
        let mean = total / own.ncols().max(1) as f64;
        // A cast from f64 saturates: an absurdly far collaborator reads u32::MAX.
        (mean * 1e4 + 0.5) as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn equals_scipy_and_hand_derived_values() {
        // (a, b, W1 by scipy.stats.wasserstein_distance 1.17, W2 by hand)
        type Case<'a> = (&'a [f64], &'a [f64], f64, f64);
        let cases: [Case<'_>; 5] = [
            (&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0], 5.0, 5.0),
            (&[0.0], &[1.0, 2.0], 1.5, 2.5_f64.sqrt()),
            (&[1.0, 2.0], &[2.0, 1.0], 0.0, 0.0),
            (&[0.0, 2.0], &[0.0, 0.0, 3.0], 2.0 / 3.0, 1.0),
            (
                &[3.4, 3.9, 7.5, 7.8],
                &[4.5, 1.4],
                2.7,
                // Pairs (3.4, 1.4), (3.9, 1.4), (7.5, 4.5), (7.8, 4.5), a quarter each.
                ((4.0 + 6.25 + 9.0 + 10.89) / 4.0_f64).sqrt(),
            ),
        ];
        for (a, b, w1, w2) in cases {
            assert!((wasserstein(a, b, 1) - w1).abs() < 1e-12, "{a:?} {b:?}");
            assert!((wasserstein(a, b, 2) - w2).abs() < 1e-12, "{a:?} {b:?}");
            assert!((wasserstein(b, a, 1) - w1).abs() < 1e-12, "symmetric");
        }
    }

    #[test]
    fn a_shift_moves_the_mean_distance_by_itself() {
        let query = array![[0.0, 0.0], [1.0, 2.0]];
        let own = array![[0.5, 0.0], [1.5, 2.0]];
        assert_eq!(mean_distance(own.view(), query.view()), [2500, 2500]);
    }
}
