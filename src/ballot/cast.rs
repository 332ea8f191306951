//! From labelled features to a ballot and a private quality report.

use super::space::classifier_rows;
use super::voter::{coverage, vote, Own, Vote, VoteParams, ROWS_PER_CLASS};
use super::{Ballot, CastError, Coverage, Quality, FORMAT};
use crate::features::FeatureTable;
use crate::forest;
use crate::health::{self, SohVoter};
use crate::round::{Round, SignedRound};
use ndarray::{Array2, ArrayView2};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Fewest batteries of a class that a collaborator may vote with.
const FEWEST_BATTERIES: u32 = 2;

/// What the collaborator chooses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CastOptions {
    /// Seed of everything random: the same data and seed give the same ballot bytes.
    pub seed: u64,
    /// Noise-to-signal ratio in per cent, 0 to 100.
    pub nsr_percent: f64,
    /// Trees; `None` takes the round's.
    pub n_trees: Option<u16>,
    /// Rows per class after augmentation, S.
    pub rows_per_class: u32,
}

impl Default for CastOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            nsr_percent: 0.0,
            n_trees: None,
            rows_per_class: ROWS_PER_CLASS,
        }
    }
}

/// What ties a ballot to one round and one recipient; hashes are lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bindings {
    /// SHA-256 of the round's canonical bytes.
    pub round: String,
    /// SHA-256 of the canonical bytes of its query.
    pub query: String,
    /// SHA-256 of the canonical bytes of its roster.
    pub roster: String,
    /// RFC 7638 thumbprint of the key the ballot will be encrypted to.
    pub recipient: String,
}

impl Bindings {
    /// The bindings of a round whose signature was checked.
    pub fn of(signed: &SignedRound) -> Self {
        Self {
            round: signed.id.clone(),
            query: signed.query.clone(),
            roster: signed.roster.clone(),
            recipient: signed.encryption.kid().into(),
        }
    }
}

/// Casts a ballot: what leaves the machine, and the report that stays.
///
/// `own` holds the collaborator's rows in the round's schema and `labels` one catalogue index per
/// row; rows with equal `cell_ids` are records of one battery.
///
/// # Errors
/// [`CastError`]: see its variants; all are found before any tree is grown.
pub fn cast(
    round: &Round,
    bindings: &Bindings,
    own: &FeatureTable,
    labels: &[u16],
    options: &CastOptions,
    report: &mut dyn FnMut(forest::Progress) -> ControlFlow<()>,
) -> Result<(Ballot, Quality), CastError> {
    cast_and(
        (round, bindings, own, labels, options),
        report,
        |voted, vote| {
            if round.asks_soh {
                // Own batteries in the query are left out here too: what is said about them must
                // not tell that their health is known.
                let asked: BTreeSet<u32> = vote.owners.iter().flatten().copied().collect();
                let is_other = |row: &usize| !asked.contains(&voted.own.batteries[*row]);
                let others: Vec<usize> = (0..voted.table.len()).filter(is_other).collect();
                let labels: Vec<u16> = others.iter().map(|&row| voted.own.labels[row]).collect();
                let voter = SohVoter::fit(&voted.table.select(&others), &labels, options.seed);
                if !voter.is_empty() {
                    // A model exists for `pulse-21/1` only, whose width was checked before.
                    let _ = health::answer(&voter, voted.query, &vote.coverage, &mut vote.rows);
                }
            }
            Ok(Quality::of(&voted.own, vote, voted.params)?)
        },
    )
}

/// As [`cast`], of classes only and without a report: for the demonstration on the recycler's
/// page, which then need not carry the estimation of health.
///
/// # Errors
/// As [`cast`].
pub fn cast_classes(
    round: &Round,
    bindings: &Bindings,
    own: &FeatureTable,
    labels: &[u16],
    options: &CastOptions,
) -> Result<Ballot, CastError> {
    let asked = (round, bindings, own, labels, options);
    let unwatched = &mut |_| ControlFlow::Continue(());
    cast_and(asked, unwatched, |_, _| Ok(())).map(|(ballot, ())| ballot)
}

