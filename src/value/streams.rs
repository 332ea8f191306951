//! Mixed streams, and what sorting accuracy is worth.

use super::items::{Items, Unit};
use super::route::{account, direct_processing, Chemistry, Route};
use super::ValueError;
use serde::Serialize;

/// A stream of batteries by mass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    /// Mass share of LFP; the rest is NMC.
    pub lfp_share: f64,
    /// State of health; `None` is the published reference.
    pub soh: Option<f64>,
}

impl Stream {
    /// From parts of LFP and NMC, such as 1:2.
    ///
    /// # Errors
    /// [`ValueError::BadValue`] for negative parts or two zeros.
    pub fn from_parts(lfp: f64, nmc: f64) -> Result<Self, ValueError> {
        let sum = lfp + nmc;
        // NaN fails every comparison.
        if !(lfp >= 0.0 && nmc >= 0.0 && sum.is_finite() && sum > 0.0) {
            return Err(ValueError::BadValue {
                field: "LFP:NMC".into(),
            });
        }
        Ok(Self {
            lfp_share: lfp / sum,
            soh: None,
        })
    }

    fn parts(&self) -> Result<[(Chemistry, f64); 2], ValueError> {
        if !(0.0..=1.0).contains(&self.lfp_share) {
            return Err(ValueError::BadShare {
                field: "lfp_share".into(),
            });
        }
        Ok([
            (Chemistry::Nmc, 1.0 - self.lfp_share),
            (Chemistry::Lfp, self.lfp_share),
        ])
    }
}

/// Profit of a tonne of the stream, ¥/t. Profits of pyro- and hydrometallurgy and of sorted
/// direct recycling are linear in the mixture.
///
/// # Errors
/// Those of [`account`]; a share outside 0..1.
pub fn stream_profit(items: &Items, route: Route, stream: Stream) -> Result<f64, ValueError> {
    let mut profit = 0.0;
    for (chemistry, share) in stream.parts()? {
        profit += share * account(items, route, chemistry, stream.soh)?.profit();
    }
    Ok(profit)
}

/// Profit of direct recycling when batteries are sorted with this accuracy, ¥/t.
///
/// Model: the published profits hold at the reference accuracy. Below it the share
/// 1 − accuracy/reference is misplaced: it has been through a direct line (plant and reagents
/// are spent), is refined hydrometallurgically and not sold as cathode. Above, nothing is gained.
///
/// # Errors
/// As [`stream_profit`]; an accuracy outside 0..1.
pub fn profit_at_accuracy(items: &Items, stream: Stream, accuracy: f64) -> Result<f64, ValueError> {
    if !(0.0..=1.0).contains(&accuracy) {
        return Err(ValueError::BadShare {
            field: "accuracy".into(),
        });
    }
    let reference = items
        .get("direct.reference-accuracy", Unit::Share)?
        .max(1e-6);
    let placed = (accuracy / reference).min(1.0);
    let mut profit = 0.0;
    for (chemistry, share) in stream.parts()? {
        let sorted = account(items, Route::Direct, chemistry, stream.soh)?.profit();
        let refined = account(items, Route::Hydro, chemistry, stream.soh)?.profit()
            - direct_processing(items, chemistry, stream.soh)?;
        profit += share * (placed * sorted + (1.0 - placed) * refined);
    }
    Ok(profit)
}

/// The least accuracy at which direct recycling of the stream beats hydrometallurgy, which needs
/// no sorting; `None` if it never does.
///
/// # Errors
/// As [`profit_at_accuracy`].
pub fn break_even_accuracy(items: &Items, stream: Stream) -> Result<Option<f64>, ValueError> {
    let hydro = stream_profit(items, Route::Hydro, stream)?;
    let reference = items.get("direct.reference-accuracy", Unit::Share)?;
    let worst = profit_at_accuracy(items, stream, 0.0)?;
    let best = profit_at_accuracy(items, stream, reference)?;
    // Profit is linear in accuracy up to the reference.
    Ok(if best < hydro {
        None
    } else if worst >= hydro {
        Some(0.0)
    } else {
        Some(reference * (hydro - worst) / (best - worst))
    })
}

/// One line of a sensitivity table: profit of direct recycling with an input lowered and raised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// What was changed; the identifier of an item, or `accuracy`, `mixture`, `soh`.
    pub key: &'static str,
    /// Its name in English.
    pub name: &'static str,
    /// The low and the high value as printed.
    pub values: (String, String),
    /// Profit at the low and at the high value, ¥/t.
    pub profits: (f64, f64),
}

