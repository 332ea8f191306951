//! Moments and quantiles of a curve's values.

/// Mean; 0 for no values.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / (values.len().max(1) as f64)
}

/// Mean of the k-th power of deviations from the mean.
fn central_moment(values: &[f64], power: i32) -> f64 {
    let centre = mean(values);
    let deviations = values.iter().map(|value| {
        let deviation = value - centre;
        // Products, not `powi`: its rounding may differ between targets.
        (1..power).fold(deviation, |product, _| product * deviation)
    });
    deviations.sum::<f64>() / (values.len().max(1) as f64)
}

/// Standard deviation with divisor n.
pub(super) fn standard_deviation(values: &[f64]) -> f64 {
    central_moment(values, 2).sqrt()
}

/// Third standardised moment, without bias correction; 0 for constant values.
pub(super) fn skewness(values: &[f64]) -> f64 {
    let variance = central_moment(values, 2);
    if variance > 0.0 {
        central_moment(values, 3) / (variance * variance.sqrt())
    } else {
        0.0
    }
}

/// Fourth standardised moment, 3 for a normal distribution, without bias correction; 0 for
/// constant values.
pub(super) fn kurtosis(values: &[f64]) -> f64 {
    let variance = central_moment(values, 2);
    if variance > 0.0 {
        central_moment(values, 4) / (variance * variance)
    } else {
        0.0
    }
}

/// Quantile with linear interpolation between order statistics (numpy's default); 0 for no values.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    crate::order::sort_numbers(&mut sorted);
    let Some(&last) = sorted.last() else {
        return 0.0;
    };
    let position = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = position as usize;
    let low = sorted[below];
    let high = sorted.get(below + 1).copied().unwrap_or(last);
    low + (high - low) * (position - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_numpy_and_scipy() {
        // numpy 2.4 and scipy 1.17: mean, std, stats.skew, stats.kurtosis(fisher=False), quantile.
        let values = [2.0, 8.0, 0.0, 4.0, 1.0, 9.0, 9.0, 0.0];
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(mean(&values), 4.125);
        close(standard_deviation(&values), 3.722_818_152_958_857_8);
        close(skewness(&values), 0.265_055_412_269_857_3);
        close(kurtosis(&values), 1.333_998_924_716_149_2);
        close(quantile(&values, 0.25), 0.75);
        close(quantile(&values, 0.9), 9.0);
        close(quantile(&values, 0.1), 0.0);
        close(quantile(&values, 0.6), 4.8);
    }

    #[test]
    fn constants_and_nothing_are_not_nan() {
        for values in [&[][..], &[3.0], &[3.0, 3.0]] {
            assert_eq!((skewness(values), kurtosis(values)), (0.0, 0.0));
            assert!(quantile(values, 0.5).is_finite() && mean(values).is_finite());
        }
    }
}
