//! Distributions side by side.

use super::canvas::colour;
use super::frame::{Field, Frame};

/// Box plots: per name of the horizontal axis one box per series, from the lower to the upper
/// quartile with the median across; whiskers reach the extremes, a dot marks the mean.
/// `series` holds a name and one list of values per name of the axis.
pub fn boxes(frame: &Frame<'_>, series: &[(String, Vec<Vec<f64>>)]) -> String {
    let names: Vec<String> = series.iter().map(|(name, _)| name.clone()).collect();
    let mut field = Field::open(frame, &names, 300.0, 62.0);
    field.y_axis(&frame.y);
    field.x_axis(&frame.x);
    let n_groups = frame.x.ticks().len().max(1);
    let group = field.width / n_groups as f64;
    let width = (0.8 * group / series.len().max(1) as f64).min(46.0);
    for (s, (_, groups)) in series.iter().enumerate() {
        for (g, values) in groups.iter().enumerate() {
            let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
            sorted.sort_by(f64::total_cmp);
            let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
                continue;
            };
            let middle = field.x(frame.x.share(g as f64))
                + width * (s as f64 - (series.len() as f64 - 1.0) / 2.0);
            let y = |value: f64| field.y(frame.y.share(value));
            let (low, high) = (y(quantile(&sorted, 0.25)), y(quantile(&sorted, 0.75)));
            let (bottom, top, median) = (y(least), y(most), y(quantile(&sorted, 0.5)));
            let mean = y(sorted.iter().sum::<f64>() / sorted.len() as f64);
            let (left, right) = (middle - 0.4 * width, middle + 0.4 * width);
            let fill = colour(s);
            let canvas = &mut field.canvas;
            for (from, to) in [(low, bottom), (high, top)] {
                canvas.polyline(&[(middle, from), (middle, to)], fill, "", 1.0);
            }
            canvas.edged((left, high), (right - left, low - high), fill);
            canvas.polyline(&[(left, median), (right, median)], fill, "", 2.0);
            canvas.dot((middle, mean), 2.2, fill);
        }
    }
    field.close(frame)
}

/// Quantile of ascending values by linear interpolation.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len().max(1) - 1) as f64;
    let below = position as usize;
    let value = |i: usize| sorted.get(i).or(sorted.last()).copied().unwrap_or(0.0);
    value(below) + (position - below as f64) * (value(below + 1) - value(below))
}
