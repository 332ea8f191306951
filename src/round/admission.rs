//! Admission: which of the files that arrived are counted, and why the others are not.
//!
//! One ballot per key: the last one signed counts, earlier ones are kept as superseded. Nothing is
//! thrown away; every file gets a line that the board can publish.

use super::{Error, SignedRound};
use crate::ballot::{self, Invalid};
use crate::canonical::sha256_hex;
use crate::error::Coded;
use crate::seal::{self, Opened, Opening};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Clocks may differ by this much, in seconds, before a ballot counts as signed too early.
const CLOCK_TOLERANCE_S: u64 = 86_400;

/// Why a ballot is not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Its seal.
    Seal(seal::Error),
    /// Its contents.
    Contents(Invalid),
    /// The same ballot came before: the same file, or the same votes signed at the same time.
    Duplicate,
    /// Signed by a key that the roster does not list.
    NotOnRoster,
    /// Signed after the deadline.
    Late,
    /// Signed before the round was made.
    Early,
}

impl Coded for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Seal(error) => error.code(),
            Self::Contents(error) => error.code(),
            Self::Duplicate => "ballot-duplicate",
            Self::NotOnRoster => "ballot-not-on-roster",
            Self::Late => "ballot-late",
            Self::Early => "ballot-early",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Seal(error) => error.params(),
            Self::Contents(error) => error.params(),
            Self::Duplicate | Self::NotOnRoster | Self::Late | Self::Early => Vec::new(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seal(error) => error.fmt(f),
            Self::Contents(error) => error.fmt(f),
            Self::Duplicate => f.write_str("the same ballot came before"),
            Self::NotOnRoster => f.write_str("signed by a key that is not on the round's roster"),
            Self::Late => f.write_str("signed after the deadline"),
            Self::Early => f.write_str("signed before the round was made"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What became of a ballot file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Counted.
    Accepted,
    /// Valid, but the same key signed a later one.
    Superseded {
        /// Fingerprint of the later ballot.
        by: String,
    },
    /// Not counted.
    Rejected(Refusal),
}

/// One ballot file and what became of it.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Name of the file as it came.
    pub file: String,
    /// SHA-256 (hex) of the file.
    pub fingerprint: String,
    /// The opened ballot; `None` where it could not be opened. Rejected ballots that could be
    /// opened are kept here too: quarantined, for people to look at, never counted.
    pub opened: Option<Opened>,
    /// Name of the collaborator: the roster's, or the ballot's own in an open round.
    pub name: Option<String>,
    /// What became of it.
    pub status: Status,
}

impl Admission {
    /// The opened ballot, if it is counted.
    pub fn counted(&self) -> Option<&Opened> {
        match self.status {
            Status::Accepted => self.opened.as_ref(),
            _ => None,
        }
    }

    /// Thumbprint of the signing key, where the ballot could be opened.
    pub fn kid(&self) -> Option<&str> {
        self.opened.as_ref().map(|opened| opened.signer.kid())
    }
}

