//! Whether stated probabilities come true.

use ndarray::ArrayView2;

/// Decisions whose confidence falls between two bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// Decisions in the bin.
    pub n: u32,
    /// Their mean confidence; 0 for an empty bin.
    pub mean_confidence: f64,
    /// Share of them that is right; 0 for an empty bin.
    pub share_right: f64,
}

/// Reliability diagram: decisions (confidence in 0..=1, whether right) in `n_bins` equal bins.
pub fn reliability(decisions: &[(f64, bool)], n_bins: u32) -> Vec<ReliabilityBin> {
    let mut sums = vec![(0_u32, 0.0, 0_u32); n_bins.max(1) as usize];
    let last = sums.len() - 1;
    for &(confidence, right) in decisions {
        // A NaN confidence falls into the first bin.
        let bin = (confidence * sums.len() as f64) as usize;
        let (n, confidences, n_right) = &mut sums[bin.min(last)];
        *n += 1;
        *confidences += confidence;
        *n_right += u32::from(right);
    }
    let bin = |(n, confidences, n_right): (u32, f64, u32)| {
        let divisor = f64::from(n.max(1));
        ReliabilityBin {
            n,
            mean_confidence: confidences / divisor,
            share_right: f64::from(n_right) / divisor,
        }
    };
    sums.into_iter().map(bin).collect()
}

/// Expected calibration error: mean over decisions of |confidence − share right| of their bin.
pub fn calibration_error(decisions: &[(f64, bool)], n_bins: u32) -> Option<f64> {
    let gaps = reliability(decisions, n_bins)
        .into_iter()
        .map(|bin| f64::from(bin.n) * (bin.mean_confidence - bin.share_right).abs());
    (!decisions.is_empty()).then(|| gaps.sum::<f64>() / decisions.len() as f64)
}

/// Brier score over all classes: mean over rows of Σ_c (p_c − [c is true])². 0 is perfect, 2 worst.
///
/// `probabilities` has shape (rows, classes); rows beyond the shorter of both are left out.
pub fn brier_score(probabilities: ArrayView2<'_, f64>, truth: &[u16]) -> Option<f64> {
    let rows = probabilities.rows().into_iter().zip(truth);
    let row = |(probabilities, &truth): (ndarray::ArrayView1<'_, f64>, &u16)| -> f64 {
        let squares = probabilities.iter().enumerate().map(|(class, p)| {
            let error = p - f64::from(u8::from(class == usize::from(truth)));
            error * error
        });
        squares.sum()
    };
    let n = probabilities.nrows().min(truth.len());
    (n > 0).then(|| rows.map(row).sum::<f64>() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn bins_and_error_by_hand() {
        let decisions = [(1.0, true), (0.9, false), (0.3, false), (0.2, true)];
        let bins = reliability(&decisions, 2);
        assert_eq!((bins[0].n, bins[1].n), (2, 2));
        assert_eq!((bins[0].mean_confidence, bins[0].share_right), (0.25, 0.5));
        let error = calibration_error(&decisions, 2).unwrap();
        assert!((error - (0.25 + 0.45) / 2.0).abs() < 1e-12);
        assert_eq!(calibration_error(&[], 10), None);
        assert_eq!(calibration_error(&[(1.0, true); 3], 10), Some(0.0));
    }

    #[test]
    fn brier_by_hand() {
        let probabilities = array![[1.0, 0.0], [0.5, 0.5]];
        assert_eq!(brier_score(probabilities.view(), &[0, 1]), Some(0.25));
        assert_eq!(brier_score(probabilities.view(), &[1, 0]), Some(1.25));
        assert_eq!(brier_score(probabilities.view(), &[]), None);
    }
}
