//! `voltvote value table | streams | lot | report`

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use voltvote::value::{
    assess, break_even_accuracy, html, lot_csv, lot_tables, tables, Battery, Choice, Items,
    LotValue, Stream, Table,
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
    /// Profit of a mixed stream on each route and its break-even accuracy.
    Stream {
        /// Parts of LFP.
        #[arg(long)]
        lfp: f64,
        /// Parts of NMC.
        #[arg(long)]
        nmc: f64,
        #[command(flatten)]
        common: Common,
    },
    /// Route, profit and value of a test for each battery of a tally's result.csv.
    Lot {
        /// `result.csv` of `voltvote tally`.
        #[arg(long)]
        decisions: PathBuf,
        /// `features.csv` or another table with `cell_id` and `soh`.
        #[arg(long)]
        soh: Option<PathBuf>,
        /// Mass of one battery in kg.
        #[arg(long)]
        mass_kg: Option<f64>,
        /// Where to write the batteries as CSV.
        #[arg(long)]
        csv: Option<PathBuf>,
        /// Where to write the printable page.
        #[arg(long)]
        report: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs one of them.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.what {
        What::Table { common } => {
            let parts = tables(&edited(common)?)?;
            if common.json {
                println!(
                    "{}",
                    serde_json::json!({ "tables": parts.iter().map(table_json).collect::<Vec<_>>() })
                );
            } else {
                parts.iter().for_each(print_table);
            }
        }
        What::Stream { lfp, nmc, common } => stream(&edited(common)?, *lfp, *nmc, common.json)?,
        What::Lot {
            decisions,
            soh,
            mass_kg,
            csv,
            report,
            common,
        } => {
            let items = edited(common)?;
            let mut batteries = read_decisions(decisions)?;
            if let Some(path) = soh {
                add_soh(&mut batteries, path)?;
            }
            for battery in &mut batteries {
                battery.mass_kg = *mass_kg;
            }
            let lot = assess(&items, &batteries)?;
            if let Some(path) = csv {
                write(path, lot_csv(&lot).as_bytes())?;
            }
            if let Some(path) = report {
                write(path, html(&items, Some(&lot))?.as_bytes())?;
            }
            if common.json {
                println!("{}", lot_json(&lot));
            } else {
                lot_tables(&lot).iter().for_each(print_table);
            }
        }
    }
    Ok(())
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

fn stream(items: &Items, lfp: f64, nmc: f64, json: bool) -> Result<(), Failure> {
    use voltvote::value::{profit_at_accuracy, stream_profit, Route, ACCURACIES};
    let stream = Stream::from_parts(lfp, nmc)?;
    let mut lines = Vec::new();
    for route in Route::ALL {
        lines.push((route.label(), stream_profit(items, route, stream)?));
    }
    for (name, accuracy) in ACCURACIES {
        lines.push((name, profit_at_accuracy(items, stream, accuracy)?));
    }
    let break_even = break_even_accuracy(items, stream)?;
    if json {
        println!(
            "{}",
            serde_json::json!({
                "lfp_share": stream.lfp_share,
                "yuan_per_tonne": lines.iter().map(|(name, profit)| serde_json::json!({"name": name, "profit": profit})).collect::<Vec<_>>(),
                "break_even_accuracy": break_even,
            })
        );
    } else {
        for (name, profit) in lines {
            println!("{name:<20} {profit:>12.2} ¥/t");
        }
        match break_even {
            Some(accuracy) => println!(
                "direct recycling beats hydrometallurgy from {:.1} % sorting accuracy",
                100.0 * accuracy
            ),
            None => println!("direct recycling does not beat hydrometallurgy"),
        }
    }
    Ok(())
}

/// Rows of a CSV with simple fields: header and cells.
fn read_csv(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new("file-unreadable", format!("{}: {error}", path.display())))?;
    let split = |line: &str| -> Vec<String> {
        let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
        for c in line.trim_end_matches('\r').chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(std::mem::take(&mut field)),
                _ => field.push(c),
            }
        }
        fields.push(field);
        fields
    };
    let mut lines = text.lines().filter(|line| !line.is_empty()).map(split);
    let header = lines.next().unwrap_or_default();
    Ok((header, lines.collect()))
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
        batteries.push(Battery::from_classes(cell(id), probabilities)?);
    }
    Ok(batteries)
}

fn add_soh(batteries: &mut [Battery], path: &Path) -> Result<(), Failure> {
    let (header, rows) = read_csv(path)?;
    let id = column(&header, "cell_id", path)?;
    let soh = column(&header, "soh", path)?;
    for battery in batteries {
        battery.soh = rows
            .iter()
            .find(|row| row.get(id).is_some_and(|cell| *cell == battery.id))
            .and_then(|row| row.get(soh)?.parse().ok());
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .map_err(|error| Failure::new("file-unwritable", format!("{}: {error}", path.display())))
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
                "lab_value_yuan": a.lab_value, "lab_first": a.to_lab})
        })
        .collect();
    serde_json::json!({
        "profit_yuan": lot.profit,
        "profit_with_lab_yuan": lot.profit_with_lab,
        "profit_unsorted_yuan": lot.profit_unsorted,
        "avoided_co2_kg": lot.avoided_co2_kg,
        "saved_kwh": lot.saved_kwh,
        "undecided_below": lot.undecided_below,
        "lab_first": lot.to_lab.0,
        "routes": routes,
        "batteries": batteries,
    })
}