/// Profit of a stream against accuracy (0.55, 0.97), mixture (2:1, 1:2), prices and reagents
/// (±20 %) and state of health (0.7, 0.9), one at a time, sorted by effect.
///
/// # Errors
/// As [`profit_at_accuracy`].
pub fn sensitivities(items: &Items, stream: Stream) -> Result<Vec<Sensitivity>, ValueError> {
    let accuracy = items.get("direct.reference-accuracy", Unit::Share)?;
    let mixed = |lfp_share| {
        profit_at_accuracy(
            items,
            Stream {
                lfp_share,
                ..stream
            },
            accuracy,
        )
    };
    let aged = |soh| {
        profit_at_accuracy(
            items,
            Stream {
                soh: Some(soh),
                ..stream
            },
            accuracy,
        )
    };
    let mut table = vec![
        Sensitivity {
            key: "accuracy",
            name: "sorting accuracy",
            values: ("55 %".into(), "97 %".into()),
            profits: (
                profit_at_accuracy(items, stream, 0.55)?,
                profit_at_accuracy(items, stream, 0.97)?,
            ),
        },
        Sensitivity {
            key: "mixture",
            name: "LFP:NMC",
            values: ("2:1".into(), "1:2".into()),
            profits: (mixed(2.0 / 3.0)?, mixed(1.0 / 3.0)?),
        },
        Sensitivity {
            key: "soh",
            name: "state of health",
            values: ("70 %".into(), "90 %".into()),
            profits: (aged(0.7)?, aged(0.9)?),
        },
    ];
    for (id, name) in [
        ("price.nmc-cathode", "NMC powder price"),
        ("price.lfp-cathode", "LFP powder price"),
        ("nmc.raw-material", "NMC battery price"),
        ("lfp.raw-material", "LFP battery price"),
        ("direct.nmc.reagent", "NMC reagents"),
        ("direct.lfp.reagent", "LFP reagents"),
    ] {
        let default = items
            .all()
            .iter()
            .find(|item| item.id == id)
            .map_or(0.0, |item| item.value);
        let with = |factor: f64| -> Result<f64, ValueError> {
            let mut edited = items.clone();
            edited.set(id, default * factor)?;
            profit_at_accuracy(&edited, stream, accuracy)
        };
        table.push(Sensitivity {
            key: id,
            name,
            values: ("−20 %".into(), "+20 %".into()),
            profits: (with(0.8)?, with(1.2)?),
        });
    }
    let effect = |line: &Sensitivity| (line.profits.1 - line.profits.0).abs();
    crate::order::sort_by(&mut table, |a, b| effect(b).total_cmp(&effect(a)));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tao et al. 2023, mixed streams LFP:NMC.
    #[test]
    fn published_mixtures_follow_from_the_items() {
        let items = Items::default();
        for (route, expected) in [
            (Route::Direct, [24_389.33, 21_611.88, 18_834.42]),
            (Route::Hydro, [9_957.45, 10_039.27, 10_121.09]),
            (Route::Pyro, [4_372.32, 3_994.46, 3_616.61]),
        ] {
            for ((lfp, nmc), published) in [(1.0, 2.0), (1.0, 1.0), (2.0, 1.0)]
                .into_iter()
                .zip(expected)
            {
                let stream = Stream::from_parts(lfp, nmc).unwrap();
                let profit = stream_profit(&items, route, stream).unwrap();
                assert!(
                    (profit / published - 1.0).abs() < 0.005,
                    "{route:?} {lfp}:{nmc} {profit}"
                );
            }
        }
        assert!(Stream::from_parts(-1.0, 2.0).is_err());
    }

    #[test]
    fn accuracy_pays_up_to_the_reference() {
        let items = Items::default();
        let stream = Stream::from_parts(1.0, 1.0).unwrap();
        let at = |accuracy| profit_at_accuracy(&items, stream, accuracy).unwrap();
        assert!(at(0.55) < at(0.71) && at(0.71) < at(0.97));
        assert!((at(0.97) - 21_611.88).abs() < 0.005 * 21_611.88);
        assert_eq!(at(0.97), at(1.0));
        let break_even = break_even_accuracy(&items, stream).unwrap().unwrap();
        let hydro = stream_profit(&items, Route::Hydro, stream).unwrap();
        assert!((at(break_even) - hydro).abs() < 1e-6 * hydro);
    }

    #[test]
    fn sensitivities_are_sorted_by_effect() {
        let stream = Stream::from_parts(1.0, 1.0).unwrap();
        let table = sensitivities(&Items::default(), stream).unwrap();
        let effects: Vec<f64> = table
            .iter()
            .map(|line| (line.profits.1 - line.profits.0).abs())
            .collect();
        assert!(effects.windows(2).all(|pair| pair[0] >= pair[1]));
        assert_eq!(table.len(), 9);
    }
}
