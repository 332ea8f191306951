//! Round files: checks, signature, identifiers.

use super::{Error, Query, Round, FORMAT};
use crate::canonical;
use crate::features::FeatureTable;
use crate::seal::{PublicKey, Purpose, ToSign, Unverified};
use std::collections::BTreeSet;

const TYPE: &str = "voltvote-round+json";
const PARAMETERS: [&str; 3] = ["alg", "kid", "typ"];

/// Fewest ballots that a round may be content with: below three, a tally shows what single
/// collaborators said.
pub const MIN_QUORUM: u16 = 3;
/// Quorum that the pages propose.
pub const DEFAULT_QUORUM: u16 = 5;
/// Most batteries in one round.
pub const MAX_BATTERIES: usize = 20_000;
/// Most classes in one catalogue.
pub const MAX_CLASSES: usize = 64;
/// Most feature columns.
pub const MAX_COLUMNS: usize = 256;
/// Most trees per collaborator.
pub const MAX_TREES: u16 = 1_000;
/// Most names or identifiers in characters.
const MAX_NAME: usize = 200;

impl Query {
    /// The query that asks about every battery of a feature table.
    pub fn from_table(table: &FeatureTable) -> Self {
        Self {
            schema: table.schema.id.clone(),
            columns: table.schema.columns.clone(),
            batteries: table.cell_ids.clone(),
            rows: table
                .values
                .rows()
                .into_iter()
                .map(|row| row.to_vec())
                .collect(),
        }
    }

    /// SHA-256 (hex) of the canonical bytes; ballots are bound to it.
    pub fn digest(&self) -> String {
        digest(self)
    }
}

/// Whether a name can be shown as it stands.
fn fits(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= MAX_NAME
        && !text.chars().any(crate::letters::is_hidden)
}

impl Round {
    /// Refuses a round that contradicts itself or is out of range.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::EmptyQuery`], [`Error::Invalid`] with part and entry, or what
    /// is wrong with a key.
    pub fn check(&self) -> Result<(), Error> {
        if self.format != FORMAT {
            return Err(Error::Version {
                found: self.format.chars().take(40).collect(),
            });
        }
        let invalid = |part, at| Err(Error::Invalid { part, at });
        if !fits(&self.name) {
            return invalid("name", 0);
        }
        if !(1..=MAX_TREES).contains(&self.n_trees) {
            return invalid("number of trees", 0);
        }
        if self.quorum < MIN_QUORUM {
            return invalid("quorum", 0);
        }
        if self
            .deadline
            .is_some_and(|deadline| deadline <= self.created)
        {
            return invalid("deadline", 0);
        }
        if !(2..=MAX_CLASSES).contains(&self.catalogue.len()) {
            return invalid("class catalogue", 0);
        }
        let mut seen = BTreeSet::new();
        for (i, class) in self.catalogue.classes.iter().enumerate() {
            if !fits(&class.name) || !seen.insert(crate::letters::lowercase(class.name.trim())) {
                return invalid("class catalogue", i + 1);
            }
        }
        self.check_query()?;
        if !fits(&self.recycler.name) {
            return invalid("recycler", 0);
        }
        let (signing, encryption) = self.recycler_keys()?;
        if signing.kid() == encryption.kid() {
            return invalid("recycler", 0);
        }
        let mut seen = BTreeSet::new();
        for (i, member) in self.roster.iter().enumerate() {
            let is_kid = member.kid.len() == 43
                && (member.kid.bytes()).all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
            if !is_kid || !fits(&member.name) || !seen.insert(&member.kid) {
                return invalid("roster", i + 1);
            }
        }
        if !self.roster.is_empty() && self.roster.len() < usize::from(self.quorum) {
            return invalid("quorum", 0);
        }
        Ok(())
    }

    fn check_query(&self) -> Result<(), Error> {
        let query = &self.query;
        if query.batteries.is_empty() {
            return Err(Error::EmptyQuery);
        }
        let invalid = |part, at| Err(Error::Invalid { part, at });
        if !(1..=MAX_COLUMNS).contains(&query.columns.len()) {
            return invalid("feature columns", 0);
        }
        if query.batteries.len() > MAX_BATTERIES || query.rows.len() != query.batteries.len() {
            return invalid("query", 0);
        }
        let mut seen = BTreeSet::new();
        for (i, battery) in query.batteries.iter().enumerate() {
            if !fits(battery) || !seen.insert(battery) {
                return invalid("battery identifiers", i + 1);
            }
        }
        for (i, row) in query.rows.iter().enumerate() {
            if row.len() != query.columns.len() || row.iter().any(|value| !value.is_finite()) {
                return invalid("query", i + 1);
            }
        }
        Ok(())
    }

