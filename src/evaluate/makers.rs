//! Batteries of makers that nobody knows: the classes a forest gives them, and whether familiarity
//! warns.

use super::fleet::Fleet;
use super::measure::auroc;
use crate::ballot::{Familiarity, Space, Whitening};
use crate::forest::{Forest, ForestError, Params};
use crate::round::Cathode;
use ndarray::{concatenate, Axis};
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;

/// Trees of the forest.
const N_TREES: u32 = 100;

/// Share of the known batteries that train; the others are what unknown ones are held against.
const TRAIN_SHARE: f64 = 0.8;

/// Answers about one maker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MakerCount {
    /// Answers, summed over runs.
    pub n: u32,
    /// Right families among those of known cathode.
    pub family: u32,
    /// Right cathodes among those of known cathode.
    pub cathode: u32,
    /// Those of known cathode.
    pub n_known: u32,
    /// How often each cathode was said.
    pub said: BTreeMap<String, u32>,
    /// AUROC of familiarity of each run: batteries of known makers against this one's.
    pub aurocs: Vec<f64>,
}

/// Trains on the cells of some makers, asks about those of another.
#[derive(Debug, Clone)]
pub struct UnseenMakers<'a> {
    /// Rows whose labels are cathodes.
    pub known: &'a Fleet,
    /// Maker of each row of `known`.
    pub makers: &'a [String],
    /// Runs, each with another part of the known cells held out.
    pub runs: u32,
    /// Seed.
    pub seed: u64,
}

impl UnseenMakers<'_> {
    /// Leaves out one maker after another.
    ///
    /// # Errors
    /// [`ForestError`] where too little is left to train on.
    pub fn leave_one_out(&self) -> Result<BTreeMap<String, MakerCount>, ForestError> {
        let mut names: Vec<&String> = self.makers.iter().collect();
        names.sort_unstable();
        names.dedup();
        let mut out = BTreeMap::new();
        for name in names {
            let is_of = |row: &usize| self.makers.get(*row) == Some(name);
            let (unseen, seen): (Vec<usize>, Vec<usize>) = (0..self.known.len()).partition(is_of);
            let unseen = self.known.select(&unseen);
            let count = self.ask(&seen, &unseen, &self.cathodes(&unseen))?;
            out.insert(name.clone(), count);
        }
        Ok(out)
    }

    /// Asks about other cells, all makers of which are unseen. `cathodes` are `None` where the
    /// source does not say.
    ///
    /// # Errors
    /// As [`Self::leave_one_out`].
    pub fn ask_others(
        &self,
        others: &Fleet,
        makers: &[String],
        cathodes: &[Option<Cathode>],
    ) -> Result<BTreeMap<String, MakerCount>, ForestError> {
        let all: Vec<usize> = (0..self.known.len()).collect();
        let mut names: Vec<&String> = makers.iter().collect();
        names.sort_unstable();
        names.dedup();
        let mut out = BTreeMap::new();
        for name in names {
            let rows: Vec<usize> = (0..others.len())
                .filter(|row| makers.get(*row) == Some(name))
                .collect();
            let truth: Vec<Option<Cathode>> = rows
                .iter()
                .map(|&row| cathodes.get(row).copied().flatten())
                .collect();
            out.insert(name.clone(), self.ask(&all, &others.select(&rows), &truth)?);
        }
        Ok(out)
    }

    fn cathodes(&self, fleet: &Fleet) -> Vec<Option<Cathode>> {
        let of = |label: &u16| fleet.catalogue.classes.get(usize::from(*label))?.cathode;
        fleet.labels.iter().map(of).collect()
    }

    fn ask(
        &self,
        seen: &[usize],
        unseen: &Fleet,
        truth: &[Option<Cathode>],
    ) -> Result<MakerCount, ForestError> {
        let mut count = MakerCount::default();
        for run in 0..u64::from(self.runs) {
            let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(run);
            let mut shuffled = seen.to_vec();
            shuffled.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
            let n_train = (TRAIN_SHARE * shuffled.len() as f64 + 0.5) as usize;
            let (train, held_out) = shuffled.split_at(n_train.min(shuffled.len()));
            let (train, held_out) = (self.known.select(train), self.known.select(held_out));
            self.answers(&train, unseen, truth, seed, &mut count)?;
            count.aurocs.push(warning(&train, &held_out, unseen));
        }
        Ok(count)
    }

    fn answers(
        &self,
        train: &Fleet,
        unseen: &Fleet,
        truth: &[Option<Cathode>],
        seed: u64,
        count: &mut MakerCount,
    ) -> Result<(), ForestError> {
        let params = Params {
            n_trees: N_TREES,
            seed,
            ..Params::default()
        };
        let n_classes = train.n_classes() as u16;
        let forest = Forest::fit(train.rows.view(), &train.labels, n_classes, &params)?;
        let said = forest.predict(unseen.rows.view())?;
        for (said, truth) in said.into_iter().zip(truth) {
            let class = train.catalogue.classes.get(usize::from(said));
            let Some((name, said)) = class.and_then(|c| Some((&c.name, c.cathode?))) else {
                continue;
            };
            count.n += 1;
            *count.said.entry(name.clone()).or_default() += 1;
            if let Some(truth) = truth {
                count.n_known += 1;
                count.cathode += u32::from(*truth == said);
                count.family += u32::from(truth.family() == said.family());
            }
        }
        Ok(())
    }
}

/// AUROC of familiarity of one collaborator that owns `train`: `held_out` against `unseen`.
fn warning(train: &Fleet, held_out: &Fleet, unseen: &Fleet) -> f64 {
    let Ok(asked) = concatenate(Axis(0), &[held_out.rows.view(), unseen.rows.view()]) else {
        return 0.0;
    };
    let space = Space::of(asked.view());
    let own = space.apply(train.rows.view());
    let whitening = Whitening::fit(own.view(), &train.labels);
    let own = whitening.apply(own.view());
    let familiarity = Familiarity::new(own.view(), &train.batteries);
    let asked = whitening.apply(space.apply(asked.view()).view());
    let levels: Vec<f64> = asked
        .rows()
        .into_iter()
        .map(|row| f64::from(familiarity.level(row)))
        .collect();
    let (known, unknown) = levels.split_at(held_out.len());
    auroc(known, unknown)
}

/// A report of counts: per maker and over all.
pub fn makers_report(counts: &BTreeMap<String, MakerCount>) -> Value {
    let share = |right: u32, n: u32| (n > 0).then(|| f64::from(right) / f64::from(n));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let mut makers = Map::new();
    let mut all = MakerCount::default();
    for (name, count) in counts {
        makers.insert(
            name.clone(),
            json!({
                "n": count.n,
                "family": share(count.family, count.n_known),
                "cathode": share(count.cathode, count.n_known),
                "said": count.said,
                "familiarity_auroc": mean(&count.aurocs),
            }),
        );
        all.n += count.n;
        all.n_known += count.n_known;
        all.family += count.family;
        all.cathode += count.cathode;
        all.aurocs.push(mean(&count.aurocs));
    }
    json!({
        "makers": makers,
        "n": all.n,
        "family": share(all.family, all.n_known),
        "cathode": share(all.cathode, all.n_known),
        "familiarity_auroc": mean(&all.aurocs),
    })
}
