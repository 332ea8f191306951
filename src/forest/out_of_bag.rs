//! Votes of the trees on rows outside their samples.

use super::impurity::majority;
use ndarray::Array2;

/// Out-of-bag result of a forest: every row judged only by trees that did not see it.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfBag {
    /// Votes, shape (rows, classes); a row that every tree saw has none.
    pub votes: Array2<u16>,
    /// Share of wrong rows among those with votes, after 1, 2, … trees; `None` while no row has.
    pub error_by_trees: Vec<Option<f64>>,
    /// Rows with votes, shape (true class, voted class).
    pub confusion: Array2<u32>,
}

impl OutOfBag {
    /// Share of wrong rows among those with votes, over the whole forest.
    pub fn error(&self) -> Option<f64> {
        self.error_by_trees.last().copied().flatten()
    }

    /// Class voted for by row, ties to the lowest; `None` where every tree saw the row.
    pub fn classes(&self) -> Vec<Option<u16>> {
        let class = |votes: ndarray::ArrayView1<'_, u16>| {
            let votes = votes.to_vec();
            votes.iter().any(|&n| n > 0).then(|| majority(&votes))
        };
        self.votes.rows().into_iter().map(class).collect()
    }
}

/// Votes while the forest grows.
pub(super) struct Count<'a> {
    classes: &'a [u16],
    n_classes: usize,
    votes: Vec<u16>,
    voted: Vec<Option<u16>>,
    n_voted: u32,
    n_wrong: u32,
    error_by_trees: Vec<Option<f64>>,
}

impl<'a> Count<'a> {
    pub fn new(classes: &'a [u16], n_classes: u16) -> Self {
        let n_classes = usize::from(n_classes);
        Self {
            classes,
            n_classes,
            votes: vec![0; classes.len() * n_classes],
            voted: vec![None; classes.len()],
            n_voted: 0,
            n_wrong: 0,
            error_by_trees: Vec::new(),
        }
    }

    /// Adds one tree: its out-of-bag rows and its class for each.
    pub fn add(&mut self, rows: &[u32], class_of: impl Fn(usize) -> u16) -> Option<f64> {
        for &row in rows {
            let row = row as usize;
            let votes = &mut self.votes[row * self.n_classes..][..self.n_classes];
            votes[usize::from(class_of(row))] += 1;
            let class = majority(votes);
            let truth = self.classes[row];
            match self.voted[row].replace(class) {
                None => self.n_voted += 1,
                Some(before) => self.n_wrong -= u32::from(before != truth),
            }
            self.n_wrong += u32::from(class != truth);
        }
        let error = (self.n_voted > 0).then(|| f64::from(self.n_wrong) / f64::from(self.n_voted));
        self.error_by_trees.push(error);
        error
    }

    pub fn finish(self) -> OutOfBag {
        let mut confusion = Array2::zeros((self.n_classes, self.n_classes));
        for (&truth, voted) in self.classes.iter().zip(&self.voted) {
            if let Some(voted) = voted {
                confusion[[usize::from(truth), usize::from(*voted)]] += 1;
            }
        }
        let (n_classes, votes) = (self.n_classes, self.votes);
        let shape = (self.classes.len(), n_classes);
        OutOfBag {
            votes: Array2::from_shape_fn(shape, |(row, class)| votes[row * n_classes + class]),
            error_by_trees: self.error_by_trees,
            confusion,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn votes_add_up_tree_by_tree() {
        let mut count = Count::new(&[0, 1, 1], 2);
        assert_eq!(count.add(&[], |_| 0), None);
        assert_eq!(count.add(&[0, 1], |_| 0), Some(0.5));
        // Row 1 is a tie now, which goes to class 0: still wrong.
        assert_eq!(count.add(&[1], |_| 1), Some(0.5));
        assert_eq!(count.add(&[1], |_| 1), Some(0.0));
        let result = count.finish();
        assert_eq!(result.votes, array![[1, 0], [1, 2], [0, 0]]);
        assert_eq!(result.confusion, array![[1, 0], [0, 1]]);
        assert_eq!(result.classes(), [Some(0), Some(1), None]);
        assert_eq!(result.error(), Some(0.0));
    }
}
