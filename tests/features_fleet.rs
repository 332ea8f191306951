//! The features and the pooled forest on real and simulated batteries of `$VOLTVOTE_DATA`
//! (default `../shared/data`), split by physical battery. Skipped, saying so, without the data.
//!
//! `cargo test --release --test features_fleet -- --nocapture` prints the tables.

#![cfg(not(target_arch = "wasm32"))]

use ndarray::{Array2, ArrayView2, Axis};
use std::path::{Path, PathBuf};
use voltvote::evaluate::{split_by_battery, Confusion, Split};
use voltvote::features::{extract, FeatureTable, Schema};
use voltvote::forest::{Forest, Params as ForestParams};
use voltvote::import::{group, Importer, Manifest, ManifestRow, Options, WantedCycle};
use voltvote::standardize::{CapacityBasis, MedianEnds, OutlierScope, Params};

/// A battery and its label.
struct Battery {
    cycle: WantedCycle,
    label: ManifestRow,
}

/// The folder of the data, if it is there.
fn data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var("VOLTVOTE_DATA").unwrap_or_else(|_| "../shared/data".into());
    let folder = Path::new(&root).join(folder);
    if !folder.is_dir() {
        eprintln!("SKIPPED: no data in {}", folder.display());
        return None;
    }
    Some(folder)
}

/// All batteries of a manifest, the files being in `files`.
fn read(manifest: &Path, files: &Path) -> Vec<Battery> {
    let manifest = Manifest::parse(&std::fs::read(manifest).unwrap()).unwrap();
    let mut imported = Vec::new();
    for row in &manifest.rows {
        let path = files.join(&row.file);
        if !path.exists() {
            continue;
        }
        let options = Options {
            nominal_ah: row.nominal_ah,
            ..Options::default()
        };
        let mut importer = Importer::new(&row.file, options);
        importer.push(&std::fs::read(path).unwrap()).unwrap();
        imported.push(importer.finish().unwrap());
    }
    let batteries = group(imported, Some(&manifest))
        .into_iter()
        .map(|cell| Battery {
            label: manifest.row_of_cell(&cell.cell_id).unwrap().clone(),
            cycle: cell
                .wanted
                .unwrap_or_else(|error| panic!("{}: {error}", cell.cell_id)),
        });
    batteries.collect()
}

fn fleet() -> Option<Vec<Battery>> {
    let folder = data("fleet-dev")?;
    Some(read(&folder.join("manifest.csv"), &folder))
}

fn measured() -> Option<Vec<Battery>> {
    let folder = data("cycles")?;
    let batteries = read(&folder.join("manifest.csv"), &folder.join("bdf"));
    let known = batteries
        .into_iter()
        .filter(|battery| !battery.label.cathode.is_empty());
    Some(known.collect())
}

fn features(batteries: &[Battery], params: &Params) -> FeatureTable {
    let mut table = FeatureTable::new(Schema::cycle_30());
    for Battery { cycle, .. } in batteries {
        let extracted = extract(cycle, params).unwrap_or_else(|e| panic!("{}: {e}", cycle.cell_id));
        table
            .push(&cycle.cell_id, &extracted.values, extracted.soh)
            .unwrap();
    }
    table
}

/// Class numbers of some labels, and their names in ascending order.
fn numbered<'a>(labels: impl Iterator<Item = &'a str> + Clone) -> (Vec<u16>, Vec<String>) {
    let mut names: Vec<String> = labels.clone().map(String::from).collect();
    names.sort();
    names.dedup();
    let number = |label: &str| names.iter().position(|name| name == label).unwrap() as u16;
    (labels.map(number).collect(), names)
}

fn confusion_of(
    x: ArrayView2<'_, f64>,
    y: &[u16],
    n_classes: u16,
    split: &Split,
    n_trees: u32,
    seed: u64,
) -> Confusion {
    let pick = |rows: &[usize]| {
        (
            x.select(Axis(0), rows),
            rows.iter().map(|&row| y[row]).collect::<Vec<u16>>(),
        )
    };
    let ((x_train, y_train), (x_test, y_test)) = (pick(&split.train), pick(&split.test));
    let params = ForestParams {
        n_trees,
        seed,
        ..ForestParams::default()
    };
    let forest = Forest::fit(x_train.view(), &y_train, n_classes, &params).unwrap();
    let predicted = forest.predict(x_test.view()).unwrap();
    Confusion::of(y_test.into_iter().zip(predicted), n_classes)
}

