//! What a collaborator should know about a query before it votes on it.
//!
//! A recycler may ask about anything, not only about batteries that exist. Rows made to map a
//! collaborator's forest look different from measured ones: many of them, copies with one value
//! changed, regular grids, values that no battery has, or the collaborator's own rows. Each
//! concern is a plain warning; whether to answer is the collaborator's decision.

use super::Query;
use crate::ballot::{classifier_rows, Scale};
use ndarray::{Array2, ArrayView1, ArrayView2};
use serde::Serialize;
use std::collections::BTreeMap;

/// Queries above this many rows are remarked on: every row is one more answer.
pub const ROW_CAP: usize = 1_000;
/// Rows named per concern; the count is exact.
const MOST_NAMED: usize = 20;
/// Distance per column, in robust spreads of the query, below which two rows are near copies.
/// Repeated measurements of one battery differ by a few hundredths.
const NEAR: f64 = 1e-3;
/// Share of columns with exactly equal values that makes one row a perturbation of another.
const EQUAL_SHARE: f64 = 0.6;
/// Fewest rows that a grid is looked for in.
const FEWEST_FOR_GRID: usize = 16;
/// Relative deviation of steps up to which values count as equally spaced.
const GRID_TOLERANCE: f64 = 1e-6;
/// Most neighbours a row is compared with, so that a query of copies only costs no more.
const MOST_COMPARED: usize = 64;
/// Most own rows that the query is compared with.
const MOST_OWN: usize = 2_000;

/// What is remarkable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConcernKind {
    /// More rows than [`ROW_CAP`].
    ManyRows,
    /// Rows equal or nearly equal to an earlier one.
    NearDuplicates,
    /// Rows equal to another one but for some columns.
    Perturbations,
    /// Columns whose values are equally spaced.
    Grid,
    /// Values that no battery has.
    Impossible,
    /// Rows as near to the collaborator's own as its own are to each other, or nearer.
    OwnRows,
}

/// One concern and the rows that raise it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// What is remarkable.
    pub kind: ConcernKind,
    /// How many rows (columns for [`ConcernKind::Grid`]).
    pub count: usize,
    /// The first of them, counted from 1.
    pub first: Vec<usize>,
}

impl Concern {
    /// Stable code, the key of the message in `www/text`.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ConcernKind::ManyRows => "query-many-rows",
            ConcernKind::NearDuplicates => "query-near-duplicates",
            ConcernKind::Perturbations => "query-perturbations",
            ConcernKind::Grid => "query-grid",
            ConcernKind::Impossible => "query-impossible",
            ConcernKind::OwnRows => "query-own-rows",
        }
    }
}

/// Screens a query; `own` holds the collaborator's feature rows in the query's columns, shape
/// (n, columns), and is passed over if the columns differ. No concern, no entry.
pub fn screen(query: &Query, own: Option<ArrayView2<'_, f64>>) -> Vec<Concern> {
    let n_columns = query.columns.len();
    let flat: Vec<f64> = query.rows.iter().flatten().copied().collect();
    let Ok(raw) = Array2::from_shape_vec((query.rows.len(), n_columns), flat) else {
        return Vec::new();
    };
    if raw.is_empty() {
        return Vec::new();
    }
    let scale = Scale::of(classifier_rows(&query.schema, raw.view()).view());
    let scaled = scale.apply(classifier_rows(&query.schema, raw.view()).view());
    let many: Vec<usize> = (ROW_CAP..raw.nrows()).collect();
    let found = [
        (ConcernKind::ManyRows, many),
        (ConcernKind::NearDuplicates, near_duplicates(scaled.view())),
        (ConcernKind::Perturbations, perturbations(raw.view())),
        (ConcernKind::Grid, grid_columns(raw.view())),
        (ConcernKind::Impossible, impossible(query, raw.view())),
        (
            ConcernKind::OwnRows,
            match own {
                Some(own) if own.ncols() == n_columns => {
                    let own = scale.apply(classifier_rows(&query.schema, own).view());
                    near_own(scaled.view(), own.view())
                }
                _ => Vec::new(),
            },
        ),
    ];
    let concerns = found.into_iter().filter(|(_, rows)| !rows.is_empty());
    concerns
        .map(|(kind, rows)| Concern {
            kind,
            count: rows.len(),
            first: rows.iter().take(MOST_NAMED).map(|row| row + 1).collect(),
        })
        .collect()
}

