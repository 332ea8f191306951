//! Nothing panics, hangs or grows on broken input; nothing measured leaves in diagnostics.
//!
//! The mutation run is the bounded, seeded form of the cargo-fuzz targets in `fuzz/`: set
//! `VOLTVOTE_FUZZ_INPUTS` for a longer one.

mod archives;
#[path = "../fuzz/fuzz_targets/imports.rs"]
mod imports;

use archives::{gzip, zip};
use proptest::prelude::*;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltvote::error::Coded;
use voltvote::import::{
    diagnostics, diagnostics_of_refused, peek, xlsx, Importer, Manifest, Mapping, Options,
};

fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/data/import", env!("CARGO_MANIFEST_DIR"));
    let mut seeds: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "json" && extension != "py")
        })
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    (rng.next_u32() as usize) % n.max(1)
}

/// A broken copy: bytes flipped, pieces cut, doubled or swapped in from another seed.
fn mutate(rng: &mut ChaCha8Rng, seeds: &[(String, Vec<u8>)]) -> Vec<u8> {
    const TOKENS: &[&[u8]] = &[
        b"\n",
        b",",
        b";",
        b"\t",
        b"\"",
        b"-",
        b"1e308",
        b"NaN",
        b"99999999999999999999",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"::",
        b"/",
        b"\xa1\xe6",
    ];
    let (_, seed) = &seeds[below(rng, seeds.len())];
    // The head decides most; a window keeps each input small.
    let mut bytes = seed[..seed.len().min(6000)].to_vec();
    if rng.next_u32() % 4 == 0 {
        bytes = seed.clone();
    }
    for _ in 0..=below(rng, 6) {
        let at = below(rng, bytes.len());
        match rng.next_u32() % 6 {
            0 if !bytes.is_empty() => bytes[at] = rng.next_u32() as u8,
            1 => bytes.truncate(at),
            2 => {
                let end = (at + below(rng, 400)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let token = TOKENS[below(rng, TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            4 => {
                let end = (at + below(rng, 300)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = below(rng, bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let (_, other) = &seeds[below(rng, seeds.len())];
                let from = below(rng, other.len());
                let end = (from + below(rng, 300)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn mutated_files_neither_panic_nor_hang() {
    let n_inputs: u32 = std::env::var("VOLTVOTE_FUZZ_INPUTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(6000);
    let first: u64 = std::env::var("VOLTVOTE_FUZZ_SEED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1);
    let seeds = seeds();
    let mut rng = ChaCha8Rng::seed_from_u64(first);
    let (mut n_read, mut n_refused) = (0_u32, 0_u32);
    for _ in 0..n_inputs {
        let bytes = mutate(&mut rng, &seeds);
        let piece = 1 + below(&mut rng, 5000);
        let mut importer = Importer::new("x.csv", Options::default());
        let pushed = bytes
            .chunks(piece)
            .try_for_each(|bytes| importer.push(bytes));
        match pushed.and_then(|()| importer.finish()) {
            Ok(file) => {
                n_read += 1;
                let kept: usize = file
                    .cells
                    .iter()
                    .flat_map(|cell| [&cell.charge, &cell.discharge])
                    .flatten()
                    .map(|loose| loose.half.len())
                    .sum();
                assert!(
                    kept <= bytes.len() * 200,
                    "{kept} rows from {} bytes",
                    bytes.len()
                );
                for cell in &file.cells {
                    if let Ok(wanted) = &cell.wanted {
                        assert!(wanted.discharge.time_s.iter().all(|time| time.is_finite()));
                        assert!(wanted
                            .discharge
                            .throughput_ah
                            .iter()
                            .all(|ah| ah.is_finite()));
                    }
                }
            }
            Err(error) => {
                n_refused += 1;
                assert!(!error.code().is_empty() && !error.to_string().is_empty());
            }
        }
        let _ = Manifest::parse(&bytes);
        let _ = Mapping::parse(&bytes);
        if let Ok(book) = xlsx::Workbook::open(&bytes) {
            for sheet in 0..book.sheet_names().len() {
                let _ = book.rows(sheet);
            }
        }
    }
    println!("{n_inputs} inputs: {n_read} read, {n_refused} refused");
    assert!(
        n_read > n_inputs / 10 && n_refused > n_inputs / 20,
        "{n_read} {n_refused}"
    );
}

/// A charge and a discharge of 60 rows each, `row` writing time in s, voltage and current.
fn curve(header: &str, row: impl Fn(u32, f64, f64) -> String) -> Vec<u8> {
    let mut text = format!("{header}\n");
    for at in 0..120 {
        let (from_turn, sign) = if at < 60 { (at, 1.0) } else { (120 - at, -1.0) };
        text += &row(at * 60, 3.0 + 0.02 * f64::from(from_turn), sign);
        text.push('\n');
    }
    text.into_bytes()
}

#[test]
fn refusals_say_where_what_was_expected_and_what_to_do() {
    let import = |name: &str, bytes: &[u8]| {
        let mut importer = Importer::new(name, Options::default());
        importer.push(bytes).and_then(|()| importer.finish())
    };
    let plain = |t: u32, v: f64, i: f64| format!("{t},{v:.3},{i}");
    let comma = |t: u32, v: f64, i: f64| format!("{t},{v:.3},{i:.3}").replace('.', ",");
    let header = "Time (s),Voltage (V),Current (A)";
    let no_current = curve("Time (s),Voltage (V),Power (W)", plain);
    let cut = b"PK\x03\x04 and no more".to_vec();
    for (name, bytes, code, told) in [
        (
            "a.csv",
            curve(header, comma),
            "file-ambiguous",
            "below row 1: rows wider",
        ),
        (
            "a.csv",
            curve(header, |t, v, i| format!("{},{}", t / 60, plain(t, v, i))),
            "file-ambiguous",
            "a first column without heading",
        ),
        (
            "a.csv",
            b"{ \"time\": [1, 2], \"voltage\": [3, 3] }".to_vec(),
            "file-binary",
            "JSON",
        ),
        (
            "a.xls",
            b"<html><table><tr><td>1</table>".to_vec(),
            "file-binary",
            "web page",
        ),
        (
            "a.csv",
            curve(header, |t, _, _| format!("{t},,")),
            "file-too-short",
            "below row 1",
        ),
        ("a.zip", cut, "archive-damaged", "cut off"),
        (
            "a.zip",
            zip(&[
                ("in/b.csv", no_current.clone()),
                ("c.txt", b"read me".to_vec()),
            ]),
            "columns-missing",
            "in/b.csv: row 1",
        ),
        ("a.csv", no_current, "columns-missing", "row 1"),
    ] {
        let error = import(name, &bytes).unwrap_err();
        let words = error.to_string();
        assert_eq!(error.code(), code, "{words}");
        assert!(
            words.contains(told) && words.contains("expected"),
            "{words}"
        );
        // What to do comes last.
        let last = words.rsplit("; ").next().unwrap_or("");
        let ways_out = ["export", "choose", "pack"];
        assert!(ways_out.iter().any(|way| last.starts_with(way)), "{words}");
    }
}

#[test]
fn a_unit_that_the_file_does_not_tell_is_told_to_be_assumed() {
    for (header, assumed) in [
        ("Time,Voltage,Current", Some("Time in s, Current in A")),
        ("Time (min),Voltage,Current (mA)", None),
    ] {
        let bytes = curve(header, |t, v, i| format!("{t},{v:.3},{i}"));
        let mut importer = Importer::new("a.csv", Options::default());
        importer.push(&bytes).unwrap();
        let report = importer.finish().unwrap().report;
        let finding = report.findings.get("unit-assumed");
        assert_eq!(finding.map(|one| one.detail.as_str()), assumed);
    }
}

/// Largest resident size of this process so far, MB; `None` where the system does not say.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<f64>()
        .ok()
        .map(|kb| kb / 1024.0)
}

#[test]
fn trap_15_memory_stays_constant() {
    let Some(before) = peak_mb() else {
        println!("skipped: no /proc/self/status");
        return;
    };
    let mut importer = Importer::new("long.csv", Options::default());
    importer
        .push(b"Test_Time (s),Cycle_Index,Current (A),Voltage (V)\n")
        .unwrap();
    let mut piece = String::new();
    let mut time_s = 0_u64;
    // 1500 cycles of 2000 rows: 80 MB of text.
    for cycle in 1..=1500 {
        piece.clear();
        for row in 0..2000 {
            time_s += 4;
            let (current, voltage) = if row < 1000 {
                (1.0, 3.0 + 1.2e-3 * f64::from(row))
            } else {
                (-1.0, 4.2 - 1.2e-3 * f64::from(row - 1000))
            };
            piece += &format!("{time_s},{cycle},{current:.6},{voltage:.6}\n");
        }
        importer.push(piece.as_bytes()).unwrap();
    }
    let n_bytes = importer.bytes_read();
    let file = importer.finish().unwrap();
    assert_eq!(file.cells[0].wanted.as_ref().unwrap().cycle, 1500);
    let grown = peak_mb().unwrap() - before;
    println!("{n_bytes} bytes, memory grew by {grown:.0} MB");
    assert!(n_bytes > 70 << 20 && grown < 120.0, "{grown} MB");
}

#[test]
fn a_zip_bomb_is_refused() {
    let mut zeros = b"Time (s),Voltage (V),Current (A)\n".to_vec();
    zeros.resize(80 << 20, b'0');
    let file = gzip(&zeros);
    let mut importer = Importer::new("bomb.csv.gz", Options::default());
    let error = file
        .chunks(4096)
        .try_for_each(|bytes| importer.push(bytes))
        .unwrap_err();
    assert_eq!(error.code(), "archive-too-large");
}

#[test]
fn workbook_bombs_are_refused() {
    for (part, piece, n) in [
        // Strings that cost five bytes in the file, a part of a byte packed, and 24 in memory.
        ("xl/sharedStrings.xml", &b"<si/>"[..], 5_000_000),
        (
            "xl/sharedStrings.xml",
            b"<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>",
            1_000_000,
        ),
        ("xl/workbook.xml", b"                ", 4_000_000),
    ] {
        let types = ("[Content_Types].xml", b"<Types/>".to_vec());
        let file = zip(&[types, (part, piece.repeat(n))]);
        let mut importer = Importer::new("bomb.xlsx", Options::default());
        let outcome = importer.push(&file).and_then(|()| importer.finish());
        assert_eq!(outcome.unwrap_err().code(), "archive-too-large", "{part}");
    }
}

/// The corpus that fuzzing found, replayed: what the fuzzers reached stays reached.
#[test]
fn the_fuzzers_corpus_neither_panics_nor_hangs() {
    for (target, body) in imports::BODIES {
        let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
        let mut n_inputs = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            body(&std::fs::read(entry.unwrap().path()).unwrap());
            n_inputs += 1;
        }
        println!("{target}: {n_inputs} inputs");
        assert!(n_inputs > 100, "{target}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn diagnostics_hold_no_measured_value(
        seed in any::<u64>(),
        header in prop::sample::select(vec![
            "Test_Time (s),Voltage (V),Current (A)",
            "时间(s),电压(V),电流(A)",
            "Volt,Amp,What",
            "",
        ]),
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut digits = |low: f64, high: f64| {
            let share = f64::from(rng.next_u32()) / f64::from(u32::MAX);
            format!("{:.6}", low + share * (high - low))
        };
        let mut text = format!("{header}\n");
        let mut values: Vec<String> = Vec::new();
        for row in 0..120 {
            let sign = if row < 60 { "" } else { "-" };
            let (voltage, current) = (digits(3.0, 4.2), digits(0.5, 1.5));
            let time = format!("{}.{}", row * 60, &digits(0.1, 0.9)[2..]);
            text += &format!("{time},{voltage},{sign}{current}\n");
            values.extend([time, voltage, current]);
        }
        let mut importer = Importer::new("secret.csv", Options::default());
        let outcome = importer.push(text.as_bytes()).and_then(|()| importer.finish());
        let (report, error) = match outcome {
            Ok(file) => (file.report.clone(), file.cells[0].wanted.clone().err()),
            Err(error) => (Default::default(), Some(error)),
        };
        let mut diagnosed = diagnostics(&report, error.as_ref());
        if let Some(error) = &error {
            let look = peek(text.as_bytes(), None, None).ok();
            diagnosed += &diagnostics_of_refused(error.code(), &error.params(), look.as_ref());
        }
        let text = diagnosed;
        for value in &values {
            prop_assert!(!text.contains(value.as_str()), "{value} in\n{text}");
        }
        for half in &report.halves {
            let capacity = format!("{:.4}", half.capacity_ah);
            prop_assert!(!text.contains(&capacity));
        }
        prop_assert!(!text.contains("secret"));
    }
}
