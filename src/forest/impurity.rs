//! What a good cut is: Gini impurity for classes, variance for numbers.
//!
//! Both are stated as a score to be made largest. With n rows in a node, n_c of class c, the Gini
//! impurity after a cut is Σ_side (n_side/n)(1 − Σ_c (n_side,c/n_side)²), so it is least where
//! Σ_side (Σ_c n_side,c²)/n_side is largest: whole numbers until the last division, hence exact
//! ties. Likewise the variance is least where Σ_side (Σ y)²/n_side is largest.

/// Keys of a node's rows sorted by one feature: rank in the upper, token in the lower 32 bits.
pub(super) type Key = u64;

/// Where the sorted rows of a node are best cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// Larger is better.
    pub score: f64,
    /// Keys on the left side.
    pub n_left: usize,
}

/// What a tree is grown for.
pub(super) trait Impurity {
    /// Answer of a leaf.
    type Leaf: Copy;

    /// Takes the rows of the next node. Returns their number, bootstrap copies counted, and
    /// whether a split could still improve anything.
    fn enter(&mut self, rows: &[u32]) -> (u32, bool);

    /// What the scan of a sorted node needs to know about a row.
    fn token(&self, row: u32) -> u32;

    /// The best cut of the entered node along sorted keys with at least `min_leaf` rows on each
    /// side, the leftmost of equals; `None` if there is none.
    fn best_cut(&mut self, keys: &[Key], min_leaf: u32) -> Option<Cut>;

    /// The answer of the entered node.
    fn leaf(&self) -> Self::Leaf;
}

/// Whether a cut may fall behind key `i`: only between different values.
#[inline]
fn may_cut(keys: &[Key], i: usize) -> bool {
    keys[i] >> 32 != keys[i + 1] >> 32
}

/// Gini impurity over classes.
pub(super) struct Gini {
    /// Per row: class in the upper, bootstrap copies in the lower 16 bits.
    tokens: Vec<u32>,
    totals: Vec<u32>,
    left: Vec<u32>,
}

impl Gini {
    /// Classes and bootstrap copies by row. Copies beyond 65,535 are not counted.
    pub fn new(classes: &[u16], copies: &[u32], n_classes: u16) -> Self {
        let token = |(&class, &n): (&u16, &u32)| u32::from(class) << 16 | n.min(0xffff);
        Self {
            tokens: classes.iter().zip(copies).map(token).collect(),
            totals: vec![0; usize::from(n_classes)],
            left: vec![0; usize::from(n_classes)],
        }
    }
}

impl Impurity for Gini {
    type Leaf = u16;

    fn enter(&mut self, rows: &[u32]) -> (u32, bool) {
        self.totals.fill(0);
        for &row in rows {
            let token = self.tokens[row as usize];
            self.totals[(token >> 16) as usize] += token & 0xffff;
        }
        let n_present = self.totals.iter().filter(|&&n| n > 0).count();
        (self.totals.iter().sum(), n_present > 1)
    }

    #[inline]
    fn token(&self, row: u32) -> u32 {
        self.tokens[row as usize]
    }

    fn best_cut(&mut self, keys: &[Key], min_leaf: u32) -> Option<Cut> {
        let Self { totals, left, .. } = self;
        left.fill(0);
        let (mut n_left, mut squares_left) = (0_u64, 0_u64);
        let mut n_right: u64 = totals.iter().map(|&n| u64::from(n)).sum();
        let mut squares_right: u64 = totals.iter().map(|&n| u64::from(n) * u64::from(n)).sum();
        let min_leaf = u64::from(min_leaf);
        let mut best = Cut {
            score: -1.0,
            n_left: 0,
        };
        for i in 0..keys.len() - 1 {
            let token = keys[i] as u32;
            let (class, n) = ((token >> 16) as usize, u64::from(token & 0xffff));
            let n_class_left = u64::from(left[class]);
            let n_class_right = u64::from(totals[class]) - n_class_left;
            // (a + n)² − a² and a² − (a − n)².
            squares_left += n * (2 * n_class_left + n);
            squares_right -= n * (2 * n_class_right - n);
            left[class] += token & 0xffff;
            n_left += n;
            n_right -= n;
            if may_cut(keys, i) && n_left >= min_leaf && n_right >= min_leaf {
                let score =
                    squares_left as f64 / n_left as f64 + squares_right as f64 / n_right as f64;
                if score > best.score {
                    best = Cut {
                        score,
                        n_left: i + 1,
                    };
                }
            }
        }
        (best.n_left > 0).then_some(best)
    }

    fn leaf(&self) -> u16 {
        majority(&self.totals)
    }
}

/// The class with the most votes, the lowest of equals.
pub(super) fn majority<N: Copy + PartialOrd>(counts: &[N]) -> u16 {
    let mut best = 0;
    for (class, count) in counts.iter().enumerate() {
        if *count > counts[best] {
            best = class;
        }
    }
    best as u16
}

/// Variance of a number.
pub(super) struct Variance<'a> {
    targets: &'a [f64],
    copies: &'a [u32],
    mean: f64,
    n: u32,
}

impl<'a> Variance<'a> {
    /// Targets and bootstrap copies by row.
    pub fn new(targets: &'a [f64], copies: &'a [u32]) -> Self {
        Self {
            targets,
            copies,
            mean: 0.0,
            n: 0,
        }
    }
}