/// Sum over 20 seeds of the confusion of a 10-tree forest on a fifth of the batteries.
fn twenty_splits(table: &FeatureTable, y: &[u16], n_classes: u16) -> Confusion {
    let mut sum = Confusion::of([], n_classes);
    for seed in 0..20 {
        let split = split_by_battery(&table.cell_ids, y, 0.2, seed);
        sum.add(&confusion_of(
            table.values.view(),
            y,
            n_classes,
            &split,
            10,
            seed,
        ));
    }
    sum
}

fn print_confusion(confusion: &Confusion, names: &[String]) {
    for (name, row) in names.iter().zip(confusion.counts.rows()) {
        eprintln!("  {name:>8} {row}");
    }
}

#[test]
fn a_pooled_forest_sorts_the_fleet() {
    let Some(batteries) = fleet() else { return };
    let (y, names) = numbered(batteries.iter().map(|battery| battery.label.class.as_str()));
    assert_eq!((batteries.len(), names.len()), (130, 9));
    let default = Params::default();
    let literal = Params {
        outlier_scope: OutlierScope::Cycle,
        median_ends: MedianEnds::Shrink,
        ..default.clone()
    };
    let cases = [
        ("window, reflect, nominal", default.clone(), 0.98),
        (
            "window, reflect, Ah",
            Params {
                capacity_basis: CapacityBasis::AmpereHour,
                ..default.clone()
            },
            0.98,
        ),
        (
            "cycle, reflect, nominal",
            Params {
                outlier_scope: OutlierScope::Cycle,
                ..default.clone()
            },
            0.93,
        ),
        ("cycle, shrink (as published)", literal, 0.93),
    ];
    for (name, params, floor) in cases {
        let table = features(&batteries, &params);
        let confusion = twenty_splits(&table, &y, 9);
        let accuracy = confusion.accuracy().unwrap();
        eprintln!(
            "{name}: accuracy {accuracy:.4}, macro F1 {:.4}",
            confusion.macro_f1().unwrap()
        );
        print_confusion(&confusion, &names);
        assert!(accuracy >= floor, "{name}: {accuracy}");
    }
}

#[test]
fn standardisation_restores_faulty_files() {
    let Some(folder) = data("fleet-dev") else {
        return;
    };
    let manifest = folder.join("manifest.csv");
    let clean = read(&manifest, &folder.join("clean"));
    let faulty = read(&manifest, &folder);
    let untouched = Params {
        n_mad: 1e12,
        median_window: 1,
        ..Params::default()
    };
    let literal = Params {
        outlier_scope: OutlierScope::Cycle,
        median_ends: MedianEnds::Shrink,
        ..Params::default()
    };
    // (most mV of a faulty file, most mV that a clean one changes by)
    let cases = [
        ("window, reflect", Params::default(), 5.0, 0.1),
        ("cycle, shrink", literal, 60.0, 60.0),
    ];
    for (name, params, most_faulty, most_clean) in cases {
        let mut sums = [0.0; 3];
        for truth in &clean {
            let same = |battery: &&Battery| battery.cycle.cell_id == truth.cycle.cell_id;
            let fault = faulty.iter().find(same).unwrap();
            let reference = extract(&truth.cycle, &untouched).unwrap();
            let found = [(fault, &untouched), (fault, &params), (truth, &params)];
            for (sum, (battery, params)) in sums.iter_mut().zip(found) {
                let found = extract(&battery.cycle, params).unwrap();
                *sum += rmse(&reference.charge.voltage_v, &found.charge.voltage_v);
                *sum += rmse(&reference.discharge.voltage_v, &found.discharge.voltage_v);
            }
        }
        let [raw, standardised, changed] = sums.map(|sum| 1e3 * sum / (2.0 * clean.len() as f64));
        eprintln!(
            "{name}: mean RMSE of faulty files {raw:.1} mV, standardised {standardised:.1} mV; \
             clean files change by {changed:.2} mV"
        );
        assert!(standardised <= most_faulty && changed <= most_clean);
    }
}

