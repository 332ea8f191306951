//! A labelled fleet as experiments see it: classifier rows, classes, physical batteries.

use crate::ballot::{battery_numbers, classifier_rows, Own};
use crate::features::FeatureTable;
use crate::import::{Manifest, ManifestRow};
use crate::round::Catalogue;
use ndarray::{Array2, Axis};
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Labelled rows of many batteries.
#[derive(Debug, Clone, PartialEq)]
pub struct Fleet {
    /// Classes; labels refer to them.
    pub catalogue: Catalogue,
    /// Rows in classifier columns, shape (n, p).
    pub rows: Array2<f64>,
    /// Names of the classifier columns.
    pub columns: Vec<String>,
    /// Class per row.
    pub labels: Vec<u16>,
    /// Physical battery per row.
    pub batteries: Vec<u32>,
    /// Maker per row, numbered by name from 0; empty where makers are not known.
    pub makers: Vec<u16>,
}

impl Fleet {
    /// A fleet from features and the manifest that labels them: the `class` of a row, else its
    /// `cathode`. Rows are found by cell, else by file; those without a label are left out. Rows
    /// are of one physical battery where the manifest's `battery` says so, else where they share
    /// their `cell_id`.
    pub fn labelled(table: &FeatureTable, manifest: &Manifest) -> Self {
        let rows: Vec<_> = table
            .cell_ids
            .iter()
            .map(|id| {
                manifest
                    .row_of_cell(id)
                    .or_else(|| manifest.row_of_file(id))
            })
            .collect();
        let names: Vec<Option<String>> = rows
            .iter()
            .map(|row| {
                let row = (*row)?;
                let mut named = [&row.class, &row.cathode].into_iter();
                named.find(|name| !name.is_empty()).cloned()
            })
            .collect();
        let mut makers: Vec<&str> = rows.iter().flatten().map(|row| &row.maker[..]).collect();
        makers.sort_unstable();
        makers.dedup();
        let mut fleet = Self::new(table, &names);
        let labelled: Vec<(&String, &ManifestRow)> = table
            .cell_ids
            .iter()
            .zip(rows.iter().zip(&names))
            .filter_map(|(id, (row, name))| Some((id, (*row)?, name.as_ref()?)))
            .map(|(id, row, _)| (id, row))
            .collect();
        let batteries: Vec<String> = labelled
            .iter()
            .map(|(id, row)| match row.battery.as_str() {
                "" => (*id).clone(),
                battery => battery.into(),
            })
            .collect();
        fleet.batteries = battery_numbers(&batteries);
        if makers.len() > 1 {
            fleet.makers = labelled
                .iter()
                .map(|(_, row)| makers.binary_search(&&row.maker[..]).unwrap_or(0) as u16)
                .collect();
        }
        fleet
    }

    /// A fleet from features and the class name of each row; rows without a name are left out.
    /// Classes are ordered by name.
    pub fn new(table: &FeatureTable, names: &[Option<String>]) -> Self {
        let kept: Vec<(usize, &String)> = names
            .iter()
            .enumerate()
            .filter(|(row, _)| *row < table.len())
            .filter_map(|(row, name)| name.as_ref().map(|name| (row, name)))
            .collect();
        let mut classes: Vec<&String> = kept.iter().map(|(_, name)| *name).collect();
        crate::order::sort(&mut classes);
        classes.dedup();
        let index: Vec<usize> = kept.iter().map(|(row, _)| *row).collect();
        let ids: Vec<String> = index
            .iter()
            .filter_map(|&row| table.cell_ids.get(row).cloned())
            .collect();
        let labels = kept
            .iter()
            .map(|(_, name)| classes.binary_search(name).unwrap_or(0) as u16);
        Self {
            rows: classifier_rows(
                &table.schema.id,
                table.values.select(Axis(0), &index).view(),
            ),
            columns: table.schema.columns.clone(),
            labels: labels.collect(),
            batteries: battery_numbers(&ids),
            catalogue: Catalogue::from_names(&classes),
            makers: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.catalogue.len()
    }

    /// The rows at these positions with the same catalogue.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            catalogue: self.catalogue.clone(),
            rows: self.rows.select(Axis(0), rows),
            columns: self.columns.clone(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            batteries: rows.iter().map(|&row| self.batteries[row]).collect(),
            makers: rows
                .iter()
                .filter_map(|&row| self.makers.get(row).copied())
                .collect(),
        }
    }

