//! Title, axes, legend and notes around a field of data.

use super::canvas::{colour, dashes, width_of, wrapped, Anchor, Canvas};

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Axis<'a> {
    /// Numbers from `low` to `high`.
    Number {
        /// What is shown, with its unit.
        label: &'a str,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Names at equal distances.
    Names {
        /// What is shown.
        label: &'a str,
        /// The names.
        names: &'a [String],
    },
}

impl Axis<'_> {
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Number { label, .. } | Self::Names { label, .. } => label,
        }
    }

    /// Where a value lies, 0 at the lower end and 1 at the upper.
    pub(super) fn share(&self, value: f64) -> f64 {
        match self {
            Self::Number { low, high, .. } => {
                let width = high - low;
                let share = (value - low) / if width > 0.0 { width } else { 1.0 };
                if share.is_finite() {
                    share.clamp(0.0, 1.0)
                } else {
                    0.0
                }
            }
            Self::Names { names, .. } => (value + 0.5) / names.len().max(1) as f64,
        }
    }

    /// Ticks as (value, text).
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Number { low, high, .. } => ticks(*low, *high),
            Self::Names { names, .. } => names
                .iter()
                .enumerate()
                .map(|(i, name)| (i as f64, name.clone()))
                .collect(),
        }
    }
}

/// Round numbers between two ends: steps of 1, 2 or 5 times a power of ten, at most eight; whole
/// ones between whole ends that are at least two apart (there is no index of 2.5).
fn ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let width = high - low;
    if !width.is_finite() || width <= 0.0 {
        return vec![(low, format!("{low:.2}"))];
    }
    let is_whole = width >= 2.0 && low.fract() == 0.0 && high.fract() == 0.0;
    let (mut step, mut decimals, mut turn) = match is_whole {
        true => (1.0, 0, 0),
        false => (1e-6, 6_usize, 0),
    };
    while width / step > 8.0 {
        // 1, 2, 5, 10: times 2, times 2.5, times 2.
        step *= if turn % 3 == 1 { 2.5 } else { 2.0 };
        turn += 1;
        if turn % 3 == 0 {
            decimals = decimals.saturating_sub(1);
        }
    }
    let first = (low / step - 1e-9).ceil();
    (0..=8)
        .map(|i| (first + f64::from(i)) * step)
        .take_while(|value| *value <= high + 1e-9 * width)
        // Rounding may leave a negative zero.
        .map(|value| (value, format!("{:.decimals$}", value + 0.0)))
        .collect()
}

/// What surrounds every figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame<'a> {
    /// What is shown.
    pub title: &'a str,
    /// Horizontal axis.
    pub x: Axis<'a>,
    /// Vertical axis.
    pub y: Axis<'a>,
    /// Lines below: n, seed, split, source.
    pub notes: &'a [String],
}

/// Width of every figure.
pub(super) const WIDTH: f64 = 760.0;
const SIZE: f64 = 12.0;

/// The field that data are drawn into.
pub(super) struct Field {
    pub canvas: Canvas,
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    end: f64,
}

impl Field {
    /// Title and legend; room for axes is left, but they are not drawn yet.
    pub fn open(frame: &Frame<'_>, legend: &[String], height: f64, left: f64) -> Self {
        let mut canvas = Canvas::new();
        let mut y = 6.0;
        for line in wrapped(frame.title, 14.0, WIDTH - 20.0) {
            y += 17.0;
            canvas.title(10.0, y, &line);
        }
        if legend.len() > 1 {
            let mut x = left;
            y += 22.0;
            for (i, name) in legend.iter().enumerate() {
                let width = 40.0 + width_of(name, SIZE);
                if x + width > WIDTH && x > left {
                    x = left;
                    y += 18.0;
                }
                canvas.polyline(
                    &[(x, y - 4.0), (x + 22.0, y - 4.0)],
                    colour(i),
                    dashes(i),
                    3.0,
                );
                canvas.text(x + 27.0, y, Anchor::Start, SIZE, name);
                x += width + 6.0;
            }
        }
        let top = y + 14.0;
        Self {
            canvas,
            left,
            top,
            width: WIDTH - left - 16.0,
            height,
            end: top + height,
        }
    }

