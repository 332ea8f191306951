//! Counts over equal bins.

use super::canvas::colour;
use super::frame::{Field, Frame};

/// Stacked bars over the names or the equal bins of the horizontal axis, heights on the vertical
/// one; the first series is at the bottom.
pub fn histogram(frame: &Frame<'_>, series: &[(String, Vec<f64>)]) -> String {
    let names: Vec<String> = series.iter().map(|(name, _)| name.clone()).collect();
    let mut field = Field::open(frame, &names, 220.0, 62.0);
    field.y_axis(&frame.y);
    field.x_axis(&frame.x);
    let n_bins = series.iter().map(|(_, bins)| bins.len()).max().unwrap_or(0);
    let width = field.width / n_bins.max(1) as f64;
    for bin in 0..n_bins {
        let mut below = 0.0;
        for (s, (_, bins)) in series.iter().enumerate() {
            let value = bins.get(bin).copied().unwrap_or(0.0);
            let (bottom, top) = (
                field.y(frame.y.share(below)),
                field.y(frame.y.share(below + value)),
            );
            let left = field.left + width * (bin as f64 + 0.06);
            if value > 0.0 {
                let size = (0.88 * width, bottom - top);
                field.canvas.rect((left, top), size, colour(s), 0.85);
            }
            below += value;
        }
    }
    field.close(frame)
}
