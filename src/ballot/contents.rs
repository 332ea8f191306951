//! The contents of a ballot. Integers and strings only; its canonical bytes are the payload of
//! the collaborator's JWS. The time of signing is in the JWS header (`iat`), so that the same
//! data and the same seed give the same payload.

use serde::{Deserialize, Serialize};

/// Format name and version of the ballot payload.
pub const FORMAT: &str = "voltvote-ballot/1";

/// Familiarity and evidence are quantised to this many levels (4 bits).
pub const LEVELS: u8 = 16;

/// What a collaborator holds of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Index into the round's catalogue.
    pub class: u16,
    /// Labelled batteries of that class.
    pub batteries: u32,
}

/// A quantised state-of-health estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SohEstimate {
    /// Estimate in per mille of nominal capacity.
    pub permille: u16,
    /// Half-width of the 90 % interval in per mille.
    pub half_width: u16,
}

/// The answer on one query battery.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Trees per held class, in the order of [`Ballot::coverage`]; they sum to the number of
    /// trees. Empty means "abstain".
    pub votes: Vec<u16>,
    /// How near the battery lies to the collaborator's own rows: 0 far .. 15 among them.
    pub familiarity: u8,
    /// Absolute evidence per held class, in the order of [`Ballot::coverage`]: 0 far .. 15 near.
    pub evidence: Vec<u8>,
    /// State of health, where the round asks and the collaborator answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub soh: Option<SohEstimate>,
}

/// A ballot, version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ballot {
    /// Always [`FORMAT`].
    pub format: String,
    /// SHA-256 (hex) of the round's canonical bytes.
    pub round: String,
    /// SHA-256 (hex) of the canonical bytes of the round's query.
    pub query: String,
    /// SHA-256 (hex) of the canonical bytes of the round's roster.
    pub roster: String,
    /// RFC 7638 thumbprint of the key the ballot is encrypted to.
    pub recipient: String,
    /// Software that cast it, such as `voltvote 0.1.0`.
    pub software: String,
    /// Trees per vote, J.
    pub n_trees: u16,
    /// Held classes, ascending by index.
    pub coverage: Vec<Coverage>,
    /// Rows the forest was trained on, after augmentation.
    pub n_training_rows: u32,
    /// Declared noise-to-signal ratio in thousandths of a per cent.
    pub nsr: u32,
    /// M_k for q = 1 and q = 2 in ten-thousandths: the mean over features of the Wasserstein
    /// distance between the collaborator's rows and the query (Tao et al. 2023, eq. 5-6).
    pub distance: [u32; 2],
    /// Randomised response, epsilon per battery in thousandths; `None` when off.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub epsilon: Option<u32>,
    /// One row per query battery, in the query's order.
    pub rows: Vec<Row>,
}
