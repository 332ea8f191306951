//! The opened ballots as one table that rules read: voters x batteries x classes.

use crate::ballot::{Ballot, RandomizedResponse, LEVELS};
use crate::round::Catalogue;

/// A ballot and who signed it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Display name of the collaborator.
    pub name: &'a str,
    /// RFC 7638 thumbprint of its signing key.
    pub kid: &'a str,
    /// What it answered.
    pub ballot: &'a Ballot,
}

impl<'a> Signed<'a> {
    /// Ballots without names, where nobody signs: experiments and benchmarks.
    pub fn anonymous(ballots: &'a [Ballot]) -> Vec<Self> {
        let unnamed = |ballot| Signed {
            name: "",
            kid: "",
            ballot,
        };
        ballots.iter().map(unnamed).collect()
    }
}

/// Why a ballot does not fit the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// Another number of rows than the query has batteries.
    Rows,
    /// Held classes out of order, repeated, missing or beyond the catalogue.
    Coverage,
    /// Votes that are neither absent nor one count per held class summing to the trees.
    Votes,
    /// Levels that are not one per held class, or beyond 15.
    Levels,
}

impl Misfit {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rows => "ballot-rows",
            Self::Coverage => "ballot-coverage",
            Self::Votes => "ballot-votes",
            Self::Levels => "ballot-levels",
        }
    }
}

/// Checks that a ballot answers `n_batteries` batteries over `n_classes` classes.
///
/// # Errors
/// The first [`Misfit`].
pub fn check(ballot: &Ballot, n_batteries: usize, n_classes: usize) -> Result<(), Misfit> {
    let held = &ballot.coverage;
    let ascending = held.windows(2).all(|pair| pair[0].class < pair[1].class);
    let known = held.iter().all(|c| usize::from(c.class) < n_classes);
    if held.is_empty() || !ascending || !known {
        return Err(Misfit::Coverage);
    }
    if ballot.rows.len() != n_batteries {
        return Err(Misfit::Rows);
    }
    for row in &ballot.rows {
        let sum: u32 = row.votes.iter().map(|&n| u32::from(n)).sum();
        let counted = row.votes.len() == held.len() && sum == u32::from(ballot.n_trees) && sum > 0;
        if !counted && !row.votes.is_empty() {
            return Err(Misfit::Votes);
        }
        let levelled = row.evidence.is_empty() || row.evidence.len() == held.len();
        let in_range = row
            .evidence
            .iter()
            .chain([&row.familiarity])
            .all(|&l| l < LEVELS);
        if !levelled || !in_range {
            return Err(Misfit::Levels);
        }
    }
    Ok(())
}

/// One collaborator's answers.
#[derive(Debug, Clone)]
pub struct Voter<'a> {
    /// Display name.
    pub name: &'a str,
    /// Key thumbprint.
    pub kid: &'a str,
    /// The ballot, checked.
    pub ballot: &'a Ballot,
    /// Held classes, ascending.
    pub held: Vec<usize>,
    /// Batteries behind the ballot.
    pub n_batteries: u64,
    /// Whether its claims of each held class count; see `trust.rs`.
    pub counts: Vec<bool>,
    /// Index of the earlier voter whose answers it repeats.
    pub copy_of: Option<usize>,
}

