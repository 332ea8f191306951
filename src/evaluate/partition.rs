//! Who owns which battery, beyond the published even deal.

use super::fleet::Fleet;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// How batteries are parted among collaborators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Partition {
    /// As published: lb to ub rows each, evenly over the classes held.
    Even,
    /// Each class is parted by shares from a symmetric Dirichlet distribution with this
    /// concentration (the usual non-IID benchmark of federated learning, Hsu et al. 2019): the
    /// smaller, the more one-sided. Everybody may hold every class.
    Dirichlet(f64),
    /// One collaborator per maker, with all its batteries.
    Maker,
    /// The batteries of a class go to its holders with weights 1, 1/2, 1/3, …: a few large
    /// collaborators and many small ones.
    Size,
}

impl Partition {
    /// Reads `even`, `dirichlet:0.5`, `maker` or `size`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "even" => Some(Self::Even),
            "maker" => Some(Self::Maker),
            "size" => Some(Self::Size),
            _ => {
                let alpha: f64 = text.strip_prefix("dirichlet:")?.parse().ok()?;
                (alpha.is_finite() && alpha > 0.0).then_some(Self::Dirichlet(alpha))
            }
        }
    }

    /// Name in reports, as [`Partition::parse`] reads it.
    pub fn name(self) -> String {
        match self {
            Self::Even => "even".into(),
            Self::Dirichlet(alpha) => format!("dirichlet:{alpha}"),
            Self::Maker => "maker".into(),
            Self::Size => "size".into(),
        }
    }
}

/// All rows of each collaborator where every battery has one owner; `held` lists the classes that
/// each may hold. Collaborators without a battery are left out.
pub(super) fn part(
    train: &Fleet,
    held: &[Vec<usize>],
    partition: Partition,
    rng: &mut ChaCha8Rng,
) -> Vec<Vec<usize>> {
    let mut out = match partition {
        Partition::Maker => by_maker(train),
        Partition::Dirichlet(alpha) => by_weights(train, held.len(), rng, |_, n, rng| {
            (0..n).map(|_| gamma(alpha, rng)).collect()
        }),
        Partition::Size | Partition::Even => by_weights(train, held.len(), rng, |class, n, _| {
            let weight = |k: usize| match held.get(k) {
                Some(classes) if classes.contains(&class) => 1.0 / (k as f64 + 1.0),
                _ => 0.0,
            };
            (0..n).map(weight).collect()
        }),
    };
    out.retain(|rows| !rows.is_empty());
    out
}

fn by_maker(train: &Fleet) -> Vec<Vec<usize>> {
    let n_makers = train.makers.iter().max().map_or(1, |&m| usize::from(m) + 1);
    let mut out = vec![Vec::new(); n_makers];
    for row in 0..train.len() {
        let maker = train.makers.get(row).copied().unwrap_or(0);
        if let Some(rows) = out.get_mut(usize::from(maker)) {
            rows.push(row);
        }
    }
    out
}

/// Each battery goes to a collaborator drawn by the weights of its class.
fn by_weights(
    train: &Fleet,
    n_clients: usize,
    rng: &mut ChaCha8Rng,
    mut weights_of: impl FnMut(usize, usize, &mut ChaCha8Rng) -> Vec<f64>,
) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); n_clients];
    for (class, batteries) in train.batteries_by_class().into_iter().enumerate() {
        let weights = weights_of(class, n_clients, rng);
        let total: f64 = weights.iter().sum();
        for battery in batteries {
            let mut left = rng.gen::<f64>() * total;
            let owner = weights.iter().position(|weight| {
                left -= weight;
                left < 0.0
            });
            // Rounding may leave a trace behind the last weight.
            let last = weights.iter().rposition(|weight| *weight > 0.0);
            let Some(rows) = owner.or(last).and_then(|owner| out.get_mut(owner)) else {
                continue;
            };
            let is_its = |row: &usize| {
                train.batteries[*row] == battery && usize::from(train.labels[*row]) == class
            };
            rows.extend((0..train.len()).filter(is_its));
        }
    }
    out
}

