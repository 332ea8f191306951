//! Every trap of cycler files and every dialect: one small file each, made by
//! `tests/data/import/make.py`, with what must come out beside it. One named test per file.

use serde_json::Value;
use voltvote::error::Coded;
use voltvote::import::{group, FileImport, ImportError, Importer, Options};

fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn import(name: &str, bytes: &[u8], piece: usize) -> Result<FileImport, ImportError> {
    let mut importer = Importer::new(name, Options::default());
    for bytes in bytes.chunks(piece) {
        importer.push(bytes)?;
    }
    importer.finish()
}

/// Imports a fixture, compares it with its expectation, and does so again in odd pieces.
fn check(name: &str) {
    let expected: Value = serde_json::from_slice(&data(&format!("{name}.json"))).unwrap();
    let bytes = data(name);
    let file = import(name, &bytes, 1 << 16);
    let pieces = import(name, &bytes, 1021);
    // Not `==`: a missing voltage is NaN. Not `assert_eq!`: the curves would fill the screen.
    assert!(
        format!("{file:?}") == format!("{pieces:?}"),
        "the size of the pieces must not matter"
    );
    if expected["status"] == "error" {
        let error = match file {
            Err(error) => error,
            Ok(file) => file.cells.into_iter().next().unwrap().wanted.unwrap_err(),
        };
        assert_eq!(expected["code"], error.code(), "{error}");
        if let Some(what) = expected["what"].as_str() {
            assert!(
                error.params().contains(&("what", what.to_string())),
                "{error}"
            );
        }
        return;
    }
    let file = file.unwrap_or_else(|error| panic!("{}: {error}", error.code()));
    let report = &file.report;
    check_report(name, report);
    let words = |key: &str, found: &str| {
        if let Some(wanted) = expected[key].as_str() {
            assert_eq!(found, wanted, "{key}");
        }
    };
    if expected["dialect_free"].is_null() {
        words("dialect", &report.dialect);
    }
    words("encoding", &report.encoding);
    words("decimal_mark", &report.decimal_mark);
    words("delimiter", &report.delimiter);
    words("sign", &report.sign);
    words("cycles_from", &report.cycles_from);
    words("container", &report.container);
    let cell = &file.cells[0];
    let wanted = cell
        .wanted
        .as_ref()
        .unwrap_or_else(|error| panic!("{error}: {:?}", report.halves));
    let tolerance = expected["tolerance"].as_f64().unwrap_or(0.001);
    for (key, found) in [
        ("charge_ah", wanted.charge.capacity_ah()),
        ("discharge_ah", wanted.discharge.capacity_ah()),
    ] {
        let capacity_ah = expected[key].as_f64().unwrap();
        assert!(
            (found / capacity_ah - 1.0).abs() <= tolerance,
            "{key}: {found} for {capacity_ah}"
        );
    }
    assert_eq!(expected["cycle"], wanted.cycle, "cycle");
    if let Some(nominal_ah) = expected["nominal_ah"].as_f64() {
        assert_eq!(wanted.nominal_ah, Some(nominal_ah));
    }
    if let Some(n_cells) = expected["cells"].as_u64() {
        assert_eq!(file.cells.len() as u64, n_cells);
    }
    let found: Value = report
        .findings
        .0
        .iter()
        .map(|finding| (finding.code.clone(), Value::from(finding.count)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(found, expected["findings"], "findings");
    // The CC part ends before the CV tail and covers the whole discharge.
    assert!(wanted.discharge.is_cc.iter().all(|is_cc| *is_cc));
    let n_tail = wanted
        .charge
        .is_cc
        .iter()
        .rev()
        .take_while(|is_cc| !**is_cc)
        .count();
    assert!((25..=31).contains(&n_tail), "rows in the CV tail: {n_tail}");
}

/// Compares with the whole report as it was looked over by eye; `VOLTVOTE_WRITE_REPORTS=1` writes
/// it anew after a change that is meant.
fn check_report(name: &str, report: &voltvote::import::Report) {
    let folder = format!("{}/tests/data/import/reports", env!("CARGO_MANIFEST_DIR"));
    let path = format!("{folder}/{name}.report.json");
    // Capacities are rounded: their last digits are no promise.
    let mut report = serde_json::to_value(report).unwrap();
    let round = |value: &mut Value| {
        if let Some(number) = value.as_f64() {
            *value = Value::from((number * 1e6).round() / 1e6);
        }
    };
    round(&mut report["capacity_ratio"]);
    for half in report["halves"].as_array_mut().unwrap() {
        round(&mut half["capacity_ah"]);
    }
    if std::env::var_os("VOLTVOTE_WRITE_REPORTS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        let text = serde_json::to_string_pretty(&report).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let expected: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(report, expected, "the whole report of {name}");
}

macro_rules! fixtures {
    ($($test:ident: $file:literal,)*) => {
        $(#[test] fn $test() { check($file); })*
    };
}

fixtures! {
    trap_01_gbk: "01_gbk.csv",
    trap_02_degree_sign_is_not_chinese: "02_degree.txt",
    trap_03_decimal_comma: "03_decimal_comma.csv",
    trap_03_open_mark_is_asked: "03_open_mark.csv",
    trap_04_preamble_units_and_repeated_header: "04_preamble.csv",
    trap_05_milli_units: "05_milli.csv",
    trap_05_millivolt_unsaid: "05_milli_unsaid.csv",
    trap_06_reversed_sign: "06_reversed.csv",
    trap_06_unsigned_with_words: "06_unsigned_words.001",
    trap_06_unsigned_with_counters: "06_unsigned_counters.csv",
    trap_06_unsigned_bare: "06_unsigned_bare.csv",
    trap_07_counters_are_only_a_check: "07_counters.csv",
    trap_07_counters_over_the_whole_file: "07_accumulating.csv",
    trap_08_milliseconds_against_the_clock: "08_milliseconds.csv",
    trap_08_milliseconds_against_the_counter: "08_milliseconds_no_clock.csv",
    trap_08_milliampere_against_the_counter: "08_milliampere.csv",
    trap_09_time_restarts_and_jumps: "09_restarts.csv",
    trap_10_constant_cycle_column: "10_constant_cycle.csv",
    trap_11_time_voltage_current_suffice: "11_bare.csv",
    trap_12_dates_only_day_first: "12_day_first.csv",
    trap_12_more_than_a_day_of_hours: "12_long_hours.csv",
    trap_12_days_of_a_spreadsheet: "12_excel_serial.csv",
    trap_12_days_of_matlab: "12_datenum.csv",
    trap_13_formation_partial_pulses_cut_off: "13_story.csv",
    trap_14_ragged_rows: "14_ragged.csv",
    trap_16_charge_alone: "16_apart_charge.csv",
    trap_16_discharge_alone: "16_apart_discharge.csv",
    dialect_battery_archive: "battery_archive.csv",
    dialect_battery_archive_gzip: "battery_archive.csv.gz",
    dialect_battery_archive_zip: "battery_archive.zip",
    dialect_bdf_machine_names: "bdf_machine.bdf.csv",
    dialect_arbin_spaced_names: "arbin_spaced.csv",
    dialect_arbin_workbook: "arbin.xlsx",
    dialect_neware_step_time: "neware_step_time.csv",
    dialect_neware_layered: "neware_layered.csv",
    dialect_biologic: "biologic.mpt",
    dialect_landt: "landt.csv",
    dialect_novonix: "novonix.csv",
    dialect_digatron: "digatron.csv",
    dialect_pec: "pec.csv",
    dialect_neware_workbook_in_chinese: "neware.xlsx",
    dialect_chinese_milliampere_hours: "chinese_mah.csv",
    dialect_maccor_long_preamble: "maccor_long.078",
    dialect_blanks_between_columns: "blanks.txt",
    dialect_blanks_of_any_width: "blanks_padded.txt",
    refused_pulse_features: "pulse_features.csv",
    refused_work_steps: "worksteps.csv",
    dialect_nasa: "nasa.csv",
    dialect_two_cells_in_one_file: "two_cells.csv",
    dialect_utf_16: "utf16.txt",
    refused_binary: "neware.nda",
    refused_summary: "summary_cycle_data.csv",
    refused_without_header: "headless.csv",
    refused_two_voltages: "two_voltages.csv",
    refused_without_current: "no_current.csv",
}

#[test]
fn trap_16_charge_and_discharge_apart_are_one_cell() {
    let files = ["16_apart_charge.csv", "16_apart_discharge.csv"]
        .map(|name| import(name, &data(name), 1 << 16).unwrap());
    let cells = group(files.into(), None);
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0].cell_id, "16_apart");
    let wanted = cells[0].wanted.as_ref().unwrap();
    for capacity_ah in [wanted.charge.capacity_ah(), wanted.discharge.capacity_ah()] {
        // The first interval of each file is unknown: one row of 60 s.
        assert!((capacity_ah / 1.6 - 1.0).abs() < 0.01, "{capacity_ah}");
    }
}
