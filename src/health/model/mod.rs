//! A state-of-health model of one type of battery: fitted on a collaborator's own labelled
//! records, it answers inside and outside the range it was measured in with different care.

mod fit;
mod part;
mod quality;

use super::regress::{KernelParams, KernelRidge};
use super::{HealthError, PulseRecord};
use fit::{check_width, SOC_VIEW};
use part::{edges_beyond, Part};
use serde::{Deserialize, Serialize};

pub use quality::{conformal_quantile, Quality};

/// Batteries a model needs.
pub const MIN_BATTERIES: usize = 5;
/// Share of true values that an interval is meant to cover.
pub const COVERAGE: f64 = 0.9;
/// Format name and version of a model file.
pub const FORMAT: &str = "voltvote-health/3";

/// How the state of charge enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SocUse {
    /// Given with every record.
    Known,
    /// Not used at all.
    Unknown,
    /// Estimated from the pulses by a model of its own, then used as if known inside the measured
    /// range, and not at all outside of it.
    Estimated,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthModel {
    format: String,
    class: String,
    soc_use: SocUse,
    n_batteries: usize,
    n_records: usize,
    /// Measured states of charge, per cent; none where unlabelled.
    soc_range: Option<(i64, i64)>,
    /// Measured rest voltages, V.
    rest_range_v: (f64, f64),
    /// Farthest familiar distance, in the standardised columns of the inside part.
    edge: f64,
    mean_soh: f64,
    quality: Quality,
    inside: Part,
    outside: Part,
    soc: Option<KernelRidge>,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// State of health, fraction of nominal capacity.
    pub soh: f64,
    /// Half-width of the 90 % interval.
    pub half_width: f64,
    /// Whether the question lies outside the measured range.
    pub outside: bool,
}

impl HealthModel {
    /// Estimates the state of health of a record; its own SOC is used if the model knows SOC.
    ///
    /// # Errors
    /// [`HealthError::WrongWidth`] for too few turning points, [`HealthError::NoSoc`] without the
    /// SOC that the model needs.
    pub fn estimate(&self, record: &PulseRecord) -> Result<Estimate, HealthError> {
        check_width(record)?;
        let soc = match (&self.soc, self.soc_use) {
            (Some(model), SocUse::Estimated) => {
                let mut row = Vec::new();
                SOC_VIEW.append(&record.voltages_v, 0.0, &mut row);
                model.predict(&row).first().copied()
            }
            (_, SocUse::Known) => Some(record.soc.ok_or(HealthError::NoSoc)?),
            _ => None,
        };
        let rest_v = record.voltages_v.first().copied().unwrap_or(0.0);
        let beyond_soc = match (soc, self.soc_range) {
            (Some(soc), Some((low, high))) => {
                let level = libm::round(soc * 100.0) / 100.0;
                (low as f64 / 100.0 - level).max(level - high as f64 / 100.0)
            }
            _ => 0.0,
        };
        let (outside, beyond) = match self.soc_use {
            SocUse::Known => (beyond_soc > 0.0, beyond_soc.max(0.0)),
            // An estimated SOC is no better outside than what it was estimated from.
            SocUse::Unknown | SocUse::Estimated => {
                let mut row = Vec::new();
                let view = self.inside.view;
                view.append(&record.voltages_v, soc.unwrap_or(0.0), &mut row);
                let (low, high) = self.rest_range_v;
                let nearest = self.inside.model.nearest(&row);
                let familiar = (low..=high).contains(&rest_v) && nearest <= self.edge;
                let outside = !familiar || beyond_soc > 0.0;
                (outside, edges_beyond(nearest, self.edge))
            }
        };
        let part = if outside { &self.outside } else { &self.inside };
        let mut row = Vec::new();
        part.view
            .append(&record.voltages_v, soc.unwrap_or(0.0), &mut row);
        let soh = part.predict(&row).unwrap_or(self.mean_soh);
        let beyond = if outside { beyond } else { 0.0 };
        Ok(Estimate {
            soh,
            half_width: part.near + part.beyond * beyond,
            outside,
        })
    }

    /// The type it was fitted on, such as `NMC2.1`.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// How the state of charge enters.
    pub fn soc_use(&self) -> SocUse {
        self.soc_use
    }

    /// Physical batteries it was fitted on.
    pub fn n_batteries(&self) -> usize {
        self.n_batteries
    }

    /// Records it was fitted on.
    pub fn n_records(&self) -> usize {
        self.n_records
    }

    /// Lowest and highest measured state of charge, per cent.
    pub fn soc_range(&self) -> Option<(i64, i64)> {
        self.soc_range
    }

    /// Mean of the labels: the constant predictor.
    pub fn mean_soh(&self) -> f64 {
        self.mean_soh
    }

    /// Penalties and kernel widths chosen, inside and outside the measured range.
    pub fn chosen(&self) -> [Vec<KernelParams>; 2] {
        [self.inside.model.params(), self.outside.model.params()]
    }

