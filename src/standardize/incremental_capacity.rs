//! dQ/dV on equal voltage steps.

/// Standard deviation of the Gaussian that smooths dQ/dV, V.
const SMOOTHING_V: f64 = 0.006;

/// A point of the monotone curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Knot {
    pub charge_ah: f64,
    pub voltage_v: f64,
}

/// Incremental capacity of a curve whose knots are strictly monotone in charge and voltage.
///
/// The charge between the edges of `n_points` equal voltage steps over the step, smoothed.
/// Returns the middles of the steps in V, ascending, and dQ/dV in Ah/V, never negative.
pub(super) fn incremental_capacity(knots: &[Knot], n_points: usize) -> (Vec<f64>, Vec<f64>) {
    let mut ascending = knots.to_vec();
    crate::order::sort_by(&mut ascending, |a, b| a.voltage_v.total_cmp(&b.voltage_v));
    let (Some(&low), Some(&high)) = (ascending.first(), ascending.last()) else {
        return (Vec::new(), Vec::new());
    };
    let step_v = (high.voltage_v - low.voltage_v) / n_points as f64;
    let voltages: Vec<f64> = ascending.iter().map(|knot| knot.voltage_v).collect();
    let charges: Vec<f64> = ascending.iter().map(|knot| knot.charge_ah).collect();
    let edges = (0..=n_points).map(|i| low.voltage_v + i as f64 * step_v);
    let charge_at_edges = interpolate(&voltages, &charges, edges);
    let rough: Vec<f64> = charge_at_edges
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs() / step_v)
        .collect();
    let middles = (0..n_points).map(|i| low.voltage_v + (i as f64 + 0.5) * step_v);
    (middles.collect(), smooth(&rough, SMOOTHING_V / step_v))
}

/// Linear interpolation at ascending positions; beyond the ends the end value (as numpy `interp`).
///
/// `xs` must be strictly ascending.
pub(super) fn interpolate(xs: &[f64], ys: &[f64], at: impl Iterator<Item = f64>) -> Vec<f64> {
    let last = xs.len() - 1;
    let mut right = 0;
    at.map(|x| {
        while right <= last && xs[right] < x {
            right += 1;
        }
        if right == 0 {
            return ys[0];
        }
        if right > last {
            return ys[last];
        }
        let (x0, x1) = (xs[right - 1], xs[right]);
        let (y0, y1) = (ys[right - 1], ys[right]);
        y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
    })
    .collect()
}

/// Gaussian smoothing; `sd` in entries. Near the ends the kernel is cut and renormalised.
fn smooth(values: &[f64], sd: f64) -> Vec<f64> {
    let n = values.len();
    let reach = (libm::ceil(4.0 * sd) as usize).min(n);
    let kernel: Vec<f64> = (0..=reach)
        .map(|offset| {
            let z = offset as f64 / sd;
            libm::exp(-0.5 * z * z)
        })
        .collect();
    let at = |i: usize| {
        let (from, to) = (i.saturating_sub(reach), (i + reach + 1).min(n));
        let (mut sum, mut weight) = (0.0, 0.0);
        for j in from..to {
            let k = kernel[i.abs_diff(j)];
            sum += k * values[j];
            weight += k;
        }
        sum / weight
    };
    (0..n).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_holds_the_ends() {
        let found = interpolate(
            &[1.0, 2.0, 4.0],
            &[10.0, 20.0, 0.0],
            [0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 9.0].into_iter(),
        );
        assert_eq!(found, [10.0, 10.0, 15.0, 20.0, 10.0, 0.0, 0.0]);
    }

    #[test]
    fn a_straight_line_has_constant_incremental_capacity() {
        for falling in [false, true] {
            let knots: Vec<Knot> = (0..50)
                .map(|i| Knot {
                    charge_ah: 0.04 * f64::from(i),
                    voltage_v: 3.0 + 0.02 * f64::from(if falling { 49 - i } else { i }),
                })
                .collect();
            let (voltages, dq_dv) = incremental_capacity(&knots, 1000);
            assert!(voltages.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(dq_dv.iter().all(|value| (value - 2.0).abs() < 1e-9));
        }
    }

    #[test]
    fn smoothing_keeps_the_charge_of_an_inner_peak() {
        let mut values = vec![0.0; 200];
        values[100] = 5.0;
        let smoothed = smooth(&values, 4.0);
        assert!((smoothed.iter().sum::<f64>() - 5.0).abs() < 1e-12);
        let half_height = smoothed[100] * libm::exp(-0.5);
        assert!((smoothed[104] - half_height).abs() < 1e-12);
    }
}
