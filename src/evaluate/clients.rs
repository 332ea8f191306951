//! Simulated collaborators: who holds which rows (Tao et al. 2023, Methods).

use super::fleet::Fleet;
use super::partition::{part, Partition};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// How many classes each collaborator holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// This many, drawn at random.
    Exactly(usize),
    /// A random number, at least this: the heterogeneity index as published.
    AtLeast(usize),
    /// All: homogeneous.
    All,
}

/// Whether two collaborators may hold the same battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Rows are drawn from all batteries of a class, as published.
    Shared,
    /// Every battery belongs to one collaborator (as far as there are enough).
    Disjoint,
}

/// How collaborators are simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClientParams {
    /// Number of collaborators. Paper: 10.
    pub n_clients: usize,
    /// Fewest rows of a collaborator, lb. Paper: 100.
    pub fewest_rows: u32,
    /// Most rows of a collaborator, ub. Paper: 200.
    pub most_rows: u32,
    /// Classes per collaborator.
    pub holding: Holding,
    /// Batteries in common.
    pub sharing: Sharing,
    /// Shares of the batteries; all but [`Partition::Even`] give every battery one owner and
    /// all its rows, whatever `sharing` and the numbers of rows say.
    pub partition: Partition,
}

impl Default for ClientParams {
    fn default() -> Self {
        Self {
            n_clients: 10,
            fewest_rows: 100,
            most_rows: 200,
            holding: Holding::All,
            sharing: Sharing::Shared,
            partition: Partition::Even,
        }
    }
}

/// Rows of each collaborator in `train`, with repetitions where a class has too few.
///
/// Every class is held by somebody where the numbers allow it: a class that nobody drew goes to
/// a collaborator in exchange for a class that others hold too.
pub fn deal(train: &Fleet, params: &ClientParams, rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let held = deal_classes(train.n_classes(), params, rng);
    if params.partition != Partition::Even {
        return part(train, &held, params.partition, rng);
    }
    let owners = match params.sharing {
        Sharing::Shared => None,
        Sharing::Disjoint => Some(deal_batteries(train, &held, rng)),
    };
    let mut out = Vec::new();
    for (client, classes) in held.iter().enumerate() {
        let n_rows =
            rng.gen_range::<u32, _>(params.fewest_rows..=params.most_rows.max(params.fewest_rows));
        let (each, rest) = (n_rows / classes.len() as u32, n_rows % classes.len() as u32);
        let mut rows = Vec::new();
        for (position, &class) in classes.iter().enumerate() {
            let may = |row: &usize| {
                usize::from(train.labels[*row]) == class
                    && owners
                        .as_ref()
                        .is_none_or(|owners| owners[*row].contains(&client))
            };
            let pool: Vec<usize> = (0..train.len()).filter(may).collect();
            let n = each + u32::from((position as u32) < rest);
            rows.extend(draw(&pool, n, rng));
        }
        out.push(rows);
    }
    out
}

/// `n` rows of a pool: without repetition where it has as many, else with.
fn draw(pool: &[usize], n: u32, rng: &mut ChaCha8Rng) -> Vec<usize> {
    if pool.len() >= n as usize {
        let mut shuffled = pool.to_vec();
        shuffled.shuffle(rng);
        shuffled.truncate(n as usize);
        return shuffled;
    }
    (0..n)
        .filter_map(|_| {
            pool.get(rng.gen_range(0..pool.len().max(1) as u32) as usize)
                .copied()
        })
        .collect()
}

