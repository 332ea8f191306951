//! Pulse feature tables: one row per record with columns such as
//! `File_Name, Mat, No., ID, Qn, Q, SOH, Pt, SOC, U1 .. U41` (PulseBat), or our own CSV.

use super::error::Place;
use super::grid::{number, text, Grid};
use super::read::WIDTH_S;
use super::record::{physical_battery, N_TURNING_POINTS};
use super::trains::WIDTH_TOLERANCE;
use super::{HealthError, PulseRecord, PulseTable};
use std::collections::BTreeSet;

/// Voltages a lithium-ion cell can show under a pulse, V.
pub(super) const VOLTAGE_V: std::ops::RangeInclusive<f64> = 0.5..=5.5;
/// State-of-health labels that can be true.
pub(super) const SOH: std::ops::RangeInclusive<f64> = 0.2..=1.2;

/// Turning points at the end of a charge pulse and of a discharge pulse, in pulse order; the
/// current rises from pulse to pulse, so the voltage must move on (index into U1..).
const CHARGE_ENDS: [usize; 5] = [2, 10, 18, 26, 34];
const DISCHARGE_ENDS: [usize; 5] = [6, 14, 22, 30, 38];

/// Name of the PulseBat sheet that repeats all others.
pub(super) const COMPLETE_SHEET: &str = "SOC ALL";

/// Reads the sheets of a pulse feature table: the sheet `SOC ALL` where there is one (PulseBat's
/// other sheets repeat it), else all sheets that have columns U1..U21.
///
/// Rows that cannot be used are left out and listed in [`PulseTable::refused`].
///
/// # Errors
/// [`HealthError::NotPulseData`] if no sheet has columns U1..U21.
pub fn pulse_table(sheets: &[Grid]) -> Result<PulseTable, HealthError> {
    let mut found = Vec::new();
    let mut nearest: Option<HealthError> = None;
    for sheet in sheets {
        match Columns::find(sheet) {
            Ok(columns) => found.push((sheet, columns)),
            Err(error) => {
                nearest.get_or_insert(error);
            }
        }
    }
    if found.is_empty() {
        return Err(nearest.unwrap_or(HealthError::NotPulseData {
            source: String::new(),
            missing: vec!["U1".into()],
        }));
    }
    if let Some(complete) = found
        .iter()
        .position(|(sheet, _)| sheet.source.ends_with(COMPLETE_SHEET))
    {
        found = vec![found.swap_remove(complete)];
    }
    let mut table = PulseTable::default();
    let mut seen = BTreeSet::new();
    for (sheet, columns) in &found {
        read_sheet(sheet, columns, &mut seen, &mut table);
    }
    Ok(table)
}

struct Columns {
    header: usize,
    voltages: Vec<usize>,
    label: Option<usize>,
    battery: Option<usize>,
    cathode: Option<usize>,
    nominal: Option<usize>,
    soc: Option<usize>,
    soh: Option<usize>,
    width: Option<usize>,
}

impl Columns {
    fn find(sheet: &Grid) -> Result<Self, HealthError> {
        let wanted: Vec<String> = (1..=N_TURNING_POINTS).map(|i| format!("U{i}")).collect();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let (header, mut voltages) =
            sheet
                .find_header(&wanted)
                .map_err(|missing| HealthError::NotPulseData {
                    source: sheet.source.clone(),
                    missing,
                })?;
        voltages.extend(
            (N_TURNING_POINTS + 1..=41).map_while(|i| sheet.column(header, &format!("U{i}"))),
        );
        let first = |names: &[&str]| names.iter().find_map(|name| sheet.column(header, name));
        Ok(Self {
            header,
            voltages,
            label: first(&["cell_id", "ID", "Idx", "No."]),
            battery: first(&["battery", "Idx"]),
            cathode: first(&["Mat", "cathode"]),
            nominal: first(&["Qn", "nominal_ah"]),
            soc: first(&["SOC"]),
            soh: first(&["SOH"]),
            width: first(&["Pt", "width_s"]),
        })
    }
}

fn read_sheet(
    sheet: &Grid,
    columns: &Columns,
    seen: &mut BTreeSet<String>,
    table: &mut PulseTable,
) {
    // PulseBat writes per cent; a file of ours writes fractions. One column is one unit.
    let soc_scale = match columns.soc {
        Some(column) if largest(sheet, columns.header, column) > 1.0 => 0.01,
        _ => 1.0,
    };
    for (row, cells) in sheet.rows.iter().enumerate().skip(columns.header + 1) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let place = Place {
            source: sheet.source.clone(),
            row: row + 1,
        };
        match read_row(cells, columns, soc_scale, sheet, &place) {
            Ok(record) => {
                if seen.insert(record.cell_id.clone()) {
                    if let Err(remark) = check_saturation(&record, columns, sheet, &place) {
                        table.remarks.push(remark);
                    }
                    table.records.push(record);
                } else {
                    table.refused.push(HealthError::Duplicate { place });
                }
            }
            Err(error) => table.refused.push(error),
        }
    }
}