    /// What it is worth on batteries it has not seen.
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// The model file: canonical JSON.
    ///
    /// # Errors
    /// [`HealthError::BadModel`] if a number is not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HealthError> {
        crate::canonical::to_bytes(self).map_err(|_| HealthError::BadModel)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`HealthError::BadModel`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HealthError> {
        let model: Self = serde_json::from_slice(bytes).map_err(|_| HealthError::BadModel)?;
        if model.format != FORMAT {
            return Err(HealthError::BadModel);
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Batteries whose pulse height tells SOH: R rises as SOH falls, rest voltage with SOC.
    fn records(n_batteries: usize, levels: &[i64]) -> Vec<PulseRecord> {
        let mut records = Vec::new();
        for battery in 0..n_batteries {
            let soh = 0.7 + 0.25 * (battery * 7 % 11) as f64 / 11.0;
            for &level in levels {
                let soc = level as f64 / 100.0;
                let rest_v = 3.3 + 0.8 * soc;
                let voltages_v = (0..21)
                    .map(|i| {
                        let sign = if i % 8 < 4 { 1.0 } else { -1.0 };
                        rest_v + sign * f64::from(i) * (2.0 - soh) * 0.003
                    })
                    .collect();
                records.push(PulseRecord {
                    cell_id: format!("{battery}-{level}"),
                    battery: format!("{battery}"),
                    cathode: "NMC".into(),
                    nominal_ah: Some(2.0),
                    soc: Some(soc),
                    soh: Some(soh),
                    width_s: Some(5.0),
                    voltages_v,
                });
            }
        }
        records
    }

    #[test]
    fn health_is_learned_and_the_range_is_known() {
        let records = records(12, &[10, 20, 30, 40]);
        let (train, test) = records.split_at(40);
        for soc_use in [SocUse::Known, SocUse::Unknown, SocUse::Estimated] {
            let model = HealthModel::fit(train, soc_use, 1).unwrap();
            for record in test {
                let estimate = model.estimate(record).unwrap();
                let error = (estimate.soh - record.soh.unwrap()).abs();
                assert!(error < 0.02, "{soc_use:?} {error}");
                assert!(!estimate.outside);
            }
            let mut beyond = test[0].clone();
            beyond.soc = Some(0.9);
            for v in &mut beyond.voltages_v {
                *v += 0.5;
            }
            assert!(model.estimate(&beyond).unwrap().outside, "{soc_use:?}");
            let bytes = model.to_bytes().unwrap();
            assert_eq!(HealthModel::from_bytes(&bytes), Ok(model));
        }
    }

    #[test]
    fn too_little_or_mixed_data_is_said() {
        let few = records(4, &[10, 20]);
        assert!(matches!(
            HealthModel::fit(&few, SocUse::Known, 0),
            Err(HealthError::TooFewBatteries {
                n_found: 4,
                n_needed: 5,
                ..
            })
        ));
        let mut mixed = records(6, &[10, 20]);
        mixed[0].nominal_ah = Some(21.0);
        assert_eq!(
            HealthModel::fit(&mixed, SocUse::Known, 0),
            Err(HealthError::MixedTypes {
                classes: vec!["NMC2".into(), "NMC21".into()]
            })
        );
        let mut unlabelled = records(6, &[10, 20]);
        unlabelled.iter_mut().for_each(|record| record.soh = None);
        assert_eq!(
            HealthModel::fit(&unlabelled, SocUse::Known, 0),
            Err(HealthError::NoLabels)
        );
        let mut short = records(6, &[10]);
        short[3].voltages_v.pop();
        assert_eq!(
            HealthModel::fit(&short, SocUse::Unknown, 0),
            Err(HealthError::WrongWidth {
                wanted: 21,
                found: 20
            })
        );
    }

    #[test]
    fn a_model_that_needs_the_state_of_charge_says_so() {
        let mut records = records(6, &[10, 20]);
        let known = HealthModel::fit(&records, SocUse::Known, 0).unwrap();
        let estimated = HealthModel::fit(&records, SocUse::Estimated, 0).unwrap();
        let mut asked = records[0].clone();
        asked.soc = None;
        assert_eq!(known.estimate(&asked), Err(HealthError::NoSoc));
        assert!(estimated.estimate(&asked).is_ok());
        asked.voltages_v.truncate(20);
        let short = HealthError::WrongWidth {
            wanted: 21,
            found: 20,
        };
        assert_eq!(known.estimate(&asked), Err(short));
        // Labelled, but nobody wrote down the state of charge.
        records.iter_mut().for_each(|record| record.soc = None);
        for soc_use in [SocUse::Known, SocUse::Estimated] {
            let refused = HealthModel::fit(&records, soc_use, 0);
            assert_eq!(refused, Err(HealthError::NoSoc));
        }
        let unknown = HealthModel::fit(&records, SocUse::Unknown, 0).unwrap();
        assert_eq!(unknown.soc_range(), None);
    }

    #[test]
    fn a_model_file_of_another_kind_is_refused() {
        let model = HealthModel::fit(&records(6, &[10, 20]), SocUse::Known, 0).unwrap();
        let text = String::from_utf8(model.to_bytes().unwrap()).unwrap();
        for bad in [
            text.replace(FORMAT, "voltvote-health/2"),
            text.replace("\"edge\"", "\"ledge\""),
            text[..text.len() / 2].into(),
            String::new(),
        ] {
            let refused = HealthModel::from_bytes(bad.as_bytes());
            assert_eq!(refused, Err(HealthError::BadModel));
        }
    }
}
