//! Everything on one printable page, and the lot as CSV.

use super::figure::{bars, donut, tornado};
use super::items::Items;
use super::lot::{Choice, LotValue};
use super::pretreatment::{
    break_even_tonnes, co2_kg_per_tonne, electricity_share, electricity_usd_per_tonne,
    scenario_2030, Pretreatment,
};
use super::route::{account, Chemistry, Route};
use super::streams::{profit_at_accuracy, sensitivities, stream_profit, Stream};
use super::ValueError;
use std::fmt::Write;

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

/// A figure with its caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The finding.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

fn table(caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> Table {
    Table {
        caption: caption.into(),
        header: header.iter().map(|&name| name.into()).collect(),
        rows,
    }
}

fn money(value: f64) -> String {
    format!("{value:.2}")
}

/// The accuracies the paper compares: WDV, majority, independent learning.
pub const ACCURACIES: [(&str, f64); 3] = [
    ("WDV 97 %", 0.97),
    ("majority 71 %", 0.71),
    ("independent 55 %", 0.55),
];

/// Mixed streams the paper compares, LFP:NMC.
pub const MIXTURES: [(&str, f64, f64); 5] = [
    ("NMC only", 0.0, 1.0),
    ("LFP:NMC 1:2", 1.0, 2.0),
    ("LFP:NMC 1:1", 1.0, 1.0),
    ("LFP:NMC 2:1", 2.0, 1.0),
    ("LFP only", 1.0, 0.0),
];

/// Items; accounts; streams; accuracy; sensitivity; pre-treatment: the tables that need no lot.
///
/// # Errors
/// Those of the formulas.
pub fn tables(items: &Items) -> Result<Vec<Table>, ValueError> {
    items.check()?;
    let mut out = Vec::new();
    let mut rows = Vec::new();
    for route in Route::ALL {
        for chemistry in Chemistry::ALL {
            let account = account(items, route, chemistry, None)?;
            for line in &account.lines {
                rows.push(vec![
                    route.label().into(),
                    chemistry.label().into(),
                    line.name.into(),
                    money(line.yuan_per_tonne),
                ]);
            }
            rows.push(vec![
                route.label().into(),
                chemistry.label().into(),
                "profit".into(),
                money(account.profit()),
            ]);
        }
    }
    out.push(table(
        "Account of one tonne, ¥/t",
        &["route", "chemistry", "item", "¥/t"],
        rows,
    ));
    let mut rows = Vec::new();
    for (name, lfp, nmc) in MIXTURES {
        let stream = Stream::from_parts(lfp, nmc)?;
        let mut row = vec![name.to_string()];
        for route in Route::ALL {
            row.push(money(stream_profit(items, route, stream)?));
        }
        for (_, accuracy) in ACCURACIES {
            row.push(money(profit_at_accuracy(items, stream, accuracy)?));
        }
        rows.push(row);
    }
    out.push(table(
        "Profit of streams, ¥/t; direct recycling also at the accuracies of the paper",
        &[
            "stream",
            "pyrometallurgy",
            "hydrometallurgy",
            "direct, sorted",
            ACCURACIES[0].0,
            ACCURACIES[1].0,
            ACCURACIES[2].0,
        ],
        rows,
    ));
    out.push(table(
        "Sensitivity of direct recycling, LFP:NMC 1:1, ¥/t",
        &["input", "low", "high", "profit at low", "profit at high"],
        sensitivities(items, Stream::from_parts(1.0, 1.0)?)?
            .into_iter()
            .map(|line| {
                vec![
                    line.name,
                    line.values.0,
                    line.values.1,
                    money(line.profits.0),
                    money(line.profits.1),
                ]
            })
            .collect(),
    ));
    let mut rows = Vec::new();
    for way in Pretreatment::ALL {
        let mut row = vec![way.label().to_string()];
        for route in Route::ALL {
            row.push(format!("{:.0}", co2_kg_per_tonne(items, way, route, 0.5)?));
        }
        row.push(money(electricity_usd_per_tonne(items, way, 0.5)?));
        row.push(format!(
            "{:.1}",
            100.0 * electricity_share(items, way, 0.5)?
        ));
        rows.push(row);
    }
    out.push(table(
        "Pre-treatment of NMC at 80 % SOH, 50 % SOC",
        &[
            "pre-treatment",
            "pyro, kg CO2-eq/t",
            "hydro, kg CO2-eq/t",
            "direct, kg CO2-eq/t",
            "electricity, US$/t",
            "share of direct cost, %",
        ],
        rows,
    ));
    let mut rows = Vec::new();
    for percent in [5.0, 15.0, 25.0, 35.0, 50.0] {
        rows.push(vec![
            format!("{percent:.0} %"),
            break_even_tonnes(items, percent / 100.0)?
                .map_or("never".into(), |tonnes| format!("{tonnes:.2}")),
        ]);
    }
    out.push(table(
        "Tonnes after which generation pays against pulse tests",
        &["state of charge", "t"],
        rows,
    ));
    let (usd, co2) = scenario_2030(items)?;
    out.push(table(
        "World scenario 2030, pulse and generation instead of calibration",
        &["saved, bn US$", "avoided, bn kg CO2-eq"],
        vec![vec![format!("{usd:.2}"), format!("{co2:.1}")]],
    ));
    out.push(table(
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
                    item.source.into(),
                ]
            })
            .collect(),
    ));
    Ok(out)
}

