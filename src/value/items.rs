//! The table of economic items: every figure that can be edited, with unit and source.
//!
//! Two papers give some figures; the others are assumptions, chosen so that the published totals
//! follow, and marked as such. \[S\] is Tao et al., Nat. Commun. 14, 8032 (2023); \[H\] is Tao et
//! al., Nat. Commun. 15 (2024), s41467-024-54454-0.

use super::ValueError;

/// Unit of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// ¥ per tonne of batteries.
    YuanPerTonne,
    /// ¥ per tonne of a product.
    YuanPerTonneOfProduct,
    /// US$ per tonne of batteries.
    UsdPerTonne,
    /// US$ per kWh.
    UsdPerKwh,
    /// US$.
    Usd,
    /// ¥ per US$.
    YuanPerUsd,
    /// ¥ per battery.
    YuanPerBattery,
    /// kg CO2-equivalent per tonne of batteries.
    KgCo2PerTonne,
    /// kg CO2-equivalent per kWh.
    KgCo2PerKwh,
    /// kWh per tonne of batteries.
    KwhPerTonne,
    /// Million tonnes per year.
    MegatonnePerYear,
    /// kg.
    Kilogram,
    /// Share of 1.
    Share,
}

impl Unit {
    /// The unit as printed.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::YuanPerTonne => "¥/t",
            Self::YuanPerTonneOfProduct => "¥/t product",
            Self::UsdPerTonne => "US$/t",
            Self::UsdPerKwh => "US$/kWh",
            Self::Usd => "US$",
            Self::YuanPerUsd => "¥/US$",
            Self::YuanPerBattery => "¥/battery",
            Self::KgCo2PerTonne => "kg CO2-eq/t",
            Self::KgCo2PerKwh => "kg CO2-eq/kWh",
            Self::KwhPerTonne => "kWh/t",
            Self::MegatonnePerYear => "Mt/a",
            Self::Kilogram => "kg",
            Self::Share => "share",
        }
    }
}

/// One editable figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// Stable identifier, `route.chemistry.name` or `topic.name`.
    pub id: &'static str,
    /// What it is, in English.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
    /// Where the default comes from.
    pub source: &'static str,
    /// Whether the default is our assumption rather than a published figure.
    pub assumed: bool,
}

const PUBLISHED_S: &str = "Tao et al. 2023, Fig. 5";
const SPLIT_S: &str = "assumed split of the published 5620 ¥/t (Tao et al. 2023)";
const BALANCE_S: &str = "assumed: closes the published profit (Tao et al. 2023, Fig. 5)";
const SHARE_S: &str =
    "assumed: closes the published share of raw material in cost (Tao et al. 2023)";
const COMPOSITION: &str = "assumed composition of retired cells";
const MARKET: &str = "assumed market price";
const PUBLISHED_H: &str = "Tao et al. 2024, Fig. 5";
const BALANCE_H: &str = "assumed: closes published figures (Tao et al. 2024, Fig. 5)";
const OURS: &str = "assumed";

const fn item(
    id: &'static str,
    name: &'static str,
    value: f64,
    unit: Unit,
    source: &'static str,
) -> Item {
    // Sources of assumptions begin with the word; nothing else does.
    let assumed = matches!(
        source.as_bytes(),
        [b'a', b's', b's', b'u', b'm', b'e', b'd', ..]
    );
    Item {
        id,
        name,
        value,
        unit,
        source,
        assumed,
    }
}

use Unit::{
    KgCo2PerKwh, KgCo2PerTonne, Kilogram, KwhPerTonne, MegatonnePerYear, Share, Usd, UsdPerKwh,
    UsdPerTonne, YuanPerBattery, YuanPerTonne, YuanPerTonneOfProduct, YuanPerUsd,
};

