//! Means, spreads and what is read off them.

use serde_json::{json, Value};

/// Figures of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    pub mean: f64,
    /// Standard deviation (n - 1).
    pub sd: f64,
    pub least: f64,
    pub most: f64,
}

impl Summary {
    /// Of the finite values; `None` without any.
    pub fn of(values: &[f64]) -> Option<Self> {
        let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let mean = finite.iter().sum::<f64>() / finite.len() as f64;
        let squares: f64 = finite.iter().map(|v| (v - mean) * (v - mean)).sum();
        Some(Self {
            least: finite.iter().copied().min_by(f64::total_cmp)?,
            most: finite.iter().copied().max_by(f64::total_cmp)?,
            sd: (squares / (finite.len() as f64 - 1.0).max(1.0)).sqrt(),
            mean,
        })
    }

    /// With all values, rounded to six decimals.
    pub fn json(self, values: &[f64]) -> Value {
        json!({
            "mean": rounded(self.mean),
            "sd": rounded(self.sd),
            "min": rounded(self.least),
            "max": rounded(self.most),
            "runs": values.iter().map(|v| rounded(*v)).collect::<Vec<_>>(),
        })
    }
}

/// Rounded to six decimals.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6 + 0.5).floor() / 1e6
}

/// Privacy budget (Tao et al. 2023, eq. 1): the most noise at which the accuracy has not yet
/// fallen below the floor; `by_noise` holds (NSR, accuracy), NSR ascending. `None` where even the
/// least noise is too much.
pub(super) fn privacy_budget(by_noise: &[(f64, f64)], floor: f64) -> Option<f64> {
    let kept = by_noise
        .iter()
        .take_while(|(_, accuracy)| *accuracy >= floor);
    kept.last().map(|(nsr, _)| *nsr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let summary = Summary::of(&[1.0, 3.0, f64::NAN]).unwrap();
        assert_eq!((summary.mean, summary.least, summary.most), (2.0, 1.0, 3.0));
        assert_eq!(summary.sd, 2.0_f64.sqrt());
        assert_eq!(Summary::of(&[f64::NAN]), None);
    }

    #[test]
    fn a_budget_ends_where_the_floor_is_first_missed() {
        let by_noise = [(0.0, 0.97), (1.0, 0.92), (2.0, 0.89), (3.0, 0.91)];
        assert_eq!(privacy_budget(&by_noise, 0.9), Some(1.0));
        assert_eq!(privacy_budget(&by_noise, 0.98), None);
        assert_eq!(privacy_budget(&by_noise, 0.5), Some(3.0));
    }
}
