//! PulseBat, where it is at hand: `$VOLTVOTE_DATA`, or `../shared/data`. Without it these tests
//! say so and pass.

#![cfg(not(target_arch = "wasm32"))]

use std::path::PathBuf;
use voltvote::health::cases::records_of_type;
use voltvote::health::generator::{published, Trainings};
use voltvote::health::{leak_free, read_pulses, sheets_of, PulseTable, SocUse};

fn read(name: &str) -> Option<PulseTable> {
    let root = std::env::var_os("VOLTVOTE_DATA").map_or("../shared/data".into(), PathBuf::from);
    let path = root.join("pulsebat").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: no {}", path.display());
        return None;
    };
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Some(read_pulses(&name, &sheets_of(&name, &bytes).unwrap()).unwrap())
}

#[test]
fn feature_tables_hold_the_documented_records() {
    for (file, class, n_records, n_batteries) in [
        ("NMC_2.1Ah_W_5000.xlsx", "NMC2.1", 670, 12),
        ("NMC_21Ah_W_5000.xlsx", "NMC21", 520, 52),
        ("LMO_10Ah_W_5000.xlsx", "LMO10", 950, 95),
        ("LFP_35Ah_W_5000.xlsx", "LFP35", 560, 56),
    ] {
        let Some(table) = read(file) else { return };
        assert_eq!(table.classes(), [class]);
        assert_eq!(table.records.len(), n_records);
        assert!(table.refused.is_empty());
        let batteries: std::collections::BTreeSet<&str> =
            table.records.iter().map(|r| r.battery.as_str()).collect();
        assert_eq!(batteries.len(), n_batteries);
        // Formula cells carry their cached values.
        assert!(table
            .records
            .iter()
            .all(|r| r.soh.is_some() && r.soc.is_some()));
    }
}

#[test]
fn raw_steps_give_the_published_turning_points() {
    let (Some(raw), Some(table)) = (
        read("raw/workstep_LMO_C_10_B_2_SOC_5-55.xlsx"),
        read("raw/features_LMO_C_10_B_2_SOC_5-55.xlsx"),
    ) else {
        return;
    };
    // The test goes on to 55 %; the published table ends at 50 %.
    assert_eq!((raw.records.len(), table.records.len()), (11, 10));
    for (own, published) in raw.records.iter().zip(&table.records) {
        assert_eq!(own.voltages_v.len(), 41);
        assert_eq!(own.voltages_v[..21], published.voltages_v[..21]);
        assert!((own.soc.unwrap() - published.soc.unwrap()).abs() < 0.011);
    }
    // Two highest charge pulses met the 4.3 V limit.
    assert_eq!(raw.remarks.len(), 2);
}

#[test]
fn held_out_batteries_are_estimated_well_and_intervals_hold() {
    let Some(table) = read("NMC_21Ah_W_5000.xlsx") else {
        return;
    };
    let records = records_of_type(&table.records, "NMC21").unwrap();
    let inside = leak_free(&records, 1, SocUse::Known, 0).unwrap();
    assert!(
        inside.mape < 1.5 && inside.mape < 0.5 * inside.constant,
        "{inside:?}"
    );
    assert!((80.0..=99.0).contains(&inside.coverage));
    assert_eq!(inside.outside, 0.0);
    let beyond = leak_free(&records, 6, SocUse::Known, 0).unwrap();
    assert_eq!(beyond.outside, 100.0);
    assert!(beyond.half_width > inside.half_width);
}

#[test]
fn the_published_pipeline_collapses_and_still_beats_its_baseline() {
    let Some(table) = read("NMC_2.1Ah_W_5000.xlsx") else {
        return;
    };
    let records = records_of_type(&table.records, "NMC2.1").unwrap();
    let trainings = Trainings::run(&records, 0, false, 7, 3).unwrap();
    let [first, second, third] = trainings.mape_by_seed[..] else {
        panic!("three trainings, not {:?}", trainings.mape_by_seed);
    };
    assert_eq!(second, published(&records, 0, false, 8).unwrap().mape);
    let result = trainings.median;
    assert!(result.mape < 6.0, "{result:?}");
    assert_eq!(
        [first, second, third]
            .map(|error| error <= result.mape)
            .iter()
            .filter(|no_worse| **no_worse)
            .count(),
        2,
        "the middle one"
    );
    assert!(result.without_generation > 2.0 * result.mape);
    assert!(
        result.divergence < 0.01,
        "posterior collapse is a known fact"
    );
}