/// Rows within [`NEAR`] of an earlier row. Near rows have near sums, so only neighbours in the
/// order of their sums are compared.
fn near_duplicates(scaled: ArrayView2<'_, f64>) -> Vec<usize> {
    let sums: Vec<f64> = scaled.rows().into_iter().map(|row| row.sum()).collect();
    let mut order: Vec<usize> = (0..sums.len()).collect();
    crate::order::sort_by(&mut order, |a, b| {
        sums[*a].total_cmp(&sums[*b]).then(a.cmp(b))
    });
    // A root mean square of at most NEAR keeps the sums within p NEAR (Cauchy-Schwarz).
    let p = scaled.ncols() as f64;
    let reach = NEAR * p;
    let mut copies = vec![false; sums.len()];
    for (place, row) in order.iter().enumerate() {
        for other in order.iter().skip(place + 1).take(MOST_COMPARED) {
            if sums[*other] - sums[*row] > reach {
                break;
            }
            if mean_square(scaled.row(*row), scaled.row(*other)) <= NEAR * NEAR {
                copies[*row.max(other)] = true;
            }
        }
    }
    (0..copies.len()).filter(|row| copies[*row]).collect()
}

/// Rows that share most of their values exactly with another row, but not all. Measured values
/// hardly ever repeat to the last digit, least of all in many columns of the same two rows.
fn perturbations(raw: ArrayView2<'_, f64>) -> Vec<usize> {
    let n_columns = raw.ncols();
    if n_columns < 3 {
        return Vec::new();
    }
    let needed = (EQUAL_SHARE * n_columns as f64) as usize + 1;
    let mut perturbed = vec![false; raw.nrows()];
    // Two such rows differ in too few columns to differ in all of the ones looked at below, so
    // they share a value in one of these.
    let varied = (0..n_columns).filter(|c| raw.column(*c).iter().any(|v| *v != raw[[0, *c]]));
    let varied: Vec<usize> = varied.collect();
    for column in varied.iter().take(n_columns - needed + 1) {
        let mut sharing: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (row, value) in raw.column(*column).iter().enumerate() {
            sharing.entry(value.to_bits()).or_default().push(row);
        }
        for rows in sharing.values().filter(|rows| rows.len() > 1) {
            // Neighbours and the first of the group: all pairs would cost its square.
            let pairs = rows.windows(2).map(|pair| (pair[0], pair[1]));
            let to_first = rows.iter().skip(1).map(|row| (rows[0], *row));
            for (a, b) in pairs.chain(to_first) {
                let equal = |c: &usize| raw[[a, *c]] == raw[[b, *c]];
                let n_equal = varied.iter().filter(|c| equal(c)).count();
                let needed = (EQUAL_SHARE * varied.len() as f64) as usize + 1;
                if n_equal >= needed && n_equal < varied.len() {
                    perturbed[a] = true;
                    perturbed[b] = true;
                }
            }
        }
    }
    (0..perturbed.len()).filter(|row| perturbed[*row]).collect()
}

/// Columns whose distinct values are equally spaced.
fn grid_columns(raw: ArrayView2<'_, f64>) -> Vec<usize> {
    if raw.nrows() < FEWEST_FOR_GRID {
        return Vec::new();
    }
    let is_grid = |column: usize| {
        let mut values = raw.column(column).to_vec();
        crate::order::sort_numbers(&mut values);
        let all_distinct_spaced = |values: &[f64]| {
            let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            let even = |step: &f64| (step - mean).abs() <= GRID_TOLERANCE * mean.abs();
            steps.iter().all(even)
        };
        values.dedup();
        values.len() >= 3 && all_distinct_spaced(&values)
    };
    (0..raw.ncols()).filter(|column| is_grid(*column)).collect()
}

/// Rows with values that the schema's features cannot take.
fn impossible(query: &Query, raw: ArrayView2<'_, f64>) -> Vec<usize> {
    let is_impossible = |row: ArrayView1<'_, f64>| match query.schema.as_str() {
        "pulse-21/1" => row.iter().any(|volts| !VOLTS.contains(volts)),
        "cycle-30/1" => [0, 15].iter().any(|start| half_cycle(row, *start)),
        _ => false,
    };
    let rows = raw.rows().into_iter().enumerate();
    rows.filter(|(_, row)| is_impossible(row.view()))
        .map(|(i, _)| i)
        .collect()
}

/// Cell voltages of lithium-ion batteries, abused ones included.
const VOLTS: std::ops::RangeInclusive<f64> = 0.0..=5.5;

/// Fifteen features of a half cycle (see [`crate::features::CURVE_FEATURES`]): F2 and F7 and the
/// quantiles F11 to F15 are voltages, the quantiles ascend, deviations are not negative.
fn half_cycle(row: ArrayView1<'_, f64>, start: usize) -> bool {
    let at = |feature: usize| row.get(start + feature - 1).copied().unwrap_or_default();
    let quantiles: Vec<f64> = (11..=15).map(at).collect();
    let voltages = [at(2), at(7)].into_iter().chain(quantiles.iter().copied());
    let mut voltages = voltages;
    voltages.any(|volts| !VOLTS.contains(&volts))
        || quantiles.windows(2).any(|pair| pair[0] > pair[1])
        || at(4) < 0.0
        || at(8) < 0.0
}

