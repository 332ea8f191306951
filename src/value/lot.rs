//! What each decision of a lot is worth.

use super::items::{Items, Unit};
use super::pretreatment::{energy_kwh_per_tonne, Pretreatment};
use super::route::{account, misplaced_profit, Chemistry, Route};
use super::ValueError;
use crate::round::Cathode;

/// Largest state of health the formulas take.
const LARGEST_SOH: f64 = 1.2;

/// A battery as the tally sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Battery {
    /// Identifier.
    pub id: String,
    /// Probability of NMC and of LFP, in the order of [`Chemistry::ALL`]; they sum to 1.
    pub probabilities: [f64; 2],
    /// State of health where known.
    pub soh: Option<f64>,
    /// Its interval where known.
    pub soh_interval: Option<(f64, f64)>,
    /// Mass in kg where known.
    pub mass_kg: Option<f64>,
    /// Whether no collaborator knows its chemistry: it goes to the laboratory whatever the
    /// probabilities say.
    pub is_unknown: bool,
}

impl Battery {
    /// From class names and their probabilities. Classes whose name tells no cathode say nothing
    /// about value; the others are scaled to sum to 1.
    ///
    /// # Errors
    /// [`ValueError::BadShare`] for a probability outside 0..1, [`ValueError::SharesNotOne`] if
    /// no probability lies on a known cathode or they exceed 1.
    pub fn from_classes<'a>(
        id: &str,
        classes: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<Self, ValueError> {
        let (mut probabilities, mut total) = ([0.0; 2], 0.0);
        for (name, probability) in classes {
            if !(0.0..=1.0).contains(&probability) {
                return Err(ValueError::BadShare {
                    field: format!("{id}: {name}"),
                });
            }
            total += probability;
            if let Some(cathode) = Cathode::from_label(name) {
                match Chemistry::of(cathode) {
                    Chemistry::Nmc => probabilities[0] += probability,
                    Chemistry::Lfp => probabilities[1] += probability,
                }
            }
        }
        let known = probabilities[0] + probabilities[1];
        // Four decimals per class are what a result table carries.
        if known < 1e-6 || total > 1.01 {
            return Err(ValueError::SharesNotOne { group: id.into() });
        }
        Ok(Self {
            id: id.into(),
            probabilities: probabilities.map(|p| p / known),
            soh: None,
            soh_interval: None,
            mass_kg: None,
            is_unknown: false,
        })
    }

    fn check(&self) -> Result<(), ValueError> {
        if (self.probabilities[0] + self.probabilities[1] - 1.0).abs() > 1e-6
            || self.probabilities.iter().any(|p| !(0.0..=1.0).contains(p))
        {
            return Err(ValueError::SharesNotOne {
                group: self.id.clone(),
            });
        }
        if self
            .soh
            .is_some_and(|soh| !(0.0..=LARGEST_SOH).contains(&soh))
        {
            return Err(ValueError::BadShare {
                field: format!("{}: soh", self.id),
            });
        }
        if self.mass_kg.is_some_and(|m| !(m.is_finite() && m >= 0.0)) {
            return Err(ValueError::BadValue {
                field: format!("{}: mass_kg", self.id),
            });
        }
        Ok(())
    }

    /// Probability of the more probable chemistry.
    pub fn confidence(&self) -> f64 {
        self.probabilities[0].max(self.probabilities[1])
    }
}

/// Where a battery can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Pyrometallurgy.
    Pyro,
    /// Hydrometallurgy.
    Hydro,
    /// The direct line of one chemistry.
    Direct(Chemistry),
}

impl Choice {
    /// All, in the order of the tables.
    pub const ALL: [Self; 4] = [
        Self::Pyro,
        Self::Hydro,
        Self::Direct(Chemistry::Nmc),
        Self::Direct(Chemistry::Lfp),
    ];

    /// Name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pyro => "pyrometallurgy",
            Self::Hydro => "hydrometallurgy",
            Self::Direct(Chemistry::Nmc) => "direct, NMC line",
            Self::Direct(Chemistry::Lfp) => "direct, LFP line",
        }
    }

    /// The route it belongs to.
    pub fn route(self) -> Route {
        match self {
            Self::Pyro => Route::Pyro,
            Self::Hydro => Route::Hydro,
            Self::Direct(_) => Route::Direct,
        }
    }
}

