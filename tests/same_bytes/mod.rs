//! A seed to a ballot: fingerprints of every stage, for the native and the browser test.

use std::ops::ControlFlow;
use voltvote::ballot::{cast, Bindings, CastOptions};
use voltvote::canonical::{sha256_hex, to_bytes};
use voltvote::features::{extract, FeatureTable, Schema};
use voltvote::import::{Importer, Options};
use voltvote::round::{Catalogue, PublicKeys, Query, Round, FORMAT};
use voltvote::simulate::{fleet, SimulatedCell, CLASSES};
use voltvote::standardize::Params;

/// One line per stage: its name and the SHA-256 of its bytes.
pub fn fingerprints() -> String {
    let (own, labels, own_files) = lot(18, 5);
    let (query, _, query_files) = lot(9, 6);
    let round = round(&query);
    let mut keep_on = |_| ControlFlow::Continue(());
    let options = CastOptions {
        seed: 7,
        nsr_percent: 1.0,
        ..CastOptions::default()
    };
    let bindings = Bindings::default();
    let (ballot, quality) =
        cast(&round, &bindings, &own, &labels, &options, &mut keep_on).expect("a ballot");
    let backwards: Vec<usize> = (0..own.len()).rev().collect();
    let reversed: Vec<u16> = labels.iter().rev().copied().collect();
    let (again, _) = cast(
        &round,
        &bindings,
        &own.select(&backwards),
        &reversed,
        &options,
        &mut keep_on,
    )
    .expect("the same ballot");
    assert_eq!(ballot, again, "the order of the files must not matter");
    [
        ("files", [own_files, query_files].concat()),
        (
            "features",
            [own.to_csv(), query.to_csv()].concat().into_bytes(),
        ),
        ("round", to_bytes(&round).expect("canonical bytes")),
        ("quality", to_bytes(&quality).expect("canonical bytes")),
        ("ballot", to_bytes(&ballot).expect("canonical bytes")),
    ]
    .iter()
    .map(|(stage, bytes)| format!("{stage} {}\n", sha256_hex(bytes)))
    .collect()
}

/// Simulated files, read and reduced to features: the table, a label per row, and all the bytes.
fn lot(n_cells: u32, seed: u64) -> (FeatureTable, Vec<u16>, Vec<u8>) {
    let mut table = FeatureTable::new(Schema::cycle_30());
    let (mut labels, mut bytes) = (Vec::new(), Vec::new());
    // Two classes only, so that a small fleet has enough of each.
    let options = voltvote::simulate::Options {
        weights: std::array::from_fn(|class| u32::from(class == 0 || class == 5)),
        ..Default::default()
    };
    for cell in fleet(n_cells, seed, &options) {
        let (values, soh) = features(&cell);
        table.push(&cell.cell_id, &values, soh).expect("a row");
        labels.push(cell.class_index as u16);
        bytes.extend(cell.csv);
    }
    (table, labels, bytes)
}

fn features(cell: &SimulatedCell) -> (Vec<f64>, Option<f64>) {
    let options = Options {
        nominal_ah: Some(cell.class().nominal_ah),
        ..Options::default()
    };
    let mut importer = Importer::new(&cell.file, options);
    importer.push(&cell.csv).expect("readable bytes");
    let mut file = importer.finish().expect("a readable file");
    let wanted = file.cells.remove(0).wanted.expect("a full cycle");
    let extracted = extract(&wanted, &Params::default()).expect("features");
    (extracted.values.to_vec(), extracted.soh)
}

fn round(query: &FeatureTable) -> Round {
    Round {
        format: FORMAT.into(),
        name: "Same bytes".into(),
        software: "test".into(),
        created: 1_700_000_000,
        deadline: None,
        protocol: Params::default(),
        n_trees: 10,
        catalogue: Catalogue::from_names(CLASSES.iter().map(|class| class.name)),
        query: Query::from_table(query),
        asks_soh: false,
        quorum: 3,
        recycler: PublicKeys {
            name: "Recycler".into(),
            signing: serde_json::Value::Null,
            encryption: None,
        },
        roster: Vec::new(),
    }
}
