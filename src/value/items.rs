//! Economic items: every figure that can be edited, with unit and source.
//!
//! \[S\] is Tao et al., Nat. Commun. 14, 8032 (2023); \[H\] is Tao et al., Nat. Commun. 15
//! (2024), s41467-024-54454-0.

use super::defaults::DEFAULTS;
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
    pub source: Source,
}

/// Where the default of an item comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Published in \[S\].
    PublishedS,
    /// A published total, split by us.
    SplitS,
    /// Closes a published profit.
    BalanceS,
    /// Closes a published share of raw material in cost.
    ShareS,
    /// Composition of cells.
    Composition,
    /// A market price.
    Market,
    /// Published in \[H\].
    PublishedH,
    /// Closes published figures of \[H\].
    BalanceH,
    /// Average of a national grid.
    Grid,
    /// Taken as nothing.
    Negligible,
    /// Ours.
    Ours,
}

impl Source {
    /// Whether the default is our assumption rather than a published figure.
    pub fn is_assumed(self) -> bool {
        !matches!(self, Self::PublishedS | Self::PublishedH)
    }

    /// Stable name, for translations.
    pub fn key(self) -> &'static str {
        match self {
            Self::PublishedS => "published-s",
            Self::SplitS => "split-s",
            Self::BalanceS => "balance-s",
            Self::ShareS => "share-s",
            Self::Composition => "composition",
            Self::Market => "market",
            Self::PublishedH => "published-h",
            Self::BalanceH => "balance-h",
            Self::Grid => "grid",
            Self::Negligible => "negligible",
            Self::Ours => "ours",
        }
    }

    /// In English.
    pub fn text(self) -> &'static str {
        match self {
            Self::PublishedS => "Tao et al. 2023, Fig. 5",
            Self::SplitS => "assumed split of the published 5620 ¥/t (Tao et al. 2023)",
            Self::BalanceS => "assumed: closes the published profit (Tao et al. 2023, Fig. 5)",
            Self::ShareS => {
                "assumed: closes the published share of raw material in cost (Tao et al. 2023)"
            }
            Self::Composition => "assumed composition of retired cells",
            Self::Market => "assumed market price",
            Self::PublishedH => "Tao et al. 2024, Fig. 5",
            Self::BalanceH => "assumed: closes published figures (Tao et al. 2024, Fig. 5)",
            Self::Grid => {
                "assumed: average of the Chinese grid 2022 (Ministry of Ecology and Environment)"
            }
            Self::Negligible => "assumed negligible",
            Self::Ours => "assumed",
        }
    }
}

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
        assert!(DEFAULTS.iter().any(|item| item.source.is_assumed()));
        assert!(DEFAULTS.iter().any(|item| !item.source.is_assumed()));
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
