//! Shapes as SVG text.

use std::fmt::Write;

/// Colours that stay apart in grey and for the colour-blind (Okabe and Ito), as many as the
/// published fleet has classes.
const PALETTE: [&str; 9] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#8c6d1f",
    "#882255",
];
/// Dashes that tell lines apart without colour.
const DASHES: [&str; 4] = ["", "7 3", "2 3", "9 3 2 3"];

/// Colour of a series.
pub fn colour(series: usize) -> &'static str {
    PALETTE[series % PALETTE.len()]
}

/// Dashes of a series' line.
pub fn dashes(series: usize) -> &'static str {
    DASHES[series % DASHES.len()]
}

/// Which end of a text stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The first letter.
    Start,
    /// The middle.
    Middle,
    /// The last letter.
    End,
}

/// Text for XML, in text and in attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Estimated width of a text in a sans-serif font: CJK letters are as wide as they are high.
pub fn width_of(text: &str, size: f64) -> f64 {
    let letters = text
        .chars()
        .map(|c| if c > '\u{2e80}' { 1.0 } else { 0.56 });
    size * letters.sum::<f64>()
}

/// Breaks a text into lines no wider than `width`.
pub fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut out = vec![String::new()];
    // CJK text may break anywhere, other text at blanks.
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        let starts_word = c > '\u{2e80}' || words.last().is_none_or(|w| w.ends_with(' '));
        match words.last_mut() {
            Some(word) if !starts_word => word.push(c),
            _ => words.push(c.into()),
        }
    }
    for word in words {
        let last = out.len() - 1;
        let is_full = width_of(&out[last], size) + width_of(word.trim_end(), size) > width;
        if is_full && !out[last].is_empty() {
            out.push(word);
        } else {
            out[last].push_str(&word);
        }
    }
    out
}

/// An SVG under construction.
pub struct Canvas {
    body: String,
}

impl Canvas {
    pub fn new() -> Self {
        Self {
            body: String::new(),
        }
    }

    /// The whole document; `title` is what a screen reader says.
    pub fn finish(self, width: f64, height: f64, title: &str) -> String {
        let title = escape(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"{title}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"currentColor\">\
             {}</svg>",
            self.body
        )
    }

    fn push(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(shape);
    }

    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, size: f64, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let text = escape(text);
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size:.0}\"{anchor}>{text}</text>"
        ));
    }

    pub fn title(&mut self, x: f64, y: f64, text: &str) {
        let text = escape(text);
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"14\" font-weight=\"600\">{text}</text>"
        ));
    }

    /// Text that runs upwards or slants, turned about its point by `degrees`.
    pub fn turned(&mut self, x: f64, y: f64, anchor: Anchor, degrees: i32, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        self.push(format_args!(
            "<text transform=\"translate({x:.1} {y:.1}) rotate({degrees})\" \
             text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// Number on a shaded ground: dark or light whatever the page's colours are.
    pub fn number(&mut self, x: f64, y: f64, size: f64, is_light: bool, text: &str) {
        let fill = if is_light { "#ffffff" } else { "#111111" };
        let text = escape(text);
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size:.0}\" fill=\"{fill}\" \
             text-anchor=\"middle\">{text}</text>"
        ));
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), opacity: f64) {
        self.push(format_args!(
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"currentColor\" \
             stroke-opacity=\"{opacity:.2}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    pub fn rect(&mut self, at: (f64, f64), size: (f64, f64), fill: &str, opacity: f64) {
        self.push(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\" \
             fill-opacity=\"{opacity:.2}\"/>",
            at.0,
            at.1,
            size.0.max(0.0),
            size.1.max(0.0)
        ));
    }

    /// A rectangle with an edge of its colour.
    pub fn edged(&mut self, at: (f64, f64), size: (f64, f64), colour: &str) {
        self.push(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\" \
             fill-opacity=\"0.25\" stroke=\"{colour}\"/>",
            at.0,
            at.1,
            size.0.max(0.0),
            size.1.max(0.0)
        ));
    }

    pub fn dot(&mut self, at: (f64, f64), radius: f64, fill: &str) {
        self.push(format_args!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"{fill}\"/>",
            at.0, at.1
        ));
    }

    /// A line through points.
    pub fn polyline(&mut self, points: &[(f64, f64)], stroke: &str, dashes: &str, width: f64) {
        if points.is_empty() {
            return;
        }
        let path = path(points);
        let dashes = if dashes.is_empty() {
            String::new()
        } else {
            format!(" stroke-dasharray=\"{dashes}\"")
        };
        self.push(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" \
             stroke-width=\"{width:.1}\"{dashes}/>"
        ));
    }

    /// A filled outline through points.
    pub fn area(&mut self, points: &[(f64, f64)], fill: &str, opacity: f64) {
        if points.is_empty() {
            return;
        }
        let path = path(points);
        self.push(format_args!(
            "<path d=\"{path}Z\" fill=\"{fill}\" fill-opacity=\"{opacity:.2}\"/>"
        ));
    }

    /// A ribbon between two upright edges: x, top and bottom of each.
    pub fn ribbon(&mut self, from: (f64, f64, f64), to: (f64, f64, f64), fill: &str) {
        let middle = (from.0 + to.0) / 2.0;
        self.push(format_args!(
            "<path d=\"M{0:.1} {1:.1}C{6:.1} {1:.1} {6:.1} {4:.1} {3:.1} {4:.1}L{3:.1} {5:.1}\
             C{6:.1} {5:.1} {6:.1} {2:.1} {0:.1} {2:.1}Z\" fill=\"{fill}\" fill-opacity=\"0.45\"/>",
            from.0, from.1, from.2, to.0, to.1, to.2, middle
        ));
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    path
}
