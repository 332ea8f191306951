//! Growing one tree, depth first.

use super::columns::Columns;
use super::impurity::{Impurity, Key};
use super::sort::sort_by_rank;
use super::tree::{Node, Split, Tree};
use super::Params;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What random numbers are drawn for; each purpose has its own streams of the seed.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Growing,
    Permuting,
}

/// The generator of one tree.
pub(super) fn generator(seed: u64, purpose: Purpose, tree: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose as u64) << 32 | u64::from(tree));
    rng
}

/// How often each row is in the sample of a tree.
pub(super) fn draw_copies(n_rows: usize, bootstrap: bool, rng: &mut ChaCha8Rng) -> Vec<u32> {
    if !bootstrap {
        return vec![1; n_rows];
    }
    let mut copies = vec![0; n_rows];
    for _ in 0..n_rows {
        // u32, not usize: sampling a usize differs on 32-bit targets.
        copies[rng.gen_range(0..n_rows as u32) as usize] += 1;
    }
    copies
}

/// Rows of the sample (`wanted` true) or those out of bag.
pub(super) fn rows_where(copies: &[u32], wanted: bool) -> Vec<u32> {
    (0..copies.len() as u32)
        .filter(|&row| (copies[row as usize] > 0) == wanted)
        .collect()
}

/// Grows a tree on `rows`, the distinct rows of its sample.
pub(super) fn grow<I: Impurity>(
    columns: &Columns,
    impurity: &mut I,
    mut rows: Vec<u32>,
    params: &Params,
    rng: &mut ChaCha8Rng,
) -> Tree<I::Leaf> {
    /// A node still to be split: `rows[start..end]` fall into it.
    struct Pending {
        node: usize,
        start: usize,
        end: usize,
        depth: u32,
    }
    let mut search = Search::new(columns, params);
    impurity.enter(&rows);
    let root = Node::Leaf(impurity.leaf());
    let mut nodes = vec![root];
    let mut pending = vec![Pending {
        node: 0,
        start: 0,
        end: rows.len(),
        depth: 0,
    }];
    while let Some(Pending {
        node,
        start,
        end,
        depth,
    }) = pending.pop()
    {
        let node_rows = &mut rows[start..end];
        let (n, improvable) = impurity.enter(node_rows);
        let splittable = improvable
            && u64::from(n) >= 2 * u64::from(params.min_leaf)
            && params.max_depth.is_none_or(|max| depth < max);
        let split = if splittable {
            search.best_split(impurity, node_rows, rng)
        } else {
            None
        };
        let Some(split) = split else {
            nodes[node] = Node::Leaf(impurity.leaf());
            continue;
        };
        let values = columns.values(split.feature);
        let middle = start + partition(node_rows, |row| split.goes_left(values[row as usize]));
        let left = nodes.len();
        nodes[node] = Node::Branch {
            split,
            left: left as u32,
        };
        nodes.extend([root; 2]);
        // The left side is grown first: it is on top of the stack.
        for (node, start, end) in [(left + 1, middle, end), (left, start, middle)] {
            pending.push(Pending {
                node,
                start,
                end,
                depth: depth + 1,
            });
        }
    }
    Tree { nodes }
}

/// The search for the best split of a node.
struct Search<'a> {
    columns: &'a Columns,
    n_drawn: usize,
    min_leaf: u32,
    /// Any permutation of the features.
    features: Vec<u32>,
    /// Keys of the node being split.
    keys: Vec<Key>,
    /// Scratch space of the sort.
    spare: Vec<Key>,
}

impl<'a> Search<'a> {
    fn new(columns: &'a Columns, params: &Params) -> Self {
        Self {
            columns,
            n_drawn: params.max_features.of(columns.n_features),
            min_leaf: params.min_leaf,
            features: (0..columns.n_features as u32).collect(),
            keys: Vec::with_capacity(columns.n_rows),
            spare: Vec::with_capacity(columns.n_rows),
        }
    }

    /// The best split among features drawn without replacement.
    ///
    /// If none of these can be split, further ones are drawn until one can.
    fn best_split<I: Impurity>(
        &mut self,
        impurity: &mut I,
        rows: &[u32],
        rng: &mut ChaCha8Rng,
    ) -> Option<Split> {
        let n_features = self.features.len();
        let mut best: Option<(f64, Split)> = None;
        for n_done in 0..n_features {
            if n_done >= self.n_drawn && best.is_some() {
                break;
            }
            let drawn = rng.gen_range(n_done as u32..n_features as u32);
            self.features.swap(n_done, drawn as usize);
            let feature = self.features[n_done];
            if !self.sort_by(feature, impurity, rows) {
                continue;
            }
            let Some(cut) = impurity.best_cut(&self.keys, self.min_leaf) else {
                continue;
            };
            let better = best.is_none_or(|(score, split)| {
                cut.score > score || cut.score == score && feature < split.feature
            });
            if better {
                let value = |key: Key| self.columns.value_at((key >> 32) as u32, feature);
                let low = value(self.keys[cut.n_left - 1]);
                let high = value(self.keys[cut.n_left]);
                best = Some((cut.score, Split::between(feature, low, high)));
            }
        }
        best.map(|(_, split)| split)
    }