/// Bars of routes and streams, donuts of cost, bars of accuracy and emissions, the tornado.
///
/// # Errors
/// Those of the formulas.
pub fn figures(items: &Items) -> Result<Vec<Figure>, ValueError> {
    let labels = MIXTURES.map(|(name, _, _)| name);
    let mut by_route = Vec::new();
    for route in Route::ALL {
        let mut values = Vec::new();
        for (_, lfp, nmc) in MIXTURES {
            values.push(stream_profit(items, route, Stream::from_parts(lfp, nmc)?)?);
        }
        by_route.push((route.label(), values));
    }
    let mut by_accuracy = Vec::new();
    for (name, accuracy) in ACCURACIES {
        let mut values = Vec::new();
        for (_, lfp, nmc) in MIXTURES {
            let stream = Stream::from_parts(lfp, nmc)?;
            values.push(profit_at_accuracy(items, stream, accuracy)?);
        }
        by_accuracy.push((name, values));
    }
    let mut by_way = Vec::new();
    for way in Pretreatment::ALL {
        let mut values = Vec::new();
        for route in Route::ALL {
            values.push(co2_kg_per_tonne(items, way, route, 0.5)?);
        }
        by_way.push((way.label(), values));
    }
    let stream = Stream::from_parts(1.0, 1.0)?;
    let lines: Vec<(String, f64, f64)> = sensitivities(items, stream)?
        .into_iter()
        .map(|line| {
            let name = format!("{} ({}, {})", line.name, line.values.0, line.values.1);
            (name, line.profits.0, line.profits.1)
        })
        .collect();
    let base = stream_profit(items, Route::Direct, stream)?;
    let mut best = (Route::Direct, base);
    for route in Route::ALL {
        let profit = stream_profit(items, route, stream)?;
        if profit > best.1 {
            best = (route, profit);
        }
    }
    let lost = base - profit_at_accuracy(items, stream, 0.71)?;
    let mut out = vec![
        figure(
            &format!(
                "Profit of routes, ¥/t: at LFP:NMC 1:1 {} earns most, {:.0}",
                best.0.label(),
                best.1
            ),
            |caption| bars(caption, &labels, &by_route),
        ),
        figure(
            &format!(
                "Profit of direct recycling, ¥/t: at LFP:NMC 1:1 sorting with 71 % instead of \
                 97 % costs {lost:.0}"
            ),
            |caption| bars(caption, &labels, &by_accuracy),
        ),
    ];
    out.push(figure(
        "What moves the profit of direct recycling, LFP:NMC 1:1, ¥/t",
        |caption| tornado(caption, base, &lines),
    ));
    for chemistry in Chemistry::ALL {
        let account = account(items, Route::Direct, chemistry, None)?;
        let parts: Vec<(&str, f64)> = account
            .lines
            .iter()
            .filter(|line| line.yuan_per_tonne < 0.0)
            .map(|line| (line.name, -line.yuan_per_tonne))
            .collect();
        out.push(figure(
            &format!("Cost of direct recycling, {}", chemistry.label()),
            |caption| donut(caption, &parts),
        ));
    }
    out.push(figure(
        "Emissions by pre-treatment and route, NMC, kg CO2-eq/t",
        |caption| bars(caption, &Route::ALL.map(Route::label), &by_way),
    ));
    Ok(out)
}

fn figure(caption: &str, draw: impl Fn(&str) -> String) -> Figure {
    Figure {
        svg: draw(caption),
        caption: caption.into(),
    }
}