fn deal_classes(n_classes: usize, params: &ClientParams, rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let mut held: Vec<Vec<usize>> = (0..params.n_clients)
        .map(|_| {
            let n = match params.holding {
                Holding::Exactly(n) => n,
                Holding::AtLeast(n) => {
                    let least = n.min(n_classes) as u32;
                    rng.gen_range(least..=n_classes as u32) as usize
                }
                Holding::All => n_classes,
            };
            let mut classes: Vec<usize> = (0..n_classes).collect();
            classes.shuffle(rng);
            classes.truncate(n.clamp(1, n_classes));
            classes
        })
        .collect();
    for missing in 0..n_classes {
        if held.iter().flatten().any(|&class| class == missing) {
            continue;
        }
        let count = |class: usize| held.iter().flatten().filter(|&&c| c == class).count();
        let spare = held.iter().enumerate().find_map(|(client, classes)| {
            let at = classes.iter().position(|&class| count(class) > 1)?;
            Some((client, at))
        });
        if let Some((client, at)) = spare {
            held[client][at] = missing;
        }
    }
    for classes in &mut held {
        crate::order::sort(classes);
    }
    held
}

/// Owners of each row: the batteries of a class are dealt in turn to those who hold it; with
/// fewer batteries than holders, batteries are shared in turn.
fn deal_batteries(train: &Fleet, held: &[Vec<usize>], rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let mut owners = vec![Vec::new(); train.len()];
    for (class, mut batteries) in train.batteries_by_class().into_iter().enumerate() {
        batteries.shuffle(rng);
        let holders: Vec<usize> = (0..held.len())
            .filter(|&k| held[k].contains(&class))
            .collect();
        let n = batteries.len().max(holders.len());
        if batteries.is_empty() || holders.is_empty() {
            continue;
        }
        for turn in 0..n {
            let battery = batteries[turn % batteries.len()];
            let owner = holders[turn % holders.len()];
            let rows = owners.iter_mut().zip(&train.batteries).zip(&train.labels);
            for ((owners, &of), &label) in rows {
                let is_its = of == battery && usize::from(label) == class;
                if is_its && !owners.contains(&owner) {
                    owners.push(owner);
                }
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::Catalogue;
    use ndarray::Array2;
    use rand::SeedableRng;

    fn fleet() -> Fleet {
        let n = 120;
        Fleet {
            catalogue: Catalogue::from_names(["a", "b", "c", "d"]),
            rows: Array2::zeros((n, 1)),
            columns: vec!["x".into()],
            labels: (0..n).map(|i| (i % 4) as u16).collect(),
            batteries: (0..n).map(|i| (i / 2) as u32).collect(),
            makers: Vec::new(),
        }
    }

    #[test]
    fn every_class_is_held_and_sizes_are_as_asked() {
        for seed in 0..50 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let params = ClientParams {
                n_clients: 3,
                holding: Holding::Exactly(2),
                ..ClientParams::default()
            };
            let clients = deal(&fleet(), &params, &mut rng);
            let mut seen = [false; 4];
            for rows in &clients {
                assert!((100..=200).contains(&rows.len()));
                let mut classes: Vec<usize> = rows.iter().map(|row| row % 4).collect();
                classes.sort_unstable();
                classes.dedup();
                assert_eq!(classes.len(), 2);
                classes.iter().for_each(|&class| seen[class] = true);
            }
            assert_eq!(seen, [true; 4]);
        }
    }

    #[test]
    fn disjoint_collaborators_share_no_battery() {
        let params = ClientParams {
            n_clients: 5,
            holding: Holding::AtLeast(2),
            sharing: Sharing::Disjoint,
            ..ClientParams::default()
        };
        let fleet = fleet();
        let clients = deal(&fleet, &params, &mut ChaCha8Rng::seed_from_u64(4));
        for (i, a) in clients.iter().enumerate() {
            for b in &clients[i + 1..] {
                let key = |row: usize| (fleet.labels[row], fleet.batteries[row]);
                assert!(!a.iter().any(|&x| b.iter().any(|&y| key(x) == key(y))));
            }
        }
    }

    #[test]
    fn splits_keep_batteries_whole() {
        let fleet = fleet();
        let (a, b) = fleet.split_batteries(0.8, &mut ChaCha8Rng::seed_from_u64(2));
        assert_eq!(a.len() + b.len(), fleet.len());
        let key = |row: usize| (fleet.labels[row], fleet.batteries[row]);
        assert!(!a.iter().any(|&x| b.iter().any(|&y| key(x) == key(y))));
        assert!((90..=102).contains(&a.len()));
    }
}