/// What one battery is worth, ¥.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Identifier.
    pub id: String,
    /// Mass, kg.
    pub mass_kg: f64,
    /// Expected profit of each of [`Choice::ALL`], ¥.
    pub profits: [f64; 4],
    /// The most profitable choice without a test.
    pub choice: Choice,
    /// Its expected profit, ¥.
    pub profit: f64,
    /// Profit of that choice at the two ends of the interval of health, ¥.
    pub profit_interval: Option<(f64, f64)>,
    /// What knowing the chemistry for certain would add, ¥ (expected value of perfect
    /// information).
    pub lab_value: f64,
    /// Whether a laboratory test costs less than it adds.
    pub to_lab: bool,
}

/// Profit per tonne of each choice (rows) for each true chemistry (columns).
fn pay_off(items: &Items, soh: Option<f64>) -> Result<[[f64; 2]; 4], ValueError> {
    let mut table = [[0.0; 2]; 4];
    for (row, choice) in table.iter_mut().zip(Choice::ALL) {
        for (cell, truth) in row.iter_mut().zip(Chemistry::ALL) {
            *cell = match choice {
                Choice::Direct(line) if line != truth => misplaced_profit(items, truth, soh)?,
                _ => account(items, choice.route(), truth, soh)?.profit(),
            };
        }
    }
    Ok(table)
}

fn expected(row: &[f64; 2], probabilities: &[f64; 2]) -> f64 {
    row[0] * probabilities[0] + row[1] * probabilities[1]
}

/// Index of the best choice; ties to the lowest.
fn best_of(profits: &[f64; 4]) -> (usize, f64) {
    let mut best = (0, profits[0]);
    for (i, &profit) in profits.iter().enumerate() {
        if profit > best.1 {
            best = (i, profit);
        }
    }
    best
}

/// Assesses one battery.
///
/// # Errors
/// Those of the items; probabilities that do not sum to 1; a negative mass.
pub fn assess_battery(items: &Items, battery: &Battery) -> Result<Assessment, ValueError> {
    battery.check()?;
    let mass_kg = match battery.mass_kg {
        Some(mass_kg) => mass_kg,
        None => items.get("battery.mass", Unit::Kilogram)?,
    };
    let tonnes = mass_kg / 1000.0;
    let table = pay_off(items, battery.soh)?;
    let profits = table.map(|row| tonnes * expected(&row, &battery.probabilities));
    let (best, profit) = best_of(&profits);
    let choice = Choice::ALL.get(best).copied().unwrap_or(Choice::Hydro);
    let informed: f64 = (0..2)
        .map(|truth| {
            let column = table.map(|row| tonnes * row[truth]);
            battery.probabilities[truth] * best_of(&column).1
        })
        .sum();
    let at_soh = |soh: f64| -> Result<f64, ValueError> {
        let table = pay_off(items, Some(soh))?;
        Ok(tonnes
            * table
                .get(best)
                .map_or(0.0, |row| expected(row, &battery.probabilities)))
    };
    let profit_interval = match battery.soh_interval {
        // An interval may reach beyond what a battery can be.
        Some((low, high)) => Some((
            at_soh(low.clamp(0.0, LARGEST_SOH))?,
            at_soh(high.clamp(0.0, LARGEST_SOH))?,
        )),
        None => None,
    };
    let lab_value = (informed - profit).max(0.0);
    Ok(Assessment {
        id: battery.id.clone(),
        mass_kg,
        profits,
        choice,
        profit,
        profit_interval,
        lab_value,
        to_lab: battery.is_unknown || lab_value > items.get("lab.cost", Unit::YuanPerBattery)?,
    })
}

/// A lot, assessed.
#[derive(Debug, Clone, PartialEq)]
pub struct LotValue {
    /// One per battery.
    pub assessments: Vec<Assessment>,
    /// Batteries, mass in kg and expected profit in ¥ of each of [`Choice::ALL`]; batteries that
    /// should see the laboratory are counted apart.
    pub by_choice: [(usize, f64, f64); 4],
    /// Batteries that should see the laboratory, their mass in kg and what the test adds net, ¥.
    pub to_lab: (usize, f64, f64),
    /// Total mass, kg.
    pub mass_kg: f64,
    /// Expected profit of the recommended routes without any test, ¥.
    pub profit: f64,
    /// The same with the recommended tests, ¥.
    pub profit_with_lab: f64,
    /// Profit if everything went to hydrometallurgy unsorted, ¥.
    pub profit_unsorted: f64,
    /// Emissions avoided against full calibration and hydrometallurgy of everything, kg.
    pub avoided_co2_kg: f64,
    /// Electricity saved against full calibration, kWh.
    pub saved_kwh: f64,
    /// The confidence below which sending to the laboratory pays best over this lot.
    pub undecided_below: f64,
    /// Name and worth (¥) of each collaborator's ballot, where [`collaborator_values`] were asked
    /// for; empty otherwise.
    pub collaborators: Vec<(String, f64)>,
}