/// Query rows nearer to an own row than nearly all own rows are to each other.
fn near_own(scaled: ArrayView2<'_, f64>, own: ArrayView2<'_, f64>) -> Vec<usize> {
    let step = own.nrows().div_ceil(MOST_OWN).max(1);
    let kept: Vec<usize> = (0..own.nrows()).step_by(step).collect();
    let nearest = |row: ArrayView1<'_, f64>, except: Option<usize>| {
        let others = kept.iter().filter(|other| Some(**other) != except);
        others
            .map(|other| mean_square(row, own.row(*other)))
            .fold(f64::INFINITY, f64::min)
    };
    let mut between: Vec<f64> = kept
        .iter()
        .map(|row| nearest(own.row(*row), Some(*row)))
        .collect();
    crate::order::sort_numbers(&mut between);
    // A hundredth of the typical distance, and never less than the width of a copy.
    let median = between.get(between.len() / 2).copied().unwrap_or_default();
    let limit = if median.is_finite() {
        (1e-4 * median).max(NEAR * NEAR)
    } else {
        NEAR * NEAR
    };
    let rows = scaled.rows().into_iter().enumerate();
    rows.filter(|(_, row)| nearest(row.view(), None) <= limit)
        .map(|(i, _)| i)
        .collect()
}

/// Mean over columns of the squared difference.
fn mean_square(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    sum / a.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn query(rows: Vec<Vec<f64>>) -> Query {
        let n_columns = rows[0].len();
        Query {
            schema: format!("custom/{n_columns}"),
            columns: (0..n_columns).map(|i| format!("c{i}")).collect(),
            batteries: (0..rows.len()).map(|i| format!("b{i}")).collect(),
            rows,
        }
    }

    fn measured(n: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..n)
            .map(|_| (0..6).map(|_| rng.gen::<f64>()).collect())
            .collect()
    }

    fn kinds(query: &Query, own: Option<&[Vec<f64>]>) -> Vec<(ConcernKind, usize)> {
        let own = own.map(|rows| {
            Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
        });
        let concerns = screen(query, own.as_ref().map(|own| own.view()));
        concerns
            .into_iter()
            .map(|concern| (concern.kind, concern.count))
            .collect()
    }

    #[test]
    fn measured_batteries_raise_no_concern() {
        assert_eq!(kinds(&query(measured(300, 1)), Some(&measured(100, 2))), []);
        assert_eq!(kinds(&query(measured(1, 1)), None), []);
    }

    #[test]
    fn each_way_of_asking_too_much_is_seen() {
        let mut copies = measured(50, 1);
        copies.extend(copies[..10].to_vec());
        let nudged = copies[20].iter().map(|value| value + 1e-6).collect();
        copies.push(nudged);
        assert_eq!(
            kinds(&query(copies), None),
            [(ConcernKind::NearDuplicates, 11)]
        );

        let mut perturbed = measured(50, 1);
        for column in 0..6 {
            let mut row = perturbed[0].clone();
            row[column] += 0.3;
            perturbed.push(row);
        }
        assert_eq!(
            kinds(&query(perturbed), None),
            [(ConcernKind::Perturbations, 7)]
        );

        let mut grid = measured(64, 1);
        for (i, row) in grid.iter_mut().enumerate() {
            row[0] = 0.1 * (i % 8) as f64;
            row[1] = 3.0 + 0.05 * (i / 8) as f64;
        }
        assert_eq!(kinds(&query(grid), None), [(ConcernKind::Grid, 2)]);

        let found = kinds(&query(measured(ROW_CAP + 3, 1)), None);
        assert_eq!(found, [(ConcernKind::ManyRows, 3)]);

        let own = measured(100, 2);
        let mut asked = measured(50, 1);
        asked.extend_from_slice(&own[..5]);
        assert_eq!(
            kinds(&query(asked), Some(&own)),
            [(ConcernKind::OwnRows, 5)]
        );
    }

    #[test]
    fn impossible_values_depend_on_the_schema() {
        let mut pulses = measured(20, 1);
        for row in &mut pulses {
            *row = (0..21).map(|i| 3.5 + 0.01 * row[i % 6]).collect();
        }
        let mut asked = query(pulses);
        asked.schema = "pulse-21/1".into();
        assert_eq!(kinds(&asked, None), []);
        asked.rows[4][7] = 6.0;
        asked.rows[5][7] = -1.0;
        let concerns = screen(&asked, None);
        assert_eq!(concerns[0].code(), "query-impossible");
        assert_eq!(concerns[0].first, [5, 6]);
    }
}
