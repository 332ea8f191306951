//! Small SVG figures. Text and axes take the colour of the page (`currentColor`).

use std::fmt::Write;

/// Colours that stay apart in grey and for the colour-blind (Okabe and Ito).
const PALETTE: [&str; 6] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00",
];

fn colour(i: usize) -> &'static str {
    PALETTE.get(i % PALETTE.len()).copied().unwrap_or("#0072b2")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

fn open(width: u32, height: u32, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{0}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\">\
         <title>{0}</title>",
        escape(title)
    )
}

/// Grouped vertical bars: one group per label, one bar per series. Values may be negative.
pub fn bars(title: &str, labels: &[&str], series: &[(&str, Vec<f64>)]) -> String {
    let (width, height, left, top, bottom) = (640.0, 300.0, 20.0, 30.0, 60.0);
    let all = || series.iter().flat_map(|(_, values)| values.iter().copied());
    let high = all().fold(0.0, f64::max);
    let low = all().fold(0.0, f64::min);
    let scale = (height - top - bottom) / (high - low).max(1e-9);
    let zero_y = top + high * scale;
    let group = (width - 2.0 * left) / labels.len().max(1) as f64;
    let bar = 0.8 * group / series.len().max(1) as f64;
    let mut svg = open(640, 300, title);
    for (g, label) in labels.iter().enumerate() {
        let group_x = left + group * (g as f64 + 0.1);
        for (s, (_, values)) in series.iter().enumerate() {
            let value = values.get(g).copied().unwrap_or(0.0);
            let x = group_x + bar * s as f64;
            let y = zero_y - value.max(0.0) * scale;
            // Writing to a String cannot fail.
            let _ = write!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"10\">{value:.0}</text>",
                bar * 0.92,
                value.abs() * scale,
                colour(s),
                x + bar * 0.46,
                y - 4.0
            );
        }
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            group_x + 0.4 * group,
            height - bottom + 18.0,
            escape(label)
        );
    }
    let _ = write!(
        svg,
        "<line x1=\"{left}\" x2=\"{}\" y1=\"{zero_y:.1}\" y2=\"{zero_y:.1}\" stroke=\"currentColor\"/>",
        width - left
    );
    for (s, (name, _)) in series.iter().enumerate() {
        legend(&mut svg, s, left + 200.0 * s as f64, height - 20.0, name);
    }
    svg.push_str("</svg>");
    svg
}

fn legend(svg: &mut String, i: usize, x: f64, y: f64, name: &str) {
    let _ = write!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"10\" height=\"10\" fill=\"{}\"/>\
         <text x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
        y - 9.0,
        colour(i),
        x + 15.0,
        escape(name)
    );
}

/// A donut of positive parts, with a legend that carries the percentages.
pub fn donut(title: &str, parts: &[(&str, f64)]) -> String {
    let total: f64 = parts.iter().map(|(_, value)| value.max(0.0)).sum();
    let mut svg = open(420, 200, title);
    let (centre, outer, inner) = (100.0, 90.0, 50.0);
    let mut angle = 0.0;
    for (i, (name, value)) in parts.iter().enumerate() {
        let share = value.max(0.0) / total.max(1e-9);
        // A full circle has no arc: stop just short of it.
        let end = angle + share.min(0.9999) * core::f64::consts::TAU;
        let at = |radius: f64, angle: f64| {
            (
                centre + radius * libm::sin(angle),
                centre - radius * libm::cos(angle),
            )
        };
        let ((ax, ay), (bx, by)) = (at(outer, angle), at(outer, end));
        let ((cx, cy), (dx, dy)) = (at(inner, end), at(inner, angle));
        let large = i32::from(share > 0.5);
        let _ = write!(
            svg,
            "<path fill=\"{}\" d=\"M{ax:.1} {ay:.1}A{outer} {outer} 0 {large} 1 {bx:.1} {by:.1}\
             L{cx:.1} {cy:.1}A{inner} {inner} 0 {large} 0 {dx:.1} {dy:.1}Z\"/>",
            colour(i)
        );
        legend(
            &mut svg,
            i,
            215.0,
            30.0 + 22.0 * i as f64,
            &format!("{name}: {:.1} %", 100.0 * share),
        );
        angle = end;
    }
    svg.push_str("</svg>");
    svg
}

/// Horizontal ranges around a base value: the tornado of a sensitivity table.
pub fn tornado(title: &str, base: f64, lines: &[(String, f64, f64)]) -> String {
    let height = 50 + 26 * lines.len() as u32;
    let mut svg = open(640, height, title);
    let low = lines.iter().map(|l| l.1.min(l.2)).fold(base, f64::min);
    let high = lines.iter().map(|l| l.1.max(l.2)).fold(base, f64::max);
    let x = |value: f64| 220.0 + 360.0 * (value - low) / (high - low).max(1e-9);
    for (i, (name, a, b)) in lines.iter().enumerate() {
        let y = 20.0 + 26.0 * i as f64;
        let _ = write!(
            svg,
            "<text x=\"210\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            y + 13.0,
            escape(name)
        );
        for (series, value) in [(1, *a), (0, *b)] {
            let (from, to) = (x(base).min(x(value)), x(base).max(x(value)));
            let _ = write!(
                svg,
                "<rect x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"18\" fill=\"{}\"/>",
                to - from,
                colour(series)
            );
        }
    }
    let _ = write!(
        svg,
        "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"10\" y2=\"{1}\" stroke=\"currentColor\"/>\
         <text x=\"{0:.1}\" y=\"{2}\" text-anchor=\"middle\">{base:.0}</text></svg>",
        x(base),
        height - 25,
        height - 8
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_balanced_and_escape_names() {
        for svg in [
            bars("a<b", &["x"], &[("s&t", vec![1.0]), ("u", vec![-2.0])]),
            donut("d", &[("all", 1.0)]),
            tornado("t", 5.0, &[("p".into(), 4.0, 7.0)]),
        ] {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
            assert!(!svg.contains("NaN") && !svg.contains("a<b") && !svg.contains("s&t"));
        }
    }
}
