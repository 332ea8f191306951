//! The lot as tables and as CSV.

use super::currency::Currency;
use super::items::Items;
use super::lot::{Choice, LotValue};
use super::tables::{table, Table};
use super::ValueError;
use std::fmt::Write;

/// Summary of a lot as tables: by route, in all, and per collaborator where that is known.
///
/// # Errors
/// [`ValueError::BadValue`] for an exchange rate of zero.
pub fn lot_tables(
    items: &Items,
    lot: &LotValue,
    currency: Currency,
) -> Result<Vec<Table>, ValueError> {
    let per_yuan = currency.per_yuan(items)?;
    let money = |yuan: f64| format!("{:.2}", yuan * per_yuan);
    let symbol = currency.symbol();
    let mut rows: Vec<Vec<String>> = Choice::ALL
        .iter()
        .zip(lot.by_choice)
        .map(|(choice, (n_batteries, mass_kg, profit))| {
            vec![
                choice.label().into(),
                n_batteries.to_string(),
                format!("{mass_kg:.3}"),
                money(profit),
            ]
        })
        .collect();
    rows.push(vec![
        "laboratory first (net gain of the test)".into(),
        lot.to_lab.0.to_string(),
        format!("{:.3}", lot.to_lab.1),
        money(lot.to_lab.2),
    ]);
    let summary = [
        ("mass, kg".to_owned(), format!("{:.3}", lot.mass_kg)),
        (format!("expected profit, {symbol}"), money(lot.profit)),
        (
            format!("with the recommended tests, {symbol}"),
            money(lot.profit_with_lab),
        ),
        (
            format!("all to hydrometallurgy, unsorted, {symbol}"),
            money(lot.profit_unsorted),
        ),
        (
            "avoided CO2-eq, kg".to_owned(),
            format!("{:.2}", lot.avoided_co2_kg),
        ),
        (
            "electricity saved against calibration, kWh".to_owned(),
            format!("{:.2}", lot.saved_kwh),
        ),
        (
            "call undecided below this confidence".to_owned(),
            format!("{:.2}", lot.undecided_below),
        ),
    ];
    let mut out = vec![
        table(
            "Lot by recommended route",
            &["route", "batteries", "mass, kg", symbol],
            rows,
        ),
        table(
            "Lot",
            &["", "value"],
            summary
                .into_iter()
                .map(|(name, value)| vec![name, value])
                .collect(),
        ),
    ];
    if let Some(mean) = lot.one_more_collaborator() {
        let mut rows: Vec<Vec<String>> = lot
            .collaborators
            .iter()
            .map(|(name, yuan)| vec![name.clone(), money(*yuan)])
            .collect();
        rows.push(vec!["one more collaborator (the mean)".into(), money(mean)]);
        let caption = format!("What each ballot is worth: profit lost without it, {symbol}");
        out.push(table(&caption, &["collaborator", symbol], rows));
    }
    Ok(out)
}

/// One line per battery: profits of the routes, recommendation, value of a laboratory test.
/// Columns of money end with the name of the currency.
///
/// # Errors
/// [`ValueError::BadValue`] for an exchange rate of zero.
pub fn lot_csv(items: &Items, lot: &LotValue, currency: Currency) -> Result<String, ValueError> {
    let per_yuan = currency.per_yuan(items)?;
    let mut out = String::from("battery,mass_kg");
    let money = ["pyro", "hydro", "direct_nmc", "direct_lfp"];
    let key = currency.key();
    for name in money {
        // Writing to a String cannot fail.
        let _ = write!(out, ",{name}_{key}");
    }
    let _ = writeln!(
        out,
        ",recommended,profit_{key},profit_low_{key},profit_high_{key},lab_value_{key},lab_first"
    );
    for a in &lot.assessments {
        let quote = if a.id.contains([',', '"', '\n']) {
            "\""
        } else {
            ""
        };
        let _ = write!(
            out,
            "{quote}{}{quote},{:.4}",
            a.id.replace('"', "\"\""),
            a.mass_kg
        );
        for profit in a.profits {
            let _ = write!(out, ",{:.4}", profit * per_yuan);
        }
        let _ = write!(out, ",\"{}\",{:.4}", a.choice.label(), a.profit * per_yuan);
        match a.profit_interval {
            Some((low, high)) => {
                let _ = write!(out, ",{:.4},{:.4}", low * per_yuan, high * per_yuan);
            }
            None => out.push_str(",,"),
        }
        let first = if a.to_lab { "yes" } else { "no" };
        let _ = writeln!(out, ",{:.4},{first}", a.lab_value * per_yuan);
    }
    Ok(out)
}
