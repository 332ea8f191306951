//! Figures as SVG text: what reports, pages and documentation share.
//!
//! | function | figure |
//! |---|---|
//! | [`lines`] | means with a band of one standard deviation over a number |
//! | [`boxes`] | distributions over names: quartiles, extremes and mean |
//! | [`bars`] | one horizontal bar per name with a whisker of one standard deviation |
//! | [`histogram`] | stacked counts over equal bins |
//! | [`matrix`] | a shaded table of numbers |
//! | [`flow`] | ribbons from one list of names to another |
//!
//! Every figure carries its title, axes with units, and notes below (number of runs, seed, split,
//! source of the data). Text and axes take the colour of the page (`currentColor`); nothing needs
//! a style sheet, a script or a font of its own. Numbers are written with a fixed number of
//! decimals, so equal data give equal bytes.

mod bars;
mod boxes;
mod canvas;
mod flow;
mod frame;
mod histogram;
mod lines;
mod matrix;

pub use bars::{bars, Bar};
pub use boxes::boxes;
pub use flow::flow;
pub use frame::{Axis, Frame};
pub use histogram::histogram;
pub use lines::{lines, Line};
pub use matrix::{matrix, Matrix};

#[cfg(test)]
mod tests {
    use super::*;

    fn frame<'a>(x: Axis<'a>, notes: &'a [String]) -> Frame<'a> {
        Frame {
            title: "a < b & \"c\"",
            x,
            y: Axis::Number {
                label: "accuracy, %",
                low: 0.0,
                high: 100.0,
            },
            notes,
        }
    }

    /// Every figure: well-formed to the eye of a parser, no NaN, names escaped, notes kept.
    #[test]
    fn figures_are_sound() {
        let notes = vec!["n = 3 runs; seed 1".to_string()];
        let names = vec!["x<y".to_string(), "z".to_string()];
        let number = Axis::Number {
            label: "NSR, %",
            low: 0.0,
            high: 10.0,
        };
        let of_names = || Axis::Names {
            label: "class",
            names: &names,
        };
        let drawn = [
            lines(
                &frame(number, &notes),
                &[Line {
                    name: "s&t".into(),
                    points: vec![(0.0, 90.0, 2.0), (10.0, f64::NAN, f64::INFINITY)],
                }],
                Some(("target", 95.0)),
            ),
            boxes(
                &frame(of_names(), &notes),
                &[("mv".into(), vec![vec![1.0, 2.0, 9.0], vec![]])],
            ),
            bars(
                &frame(of_names(), &notes),
                &[Bar {
                    name: "x<y".into(),
                    value: 3.0,
                    sd: 1.0,
                }],
            ),
            histogram(
                &frame(of_names(), &notes),
                &[
                    ("right".into(), vec![1.0, 3.0]),
                    ("wrong".into(), vec![0.0]),
                ],
            ),
            matrix(
                &frame(of_names(), &notes),
                &Matrix {
                    rows: &names,
                    columns: &names,
                    values: vec![vec![0.0, 100.0], vec![50.0]],
                    decimals: 0,
                    most: 100.0,
                },
            ),
            flow(
                &frame(of_names(), &notes),
                &names,
                &names,
                &[vec![1.0, 0.0], vec![2.0, 3.0]],
            ),
        ];
        for svg in drawn {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
            for bad in ["NaN", "inf", "x<y", "s&t", "\"c\"<", "style="] {
                assert!(!svg.contains(bad), "{bad} in {svg}");
            }
            assert!(svg.contains("n = 3 runs; seed 1") && svg.contains("a &lt; b"));
            assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        }
    }
}
