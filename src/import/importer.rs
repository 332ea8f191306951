//! One file in, cells out.

use super::container::Content;
use super::cycle::{self, HalfCycle, WantedCycle};
use super::encoding::DecodeGb18030;
use super::error::ImportError;
use super::header::Quantity;
use super::intake::ChannelResult;
use super::layout::Layout;
use super::mapping::Mapping;
use super::naming;
use super::report::{ColumnUse, Findings, HalfSummary, Report};
use super::select::Selector;
use super::table::Table;
use super::trace::Trace;

/// What the caller knows beforehand.
#[derive(Debug, Clone)]
pub struct Options {
    /// Columns chosen by hand; absent to detect them.
    pub mapping: Option<Mapping>,
    /// Nominal capacity, Ah; absent to look for it in preamble and file name.
    pub nominal_ah: Option<f64>,
    /// Take the full cycle nearest this state of health instead of the last; needs a nominal
    /// capacity.
    pub soh: Option<f64>,
    /// Battery identifier; absent to take it from the file.
    pub cell_id: Option<String>,
    /// Keep the course of the file for showing, see [`FileImport::trace`].
    pub trace: bool,
    /// Decoder of GB18030, strict. Natively encoding_rs; the pages give the browser's.
    pub decode_gb18030: Option<DecodeGb18030>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mapping: None,
            nominal_ah: None,
            soh: None,
            cell_id: None,
            trace: false,
            decode_gb18030: super::encoding::OWN_GB18030,
        }
    }
}

impl Options {
    /// Capacity of the discharge to look for, given the text above the table.
    pub(super) fn target_ah(&self, preamble: &str) -> Option<f64> {
        let nominal_ah = self
            .nominal_ah
            .or_else(|| naming::nominal_in_preamble(&preamble.to_lowercase()));
        Some(self.soh? * nominal_ah?)
    }
}

/// A full charge or discharge that may find its counterpart in another file.
#[derive(Debug, Clone, PartialEq)]
pub struct LooseHalf {
    /// The rows.
    pub half: HalfCycle,
    /// Cycle number as the file counts it, or as derived.
    pub cycle: u32,
    /// Wall clock of the file's start, s since 1970, to order files.
    pub wall_s: Option<f64>,
    /// Whether the file gave no means to tell its completeness (one half alone).
    pub is_alone: bool,
}

/// One battery as one file shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellImport {
    /// Battery identifier.
    pub cell_id: String,
    /// Nominal capacity, Ah, where known.
    pub nominal_ah: Option<f64>,
    /// The wanted cycle, or why there is none.
    pub wanted: Result<WantedCycle, ImportError>,
    /// The latest full charge.
    pub charge: Option<LooseHalf>,
    /// The latest full discharge.
    pub discharge: Option<LooseHalf>,
}

/// One file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct FileImport {
    /// The cells in it, mostly one.
    pub cells: Vec<CellImport>,
    /// What was found and repaired.
    pub report: Report,
    /// The course of the first cell, if [`Options::trace`] asked for it.
    pub trace: Option<Trace>,
}

/// Takes a file in pieces.
#[derive(Debug)]
pub struct Importer {
    file_name: String,
    options: Options,
    content: Content,
    n_bytes: u64,
}

impl Importer {
    /// An importer for one file.
    pub fn new(file_name: &str, mut options: Options) -> Self {
        if options.soh.is_some() && options.nominal_ah.is_none() {
            // What is looked for must be known before the first row.
            options.nominal_ah = naming::nominal_in_name(file_name);
        }
        Self {
            file_name: file_name.to_string(),
            options,
            content: Content::new(file_name, 0),
            n_bytes: 0,
        }
    }

