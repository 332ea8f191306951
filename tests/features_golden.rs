//! Features against numpy, scipy and scikit-learn; features and forest bit for bit, natively and
//! in the browser. `tests/data/features/golden.py` wrote the cycle and the peers' features.

use ndarray::Array2;
use serde::Deserialize;
use voltvote::canonical::sha256_hex;
use voltvote::features::extract;
use voltvote::forest::{Forest, Params as ForestParams};
use voltvote::import::{HalfCycle, WantedCycle};
use voltvote::standardize::Params;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[derive(Deserialize)]
struct Half {
    charge_ah: Vec<f64>,
    voltage_v: Vec<f64>,
}

#[derive(Deserialize)]
struct Golden {
    nominal_ah: f64,
    charge: Half,
    discharge: Half,
    features: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("data/features/cycle.json")).unwrap()
}

/// The half with entries missing and far off where asked.
fn half_cycle(half: &Half, current_a: f64, missing: &[usize], far_off: &[usize]) -> HalfCycle {
    let n = half.charge_ah.len();
    let mut voltage_v = half.voltage_v.clone();
    missing.iter().for_each(|&row| voltage_v[row] = f64::NAN);
    far_off.iter().for_each(|&row| voltage_v[row] += 0.75);
    HalfCycle {
        time_s: half.charge_ah.iter().map(|ah| ah * 3600.0).collect(),
        voltage_v,
        current_a: vec![current_a; n],
        throughput_ah: half.charge_ah.clone(),
        is_cc: vec![true; n],
    }
}

fn cycle(golden: &Golden, missing: &[usize], far_off: &[usize]) -> WantedCycle {
    WantedCycle {
        cell_id: "golden".into(),
        cycle: 1,
        charge: half_cycle(&golden.charge, 1.0, missing, far_off),
        discharge: half_cycle(&golden.discharge, -1.0, missing, far_off),
        nominal_ah: Some(golden.nominal_ah),
    }
}

#[test]
fn features_are_those_of_numpy_scipy_and_scikit_learn() {
    let golden = golden();
    let plain = Params {
        n_mad: 1e12,
        median_window: 1,
        ..Params::default()
    };
    let found = extract(&cycle(&golden, &[], &[]), &plain).unwrap();
    for (i, (found, expected)) in found.values.iter().zip(&golden.features).enumerate() {
        let error = (found - expected).abs() / expected.abs().max(1e-3);
        assert!(error < 1e-9, "F{}: {found} but {expected}", i + 1);
    }
    assert!(
        found.charge.counts.n_pooled > 0,
        "the peer's isotonic fit was put to use"
    );
}

#[test]
fn features_are_the_same_bits_everywhere() {
    let faulty = cycle(&golden(), &[10, 11, 40], &[0, 25, 60, 69]);
    let found = extract(&faulty, &Params::default()).unwrap();
    assert_eq!(found.charge.counts.n_missing, 3);
    assert!(found.charge.counts.n_outliers >= 3 && found.discharge.counts.n_outliers >= 3);
    let bits: Vec<u8> = found
        .values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect();
    assert_eq!(sha256_hex(&bits), FEATURE_BITS);
}

#[test]
fn forests_are_the_same_votes_everywhere() {
    // Eight overlapping classes over pseudo-random numbers of a linear congruence.
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let y: Vec<u16> = (0..400).map(|row| row % 8).collect();
    let x = Array2::from_shape_fn((400, 12), |(row, column)| {
        next()
            + if (y[row] as usize >> (column % 3)) & 1 == 1 {
                0.4
            } else {
                0.0
            }
    });
    let params = ForestParams {
        seed: 42,
        ..ForestParams::default()
    };
    let forest = Forest::fit(x.view(), &y, 8, &params).unwrap();
    let votes = forest.votes(x.view()).unwrap();
    let importance = forest.importance(x.view(), &y).unwrap();
    let votes = votes.iter().chain(&forest.out_of_bag().votes);
    let mut bytes: Vec<u8> = votes.flat_map(|vote| vote.to_be_bytes()).collect();
    bytes.extend(
        importance
            .mean_rise
            .iter()
            .flat_map(|rise| rise.to_be_bytes()),
    );
    assert_eq!(sha256_hex(&bytes), FOREST_BITS);
}

/// SHA-256 of F1..F30 of the faulty cycle as big-endian doubles.
const FEATURE_BITS: &str = "2f37936edb65c12b117bfea268b7485879341255c7693872c4c4d5bcd97e0949";
/// SHA-256 of votes, out-of-bag votes and importance as big-endian numbers.
const FOREST_BITS: &str = "4a1728c79967bbe2155d6bcc0fb8020036b7ad75bce74dd7ea67b0299f02682c";
