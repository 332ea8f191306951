//! Import against pandas' C reader, on the same Battery Archive file in the same run.
//!
//! `cargo bench --bench import` writes a file of 120 MB to the temporary folder, reads it with
//! `pandas.read_csv` (if `python3` has it) and with the importer, five times each, and prints the
//! medians and their ratio. `-- --gigabytes 4` streams that much and prints the peak of memory.

use std::io::{Read, Write};
use std::time::Instant;
use voltvote::import::{Importer, Options};

const HEADER: &str = "Date_Time,Test_Time (s),Cycle_Index,Current (A),Voltage (V),Charge_Capacity (Ah),Discharge_Capacity (Ah),Charge_Energy (Wh),Discharge_Energy (Wh),Environment_Temperature (C),Cell_Temperature (C)\n";

/// One cycle of 1200 rows, CC-CV charge, rest and discharge.
fn cycle(number: u32, time_s: &mut f64, text: &mut String) {
    use std::fmt::Write;
    text.clear();
    let (mut charge_ah, mut discharge_ah) = (0.0, 0.0);
    for row in 0..1200 {
        *time_s += 10.009;
        let x = f64::from(row);
        let (current_a, voltage_v) = match row {
            0..=499 => (1.1, 3.2 + 0.002 * x),
            500..=599 => (1.1 * (1.0 - (x - 499.0) / 110.0), 4.2),
            600..=649 => (0.0, 4.18),
            650..=1149 => (-1.1, 4.15 - 0.0025 * (x - 650.0)),
            _ => (0.0, 3.1),
        };
        charge_ah += f64::max(current_a, 0.0) * 10.009 / 3600.0;
        discharge_ah += f64::max(-current_a, 0.0) * 10.009 / 3600.0;
        let second = *time_s as u64;
        let _ = writeln!(
            text,
            "2020-03-{:02} {:02}:{:02}:{:02}.000000,{time_s:.3},{number}.0,{current_a:.3},{voltage_v:.3},{charge_ah:.3},{discharge_ah:.3},{:.3},{:.3},25.312,27.841",
            1 + second / 86_400 % 28,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60,
            charge_ah * 3.7,
            discharge_ah * 3.6,
        );
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn import_file(path: &std::path::Path) -> f64 {
    let start = Instant::now();
    let mut file = std::fs::File::open(path).expect("the file was just written");
    let mut importer = Importer::new("bench.csv", Options::default());
    let mut piece = vec![0; 1 << 18];
    loop {
        let n = file.read(&mut piece).expect("readable");
        if n == 0 {
            break;
        }
        importer.push(&piece[..n]).expect("readable");
    }
    let import = importer.finish().expect("readable");
    assert!(import.cells[0].wanted.is_ok());
    start.elapsed().as_secs_f64()
}

fn pandas(path: &std::path::Path) -> Option<f64> {
    let script = format!(
        "import time, pandas\nstart = time.perf_counter()\npandas.read_csv({:?}, engine='c')\nprint(time.perf_counter() - start)",
        path.display().to_string()
    );
    ["python3.11", "python3"].into_iter().find_map(|python| {
        let output = std::process::Command::new(python)
            .args(["-c", &script])
            .output()
            .ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    })
}

fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("");
    let kb: f64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse().ok())
        .unwrap_or(f64::NAN);
    kb / 1024.0
}

fn stream(n_bytes: u64) {
    let mut importer = Importer::new("endless.csv", Options::default());
    importer.push(HEADER.as_bytes()).expect("readable");
    let (mut text, mut time_s, mut number) = (String::new(), 0.0, 0);
    let mut seconds = 0.0;
    while importer.bytes_read() < n_bytes {
        number += 1;
        cycle(number, &mut time_s, &mut text);
        let start = Instant::now();
        importer.push(text.as_bytes()).expect("readable");
        seconds += start.elapsed().as_secs_f64();
    }
    let megabytes = importer.bytes_read() as f64 / 1e6;
    let import = importer.finish().expect("readable");
    let cycle = import.cells[0].wanted.as_ref().expect("a cycle").cycle;
    println!(
        "{megabytes:.0} MB streamed at {:.0} MB/s, cycle {cycle} of {number}, peak memory {:.0} MB",
        megabytes / seconds,
        peak_mb()
    );
}

fn main() {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != "--gigabytes")
        .skip(1);
    if let Some(gigabytes) = arguments
        .next()
        .and_then(|number| number.parse::<f64>().ok())
    {
        stream((gigabytes * 1e9) as u64);
        return;
    }
    let path = std::env::temp_dir().join(format!("voltvote-bench-{}.csv", std::process::id()));
    {
        let file = std::fs::File::create(&path).expect("a temporary file");
        let mut file = std::io::BufWriter::new(file);
        file.write_all(HEADER.as_bytes()).expect("room");
        let (mut text, mut time_s) = (String::new(), 0.0);
        for number in 1..=1000 {
            cycle(number, &mut time_s, &mut text);
            file.write_all(text.as_bytes()).expect("room");
        }
    }
    let megabytes = std::fs::metadata(&path).map_or(0.0, |meta| meta.len() as f64 / 1e6);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        ours.push(import_file(&path));
        theirs.extend(pandas(&path));
    }
    let ours = median(ours);
    println!(
        "import: {megabytes:.0} MB in {ours:.3} s, {:.0} MB/s",
        megabytes / ours
    );
    if theirs.is_empty() {
        println!("pandas: not installed, no comparison");
    } else {
        let theirs = median(theirs);
        println!(
            "pandas: {theirs:.3} s, {:.0} MB/s; ratio {:.2}",
            megabytes / theirs,
            theirs / ours
        );
    }
    let _ = std::fs::remove_file(&path);
}
