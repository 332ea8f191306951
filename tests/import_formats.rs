//! The same curves through different formats agree: one simulated cell written as each maker's
//! software would, at equal sampling and with each maker's own clock and digits, gives the same
//! capacity within 0.1 % and the same features within 0.5 %.

#![cfg(not(target_arch = "wasm32"))]

mod archives;

use archives::{gzip, zip};
use std::fmt::Write;
use voltvote::features::extract;
use voltvote::import::{group, Importer, Options, WantedCycle};
use voltvote::simulate::{simulate_cell, Library, Options as FleetOptions};
use voltvote::standardize::Params;

/// A row of the simulated file.
#[derive(Clone, Copy)]
struct Row {
    time_s: f64,
    current_a: f64,
    voltage_v: f64,
    charge_ah: f64,
    discharge_ah: f64,
}

impl Row {
    fn word<'w>(&self, [charge, discharge, rest]: [&'w str; 3]) -> &'w str {
        match self.current_a {
            current if current > 0.0 => charge,
            current if current < 0.0 => discharge,
            _ => rest,
        }
    }

    fn capacity_ah(&self) -> f64 {
        if self.current_a < 0.0 {
            self.discharge_ah
        } else {
            self.charge_ah
        }
    }
}

fn simulated(class: usize, stream: u64) -> (Vec<u8>, Vec<Row>, f64) {
    let options = FleetOptions {
        faulty_share: 0.0,
        partial_first_share: 0.0,
        ..FleetOptions::default()
    };
    let cell = simulate_cell(&Library::new(), class, 11, stream, &options);
    let text = String::from_utf8(cell.csv.clone()).unwrap();
    let rows = text
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |at: usize| fields[at].parse::<f64>().unwrap();
            Row {
                time_s: number(1),
                current_a: number(3),
                voltage_v: number(4),
                charge_ah: number(5),
                discharge_ah: number(6),
            }
        })
        .collect();
    (cell.csv.clone(), rows, cell.class().nominal_ah)
}

/// `h:m:s` with so many decimals of seconds, cut as cyclers cut.
fn clock(time_s: f64, decimals: i32) -> String {
    let scale = 10_f64.powi(decimals);
    let ticks = (time_s * scale + 1e-6).floor() as u64;
    let (seconds, part) = (ticks / scale as u64, ticks % scale as u64);
    let mut text = format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if decimals > 0 {
        write!(text, ".{part:0width$}", width = decimals as usize).unwrap();
    }
    text
}

fn table(head: &str, rows: &[Row], line: impl Fn(&Row) -> String) -> Vec<u8> {
    let mut text = format!("{head}\n");
    for row in rows {
        text += &line(row);
        text.push('\n');
    }
    text.into_bytes()
}

/// A workbook whose channel continues on a second sheet, as Arbin's does.
fn workbook(head: &str, rows: &[Row]) -> Vec<u8> {
    let sheet = |rows: &[Row]| {
        let mut text = String::from("<worksheet><sheetData><row r=\"1\">");
        for title in head.split(',') {
            write!(text, "<c t=\"inlineStr\"><is><t>{title}</t></is></c>").unwrap();
        }
        text += "</row>";
        for row in rows {
            text += "<row>";
            let date = 44_197.0 + row.time_s / 86_400.0;
            for value in [
                row.time_s,
                date,
                1.0,
                row.current_a,
                row.voltage_v,
                row.charge_ah,
                row.discharge_ah,
            ] {
                write!(text, "<c><v>{value}</v></c>").unwrap();
            }
            text += "</row>";
        }
        (text + "</sheetData></worksheet>").into_bytes()
    };
    let (first, second) = rows.split_at(rows.len() / 2);
    let book = "<workbook><sheets><sheet name=\"Channel_1-001\" r:id=\"a\"/><sheet name=\"Channel_1-002\" r:id=\"b\"/></sheets></workbook>";
    let links = "<Relationships><Relationship Id=\"a\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"b\" Target=\"worksheets/sheet2.xml\"/></Relationships>";
    zip(&[
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("xl/workbook.xml", book.into()),
        ("xl/_rels/workbook.xml.rels", links.into()),
        ("xl/worksheets/sheet1.xml", sheet(first)),
        ("xl/worksheets/sheet2.xml", sheet(second)),
    ])
}

const NEWARE: [&str; 3] = ["CCCV Chg", "CC DChg", "Rest"];
const CHINESE: [&str; 3] = ["恒流恒压充电", "恒流放电", "搁置"];

