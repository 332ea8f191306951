//! Ribbons from one list to another.

use super::canvas::{colour, width_of, Anchor};
use super::frame::{Field, Frame};

/// Ribbons whose widths are `amounts` (by row of `from`, column of `to`); the colour is that of
/// the end.
pub fn flow(frame: &Frame<'_>, from: &[String], to: &[String], amounts: &[Vec<f64>]) -> String {
    let amount = |i: usize, j: usize| {
        let value = amounts.get(i).and_then(|row| row.get(j)).copied();
        value.filter(|v| v.is_finite() && *v > 0.0).unwrap_or(0.0)
    };
    let total: f64 = (0..from.len())
        .flat_map(|i| (0..to.len()).map(move |j| (i, j)))
        .map(|(i, j)| amount(i, j))
        .sum();
    let n_most = from.len().max(to.len()).max(1);
    let gap = 8.0;
    let height = (24.0 * n_most as f64).max(300.0);
    let widest = |names: &[String]| {
        let widths = names.iter().map(|name| width_of(name, 12.0));
        widths.fold(30.0, f64::max).min(200.0)
    };
    let mut field = Field::open(frame, &[], height, widest(from) + 60.0);
    let (left, right) = (field.left, field.left + field.width - widest(to) - 60.0);
    let scale = |n: usize| (height - gap * n.saturating_sub(1) as f64) / total.max(1e-9);
    let (left_scale, right_scale) = (scale(from.len()), scale(to.len()));
    let mut tops = Vec::new();
    let mut y = field.top;
    for (j, name) in to.iter().enumerate() {
        let sum: f64 = (0..from.len()).map(|i| amount(i, j)).sum();
        tops.push(y);
        let size = sum * right_scale;
        field.canvas.rect((right, y), (12.0, size), colour(j), 1.0);
        let text = format!("{name} ({sum:.0})");
        let middle = y + size / 2.0 + 4.0;
        field
            .canvas
            .text(right + 18.0, middle, Anchor::Start, 12.0, &text);
        y += size + gap;
    }
    let mut y = field.top;
    for (i, name) in from.iter().enumerate() {
        let sum: f64 = (0..to.len()).map(|j| amount(i, j)).sum();
        let size = sum * left_scale;
        field
            .canvas
            .rect((left - 12.0, y), (12.0, size), "currentColor", 0.6);
        let text = format!("{name} ({sum:.0})");
        let middle = y + size / 2.0 + 4.0;
        field
            .canvas
            .text(left - 18.0, middle, Anchor::End, 12.0, &text);
        let mut start = y;
        for (j, top) in tops.iter_mut().enumerate() {
            let (a, b) = (amount(i, j) * left_scale, amount(i, j) * right_scale);
            if a > 0.0 {
                let ends = ((left, start, start + a), (right, *top, *top + b));
                field.canvas.ribbon(ends.0, ends.1, colour(j));
                start += a;
                *top += b;
            }
        }
        y += size + gap;
    }
    let (x, bottom) = ((left + right) / 2.0, field.top + height + 18.0);
    field
        .canvas
        .text(x, bottom, Anchor::Middle, 12.0, frame.x.label());
    field.lower(18.0);
    field.close(frame)
}
