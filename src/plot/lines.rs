//! Means over a number, with bands.

use super::canvas::{colour, dashes, Anchor};
use super::frame::{Field, Frame};

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Name in the legend.
    pub name: String,
    /// Points as (x, mean, standard deviation), x ascending; points that are not finite are left
    /// out.
    pub points: Vec<(f64, f64, f64)>,
}

/// Lines through means with bands of one standard deviation, and a level with its name where one
/// is asked for.
pub fn lines(frame: &Frame<'_>, series: &[Line], level: Option<(&str, f64)>) -> String {
    let names: Vec<String> = series.iter().map(|line| line.name.clone()).collect();
    let mut field = Field::open(frame, &names, 300.0, 62.0);
    field.y_axis(&frame.y);
    field.x_axis(&frame.x);
    let at = |field: &Field, x: f64, y: f64| (field.x(frame.x.share(x)), field.y(frame.y.share(y)));
    if let Some((name, value)) = level {
        let y = field.y(frame.y.share(value));
        let (from, to) = ((field.left, y), (field.left + field.width, y));
        field
            .canvas
            .polyline(&[from, to], "currentColor", "4 4", 1.0);
        let x = field.left + field.width - 4.0;
        field.canvas.text(x, y - 4.0, Anchor::End, 11.0, name);
    }
    let finite = |line: &Line| -> Vec<(f64, f64, f64)> {
        let points = line.points.iter().copied();
        points
            .filter(|(x, y, _)| x.is_finite() && y.is_finite())
            .collect()
    };
    for (i, line) in series.iter().enumerate() {
        let points = finite(line);
        if points.iter().any(|(_, _, sd)| *sd > 0.0) {
            let edge = |sign: f64| points.iter().map(move |(x, y, sd)| (*x, y + sign * sd));
            let mut outline: Vec<(f64, f64)> = edge(1.0).map(|(x, y)| at(&field, x, y)).collect();
            let mut lower: Vec<(f64, f64)> = edge(-1.0).map(|(x, y)| at(&field, x, y)).collect();
            lower.reverse();
            outline.append(&mut lower);
            field.canvas.area(&outline, colour(i), 0.12);
        }
    }
    for (i, line) in series.iter().enumerate() {
        let points: Vec<(f64, f64)> = finite(line)
            .iter()
            .map(|(x, y, _)| at(&field, *x, *y))
            .collect();
        field.canvas.polyline(&points, colour(i), dashes(i), 2.0);
        if points.len() <= 20 {
            for point in points {
                field.canvas.dot(point, 3.0, colour(i));
            }
        }
    }
    field.close(frame)
}