fn largest(sheet: &Grid, header: usize, column: usize) -> f64 {
    sheet
        .rows
        .iter()
        .skip(header + 1)
        .filter_map(|row| number(row, column))
        .fold(0.0, f64::max)
}

fn read_row(
    cells: &[String],
    columns: &Columns,
    soc_scale: f64,
    sheet: &Grid,
    place: &Place,
) -> Result<PulseRecord, HealthError> {
    let header = |column: usize| {
        sheet
            .rows
            .get(columns.header)
            .map_or(String::new(), |row| text(row, column).to_owned())
    };
    // An empty optional cell is unknown; a cell with something else than a number is an error.
    let optional =
        |column: Option<usize>| match column {
            Some(column) if !text(cells, column).is_empty() => number(cells, column)
                .map(Some)
                .ok_or(HealthError::NotANumber {
                    place: place.clone(),
                    column: header(column),
                }),
            _ => Ok(None),
        };
    let mut voltages_v = Vec::with_capacity(columns.voltages.len());
    for (i, &column) in columns.voltages.iter().enumerate() {
        match number(cells, column) {
            Some(value) if VOLTAGE_V.contains(&value) => voltages_v.push(value),
            Some(_) => {
                return Err(HealthError::VoltageOutOfRange {
                    place: place.clone(),
                    column: header(column),
                })
            }
            // Beyond the schema's 21 a record may end early.
            None if i >= N_TURNING_POINTS => break,
            None => {
                return Err(HealthError::NotANumber {
                    place: place.clone(),
                    column: header(column),
                })
            }
        }
    }
    check_polarity(&voltages_v, place)?;
    let width_s = optional(columns.width)?;
    if width_s.is_some_and(|width_s| (width_s - WIDTH_S).abs() > WIDTH_TOLERANCE * WIDTH_S) {
        return Err(HealthError::PulseWidth {
            place: place.clone(),
            wanted_ms: (WIDTH_S * 1000.0) as u32,
        });
    }
    let soc = optional(columns.soc)?.map(|soc| soc * soc_scale);
    if soc.is_some_and(|soc| !(0.0..=1.0).contains(&soc)) {
        return Err(HealthError::SocOutOfRange {
            place: place.clone(),
        });
    }
    let soh = optional(columns.soh)?;
    if soh.is_some_and(|soh| !SOH.contains(&soh)) {
        return Err(HealthError::SohOutOfRange {
            place: place.clone(),
        });
    }
    let cathode = columns.cathode.map_or("", |column| text(cells, column));
    let nominal_ah = optional(columns.nominal)?.filter(|nominal_ah| *nominal_ah > 0.0);
    let label = match columns.label {
        Some(column) if !text(cells, column).is_empty() => text(cells, column).to_owned(),
        _ => format!("row {}", place.row),
    };
    let battery = match columns.battery {
        Some(column) if !text(cells, column).is_empty() => text(cells, column),
        _ => &label,
    };
    let mut record = PulseRecord {
        cell_id: String::new(),
        battery: String::new(),
        cathode: cathode.into(),
        nominal_ah,
        soc,
        soh,
        width_s,
        voltages_v,
    };
    let class = record.class();
    let prefix = if class.is_empty() || label.starts_with(&class) {
        String::new()
    } else {
        format!("{class} ")
    };
    record.battery = format!("{prefix}{}", physical_battery(battery));
    record.cell_id = match soc {
        Some(soc) if !label.contains(" SOC") => {
            format!("{prefix}{label} SOC{:02}", (soc * 100.0).round())
        }
        _ => format!("{prefix}{label}"),
    };
    Ok(record)
}

/// The first charge pulse raises the voltage, the first discharge pulse lowers it.
pub(super) fn check_polarity(voltages_v: &[f64], place: &Place) -> Result<(), HealthError> {
    let swapped = match voltages_v {
        [rest, _, charged, _, _, _, discharged, ..] => charged < rest || discharged > rest,
        _ => false,
    };
    if swapped {
        return Err(HealthError::SwappedPolarity {
            place: place.clone(),
        });
    }
    Ok(())
}

fn check_saturation(
    record: &PulseRecord,
    columns: &Columns,
    sheet: &Grid,
    place: &Place,
) -> Result<(), HealthError> {
    let stalled = saturated_at(&record.voltages_v);
    match stalled.and_then(|i| columns.voltages.get(i)) {
        Some(&column) => Err(HealthError::Saturated {
            place: place.clone(),
            column: sheet
                .rows
                .get(columns.header)
                .map_or(String::new(), |row| text(row, column).to_owned()),
        }),
        None => Ok(()),
    }
}

