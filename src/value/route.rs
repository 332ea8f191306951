//! Profit of a tonne of one chemistry on one route, item by item.

use super::items::{Items, Unit};
use super::ValueError;
use crate::round::Cathode;
use serde::Serialize;

/// What a tonne is valued as. The papers give figures for these two only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chemistry {
    /// Nickel manganese cobalt; cathodes with nickel or cobalt are valued like it.
    Nmc,
    /// Iron phosphate; manganese spinel, without nickel and cobalt, is valued like it.
    Lfp,
}

impl Chemistry {
    /// Both, in the order of the tables.
    pub const ALL: [Self; 2] = [Self::Nmc, Self::Lfp];

    /// Assumption: LCO, NCA and blends are valued as NMC, LMO as LFP.
    pub fn of(cathode: Cathode) -> Self {
        match cathode {
            Cathode::Nmc | Cathode::Nca | Cathode::Lco | Cathode::Blend => Self::Nmc,
            Cathode::Lfp | Cathode::Lmo => Self::Lfp,
        }
    }

    /// Name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Nmc => "NMC",
            Self::Lfp => "LFP",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Nmc => "nmc",
            Self::Lfp => "lfp",
        }
    }
}

/// Recycling routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// Pyrometallurgy.
    Pyro,
    /// Hydrometallurgy.
    Hydro,
    /// Direct regeneration of the cathode.
    Direct,
}

impl Route {
    /// All, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::Pyro, Self::Hydro, Self::Direct];

    /// Name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pyro => "pyrometallurgy",
            Self::Hydro => "hydrometallurgy",
            Self::Direct => "direct recycling",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Pyro => "pyro",
            Self::Hydro => "hydro",
            Self::Direct => "direct",
        }
    }
}

/// One line of a tonne's account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What it is.
    pub name: &'static str,
    /// Positive for revenue, negative for cost, ¥/t.
    pub yuan_per_tonne: f64,
}

/// A tonne's account.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Lines in order.
    pub lines: Vec<Line>,
}

impl Account {
    /// Revenue less cost, ¥/t.
    pub fn profit(&self) -> f64 {
        self.lines.iter().map(|line| line.yuan_per_tonne).sum()
    }

    /// Cost, ¥/t, positive.
    pub fn cost(&self) -> f64 {
        -self
            .lines
            .iter()
            .map(|line| line.yuan_per_tonne.min(0.0))
            .sum::<f64>()
    }
}

const PLANT: [(&str, &str); 4] = [
    ("plant.labour", "labour"),
    ("plant.electricity-water", "electricity and water"),
    ("plant.depreciation", "depreciation"),
    ("plant.sewage", "sewage"),
];

/// The account of one sorted tonne at this state of health; `None` is the reference of the
/// published figures.
///
/// Direct recycling replaces lost lithium: that part of the reagents grows with 1 − SOH.
///
/// # Errors
/// Those of [`Items::get`], and [`ValueError::BadShare`] for a state of health outside 0..1.2.
pub fn account(
    items: &Items,
    route: Route,
    chemistry: Chemistry,
    soh: Option<f64>,
) -> Result<Account, ValueError> {
    let yuan = |id: &str| items.get(id, Unit::YuanPerTonne);
    let share = |id: &str| items.get(id, Unit::Share);
    let price = |id: &str| items.get(id, Unit::YuanPerTonneOfProduct);
    let key = chemistry.key();
    let mut lines = Vec::with_capacity(9);
    let mut add = |name, yuan_per_tonne| {
        lines.push(Line {
            name,
            yuan_per_tonne,
        });
    };
    match route {
        Route::Direct => {
            add(
                "cathode powder",
                share(&format!("{key}.cathode-share"))?
                    * share("direct.cathode-yield")?
                    * price(&format!("price.{key}-cathode"))?,
            );
            for (name, foil) in [("copper", "copper"), ("aluminium", "aluminium")] {
                add(
                    name,
                    share(&format!("{key}.{foil}-share"))?
                        * share("direct.foil-yield")?
                        * price(&format!("price.{foil}"))?,
                );
            }
        }
        Route::Hydro | Route::Pyro => add(
            "metals and salts",
            yuan(&format!("{}.{key}.products", route.key()))?,
        ),
    }
    add("raw material", -yuan(&format!("{key}.raw-material"))?);
    add(
        "reagents",
        match route {
            Route::Direct => -yuan(&format!("direct.{key}.reagent"))? * lithium_dose(items, soh)?,
            Route::Hydro | Route::Pyro => -yuan(&format!("{}.reagent", route.key()))?,
        },
    );
    for (id, name) in PLANT {
        add(name, -yuan(id)?);
    }
    Ok(Account { lines })
}

