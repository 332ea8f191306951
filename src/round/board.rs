//! The board: what the recycler publishes about the ballots of a round.
//!
//! A signed list of events that only grows. Each entry carries the hash of everything before it,
//! starting from the round, so two boards of one round can be compared: the later one must begin
//! with the earlier one. Collaborators find their ballot's fingerprint on it; the votes stay
//! sealed, and so does the payload's hash, from which few votes could be guessed by trying.

use super::{Admission, SignedRound, Status};
use crate::canonical;
use crate::error::Coded;
use crate::seal::{self, Receipt, ToSign, Unverified};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Format name and version of the board payload.
pub const BOARD_FORMAT: &str = "voltvote-board/1";
const TYPE: &str = "voltvote-board+json";
const PARAMETERS: [&str; 3] = ["alg", "kid", "typ"];

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A ballot is counted.
    Accepted,
    /// A ballot is no longer counted: its key signed a later one.
    Superseded,
    /// A ballot is not counted.
    Rejected,
    /// A result was made from the ballots accepted so far.
    Result,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When the recycler wrote it, Unix seconds.
    pub at: u64,
    /// What it says.
    pub event: Event,
    /// SHA-256 (hex) of the ballot or result file.
    pub digest: String,
    /// Thumbprint of the ballot's signing key, where it could be opened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kid: Option<String>,
    /// Time of signing of the ballot, where it could be opened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_at: Option<u64>,
    /// Why: the code of a refusal, the fingerprint of the later ballot, or the rule of a result.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// SHA-256 (hex) of the link before (the round's id at first), a line feed and the canonical
    /// bytes of this entry with an empty link.
    pub link: String,
}

impl Entry {
    fn link_after(&self, previous: &str) -> String {
        let blank = Self {
            link: String::new(),
            ..self.clone()
        };
        // Strings and integers: the serializer has nothing to refuse.
        let own = canonical::to_bytes(&blank).unwrap_or_default();
        canonical::sha256_hex(&[previous.as_bytes(), b"\n", &own].concat())
    }
}

/// The board of one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Always [`BOARD_FORMAT`].
    pub format: String,
    /// SHA-256 (hex) of the round.
    pub round: String,
    /// Events in order.
    pub entries: Vec<Entry>,
}

/// What a board says about a ballot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Counted.
    Accepted,
    /// Not counted any more.
    Superseded {
        /// Fingerprint of the later ballot of the same key.
        by: String,
    },
    /// Not counted.
    Rejected {
        /// Code of the reason.
        code: String,
    },
}

/// Why a board was refused, or does not bear out what it was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BoardError {
    /// Its signature or form.
    Seal(seal::Error),
    /// It belongs to another round.
    OtherRound,
    /// An entry does not follow from the ones before.
    Chain {
        /// Entry, counted from 1.
        at: usize,
    },
    /// It does not begin with the board that was published before.
    Rewritten {
        /// First entry that differs, counted from 1.
        at: usize,
    },
    /// The receipt belongs to another round or recipient.
    OtherReceipt,
    /// The ballot is not on the board.
    NotListed,
    /// The ballot is on the board with another key or time of signing.
    Contradicted,
    /// The result is not on the board.
    ResultNotListed,
    /// The ballot counts, but the result was made without it.
    NotInResult,
    /// The board says of other ballots that they count than those the result was made from.
    OtherBallots,
}

impl From<seal::Error> for BoardError {
    fn from(error: seal::Error) -> Self {
        Self::Seal(error)
    }
}

impl Coded for BoardError {
    fn code(&self) -> &'static str {
        match self {
            Self::Seal(error) => error.code(),
            Self::OtherRound => "board-other-round",
            Self::Chain { .. } => "board-chain",
            Self::Rewritten { .. } => "board-rewritten",
            Self::OtherReceipt => "board-other-receipt",
            Self::NotListed => "board-not-listed",
            Self::Contradicted => "board-contradicted",
            Self::ResultNotListed => "board-result-not-listed",
            Self::NotInResult => "board-not-in-result",
            Self::OtherBallots => "board-other-ballots",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Seal(error) => error.params(),
            Self::Chain { at } | Self::Rewritten { at } => vec![("at", at.to_string())],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seal(error) => error.fmt(f),
            Self::OtherRound => f.write_str("the board of another round"),
            Self::Chain { at } => write!(f, "entry {at} does not follow from those before it"),
            Self::Rewritten { at } => {
                write!(f, "entry {at} is not what the earlier board said")
            }
            Self::OtherReceipt => f.write_str("the receipt is for another round"),
            Self::NotListed => f.write_str("the ballot is not on the board"),
            Self::Contradicted => {
                f.write_str("the board lists the ballot with another key or time of signing")
            }
            Self::ResultNotListed => f.write_str("the result is not on the board"),
            Self::NotInResult => f.write_str("the result was made without this ballot"),
            Self::OtherBallots => f.write_str(
                "the board counts other ballots than the result: give all that were published",
            ),
        }
    }
}

