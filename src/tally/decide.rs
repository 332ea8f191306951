//! From class probabilities to an answer at the finest level that can be stood by.

use crate::health::SohDecision;
use crate::round::{Catalogue, Cathode, Family};
use serde::Serialize;

/// How fine an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A class of the catalogue.
    Class,
    /// Its cathode material.
    Cathode,
    /// Its family.
    Family,
}

/// What the recycler may do with a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The class passed the threshold.
    Decided,
    /// Only cathode or family passed.
    Coarse,
    /// Nothing passed: to the laboratory.
    Undecided,
    /// No collaborator knows batteries like this one: to the laboratory.
    Unknown,
}

/// Limits of a decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Least probability of an answer at any level.
    pub confidence: f64,
    /// Least lead over the next answer of the same level.
    pub margin: f64,
}

/// The decision on one battery.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// Index into the query.
    pub battery: usize,
    /// The most probable class, whatever the status.
    pub class: usize,
    /// Its probability.
    pub confidence: f64,
    /// Its lead over the next class.
    pub margin: f64,
    /// What may be done with it.
    pub status: Status,
    /// Level of `answer`.
    pub level: Level,
    /// The finest answer that passed: a class, cathode or family; the class where none did.
    pub answer: String,
    /// Probability of `answer`.
    pub answer_confidence: f64,
    /// Probability of every class.
    pub probabilities: Vec<f64>,
    /// Voters whose absence alone would change the class.
    pub decisive: Vec<usize>,
    /// Score of evidence of the class that fits best, in levels, 0..16.5: how well the battery is
    /// known to anybody, whatever the rule.
    pub evidence: f64,
    /// Whether the battery is one of the controls.
    pub is_control: bool,
    /// State of health, where collaborators that name the same class estimated it.
    pub soh: Option<SohDecision>,
}

/// Names of the catalogue at one level, and the name of each class there.
#[derive(Debug, Clone)]
pub struct Names {
    level: Level,
    names: Vec<String>,
    of_class: Vec<usize>,
}

impl Names {
    /// Class, cathode and family names of a catalogue. A class without a known cathode stands for
    /// itself at every level.
    pub fn of(catalogue: &Catalogue) -> [Self; 3] {
        [Level::Class, Level::Cathode, Level::Family].map(|level| {
            let (mut names, mut of_class) = (Vec::<String>::new(), Vec::new());
            for class in &catalogue.classes {
                let name = match (level, class.cathode) {
                    (Level::Cathode, Some(cathode)) => cathode_name(cathode).into(),
                    (Level::Family, Some(cathode)) => family_name(cathode.family()).into(),
                    _ => class.name.clone(),
                };
                let known = names.iter().position(|other| *other == name);
                // Two classes of one name cannot be told apart by name, but are two classes.
                let index = match known {
                    Some(index) if level != Level::Class => index,
                    _ => {
                        names.push(name);
                        names.len() - 1
                    }
                };
                of_class.push(index);
            }
            Self {
                level,
                names,
                of_class,
            }
        })
    }

    /// The finest answer that passes, or `None`.
    fn answer(&self, probabilities: &[f64], limits: Thresholds) -> Option<(Level, String, f64)> {
        let mut sums = vec![0.0; self.names.len()];
        for (p, &name) in probabilities.iter().zip(&self.of_class) {
            sums[name] += p;
        }
        let (top, confidence, margin) = lead(&sums)?;
        let passes = confidence >= limits.confidence && margin >= limits.margin;
        passes.then(|| (self.level, self.names[top].clone(), confidence))
    }
}

/// Decides on one battery from its class probabilities; `is_known` says whether any collaborator
/// knows batteries like it.
pub fn decide(
    battery: usize,
    probabilities: Vec<f64>,
    is_known: bool,
    names: &[Names; 3],
    limits: Thresholds,
) -> Decision {
    let (class, confidence, margin) = lead(&probabilities).unwrap_or((0, 0.0, 0.0));
    let passed = names
        .iter()
        .find_map(|level| level.answer(&probabilities, limits));
    let status = match &passed {
        _ if !is_known => Status::Unknown,
        Some((Level::Class, ..)) => Status::Decided,
        Some(_) => Status::Coarse,
        None => Status::Undecided,
    };
    let (level, answer, answer_confidence) = passed.unwrap_or_else(|| {
        let name = names[0].names.get(class).cloned().unwrap_or_default();
        (Level::Class, name, confidence)
    });
    Decision {
        battery,
        class,
        confidence,
        margin,
        status,
        level,
        answer,
        answer_confidence,
        probabilities,
        decisive: Vec::new(),
        evidence: 0.0,
        is_control: false,
        soh: None,
    }
}

