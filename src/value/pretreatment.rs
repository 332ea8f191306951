//! What happens before a route: full calibration, pulse tests, pulse tests with generated data
//! (Tao et al. 2024, Fig. 5).

use super::items::{Items, Unit};
use super::route::Route;
use super::ValueError;

/// Ways to learn a battery's state of health before recycling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pretreatment {
    /// Full charge and discharge (CCCV).
    Calibration,
    /// Pulse test after bringing the battery to a known state of charge.
    Pulse,
    /// Pulse test at any state of charge, with generated training data.
    PulseAndGeneration,
}

impl Pretreatment {
    /// All, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::Calibration, Self::Pulse, Self::PulseAndGeneration];

    /// Name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Calibration => "calibration (CCCV)",
            Self::Pulse => "pulse",
            Self::PulseAndGeneration => "pulse + generation",
        }
    }
}

/// Energy in kWh/t that a way takes for batteries at this state of charge.
///
/// Calibration is taken as published, at its reference state of charge. Assumption: a pulse test
/// without generation needs the state of charge moved, which costs calibration's energy in
/// proportion; with it the published break-even tonnages are in the ratio of the states of
/// charge (5.33 t at 5 %, 1.07 t at 25 %).
///
/// # Errors
/// [`ValueError::BadShare`] for a state of charge outside 0..1; those of [`Items::get`].
pub fn energy_kwh_per_tonne(items: &Items, way: Pretreatment, soc: f64) -> Result<f64, ValueError> {
    if !(0.0..=1.0).contains(&soc) {
        return Err(ValueError::BadShare {
            field: "soc".into(),
        });
    }
    let calibration = items.get("calibration.energy", Unit::KwhPerTonne)?;
    let reference = items
        .get("calibration.reference-soc", Unit::Share)?
        .max(1e-6);
    Ok(match way {
        Pretreatment::Calibration => calibration,
        Pretreatment::Pulse => calibration * soc / reference,
        Pretreatment::PulseAndGeneration => items.get("generation.energy", Unit::KwhPerTonne)?,
    })
}

/// Emissions of pre-treatment and route, kg CO2-equivalent per tonne of NMC batteries.
///
/// # Errors
/// As [`energy_kwh_per_tonne`].
pub fn co2_kg_per_tonne(
    items: &Items,
    way: Pretreatment,
    route: Route,
    soc: f64,
) -> Result<f64, ValueError> {
    Ok(
        items.get(&format!("{}.co2", route.key()), Unit::KgCo2PerTonne)?
            + energy_kwh_per_tonne(items, way, soc)?
                * items.get("electricity.co2", Unit::KgCo2PerKwh)?,
    )
}

/// Electricity of direct recycling with its pre-treatment, US$/t.
///
/// # Errors
/// As [`energy_kwh_per_tonne`].
pub fn electricity_usd_per_tonne(
    items: &Items,
    way: Pretreatment,
    soc: f64,
) -> Result<f64, ValueError> {
    Ok(items.get("direct.electricity", Unit::UsdPerTonne)?
        + energy_kwh_per_tonne(items, way, soc)?
            * items.get("electricity.price", Unit::UsdPerKwh)?)
}

/// Share of electricity in the cost of direct recycling.
///
/// # Errors
/// As [`energy_kwh_per_tonne`].
pub fn electricity_share(items: &Items, way: Pretreatment, soc: f64) -> Result<f64, ValueError> {
    let electricity = electricity_usd_per_tonne(items, way, soc)?;
    let other = items.get(
        match way {
            Pretreatment::Calibration => "direct.other-cost-calibrated",
            Pretreatment::Pulse | Pretreatment::PulseAndGeneration => "direct.other-cost-generated",
        },
        Unit::UsdPerTonne,
    )?;
    Ok(electricity / (electricity + other).max(1e-9))
}

/// Tonnes after which generation has paid for itself against pulse tests of batteries at this
/// state of charge; `None` if it never does.
///
/// # Errors
/// As [`energy_kwh_per_tonne`].
pub fn break_even_tonnes(items: &Items, soc: f64) -> Result<Option<f64>, ValueError> {
    let saving = electricity_usd_per_tonne(items, Pretreatment::Pulse, soc)?
        - electricity_usd_per_tonne(items, Pretreatment::PulseAndGeneration, soc)?;
    let fixed = items.get("generation.fixed-cost", Unit::Usd)?;
    Ok((saving > 0.0).then(|| fixed / saving))
}

/// The 2030 scenario: saved cost in billion US$ and saved emissions in billion kg CO2-equivalent
/// per year, pulse and generation instead of calibration.
///
/// # Errors
/// As [`energy_kwh_per_tonne`].
pub fn scenario_2030(items: &Items) -> Result<(f64, f64), ValueError> {
    let megatonnes = items.get("scenario.retired-mass", Unit::MegatonnePerYear)?;
    let saving = items.get("scenario.saving", Unit::UsdPerTonne)?;
    let soc = items.get("calibration.reference-soc", Unit::Share)?;
    let avoided = energy_kwh_per_tonne(items, Pretreatment::Calibration, soc)?
        - energy_kwh_per_tonne(items, Pretreatment::PulseAndGeneration, soc)?;
    let kg_per_tonne = avoided * items.get("electricity.co2", Unit::KgCo2PerKwh)?;
    Ok((
        megatonnes * saving / 1000.0,
        megatonnes * kg_per_tonne / 1000.0,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, published: f64) {
        assert!(
            (found / published - 1.0).abs() < 0.005,
            "{found} is not {published}"
        );
    }

    /// Tao et al. 2024: NMC, 80 % SOH, 50 % SOC.
    #[test]
    fn published_emissions_and_costs_follow_from_the_items() {
        let items = Items::default();
        for (way, expected) in [
            (Pretreatment::Calibration, [1104.0, 729.0, 579.0]),
            (Pretreatment::PulseAndGeneration, [753.0, 379.0, 228.0]),
        ] {
            for (route, published) in Route::ALL.into_iter().zip(expected) {
                close(
                    co2_kg_per_tonne(&items, way, route, 0.5).unwrap(),
                    published,
                );
            }
        }
        for (way, usd, share) in [
            (Pretreatment::Calibration, 80.0, 0.133),
            (Pretreatment::PulseAndGeneration, 36.0, 0.066),
        ] {
            close(electricity_usd_per_tonne(&items, way, 0.5).unwrap(), usd);
            close(electricity_share(&items, way, 0.5).unwrap(), share);
        }
        close(break_even_tonnes(&items, 0.25).unwrap().unwrap(), 1.07);
        close(break_even_tonnes(&items, 0.05).unwrap().unwrap(), 5.33);
        let (usd, co2) = scenario_2030(&items).unwrap();
        close(usd, 4.9);
        close(co2, 35.8);
    }

    #[test]
    fn a_state_of_charge_is_a_share() {
        let items = Items::default();
        assert!(energy_kwh_per_tonne(&items, Pretreatment::Pulse, 50.0).is_err());
        assert_eq!(break_even_tonnes(&items, 0.0), Ok(None));
    }
}
