//! Money in ¥ or US$.

use super::items::{Items, Unit};
use super::ValueError;

/// Currency of a report. Items and formulas are in ¥; what is shown is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Currency {
    /// Chinese yuan, as published in \[S\].
    #[default]
    Yuan,
    /// US dollars, at `money.yuan-per-usd`.
    Usd,
}

impl Currency {
    /// Sign in front of amounts.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Yuan => "¥",
            Self::Usd => "US$",
        }
    }

    /// Name in columns of CSV files and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Yuan => "yuan",
            Self::Usd => "usd",
        }
    }

    /// What one ¥ is in this currency.
    ///
    /// # Errors
    /// [`ValueError::BadValue`] for an exchange rate of zero; those of [`Items::get`].
    pub fn per_yuan(self, items: &Items) -> Result<f64, ValueError> {
        const RATE: &str = "money.yuan-per-usd";
        match self {
            Self::Yuan => Ok(1.0),
            Self::Usd => {
                let rate = items.get(RATE, Unit::YuanPerUsd)?;
                if rate > 0.0 {
                    Ok(1.0 / rate)
                } else {
                    Err(ValueError::BadValue { field: RATE.into() })
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_follow_the_rate() {
        let mut items = Items::default();
        items.set("money.yuan-per-usd", 8.0).unwrap();
        assert_eq!(Currency::Usd.per_yuan(&items), Ok(0.125));
        items.set("money.yuan-per-usd", 0.0).unwrap();
        let field = "money.yuan-per-usd".into();
        assert_eq!(
            Currency::Usd.per_yuan(&items),
            Err(ValueError::BadValue { field })
        );
        assert_eq!(Currency::Yuan.per_yuan(&items), Ok(1.0));
    }
}
