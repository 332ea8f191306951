//! Measured cycles and an independently simulated fleet, where they are at hand
//! (`$VOLTVOTE_DATA`, else `../shared/data`).

use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::import::{group, FileImport, ImportError, Importer, Manifest, Options};

fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("VOLTVOTE_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no {}", folder.display());
    None
}

fn import(path: &Path, options: Options) -> Result<FileImport, ImportError> {
    let bytes = std::fs::read(path).unwrap();
    let mut importer = Importer::new(&path.display().to_string(), options);
    importer.push(&bytes)?;
    importer.finish()
}

/// Imports what a manifest lists and compares state of health.
fn check_manifest(data: &str, files: &str, tolerance: f64) {
    let Some(folder) = folder(data) else { return };
    let manifest = Manifest::parse(&std::fs::read(folder.join("manifest.csv")).unwrap()).unwrap();
    let imports: Vec<FileImport> = manifest
        .rows
        .iter()
        .map(|row| {
            import(&folder.join(files).join(&row.file), Options::default())
                .unwrap_or_else(|error| panic!("{}: {error}", row.file))
        })
        .collect();
    let cells = group(imports, Some(&manifest));
    assert_eq!(cells.len(), manifest.rows.len());
    for (cell, row) in cells.iter().zip(&manifest.rows) {
        let wanted = cell
            .wanted
            .as_ref()
            .unwrap_or_else(|error| panic!("{}: {error}", row.file));
        let (soh, expected) = (wanted.soh().unwrap(), row.soh.unwrap());
        assert!(
            (soh / expected - 1.0).abs() < tolerance,
            "{}: {soh} for {expected}",
            row.file
        );
        for half in [&wanted.charge, &wanted.discharge] {
            assert!(half.len() >= 20, "{}: {} rows", row.file, half.len());
            assert!(
                half.time_s.windows(2).all(|pair| pair[0] <= pair[1]),
                "{}",
                row.file
            );
            assert!(half.throughput_ah.windows(2).all(|pair| pair[0] <= pair[1]));
            let n_cc = half.is_cc.iter().filter(|is_cc| **is_cc).count();
            assert!(
                n_cc >= 20,
                "{}: {n_cc} of {} rows are CC",
                row.file,
                half.len()
            );
        }
    }
}

#[test]
fn measured_cycles_give_their_state_of_health_within_two_percent() {
    check_manifest("cycles", "bdf", 0.02);
}

#[test]
fn the_simulated_fleet_gives_its_state_of_health_within_one_percent() {
    check_manifest("fleet-dev", "", 0.01);
}

#[test]
fn faults_change_neither_cycle_nor_capacity() {
    let (Some(faulty), Some(clean)) = (folder("fleet-dev"), folder("fleet-dev/clean")) else {
        return;
    };
    for entry in std::fs::read_dir(clean).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let wanted = |path: &Path| {
            import(path, Options::default()).unwrap().cells[0]
                .wanted
                .clone()
                .unwrap()
        };
        let (clean, faulty) = (wanted(&path), wanted(&faulty.join(name)));
        assert_eq!(clean.cycle, faulty.cycle, "{name:?}");
        assert_eq!(
            clean.charge.is_cc.len(),
            faulty.charge.is_cc.len(),
            "{name:?}"
        );
        let ratio = faulty.discharge.capacity_ah() / clean.discharge.capacity_ah();
        assert!((ratio - 1.0).abs() < 1e-3, "{name:?}: {ratio}");
    }
}

