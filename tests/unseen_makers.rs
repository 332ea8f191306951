//! Batteries of makers that nobody knows: what the 30 features and a forest say, whether
//! familiarity warns, and what the physics voter, trained on random simulated cells only, says.
//!
//! Needs `VOLTVOTE_DATA` (default `../shared/data`); says so and passes without it.

#![cfg(not(target_arch = "wasm32"))]

use ndarray::{Array2, Axis};
use rand::{seq::SliceRandom, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use voltvote::ballot::{Familiarity, Space, Whitening};
use voltvote::features::extract;
use voltvote::forest::{Forest, Params as ForestParams};
use voltvote::import::{Importer, Options};
use voltvote::round::{Cathode, Family};
use voltvote::simulate::physics::{signature_of, PhysicsVoter, TrainingOptions, CATHODES};
use voltvote::standardize::Params;

fn data() -> PathBuf {
    std::env::var_os("VOLTVOTE_DATA").map_or_else(|| "../shared/data".into(), PathBuf::from)
}

struct Labelled {
    maker: String,
    cathode: Option<Cathode>,
    signature: Vec<f64>,
    features: [f64; 30],
}

fn load(folder: &Path, manifest: &Path) -> Vec<Labelled> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|field| *field == name).unwrap();
    let (file, maker, cathode) = (column("file"), column("maker"), column("cathode"));
    let nominal = column("nominal_ah");
    let mut cells = Vec::new();
    for line in lines {
        // The fields read here hold no commas or quotes and come before those that do.
        let fields: Vec<&str> = line.split(',').collect();
        let mut importer = Importer::new(fields[file], Options::default());
        importer
            .push(&std::fs::read(folder.join(fields[file])).unwrap())
            .unwrap();
        let imported = importer.finish().unwrap();
        let mut wanted = imported.cells[0].wanted.clone().expect(fields[file]);
        wanted.nominal_ah = fields[nominal].parse().ok();
        cells.push(Labelled {
            maker: fields[maker].into(),
            cathode: Cathode::from_label(fields[cathode]),
            signature: signature_of(&wanted, &Params::default()).expect(fields[file]),
            features: extract(&wanted, &Params::default())
                .expect(fields[file])
                .values,
        });
    }
    cells
}

/// Answers about the cells of one maker.
#[derive(Default)]
struct Count {
    n: usize,
    family: usize,
    cathode: usize,
    said: BTreeMap<String, usize>,
}

/// Prints accuracy per maker; returns that of families and of cathodes.
fn score(title: &str, cells: &[Labelled], answers: &[(Family, Cathode)]) -> (f64, f64) {
    let mut per_maker: BTreeMap<&str, Count> = BTreeMap::new();
    for (cell, (family, cathode)) in cells.iter().zip(answers) {
        let count = per_maker.entry(&cell.maker).or_default();
        *count
            .said
            .entry(format!("{family:?} {cathode:?}"))
            .or_default() += 1;
        if let Some(truth) = cell.cathode {
            count.n += 1;
            count.family += usize::from(*family == truth.family());
            count.cathode += usize::from(*cathode == truth);
        }
    }
    println!("{title}");
    let (mut n, mut n_family, mut n_cathode) = (0, 0, 0);
    for (maker, count) in &per_maker {
        println!(
            "  {maker:<14} n {:>3}  family {:>3}  cathode {:>3}  {:?}",
            count.n, count.family, count.cathode, count.said
        );
        n += count.n;
        n_family += count.family;
        n_cathode += count.cathode;
    }
    let (family, cathode) = (n_family as f64 / n as f64, n_cathode as f64 / n as f64);
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
    let answer = |cells: &[Labelled]| -> Vec<(Family, Cathode)> {
        let signatures: Vec<Vec<f64>> = cells.iter().map(|c| c.signature.clone()).collect();
        let answers = voter.answer(&signatures).unwrap();
        answers
            .iter()
            .map(|answer| (answer.family().0, answer.cathode().0))
            .collect()
    };
    let measured = load(&data.join("cycles/bdf"), &data.join("cycles/manifest.csv"));
    let (family, _) = score("measured, physics voter", &measured, &answer(&measured));
    assert!(family >= 0.90, "{family}");
    let fleet = load(
        &data.join("fleet-dev"),
        &data.join("fleet-dev/manifest.csv"),
    );
    let (family, _) = score("fleet-dev, physics voter", &fleet, &answer(&fleet));
    assert!(family >= 0.90, "{family}");
}

fn table(cells: &[&Labelled]) -> Array2<f64> {
    let values = cells.iter().flat_map(|cell| cell.features).collect();
    Array2::from_shape_vec((cells.len(), 30), values).unwrap()
}

fn cathode_index(cell: &Labelled) -> u16 {
    let cathode = cell.cathode.expect("training cells are labelled");
    CATHODES.iter().position(|c| *c == cathode).unwrap() as u16
}