    /// Sorts the keys of a node's rows; false if the feature is constant there.
    fn sort_by<I: Impurity>(&mut self, feature: u32, impurity: &I, rows: &[u32]) -> bool {
        let ranks = self.columns.ranks(feature);
        let (mut least, mut most) = (u32::MAX, 0);
        self.keys.clear();
        self.keys.extend(rows.iter().map(|&row| {
            let rank = ranks[row as usize];
            least = least.min(rank);
            most = most.max(rank);
            u64::from(rank) << 32 | u64::from(impurity.token(row))
        }));
        if least >= most {
            return false;
        }
        sort_by_rank(&mut self.keys, &mut self.spare, least, most);
        true
    }
}

/// Moves rows that go left to the front; returns their number.
fn partition(rows: &mut [u32], goes_left: impl Fn(u32) -> bool) -> usize {
    let mut n_left = 0;
    for i in 0..rows.len() {
        if goes_left(rows[i]) {
            rows.swap(n_left, i);
            n_left += 1;
        }
    }
    n_left
}

#[cfg(test)]
mod tests {
    use super::super::impurity::Gini;
    use super::super::MaxFeatures;
    use super::*;
    use ndarray::{array, Array2};

    fn all_features() -> Params {
        Params {
            max_features: MaxFeatures::All,
            bootstrap: false,
            ..Params::default()
        }
    }

    fn grow_gini(x: &Array2<f64>, y: &[u16], n_classes: u16, params: &Params) -> Tree<u16> {
        let columns = Columns::new(x.view()).unwrap();
        let mut rng = generator(params.seed, Purpose::Growing, 0);
        let copies = draw_copies(y.len(), params.bootstrap, &mut rng);
        let mut gini = Gini::new(y, &copies, n_classes);
        grow(
            &columns,
            &mut gini,
            rows_where(&copies, true),
            params,
            &mut rng,
        )
    }

    #[test]
    fn left_and_right_are_the_parent() {
        let mut rows: Vec<u32> = (0..50).collect();
        let n_left = partition(&mut rows, |row| row % 3 == 0);
        assert_eq!(n_left, 17);
        assert!(rows[..n_left].iter().all(|row| row % 3 == 0));
        assert!(rows[n_left..].iter().all(|row| row % 3 != 0));
        rows.sort_unstable();
        assert_eq!(rows, (0..50).collect::<Vec<u32>>());
    }

    #[test]
    fn split_table_of_a_small_tree() {
        // Worked by hand: feature 1 separates class 2, then feature 0 the others.
        let x = array![
            [1.0, 5.0],
            [2.0, 5.0],
            [8.0, 5.0],
            [9.0, 5.0],
            [1.0, 7.0],
            [9.0, 7.0],
            [5.0, 7.0]
        ];
        let y = [0, 0, 1, 1, 2, 2, 2];
        let tree = grow_gini(&x, &y, 3, &all_features());
        let branch = |feature, threshold, left| Node::Branch {
            split: Split { feature, threshold },
            left,
        };
        assert_eq!(
            tree.nodes,
            [
                branch(1, 6.0, 1),
                branch(0, 5.0, 3),
                Node::Leaf(2),
                Node::Leaf(0),
                Node::Leaf(1)
            ]
        );
    }

    #[test]
    fn equal_gains_go_to_the_lowest_feature() {
        let x = array![[9.0, 1.0, 1.0], [9.0, 2.0, 2.0]];
        for seed in 0..20 {
            let params = Params {
                seed,
                ..all_features()
            };
            let tree = grow_gini(&x, &[0, 1], 2, &params);
            let split = Split {
                feature: 1,
                threshold: 1.5,
            };
            assert_eq!(tree.nodes[0], Node::Branch { split, left: 1 });
        }
    }

    #[test]
    fn limits_are_kept_and_constant_features_passed_over() {
        let x = Array2::from_shape_fn(
            (64, 9),
            |(row, column)| {
                if column == 4 {
                    row as f64
                } else {
                    1.0
                }
            },
        );
        let y: Vec<u16> = (0..64).map(|row| row / 2 % 2).collect();
        let depth = |params: &Params| {
            let tree = grow_gini(&x, &y, 2, params);
            let mut depths = vec![0; tree.nodes.len()];
            for (at, node) in tree.nodes.iter().enumerate() {
                if let Node::Branch { left, .. } = node {
                    depths[*left as usize] = depths[at] + 1;
                    depths[*left as usize + 1] = depths[at] + 1;
                }
            }
            depths.into_iter().max().unwrap()
        };
        let one_drawn = Params {
            max_features: MaxFeatures::Count(1),
            bootstrap: false,
            ..Params::default()
        };
        assert!(depth(&one_drawn) >= 5);
        assert_eq!(
            depth(&Params {
                max_depth: Some(3),
                ..one_drawn.clone()
            }),
            3
        );
        assert_eq!(
            depth(&Params {
                max_depth: Some(0),
                ..one_drawn.clone()
            }),
            0
        );
        assert_eq!(
            depth(&Params {
                min_leaf: 33,
                ..one_drawn
            }),
            0
        );
    }

    #[test]
    fn streams_of_trees_and_purposes_differ() {
        let first = |purpose, tree| generator(7, purpose, tree).gen::<u64>();
        assert_ne!(first(Purpose::Growing, 0), first(Purpose::Growing, 1));
        assert_ne!(first(Purpose::Growing, 0), first(Purpose::Permuting, 0));
    }
}
