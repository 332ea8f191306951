//! Reports as a page.

use super::{Report, Table};
use std::fmt::Write;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
    'unsafe-inline'; img-src data:\"><link rel=\"icon\" href=\"data:,\"><title>VoltVote: ";
const STYLE: &str = "</title><style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,\
    sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}h1,h2{line-height:1.2}\
    figure{margin:2rem 0;break-inside:avoid;overflow-x:auto}figcaption{font-weight:600;\
    margin-bottom:.4rem}svg{display:block;max-width:none}table{border-collapse:collapse;\
    font-size:13px}div{overflow-x:auto;margin:1.5rem 0}caption{text-align:left;font-weight:600;\
    margin-bottom:.4rem}td,th{border-bottom:1px solid #8886;padding:.2rem .6rem;text-align:right;\
    white-space:nowrap}th:first-child,td:first-child{text-align:left}</style></head><body>";

/// One page of some reports.
pub fn page(reports: &[Report]) -> String {
    let mut page = String::from(HEAD);
    let titles: Vec<&str> = reports.iter().map(|r| &r.title[..]).collect();
    push_escaped(&mut page, &titles.join(", "));
    page.push_str(STYLE);
    for report in reports {
        page.push_str("<h1>");
        push_escaped(&mut page, &report.title);
        page.push_str("</h1>");
        for fact in &report.facts {
            page.push_str("<p>");
            push_escaped(&mut page, fact);
            page.push_str("</p>");
        }
        for figure in &report.figures {
            // Writing to a String cannot fail.
            let _ = write!(page, "<figure id=\"{}\"><figcaption>", figure.id);
            push_escaped(&mut page, &figure.caption);
            let _ = write!(page, "</figcaption>{}</figure>", figure.svg);
        }
        for table in &report.tables {
            push_table(&mut page, table);
        }
    }
    page.push_str("</body></html>\n");
    page
}

fn push_table(page: &mut String, table: &Table) {
    page.push_str("<div><table><caption>");
    push_escaped(page, &table.caption);
    page.push_str("</caption><thead><tr>");
    for name in &table.header {
        page.push_str("<th scope=\"col\">");
        push_escaped(page, name);
        page.push_str("</th>");
    }
    page.push_str("</tr></thead><tbody>");
    for row in &table.rows {
        page.push_str("<tr>");
        for cell in row {
            page.push_str("<td>");
            push_escaped(page, cell);
            page.push_str("</td>");
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table></div>");
}

fn push_escaped(page: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            other => page.push(other),
        }
    }
}