/// Summary and batteries of a lot as tables.
pub fn lot_tables(lot: &LotValue) -> Vec<Table> {
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
        ("expected profit, ¥", money(lot.profit)),
        ("expected profit, US$", money(lot.profit_usd)),
        ("with the recommended tests, ¥", money(lot.profit_with_lab)),
        (
            "all to hydrometallurgy, unsorted, ¥",
            money(lot.profit_unsorted),
        ),
        ("avoided CO2-eq, kg", money(lot.avoided_co2_kg)),
        (
            "electricity saved against calibration, kWh",
            money(lot.saved_kwh),
        ),
        (
            "call undecided below this confidence",
            format!("{:.2}", lot.undecided_below),
        ),
    ];
    vec![
        table(
            "Lot by recommended route",
            &["route", "batteries", "mass, kg", "¥"],
            rows,
        ),
        table(
            "Lot",
            &["", "value"],
            summary
                .into_iter()
                .map(|(name, value)| vec![name.into(), value])
                .collect(),
        ),
    ]
}

/// One line per battery: profits of the routes, recommendation, value of a laboratory test.
pub fn lot_csv(lot: &LotValue) -> String {
    let mut out = String::from(
        "battery,mass_kg,pyro_yuan,hydro_yuan,direct_nmc_yuan,direct_lfp_yuan,recommended,\
         profit_yuan,profit_low_yuan,profit_high_yuan,lab_value_yuan,lab_first\n",
    );
    for a in &lot.assessments {
        let id = if a.id.contains([',', '"', '\n']) {
            format!("\"{}\"", a.id.replace('"', "\"\""))
        } else {
            a.id.clone()
        };
        let (low, high) = a.profit_interval.map_or_else(
            || (String::new(), String::new()),
            |(low, high)| (format!("{low:.4}"), format!("{high:.4}")),
        );
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{id},{:.4},{:.4},{:.4},{:.4},{:.4},\"{}\",{:.4},{low},{high},{:.4},{}",
            a.mass_kg,
            a.profits[0],
            a.profits[1],
            a.profits[2],
            a.profits[3],
            a.choice.label(),
            a.profit,
            a.lab_value,
            if a.to_lab { "yes" } else { "no" }
        );
    }
    out
}

/// Text for HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A printable page without scripts: the lot first if there is one, then figures and tables.
///
/// # Errors
/// Those of the formulas.
pub fn html(items: &Items, lot: Option<&LotValue>) -> Result<String, ValueError> {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>VoltVote: what the \
         decision is worth</title><style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em \
         auto;padding:0 1em}table{border-collapse:collapse;margin:1em 0;width:100%}caption{\
         text-align:left;font-weight:bold}td,th{border-bottom:1px solid #999;padding:.2em .6em;\
         text-align:left}figure{margin:1em 0;break-inside:avoid}svg{width:100%;max-width:40em}</style>\
         <h1>What the decision is worth</h1><p>Defaults come from two papers (Tao et al. 2023 and \
         2024); items marked “assumed” are ours and close the published totals. NCA, LCO and \
         blends are valued as NMC, LMO as LFP; emissions of NMC are used for all.</p>",
    );
    if let Some(lot) = lot {
        for part in lot_tables(lot) {
            push_table(&mut page, &part);
        }
    }
    for figure in figures(items)? {
        let _ = write!(
            page,
            "<figure>{}<figcaption>{}</figcaption></figure>",
            figure.svg,
            escape(&figure.caption)
        );
    }
    for part in tables(items)? {
        push_table(&mut page, &part);
    }
    page.push_str("</html>\n");
    Ok(page)
}

fn push_table(page: &mut String, table: &Table) {
    let _ = write!(
        page,
        "<table><caption>{}</caption><tr>",
        escape(&table.caption)
    );
    for name in &table.header {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escape(name));
    }
    page.push_str("</tr>");
    for row in &table.rows {
        page.push_str("<tr>");
        for cell in row {
            let _ = write!(page, "<td>{}</td>", escape(cell));
        }
        page.push_str("</tr>");
    }
    page.push_str("</table>");
}

#[cfg(test)]
mod tests {
    use super::super::lot::{assess, Battery};
    use super::*;

    #[test]
    fn the_report_holds_published_totals_and_every_item() {
        let items = Items::default();
        let battery = Battery::from_classes("a,b", [("NMC", 0.9), ("LFP", 0.1)]).unwrap();
        let lot = assess(&items, &[battery]).unwrap();
        let page = html(&items, Some(&lot)).unwrap();
        for figure in ["29944.2", "13279.5", "4372.3", "1104", "price.copper"] {
            assert!(page.contains(figure), "{figure}");
        }
        assert_eq!(
            page.matches("<table>").count(),
            page.matches("</table>").count()
        );
        let csv = lot_csv(&lot);
        assert!(csv.lines().nth(1).unwrap().starts_with("\"a,b\",0.05"));
    }
}
