//! A binary decision tree and the one comparison that decides left or right.

/// One comparison: a feature against a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub feature: u32,
    pub threshold: f64,
}

impl Split {
    /// The split between two neighbouring values `low < high` of a feature: their midpoint.
    pub fn between(feature: u32, low: f64, high: f64) -> Self {
        let midpoint = 0.5 * low + 0.5 * high;
        // Rounding must not carry `high` to the left.
        let threshold = if low <= midpoint && midpoint < high {
            midpoint
        } else {
            low
        };
        Self { feature, threshold }
    }

    /// The comparison shared by growing and asking.
    #[inline]
    pub fn goes_left(self, value: f64) -> bool {
        value <= self.threshold
    }
}

/// A node: either a leaf's answer or a split whose right child follows its left child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Node<L> {
    Leaf(L),
    Branch { split: Split, left: u32 },
}

/// A tree; the root is node 0 and children come after their parent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree<L> {
    pub nodes: Vec<Node<L>>,
}

impl<L: Copy> Tree<L> {
    /// The answer of the leaf that a row falls into; `value_of` gives its features.
    #[inline]
    pub fn answer(&self, value_of: impl Fn(usize) -> f64) -> L {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Leaf(answer) => return answer,
                Node::Branch { split, left } => {
                    let right = !split.goes_left(value_of(split.feature as usize));
                    at = left as usize + usize::from(right);
                }
            }
        }
    }

    /// Whether any split asks for a feature.
    pub fn uses(&self, feature: u32) -> bool {
        self.nodes
            .iter()
            .any(|node| matches!(node, Node::Branch { split, .. } if split.feature == feature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_separate_neighbours_however_close() {
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        for (low, high) in [
            (1.0, 2.0),
            (1.0, next),
            (-1e308, 1e308),
            (-f64::MAX, f64::MAX),
            (0.0, f64::from_bits(1)),
            (-f64::from_bits(1), 0.0),
        ] {
            let split = Split::between(0, low, high);
            assert!(
                split.goes_left(low) && !split.goes_left(high),
                "{low:e} {high:e}"
            );
        }
        assert_eq!(Split::between(0, 1.0, 2.0).threshold, 1.5);
    }
}