impl Voter<'_> {
    /// Tree share of each held class that counts on a battery, `(class, share)`; nothing where
    /// the voter abstains. A randomised answer counts for the probability that it is the true one,
    /// so that the votes of a collaborator weigh less the more it randomises.
    pub fn shares(&self, battery: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let votes = self
            .ballot
            .rows
            .get(battery)
            .map_or(&[][..], |row| &row.votes[..]);
        let n_trees = f64::from(self.ballot.n_trees.max(1));
        let response = self.response();
        let slots = self.held.iter().zip(&self.counts).zip(votes);
        slots
            .filter(|((_, counts), _)| **counts)
            .map(move |((&class, _), &trees)| match response {
                Some(response) => (class, response.share(trees > 0)),
                None => (class, f64::from(trees) / n_trees),
            })
    }

    /// How the votes were randomised, if they were.
    fn response(&self) -> Option<RandomizedResponse> {
        let epsilon = f64::from(self.ballot.epsilon?) / 1000.0;
        RandomizedResponse::new(epsilon, self.held.len() as u32)
    }

    /// Evidence level of each held class that counts on a battery, `(class, level)`.
    pub fn levels(&self, battery: usize) -> impl Iterator<Item = (usize, u8)> + '_ {
        let levels = self
            .ballot
            .rows
            .get(battery)
            .map_or(&[][..], |row| &row.evidence[..]);
        let slots = self.held.iter().zip(&self.counts).zip(levels);
        slots
            .filter(|((_, counts), _)| **counts)
            .map(|((&class, _), &level)| (class, level))
    }

    /// Familiarity with a battery, 0..15.
    pub fn familiarity(&self, battery: usize) -> u8 {
        self.ballot
            .rows
            .get(battery)
            .map_or(0, |row| row.familiarity)
    }

    /// The held class with most trees on a battery, ties to the lowest; `None` when abstaining.
    pub fn answer(&self, battery: usize) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (class, share) in self.shares(battery) {
            if best.is_none_or(|(_, most)| share > most) {
                best = Some((class, share));
            }
        }
        best.map(|(class, _)| class)
    }

    /// Whether anything it says still counts.
    pub fn is_heard(&self) -> bool {
        self.counts.iter().any(|&counts| counts)
    }
}

/// All voters of a round.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// Voters in the order of their ballots.
    pub voters: Vec<Voter<'a>>,
    /// Batteries in the query.
    pub n_batteries: usize,
    /// Classes in the catalogue.
    pub n_classes: usize,
}

impl<'a> Panel<'a> {
    /// Seats the ballots that fit the round; the others come back with their index and misfit.
    ///
    /// Every answer of a later voter that equals an earlier one's is a copy and does not count:
    /// two honest collaborators do not agree on all counts and levels of many batteries.
    pub fn seat(
        catalogue: &Catalogue,
        n_batteries: usize,
        ballots: &[Signed<'a>],
    ) -> (Self, Vec<(usize, Misfit)>) {
        let n_classes = catalogue.len();
        let mut voters: Vec<Voter<'a>> = Vec::new();
        let mut misfits = Vec::new();
        for (index, signed) in ballots.iter().enumerate() {
            if let Err(misfit) = check(signed.ballot, n_batteries, n_classes) {
                misfits.push((index, misfit));
                continue;
            }
            let copy_of = voters
                .iter()
                .position(|earlier| is_copy(earlier.ballot, signed.ballot));
            let held: Vec<usize> = signed
                .ballot
                .coverage
                .iter()
                .map(|c| usize::from(c.class))
                .collect();
            voters.push(Voter {
                name: signed.name,
                kid: signed.kid,
                ballot: signed.ballot,
                counts: vec![copy_of.is_none(); held.len()],
                held,
                n_batteries: signed
                    .ballot
                    .coverage
                    .iter()
                    .map(|c| u64::from(c.batteries))
                    .sum(),
                copy_of,
            });
        }
        let panel = Self {
            voters,
            n_batteries,
            n_classes,
        };
        (panel, misfits)
    }

    /// Voters that count for each class.
    pub fn holders(&self) -> Vec<u32> {
        let mut holders = vec![0; self.n_classes];
        for voter in &self.voters {
            for (&class, &counts) in voter.held.iter().zip(&voter.counts) {
                holders[class] += u32::from(counts);
            }
        }
        holders
    }
}

/// Fewest batteries on which equal answers are taken for a copy.
const COPY_BATTERIES: usize = 5;

/// Copies keep their owner's answers but may claim other batteries, sizes or trees.
fn is_copy(a: &Ballot, b: &Ballot) -> bool {
    let classes =
        |ballot: &Ballot| -> Vec<u16> { ballot.coverage.iter().map(|c| c.class).collect() };
    a.rows.len() >= COPY_BATTERIES
        && classes(a) == classes(b)
        && a.rows
            .iter()
            .zip(&b.rows)
            .all(|(a, b)| a.votes == b.votes && a.evidence == b.evidence)
}
