//! The contents of a round file. Its canonical bytes are the payload of the recycler's JWS.

use super::Catalogue;
use crate::standardize;
use serde::{Deserialize, Serialize};

/// Format name and version of the round payload.
pub const FORMAT: &str = "voltvote-round/1";

/// Public keys of a party, as JWKs (RFC 7517) named by their RFC 7638 thumbprints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeys {
    /// Display name.
    pub name: String,
    /// RSA public key for PS256 signatures.
    pub signing: serde_json::Value,
    /// RSA public key for RSA-OAEP-256, for parties that receive ballots.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub encryption: Option<serde_json::Value>,
}

/// A collaborator that the round admits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Display name.
    pub name: String,
    /// RFC 7638 SHA-256 thumbprint of its signing key, base64url.
    pub kid: String,
}

/// The batteries to sort: the feature table a collaborator votes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Feature schema identifier, such as `cycle-30/1`.
    pub schema: String,
    /// Feature columns in order.
    pub columns: Vec<String>,
    /// Battery identifiers, one per row.
    pub batteries: Vec<String>,
    /// Feature values, shape (batteries, columns), finite.
    pub rows: Vec<Vec<f64>>,
}

/// A round, version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Always [`FORMAT`].
    pub format: String,
    /// Name for people.
    pub name: String,
    /// Software that made it, such as `voltvote 0.1.0`.
    pub software: String,
    /// Creation time, Unix seconds.
    pub created: u64,
    /// Ballots signed after this time (Unix seconds) are late; `None` keeps the round open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deadline: Option<u64>,
    /// Standardisation shared by all parties.
    pub protocol: standardize::Params,
    /// Trees per collaborator, J. Paper: 10.
    pub n_trees: u16,
    /// The classes that votes refer to.
    pub catalogue: Catalogue,
    /// The batteries to sort.
    pub query: Query,
    /// Whether ballots may also carry a state-of-health estimate per battery.
    pub asks_soh: bool,
    /// Ballots needed before any tally is shown.
    pub quorum: u16,
    /// The recycler.
    pub recycler: PublicKeys,
    /// Admitted collaborators; empty means an open round.
    pub roster: Vec<Member>,
}