/// Opens and sorts ballot files; the result is in the order of `files`.
///
/// `content_key` decrypts [`Opening::encrypted_key`] with the recycler's private key (RSA-OAEP,
/// SHA-256) or says why it cannot. It is called only for ballots that name the round's key. In
/// the browser, where decryption is asynchronous, decrypt first and look up by fingerprint here.
pub fn admit<'a>(
    signed: &SignedRound,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    content_key: &mut dyn FnMut(&Opening) -> Result<Vec<u8>, seal::Error>,
) -> Vec<Admission> {
    let mut seen = BTreeSet::new();
    let mut admissions: Vec<Admission> = Vec::new();
    for (file, bytes) in files {
        let mut admission = Admission {
            file: file.into(),
            fingerprint: sha256_hex(bytes),
            opened: None,
            name: None,
            status: Status::Accepted,
        };
        if seen.insert(admission.fingerprint.clone()) {
            match open(signed, bytes, content_key) {
                Ok(opened) => {
                    // Whoever carries a ballot can spell its envelope anew, but not say another
                    // thing: the copy must not push out the file that the receipt names.
                    let says_it = |earlier: &Admission| {
                        earlier.opened.as_ref().is_some_and(|earlier| {
                            earlier.signer.kid() == opened.signer.kid()
                                && earlier.signed_at == opened.signed_at
                                && earlier.payload == opened.payload
                        })
                    };
                    let is_new = !admissions.iter().any(says_it);
                    match judge(signed, &opened) {
                        Err(refusal) => admission.status = Status::Rejected(refusal),
                        Ok(()) if !is_new => {
                            admission.status = Status::Rejected(Refusal::Duplicate);
                        }
                        Ok(()) => {}
                    }
                    admission.name = Some(display_name(signed, &opened));
                    admission.opened = Some(opened);
                }
                Err(error) => admission.status = Status::Rejected(Refusal::Seal(error)),
            }
        } else {
            admission.status = Status::Rejected(Refusal::Duplicate);
        }
        admissions.push(admission);
    }
    supersede(&mut admissions);
    admissions
}

/// Refuses a tally of fewer valid ballots than the signed quorum.
///
/// # Errors
/// [`Error::Quorum`].
pub fn check_quorum(signed: &SignedRound, admissions: &[Admission]) -> Result<(), Error> {
    let found = admissions.iter().filter_map(Admission::counted).count();
    let needed = usize::from(signed.round.quorum);
    if found >= needed {
        Ok(())
    } else {
        Err(Error::Quorum { found, needed })
    }
}

fn open(
    signed: &SignedRound,
    bytes: &[u8],
    content_key: &mut dyn FnMut(&Opening) -> Result<Vec<u8>, seal::Error>,
) -> Result<Opened, seal::Error> {
    let opening = Opening::read(bytes)?;
    if opening.kid() != signed.encryption.kid() {
        return Err(seal::Error::Recipient);
    }
    opening.decrypt(&zeroize::Zeroizing::new(content_key(&opening)?))
}

fn judge(signed: &SignedRound, opened: &Opened) -> Result<(), Refusal> {
    let round = &signed.round;
    ballot::check(&opened.ballot, signed).map_err(Refusal::Contents)?;
    let listed = |kid: &str| round.roster.iter().any(|member| member.kid == kid);
    if !round.roster.is_empty() && !listed(opened.signer.kid()) {
        return Err(Refusal::NotOnRoster);
    }
    if round
        .deadline
        .is_some_and(|deadline| opened.signed_at > deadline)
    {
        return Err(Refusal::Late);
    }
    if opened.signed_at.saturating_add(CLOCK_TOLERANCE_S) < round.created {
        return Err(Refusal::Early);
    }
    Ok(())
}

fn display_name(signed: &SignedRound, opened: &Opened) -> String {
    let roster = &signed.round.roster;
    let member = roster
        .iter()
        .find(|member| member.kid == opened.signer.kid());
    member.map_or_else(|| opened.name.clone(), |member| member.name.clone())
}

/// Keeps the last valid ballot per key. Equal times are settled by fingerprint, so that the order
/// of arrival never matters.
fn supersede(admissions: &mut [Admission]) {
    let mut last: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for admission in admissions.iter() {
        if let Some(opened) = admission.counted() {
            let this = (opened.signed_at, opened.fingerprint.clone());
            let best = last
                .entry(opened.signer.kid().into())
                .or_insert(this.clone());
            if this > *best {
                *best = this;
            }
        }
    }
    for admission in admissions {
        let later = admission.counted().and_then(|opened| {
            let (_, by) = last.get(opened.signer.kid())?;
            (*by != opened.fingerprint).then(|| by.clone())
        });
        if let Some(by) = later {
            admission.status = Status::Superseded { by };
        }
    }
}