    fn recycler_keys(&self) -> Result<(PublicKey, PublicKey), Error> {
        let signing = PublicKey::from_jwk(&self.recycler.signing, Purpose::Signing)?;
        let Some(jwk) = &self.recycler.encryption else {
            return Err(Error::Invalid {
                part: "recycler",
                at: 0,
            });
        };
        Ok((signing, PublicKey::from_jwk(jwk, Purpose::Encryption)?))
    }

    /// Prepares the round for the recycler's signature; [`ToSign::signed`] gives the file.
    ///
    /// # Errors
    /// As [`Round::check`].
    pub fn to_sign(&self) -> Result<ToSign, Error> {
        self.check()?;
        let (signing, _) = self.recycler_keys()?;
        let payload = canonical::to_bytes(self)
            .map_err(|_| crate::seal::Error::Contents { format: FORMAT })?;
        Ok(ToSign::new(TYPE, &payload, &signing, Vec::new()))
    }
}

/// A round whose signature and contents were checked, with everything that ballots bind to.
#[derive(Debug, Clone)]
pub struct SignedRound {
    /// The contents.
    pub round: Round,
    /// SHA-256 (hex) of the signed bytes: the round's identifier.
    pub id: String,
    /// SHA-256 (hex) of the query.
    pub query: String,
    /// SHA-256 (hex) of the roster.
    pub roster: String,
    /// The recycler's signing key.
    pub signing: PublicKey,
    /// The key that ballots are encrypted to.
    pub encryption: PublicKey,
}

impl SignedRound {
    /// Reads a `*.round.json` file. It is signed by the key that it names itself: whether that key
    /// is the recycler's is for [`SignedRound::check_recycler`] or fingerprint words to say.
    ///
    /// # Errors
    /// What is wrong with the form, the signature or the contents.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let signed = Unverified::flattened(file, TYPE, &PARAMETERS)?;
        let payload = signed.payload()?;
        let unreadable = || crate::seal::Error::Contents { format: FORMAT };
        let round: Round = match serde_json::from_slice(&payload) {
            Ok(round) => round,
            Err(_) => return Err(newer_version(&payload).unwrap_or(unreadable().into())),
        };
        let signing = PublicKey::from_jwk(&round.recycler.signing, Purpose::Signing)?;
        signed.verify(&signing)?;
        round.check()?;
        let (signing, encryption) = round.recycler_keys()?;
        Ok(Self {
            id: canonical::sha256_hex(&payload),
            query: round.query.digest(),
            roster: digest(&round.roster),
            signing,
            encryption,
            round,
        })
    }

    /// Refuses a round of another recycler than the one whose signing key is known.
    ///
    /// # Errors
    /// [`Error::Recycler`].
    pub fn check_recycler(&self, kid: &str) -> Result<(), Error> {
        if self.signing.kid() == kid {
            Ok(())
        } else {
            Err(Error::Recycler)
        }
    }

    /// Refuses a round whose deadline has passed at `now` (Unix seconds).
    ///
    /// # Errors
    /// [`Error::Expired`].
    pub fn check_open(&self, now: u64) -> Result<(), Error> {
        match self.round.deadline {
            Some(deadline) if deadline < now => Err(Error::Expired { deadline }),
            _ => Ok(()),
        }
    }
}

/// A payload of another version has other members; its name alone makes a better message.
fn newer_version(payload: &[u8]) -> Option<Error> {
    let value: serde_json::Value = serde_json::from_slice(payload).ok()?;
    let format = value.get("format")?.as_str()?;
    (format.starts_with("voltvote-round/") && format != FORMAT).then(|| Error::Version {
        found: format.chars().take(40).collect(),
    })
}

fn digest<T: serde::Serialize>(value: &T) -> String {
    // Strings and finite numbers: the serializer has nothing to refuse.
    canonical::sha256_hex(&canonical::to_bytes(value).unwrap_or_default())
}