    /// Horizontal place of a share of the axis.
    pub fn x(&self, share: f64) -> f64 {
        self.left + share * self.width
    }

    /// Vertical place of a share of the axis, from below.
    pub fn y(&self, share: f64) -> f64 {
        self.top + (1.0 - share) * self.height
    }

    /// Ticks and labels of the horizontal axis, with rules up the field for numbers.
    pub fn x_axis(&mut self, axis: &Axis<'_>) {
        let bottom = self.top + self.height;
        self.canvas
            .line((self.left, bottom), (self.left + self.width, bottom), 0.6);
        let ticks = axis.ticks();
        let room = self.width / ticks.len().max(1) as f64;
        let widest = ticks
            .iter()
            .map(|(_, text)| width_of(text, SIZE))
            .fold(0.0, f64::max);
        let is_slanted = matches!(axis, Axis::Names { .. }) && widest > room - 4.0;
        for (value, text) in &ticks {
            let x = self.x(axis.share(*value));
            if matches!(axis, Axis::Number { .. }) {
                self.canvas.line((x, self.top), (x, bottom), 0.12);
            }
            self.canvas.line((x, bottom), (x, bottom + 4.0), 0.6);
            if is_slanted {
                self.canvas
                    .turned(x + 4.0, bottom + 14.0, Anchor::End, -40, text);
            } else {
                self.canvas
                    .text(x, bottom + 18.0, Anchor::Middle, SIZE, text);
            }
        }
        self.end = bottom
            + if is_slanted {
                20.0 + 0.66 * widest
            } else {
                22.0
            };
        if !axis.label().is_empty() {
            self.end += 16.0;
            let middle = self.left + self.width / 2.0;
            self.canvas
                .text(middle, self.end, Anchor::Middle, SIZE, axis.label());
        }
    }

    /// Ticks and label of a vertical axis of numbers, with rules across the field.
    pub fn y_axis(&mut self, axis: &Axis<'_>) {
        self.canvas.line(
            (self.left, self.top),
            (self.left, self.top + self.height),
            0.6,
        );
        for (value, text) in axis.ticks() {
            let y = self.y(axis.share(value));
            self.canvas
                .line((self.left, y), (self.left + self.width, y), 0.12);
            self.canvas
                .text(self.left - 7.0, y + 4.0, Anchor::End, SIZE, &text);
        }
        let middle = self.top + self.height / 2.0;
        self.canvas
            .turned(16.0, middle, Anchor::Middle, -90, axis.label());
    }

    /// Moves the notes down by what was drawn below the field.
    pub fn lower(&mut self, by: f64) {
        self.end += by;
    }

    /// Notes and the end of the document.
    pub fn close(mut self, frame: &Frame<'_>) -> String {
        let mut y = self.end + 8.0;
        for note in frame.notes {
            for line in wrapped(note, 11.0, WIDTH - 20.0) {
                y += 15.0;
                self.canvas.text(10.0, y, Anchor::Start, 11.0, &line);
            }
        }
        self.canvas.finish(WIDTH, y + 10.0, frame.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers_within_the_ends() {
        let texts = |low, high| -> Vec<String> {
            ticks(low, high).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(
            texts(40.0, 100.0),
            ["40", "50", "60", "70", "80", "90", "100"]
        );
        assert_eq!(
            texts(-0.05, 0.1),
            ["-0.04", "-0.02", "0.00", "0.02", "0.04", "0.06", "0.08", "0.10"]
        );
        assert_eq!(texts(2.0, 9.0), ["2", "3", "4", "5", "6", "7", "8", "9"]);
        assert_eq!(texts(2.0, 4.0), ["2", "3", "4"]);
        assert_eq!(
            texts(0.0, 40.0),
            ["0", "5", "10", "15", "20", "25", "30", "35", "40"]
        );
        assert_eq!(texts(3.0, 3.0), ["3.00"]);
    }
}