fn rmse(a: &[f64], b: &[f64]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    (squares / a.len() as f64).sqrt()
}

/// Sum over 10 seeds of the confusion over some splits.
fn ten_seeds(x: &Array2<f64>, y: &[u16], splits: &[Split], n_trees: u32) -> Confusion {
    let mut sum = Confusion::of([], CATHODES.len() as u16);
    for seed in 0..10 {
        for split in splits {
            sum.add(&confusion_of(
                x.view(),
                y,
                CATHODES.len() as u16,
                split,
                n_trees,
                seed,
            ));
        }
    }
    sum
}

const CATHODES: [&str; 5] = ["LCO", "LFP", "NCA", "NMC", "NMC/LCO"];
const LFP: usize = 1;

#[test]
fn lfp_is_told_from_the_rest_on_measured_cells() {
    let (Some(fleet), Some(measured)) = (fleet(), measured()) else {
        return;
    };
    let params = Params::default();
    let number = |battery: &Battery| {
        let cathode = &battery.label.cathode;
        CATHODES.iter().position(|name| name == cathode).unwrap() as u16
    };
    let table = features(&fleet, &params)
        .concat(&features(&measured, &params))
        .unwrap();
    let y: Vec<u16> = fleet.iter().chain(&measured).map(number).collect();
    let (n_fleet, n) = (fleet.len(), y.len());
    let measured_only: Vec<Split> = (n_fleet..n)
        .map(|held| Split {
            train: (n_fleet..n).filter(|&row| row != held).collect(),
            test: vec![held],
        })
        .collect();
    let fleet_only = [Split {
        train: (0..n_fleet).collect(),
        test: (n_fleet..n).collect(),
    }];
    let both: Vec<Split> = (n_fleet..n)
        .map(|held| Split {
            train: (0..n).filter(|&row| row != held).collect(),
            test: vec![held],
        })
        .collect();
    // (trained on, splits, trees, most batteries of 230 that LFP may be confused in, least
    // cathode accuracy); the one LFP cell cannot be learnt from the measured cells alone.
    let cases = [
        ("the other measured cells", &measured_only[..], 10, 11, 0.80),
        ("the other measured cells", &measured_only, 100, 10, 0.80),
        ("fleet-dev", &fleet_only, 10, 6, 0.40),
        ("fleet-dev", &fleet_only, 100, 0, 0.40),
        ("fleet-dev and the other measured cells", &both, 10, 3, 0.80),
        (
            "fleet-dev and the other measured cells",
            &both,
            100,
            0,
            0.80,
        ),
    ];
    for (name, splits, n_trees, most_confused, floor) in cases {
        let confusion = ten_seeds(&table.values, &y, splits, n_trees);
        let lfp = confusion.counts.row(LFP).sum() + confusion.counts.column(LFP).sum()
            - 2 * confusion.counts[[LFP, LFP]];
        let accuracy = confusion.accuracy().unwrap();
        eprintln!("{n_trees} trees on {name}: cathode {accuracy:.3}, LFP confused in {lfp} of 230");
        print_confusion(&confusion, &CATHODES.map(String::from));
        assert!(
            lfp <= most_confused,
            "{name}, {n_trees} trees: LFP confused in {lfp}"
        );
        assert!(accuracy >= floor, "{name}, {n_trees} trees: {accuracy}");
    }
}

