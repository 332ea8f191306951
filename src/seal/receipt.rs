//! What a collaborator keeps to check later that its ballot was counted.

use super::Error;
use crate::ballot::Ballot;
use crate::canonical;
use serde::{Deserialize, Serialize};

/// Format name and version of receipts.
pub const RECEIPT_FORMAT: &str = "voltvote-receipt/1";

/// A receipt: canonical JSON, nothing secret except that this key voted.
///
/// It proves nothing by itself; `check` only finds damage. The proof is that the ballot's
/// fingerprint stands on the recycler's signed board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Always [`RECEIPT_FORMAT`].
    pub format: String,
    /// SHA-256 (hex) of the round.
    pub round: String,
    /// SHA-256 (hex) of the ballot file.
    pub ballot: String,
    /// SHA-256 (hex) of the signed payload.
    pub payload: String,
    /// Thumbprint of the key that signed.
    pub kid: String,
    /// Thumbprint of the key the ballot is encrypted to.
    pub recipient: String,
    /// Time of signing, Unix seconds.
    pub signed_at: u64,
    /// Software that cast the ballot.
    pub software: String,
    /// SHA-256 (hex) of this receipt with an empty `check`.
    pub check: String,
}

impl Receipt {
    pub(super) fn new(ballot: &Ballot, kid: &str, payload: &[u8], signed_at: u64) -> Self {
        Self {
            format: RECEIPT_FORMAT.into(),
            round: ballot.round.clone(),
            ballot: String::new(),
            payload: canonical::sha256_hex(payload),
            kid: kid.into(),
            recipient: ballot.recipient.clone(),
            signed_at,
            software: ballot.software.clone(),
            check: String::new(),
        }
    }

    pub(super) fn for_file(mut self, file: &[u8]) -> Self {
        self.ballot = canonical::sha256_hex(file);
        self.check = self.digest();
        self
    }

    /// Bytes of the `*.receipt.json` file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings and one integer: the serializer has nothing to refuse.
        canonical::to_bytes(self).unwrap_or_default()
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// [`Error::Contents`] if it is not a receipt in canonical form or was damaged.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        canonical::from_bytes::<Self>(file)
            .filter(|receipt| receipt.format == RECEIPT_FORMAT && receipt.check == receipt.digest())
            .ok_or(Error::Contents {
                format: RECEIPT_FORMAT,
            })
    }

    fn digest(&self) -> String {
        let blank = Self {
            check: String::new(),
            ..self.clone()
        };
        canonical::sha256_hex(&blank.to_bytes())
    }
}
