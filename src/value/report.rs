//! Everything on one printable page.

use super::currency::Currency;
use super::drawings::figures;
use super::figure::escape;
use super::items::Items;
use super::lot::LotValue;
use super::lot_report::lot_tables;
use super::overview::Question;
use super::tables::{tables, Table};
use super::ValueError;
use std::fmt::Write;

/// What the formulas take for granted, in English; the page says the same in its own words.
pub const ASSUMPTIONS: [&str; 6] = [
    "Sorting accuracy: the published profits hold at 97 % accuracy. Below it the share \
     1 − accuracy/97 % of the mass is misplaced. Misplaced mass has been through a direct line \
     (its plant and reagents are spent), comes out as impure product, and is refined \
     hydrometallurgically instead of being sold as cathode. Above 97 % nothing more is gained.",
    "State of health: a part of the reagents replaces lost lithium; that part grows with 1 − SOH, \
     from the reference of 80 %.",
    "NCA, LCO and blends are valued as NMC, LMO as LFP; emissions of NMC are used for all.",
    "Mixed streams: pyrometallurgy, hydrometallurgy and sorted direct recycling are linear in the \
     mixture.",
    "Pulse tests without generation need a known state of charge; moving it there costs the \
     energy of a calibration in proportion to the charge.",
    "A laboratory test tells the chemistry for certain. One more collaborator is worth what the \
     ballots at hand are worth on average: the profit lost when each is left out.",
];

/// A printable page without scripts: the lot first if there is one, then figures, assumptions and
/// tables.
///
/// # Errors
/// Those of the formulas.
pub fn html(
    items: &Items,
    question: &Question,
    lot: Option<&LotValue>,
    currency: Currency,
) -> Result<String, ValueError> {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>VoltVote: what the decision is worth</title><style>\
         body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
         table{border-collapse:collapse;margin:1em 0;width:100%;display:block;overflow-x:auto}\
         caption{text-align:left;font-weight:bold}td,th{border-bottom:1px solid #999;\
         padding:.2em .6em;text-align:left}.figures{display:grid;gap:1.5em;\
         grid-template-columns:repeat(auto-fit,minmax(min(22em,100%),1fr))}\
         figure{margin:0;break-inside:avoid}svg{width:100%;max-width:30em}\
         @media print{table{display:table}}</style>\
         <h1>What the decision is worth</h1><p>Defaults come from two papers (Tao et al. 2023 and \
         2024); items marked “assumed” are ours and close the published totals.</p>",
    );
    if let Some(lot) = lot {
        for part in lot_tables(items, lot, currency)? {
            push_table(&mut page, &part);
        }
    }
    page.push_str("<div class=\"figures\">");
    for figure in figures(items, question, currency)? {
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "<figure>{}<figcaption>{}</figcaption></figure>",
            figure.svg,
            escape(&figure.caption)
        );
    }
    page.push_str("</div><h2>Assumptions</h2><ul>");
    for assumption in ASSUMPTIONS {
        let _ = write!(page, "<li>{}</li>", escape(assumption));
    }
    page.push_str("</ul>");
    for part in tables(items, question, currency)? {
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
    use super::super::lot_report::lot_csv;
    use super::*;

    #[test]
    fn the_report_holds_published_totals_and_every_item() {
        let items = Items::default();
        let battery = Battery::from_classes("a,b", [("NMC", 0.9), ("LFP", 0.1)]).unwrap();
        let lot = assess(&items, &[battery]).unwrap();
        let page = html(&items, &Question::default(), Some(&lot), Currency::Yuan).unwrap();
        for figure in [
            "29944.2",
            "13279.5",
            "4372.3",
            "1104",
            "price.copper",
            "impure product",
            "4.90",
            "35.8",
            "1.07",
        ] {
            assert!(page.contains(figure), "{figure}");
        }
        assert_eq!(
            page.matches("<table>").count(),
            page.matches("</table>").count()
        );
        let csv = lot_csv(&items, &lot, Currency::Yuan).unwrap();
        assert!(csv.lines().nth(1).unwrap().starts_with("\"a,b\",0.05"));
    }
}