/// Reagent cost relative to the reference state of health.
fn lithium_dose(items: &Items, soh: Option<f64>) -> Result<f64, ValueError> {
    let Some(soh) = soh else {
        return Ok(1.0);
    };
    if !(0.0..=1.2).contains(&soh) {
        return Err(ValueError::BadShare {
            field: "soh".into(),
        });
    }
    let lithium = items.get("direct.reagent-lithium-share", Unit::Share)?;
    let reference = items.get("direct.reference-soh", Unit::Share)?;
    let lost_at_reference = (1.0 - reference).max(1e-6);
    Ok(1.0 - lithium + lithium * (1.0 - soh).max(0.0) / lost_at_reference)
}

/// What a misplaced tonne of `chemistry` earns in the direct line of the other one: it runs
/// through that line, comes out impure, and is refined hydrometallurgically instead of being
/// sold as cathode. Assumption of \[S\]; the line's plant and reagent cost is lost.
///
/// # Errors
/// Those of [`account`].
pub fn misplaced_profit(
    items: &Items,
    chemistry: Chemistry,
    soh: Option<f64>,
) -> Result<f64, ValueError> {
    let wrong_line = match chemistry {
        Chemistry::Nmc => Chemistry::Lfp,
        Chemistry::Lfp => Chemistry::Nmc,
    };
    let refined = account(items, Route::Hydro, chemistry, soh)?.profit();
    Ok(refined - direct_processing(items, wrong_line, soh)?)
}

/// Cost of direct recycling without the batteries themselves, ¥/t.
pub(super) fn direct_processing(
    items: &Items,
    chemistry: Chemistry,
    soh: Option<f64>,
) -> Result<f64, ValueError> {
    let direct = account(items, Route::Direct, chemistry, soh)?;
    let raw = items.get(
        &format!("{}.raw-material", chemistry.key()),
        Unit::YuanPerTonne,
    )?;
    Ok(direct.cost() - raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tao et al. 2023: single chemistries; pyro and hydro follow from its linear mixtures.
    #[test]
    fn published_profits_follow_from_the_items() {
        let items = Items::default();
        for (route, chemistry, published) in [
            (Route::Direct, Chemistry::Nmc, 29_944.25),
            (Route::Direct, Chemistry::Lfp, 13_279.51),
            (Route::Hydro, Chemistry::Nmc, 9_793.81),
            (Route::Hydro, Chemistry::Lfp, 10_284.73),
            (Route::Pyro, Chemistry::Nmc, 5_128.04),
            (Route::Pyro, Chemistry::Lfp, 2_860.88),
        ] {
            let profit = account(&items, route, chemistry, None).unwrap().profit();
            assert!(
                (profit / published - 1.0).abs() < 0.005,
                "{route:?} {chemistry:?} {profit}"
            );
        }
    }

    #[test]
    fn lower_health_costs_lithium() {
        let items = Items::default();
        let at = |soh| {
            account(&items, Route::Direct, Chemistry::Lfp, Some(soh))
                .unwrap()
                .profit()
        };
        // Half of 2632.31 is lithium, four fifths of health is the reference: 0.7 costs half more.
        assert!((at(0.8) - at(0.7) - 0.5 * 2_632.31 * 0.5).abs() < 0.01);
        assert!(account(&items, Route::Direct, Chemistry::Lfp, Some(-0.1)).is_err());
    }

    #[test]
    fn every_formula_agrees_with_the_units_of_the_table() {
        let items = Items::default();
        for route in Route::ALL {
            for chemistry in Chemistry::ALL {
                account(&items, route, chemistry, Some(0.75)).unwrap();
                assert!(misplaced_profit(&items, chemistry, Some(0.75)).unwrap() < 10_284.73);
            }
        }
    }
}
