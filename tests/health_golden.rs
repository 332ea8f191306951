//! Health regressors against scikit-learn; `tests/data/health/golden.py` makes the numbers.

use std::collections::BTreeMap;
use voltvote::health::regress::{Boosting, BoostingParams, KernelParams, KernelRidge, Ridge};

const N_TRAIN: usize = 36;
const N_COLUMNS: usize = 5;

/// The rows and targets of golden.py.
fn table() -> (Vec<f64>, Vec<f64>) {
    let mut rows = Vec::new();
    let mut targets = Vec::new();
    for i in 0..48_u32 {
        let row: Vec<f64> = (0..5_u32)
            .map(|j| f64::from((i * (7 * j + 11) * 53 + 17 * j) % 499) / 499.0)
            .collect();
        targets.push(0.8 + 0.2 * row[0] - 0.1 * row[1] * row[2] + 0.05 * row[3] * row[3]);
        rows.extend(row);
    }
    (rows, targets)
}

fn assert_golden(name: &str, estimates: &[f64]) {
    let golden: BTreeMap<String, Vec<f64>> =
        serde_json::from_str(include_str!("data/health/golden.json")).unwrap();
    let expected = &golden[name];
    assert_eq!(expected.len(), estimates.len());
    for (row, (a, b)) in expected.iter().zip(estimates).enumerate() {
        assert!((a - b).abs() < 1e-9, "{name}, row {row}: {a} {b}");
    }
}

#[test]
fn regressors_agree_with_scikit_learn() {
    let (rows, targets) = table();
    let (train, test) = rows.split_at(N_TRAIN * N_COLUMNS);
    let targets = &targets[..N_TRAIN];
    for (name, quadratic) in [("ridge", false), ("quadratic", true)] {
        let model = Ridge::fit(train, N_COLUMNS, targets, 2.0, quadratic).unwrap();
        assert_golden(name, &model.predict(test));
    }
    let params = KernelParams::gaussian(0.01, 0.05);
    let model = KernelRidge::fit(train, N_COLUMNS, targets, params).unwrap();
    assert_golden("kernel", &model.predict(test));
    let params = BoostingParams {
        n_trees: 30,
        max_depth: 1,
        learning_rate: 0.1,
    };
    let model = Boosting::fit(train, N_COLUMNS, targets, params).unwrap();
    assert_golden("boosting", &model.predict(test));
}