impl LotValue {
    /// What one more collaborator is expected to be worth, ¥: the mean of those at hand.
    pub fn one_more_collaborator(&self) -> Option<f64> {
        let n = self.collaborators.len();
        let sum: f64 = self.collaborators.iter().map(|(_, yuan)| yuan).sum();
        (n > 0).then(|| sum / n as f64)
    }
}

/// Assesses a lot.
///
/// # Errors
/// [`ValueError::EmptyLot`]; those of [`assess_battery`]; shares of a whole that do not sum to 1.
pub fn assess(items: &Items, batteries: &[Battery]) -> Result<LotValue, ValueError> {
    if batteries.is_empty() {
        return Err(ValueError::EmptyLot);
    }
    items.check()?;
    let soc = items.get("calibration.reference-soc", Unit::Share)?;
    let lab_cost = items.get("lab.cost", Unit::YuanPerBattery)?;
    let saved_kwh_per_tonne = energy_kwh_per_tonne(items, Pretreatment::Calibration, soc)?
        - energy_kwh_per_tonne(items, Pretreatment::PulseAndGeneration, soc)?;
    let grid = items.get("electricity.co2", Unit::KgCo2PerKwh)?;
    let hydro_co2 = items.get("hydro.co2", Unit::KgCo2PerTonne)?;
    let mut lot = LotValue {
        assessments: Vec::with_capacity(batteries.len()),
        by_choice: [(0, 0.0, 0.0); 4],
        to_lab: (0, 0.0, 0.0),
        mass_kg: 0.0,
        profit: 0.0,
        profit_with_lab: 0.0,
        profit_unsorted: 0.0,
        avoided_co2_kg: 0.0,
        saved_kwh: 0.0,
        undecided_below: 0.0,
        collaborators: Vec::new(),
    };
    for battery in batteries {
        let assessment = assess_battery(items, battery)?;
        let tonnes = assessment.mass_kg / 1000.0;
        let route_co2 = items.get(
            &format!("{}.co2", assessment.choice.route().key()),
            Unit::KgCo2PerTonne,
        )?;
        lot.mass_kg += assessment.mass_kg;
        lot.profit += assessment.profit;
        lot.profit_unsorted += assessment.profits[1];
        lot.saved_kwh += tonnes * saved_kwh_per_tonne;
        lot.avoided_co2_kg += tonnes * (hydro_co2 - route_co2 + saved_kwh_per_tonne * grid);
        lot.profit_with_lab += assessment.profit;
        if assessment.to_lab {
            let net = assessment.lab_value - lab_cost;
            lot.profit_with_lab += net;
            lot.to_lab.0 += 1;
            lot.to_lab.1 += assessment.mass_kg;
            lot.to_lab.2 += net;
        } else if let Some(entry) = Choice::ALL
            .iter()
            .position(|choice| *choice == assessment.choice)
            .and_then(|i| lot.by_choice.get_mut(i))
        {
            entry.0 += 1;
            entry.1 += assessment.mass_kg;
            entry.2 += assessment.profit;
        }
        lot.assessments.push(assessment);
    }
    lot.undecided_below = best_threshold(batteries, &lot.assessments, lab_cost);
    Ok(lot)
}

/// The threshold on confidence, in percent steps, that maximises expected profit when batteries
/// below it go to the laboratory; the lowest of equals.
fn best_threshold(batteries: &[Battery], assessments: &[Assessment], lab_cost: f64) -> f64 {
    let mut best = (0.0, f64::NEG_INFINITY);
    for percent in 0..=100_u32 {
        let threshold = f64::from(percent) / 100.0;
        let gain: f64 = batteries
            .iter()
            .zip(assessments)
            .filter(|(battery, _)| battery.confidence() < threshold)
            .map(|(_, assessment)| assessment.lab_value - lab_cost)
            .sum();
        if gain > best.1 + 1e-9 {
            best = (threshold, gain);
        }
    }
    best.0
}

