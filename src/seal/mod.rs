//! Keys, signatures and encryption: who may read a ballot, and who cast it.
//!
//! Every file is JOSE, so any library can open it, but this reader accepts one algorithm per file
//! kind and one spelling per file:
//!
//! | file | form | algorithms |
//! |---|---|---|
//! | `*.round.json` | JWS, flattened | PS256 |
//! | `*.ballot.json` | compact JWS inside a flattened JWE | PS256; RSA-OAEP-256, A256GCM |
//! | `*.board.json` | JWS, flattened | PS256 |
//! | `*.identity.json` | JWE around a JWK set, flattened | PBES2-HS512+A256KW, A256GCM |
//! | `*.receipt.json` | canonical JSON | SHA-256 |
//!
//! Private-key steps are outside calls (`signing_input` out, signature in; `encrypted_key` out,
//! content key in), because in the browser they are WebCrypto's, asynchronous and
//! non-extractable; the command line answers them with [`PrivateKey`]. Randomness and time are
//! arguments.

mod ballot;
mod envelope;
mod error;
mod header;
mod identity;
mod json;
mod jwe;
mod jws;
mod private_key;
mod public_key;
mod receipt;
mod words;

pub use ballot::{Opened, Opening, Sealed, Unsealed};
pub use error::Error;
pub use identity::{Identity, ITERATIONS, MIN_PASSPHRASE};
pub use jws::ToSign;
pub(crate) use jws::Unverified;
pub use private_key::PrivateKey;
pub use public_key::{PublicKey, Purpose, MAX_KEY_BITS, MIN_KEY_BITS};
pub use receipt::{Receipt, RECEIPT_FORMAT};
pub use words::words;