#[test]
fn native_files_are_read_or_refused_with_the_reason() {
    let Some(folder) = folder("cycles/native") else {
        return;
    };
    let outcomes = [
        (
            "Arbin-LFP-Severson__2017-05-09_test-TC-contact_CH33.csv",
            "charge only",
        ),
        (
            "CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d_cycle_data.csv",
            "refused",
        ),
        (
            "CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d_timeseries.csv",
            "charge only",
        ),
        ("CS2_33_2_2_11.csv", "cycle"),
        ("CS2_36_2_3_11.xlsx", "cycle"),
        ("K2_016__7_17_13_1C_Cycle.csv", "cycle"),
        ("Maccor__xTESLADIAG_000038.078", "cycle"),
        ("NASA-B0005__charge__05370.csv", "charge only"),
        ("NASA-B0005__discharge__05372.csv", "discharge only"),
        ("Novonix__test_Nova_Form-CH01-01_short.csv", "charge only"),
        ("TJU__CY25-1_1-n6.csv", "cycle"),
        ("UMBL2022FEB__expt_c_over_4.csv", "cycle"),
    ];
    for name in names_in(&folder) {
        assert!(
            outcomes.iter().any(|(file, _)| *file == name),
            "{name}: nothing is known of it"
        );
    }
    for (file, outcome) in outcomes {
        let found = match import(&folder.join(file), Options::default()) {
            Err(ImportError::NoCurves { .. }) => "refused",
            Err(error) => panic!("{file}: {error}"),
            Ok(import) => {
                let cell = &import.cells[0];
                match (&cell.wanted, &cell.charge, &cell.discharge) {
                    (Ok(_), _, _) => "cycle",
                    (_, Some(_), None) => "charge only",
                    (_, None, Some(_)) => "discharge only",
                    _ => "nothing",
                }
            }
        };
        assert_eq!(found, outcome, "{file}");
    }
}

/// Names of the files of a folder, folders in it left out.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn pulse_tables_are_refused_as_such_and_read_as_pulses() {
    for part in ["pulsebat", "pulsebat/raw"] {
        let Some(folder) = folder(part) else { return };
        for name in names_in(&folder) {
            if !name.ends_with(".xlsx") {
                continue;
            }
            let path = folder.join(&name);
            let error = import(&path, Options::default()).unwrap_err();
            assert_eq!(error.code(), "pulse-table", "{name}: {error}");
            let bytes = std::fs::read(&path).unwrap();
            let sheets = voltvote::health::sheets_of(&name, &bytes).unwrap();
            let table = voltvote::health::read_pulses(&name, &sheets)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!table.records.is_empty(), "{name}");
        }
    }
}

#[test]
fn charge_and_discharge_apart_are_joined_by_their_names() {
    let Some(folder) = folder("cycles/native") else {
        return;
    };
    let files = [
        "NASA-B0005__charge__05370.csv",
        "NASA-B0005__discharge__05372.csv",
    ]
    .map(|file| import(&folder.join(file), Options::default()).unwrap());
    let cells = group(files.into(), None);
    assert_eq!((cells.len(), cells[0].cell_id.as_str()), (1, "NASA-B0005"));
    let discharge_ah = cells[0].wanted.as_ref().unwrap().discharge.capacity_ah();
    // The manifest of the same cell: 0.8022 of 2.0 Ah.
    assert!((discharge_ah / 1.6044 - 1.0).abs() < 0.02, "{discharge_ah}");
}

#[test]
fn formats_agree_on_the_same_cells() {
    let Some(folder) = folder("cycles") else {
        return;
    };
    // The native file holds cycles 1-29, the BDF file one of them, by its number.
    let native = import(
        &folder.join("native/TJU__CY25-1_1-n6.csv"),
        Options::default(),
    )
    .unwrap();
    let bdf = import(
        &folder.join("bdf/TJU_CY25-1_1-n6.bdf.csv"),
        Options::default(),
    )
    .unwrap();
    let bdf = bdf.cells[0].wanted.as_ref().unwrap();
    let options = Options {
        nominal_ah: Some(3.5),
        soh: Some(bdf.discharge.capacity_ah() / 3.5),
        ..Options::default()
    };
    let same = import(&folder.join("native/TJU__CY25-1_1-n6.csv"), options).unwrap();
    let same = same.cells[0].wanted.as_ref().unwrap();
    assert_eq!(same.cycle, bdf.cycle);
    for (a, b) in [
        (same.charge.capacity_ah(), bdf.charge.capacity_ah()),
        (same.discharge.capacity_ah(), bdf.discharge.capacity_ah()),
    ] {
        assert!((a / b - 1.0).abs() < 1e-3, "{a} {b}");
    }
    assert_eq!(
        native.cells[0].wanted.as_ref().unwrap().cycle,
        29,
        "the latest"
    );
}