/// Sums of equal shares in another order differ by less than this.
const ROUNDING: f64 = 1e-9;

/// Index of the highest value, ties to the lowest index; `None` if there is no value.
pub(super) fn argmax(values: &[f64]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, &value) in values.iter().enumerate() {
        if best.is_none_or(|(_, most)| value > most + ROUNDING) {
            best = Some((index, value));
        }
    }
    best.map(|(index, _)| index)
}

/// The highest value, its index and its lead over the second.
fn lead(values: &[f64]) -> Option<(usize, f64, f64)> {
    let top = argmax(values)?;
    let others = values.iter().enumerate().filter(|(index, _)| *index != top);
    let second = others.map(|(_, value)| *value).fold(0.0, f64::max);
    Some((top, values[top], values[top] - second))
}

/// Turns scores into probabilities; a unit of score is worth `nats`.
pub(super) fn softmax(scores: &mut [f64], nats: f64) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for score in scores.iter_mut() {
        *score = libm::exp(nats * (*score - most));
    }
    normalise(scores);
}

/// Scales non-negative values to sum to one; all equal where there is nothing to scale.
pub(super) fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    let even = 1.0 / values.len().max(1) as f64;
    for value in values.iter_mut() {
        *value = if sum > 0.0 { *value / sum } else { even };
    }
}

fn cathode_name(cathode: Cathode) -> &'static str {
    match cathode {
        Cathode::Lco => "LCO",
        Cathode::Nmc => "NMC",
        Cathode::Nca => "NCA",
        Cathode::Lfp => "LFP",
        Cathode::Lmo => "LMO",
        Cathode::Blend => "BLEND",
    }
}

fn family_name(family: Family) -> &'static str {
    match family {
        Family::Lfp => "LFP",
        Family::NickelRich => "nickel-rich",
        Family::CobaltRich => "cobalt-rich",
        Family::Lmo => "LMO",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Thresholds = Thresholds {
        confidence: 0.6,
        margin: 0.1,
    };

    #[test]
    fn the_finest_level_that_passes_is_the_answer() {
        let catalogue = Catalogue::from_names(["NMC SNL", "NMC HNEI", "NCA SNL", "LFP SNL", "X"]);
        let names = Names::of(&catalogue);
        for (probabilities, status, answer) in [
            ([0.7, 0.1, 0.1, 0.1, 0.0], Status::Decided, "NMC SNL"),
            ([0.4, 0.35, 0.15, 0.1, 0.0], Status::Coarse, "NMC"),
            ([0.4, 0.1, 0.4, 0.1, 0.0], Status::Coarse, "nickel-rich"),
            ([0.3, 0.0, 0.1, 0.3, 0.3], Status::Undecided, "NMC SNL"),
            ([0.1, 0.0, 0.1, 0.1, 0.7], Status::Decided, "X"),
        ] {
            let decision = decide(0, probabilities.to_vec(), true, &names, LIMITS);
            assert_eq!(
                (decision.status, decision.answer.as_str()),
                (status, answer)
            );
        }
        let unknown = decide(0, vec![0.9, 0.1, 0.0, 0.0, 0.0], false, &names, LIMITS);
        assert_eq!(unknown.status, Status::Unknown);
        assert_eq!(unknown.class, 0);
    }

    #[test]
    fn ties_go_to_the_lowest_index() {
        assert_eq!(argmax(&[0.2, 0.4, 0.4]), Some(1));
        assert_eq!(argmax(&[0.1 + 0.2, 0.3, 0.3 + 1e-12]), Some(0));
        assert_eq!(argmax(&[]), None);
        let mut none = [0.0, 0.0];
        normalise(&mut none);
        assert_eq!(none, [0.5, 0.5]);
    }
}
