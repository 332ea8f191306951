//! Small SVG figures, 360 units wide so that their text is readable on a phone. Text and axes take
//! the colour of the page (`currentColor`).

use std::fmt::Write;

/// Width of every figure in its own units.
pub const WIDTH: f64 = 360.0;
/// Room for a number right of a bar.
const NUMBER_WIDTH: f64 = 62.0;

/// Colours that stay apart in grey and for the colour-blind (Okabe and Ito).
const PALETTE: [&str; 7] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c8c",
];

/// Colour of the i-th series.
pub fn colour(i: usize) -> &'static str {
    PALETTE.get(i % PALETTE.len()).copied().unwrap_or("#0072b2")
}

/// Text for markup.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A number with a true minus sign, no decimals from a hundred on.
pub fn plain(value: f64) -> String {
    let text = if value.abs() >= 99.5 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    };
    text.replace('-', "−")
}

/// A drawing in the making.
#[derive(Debug, Clone)]
pub struct Drawing {
    svg: String,
}

impl Drawing {
    /// An empty one of this height with an accessible title.
    pub fn new(height: f64, title: &str) -> Self {
        let title = escape(title);
        Self {
            svg: format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
                 role=\"img\" aria-label=\"{title}\" font-family=\"sans-serif\" font-size=\"11\" \
                 fill=\"currentColor\"><title>{title}</title>"
            ),
        }
    }

    /// A filled rectangle.
    pub fn rect(&mut self, at: (f64, f64), size: (f64, f64), fill: &str) {
        // Writing to a String cannot fail.
        let _ = write!(
            self.svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
            at.0, at.1, size.0, size.1
        );
    }

    /// A line in the colour of the text.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.svg,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"currentColor\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    /// A dot, half transparent so that a crowd of them shows.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, fill: &str) {
        let _ = write!(
            self.svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\" fill=\"{fill}\" \
             fill-opacity=\"0.55\"/>",
            at.0, at.1
        );
    }

    /// A rectangle of a heat map; `depth` from 0 to 1.
    pub fn shade(&mut self, at: (f64, f64), size: (f64, f64), depth: f64) {
        let _ = write!(
            self.svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\" \
             fill-opacity=\"{depth:.2}\"/>",
            at.0,
            at.1,
            size.0,
            size.1,
            colour(5)
        );
    }

    /// A closed shape.
    pub fn path(&mut self, d: &str, fill: &str) {
        let _ = write!(self.svg, "<path fill=\"{fill}\" d=\"{d}\"/>");
    }

    /// Text; `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, at: (f64, f64), anchor: &str, text: &str) {
        let _ = write!(
            self.svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            at.0,
            at.1,
            escape(text)
        );
    }

    /// Colour and name of a series.
    pub fn legend(&mut self, i: usize, x: f64, y: f64, name: &str) {
        self.rect((x, y - 9.0), (10.0, 10.0), colour(i));
        self.text((x + 15.0, y), "start", name);
    }

    /// The finished drawing.
    pub fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// Groups of horizontal bars, one bar per series with its number beside it. Values may be
/// negative.
pub fn bars(title: &str, labels: &[&str], series: &[(&str, Vec<f64>)]) -> String {
    const BAR: f64 = 15.0;
    let group = 22.0 + BAR * series.len() as f64;
    let top = 18.0 * series.len() as f64 + 4.0;
    let all = || series.iter().flat_map(|(_, values)| values.iter().copied());
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let scale = (WIDTH - NUMBER_WIDTH) / (high - low).max(1e-9);
    let zero = -low * scale;
    let mut drawing = Drawing::new(top + group * labels.len() as f64, title);
    for (s, (name, _)) in series.iter().enumerate() {
        drawing.legend(s, 0.0, 12.0 + 18.0 * s as f64, name);
    }
    for (g, label) in labels.iter().enumerate() {
        let y = top + group * g as f64;
        drawing.text((0.0, y + 13.0), "start", label);
        for (s, (_, values)) in series.iter().enumerate() {
            let value = values.get(g).copied().unwrap_or(0.0);
            let (from, to) = (zero + scale * value.min(0.0), zero + scale * value.max(0.0));
            let y = y + 18.0 + BAR * s as f64;
            drawing.rect((from, y), ((to - from).max(0.5), BAR - 2.0), colour(s));
            drawing.text((to + 4.0, y + 10.5), "start", &plain(value));
        }
    }
    drawing.line((zero, top), (zero, top + group * labels.len() as f64));
    drawing.finish()
}