/// What each collaborator's ballot is worth, ¥: the profit lost if batteries were routed by what
/// the others say, judged by what all say together. The mean estimates one more collaborator.
///
/// `without` holds, per collaborator left out, the same batteries in the same order.
///
/// # Errors
/// As [`assess`]; [`ValueError::BadValue`] if a list has another length.
pub fn collaborator_values(
    items: &Items,
    all: &[Battery],
    without: &[Vec<Battery>],
) -> Result<Vec<f64>, ValueError> {
    let full = assess(items, all)?;
    without
        .iter()
        .map(|batteries| {
            if batteries.len() != all.len() {
                return Err(ValueError::BadValue {
                    field: "without".into(),
                });
            }
            let mut lost = 0.0;
            for (battery, judged) in batteries.iter().zip(&full.assessments) {
                let alone = assess_battery(items, battery)?;
                let routed = Choice::ALL
                    .iter()
                    .position(|choice| *choice == alone.choice)
                    .and_then(|i| judged.profits.get(i))
                    .copied()
                    .unwrap_or(judged.profit);
                lost += judged.profit - routed;
            }
            Ok(lost)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn battery(nmc: f64) -> Battery {
        Battery {
            id: format!("b{nmc}"),
            probabilities: [nmc, 1.0 - nmc],
            soh: None,
            soh_interval: None,
            mass_kg: Some(1.0),
            is_unknown: false,
        }
    }

    #[test]
    fn a_certain_battery_takes_the_direct_line_and_needs_no_test() {
        let items = Items::default();
        let sure = assess_battery(&items, &battery(1.0)).unwrap();
        assert_eq!(sure.choice, Choice::Direct(Chemistry::Nmc));
        assert!((sure.profit - 29.944_25).abs() < 0.005 * 29.944_25);
        assert_eq!(sure.lab_value, 0.0);
        let sure = assess_battery(&items, &battery(0.0)).unwrap();
        assert_eq!(sure.choice, Choice::Direct(Chemistry::Lfp));
    }

    #[test]
    fn doubt_is_worth_a_test() {
        let items = Items::default();
        let doubtful = assess_battery(&items, &battery(0.4)).unwrap();
        // Knowing: 0.4·29.944 + 0.6·13.280; not knowing: the best row of the pay-off table.
        let informed = 0.4 * 29.944_25 + 0.6 * 13.279_51;
        assert!((doubtful.profit + doubtful.lab_value - informed).abs() < 0.005 * informed);
        assert!(doubtful.to_lab && doubtful.lab_value > 2.0);
        let lot = assess(&items, &[battery(0.4), battery(0.99), battery(0.01)]).unwrap();
        assert_eq!(lot.to_lab.0, 1);
        assert!(lot.profit_with_lab > lot.profit && lot.profit > lot.profit_unsorted);
        assert!((0.6..=0.99).contains(&lot.undecided_below));
        assert!((lot.saved_kwh - 3.0 * 0.615).abs() < 1e-9);
    }

    #[test]
    fn a_ballot_that_changes_a_route_has_a_value() {
        let items = Items::default();
        let all = [battery(0.95), battery(0.1)];
        let values = collaborator_values(
            &items,
            &all,
            &[
                vec![battery(0.9), battery(0.2)],
                vec![battery(0.05), battery(0.1)],
            ],
        )
        .unwrap();
        assert_eq!(values[0], 0.0);
        assert!(values[1] > 10.0);
    }

    #[test]
    fn impossible_batteries_are_refused_by_name() {
        let items = Items::default();
        let mut bad = battery(0.5);
        bad.probabilities = [0.7, 0.7];
        assert_eq!(
            assess(&items, &[bad]).unwrap_err(),
            ValueError::SharesNotOne {
                group: "b0.5".into()
            }
        );
        let mut bad = battery(0.5);
        bad.mass_kg = Some(-1.0);
        assert_eq!(
            assess(&items, &[bad]).unwrap_err(),
            ValueError::BadValue {
                field: "b0.5: mass_kg".into()
            }
        );
        let mut bad = battery(0.5);
        bad.soh = Some(80.0);
        assert_eq!(
            assess(&items, &[bad]).unwrap_err(),
            ValueError::BadShare {
                field: "b0.5: soh".into()
            }
        );
        assert_eq!(assess(&items, &[]).unwrap_err(), ValueError::EmptyLot);
        assert!(Battery::from_classes("x", [("NMC", 1.4)]).is_err());
        let read = Battery::from_classes("x", [("NMC SNL", 0.6), ("NCA", 0.2), ("LFP", 0.2)]);
        assert!((read.unwrap().probabilities[0] - 0.8).abs() < 1e-12);
    }
}
