//! The confusion matrix and what is read off it (Tao et al. 2023, eq. 9-11).

use ndarray::{Array2, Axis};

/// Counts of decided rows, shape (true class, predicted class).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// The counts.
    pub counts: Array2<u32>,
}

impl Confusion {
    /// Counts pairs of true and predicted class; pairs with a class not below `n_classes` are
    /// left out.
    pub fn of(pairs: impl IntoIterator<Item = (u16, u16)>, n_classes: u16) -> Self {
        let n = usize::from(n_classes);
        let mut counts = Array2::zeros((n, n));
        for (truth, predicted) in pairs {
            if let Some(count) = counts.get_mut((usize::from(truth), usize::from(predicted))) {
                *count += 1;
            }
        }
        Self { counts }
    }

    /// Adds the counts of another matrix of the same classes, such as of another seed.
    pub fn add(&mut self, other: &Self) {
        for (index, count) in other.counts.indexed_iter() {
            if let Some(sum) = self.counts.get_mut(index) {
                *sum += count;
            }
        }
    }

    /// Number of rows counted.
    pub fn total(&self) -> u32 {
        self.counts.sum()
    }

    /// Share of rows on the diagonal: plain accuracy. `None` without rows.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.counts.diag().sum(), self.total())
    }

    /// TP / (TP + FP) by class; `None` where the class was never predicted.
    pub fn precision(&self) -> Vec<Option<f64>> {
        self.over(&self.counts.sum_axis(Axis(0)).to_vec())
    }

    /// TP / (TP + FN) by class; `None` where the class has no row.
    pub fn recall(&self) -> Vec<Option<f64>> {
        self.over(&self.counts.sum_axis(Axis(1)).to_vec())
    }

    /// F1 by class (eq. 11): 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall;
    /// `None` where the class neither occurs nor was predicted.
    pub fn f1(&self) -> Vec<Option<f64>> {
        let predicted = self.counts.sum_axis(Axis(0));
        let occurring = self.counts.sum_axis(Axis(1));
        let class = |c: usize| ratio(2 * self.counts[[c, c]], predicted[c] + occurring[c]);
        (0..self.counts.nrows()).map(class).collect()
    }

    /// Mean of F1 over the classes that occur or were predicted.
    pub fn macro_f1(&self) -> Option<f64> {
        mean_of_some(&self.f1())
    }

    /// Mean of recall over the classes that occur: balanced accuracy.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        mean_of_some(&self.recall())
    }

    /// One-vs-all accuracy (eq. 9-10): (TP + TN) / all, averaged over classes.
    ///
    /// Not comparable with plain accuracy: true negatives dominate it, and with nine classes a
    /// uniform guess scores 80 %. Always label it as one-vs-all.
    pub fn one_vs_all_accuracy(&self) -> Option<f64> {
        let (n_classes, total) = (self.counts.nrows() as u32, self.total());
        // A wrong row is a false positive of one class and a false negative of another.
        let n_wrong = total - self.counts.diag().sum();
        Some(1.0 - 2.0 * ratio(n_wrong, total)? / f64::from(n_classes))
    }

    fn over(&self, totals: &[u32]) -> Vec<Option<f64>> {
        let classes = self.counts.diag().to_vec().into_iter().zip(totals);
        classes.map(|(right, &total)| ratio(right, total)).collect()
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

fn mean_of_some(values: &[Option<f64>]) -> Option<f64> {
    let some: Vec<f64> = values.iter().copied().flatten().collect();
    (!some.is_empty()).then(|| some.iter().sum::<f64>() / some.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        // Rows: class 0 three times (one taken for 1), class 1 twice, class 2 never.
        let pairs = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (7, 0)];
        let confusion = Confusion::of(pairs, 3);
        assert_eq!(confusion.total(), 5);
        assert_eq!(confusion.accuracy(), Some(0.8));
        assert_eq!(confusion.precision(), [Some(1.0), Some(2.0 / 3.0), None]);
        assert_eq!(confusion.recall(), [Some(2.0 / 3.0), Some(1.0), None]);
        assert_eq!(confusion.f1(), [Some(0.8), Some(0.8), None]);
        assert_eq!(confusion.macro_f1(), Some(0.8));
        // Classes 0 and 1 are right in 4 of 5, class 2 in 5 of 5.
        let one_vs_all = confusion.one_vs_all_accuracy().unwrap();
        assert!((one_vs_all - (0.8 + 0.8 + 1.0) / 3.0).abs() < 1e-12);
        assert_eq!(Confusion::of([], 3).accuracy(), None);
        assert_eq!(Confusion::of([], 3).one_vs_all_accuracy(), None);
    }

    #[test]
    fn a_uniform_guess_scores_eighty_percent_one_vs_all() {
        let all = (0..9).flat_map(|truth| (0..9).map(move |guess| (truth, guess)));
        let found = Confusion::of(all, 9).one_vs_all_accuracy().unwrap();
        assert!((found - 65.0 / 81.0).abs() < 1e-12);
    }

    #[test]
    fn matrices_add_up() {
        let mut sum = Confusion::of([(0, 1)], 2);
        sum.add(&Confusion::of([(0, 1), (1, 1)], 2));
        assert_eq!(sum, Confusion::of([(0, 1), (0, 1), (1, 1)], 2));
    }
}