/// The defaults.
pub const DEFAULTS: &[Item] = &[
    // What a tonne of batteries costs and what any route pays besides reagents.
    item(
        "nmc.raw-material",
        "Retired NMC batteries",
        29_900.0,
        YuanPerTonne,
        PUBLISHED_S,
    ),
    item(
        "lfp.raw-material",
        "Retired LFP batteries",
        9_687.5,
        YuanPerTonne,
        PUBLISHED_S,
    ),
    item("plant.labour", "Labour", 1_500.0, YuanPerTonne, SPLIT_S),
    item(
        "plant.electricity-water",
        "Electricity and water",
        1_900.0,
        YuanPerTonne,
        SPLIT_S,
    ),
    item(
        "plant.depreciation",
        "Depreciation",
        1_320.0,
        YuanPerTonne,
        SPLIT_S,
    ),
    item(
        "plant.sewage",
        "Sewage treatment",
        900.0,
        YuanPerTonne,
        SPLIT_S,
    ),
    // Direct recycling: reagents from 29900 / 0.74 and 9687.5 / 0.54 less the rest.
    item(
        "direct.nmc.reagent",
        "Reagents, direct, NMC",
        4_885.41,
        YuanPerTonne,
        SHARE_S,
    ),
    item(
        "direct.lfp.reagent",
        "Reagents, direct, LFP",
        2_632.31,
        YuanPerTonne,
        SHARE_S,
    ),
    item(
        "direct.reagent-lithium-share",
        "Part of the reagents that replaces lost lithium",
        0.5,
        Share,
        OURS,
    ),
    item(
        "direct.reference-soh",
        "State of health the reagent cost refers to",
        0.8,
        Share,
        OURS,
    ),
    item(
        "direct.reference-accuracy",
        "Sorting accuracy the published profits refer to",
        0.97,
        Share,
        PUBLISHED_S,
    ),
    item(
        "nmc.cathode-share",
        "Cathode powder in NMC cells",
        0.40,
        Share,
        COMPOSITION,
    ),
    item(
        "lfp.cathode-share",
        "Cathode powder in LFP cells",
        0.35,
        Share,
        COMPOSITION,
    ),
    item(
        "nmc.copper-share",
        "Copper foil in NMC cells",
        0.10,
        Share,
        COMPOSITION,
    ),
    item(
        "lfp.copper-share",
        "Copper foil in LFP cells",
        0.10,
        Share,
        COMPOSITION,
    ),
    item(
        "nmc.aluminium-share",
        "Aluminium foil in NMC cells",
        0.07,
        Share,
        COMPOSITION,
    ),
    item(
        "lfp.aluminium-share",
        "Aluminium foil in LFP cells",
        0.07,
        Share,
        COMPOSITION,
    ),
    item(
        "nmc.rest-share",
        "Anode, electrolyte, casing of NMC cells",
        0.43,
        Share,
        COMPOSITION,
    ),
    item(
        "lfp.rest-share",
        "Anode, electrolyte, casing of LFP cells",
        0.48,
        Share,
        COMPOSITION,
    ),
    item(
        "direct.cathode-yield",
        "Cathode powder regenerated",
        0.95,
        Share,
        OURS,
    ),
    item("direct.foil-yield", "Foils recovered", 0.90, Share, OURS),
    item(
        "price.nmc-cathode",
        "Regenerated NMC powder",
        170_967.5,
        YuanPerTonneOfProduct,
        BALANCE_S,
    ),
    item(
        "price.lfp-cathode",
        "Regenerated LFP powder",
        77_706.22,
        YuanPerTonneOfProduct,
        BALANCE_S,
    ),
    item(
        "price.copper",
        "Copper",
        50_000.0,
        YuanPerTonneOfProduct,
        MARKET,
    ),
    item(
        "price.aluminium",
        "Aluminium",
        14_000.0,
        YuanPerTonneOfProduct,
        MARKET,
    ),
    // The other routes sell metals and salts.
    item(
        "hydro.reagent",
        "Acids, extractants and alkali",
        9_000.0,
        YuanPerTonne,
        OURS,
    ),
    item(
        "hydro.nmc.products",
        "Salts from NMC",
        54_313.81,
        YuanPerTonne,
        BALANCE_S,
    ),
    item(
        "hydro.lfp.products",
        "Salts from LFP",
        34_592.23,
        YuanPerTonne,
        BALANCE_S,
    ),
    item("pyro.reagent", "Fuel and flux", 6_000.0, YuanPerTonne, OURS),
    item(
        "pyro.nmc.products",
        "Alloy from NMC",
        46_648.04,
        YuanPerTonne,
        BALANCE_S,
    ),
    item(
        "pyro.lfp.products",
        "Slag and salts from LFP",
        24_168.38,
        YuanPerTonne,
        BALANCE_S,
    ),
    // Pre-treatment and emissions.
    item(
        "calibration.energy",
        "Full calibration (CCCV) at 80 % SOH, 50 % SOC",
        615.0,
        KwhPerTonne,
        BALANCE_H,
    ),
    item(
        "calibration.reference-soc",
        "State of charge the calibration energy refers to",
        0.5,
        Share,
        PUBLISHED_H,
    ),
    item(
        "generation.energy",
        "Pulse test with generated data",
        0.0,
        KwhPerTonne,
        "assumed negligible",
    ),
    item(
        "electricity.price",
        "Electricity",
        0.071_545,
        UsdPerKwh,
        BALANCE_H,
    ),
    item(
        "electricity.co2",
        "Grid emissions",
        0.570_3,
        KgCo2PerKwh,
        "assumed: average of the Chinese grid 2022 (Ministry of Ecology and Environment)",
    ),
    item(
        "pyro.co2",
        "Pyrometallurgy without pre-treatment",
        753.0,
        KgCo2PerTonne,
        PUBLISHED_H,
    ),
    item(
        "hydro.co2",
        "Hydrometallurgy without pre-treatment",
        379.0,
        KgCo2PerTonne,
        PUBLISHED_H,
    ),
    item(
        "direct.co2",
        "Direct recycling without pre-treatment",
        228.0,
        KgCo2PerTonne,
        PUBLISHED_H,
    ),
    item(
        "direct.electricity",
        "Electricity of direct recycling itself",
        36.0,
        UsdPerTonne,
        PUBLISHED_H,
    ),
    item(
        "direct.other-cost-calibrated",
        "Other cost of direct recycling after calibration",
        521.5,
        UsdPerTonne,
        BALANCE_H,
    ),
    item(
        "direct.other-cost-generated",
        "Other cost of direct recycling after pulse and generation",
        509.45,
        UsdPerTonne,
        BALANCE_H,
    ),
    item(
        "generation.fixed-cost",
        "One-off cost of the generative model",
        23.5,
        Usd,
        BALANCE_H,
    ),
    item(
        "scenario.retired-mass",
        "Batteries pre-treated worldwide, 2030",
        102.05,
        MegatonnePerYear,
        BALANCE_H,
    ),
    item(
        "scenario.saving",
        "Saved per tonne, 2030",
        48.02,
        UsdPerTonne,
        BALANCE_H,
    ),
    // Decisions.
    item("money.yuan-per-usd", "Exchange rate", 7.1, YuanPerUsd, OURS),
    item(
        "battery.mass",
        "Mass of a battery where not given",
        0.05,
        Kilogram,
        OURS,
    ),
    item(
        "lab.cost",
        "Laboratory identification of one battery",
        0.5,
        YuanPerBattery,
        OURS,
    ),
];