/// Cathodes by a 10-tree forest on the 30 features.
fn forest_answers(training: &[&Labelled], asked: &[&Labelled]) -> Vec<(Family, Cathode)> {
    let y: Vec<u16> = training.iter().map(|cell| cathode_index(cell)).collect();
    let params = ForestParams::default();
    let forest = Forest::fit(table(training).view(), &y, CATHODES.len() as u16, &params).unwrap();
    forest
        .predict(table(asked).view())
        .unwrap()
        .into_iter()
        .map(|class| CATHODES[usize::from(class)])
        .map(|cathode| (cathode.family(), cathode))
        .collect()
}

/// Levels of familiarity of the asked with the training cells, as in a ballot: on the scale of the
/// asked, in units of the spread within cathodes.
fn levels(training: &[&Labelled], asked: &[&Labelled]) -> Vec<u8> {
    let space = Space::of(table(asked).view());
    let own = space.apply(table(training).view());
    let labels: Vec<u16> = training.iter().map(|cell| cathode_index(cell)).collect();
    let whitening = Whitening::fit(own.view(), &labels);
    let own = whitening.apply(own.view());
    let batteries: Vec<u32> = (0..training.len() as u32).collect();
    let familiarity = Familiarity::new(own.view(), &batteries);
    whitening
        .apply(space.apply(table(asked).view()).view())
        .axis_iter(Axis(0))
        .map(|row| familiarity.level(row))
        .collect()
}

/// Probability that a known battery is more familiar than an unknown one; ties count half.
fn auroc(known: &[u8], unknown: &[u8]) -> f64 {
    let mut sum = 0.0;
    for k in known {
        for u in unknown {
            sum += match k.cmp(u) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    sum / (known.len() * unknown.len()) as f64
}

#[test]
fn familiarity_warns_of_unseen_makers() {
    let data = data();
    if !data.join("cycles/manifest.csv").is_file() {
        println!("skipped: no data in {}", data.display());
        return;
    }
    let measured = load(&data.join("cycles/bdf"), &data.join("cycles/manifest.csv"));
    let fleet = load(
        &data.join("fleet-dev"),
        &data.join("fleet-dev/manifest.csv"),
    );
    let (measured_refs, mut fleet_refs): (Vec<&Labelled>, Vec<&Labelled>) =
        (measured.iter().collect(), fleet.iter().collect());
    score(
        "measured, 30-feature forest trained on fleet-dev",
        &measured,
        &forest_answers(&fleet_refs, &measured_refs),
    );
    let mut sum = 0.0;
    for seed in 0..5 {
        fleet_refs.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let (training, held_out) = fleet_refs.split_at(fleet.len() * 4 / 5);
        let asked: Vec<&Labelled> = held_out.iter().chain(&measured_refs).copied().collect();
        let levels = levels(training, &asked);
        let (known, unknown) = levels.split_at(held_out.len());
        sum += auroc(known, unknown);
    }
    let measured_auroc = sum / 5.0;
    println!("familiarity: AUROC of fleet-dev against measured makers {measured_auroc:.3}");

    // One maker of the fleet left out, the others known by four fifths of their cells.
    let makers: std::collections::BTreeSet<&str> = fleet.iter().map(|c| c.maker.as_str()).collect();
    fleet_refs.shuffle(&mut ChaCha8Rng::seed_from_u64(9));
    let mut aurocs = Vec::new();
    let mut answers = Vec::new();
    let mut left_out = Vec::new();
    for maker in &makers {
        let (unseen, seen): (Vec<&Labelled>, Vec<&Labelled>) =
            fleet_refs.iter().partition(|cell| cell.maker == *maker);
        answers.extend(forest_answers(&seen, &unseen));
        let (training, held_out) = seen.split_at(seen.len() * 4 / 5);
        let asked: Vec<&Labelled> = held_out.iter().chain(&unseen).copied().collect();
        let levels = levels(training, &asked);
        let (known, unknown) = levels.split_at(held_out.len());
        aurocs.push(auroc(known, unknown));
        println!("  without {maker:<8} AUROC {:.3}", auroc(known, unknown));
        left_out.extend(unseen.into_iter().map(|cell| Labelled {
            maker: cell.maker.clone(),
            cathode: cell.cathode,
            signature: Vec::new(),
            features: cell.features,
        }));
    }
    score(
        "fleet-dev, one maker left out, 30-feature forest",
        &left_out,
        &answers,
    );
    let mean = aurocs.iter().sum::<f64>() / aurocs.len() as f64;
    println!("familiarity: mean AUROC over left-out makers {mean:.3}");
    assert!(measured_auroc >= 0.85, "{measured_auroc}");
    assert!(mean >= 0.85, "{mean}");
}
