//! Sealing and opening ballots: a JWS by the collaborator inside a JWE to the recycler.
//!
//! Signed first and encrypted second, so that nobody but the recycler learns who voted. The
//! signed payload names round, query, roster and recipient: it cannot be sealed again for another
//! recipient or replayed into another round. Both private-key steps are left to the caller, who
//! may hold the key in WebCrypto.

use super::header::{self, Header};
use super::jwe::{self, Parts, ENCRYPTION};
use super::jws::{ToSign, Unverified};
use super::{Error, PublicKey, Purpose, Receipt};
use crate::ballot::{Ballot, FORMAT};
use crate::canonical;
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

const OUTER_TYPE: &str = "voltvote-ballot+json";
const OUTER_PARAMETERS: [&str; 5] = ["alg", "cty", "enc", "kid", "typ"];
const OUTER_ALGORITHM: &str = "RSA-OAEP-256";
/// RFC 7515 section 9.2.1: a compact serialisation inside.
const OUTER_CONTENTS: &str = "JOSE";
const INNER_TYPE: &str = "voltvote-vote+json";
const INNER_PARAMETERS: [&str; 7] = ["alg", "cty", "iat", "jwk", "kid", "name", "typ"];

/// A ballot on its way to being signed and encrypted.
#[derive(Debug, Clone)]
pub struct Unsealed {
    to_sign: ToSign,
    recipient: PublicKey,
    receipt: Receipt,
}

impl Unsealed {
    /// Prepares a ballot for the collaborator's signature. `name` is the collaborator's display
    /// name, readable by the recycler only; `signed_at` is in Unix seconds.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] if the ballot names another recipient, [`Error::Key`] if a key has
    /// another purpose.
    pub fn new(
        ballot: &Ballot,
        name: &str,
        signer: &PublicKey,
        recipient: &PublicKey,
        signed_at: u64,
    ) -> Result<Self, Error> {
        if signer.purpose() != Purpose::Signing || recipient.purpose() != Purpose::Encryption {
            return Err(super::public_key::fault("another-purpose"));
        }
        if ballot.recipient != recipient.kid() {
            return Err(Error::KeyMismatch);
        }
        let payload =
            canonical::to_bytes(ballot).map_err(|_| Error::Contents { format: FORMAT })?;
        let to_sign = ToSign::new(
            INNER_TYPE,
            &payload,
            signer,
            vec![
                ("cty", "json".into()),
                ("iat", signed_at.into()),
                ("jwk", signer.to_jwk()),
                ("name", name.into()),
            ],
        );
        Ok(Self {
            to_sign,
            recipient: recipient.clone(),
            receipt: Receipt::new(ballot, signer.kid(), &payload, signed_at),
        })
    }

    /// The bytes to sign with PS256 (SHA-256, salt of 32 bytes).
    pub fn signing_input(&self) -> &[u8] {
        self.to_sign.signing_input()
    }

    /// Encrypts the signed ballot.
    ///
    /// # Errors
    /// [`Error::Signature`] if the signature is not the signer's.
    pub fn seal<R: RngCore + CryptoRng>(
        self,
        signature: &[u8],
        rng: &mut R,
    ) -> Result<Sealed, Error> {
        let signed = self.to_sign.compact(signature)?;
        let protected = header::write(vec![
            ("alg", OUTER_ALGORITHM.into()),
            ("cty", OUTER_CONTENTS.into()),
            ("enc", ENCRYPTION.into()),
            ("kid", self.recipient.kid().into()),
            ("typ", OUTER_TYPE.into()),
        ]);
        let content_key = jwe::content_key(rng);
        let encrypted_key = self.recipient.wrap(content_key.as_ref(), rng)?;
        let file = jwe::encrypt(
            &protected,
            &encrypted_key,
            &content_key,
            signed.as_bytes(),
            rng,
        )?;
        let receipt = self.receipt.for_file(&file);
        Ok(Sealed { file, receipt })
    }
}

/// A sealed ballot and the receipt that its collaborator keeps.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Bytes of the `*.ballot.json` file.
    pub file: Vec<u8>,
    /// Its receipt.
    pub receipt: Receipt,
}

/// A sealed ballot that waits for its content key.
#[derive(Debug, Clone)]
pub struct Opening {
    parts: Parts,
    kid: String,
    fingerprint: String,
}

impl Opening {
    /// Reads a `*.ballot.json` file; nothing is decrypted yet.
    ///
    /// # Errors
    /// What is wrong with the outer form.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let parts = Parts::read(file)?;
        let header = Header::read(
            &parts.protected,
            OUTER_TYPE,
            OUTER_ALGORITHM,
            &OUTER_PARAMETERS,
        )?;
        if header.text("enc")? != ENCRYPTION {
            return Err(Error::Algorithm {
                expected: ENCRYPTION,
            });
        }
        fixed(&header, "cty", OUTER_CONTENTS)?;
        Ok(Self {
            kid: header.text("kid")?.into(),
            fingerprint: canonical::sha256_hex(file),
            parts,
        })
    }

    /// Thumbprint of the key that the ballot is encrypted to.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// SHA-256 (hex) of the file.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The encrypted content key: decrypt it with RSA-OAEP, SHA-256, no label.
    pub fn encrypted_key(&self) -> &[u8] {
        &self.parts.encrypted_key
    }

    /// Decrypts with the content key and checks the collaborator's signature.
    ///
    /// # Errors
    /// [`Error::Decryption`], [`Error::Signature`], or what is wrong with the inner form.
    pub fn decrypt(&self, content_key: &[u8]) -> Result<Opened, Error> {
        let plaintext = Zeroizing::new(self.parts.decrypt(content_key)?);
        let text = std::str::from_utf8(&plaintext).map_err(|_| Error::NotAnEnvelope { at: 0 })?;
        let signed = Unverified::compact(text, INNER_TYPE, &INNER_PARAMETERS)?;
        let header = signed.header();
        fixed(header, "cty", "json")?;
        let signer = PublicKey::from_jwk(header.get("jwk")?, Purpose::Signing)?;
        signed.verify(&signer)?;
        let payload = signed.payload()?;
        let ballot = canonical::from_bytes(&payload).ok_or(Error::Contents { format: FORMAT })?;
        Ok(Opened {
            ballot,
            name: (header.text("name")?.chars())
                .filter(|letter| !crate::letters::is_hidden(*letter))
                .take(100)
                .collect(),
            signed_at: header.whole("iat")?,
            signer,
            payload: canonical::sha256_hex(&payload),
            fingerprint: self.fingerprint.clone(),
        })
    }
}

/// A ballot in clear whose signature fits. Whether it answers a round is checked by
/// [`crate::ballot::check`].
#[derive(Debug, Clone)]
pub struct Opened {
    /// The contents.
    pub ballot: Ballot,
    /// The collaborator's own display name; a roster's name goes before it.
    pub name: String,
    /// Time of signing by the collaborator's clock, Unix seconds.
    pub signed_at: u64,
    /// The key that signed.
    pub signer: PublicKey,
    /// SHA-256 (hex) of the signed payload.
    pub payload: String,
    /// SHA-256 (hex) of the file.
    pub fingerprint: String,
}

fn fixed(header: &Header, name: &'static str, value: &str) -> Result<(), Error> {
    if header.text(name)? == value {
        Ok(())
    } else {
        Err(Error::HeaderParameter { name: name.into() })
    }
}
