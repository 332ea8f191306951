//! One byte form for everything that is hashed or signed.
//!
//! Canonical JSON here: UTF-8, object keys sorted by code point, no white space, numbers as
//! their shortest round-trip decimal. Ballots hold integers only, so any implementation can
//! reproduce their bytes; rounds hold decimals as well and are verified over the received bytes.

use serde::{de::DeserializeOwned, Serialize};
use sha2::{Digest, Sha256};

/// Canonical bytes of a value.
///
/// # Errors
/// Returns the serializer's error if a map has non-string keys. A non-finite number becomes
/// `null`; types that may hold one must refuse it earlier.
pub fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    // `serde_json::Value` keeps objects in a BTreeMap: the round trip sorts the keys.
    serde_json::to_vec(&serde_json::to_value(value)?)
}

/// Parses canonical bytes and refuses any other spelling of the same value.
///
/// # Errors
/// Returns `None` if the bytes do not parse, or do not equal the canonical form of what they mean.
pub fn from_bytes<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    (to_bytes(&value).ok()? == bytes).then_some(value)
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_other_spellings_refused() {
        let value = serde_json::json!({"b": 1, "a": [0.1, 2]});
        let bytes = to_bytes(&value).unwrap();
        assert_eq!(bytes, br#"{"a":[0.1,2],"b":1}"#);
        assert!(from_bytes::<serde_json::Value>(&bytes).is_some());
        assert!(from_bytes::<serde_json::Value>(br#"{"b":1,"a":[0.1,2]}"#).is_none());
        assert!(from_bytes::<serde_json::Value>(br#"{"a": 1}"#).is_none());
    }

    #[test]
    fn digest_of_the_empty_string_is_the_published_one() {
        assert!(sha256_hex(b"").starts_with("e3b0c44298fc1c149afbf4c8996fb924"));
    }
}
