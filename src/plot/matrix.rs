//! A shaded table.

use super::canvas::{width_of, Anchor};
use super::frame::{Axis, Field, Frame, WIDTH};

/// Numbers by row and column.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix<'a> {
    /// Names of the rows, top to bottom.
    pub rows: &'a [String],
    /// Names of the columns.
    pub columns: &'a [String],
    /// Values by row; missing ones stay blank, as do those that are not finite.
    pub values: Vec<Vec<f64>>,
    /// Decimals shown.
    pub decimals: usize,
    /// Value of the darkest shade.
    pub most: f64,
}

/// Colour of the darkest shade, and from which share on numbers are written in white.
const SHADE: &str = "#0072b2";
const LIGHT_FROM: f64 = 0.55;

/// A matrix with the number in every cell; the frame's labels say what rows (`y`) and columns
/// (`x`) are.
pub fn matrix(frame: &Frame<'_>, matrix: &Matrix<'_>) -> String {
    let widest = matrix
        .rows
        .iter()
        .map(|name| width_of(name, 12.0))
        .fold(30.0, f64::max);
    // The label stands upright left of the names, clear of the widest.
    let margin = if frame.y.label().is_empty() {
        26.0
    } else {
        46.0
    };
    let left = widest.min(330.0) + margin;
    let n_columns = matrix.columns.len().max(1);
    let height = 24.0 * matrix.rows.len().max(1) as f64;
    let mut field = Field::open(frame, &[], height, left);
    // Cells no wider than a number needs to breathe.
    field.width = (WIDTH - left - 16.0).min(84.0 * n_columns as f64);
    field.x_axis(&Axis::Names {
        label: frame.x.label(),
        names: matrix.columns,
    });
    let middle = field.top + field.height / 2.0;
    let label = frame.y.label();
    field
        .canvas
        .turned(14.0, middle, Anchor::Middle, -90, label);
    let width = field.width / n_columns as f64;
    for (r, name) in matrix.rows.iter().enumerate() {
        let top = field.top + 24.0 * r as f64;
        let row = matrix.values.get(r);
        field
            .canvas
            .text(left - 6.0, top + 16.0, Anchor::End, 12.0, name);
        for c in 0..matrix.columns.len() {
            let value = row.and_then(|row| row.get(c)).copied();
            let Some(value) = value.filter(|v| v.is_finite()) else {
                continue;
            };
            let share = (value / matrix.most.max(1e-9)).clamp(0.0, 1.0);
            let x = left + width * c as f64;
            let size = (width - 1.0, 23.0);
            // White below, so that the shade and its number do not depend on the page.
            field.canvas.rect((x, top), size, "#ffffff", 1.0);
            field.canvas.rect((x, top), size, SHADE, 0.04 + 0.9 * share);
            let decimals = matrix.decimals;
            field.canvas.number(
                x + width / 2.0,
                top + 16.0,
                if width < 36.0 { 10.0 } else { 12.0 },
                share > LIGHT_FROM,
                &format!("{value:.decimals$}"),
            );
        }
    }
    field.close(frame)
}
