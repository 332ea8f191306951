//! Encryption: JWE (RFC 7516), A256GCM under RSA-OAEP-256 (ballots) or a passphrase (identities).

use super::envelope::{self, base64url, from_base64url};
use super::Error;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

pub(super) const ENCRYPTION: &str = "A256GCM";
pub(super) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// A fresh content key: 256 bits, used once.
pub(super) fn content_key<R: RngCore + CryptoRng>(rng: &mut R) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    rng.fill_bytes(key.as_mut());
    key
}

/// Encrypts under a fresh content key; the header is authenticated with the plaintext.
pub(super) fn encrypt<R: RngCore + CryptoRng>(
    protected: &str,
    encrypted_key: &[u8],
    content_key: &[u8; KEY_BYTES],
    plaintext: &[u8],
    rng: &mut R,
) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let message = Payload {
        msg: plaintext,
        aad: protected.as_bytes(),
    };
    let sealed = Aes256Gcm::new(content_key.into())
        .encrypt(Nonce::from_slice(&nonce), message)
        .map_err(|_| Error::TooLarge {
            part: "plaintext",
            limit: envelope::MAX_FILE_BYTES,
        })?;
    let (ciphertext, tag) = sealed.split_at(sealed.len().saturating_sub(TAG_BYTES));
    Ok(envelope::write(&[
        ("ciphertext", &base64url(ciphertext)),
        ("encrypted_key", &base64url(encrypted_key)),
        ("iv", &base64url(&nonce)),
        ("protected", protected),
        ("tag", &base64url(tag)),
    ]))
}

/// The parts of a JWE in the flattened serialisation.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) protected: String,
    pub(super) encrypted_key: Vec<u8>,
    nonce: [u8; NONCE_BYTES],
    /// Ciphertext and tag, as AEAD interfaces take them.
    sealed: Vec<u8>,
}

impl Parts {
    pub(super) fn read(file: &[u8]) -> Result<Self, Error> {
        let [protected, encrypted_key, iv, ciphertext, tag] = envelope::read(
            file,
            ["protected", "encrypted_key", "iv", "ciphertext", "tag"],
        )?;
        let nonce = from_base64url(iv, "iv")?
            .try_into()
            .map_err(|_| Error::Base64 { part: "iv" })?;
        let mut sealed = from_base64url(ciphertext, "ciphertext")?;
        let tag = from_base64url(tag, "tag")?;
        // A shorter tag would be easier to forge (RFC 7518 section 5.3: 128 bits).
        if tag.len() != TAG_BYTES {
            return Err(Error::Base64 { part: "tag" });
        }
        sealed.extend_from_slice(&tag);
        Ok(Self {
            protected: protected.into(),
            encrypted_key: from_base64url(encrypted_key, "encrypted_key")?,
            nonce,
            sealed,
        })
    }

    pub(super) fn decrypt(&self, content_key: &[u8]) -> Result<Vec<u8>, Error> {
        let cipher = Aes256Gcm::new_from_slice(content_key).map_err(|_| Error::Decryption)?;
        let message = Payload {
            msg: &self.sealed,
            aad: self.protected.as_bytes(),
        };
        cipher
            .decrypt(Nonce::from_slice(&self.nonce), message)
            .map_err(|_| Error::Decryption)
    }
}
