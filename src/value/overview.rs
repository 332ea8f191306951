//! Every figure that needs no lot, as numbers: what the tables, the drawings and the page show.

use super::items::Items;
use super::pretreatment::{
    break_even_tonnes, co2_kg_per_tonne, electricity_share, electricity_usd_per_tonne,
    energy_kwh_per_tonne, scenario_2030, Pretreatment,
};
use super::route::{account, Chemistry, Line, Route};
use super::streams::{
    break_even_accuracy, profit_at_accuracy, sensitivities, stream_profit, Sensitivity, Stream,
};
use super::ValueError;
use serde::Serialize;

/// The accuracies the paper compares: WDV, majority, independent learning.
pub const ACCURACIES: [(&str, f64); 3] = [
    ("WDV 97 %", 0.97),
    ("majority 71 %", 0.71),
    ("independent 55 %", 0.55),
];

/// Mixed streams the paper compares, LFP:NMC.
pub const MIXTURES: [(&str, f64, f64); 5] = [
    ("NMC only", 0.0, 1.0),
    ("LFP:NMC 1:2", 1.0, 2.0),
    ("LFP:NMC 1:1", 1.0, 1.0),
    ("LFP:NMC 2:1", 2.0, 1.0),
    ("LFP only", 1.0, 0.0),
];

/// States of charge at which the break-even of generation is listed, %.
pub const BREAK_EVEN_SOC: [f64; 5] = [5.0, 15.0, 25.0, 35.0, 50.0];

/// What the recycler asks of the formulas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Parts of LFP and of NMC of its own stream.
    pub parts: (f64, f64),
    /// Its sorting accuracy, share.
    pub accuracy: f64,
    /// State of health of the stream; `None` is the published reference.
    pub soh: Option<f64>,
    /// State of charge at which batteries arrive, share.
    pub soc: f64,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            parts: (1.0, 1.0),
            accuracy: 0.97,
            soh: None,
            soc: 0.5,
        }
    }
}

/// One stream, ¥/t.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StreamValue {
    /// Mass share of LFP.
    pub lfp_share: f64,
    /// Profit of each of [`Route::ALL`], the direct one sorted as published.
    pub routes: [f64; 3],
    /// Profit of direct recycling at each of [`ACCURACIES`].
    pub at_accuracies: [f64; 3],
    /// Least accuracy at which direct recycling beats hydrometallurgy.
    pub break_even_accuracy: Option<f64>,
}

/// A tonne's account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountValue {
    /// Index into [`Route::ALL`].
    pub route: usize,
    /// Index into [`Chemistry::ALL`].
    pub chemistry: usize,
    /// Lines: name and ¥/t, costs negative.
    pub lines: Vec<Line>,
    /// Their sum, ¥/t.
    pub profit: f64,
}

/// One way to learn the state of health.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WayValue {
    /// Energy, kWh/t.
    pub kwh_per_tonne: f64,
    /// Emissions with each of [`Route::ALL`], kg CO2-eq/t.
    pub co2_kg_per_tonne: [f64; 3],
    /// Electricity of direct recycling with it, US$/t.
    pub electricity_usd: f64,
    /// Share of electricity in the cost of direct recycling.
    pub electricity_share: f64,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Each of [`MIXTURES`].
    pub mixtures: Vec<StreamValue>,
    /// The recycler's own stream.
    pub own: StreamValue,
    /// Its profit of direct recycling at the accuracy asked for, ¥/t.
    pub own_profit: f64,
    /// Accounts of a tonne, by route and chemistry.
    pub accounts: Vec<AccountValue>,
    /// What moves the profit of the own stream, largest effect first.
    pub sensitivities: Vec<Sensitivity>,
    /// Profit of the own stream over accuracy, ¥/t.
    pub over_accuracy: Vec<(f64, f64)>,
    /// Each of [`Pretreatment::ALL`].
    pub ways: Vec<WayValue>,
    /// Tonnes after which generation pays against pulse tests, by state of charge in %.
    pub break_even: Vec<(f64, Option<f64>)>,
    /// 2030: billion US$ and billion kg CO2-eq per year.
    pub scenario: (f64, f64),
}

