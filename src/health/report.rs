//! The experiment as a printable page: parity plots and heat maps (Tao et al. 2024, Figs. 3-4).

use super::cases::{ALL_SOC, CASES, FIRST_EXTRAPOLATION};
use crate::value::{colour, escape, Drawing, WIDTH};
use std::fmt::Write;

/// One case of one type, as the figures need it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseFigure {
    /// Case number.
    pub case: usize,
    /// MAPE, %.
    pub mape: f64,
    /// Always answering the mean, %.
    pub constant: f64,
    /// Share of true values inside the 90 % interval, %; none for the published pipeline.
    pub coverage: Option<f64>,
    /// MAPE per unseen state of charge, (per cent, %).
    pub by_soc: Vec<(i64, f64)>,
    /// (truth, estimate), fractions.
    pub parity: Vec<(f64, f64)>,
}

/// Dots beyond this number are thinned evenly: a page should open quickly.
const MOST_DOTS: usize = 600;

/// Estimates against truth, the two kinds of cases in two colours, with the diagonal.
pub fn parity_plot(title: &str, cases: &[CaseFigure]) -> String {
    let (left, top, size) = (44.0, 44.0, WIDTH - 56.0);
    let all = || cases.iter().flat_map(|case| &case.parity);
    let values = || all().flat_map(|(truth, estimate)| [*truth, *estimate]);
    let low = libm::floor(values().fold(f64::INFINITY, f64::min) * 20.0) / 20.0;
    let high = libm::ceil(values().fold(f64::NEG_INFINITY, f64::max) * 20.0) / 20.0;
    let mut drawing = Drawing::new(top + size + 36.0, title);
    drawing.legend(0, 0.0, 14.0, "interpolation (cases 0-3)");
    drawing.legend(1, 0.0, 32.0, "extrapolation (cases 4-7)");
    if low >= high || low.is_nan() || high.is_nan() {
        return drawing.finish();
    }
    let at = |value: f64| size * (value - low) / (high - low);
    let (x, y) = (|v: f64| left + at(v), |v: f64| top + size - at(v));
    drawing.line((left, top), (left, top + size));
    drawing.line((left, top + size), (left + size, top + size));
    drawing.line((x(low), y(low)), (x(high), y(high)));
    for tick in 0..=4_u32 {
        let value = low + (high - low) * f64::from(tick) / 4.0;
        let words = format!("{:.0}", 100.0 * value);
        drawing.text((x(value), top + size + 15.0), "middle", &words);
        drawing.text((left - 5.0, y(value) + 4.0), "end", &words);
    }
    let step = all().count().div_ceil(MOST_DOTS).max(1);
    let dots = cases
        .iter()
        .flat_map(|case| case.parity.iter().map(move |pair| (case.case, pair)));
    for (case, (truth, estimate)) in dots.step_by(step) {
        let series = usize::from(case >= FIRST_EXTRAPOLATION);
        drawing.dot((x(*truth), y(*estimate)), 2.2, colour(series));
    }
    let below = (left + size / 2.0, top + size + 31.0);
    drawing.text(
        below,
        "middle",
        "measured SOH, %; upwards: estimated SOH, %",
    );
    drawing.finish()
}

/// MAPE by case (rows) and state of charge (columns); a dot marks measured states of charge.
pub fn heat_map(title: &str, cases: &[CaseFigure]) -> String {
    let (left, top) = (44.0, 22.0);
    let (width, height) = ((WIDTH - left) / ALL_SOC.len() as f64, 24.0);
    let worst = cases
        .iter()
        .flat_map(|case| case.by_soc.iter().map(|(_, error)| *error))
        .fold(1e-9, f64::max);
    let mut drawing = Drawing::new(top + height * cases.len() as f64 + 4.0, title);
    for (column, level) in ALL_SOC.iter().enumerate() {
        let x = left + width * (column as f64 + 0.5);
        drawing.text((x, 14.0), "middle", &format!("{level} %"));
    }
    for (row, case) in cases.iter().enumerate() {
        let y = top + height * row as f64;
        drawing.text((0.0, y + 16.0), "start", &format!("case {}", case.case));
        for (column, level) in ALL_SOC.iter().enumerate() {
            let x = left + width * column as f64;
            let error = case.by_soc.iter().find(|(soc, _)| soc == level);
            let is_trained = CASES.get(case.case).is_some_and(|own| own.contains(level));
            match error {
                Some((_, error)) => {
                    let shade = 0.12 + 0.5 * (error / worst);
                    drawing.shade((x + 1.0, y + 1.0), (width - 2.0, height - 2.0), shade);
                    let at = (x + width / 2.0, y + 16.0);
                    drawing.text(at, "middle", &format!("{error:.1}"));
                }
                None if is_trained => {
                    drawing.text((x + width / 2.0, y + 16.0), "middle", "·");
                }
                None => {}
            }
        }
    }
    drawing.finish()
}

