//! The physics voter, trained on random cells only, on measured and on PyBaMM cells.
//!
//! Needs `VOLTVOTE_DATA` (default `../shared/data`); says so and passes without it.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use voltvote::import::{Importer, Options};
use voltvote::round::Cathode;
use voltvote::simulate::physics::{signature_of, Answer, PhysicsVoter, TrainingOptions};
use voltvote::standardize::Params;

fn data() -> PathBuf {
    std::env::var_os("VOLTVOTE_DATA").map_or_else(|| "../shared/data".into(), PathBuf::from)
}

struct Labelled {
    maker: String,
    cathode: Option<Cathode>,
    signature: Vec<f64>,
}

fn load(folder: &Path, manifest: &Path) -> Vec<Labelled> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|field| *field == name).unwrap();
    let (file, maker, cathode) = (column("file"), column("maker"), column("cathode"));
    let mut cells = Vec::new();
    for line in lines {
        // The fields read here hold no commas or quotes and come before those that do.
        let fields: Vec<&str> = line.split(',').collect();
        let mut importer = Importer::new(fields[file], Options::default());
        importer
            .push(&std::fs::read(folder.join(fields[file])).unwrap())
            .unwrap();
        let imported = importer.finish().unwrap();
        let wanted = imported.cells[0].wanted.as_ref().expect(fields[file]);
        cells.push(Labelled {
            maker: fields[maker].into(),
            cathode: Cathode::from_label(fields[cathode]),
            signature: signature_of(wanted, &Params::default()).expect(fields[file]),
        });
    }
    cells
}

/// Prints accuracy per maker; returns that of families and of cathodes.
fn score(title: &str, cells: &[Labelled], answers: &[Answer]) -> (f64, f64) {
    let mut per_maker: BTreeMap<&str, (usize, usize, usize, BTreeMap<String, usize>)> =
        BTreeMap::new();
    for (cell, answer) in cells.iter().zip(answers) {
        let entry = per_maker.entry(&cell.maker).or_default();
        let said = format!("{:?} {:?}", answer.family().0, answer.cathode().0);
        *entry.3.entry(said).or_default() += 1;
        let Some(cathode) = cell.cathode else {
            continue;
        };
        entry.0 += 1;
        entry.1 += usize::from(answer.family().0 == cathode.family());
        entry.2 += usize::from(answer.cathode().0 == cathode);
    }
    println!("{title}");
    for (maker, (n, family, cathode, said)) in &per_maker {
        println!("  {maker:<14} n {n:>3}  family {family:>3}  cathode {cathode:>3}  {said:?}");
    }
    let sum = |f: fn(&(usize, usize, usize, BTreeMap<String, usize>)) -> usize| {
        per_maker.values().map(f).sum::<usize>() as f64
    };
    let n = sum(|e| e.0);
    let (family, cathode) = (sum(|e| e.1) / n, sum(|e| e.2) / n);
    println!("  all            family {family:.3}  cathode {cathode:.3}");
    (family, cathode)
}

#[test]
fn families_of_measured_cells_are_found_from_simulated_ones() {
    let data = data();
    if !data.join("cycles/manifest.csv").is_file() {
        println!("skipped: no data in {}", data.display());
        return;
    }
    let voter = PhysicsVoter::train(&TrainingOptions::default(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    println!("out-of-bag error {:?}", voter.out_of_bag_error());
    let answer = |cells: &[Labelled]| {
        let signatures: Vec<Vec<f64>> = cells.iter().map(|c| c.signature.clone()).collect();
        voter.answer(&signatures).unwrap()
    };
    let measured = load(&data.join("cycles/bdf"), &data.join("cycles/manifest.csv"));
    let (family, _) = score("measured", &measured, &answer(&measured));
    assert!(family >= 0.90, "{family}");
    let fleet = load(
        &data.join("fleet-dev"),
        &data.join("fleet-dev/manifest.csv"),
    );
    score("fleet-dev", &fleet, &answer(&fleet));
}