/// The file of the simulator itself and the same rows in every other format: name, files.
fn formats(archive: &[u8], rows: &[Row]) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let bdf = table("Test Time / s,Voltage / V,Current / A", rows, |r| {
        format!("{:.3},{:.4},{:.4}", r.time_s, r.voltage_v, r.current_a)
    });
    let arbin = "Test_Time(s),Date_Time,Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)";
    let neware =
        "Cycle Index,Step Type,Total Time,Current(mA),Voltage(V),Chg. Cap.(mAh),DChg. Cap.(mAh)";
    let neware_rows = |decimals: i32| {
        table(neware, rows, |r| {
            format!(
                "1,{},{},{:.2},{:.4},{:.3},{:.3}",
                r.word(NEWARE),
                clock(r.time_s, decimals),
                1e3 * r.current_a,
                r.voltage_v,
                1e3 * r.charge_ah,
                1e3 * r.discharge_ah
            )
        })
    };
    let chinese = table(
        "循环序号,工步类型,测试时间,电压/V,电流/mA,容量/mAh,比容量/mAh/g",
        rows,
        |r| {
            format!(
                "1,{},{},{:.4},{:.2},{:.3},0",
                r.word(CHINESE),
                clock(r.time_s, 3),
                r.voltage_v,
                1e3 * r.current_a,
                1e3 * r.capacity_ah()
            )
        },
    );
    let mut maccor = b"Today's Date 01/02/2021\tDate of Test:\t01/01/2021\n".to_vec();
    maccor.extend(table(
        "Rec#\tCyc#\tStep\tTest (Min)\tAmp-hr\tAmps\tVolts\tState",
        rows,
        |r| {
            format!(
                "1\t0\t1\t{:.4}\t{:.6}\t{:.6}\t{:.5}\t{}",
                r.time_s / 60.0,
                r.capacity_ah(),
                r.current_a.abs(),
                r.voltage_v,
                r.word(["C", "D", "R"])
            )
        },
    ));
    let biologic = format!(
        "EC-Lab ASCII FILE\r\nNb header lines : 4\r\n\r\n{}",
        String::from_utf8(table(
            "mode\ttime/s\tEcell/V\t<I>/mA\t(Q-Qo)/mA.h",
            rows,
            |r| {
                format!(
                    "1\t{:.8e}\t{:.7e}\t{:.7e}\t{:.7e}",
                    r.time_s,
                    r.voltage_v,
                    1e3 * r.current_a,
                    1e3 * (r.charge_ah - r.discharge_ah)
                )
            }
        ))
        .unwrap()
        .replace('.', ",")
        .replace("mA,h", "mA.h")
    );
    let landt = table(
        "Record,TestTime,Mode,Current/mA,Voltage/V,Capacity/mAh",
        rows,
        |r| {
            format!(
                "1,{},{},{:.2},{:.4},{:.3}",
                clock(r.time_s, 0),
                r.word(["C_CC", "D_CC", "R"]),
                1e3 * r.current_a,
                r.voltage_v,
                1e3 * r.capacity_ah()
            )
        },
    );
    let mut novonix = b"[Summary]\nNovonix\n[End Summary]\n[Data]\n".to_vec();
    novonix.extend(table(
        "Cycle Number,Run Time (h),Current (A),Potential (V),Capacity (Ah)",
        rows,
        |r| {
            format!(
                "1,{:.8},{:.6},{:.6},{:.6}",
                r.time_s / 3600.0,
                r.current_a,
                r.voltage_v,
                r.capacity_ah()
            )
        },
    ));
    let basytec = table("~Time[h]\tU[V]\tI[A]\tAh[Ah]", rows, |r| {
        format!(
            "{:.8}\t{:.5}\t{:.5}\t{:.6}",
            r.time_s / 3600.0,
            r.voltage_v,
            r.current_a,
            r.charge_ah - r.discharge_ah
        )
    });
    let digatron = table(
        "Status;Prog Time;Voltage;Current;AhCha;AhDch\n;;V;A;Ah;Ah",
        rows,
        |r| {
            format!(
                "{};{};{:.4};{:.4};{:.5};{:.5}",
                r.word(["CHA", "DCH", "PAU"]),
                clock(r.time_s, 2),
                r.voltage_v,
                r.current_a,
                r.charge_ah,
                r.discharge_ah
            )
        },
    );
    let pec = table(
        "Test,Cycle,Total Time (Seconds),Voltage (mV),Current (mA)",
        rows,
        |r| {
            format!(
                "1,1,{:.3},{:.1},{:.1}",
                r.time_s,
                1e3 * r.voltage_v,
                1e3 * r.current_a
            )
        },
    );
    let text = table("#    Time (s)    Voltage (V)    Current (A)", rows, |r| {
        format!(
            "{:14.3} {:12.4} {:12.4}",
            r.time_s, r.voltage_v, r.current_a
        )
    });
    let half = |sign: f64| -> Vec<u8> {
        // NASA's files begin with the row at rest before the current.
        let flows = |at: usize| rows.get(at).is_some_and(|r| r.current_a * sign > 0.0);
        let half: Vec<Row> = (0..rows.len())
            .filter(|at| flows(*at) || flows(at + 1))
            .map(|at| rows[at])
            .collect();
        table("Voltage_measured,Current_measured,Time", &half, |r| {
            format!("{:.5},{:.5},{:.3}", r.voltage_v, r.current_a, r.time_s)
        })
    };
    vec![
        ("battery-archive", vec![archive.to_vec()]),
        ("bdf", vec![bdf.clone()]),
        ("bdf-gz", vec![gzip(&bdf)]),
        ("bdf-zip", vec![zip(&[("cell.csv", bdf)])]),
        (
            "arbin",
            vec![table(arbin, rows, |r| {
                format!(
                    "{:.4},,1,{:.6},{:.6},{:.6},{:.6}",
                    r.time_s, r.current_a, r.voltage_v, r.charge_ah, r.discharge_ah
                )
            })],
        ),
        ("arbin-xlsx", vec![workbook(arbin, rows)]),
        ("neware", vec![neware_rows(3)]),
        ("neware-seconds", vec![neware_rows(0)]),
        (
            "chinese-gbk",
            vec![encoding_rs::GBK
                .encode(std::str::from_utf8(&chinese).unwrap())
                .0
                .into_owned()],
        ),
        ("maccor", vec![maccor]),
        ("biologic", vec![biologic.into_bytes()]),
        ("landt-seconds", vec![landt]),
        ("novonix", vec![novonix]),
        ("basytec", vec![basytec]),
        ("digatron", vec![digatron]),
        ("pec", vec![pec]),
        ("text", vec![text]),
        ("nasa-apart", vec![half(1.0), half(-1.0)]),
    ]
}