#[test]
fn a_substituted_nominal_capacity_costs_little() {
    let Some(batteries) = fleet() else { return };
    let (y, _) = numbered(batteries.iter().map(|battery| battery.label.class.as_str()));
    let known = features(&batteries, &Params::default());
    let unknown: Vec<Battery> = batteries
        .into_iter()
        .map(|mut battery| {
            battery.cycle.nominal_ah = None;
            battery
        })
        .collect();
    let substituted = features(&unknown, &Params::default());
    assert!(substituted.soh.iter().all(Option::is_none));
    let (n, table) = (y.len(), known.concat(&substituted).unwrap());
    let y = [&y[..], &y].concat();
    let mut sum = Confusion::of([], 9);
    for seed in 0..20 {
        let mut split = split_by_battery(&known.cell_ids, &y[..n], 0.2, seed);
        split.test.iter_mut().for_each(|row| *row += n);
        sum.add(&confusion_of(table.values.view(), &y, 9, &split, 10, seed));
    }
    let accuracy = sum.accuracy().unwrap();
    eprintln!("trained on dQ/dV per nominal, asked per measured capacity: {accuracy:.4}");
    assert!(accuracy >= 0.90, "{accuracy}");
}

/// LFP, nickel-rich or cobalt-rich.
fn family(battery: &Battery) -> u16 {
    match battery.label.cathode.as_str() {
        "LFP" => 0,
        "NMC" | "NCA" => 1,
        _ => 2,
    }
}

#[test]
fn chemistry_features_give_the_family_of_unseen_makers() {
    let (Some(fleet), Some(measured)) = (fleet(), measured()) else {
        return;
    };
    let chemistry = |batteries: &[Battery]| {
        let mut table = FeatureTable::new(Schema::cycle_chem());
        for Battery { cycle, .. } in batteries {
            let extracted = extract(cycle, &Params::default()).unwrap();
            table
                .push(&cycle.cell_id, &extracted.chemistry(), extracted.soh)
                .unwrap();
        }
        table
    };
    let thirty = |batteries: &[Battery]| features(batteries, &Params::default());
    // The last is left out of the mean: nobody else makes a blend to learn it from.
    let makers = [
        "NMC-A", "NMC-B", "NMC-C", "NCA-A", "NCA-B", "LCO-A", "LCO-B", "BLEND",
    ];
    let families: Vec<u16> = fleet.iter().chain(&measured).map(family).collect();
    let (n_fleet, n) = (fleet.len(), families.len());
    let (classes, names) = numbered(fleet.iter().map(|battery| battery.label.class.as_str()));
    // (least accuracy on unseen makers of fleet-dev, least on measured cells)
    type Features<'a> = &'a dyn Fn(&[Battery]) -> FeatureTable;
    let cases: [(&str, Features, f64, f64); 2] = [
        ("cycle-30/1", &thirty, 0.0, 0.0),
        ("cycle-chem/1", &chemistry, 0.90, 0.90),
    ];
    for (name, features, floor_fleet, floor_measured) in cases {
        let table = features(&fleet).concat(&features(&measured)).unwrap();
        let x = table.values.view();
        let seen = twenty_splits(&features(&fleet), &classes, names.len() as u16);
        eprintln!("{name}: nine seen classes {:.4}", seen.accuracy().unwrap());
        let mut sum = 0.0;
        for maker in makers {
            let is_test = |row: &usize| fleet[*row].label.class == maker;
            let (test, train) = (0..n_fleet).partition(is_test);
            let confusion = confusion_of(x, &families, 3, &Split { train, test }, 100, 0);
            eprintln!(
                "  family of unseen {maker}: {:.3}",
                confusion.accuracy().unwrap()
            );
            sum += if maker == "BLEND" {
                0.0
            } else {
                confusion.accuracy().unwrap()
            };
        }
        let unseen = sum / (makers.len() - 1) as f64;
        let split = Split {
            train: (0..n_fleet).collect(),
            test: (n_fleet..n).collect(),
        };
        let measured = confusion_of(x, &families, 3, &split, 100, 0);
        eprintln!(
            "  mean {unseen:.3}; family of measured cells {:.3}",
            measured.accuracy().unwrap()
        );
        print_confusion(&measured, &["LFP", "Ni", "Co"].map(String::from));
        assert!(unseen >= floor_fleet && measured.accuracy().unwrap() >= floor_measured);
    }
}