/// A set of items that can be edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Items {
    items: Vec<Item>,
}

impl Default for Items {
    fn default() -> Self {
        Self {
            items: DEFAULTS.to_vec(),
        }
    }
}

/// Groups of shares that make a whole.
const WHOLES: [(&str, [&str; 4]); 2] = [
    (
        "nmc",
        [
            "nmc.cathode-share",
            "nmc.copper-share",
            "nmc.aluminium-share",
            "nmc.rest-share",
        ],
    ),
    (
        "lfp",
        [
            "lfp.cathode-share",
            "lfp.copper-share",
            "lfp.aluminium-share",
            "lfp.rest-share",
        ],
    ),
];

impl Items {
    /// All items in order.
    pub fn all(&self) -> &[Item] {
        &self.items
    }

    /// Replaces one value.
    ///
    /// # Errors
    /// [`ValueError::UnknownItem`], [`ValueError::BadValue`] if it is negative or not finite,
    /// [`ValueError::BadShare`] if it is a share above 1.
    pub fn set(&mut self, id: &str, value: f64) -> Result<(), ValueError> {
        let item = self
            .items
            .iter_mut()
            .find(|item| item.id == id)
            .ok_or_else(|| ValueError::UnknownItem { id: id.into() })?;
        if !value.is_finite() || value < 0.0 {
            return Err(ValueError::BadValue { field: id.into() });
        }
        if item.unit == Unit::Share && value > 1.0 {
            return Err(ValueError::BadShare { field: id.into() });
        }
        item.value = value;
        Ok(())
    }