/// A page with both figures and a table for each type. `heading` says which split and use of SOC.
pub fn report(heading: &str, types: &[(String, Vec<CaseFigure>)]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>VoltVote: {0}</title><style>\
         body{{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}\
         .pair{{display:grid;gap:1.5em;grid-template-columns:repeat(auto-fit,minmax(min(22em,100%),1fr))}}\
         figure{{margin:0;break-inside:avoid}}svg{{width:100%;max-width:30em}}\
         table{{border-collapse:collapse;margin:1em 0}}td,th{{border-bottom:1px solid #999;\
         padding:.2em .6em;text-align:right}}</style><h1>{0}</h1><p>MAPE in per cent on held-out \
         records at states of charge that were not measured; the error of always answering the \
         training mean stands beside it.</p>",
        escape(heading)
    );
    for (name, cases) in types {
        let name = escape(name);
        let mean = |of: &dyn Fn(&CaseFigure) -> f64| {
            cases.iter().map(of).sum::<f64>() / cases.len().max(1) as f64
        };
        let caption = format!(
            "{name}: estimates are {:.2} % off on average, the constant {:.2} %",
            mean(&|case| case.mape),
            mean(&|case| case.constant)
        );
        // Writing to a String cannot fail.
        let _ = write!(page, "<h2>{name}</h2><div class=\"pair\">");
        if cases.iter().any(|case| !case.parity.is_empty()) {
            let _ = write!(
                page,
                "<figure>{}<figcaption>{caption}</figcaption></figure>",
                parity_plot(&caption, cases)
            );
        }
        let caption = format!(
            "{name}: MAPE by case and state of charge; measured states of charge are dotted"
        );
        let _ = write!(
            page,
            "<figure>{}<figcaption>{caption}</figcaption></figure></div><table><tr><th>case<th>\
             training SOC, %<th>MAPE, %<th>constant, %<th>interval covers, %</tr>",
            heat_map(&caption, cases)
        );
        for case in cases {
            let own: Vec<String> = CASES
                .get(case.case)
                .into_iter()
                .flat_map(|levels| levels.iter().map(i64::to_string))
                .collect();
            let covered = case
                .coverage
                .map_or("–".into(), |share| format!("{share:.1}"));
            let _ = write!(
                page,
                "<tr><td>{}<td>{}<td>{:.2}<td>{:.2}<td>{covered}</tr>",
                case.case,
                own.join(", "),
                case.mape,
                case.constant
            );
        }
        page.push_str("</table>");
    }
    page.push_str("</html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unseen_state_of_charge_is_shaded_and_every_pair_a_dot() {
        let case = CaseFigure {
            case: 5,
            mape: 3.0,
            constant: 7.5,
            coverage: Some(90.0),
            by_soc: vec![(5, 4.0), (50, 2.0)],
            parity: vec![(0.8, 0.82), (0.7, 0.69)],
        };
        let heat = heat_map("heat", std::slice::from_ref(&case));
        assert_eq!(heat.matches("fill-opacity").count(), 2);
        assert!(heat.contains(">4.0<") && heat.contains("0.62") && heat.contains("0.37"));
        // Three measured states of charge in case 5.
        assert_eq!(heat.matches('·').count(), 3);
        let parity = parity_plot("parity", std::slice::from_ref(&case));
        assert_eq!(parity.matches("<circle").count(), 2);
        let page = report("leak-free <known>", &[("LFP".into(), vec![case])]);
        assert!(page.contains("leak-free &lt;known&gt;") && page.contains("20, 25, 30"));
        assert!(!parity_plot("none", &[]).contains("NaN"));
    }
}
