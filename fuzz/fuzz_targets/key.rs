//! Keys: JWKs, and the public half of identity files. (The passphrase derivation is left out: it
//! is slow by design and sees no structure.)
#![no_main]

use libfuzzer_sys::fuzz_target;
use voltvote::seal::{words, Identity, PrivateKey, PublicKey, Purpose};

fuzz_target!(|data: &[u8]| {
    let _ = Identity::read_public(data);
    if let Ok(jwk) = serde_json::from_slice::<serde_json::Value>(data) {
        for purpose in [Purpose::Signing, Purpose::Encryption] {
            if let Ok(key) = PublicKey::from_jwk(&jwk, purpose) {
                assert_eq!(PublicKey::from_jwk(&key.to_jwk(), purpose), Ok(key));
            }
            let _ = PrivateKey::from_jwk(&jwk, purpose);
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(words(text).split(' ').count(), 8);
    }
});