impl std::error::Error for BoardError {}

impl Board {
    /// The empty board of a round.
    pub fn new(signed: &SignedRound) -> Self {
        Self {
            format: BOARD_FORMAT.into(),
            round: signed.id.clone(),
            entries: Vec::new(),
        }
    }

    /// Adds what is new in these admissions; `at` is in Unix seconds.
    pub fn record(&mut self, admissions: &[Admission], at: u64) {
        for admission in admissions {
            let digest = &admission.fingerprint;
            let (event, reason) = match &admission.status {
                Status::Accepted => (Event::Accepted, None),
                Status::Superseded { by } => (Event::Superseded, Some(by.clone())),
                // The file itself stands on the board already.
                Status::Rejected(super::Refusal::Duplicate)
                    if self.last_entry(digest).is_some() =>
                {
                    continue
                }
                Status::Rejected(refusal) => (Event::Rejected, Some(refusal.code().to_owned())),
            };
            let last = self.last_entry(digest);
            if last.is_some_and(|entry| entry.event == event && entry.reason == reason) {
                continue;
            }
            self.push(Entry {
                at,
                event,
                digest: digest.clone(),
                kid: admission.kid().map(str::to_owned),
                signed_at: admission.opened.as_ref().map(|opened| opened.signed_at),
                reason,
                link: String::new(),
            });
            if let (Event::Accepted, Some(opened)) = (event, &admission.opened) {
                self.supersede(opened.signer.kid(), (opened.signed_at, digest), at);
            }
        }
    }

    /// One ballot per key also where the earlier one came another day.
    fn supersede(&mut self, kid: &str, (signed_at, by): (u64, &str), at: u64) {
        let mut earlier = Vec::new();
        for digest in self.accepted() {
            let entry = self.last_entry(digest);
            let entry = entry.filter(|entry| entry.kid.as_deref() == Some(kid));
            let signed = entry.and_then(|entry| entry.signed_at);
            if signed.is_some_and(|signed| (signed, digest) < (signed_at, by)) {
                earlier.push((digest.to_owned(), signed));
            }
        }
        for (digest, signed_at) in earlier {
            self.push(Entry {
                at,
                event: Event::Superseded,
                digest,
                kid: Some(kid.to_owned()),
                signed_at,
                reason: Some(by.to_owned()),
                link: String::new(),
            });
        }
    }

    /// Adds a result: the bytes of the result file and the name of the rule that made it from
    /// these admissions, which were recorded before.
    ///
    /// # Errors
    /// [`BoardError::OtherBallots`] if others count on the board than were counted for the result.
    pub fn record_result(
        &mut self,
        admissions: &[Admission],
        rule: &str,
        result: &[u8],
        at: u64,
    ) -> Result<(), BoardError> {
        let listed = self.accepted();
        let mut counted = admissions.iter().filter_map(Admission::counted);
        if counted.clone().count() != listed.len()
            || !counted.all(|opened| listed.contains(&&*opened.fingerprint))
        {
            return Err(BoardError::OtherBallots);
        }
        self.push(Entry {
            at,
            event: Event::Result,
            digest: canonical::sha256_hex(result),
            kid: None,
            signed_at: None,
            reason: Some(rule.into()),
            link: String::new(),
        });
        Ok(())
    }

    fn push(&mut self, mut entry: Entry) {
        let previous = self.entries.last().map_or(&self.round, |entry| &entry.link);
        entry.link = entry.link_after(previous);
        self.entries.push(entry);
    }

    fn last_entry(&self, ballot: &str) -> Option<&Entry> {
        let mut entries = self.entries.iter().rev();
        entries.find(|entry| entry.event != Event::Result && entry.digest == ballot)
    }

    /// Prepares the board for the recycler's signature; [`ToSign::signed`] gives the file.
    ///
    /// # Errors
    /// [`BoardError::OtherRound`].
    pub fn to_sign(&self, signed: &SignedRound) -> Result<ToSign, BoardError> {
        if self.round != signed.id {
            return Err(BoardError::OtherRound);
        }
        let payload = canonical::to_bytes(self).map_err(|_| unreadable())?;
        Ok(ToSign::new(TYPE, &payload, &signed.signing, Vec::new()))
    }

