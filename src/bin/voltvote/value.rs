//! `voltvote value table | stream | lot | report`

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use voltvote::features::csv_records;
use voltvote::value::{
    assess, collaborator_values, html, lot_csv, lot_tables, overview, tables, Battery, Choice,
    Currency, Items, LotValue, Question, Route, Table, ACCURACIES,
};

/// Arguments of `value`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Args)]
struct Common {
    /// Replace an item, such as `price.copper=60000`; may be repeated.
    #[arg(long = "set", value_name = "ID=VALUE")]
    set: Vec<String>,
    /// Currency of what is printed; items stay in the units of their table.
    #[arg(long, value_parser = ["yuan", "usd"], default_value = "yuan")]
    currency: String,
    /// Parts of LFP of the own stream.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    lfp: f64,
    /// Parts of NMC of the own stream.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    nmc: f64,
    /// Sorting accuracy of the own stream, share.
    #[arg(long, default_value_t = 0.97, allow_negative_numbers = true)]
    accuracy: f64,
    /// State of health of the own stream, share; the published reference where not given.
    #[arg(long = "stream-soh", allow_negative_numbers = true)]
    stream_soh: Option<f64>,
    /// State of charge at which batteries arrive, share.
    #[arg(long, default_value_t = 0.5, allow_negative_numbers = true)]
    soc: f64,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum What {
    /// The accounts, streams, sensitivities, pre-treatment and all items.
    Table {
        #[command(flatten)]
        common: Common,
    },
    /// Profit of the own stream on each route and its break-even accuracy.
    Stream {
        /// Mass of the stream, t.
        #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
        tonnes: f64,
        #[command(flatten)]
        common: Common,
    },
    /// Route, profit and value of a test for each battery of a tally's result.csv.
    Lot {
        /// `result.csv` of `voltvote tally`; its states of health are used.
        #[arg(long)]
        decisions: PathBuf,
        /// `features.csv` or another table with `cell_id` and `soh`, and `mass_kg` if known.
        #[arg(long)]
        soh: Option<PathBuf>,
        /// Table of `voltvote tally --without`: what each collaborator's ballot is worth.
        #[arg(long)]
        without: Option<PathBuf>,
        /// Mass of one battery in kg.
        #[arg(long, allow_negative_numbers = true)]
        mass_kg: Option<f64>,
        /// Mass of the whole lot in t, shared equally.
        #[arg(long, conflicts_with = "mass_kg", allow_negative_numbers = true)]
        tonnes: Option<f64>,
        /// Where to write the batteries as CSV.
        #[arg(long)]
        csv: Option<PathBuf>,
        /// Where to write the printable page.
        #[arg(long)]
        report: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// The figures and tables that need no lot, as a printable page.
    Report {
        /// Where to write it.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs one of them.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.what {
        What::Table { common } => {
            let (items, question) = (edited(common)?, common.question());
            if common.json {
                let parts = tables(&items, &question, common.currency())?;
                let parts: Vec<_> = parts.iter().map(table_json).collect();
                println!(
                    "{}",
                    serde_json::json!({ "tables": parts, "overview": overview(&items, &question)? })
                );
            } else {
                let parts = tables(&items, &question, common.currency())?;
                parts.iter().for_each(print_table);
            }
        }
        What::Stream { tonnes, common } => stream(common, *tonnes)?,
        What::Report { out, common } => {
            let page = html(
                &edited(common)?,
                &common.question(),
                None,
                common.currency(),
            )?;
            crate::files::write(out, page.as_bytes())?;
        }
        What::Lot {
            decisions,
            soh,
            without,
            mass_kg,
            tonnes,
            csv,
            report,
            common,
        } => {
            let mut items = edited(common)?;
            let mut batteries = read_decisions(decisions)?;
            if let Some(path) = soh {
                add_soh(&mut batteries, path)?;
            }
            if let Some(kg) = mass_kg {
                items.set("battery.mass", *kg)?;
            }
            if let Some(tonnes) = tonnes {
                items.set(
                    "battery.mass",
                    1000.0 * tonnes / batteries.len().max(1) as f64,
                )?;
            }
            let mut lot = assess(&items, &batteries)?;
            if let Some(path) = without {
                let (names, lists) = read_without(path, &batteries)?;
                let values = collaborator_values(&items, &batteries, &lists)?;
                lot.collaborators = names.into_iter().zip(values).collect();
            }
            if let Some(path) = csv {
                crate::files::write(path, lot_csv(&items, &lot, common.currency())?.as_bytes())?;
            }
            if let Some(path) = report {
                let page = html(&items, &common.question(), Some(&lot), common.currency())?;
                crate::files::write(path, page.as_bytes())?;
            }
            if common.json {
                println!("{}", lot_json(&lot));
            } else {
                let parts = lot_tables(&items, &lot, common.currency())?;
                parts.iter().for_each(print_table);
            }
        }
    }
    Ok(())
}

impl Common {
    fn question(&self) -> Question {
        Question {
            parts: (self.lfp, self.nmc),
            accuracy: self.accuracy,
            soh: self.stream_soh,
            soc: self.soc,
        }
    }

    fn currency(&self) -> Currency {
        match self.currency.as_str() {
            "usd" => Currency::Usd,
            _ => Currency::Yuan,
        }
    }
}

fn edited(common: &Common) -> Result<Items, Failure> {
    let mut items = Items::default();
    for edit in &common.set {
        let bad = || Failure::new("value-bad-edit", format!("{edit}: write ID=VALUE"));
        let (id, value) = edit.split_once('=').ok_or_else(bad)?;
        items.set(id.trim(), value.trim().parse().map_err(|_| bad())?)?;
    }
    items.check()?;
    Ok(items)
}

fn stream(common: &Common, tonnes: f64) -> Result<(), Failure> {
    // The same check as for any mass.
    Items::default()
        .set("battery.mass", tonnes)
        .map_err(|_| Failure::new("value-bad-value", "tonnes must be a number of zero or more"))?;
    let items = edited(common)?;
    let all = overview(&items, &common.question())?;
    let per_yuan = common.currency().per_yuan(&items)?;
    let mut lines: Vec<(String, f64)> = Vec::new();
    for (route, profit) in Route::ALL.iter().zip(all.own.routes) {
        lines.push((route.label().into(), profit));
    }
    for ((name, _), profit) in ACCURACIES.iter().zip(all.own.at_accuracies) {
        lines.push(((*name).into(), profit));
    }
    let own = format!("direct at {:.1} %", 100.0 * common.accuracy);
    lines.push((own, all.own_profit));
    if common.json {
        println!(
            "{}",
            serde_json::json!({
                "lfp_share": all.own.lfp_share,
                "tonnes": tonnes,
                "currency": common.currency().key(),
                "profits": lines.iter().map(|(name, profit)| serde_json::json!({
                    "name": name,
                    "per_tonne": profit * per_yuan,
                    "total": profit * per_yuan * tonnes,
                })).collect::<Vec<_>>(),
                "break_even_accuracy": all.own.break_even_accuracy,
            })
        );
        return Ok(());
    }
    let symbol = common.currency().symbol();
    for (name, profit) in lines {
        let (each, total) = (profit * per_yuan, profit * per_yuan * tonnes);
        println!("{name:<20} {each:>12.2} {symbol}/t {total:>14.2} {symbol}");
    }
    match all.own.break_even_accuracy {
        Some(accuracy) => println!(
            "direct recycling beats hydrometallurgy from {:.1} % sorting accuracy",
            100.0 * accuracy
        ),
        None => println!("direct recycling does not beat hydrometallurgy"),
    }
    Ok(())
}

/// Rows of a CSV: header and cells.
fn read_csv(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), Failure> {
    let text = String::from_utf8(crate::files::read(path)?)
        .map_err(|_| Failure::new("file-unreadable", format!("{}: not UTF-8", path.display())))?;
    // What `tally` puts before a name that a spreadsheet would run as a formula.
    let bare = |field: String| match field.strip_prefix('\'') {
        Some(name) if name.starts_with(['=', '+', '-', '@']) => name.to_owned(),
        _ => field,
    };
    let records = csv_records(text.trim_start_matches('\u{feff}'), ',').into_iter();
    let mut rows = records.map(|(_, record)| record.into_iter().map(bare).collect());
    let header = rows.next().unwrap_or_default();
    Ok((header, rows.collect()))
}

fn column(header: &[String], name: &str, path: &Path) -> Result<usize, Failure> {
    header
        .iter()
        .position(|field| field == name)
        .ok_or_else(|| {
            Failure::new(
                "column-missing",
                format!("{}: there is no column {name}", path.display()),
            )
        })
}

fn read_decisions(path: &Path) -> Result<Vec<Battery>, Failure> {
    let (header, rows) = read_csv(path)?;
    let id = column(&header, "battery", path)?;
    let find = |name| header.iter().position(|field| field == name);
    let (soh, half_width) = (find("soh"), find("soh_half_width"));
    let status = find("status");
    let classes: Vec<(usize, &str)> = header
        .iter()
        .enumerate()
        .filter_map(|(i, name)| Some((i, name.strip_prefix("p:")?)))
        .collect();
    if classes.is_empty() {
        return Err(Failure::new(
            "column-missing",
            format!("{}: there are no columns p:CLASS", path.display()),
        ));
    }
    let mut batteries = Vec::with_capacity(rows.len());
    for (row, number) in rows.iter().zip(2..) {
        let cell = |i: usize| row.get(i).map_or("", String::as_str);
        let mut probabilities = Vec::with_capacity(classes.len());
        for &(i, name) in &classes {
            let probability = cell(i).parse::<f64>().map_err(|_| {
                Failure::new(
                    "value-bad-share",
                    format!("{} line {number}: p:{name} is not a number", path.display()),
                )
            })?;
            probabilities.push((name, probability));
        }
        let mut battery = Battery::from_classes(cell(id), probabilities)?;
        battery.is_unknown = status.is_some_and(|at| cell(at) == "unknown");
        battery.soh = soh.and_then(|at| cell(at).parse().ok());
        let half = half_width.and_then(|at| cell(at).parse::<f64>().ok());
        battery.soh_interval = battery
            .soh
            .zip(half)
            .map(|(soh, half)| (soh - half, soh + half));
        batteries.push(battery);
    }
    Ok(batteries)
}

/// Names of those left out, and the batteries as the others see them, in the lot's order.
fn read_without(path: &Path, lot: &[Battery]) -> Result<(Vec<String>, Vec<Vec<Battery>>), Failure> {
    let (header, rows) = read_csv(path)?;
    let left_out = column(&header, "without", path)?;
    // A block of rows for each: several may have one name.
    let name = |block: &[Vec<String>]| block.first()?.get(left_out).cloned();
    let names: Vec<String> = (rows.chunks(lot.len().max(1))).filter_map(name).collect();
    let mut all = read_decisions(path)?;
    if lot.is_empty() || all.len() != names.len() * lot.len() {
        let words = format!(
            "{}: {} rows are not {} batteries for each of {} collaborators",
            path.display(),
            all.len(),
            lot.len(),
            names.len()
        );
        return Err(Failure::new("value-bad-value", words));
    }
    for (battery, own) in all.iter_mut().zip(lot.iter().cycle()) {
        if battery.id != own.id {
            let words = format!(
                "{}: {} stands where {} should",
                path.display(),
                battery.id,
                own.id
            );
            return Err(Failure::new("value-bad-value", words));
        }
        battery.soh = own.soh;
        battery.mass_kg = own.mass_kg;
        battery.is_unknown = own.is_unknown;
    }
    let lists = all.chunks(lot.len()).map(<[Battery]>::to_vec).collect();
    Ok((names, lists))
}

fn add_soh(batteries: &mut [Battery], path: &Path) -> Result<(), Failure> {
    let (header, rows) = read_csv(path)?;
    let id = column(&header, "cell_id", path)?;
    let soh = column(&header, "soh", path)?;
    let mass = header.iter().position(|field| field == "mass_kg");
    for battery in batteries {
        let row = rows
            .iter()
            .find(|row| row.get(id).is_some_and(|cell| *cell == battery.id));
        let number = |at: usize| row.and_then(|row| row.get(at)?.parse().ok());
        if let Some(measured) = number(soh) {
            // The interval belonged to the estimate.
            (battery.soh, battery.soh_interval) = (Some(measured), None);
        }
        battery.mass_kg = mass.and_then(number);
    }
    Ok(())
}

fn print_table(table: &Table) {
    println!("\n{}", table.caption);
    let mut widths: Vec<usize> = table
        .header
        .iter()
        .map(|name| name.chars().count())
        .collect();
    for row in &table.rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in std::iter::once(&table.header).chain(&table.rows) {
        let line: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        println!("  {}", line.join("  ").trim_end());
    }
}

fn table_json(table: &Table) -> serde_json::Value {
    serde_json::json!({"caption": table.caption, "header": table.header, "rows": table.rows})
}

fn lot_json(lot: &LotValue) -> serde_json::Value {
    let routes: Vec<serde_json::Value> = Choice::ALL
        .iter()
        .zip(lot.by_choice)
        .map(|(choice, (n_batteries, mass_kg, profit))| {
            serde_json::json!({"route": choice.label(), "batteries": n_batteries,
                "mass_kg": mass_kg, "profit_yuan": profit})
        })
        .collect();
    let batteries: Vec<serde_json::Value> = lot
        .assessments
        .iter()
        .map(|a| {
            serde_json::json!({"battery": a.id, "mass_kg": a.mass_kg, "profits_yuan": a.profits,
                "recommended": a.choice.label(), "profit_yuan": a.profit,
                "profit_interval_yuan": a.profit_interval, "lab_value_yuan": a.lab_value, "lab_first": a.to_lab})
        })
        .collect();
    serde_json::json!({
        "profit_yuan": lot.profit,
        "profit_with_lab_yuan": lot.profit_with_lab,
        "profit_unsorted_yuan": lot.profit_unsorted,
        "avoided_co2_kg": lot.avoided_co2_kg,
        "saved_kwh": lot.saved_kwh,
        "undecided_below": lot.undecided_below,
        "mass_kg": lot.mass_kg,
        "collaborators": lot.collaborators.iter().map(|(name, yuan)| serde_json::json!({
            "name": name, "worth_yuan": yuan})).collect::<Vec<_>>(),
        "one_more_collaborator_yuan": lot.one_more_collaborator(),
        "lab_first": lot.to_lab.0,
        "routes": routes,
        "batteries": batteries,
    })
}