/// What a vote was cast from.
struct Voted<'a> {
    table: &'a FeatureTable,
    own: Own<'a>,
    query: ArrayView2<'a, f64>,
    params: &'a VoteParams,
}

type Asked<'a> = (
    &'a Round,
    &'a Bindings,
    &'a FeatureTable,
    &'a [u16],
    &'a CastOptions,
);

/// Casts a ballot, and lets `complete` add to the votes before they are put into it.
fn cast_and<T>(
    (round, bindings, own, labels, options): Asked<'_>,
    report: &mut dyn FnMut(forest::Progress) -> ControlFlow<()>,
    complete: impl FnOnce(&Voted<'_>, &mut Vote) -> Result<T, CastError>,
) -> Result<(Ballot, T), CastError> {
    let asked = query_rows(round)?;
    check(round, own, labels, options)?;
    let (table, labels) = &in_order(own, labels);
    let rows = classifier_rows(&round.query.schema, table.values.view());
    let query = classifier_rows(&round.query.schema, asked.view());
    let batteries = battery_numbers(&table.cell_ids);
    let own = Own {
        rows: rows.view(),
        labels,
        batteries: &batteries,
    };
    check_coverage(round, &own)?;
    let params = VoteParams {
        n_classes: round.catalogue.len() as u16,
        n_trees: options.n_trees.unwrap_or(round.n_trees),
        rows_per_class: options.rows_per_class,
        nsr_percent: options.nsr_percent,
        leave_own_out: true,
        seed: options.seed,
    };
    let mut vote = vote(&own, query.view(), &params, report)?;
    let voted = Voted {
        table,
        own,
        query: asked.view(),
        params: &params,
    };
    let added = complete(&voted, &mut vote)?;
    let ballot = Ballot {
        format: FORMAT.into(),
        round: bindings.round.clone(),
        query: bindings.query.clone(),
        roster: bindings.roster.clone(),
        recipient: bindings.recipient.clone(),
        software: concat!("voltvote ", env!("CARGO_PKG_VERSION")).into(),
        n_trees: params.n_trees,
        coverage: vote.coverage,
        n_training_rows: vote.n_training_rows,
        nsr: (options.nsr_percent * 1000.0 + 0.5) as u32,
        distance: vote.distance,
        epsilon: None,
        rows: vote.rows,
    };
    Ok((ballot, added))
}

/// Rows by battery and values: the votes depend on what is known, not on the order of the files.
fn in_order(own: &FeatureTable, labels: &[u16]) -> (FeatureTable, Vec<u16>) {
    let mut order: Vec<usize> = (0..own.len()).collect();
    crate::order::sort_by(&mut order, |&a, &b| {
        let values = own.values.row(a).into_iter().zip(own.values.row(b));
        let by_values = values
            .map(|(a, b)| a.total_cmp(b))
            .find(|order| order.is_ne());
        own.cell_ids[a]
            .cmp(&own.cell_ids[b])
            .then(by_values.unwrap_or(Ordering::Equal))
    });
    (
        own.select(&order),
        order.iter().map(|&row| labels[row]).collect(),
    )
}

/// The query as a matrix, shape (batteries, columns).
fn query_rows(round: &Round) -> Result<Array2<f64>, CastError> {
    let (n, p) = (round.query.rows.len(), round.query.columns.len());
    if n == 0 || p == 0 {
        return Err(CastError::EmptyQuery);
    }
    if let Some(row) = round.query.rows.iter().position(|row| row.len() != p) {
        return Err(CastError::QueryShape { row: row + 1 });
    }
    let flat = round.query.rows.concat();
    let query = Array2::from_shape_vec((n, p), flat).map_err(|_| CastError::EmptyQuery)?;
    check_finite(query.view(), &round.query.columns)?;
    Ok(query)
}

fn check(
    round: &Round,
    own: &FeatureTable,
    labels: &[u16],
    options: &CastOptions,
) -> Result<(), CastError> {
    if own.schema.id != round.query.schema || own.schema.columns != round.query.columns {
        return Err(CastError::Schema {
            expected: round.query.schema.clone(),
            found: own.schema.id.clone(),
        });
    }
    if labels.len() != own.len() || own.values.dim() != (own.len(), own.schema.len()) {
        return Err(CastError::LabelCount {
            n_rows: own.len(),
            n_labels: labels.len(),
        });
    }
    let n_classes = round.catalogue.len();
    if let Some(row) = labels.iter().position(|&l| usize::from(l) >= n_classes) {
        return Err(CastError::UnknownLabel { row: row + 1 });
    }
    let valid_noise = (0.0..=100.0).contains(&options.nsr_percent);
    for (valid, name) in [
        (valid_noise, "nsr"),
        (
            (1..=crate::round::MAX_TREES).contains(&options.n_trees.unwrap_or(round.n_trees)),
            "trees",
        ),
        (
            (1..=100_000).contains(&options.rows_per_class),
            "rows-per-class",
        ),
    ] {
        if !valid {
            return Err(CastError::Option { name });
        }
    }
    check_finite(own.values.view(), &own.schema.columns)
}

fn check_finite(rows: ArrayView2<'_, f64>, columns: &[String]) -> Result<(), CastError> {
    match rows.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), _)) => Err(CastError::NotFinite {
            row: row + 1,
            column: columns.get(column).cloned().unwrap_or_default(),
        }),
    }
}