    /// Takes the next bytes; pieces of any size.
    ///
    /// # Errors
    /// As soon as the file is known to be unreadable; later pieces need not be pushed.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        self.n_bytes += bytes.len() as u64;
        self.content.push(bytes, &self.options)
    }

    /// Bytes taken so far.
    pub fn bytes_read(&self) -> u64 {
        self.n_bytes
    }

    /// Ends the file.
    ///
    /// # Errors
    /// If it cannot be read at all. A file without a full cycle is no error here: its cells say
    /// why.
    pub fn finish(self) -> Result<FileImport, ImportError> {
        if self.n_bytes == 0 {
            return Err(ImportError::Empty);
        }
        let tables = self.content.finish(&self.options)?;
        let several = tables.len() > 1;
        let mut first: Option<(Vec<CellImport>, Report)> = None;
        let mut trace = None;
        let mut failure = ImportError::NoTable;
        for table in tables {
            let mut report = Report {
                file: self.file_name.clone(),
                bytes: self.n_bytes,
                ..Report::default()
            };
            // Several tables in an archive are several cells, called as their members are.
            let name = if several && table.container.starts_with("zip") {
                table.member.clone()
            } else {
                self.file_name.clone()
            };
            match (
                conclude(table, &name, &self.options, &mut report, &mut trace),
                &mut first,
            ) {
                (Ok(cells), None) => first = Some((cells, report)),
                (Ok(cells), Some((known, first))) => {
                    first.member = format!("{}, {}", first.member, report.member);
                    first.halves.extend(report.halves);
                    first.n_rows += report.n_rows;
                    first.findings.0.extend(report.findings.0);
                    known.extend(cells);
                }
                (Err(error), _) => failure = error,
            }
        }
        match first {
            Some((cells, report)) => Ok(FileImport {
                cells,
                report,
                trace,
            }),
            None => Err(failure),
        }
    }
}

/// From the last row to the cells.
fn conclude(
    body: Table,
    file_name: &str,
    options: &Options,
    report: &mut Report,
    trace: &mut Option<Trace>,
) -> Result<Vec<CellImport>, ImportError> {
    let layout = body.layout;
    report.encoding = body.encoding.to_string();
    report.container = body.container;
    report.member = body.member;
    report.dialect = layout.columns.dialect.id.to_string();
    report.delimiter = (layout.delimiter as char).to_string();
    report.decimal_mark = (layout.decimal as char).to_string();
    report.n_preamble_rows = layout.header_line as u64;
    report.n_rows = body.n_rows;
    report.columns = layout
        .columns
        .roles
        .iter()
        .map(|role| ColumnUse {
            heading: layout.headings.get(role.index).cloned().unwrap_or_default(),
            quantity: role.quantity.name().to_string(),
            unit: role.unit.clone(),
            factor: role.factor,
        })
        .collect();
    let result = body.intake.finish();
    report.clock = result.clock.to_string();
    report.findings = result.findings;
    if result.n_samples < 3 {
        return Err(ImportError::TooFewRows {
            row: layout.header_line as u64 + 1,
            n_rows: result.n_samples,
        });
    }
    let nominal_ah = options
        .nominal_ah
        .or_else(|| naming::nominal_in_preamble(&crate::letters::lowercase(&layout.preamble)))
        .or_else(|| naming::nominal_in_name(file_name));
    if options.soh.is_some() && nominal_ah.is_none() {
        report.findings.whole("soh-without-nominal", "");
    }
    let voltage_factor = result.voltage_factor.unwrap_or(1.0);
    if voltage_factor != 1.0 {
        report
            .findings
            .whole("voltage-unit", format!("{voltage_factor}"));
    }
    let several = result.channels.len() > 1;
    let mut course = result.trace;
    let mut cells = Vec::new();
    for ChannelResult { number, selector } in result.channels {
        let (time_factor, current_factor) = unit_factors(
            &selector,
            result.time_factor,
            nominal_ah,
            &mut report.findings,
        );
        let unit_factor = time_factor * current_factor;
        let choice = selector.finish(unit_factor, voltage_factor);
        if let (None, Some(mut found)) = (&trace, course.take()) {
            let sign = if choice.is_reversed { -1.0 } else { 1.0 };
            found.scale(time_factor, voltage_factor, sign * current_factor);
            *trace = Some(found);
        }
        let is_half = choice.charge.is_some() != choice.discharge.is_some();
        let mut cell_id = options
            .cell_id
            .clone()
            .or_else(|| naming::cell_id_in_preamble(&layout.preamble))
            .unwrap_or_else(|| naming::cell_id(file_name, is_half));
        if several {
            cell_id = format!("{cell_id}-{}", number.saturating_sub(1));
        }
        if let Some(ratio) = choice.capacity_ratio {
            let ratio = ratio * unit_factor;
            report.capacity_ratio = Some(ratio);
            if (ratio - 1.0).abs() > 0.02 {
                report.findings.whole("capacity-differs", "");
            }
        }
        report.sign = match (result.sign, choice.is_reversed) {
            ("column", false) => "as-is",
            ("column", true) => "reversed",
            ("state", _) => "from-state",
            ("voltage", _) => "from-voltage",
            _ => "from-counters",
        }
        .to_string();
        if report.sign != "as-is" && report.findings.get("current-sign").is_none() {
            let sign = report.sign.clone();
            report.findings.whole("current-sign", sign);
        }
        report.cycles_from = choice.cycles_from.to_string();
        let wanted_rows = [&choice.charge, &choice.discharge].map(|half| {
            let half = half.as_ref()?;
            Some((half.is_positive, half.file_rows))
        });
        report.halves.extend(choice.halves.iter().map(|half| {
            let is_positive = (half.direction == "charge") != choice.is_reversed;
            HalfSummary {
                is_wanted: wanted_rows.contains(&Some((is_positive, half.rows))),
                ..half.clone()
            }
        }));
        let loose = |half: &Option<super::segment::Half>| {
            half.as_ref().map(|half| LooseHalf {
                half: cycle::to_half_cycle(half, choice.is_reversed, time_factor, current_factor),
                cycle: half.cycle.unwrap_or(1),
                wall_s: half.wall_s,
                is_alone: choice.halves.len() == 1,
            })
        };
        let (charge, discharge) = (loose(&choice.charge), loose(&choice.discharge));
        let wanted = pair(
            charge.as_ref(),
            discharge.as_ref(),
            &cell_id,
            nominal_ah,
            &mut report.findings,
        )
        .ok_or_else(|| choice.failure());
        cells.push(CellImport {
            cell_id,
            nominal_ah,
            wanted,
            charge,
            discharge,
        });
    }
    if report.capacity_ratio.is_none() {
        note_assumed_units(&layout, &mut report.findings);
    }
    report.headings = layout.headings;
    Ok(cells)
}