/// A Gamma(alpha, 1) deviate by Marsaglia and Tsang (2000); below one by the boost of
/// Gamma(alpha + 1) with U^(1/alpha).
fn gamma(alpha: f64, rng: &mut ChaCha8Rng) -> f64 {
    if alpha < 1.0 {
        let boost = libm::pow(1.0 - rng.gen::<f64>(), 1.0 / alpha);
        return gamma(alpha + 1.0, rng) * boost;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let radius = (-2.0 * libm::log(1.0 - rng.gen::<f64>())).sqrt();
        let x = radius * libm::cos(2.0 * std::f64::consts::PI * rng.gen::<f64>());
        let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        let u = 1.0 - rng.gen::<f64>();
        if v > 0.0 && libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::Catalogue;
    use ndarray::Array2;
    use rand::SeedableRng;

    fn fleet() -> Fleet {
        let n = 240;
        Fleet {
            catalogue: Catalogue::from_names(["a", "b", "c", "d"]),
            rows: Array2::zeros((n, 1)),
            columns: vec!["x".into()],
            labels: (0..n).map(|i| (i % 4) as u16).collect(),
            batteries: (0..n).map(|i| (i / 8) as u32).collect(),
            makers: (0..n).map(|i| (i % 4 / 2) as u16).collect(),
        }
    }

    fn parted(partition: Partition) -> Vec<Vec<usize>> {
        let held = vec![vec![0, 1, 2, 3]; 5];
        part(
            &fleet(),
            &held,
            partition,
            &mut ChaCha8Rng::seed_from_u64(3),
        )
    }

    #[test]
    fn every_row_has_one_owner_and_batteries_stay_whole() {
        let fleet = fleet();
        for partition in [
            Partition::Dirichlet(0.1),
            Partition::Dirichlet(100.0),
            Partition::Maker,
            Partition::Size,
        ] {
            let clients = parted(partition);
            let mut all: Vec<usize> = clients.iter().flatten().copied().collect();
            all.sort_unstable();
            assert_eq!(all, (0..fleet.len()).collect::<Vec<_>>(), "{partition:?}");
            for (i, a) in clients.iter().enumerate() {
                for b in &clients[i + 1..] {
                    let key = |row: usize| (fleet.labels[row], fleet.batteries[row]);
                    assert!(!a.iter().any(|&x| b.iter().any(|&y| key(x) == key(y))));
                }
            }
        }
        assert_eq!(parted(Partition::Maker).len(), 2);
    }

    #[test]
    fn small_concentrations_are_one_sided() {
        // Mean share of the largest owner of a class.
        let largest = |alpha: f64| {
            let clients = parted(Partition::Dirichlet(alpha));
            let of = |class: usize| {
                let counts = clients
                    .iter()
                    .map(|rows| rows.iter().filter(|row| *row % 4 == class).count());
                counts.max().unwrap_or(0) as f64 / 60.0
            };
            (0..4).map(of).sum::<f64>() / 4.0
        };
        assert!(largest(0.1) > 0.6, "{}", largest(0.1));
        assert!(largest(100.0) < 0.4, "{}", largest(100.0));
        let sizes: Vec<usize> = parted(Partition::Size).iter().map(Vec::len).collect();
        assert!(sizes[0] > 2 * sizes[sizes.len() - 1], "{sizes:?}");
    }

    #[test]
    fn gamma_has_its_mean_and_variance() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for alpha in [0.3, 1.0, 4.0] {
            let draws: Vec<f64> = (0..20_000).map(|_| gamma(alpha, &mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / 2e4;
            let variance = draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / 2e4;
            assert!((mean / alpha - 1.0).abs() < 0.05, "{alpha}: {mean}");
            assert!((variance / alpha - 1.0).abs() < 0.12, "{alpha}: {variance}");
        }
    }

    #[test]
    fn names_read_back() {
        for partition in [
            Partition::Even,
            Partition::Dirichlet(0.5),
            Partition::Maker,
            Partition::Size,
        ] {
            assert_eq!(Partition::parse(&partition.name()), Some(partition));
        }
        for bad in ["", "dirichlet", "dirichlet:0", "dirichlet:nan", "Maker"] {
            assert_eq!(Partition::parse(bad), None);
        }
    }
}
