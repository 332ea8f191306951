//! What can be wrong with a key or a sealed file.

use crate::error::Coded;
use std::fmt;

/// Why a key, a signature or an encryption was refused.
///
/// Opening says no more than the sender of a bad file may know: a wrong content key and a changed
/// ciphertext are both [`Error::Decryption`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A part is larger than any honest file has.
    TooLarge {
        /// Which part.
        part: &'static str,
        /// Its largest size in bytes.
        limit: usize,
    },
    /// Not a flat JSON object of base64url strings in its only spelling.
    NotAnEnvelope {
        /// Byte position of the first surprise.
        at: usize,
    },
    /// A member of the outer object appears twice.
    DuplicateMember {
        /// Its name.
        name: String,
    },
    /// A member that the file kind does not have, such as an unprotected header.
    UnknownMember {
        /// Its name.
        name: String,
    },
    /// A member that the file kind needs.
    MissingMember {
        /// Its name.
        name: &'static str,
    },
    /// Not unpadded base64url, or not its only spelling (RFC 4648 section 3.5).
    Base64 {
        /// Which part.
        part: &'static str,
    },
    /// Not JSON, or a name appears twice in an object.
    Json {
        /// Which part.
        part: &'static str,
    },
    /// A header parameter that is missing, unexpected or of the wrong type.
    HeaderParameter {
        /// Its name.
        name: String,
    },
    /// `crit` names extensions, and none is known here (RFC 7515 section 4.1.11).
    CriticalHeader,
    /// `zip`: compressed plaintext leaks its contents through its length.
    Compressed,
    /// `b64`: unencoded payloads (RFC 7797) are not accepted.
    UnencodedPayload,
    /// Another algorithm than the one this file kind has.
    Algorithm {
        /// The only one accepted.
        expected: &'static str,
    },
    /// Another kind of file: `typ` keeps a signature made for one purpose from serving another.
    Kind {
        /// The `typ` of the kind expected.
        expected: &'static str,
    },
    /// An RSA modulus outside 3072 to 4096 bits.
    KeySize {
        /// Its length in bits.
        bits: usize,
    },
    /// Not a usable key.
    Key {
        /// What is wrong, as a stable word.
        fault: &'static str,
    },
    /// The key is not the one named.
    KeyMismatch,
    /// The signature does not fit.
    Signature,
    /// Encrypted to another key.
    Recipient,
    /// The content key or the ciphertext does not fit.
    Decryption,
    /// The passphrase does not open this backup.
    Passphrase,
    /// Too short to protect a key.
    WeakPassphrase {
        /// Characters needed.
        minimum: usize,
    },
    /// An iteration count outside the accepted range.
    Iterations {
        /// The count found.
        count: u64,
    },
    /// The signed contents are not what this software can read.
    Contents {
        /// Format expected.
        format: &'static str,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "seal-too-large",
            Self::NotAnEnvelope { .. } => "seal-not-an-envelope",
            Self::DuplicateMember { .. } => "seal-duplicate-member",
            Self::UnknownMember { .. } => "seal-unknown-member",
            Self::MissingMember { .. } => "seal-missing-member",
            Self::Base64 { .. } => "seal-base64",
            Self::Json { .. } => "seal-json",
            Self::HeaderParameter { .. } => "seal-header-parameter",
            Self::CriticalHeader => "seal-critical-header",
            Self::Compressed => "seal-compressed",
            Self::UnencodedPayload => "seal-unencoded-payload",
            Self::Algorithm { .. } => "seal-algorithm",
            Self::Kind { .. } => "seal-kind",
            Self::KeySize { .. } => "seal-key-size",
            Self::Key { .. } => "seal-key",
            Self::KeyMismatch => "seal-key-mismatch",
            Self::Signature => "seal-signature",
            Self::Recipient => "seal-recipient",
            Self::Decryption => "seal-decryption",
            Self::Passphrase => "seal-passphrase",
            Self::WeakPassphrase { .. } => "seal-weak-passphrase",
            Self::Iterations { .. } => "seal-iterations",
            Self::Contents { .. } => "seal-contents",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLarge { part, limit } => {
                vec![("part", (*part).into()), ("limit", limit.to_string())]
            }
            Self::NotAnEnvelope { at } => vec![("at", at.to_string())],
            Self::DuplicateMember { name }
            | Self::UnknownMember { name }
            | Self::HeaderParameter { name } => vec![("name", name.clone())],
            Self::MissingMember { name } => vec![("name", (*name).into())],
            Self::Base64 { part } | Self::Json { part } => vec![("part", (*part).into())],
            Self::Algorithm { expected } | Self::Kind { expected } => {
                vec![("expected", (*expected).into())]
            }
            Self::KeySize { bits } => vec![("bits", bits.to_string())],
            Self::Key { fault } => vec![("fault", (*fault).into())],
            Self::WeakPassphrase { minimum } => vec![("minimum", minimum.to_string())],
            Self::Iterations { count } => vec![("count", count.to_string())],
            Self::Contents { format } => vec![("format", (*format).into())],
            Self::CriticalHeader
            | Self::Compressed
            | Self::UnencodedPayload
            | Self::KeyMismatch
            | Self::Signature
            | Self::Recipient
            | Self::Decryption
            | Self::Passphrase => Vec::new(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { part, limit } => write!(f, "{part} is larger than {limit} bytes"),
            Self::NotAnEnvelope { at } => write!(
                f,
                "not a sealed file: unexpected byte at position {at} (changed, truncated or another kind of file)"
            ),
            Self::DuplicateMember { name } => write!(f, "member `{name}` appears twice"),
            Self::UnknownMember { name } => write!(f, "unexpected member `{name}`"),
            Self::MissingMember { name } => write!(f, "member `{name}` is missing"),
            Self::Base64 { part } => write!(f, "{part} is not canonical base64url"),
            Self::Json { part } => write!(f, "{part} is not JSON with unique names"),
            Self::HeaderParameter { name } => {
                write!(f, "header parameter `{name}` is missing, unexpected or malformed")
            }
            Self::CriticalHeader => f.write_str("critical header extensions are not supported"),
            Self::Compressed => f.write_str("compressed contents are not accepted"),
            Self::UnencodedPayload => f.write_str("unencoded payloads are not accepted"),
            Self::Algorithm { expected } => write!(f, "the algorithm must be {expected}"),
            Self::Kind { expected } => write!(f, "another kind of file: expected {expected}"),
            Self::KeySize { bits } => {
                write!(f, "an RSA key of {bits} bits; 3072 to 4096 are accepted")
            }
            Self::Key { fault } => write!(f, "not a usable RSA key: {fault}"),
            Self::KeyMismatch => f.write_str("the key is not the one named"),
            Self::Signature => f.write_str("the signature does not fit: changed after signing, or signed by another key"),
            Self::Recipient => f.write_str("encrypted to another key"),
            Self::Decryption => f.write_str("cannot be decrypted: changed after sealing, or sealed with another key"),
            Self::Passphrase => f.write_str("wrong passphrase, or the file was changed"),
            Self::WeakPassphrase { minimum } => {
                write!(f, "the passphrase needs at least {minimum} characters")
            }
            Self::Iterations { count } => write!(f, "{count} key derivation rounds are outside the accepted range"),
            Self::Contents { format } => write!(f, "the contents are not a readable {format}"),
        }
    }
}

impl std::error::Error for Error {}
