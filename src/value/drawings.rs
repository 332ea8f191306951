//! The figures of both papers (Fig. 5 each), drawn from the items in hand.

use super::currency::Currency;
use super::figure::{bars, donut, tornado, Swing};
use super::items::Items;
use super::overview::{overview, Question, ACCURACIES, MIXTURES};
use super::pretreatment::Pretreatment;
use super::route::{Chemistry, Route};
use super::ValueError;

/// A figure with its caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The finding.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

fn figure(caption: String, draw: impl Fn(&str) -> String) -> Figure {
    Figure {
        svg: draw(&caption),
        caption,
    }
}

/// Bars of routes and streams, bars of accuracy, the tornado, donuts of cost, emissions,
/// electricity and break-even of pre-treatment.
///
/// # Errors
/// Those of [`overview`] and of the currency.
pub fn figures(
    items: &Items,
    question: &Question,
    currency: Currency,
) -> Result<Vec<Figure>, ValueError> {
    let all = overview(items, question)?;
    let per_yuan = currency.per_yuan(items)?;
    let unit = format!("{}/t", currency.symbol());
    let labels = MIXTURES.map(|(name, _, _)| name);
    let column = |of: &dyn Fn(&super::StreamValue) -> f64| -> Vec<f64> {
        all.mixtures.iter().map(|m| per_yuan * of(m)).collect()
    };
    let by_route: Vec<(&str, Vec<f64>)> = Route::ALL
        .iter()
        .enumerate()
        .map(|(i, route)| (route.label(), column(&|m| m.routes[i])))
        .collect();
    let by_accuracy: Vec<(&str, Vec<f64>)> = ACCURACIES
        .iter()
        .enumerate()
        .map(|(i, (name, _))| (*name, column(&|m| m.at_accuracies[i])))
        .collect();
    let own = &all.own;
    let best = (0..Route::ALL.len())
        .max_by(|a, b| own.routes[*a].total_cmp(&own.routes[*b]))
        .unwrap_or(0);
    let base = per_yuan * own.routes[2];
    let lost = per_yuan * (own.at_accuracies[0] - own.at_accuracies[1]);
    let swings: Vec<Swing> = all
        .sensitivities
        .iter()
        .map(|line| Swing {
            name: format!("{} ({}, {})", line.name, line.values.0, line.values.1),
            outcomes: (per_yuan * line.profits.0, per_yuan * line.profits.1),
        })
        .collect();
    let mut out = vec![
        figure(
            format!(
                "Profit of routes, {unit}: of the own stream {} earns most, {:.0}",
                Route::ALL[best].label(),
                per_yuan * own.routes[best]
            ),
            |caption| bars(caption, &labels, &by_route),
        ),
        figure(
            format!(
                "Profit of direct recycling, {unit}: sorting the own stream with 71 % instead of \
                 97 % accuracy costs {lost:.0}"
            ),
            |caption| bars(caption, &labels, &by_accuracy),
        ),
        figure(
            format!("What moves the profit of direct recycling of the own stream, {unit}"),
            |caption| tornado(caption, base, &swings),
        ),
    ];
    for account in all.accounts.iter().filter(|a| a.route == 2) {
        let parts: Vec<(&str, f64)> = account
            .lines
            .iter()
            .filter(|line| line.yuan_per_tonne < 0.0)
            .map(|line| (line.name, -line.yuan_per_tonne))
            .collect();
        let chemistry = Chemistry::ALL.get(account.chemistry);
        let chemistry = chemistry.map_or("", |chemistry| chemistry.label());
        out.push(figure(
            format!("Cost of direct recycling, {chemistry}"),
            |caption| donut(caption, &parts),
        ));
    }
    let ways = || Pretreatment::ALL.iter().zip(&all.ways);
    let co2: Vec<(&str, Vec<f64>)> = ways()
        .map(|(way, value)| (way.label(), value.co2_kg_per_tonne.to_vec()))
        .collect();
    let emissions = [0, 2].map(|way| all.ways.get(way).map_or(0.0, |w| w.co2_kg_per_tonne[2]));
    out.push(figure(
        format!(
            "Emissions by pre-treatment and route, NMC, kg CO2-eq/t: direct recycling falls from \
             {:.0} to {:.0}",
            emissions[0], emissions[1]
        ),
        |caption| bars(caption, &Route::ALL.map(Route::label), &co2),
    ));
    let names: Vec<&str> = ways().map(|(way, _)| way.label()).collect();
    let usd = ways().map(|(_, value)| value.electricity_usd).collect();
    out.push(figure(
        "Electricity of direct recycling with its pre-treatment, US$/t".into(),
        |caption| bars(caption, &names, &[("US$/t", Vec::clone(&usd))]),
    ));
    for (way, value) in ways().filter(|(way, _)| **way != Pretreatment::Pulse) {
        let share = value.electricity_share;
        out.push(figure(
            format!("Cost of direct recycling after {}", way.label()),
            |caption| donut(caption, &[("electricity", share), ("other", 1.0 - share)]),
        ));
    }
    let charges: Vec<String> = all
        .break_even
        .iter()
        .map(|(percent, _)| format!("{percent:.0} % state of charge"))
        .collect();
    let charges: Vec<&str> = charges.iter().map(String::as_str).collect();
    let tonnes: Vec<f64> = all
        .break_even
        .iter()
        .map(|(_, tonnes)| tonnes.unwrap_or(0.0))
        .collect();
    out.push(figure(
        "Tonnes after which generation pays against pulse tests".into(),
        |caption| bars(caption, &charges, &[("t", tonnes.clone())]),
    ));
    Ok(out)
}