/// A donut of positive parts, with a legend that carries the percentages.
pub fn donut(title: &str, parts: &[(&str, f64)]) -> String {
    let total: f64 = parts.iter().map(|(_, value)| value.max(0.0)).sum();
    let mut drawing = Drawing::new(150.0_f64.max(18.0 * parts.len() as f64 + 12.0), title);
    let (centre, outer, inner) = (72.0, 66.0, 36.0);
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
        drawing.path(
            &format!(
                "M{ax:.1} {ay:.1}A{outer} {outer} 0 {large} 1 {bx:.1} {by:.1}\
                 L{cx:.1} {cy:.1}A{inner} {inner} 0 {large} 0 {dx:.1} {dy:.1}Z"
            ),
            colour(i),
        );
        let words = format!("{name}: {:.1} %", 100.0 * share);
        drawing.legend(i, 152.0, 18.0 + 18.0 * i as f64, &words);
        angle = end;
    }
    drawing.finish()
}

/// One line of a [`tornado`]: what was changed, and the profit at its low and at its high value.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// Name and the two values.
    pub name: String,
    /// Outcome at the low and at the high value.
    pub outcomes: (f64, f64),
}

/// Horizontal ranges around a base value: the sensitivity table as a figure.
pub fn tornado(title: &str, base: f64, swings: &[Swing]) -> String {
    const LINE: f64 = 36.0;
    let both = || swings.iter().flat_map(|s| [s.outcomes.0, s.outcomes.1]);
    let (low, high) = (both().fold(base, f64::min), both().fold(base, f64::max));
    let x = |value: f64| {
        let room = WIDTH - 2.0 * NUMBER_WIDTH;
        NUMBER_WIDTH + room * (value - low) / (high - low).max(1e-9)
    };
    let height = 20.0 + LINE * swings.len() as f64;
    let mut drawing = Drawing::new(height, title);
    for (i, swing) in swings.iter().enumerate() {
        let y = LINE * i as f64;
        drawing.text((0.0, y + 12.0), "start", &swing.name);
        for (series, value) in [(1, swing.outcomes.0), (0, swing.outcomes.1)] {
            let (from, to) = (x(base).min(x(value)), x(base).max(x(value)));
            drawing.rect((from, y + 17.0), (to - from, 13.0), colour(series));
            let is_right = value > base || (value == base && series == 0);
            let (at, anchor) = if is_right {
                (to + 4.0, "start")
            } else {
                (from - 4.0, "end")
            };
            drawing.text((at, y + 27.5), anchor, &plain(value));
        }
    }
    drawing.line((x(base), 15.0), (x(base), height - 16.0));
    drawing.text((x(base), height - 4.0), "middle", &plain(base));
    drawing.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_balanced_and_escape_names() {
        let swing = |outcomes| Swing {
            name: "p<q".into(),
            outcomes,
        };
        for svg in [
            bars("a<b", &["x"], &[("s&t", vec![1.0]), ("u", vec![-2.0])]),
            donut("d", &[("all", 1.0)]),
            tornado("t", 5.0, &[swing((4.0, 7.0)), swing((5.0, 5.0))]),
        ] {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
            assert!(!svg.contains("NaN") && !svg.contains("a<b") && !svg.contains("s&t"));
            assert!(!svg.contains("p<q"));
        }
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_stay_inside() {
        let svg = bars("t", &["x"], &[("a", vec![50.0]), ("b", vec![100.0])]);
        assert!(svg.contains("width=\"149.0\"") && svg.contains("width=\"298.0\""));
        assert!(svg.contains(">50.00<") && svg.contains(">100<"));
    }
}