/// The first turning point (from 0) at which a larger current moved the voltage no further:
/// the pulse met a voltage limit.
pub(super) fn saturated_at(voltages_v: &[f64]) -> Option<usize> {
    [(CHARGE_ENDS, 1.0), (DISCHARGE_ENDS, -1.0)]
        .into_iter()
        .filter_map(|(ends, sign)| {
            ends.windows(2).find_map(|pair| {
                let before = voltages_v.get(pair[0])?;
                let after = voltages_v.get(pair[1])?;
                (sign * (after - before) <= 0.0).then_some(pair[1])
            })
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rest at 3.5 V, pulses of 10 and 20 mV per turning point at 0.5C and 1C.
    fn row(label: &str, soc: &str, soh: &str, change: &[(usize, &str)]) -> String {
        row_of_width(label, soc, soh, "5", change)
    }

    fn row_of_width(
        label: &str,
        soc: &str,
        soh: &str,
        width_s: &str,
        change: &[(usize, &str)],
    ) -> String {
        let base = [
            3.50, 3.51, 3.52, 3.51, 3.50, 3.49, 3.48, 3.49, 3.50, 3.52, 3.54, 3.52, 3.50, 3.48,
            3.46, 3.48, 3.50, 3.53, 3.56, 3.53, 3.50,
        ];
        let mut cells: Vec<String> = base.iter().map(|u| format!("{u}")).collect();
        for (i, text) in change {
            cells[*i - 1] = (*text).into();
        }
        format!(
            "f,NMC,1,{label},2.1,{soh},{width_s},{soc},{}\n",
            cells.join(",")
        )
    }

    fn read(rows: &[String]) -> PulseTable {
        let names: Vec<String> = (1..=21).map(|i| format!("U{i}")).collect();
        let csv = format!(
            "File_Name,Mat,No.,ID,Qn,SOH,Pt,SOC,{}\n{}",
            names.join(","),
            rows.concat()
        );
        pulse_table(&[Grid::from_csv("t.csv", csv.as_bytes())]).unwrap()
    }

    fn place(row: usize) -> Place {
        Place {
            source: "t.csv".into(),
            row,
        }
    }

    #[test]
    fn a_record_carries_its_type_battery_and_per_cent_as_fraction() {
        let table = read(&[row("D3-100", "5", "0.91", &[])]);
        assert!(table.refused.is_empty() && table.remarks.is_empty());
        let record = &table.records[0];
        assert_eq!(record.cell_id, "NMC2.1 D3-100 SOC05");
        assert_eq!(record.battery, "NMC2.1 D3");
        assert_eq!(record.class(), "NMC2.1");
        assert_eq!((record.soc, record.soh), (Some(0.05), Some(0.91)));
        assert_eq!(record.voltages_v.len(), 21);
    }

    #[test]
    fn bad_rows_are_left_out_and_located() {
        let good = row("A1-1", "50", "0.9", &[]);
        for (bad, expected) in [
            (
                row("B", "101", "0.9", &[]),
                HealthError::SocOutOfRange { place: place(3) },
            ),
            (
                row("B", "5", "1.3", &[]),
                HealthError::SohOutOfRange { place: place(3) },
            ),
            (
                row("B", "5", "0.1", &[]),
                HealthError::SohOutOfRange { place: place(3) },
            ),
            (
                row("B", "5", "0.9", &[(7, "")]),
                HealthError::NotANumber {
                    place: place(3),
                    column: "U7".into(),
                },
            ),
            (
                row("B", "5", "0.9", &[(7, "#DIV/0!")]),
                HealthError::NotANumber {
                    place: place(3),
                    column: "U7".into(),
                },
            ),
            (
                row("B", "5", "0.9", &[(2, "3510")]),
                HealthError::VoltageOutOfRange {
                    place: place(3),
                    column: "U2".into(),
                },
            ),
            (
                row("B", "5", "0.9", &[(3, "3.48"), (7, "3.52")]),
                HealthError::SwappedPolarity { place: place(3) },
            ),
            (
                row("A1-1", "50", "0.9", &[]),
                HealthError::Duplicate { place: place(3) },
            ),
            (
                row_of_width("B", "5", "0.9", "3", &[]),
                HealthError::PulseWidth {
                    place: place(3),
                    wanted_ms: 5000,
                },
            ),
            (
                row("B", "-1", "0.9", &[]),
                HealthError::SocOutOfRange { place: place(3) },
            ),
        ] {
            let table = read(&[good.clone(), bad]);
            assert_eq!(table.records.len(), 1, "{expected}");
            assert_eq!(table.refused, [expected]);
            let findings = table.findings();
            assert_eq!(findings.0.len(), 1);
            assert_eq!(findings.0[0].rows, [[3, 3]]);
        }
    }

    #[test]
    fn a_pulse_that_met_a_limit_is_remarked_and_kept() {
        let table = read(&[row("A", "5", "0.9", &[(19, "3.54")])]);
        assert_eq!(table.records.len(), 1);
        assert_eq!(
            table.remarks,
            [HealthError::Saturated {
                place: place(2),
                column: "U19".into()
            }]
        );
    }

    #[test]
    fn missing_columns_are_named() {
        let grid = Grid::from_csv("x.csv", b"ID,U1,U2\n1,3,3\n");
        match pulse_table(&[grid]) {
            Err(HealthError::NotPulseData { source, missing }) => {
                assert_eq!(source, "x.csv");
                assert_eq!(missing[0], "U3");
                assert_eq!(missing.len(), 19);
            }
            other => panic!("{other:?}"),
        }
    }
}
