//! The figures as tables of text.

use super::currency::Currency;
use super::items::Items;
use super::overview::{overview, Question, ACCURACIES, MIXTURES};
use super::pretreatment::Pretreatment;
use super::route::{Chemistry, Route};
use super::ValueError;

/// A table: caption, header, rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// Column names.
    pub header: Vec<String>,
    /// Cells as text.
    pub rows: Vec<Vec<String>>,
}

pub(super) fn table(caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> Table {
    Table {
        caption: caption.into(),
        header: header.iter().map(|&name| name.into()).collect(),
        rows,
    }
}

/// Accounts; streams; sensitivity; pre-treatment; break-even; scenario; items: the tables that
/// need no lot.
///
/// # Errors
/// Those of [`overview`] and of the currency.
pub fn tables(
    items: &Items,
    question: &Question,
    currency: Currency,
) -> Result<Vec<Table>, ValueError> {
    let all = overview(items, question)?;
    let per_yuan = currency.per_yuan(items)?;
    let money = |yuan: f64| format!("{:.2}", yuan * per_yuan);
    let unit = format!("{}/t", currency.symbol());
    let mut out = Vec::new();
    let mut rows = Vec::new();
    for account in &all.accounts {
        let names = [
            Route::ALL.get(account.route).map_or("", |r| r.label()),
            Chemistry::ALL
                .get(account.chemistry)
                .map_or("", |c| c.label()),
        ];
        let lines = account.lines.iter().map(|l| (l.name, l.yuan_per_tonne));
        for (name, yuan) in lines.chain([("profit", account.profit)]) {
            rows.push(vec![
                names[0].into(),
                names[1].into(),
                name.into(),
                money(yuan),
            ]);
        }
    }
    out.push(table(
        &format!("Account of one tonne, {unit}"),
        &["route", "chemistry", "item", &unit],
        rows,
    ));
    let own = ("own stream", question.parts.0, question.parts.1, &all.own);
    let published = MIXTURES.iter().zip(&all.mixtures);
    let rows = published
        .map(|((name, lfp, nmc), value)| (*name, *lfp, *nmc, value))
        .chain([own])
        .map(|(name, lfp, nmc, value)| {
            let mut row = vec![match name {
                "own stream" => format!("own stream, {lfp}:{nmc}"),
                _ => name.to_owned(),
            }];
            row.extend(
                value
                    .routes
                    .iter()
                    .chain(&value.at_accuracies)
                    .map(|p| money(*p)),
            );
            row.push(
                value
                    .break_even_accuracy
                    .map_or("never".into(), |share| format!("{:.1} %", 100.0 * share)),
            );
            row
        })
        .collect();
    out.push(table(
        &format!("Profit of streams, {unit}; direct recycling also at the accuracies of the paper"),
        &[
            "stream",
            "pyrometallurgy",
            "hydrometallurgy",
            "direct, sorted",
            ACCURACIES[0].0,
            ACCURACIES[1].0,
            ACCURACIES[2].0,
            "direct beats hydrometallurgy from",
        ],
        rows,
    ));
    out.push(table(
        &format!("Sensitivity of direct recycling of the own stream, {unit}"),
        &["input", "low", "high", "profit at low", "profit at high"],
        all.sensitivities
            .iter()
            .map(|line| {
                vec![
                    line.name.into(),
                    line.values.0.clone(),
                    line.values.1.clone(),
                    money(line.profits.0),
                    money(line.profits.1),
                ]
            })
            .collect(),
    ));
    let ways = Pretreatment::ALL.iter().zip(&all.ways);
    out.push(table(
        &format!(
            "Pre-treatment of NMC at 80 % SOH, {:.0} % SOC",
            100.0 * question.soc
        ),
        &[
            "pre-treatment",
            "kWh/t",
            "pyro, kg CO2-eq/t",
            "hydro, kg CO2-eq/t",
            "direct, kg CO2-eq/t",
            "electricity, US$/t",
            "share of direct cost, %",
        ],
        ways.map(|(way, value)| {
            let mut row = vec![
                way.label().to_string(),
                format!("{:.1}", value.kwh_per_tonne),
            ];
            row.extend(value.co2_kg_per_tonne.iter().map(|kg| format!("{kg:.0}")));
            row.push(format!("{:.2}", value.electricity_usd));
            row.push(format!("{:.1}", 100.0 * value.electricity_share));
            row
        })
        .collect(),
    ));
    out.push(table(
        "Tonnes after which generation pays against pulse tests",
        &["state of charge", "t"],
        all.break_even
            .iter()
            .map(|(percent, tonnes)| {
                vec![
                    format!("{percent:.0} %"),
                    tonnes.map_or("never".into(), |tonnes| format!("{tonnes:.2}")),
                ]
            })
            .collect(),
    ));
    out.push(table(
        "World scenario 2030, pulse and generation instead of calibration",
        &["saved, bn US$", "avoided, bn kg CO2-eq"],
        vec![vec![
            format!("{:.2}", all.scenario.0),
            format!("{:.1}", all.scenario.1),
        ]],
    ));
    out.push(items_table(items));
    Ok(out)
}

fn items_table(items: &Items) -> Table {
    table(
        "Items: every figure can be changed",
        &["id", "item", "value", "unit", "source"],
        items
            .all()
            .iter()
            .map(|item| {
                vec![
                    item.id.into(),
                    item.name.into(),
                    format!("{}", item.value),
                    item.unit.symbol().into(),
                    item.source.text().into(),
                ]
            })
            .collect(),
    )
}