/// Computes all of it.
///
/// # Errors
/// [`ValueError::BadShare`] and [`ValueError::BadValue`] with the field of the question or the
/// item that is wrong; [`ValueError::SharesNotOne`].
pub fn overview(items: &Items, question: &Question) -> Result<Overview, ValueError> {
    items.check()?;
    let of = |lfp: f64, nmc: f64| -> Result<StreamValue, ValueError> {
        let stream = Stream {
            soh: question.soh,
            ..Stream::from_parts(lfp, nmc)?
        };
        let mut value = StreamValue {
            lfp_share: stream.lfp_share,
            routes: [0.0; 3],
            at_accuracies: [0.0; 3],
            break_even_accuracy: break_even_accuracy(items, stream)?,
        };
        for (to, route) in value.routes.iter_mut().zip(Route::ALL) {
            *to = stream_profit(items, route, stream)?;
        }
        for (to, (_, accuracy)) in value.at_accuracies.iter_mut().zip(ACCURACIES) {
            *to = profit_at_accuracy(items, stream, accuracy)?;
        }
        Ok(value)
    };
    let own = of(question.parts.0, question.parts.1)?;
    let stream = Stream {
        lfp_share: own.lfp_share,
        soh: question.soh,
    };
    let mut mixtures = Vec::new();
    for (_, lfp, nmc) in MIXTURES {
        mixtures.push(of(lfp, nmc)?);
    }
    let mut accounts = Vec::new();
    for (r, route) in Route::ALL.into_iter().enumerate() {
        for (c, chemistry) in Chemistry::ALL.into_iter().enumerate() {
            let account = account(items, route, chemistry, question.soh)?;
            accounts.push(AccountValue {
                route: r,
                chemistry: c,
                profit: account.profit(),
                lines: account.lines,
            });
        }
    }
    let mut over_accuracy = Vec::new();
    for percent in (50..=100_u32).step_by(5) {
        let accuracy = f64::from(percent) / 100.0;
        over_accuracy.push((accuracy, profit_at_accuracy(items, stream, accuracy)?));
    }
    let mut ways = Vec::new();
    for way in Pretreatment::ALL {
        let mut co2 = [0.0; 3];
        for (to, route) in co2.iter_mut().zip(Route::ALL) {
            *to = co2_kg_per_tonne(items, way, route, question.soc)?;
        }
        ways.push(WayValue {
            kwh_per_tonne: energy_kwh_per_tonne(items, way, question.soc)?,
            co2_kg_per_tonne: co2,
            electricity_usd: electricity_usd_per_tonne(items, way, question.soc)?,
            electricity_share: electricity_share(items, way, question.soc)?,
        });
    }
    let mut break_even = Vec::new();
    for percent in BREAK_EVEN_SOC {
        break_even.push((percent, break_even_tonnes(items, percent / 100.0)?));
    }
    Ok(Overview {
        mixtures,
        own_profit: profit_at_accuracy(items, stream, question.accuracy)?,
        own,
        accounts,
        sensitivities: sensitivities(items, stream)?,
        over_accuracy,
        ways,
        break_even,
        scenario: scenario_2030(items)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_moves_only_its_own_stream() {
        let items = Items::default();
        let plain = overview(&items, &Question::default()).unwrap();
        let asked = Question {
            parts: (3.0, 1.0),
            accuracy: 0.55,
            ..Question::default()
        };
        let other = overview(&items, &asked).unwrap();
        assert_eq!(plain.mixtures, other.mixtures);
        assert_eq!(plain.own, plain.mixtures[2]);
        assert_eq!(plain.own_profit, plain.own.at_accuracies[0]);
        assert_eq!(other.own_profit, other.own.at_accuracies[2]);
        assert_eq!(other.own.lfp_share, 0.75);
    }

    #[test]
    fn a_wrong_question_is_refused_by_its_field() {
        let items = Items::default();
        let field = |question| match overview(&items, &question) {
            Err(ValueError::BadShare { field } | ValueError::BadValue { field }) => field,
            other => panic!("{other:?}"),
        };
        let question = Question::default();
        for (question, expected) in [
            (
                Question {
                    parts: (-1.0, 1.0),
                    ..question
                },
                "LFP:NMC",
            ),
            (
                Question {
                    parts: (f64::NAN, 1.0),
                    ..question
                },
                "LFP:NMC",
            ),
            (
                Question {
                    accuracy: 1.1,
                    ..question
                },
                "accuracy",
            ),
            (
                Question {
                    soh: Some(80.0),
                    ..question
                },
                "soh",
            ),
            (
                Question {
                    soc: f64::NAN,
                    ..question
                },
                "soc",
            ),
        ] {
            assert_eq!(field(question), expected);
        }
    }
}