    /// The first or the second half of each class's batteries, always the same ones: rules are
    /// chosen on one half and reported on the other.
    pub fn half(&self, is_second: bool) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let (first, second) = self.split_batteries(0.5, &mut rng);
        self.select(if is_second { &second } else { &first })
    }

    /// Number of physical batteries.
    pub fn n_batteries(&self) -> usize {
        self.batteries_by_class().iter().map(Vec::len).sum()
    }

    /// Number of makers; one where they are not known.
    pub fn n_makers(&self) -> usize {
        let mut makers = self.makers.clone();
        makers.sort_unstable();
        makers.dedup();
        makers.len().max(1)
    }

    /// The fleet as a collaborator's own data.
    pub fn own(&self) -> Own<'_> {
        Own {
            rows: self.rows.view(),
            labels: &self.labels,
            batteries: &self.batteries,
        }
    }

    /// Batteries of each class, ascending.
    pub fn batteries_by_class(&self) -> Vec<Vec<u32>> {
        let mut by_class = vec![Vec::new(); self.n_classes()];
        let mut seen: BTreeMap<(u16, u32), ()> = BTreeMap::new();
        for (&class, &battery) in self.labels.iter().zip(&self.batteries) {
            if seen.insert((class, battery), ()).is_none() {
                by_class[usize::from(class)].push(battery);
            }
        }
        by_class
    }

    /// Rows whose battery is among `share` of each class's batteries, drawn at random, and the
    /// other rows; each side gets at least one battery of a class that has two.
    pub fn split_batteries(&self, share: f64, rng: &mut ChaCha8Rng) -> (Vec<usize>, Vec<usize>) {
        let mut chosen: BTreeMap<(u16, u32), bool> = BTreeMap::new();
        for (class, mut batteries) in self.batteries_by_class().into_iter().enumerate() {
            batteries.shuffle(rng);
            let n = batteries.len();
            let n_first = ((share * n as f64 + 0.5) as usize).clamp(1, n.saturating_sub(1).max(1));
            for (i, battery) in batteries.into_iter().enumerate() {
                chosen.insert((class as u16, battery), i < n_first);
            }
        }
        (0..self.len()).partition(|&row| {
            let key = (self.labels[row], self.batteries[row]);
            chosen.get(&key).copied().unwrap_or(false)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two records each of eight batteries; only the manifest's battery column says so.
    fn fleet(manifest: &str) -> Fleet {
        let rows: String = (0..16).map(|i| format!("r{i},{i}\n")).collect();
        let table = FeatureTable::from_csv(format!("cell_id,x\n{rows}").as_bytes()).unwrap();
        Fleet::labelled(&table, &Manifest::parse(manifest.as_bytes()).unwrap())
    }

    #[test]
    fn records_of_a_battery_stay_on_one_side() {
        let class = |i: usize| if i < 8 { "LFP" } else { "NMC" };
        let grouped: String = (0..16)
            .map(|i| format!("r{i},{},b{}\n", class(i), i / 2))
            .collect();
        let fleet = self::fleet(&format!("cell_id,class,battery\n{grouped}"));
        assert_eq!((fleet.len(), fleet.n_batteries()), (16, 8));
        for seed in 0..20 {
            let (first, second) = fleet.split_batteries(0.5, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!((first.len(), second.len()), (8, 8));
            assert!(first.iter().all(|row| first.contains(&(row ^ 1))), "{seed}");
        }
        let plain: String = (0..16).map(|i| format!("r{i},{}\n", class(i))).collect();
        let fleet = self::fleet(&format!("cell_id,class\n{plain}"));
        assert_eq!(fleet.n_batteries(), 16);
    }

    #[test]
    fn a_record_without_a_battery_is_one_and_unlabelled_records_are_left_out() {
        let fleet = fleet("cell_id,class,battery\nr3,LFP,b\nr1,,b\nr2,NMC,\nr5,LFP,b\n");
        assert_eq!(fleet.rows.column(0).to_vec(), [2.0, 3.0, 5.0]);
        assert_eq!(fleet.batteries, [0, 1, 1]);
    }
}