impl Impurity for Variance<'_> {
    type Leaf = f64;

    fn enter(&mut self, rows: &[u32]) -> (u32, bool) {
        let first = rows.first().map_or(0.0, |&row| self.targets[row as usize]);
        let (mut n, mut sum, mut constant) = (0, 0.0, true);
        for &row in rows {
            let (target, copies) = (self.targets[row as usize], self.copies[row as usize]);
            n += copies;
            // About the first value, so that large offsets do not cost digits.
            sum += f64::from(copies) * (target - first);
            constant &= target == first;
        }
        self.n = n;
        self.mean = first + sum / f64::from(n.max(1));
        (n, !constant)
    }

    #[inline]
    fn token(&self, row: u32) -> u32 {
        row
    }

    fn best_cut(&mut self, keys: &[Key], min_leaf: u32) -> Option<Cut> {
        // Targets are taken about the node's mean: then Σ right = −Σ left, up to rounding.
        let deviation = |key: Key| self.targets[key as u32 as usize] - self.mean;
        let weight = |key: Key| self.copies[key as u32 as usize];
        let (mut n_left, mut sum_left) = (0, 0.0);
        let mut best = Cut {
            score: -1.0,
            n_left: 0,
        };
        for i in 0..keys.len() - 1 {
            n_left += weight(keys[i]);
            sum_left += f64::from(weight(keys[i])) * deviation(keys[i]);
            let n_right = self.n - n_left;
            if may_cut(keys, i) && n_left >= min_leaf && n_right >= min_leaf {
                let score =
                    sum_left * sum_left * (1.0 / f64::from(n_left) + 1.0 / f64::from(n_right));
                if score > best.score {
                    best = Cut {
                        score,
                        n_left: i + 1,
                    };
                }
            }
        }
        (best.n_left > 0).then_some(best)
    }

    fn leaf(&self) -> f64 {
        self.mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of rows 0.. with these ranks, sorted.
    fn keys(impurity: &impl Impurity, ranks: &[u32]) -> Vec<Key> {
        let key = |(row, &rank): (usize, &u32)| {
            u64::from(rank) << 32 | u64::from(impurity.token(row as u32))
        };
        let mut keys: Vec<Key> = ranks.iter().enumerate().map(key).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn gini_cuts() {
        // classes, ranks, least leaf, expected (rows left, score): worked by hand.
        type Case<'a> = (&'a [u16], &'a [u32], u32, Option<(usize, f64)>);
        let cases: [Case; 7] = [
            (&[0, 0, 1, 1], &[0, 1, 2, 3], 1, Some((2, 4.0))),
            (&[0, 1], &[0, 0], 1, None),
            (&[0, 1, 1, 1], &[0, 1, 2, 3], 1, Some((1, 4.0))),
            (&[0, 1, 1, 1], &[0, 1, 2, 3], 2, Some((2, 1.0 + 2.0))),
            (&[0, 1, 1], &[0, 1, 2], 2, None),
            // Both ends score (1/1 + 5/3): the leftmost wins.
            (&[0, 1, 0, 1], &[0, 1, 2, 3], 1, Some((1, 1.0 + 5.0 / 3.0))),
            // Equal values are never cut apart.
            (&[0, 0, 1, 1], &[0, 1, 1, 2], 1, Some((1, 1.0 + 5.0 / 3.0))),
        ];
        for (classes, ranks, min_leaf, expected) in cases {
            let mut gini = Gini::new(classes, &vec![1; classes.len()], 2);
            let rows: Vec<u32> = (0..classes.len() as u32).collect();
            gini.enter(&rows);
            let keys = keys(&gini, ranks);
            let found = gini
                .best_cut(&keys, min_leaf)
                .map(|cut| (cut.n_left, cut.score));
            assert_eq!(found, expected, "{classes:?} by {ranks:?}");
        }
    }

    #[test]
    fn bootstrap_copies_count_as_rows() {
        let mut gini = Gini::new(&[0, 1, 1], &[3, 1, 1], 2);
        assert_eq!(gini.enter(&[0, 1, 2]), (5, true));
        assert_eq!(gini.leaf(), 0);
        assert_eq!(gini.enter(&[1, 2]), (2, false));
        assert_eq!(gini.leaf(), 1);
        let mut variance = Variance::new(&[1.0, 5.0], &[3, 1]);
        assert_eq!(variance.enter(&[0, 1]), (4, true));
        assert_eq!(variance.leaf(), 2.0);
    }

    #[test]
    fn variance_cut_falls_at_the_step() {
        let copies = [1; 5];
        let mut variance = Variance::new(&[1e9, 1e9, 1e9 + 8.0, 1e9 + 8.0, 1e9 + 9.0], &copies);
        variance.enter(&[0, 1, 2, 3, 4]);
        let keys = keys(&variance, &[0, 1, 2, 3, 4]);
        assert_eq!(variance.best_cut(&keys, 1).unwrap().n_left, 2);
    }

    #[test]
    fn equal_votes_go_to_the_lowest_class() {
        assert_eq!(majority(&[0_u32, 2, 2]), 1);
        assert_eq!(majority(&[0_u32; 3]), 0);
    }
}