    /// Checks what a single edit cannot see: shares of a whole must sum to 1.
    ///
    /// # Errors
    /// [`ValueError::SharesNotOne`] with the group.
    pub fn check(&self) -> Result<(), ValueError> {
        for (group, ids) in WHOLES {
            let mut sum = 0.0;
            for id in ids {
                sum += self.get(id, Unit::Share)?;
            }
            if (sum - 1.0).abs() > 1e-6 {
                return Err(ValueError::SharesNotOne {
                    group: group.into(),
                });
            }
        }
        Ok(())
    }

    /// The value of an item in the unit its user expects.
    ///
    /// # Errors
    /// [`ValueError::UnknownItem`], or [`ValueError::WrongUnit`] if formula and table disagree.
    pub fn get(&self, id: &str, unit: Unit) -> Result<f64, ValueError> {
        let item = self
            .items
            .iter()
            .find(|item| item.id == id)
            .ok_or_else(|| ValueError::UnknownItem { id: id.into() })?;
        if item.unit == unit {
            Ok(item.value)
        } else {
            Err(ValueError::WrongUnit { id: id.into() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_unique_and_defaults_are_sound() {
        let mut ids: Vec<&str> = DEFAULTS.iter().map(|item| item.id).collect();
        ids.sort_unstable();
        let n_ids = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), n_ids);
        let mut items = Items::default();
        for item in DEFAULTS {
            items.set(item.id, item.value).unwrap();
        }
        items.check().unwrap();
        assert!(DEFAULTS.iter().any(|item| item.assumed));
        assert!(DEFAULTS.iter().any(|item| !item.assumed));
    }

    #[test]
    fn bad_edits_are_refused_by_name() {
        let mut items = Items::default();
        let field = || "price.copper".to_string();
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                items.set("price.copper", value),
                Err(ValueError::BadValue { field: field() })
            );
        }
        assert_eq!(
            items.set("direct.cathode-yield", 1.2),
            Err(ValueError::BadShare {
                field: "direct.cathode-yield".into()
            })
        );
        assert!(items.set("price.gold", 1.0).is_err());
        items.set("nmc.cathode-share", 0.5).unwrap();
        assert_eq!(
            items.check(),
            Err(ValueError::SharesNotOne {
                group: "nmc".into()
            })
        );
    }

    #[test]
    fn assumed_splits_close_published_totals() {
        let items = Items::default();
        let yuan = |id: &str| items.get(id, Unit::YuanPerTonne).unwrap();
        let plant = yuan("plant.labour")
            + yuan("plant.electricity-water")
            + yuan("plant.depreciation")
            + yuan("plant.sewage");
        assert_eq!(plant, 5620.0);
        for (chemistry, raw_share) in [("nmc", 0.74), ("lfp", 0.54)] {
            let raw = yuan(&format!("{chemistry}.raw-material"));
            let cost = raw + plant + yuan(&format!("direct.{chemistry}.reagent"));
            assert!((raw / cost - raw_share).abs() < 1e-4);
        }
    }
}