    /// Reads a `*.board.json` file and checks signature, round and chain.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file: &[u8], signed: &SignedRound) -> Result<Self, BoardError> {
        let unverified = Unverified::flattened(file, TYPE, &PARAMETERS)?;
        unverified.verify(&signed.signing)?;
        let board: Self = canonical::from_bytes(&unverified.payload()?).ok_or_else(unreadable)?;
        if board.format != BOARD_FORMAT {
            return Err(unreadable().into());
        }
        if board.round != signed.id {
            return Err(BoardError::OtherRound);
        }
        let mut previous = &board.round;
        for (i, entry) in board.entries.iter().enumerate() {
            if entry.link != entry.link_after(previous) {
                return Err(BoardError::Chain { at: i + 1 });
            }
            previous = &entry.link;
        }
        Ok(board)
    }

    /// Refuses a board that does not begin with the `earlier` one.
    ///
    /// # Errors
    /// [`BoardError::OtherRound`], [`BoardError::Rewritten`].
    pub fn check_extends(&self, earlier: &Self) -> Result<(), BoardError> {
        if self.round != earlier.round {
            return Err(BoardError::OtherRound);
        }
        for (i, entry) in earlier.entries.iter().enumerate() {
            if self.entries.get(i) != Some(entry) {
                return Err(BoardError::Rewritten { at: i + 1 });
            }
        }
        Ok(())
    }

    /// What the board says last about a ballot.
    pub fn standing(&self, ballot: &str) -> Option<Standing> {
        let entry = self.last_entry(ballot)?;
        let reason = entry.reason.clone().unwrap_or_default();
        match entry.event {
            Event::Accepted => Some(Standing::Accepted),
            Event::Superseded => Some(Standing::Superseded { by: reason }),
            Event::Rejected => Some(Standing::Rejected { code: reason }),
            Event::Result => None,
        }
    }

    /// Checks a receipt: the round is the one answered, the ballot is listed, and under the same
    /// key and time of signing.
    ///
    /// # Errors
    /// [`BoardError::OtherReceipt`], [`BoardError::NotListed`], [`BoardError::Contradicted`].
    pub fn check_receipt(
        &self,
        receipt: &Receipt,
        signed: &SignedRound,
    ) -> Result<Standing, BoardError> {
        let same_round = receipt.round == self.round && receipt.round == signed.id;
        if !same_round || receipt.recipient != signed.encryption.kid() {
            return Err(BoardError::OtherReceipt);
        }
        let entry = self
            .last_entry(&receipt.ballot)
            .ok_or(BoardError::NotListed)?;
        let other_key = entry.kid.as_ref().is_some_and(|kid| *kid != receipt.kid);
        let other_time = entry.signed_at.is_some_and(|at| at != receipt.signed_at);
        if other_key || other_time {
            return Err(BoardError::Contradicted);
        }
        self.standing(&receipt.ballot).ok_or(BoardError::NotListed)
    }

    /// Fingerprints of the ballots that count, in the order of their acceptance.
    pub fn accepted(&self) -> Vec<&str> {
        self.accepted_until(self.entries.len())
    }

    fn accepted_until(&self, n_entries: usize) -> Vec<&str> {
        let mut accepted: Vec<&str> = Vec::new();
        for entry in self.entries.iter().take(n_entries) {
            match entry.event {
                Event::Accepted if !accepted.contains(&&*entry.digest) => {
                    accepted.push(&entry.digest);
                }
                Event::Superseded | Event::Rejected => {
                    accepted.retain(|digest| *digest != entry.digest);
                }
                _ => {}
            }
        }
        accepted
    }

    /// Checks that a result file is on the board; returns its rule and the fingerprints of the
    /// ballots that counted when it was made.
    ///
    /// # Errors
    /// [`BoardError::ResultNotListed`].
    pub fn check_result(&self, result: &[u8]) -> Result<(&str, Vec<&str>), BoardError> {
        let digest = canonical::sha256_hex(result);
        let is_it = |entry: &Entry| entry.event == Event::Result && entry.digest == digest;
        let at = self.entries.iter().rposition(is_it);
        let at = at.ok_or(BoardError::ResultNotListed)?;
        let entry = self.entries.get(at).ok_or(BoardError::ResultNotListed)?;
        let rule = entry.reason.as_deref().unwrap_or_default();
        Ok((rule, self.accepted_until(at)))
    }
}

/// Refuses a receipt whose ballot counts, but not among those a result was made from
/// ([`Board::check_result`]).
///
/// # Errors
/// [`BoardError::NotInResult`].
pub fn check_in_result(receipt: &Receipt, counted: &[&str]) -> Result<(), BoardError> {
    if counted.contains(&&*receipt.ballot) {
        Ok(())
    } else {
        Err(BoardError::NotInResult)
    }
}

fn unreadable() -> seal::Error {
    seal::Error::Contents {
        format: BOARD_FORMAT,
    }
}
