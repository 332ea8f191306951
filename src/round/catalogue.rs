//! The class catalogue: a tree of class (source x cathode), cathode and family.

use serde::{Deserialize, Serialize};

/// Cathode material. Two or more active materials in one cathode are a [`Cathode::Blend`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Cathode {
    /// Lithium cobalt oxide.
    Lco,
    /// Lithium nickel manganese cobalt oxide.
    Nmc,
    /// Lithium nickel cobalt aluminium oxide.
    Nca,
    /// Lithium iron phosphate.
    Lfp,
    /// Lithium manganese oxide.
    Lmo,
    /// A blend, such as NMC/LCO.
    Blend,
}

/// What one cycle can tell apart across makers: NMC 811 and NCA are not separable, so they share
/// a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// LFP.
    Lfp,
    /// NMC and NCA.
    NickelRich,
    /// LCO and blends.
    CobaltRich,
    /// LMO.
    Lmo,
}

impl Cathode {
    /// The family this cathode belongs to.
    pub fn family(self) -> Family {
        match self {
            Self::Lfp => Family::Lfp,
            Self::Nmc | Self::Nca => Family::NickelRich,
            Self::Lco | Self::Blend => Family::CobaltRich,
            Self::Lmo => Family::Lmo,
        }
    }

    /// Reads a cathode from a label such as `NMC`, `NMC/LCO`, `lfp SNL` or `NCA-A`.
    ///
    /// Words are split at anything but letters; two different materials make a blend.
    /// Returns `None` where no word names a material.
    pub fn from_label(label: &str) -> Option<Self> {
        const WORDS: [(&str, Cathode); 6] = [
            ("LCO", Cathode::Lco),
            ("NMC", Cathode::Nmc),
            ("NCM", Cathode::Nmc),
            ("NCA", Cathode::Nca),
            ("LFP", Cathode::Lfp),
            ("LMO", Cathode::Lmo),
        ];
        let upper = label.to_ascii_uppercase();
        let mut found: Option<Self> = None;
        for word in upper
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|w| !w.is_empty())
        {
            let cathode = if word.starts_with("BLEND") {
                Some(Self::Blend)
            } else {
                WORDS
                    .iter()
                    .find(|(name, _)| *name == word)
                    .map(|(_, cathode)| *cathode)
            };
            found = match (found, cathode) {
                (Some(a), Some(b)) if a != b => Some(Self::Blend),
                (before, None) => before,
                (_, now) => now,
            };
        }
        found
    }
}

/// One class of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Name as collaborators label it: a cathode (`NMC`) or source x cathode (`NMC SNL`).
    pub name: String,
    /// Its cathode, where the name or the recycler says so.
    pub cathode: Option<Cathode>,
}

/// The ordered classes of a round; votes refer to them by index.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Classes in order.
    pub classes: Vec<Class>,
}

impl Catalogue {
    /// A catalogue from class names; cathodes are read from the names.
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let classes = names.into_iter().map(|name| {
            let name = name.as_ref().trim();
            Class {
                name: name.into(),
                cathode: Cathode::from_label(name),
            }
        });
        Self {
            classes: classes.collect(),
        }
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are no classes.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Index of the class with this name, ignoring case and surrounding white space.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        self.classes
            .iter()
            .position(|class| class.name.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cathodes_are_read_from_labels() {
        for (label, expected) in [
            ("LCO CALCE", Some(Cathode::Lco)),
            ("NMC/LCO HNEI", Some(Cathode::Blend)),
            ("nca-a", Some(Cathode::Nca)),
            ("BLEND", Some(Cathode::Blend)),
            ("NMC NMC", Some(Cathode::Nmc)),
            ("LFP SNL", Some(Cathode::Lfp)),
            ("cell 7", None),
        ] {
            assert_eq!(Cathode::from_label(label), expected, "{label}");
        }
    }
}