fn cycle_of(format: &str, files: &[Vec<u8>], nominal_ah: f64) -> WantedCycle {
    let imports = files
        .iter()
        .enumerate()
        .map(|(at, bytes)| {
            let name = format!("cell_{}.csv", ["charge", "discharge"][at.min(1)]);
            let name = if files.len() > 1 {
                name
            } else {
                "cell.csv".to_string()
            };
            let options = Options {
                nominal_ah: Some(nominal_ah),
                ..Options::default()
            };
            let mut importer = Importer::new(&name, options);
            importer
                .push(bytes)
                .unwrap_or_else(|error| panic!("{format}: {error}"));
            importer
                .finish()
                .unwrap_or_else(|error| panic!("{format}: {error}"))
        })
        .collect();
    let cells = group(imports, None);
    assert_eq!(cells.len(), 1, "{format}");
    cells[0]
        .wanted
        .clone()
        .unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// Capacities in Ah and features of a cell, as read through one format.
type Read = ([f64; 2], [f64; 30]);

#[test]
fn formats_agree_on_capacity_and_features() {
    const CAPACITY: f64 = 1e-3;
    const FEATURE: f64 = 5e-3;
    let params = Params::default();
    let cells: Vec<_> = [0, 2, 4, 6, 8]
        .into_iter()
        .flat_map(|class| (0..3).map(move |stream| simulated(class, stream)))
        .collect();
    // Per format and cell: capacities and features; the simulator's own file comes first.
    let mut found: Vec<(&'static str, Vec<Read>)> = Vec::new();
    for (archive, rows, nominal_ah) in &cells {
        for (at, (format, files)) in formats(archive, rows).into_iter().enumerate() {
            let cycle = cycle_of(format, &files, *nominal_ah);
            let features = extract(&cycle, &params).unwrap().values;
            let capacities = [cycle.charge.capacity_ah(), cycle.discharge.capacity_ah()];
            if found.len() <= at {
                found.push((format, Vec::new()));
            }
            found[at].1.push((capacities, features));
        }
    }
    let truth = found[0].1.clone();
    // A skewness crosses zero: its difference is compared with how far it spreads between cells.
    let spread = |feature: usize| {
        let values = || truth.iter().map(|(_, features)| features[feature]);
        values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
    };
    let mut worst: Vec<(&'static str, f64, f64, usize)> = Vec::new();
    for (format, cells) in &found[1..] {
        let (mut capacity, mut feature, mut at) = (0.0_f64, 0.0_f64, 0);
        for ((capacities, features), (true_capacities, true_features)) in cells.iter().zip(&truth) {
            for (a, b) in capacities.iter().zip(true_capacities) {
                capacity = capacity.max((a / b - 1.0).abs());
            }
            for (number, (a, b)) in features.iter().zip(true_features).enumerate() {
                let off = (a - b).abs() / b.abs().max(spread(number));
                if off > feature {
                    (feature, at) = (off, number + 1);
                }
            }
        }
        worst.push((format, capacity, feature, at));
    }
    for (format, capacity, feature, at) in &worst {
        println!(
            "{format:<16} capacity {:.4} %, feature {:.4} % (F{at})",
            100.0 * capacity,
            100.0 * feature
        );
    }
    for (format, capacity, feature, at) in worst {
        assert!(capacity <= CAPACITY, "{format}: capacity {capacity}");
        assert!(feature <= FEATURE, "{format}: F{at} {feature}");
    }
}
