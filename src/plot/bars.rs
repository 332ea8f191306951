//! One bar per name.

use super::canvas::{colour, width_of, Anchor};
use super::frame::{Axis, Field, Frame};

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Its length on the axis.
    pub value: f64,
    /// Half the whisker; 0 for none.
    pub sd: f64,
}

/// Horizontal bars with whiskers, top to bottom; lengths are on the frame's `y` axis.
pub fn bars(frame: &Frame<'_>, bars: &[Bar]) -> String {
    let widest = bars
        .iter()
        .map(|bar| width_of(&bar.name, 12.0))
        .fold(40.0, f64::max);
    let row = if bars.len() > 40 { 14.0 } else { 18.0 };
    let height = row * bars.len().max(1) as f64;
    let mut field = Field::open(frame, &[], height, widest.min(260.0) + 16.0);
    let axis: Axis<'_> = frame.y;
    field.x_axis(&axis);
    let zero = field.x(axis.share(0.0));
    for (i, bar) in bars.iter().enumerate() {
        let middle = field.top + row * (i as f64 + 0.5);
        let x = |value: f64| field.x(axis.share(value));
        let (end, low, high) = (x(bar.value), x(bar.value - bar.sd), x(bar.value + bar.sd));
        let left = field.left;
        let canvas = &mut field.canvas;
        canvas.text(left - 6.0, middle + 4.0, Anchor::End, 12.0, &bar.name);
        canvas.rect(
            (zero.min(end), middle - 0.36 * row),
            ((end - zero).abs(), 0.72 * row),
            colour(0),
            0.75,
        );
        if bar.sd > 0.0 {
            canvas.line((low, middle), (high, middle), 0.9);
            for x in [low, high] {
                canvas.line((x, middle - 3.0), (x, middle + 3.0), 0.9);
            }
        }
    }
    field.close(frame)
}
