//! A tally against a truth that became known.

use super::{Status, Tally};
use serde::Serialize;

/// Width of a bin of the reliability diagram.
const N_BINS: usize = 10;

/// Figures of a tally on the batteries with a known class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// Batteries judged: those of known class that are not controls.
    pub n: usize,
    /// Share whose most probable class is the true one; undecided batteries count as they lean.
    pub accuracy: f64,
    /// Mean F1 over the classes that occur (Tao et al. 2023, eq. 11).
    pub f1: f64,
    /// Share right among those decided at class level, and how many those are.
    pub accuracy_decided: Option<f64>,
    /// Batteries decided at class level.
    pub n_decided: usize,
    /// Expected calibration error over ten bins of confidence.
    pub calibration_error: f64,
    /// Reliability diagram: per bin of confidence its count, mean confidence and accuracy.
    pub reliability: Vec<(usize, f64, f64)>,
    /// Confusion, true class by row.
    pub confusion: Vec<Vec<u32>>,
}

/// Judges a tally. `truth` holds the catalogue index per battery where known; controls are left
/// out. Returns `None` if no battery remains.
pub fn judge(tally: &Tally, truth: &[Option<usize>], n_classes: usize) -> Option<Judgement> {
    let mut confusion = vec![vec![0_u32; n_classes]; n_classes];
    let mut bins = vec![(0_usize, 0.0, 0.0); N_BINS];
    let (mut n, mut n_decided, mut right_decided) = (0, 0, 0);
    for (decision, truth) in tally.decisions.iter().zip(truth) {
        let Some(truth) = truth.filter(|&t| t < n_classes && !decision.is_control) else {
            continue;
        };
        n += 1;
        let is_right = decision.class == truth;
        confusion[truth][decision.class] += 1;
        if decision.status == Status::Decided {
            n_decided += 1;
            right_decided += usize::from(is_right);
        }
        let bin = ((decision.confidence * N_BINS as f64) as usize).min(N_BINS - 1);
        bins[bin].0 += 1;
        bins[bin].1 += decision.confidence;
        bins[bin].2 += f64::from(u8::from(is_right));
    }
    if n == 0 {
        return None;
    }
    let right: u32 = (0..n_classes).map(|c| confusion[c][c]).sum();
    let calibration_error = bins
        .iter()
        .map(|(_, confidence, right)| (confidence - right).abs())
        .sum::<f64>();
    Some(Judgement {
        n,
        accuracy: f64::from(right) / n as f64,
        f1: mean_f1(&confusion),
        accuracy_decided: (n_decided > 0).then(|| right_decided as f64 / n_decided as f64),
        n_decided,
        calibration_error: calibration_error / n as f64,
        reliability: bins
            .into_iter()
            .map(|(n, confidence, right)| {
                let share = |sum: f64| if n > 0 { sum / n as f64 } else { 0.0 };
                (n, share(confidence), share(right))
            })
            .collect(),
        confusion,
    })
}

/// F1 = 2 TP / (2 TP + FP + FN), averaged over the classes with true members.
fn mean_f1(confusion: &[Vec<u32>]) -> f64 {
    let (mut sum, mut n) = (0.0, 0);
    for (class, row) in confusion.iter().enumerate() {
        let members: u32 = row.iter().sum();
        if members == 0 {
            continue;
        }
        let named: u32 = confusion.iter().map(|row| row[class]).sum();
        sum += 2.0 * f64::from(row[class]) / f64::from(members + named);
        n += 1;
    }
    if n > 0 {
        sum / f64::from(n)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_of_a_small_confusion() {
        // Class 0: precision 2/3, recall 2/2; class 1: precision 1, recall 1/2; class 2 absent.
        let confusion = vec![vec![2, 0, 0], vec![1, 1, 0], vec![0, 0, 0]];
        assert!((mean_f1(&confusion) - (0.8 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }
}