fn check_coverage(round: &Round, own: &Own<'_>) -> Result<(), CastError> {
    let held = coverage(own);
    if let Some(thin) = held.iter().find(|held| held.batteries < FEWEST_BATTERIES) {
        let class = round.catalogue.classes.get(usize::from(thin.class));
        return Err(CastError::TooFewBatteries {
            class: class.map(|class| class.name.clone()).unwrap_or_default(),
            n_batteries: thin.batteries,
        });
    }
    if held.len() < 2 {
        return Err(CastError::TooFewClasses {
            n_classes: held.len(),
        });
    }
    Ok(())
}

/// Rows of classes with too few batteries to vote with, left out: the rows to keep, ascending, and
/// what the classes left out hold. A single odd battery need not stop the whole ballot.
pub fn without_thin_classes(cell_ids: &[String], labels: &[u16]) -> (Vec<usize>, Vec<Coverage>) {
    let mut cells: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for (id, &class) in cell_ids.iter().zip(labels) {
        cells.entry(class).or_default().insert(id);
    }
    let held = cells.iter().map(|(&class, cells)| Coverage {
        class,
        batteries: cells.len() as u32,
    });
    let thin: Vec<Coverage> = held
        .filter(|held| held.batteries < FEWEST_BATTERIES)
        .collect();
    let kept = (0..labels.len()).filter(|&row| thin.iter().all(|thin| thin.class != labels[row]));
    (kept.collect(), thin)
}

/// Numbers batteries by first appearance of their identifiers.
pub(crate) fn battery_numbers(cell_ids: &[String]) -> Vec<u32> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    cell_ids
        .iter()
        .map(|id| {
            let next = seen.len() as u32;
            *seen.entry(id).or_insert(next)
        })
        .collect()
}

/// Batteries of the class that has fewest.
pub(crate) fn fewest_batteries(own: &Own<'_>) -> u32 {
    let counts = coverage(own).into_iter().map(|held| held.batteries);
    counts.min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_with_one_battery_is_left_out_and_told() {
        let ids = ["a", "a", "b", "c", "d", "e"].map(String::from);
        // Class 0 has batteries a and b, class 1 only c, class 2 d and e.
        let (kept, thin) = without_thin_classes(&ids, &[0, 0, 0, 1, 2, 2]);
        assert_eq!(kept, [0, 1, 2, 4, 5]);
        assert_eq!(
            thin,
            [Coverage {
                class: 1,
                batteries: 1
            }]
        );
    }
}