/// Says so where a unit is neither told by the file nor borne out by its own capacity. (Voltages
/// are checked against what a cell can have.)
fn note_assumed_units(layout: &Layout, findings: &mut Findings) {
    let is_open = |quantity| {
        matches!(
            quantity,
            Quantity::Time | Quantity::StepTime | Quantity::Current
        )
    };
    let roles = layout.columns.roles.iter();
    let assumed: Vec<String> = roles
        .filter(|role| role.is_assumed && is_open(role.quantity))
        .filter_map(|role| {
            let heading = layout.headings.get(role.index)?;
            Some(format!("{heading} in {}", role.unit))
        })
        .collect();
    if !assumed.is_empty() {
        findings.whole("unit-assumed", assumed.join(", "));
    }
}

/// Factors that time and current need on top of their headings' units: the wall clock knows
/// first, then the file's own capacity, then the nominal one (trap 8).
fn unit_factors(
    selector: &Selector,
    by_clock: Option<f64>,
    nominal_ah: Option<f64>,
    findings: &mut Findings,
) -> (f64, f64) {
    let mut note = |code, factor: f64| {
        if findings.get(code).is_none() {
            findings.whole(code, format!("{factor}"));
        }
    };
    if let Some(factor) = by_clock {
        note("time-unit", factor);
    }
    let time = by_clock.unwrap_or(1.0);
    let by_nominal = || {
        let (charge_ah, _) = selector.largest()?;
        // A cell keeps half of its capacity at least, and never grows by a third.
        let ratio = charge_ah / nominal_ah?;
        [1e3, 1e6, 60.0, 3600.0]
            .into_iter()
            .find(|known| (0.5..1.3).contains(&(ratio / known)))
    };
    let by_counter = selector.capacity_ratio().and_then(|ratio| {
        [
            1e3,
            1e6,
            60.0,
            3600.0,
            1.0 / 60.0,
            1.0 / 3600.0,
            1.0 / 86_400.0,
        ]
        .into_iter()
        .find(|known| (ratio * time / known - 1.0).abs() < 0.1)
    });
    let Some(off_by) = by_counter.or_else(|| {
        if by_clock.is_none() {
            by_nominal()
        } else {
            None
        }
    }) else {
        return (time, 1.0);
    };
    // A thousand is milliseconds or milliamperes: no charge takes weeks.
    let duration_s = selector
        .largest()
        .map_or(0.0, |(_, duration_s)| duration_s * time);
    let is_current = by_clock.is_some() || (off_by >= 1e3 && off_by != 3600.0 && duration_s < 4e5);
    if is_current {
        note("current-unit", 1.0 / off_by);
        (time, 1.0 / off_by)
    } else {
        note("time-unit", 1.0 / off_by);
        (time / off_by, 1.0)
    }
}

/// A wanted cycle from its halves.
pub(super) fn pair(
    charge: Option<&LooseHalf>,
    discharge: Option<&LooseHalf>,
    cell_id: &str,
    nominal_ah: Option<f64>,
    findings: &mut Findings,
) -> Option<WantedCycle> {
    cycle::wanted(
        charge.map(|loose| &loose.half),
        discharge.map(|loose| &loose.half),
        discharge.map_or(1, |loose| loose.cycle),
        cell_id,
        nominal_ah,
        findings,
    )
}
