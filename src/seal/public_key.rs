//! RSA public keys as JWKs (RFC 7517, RFC 7518 section 6.3), named by thumbprint (RFC 7638).

use super::envelope::{base64url, from_base64url};
use super::Error;
use rand::{CryptoRng, RngCore};
use rsa::pss::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Oaep, RsaPublicKey};
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};

/// Shortest RSA modulus accepted, in bits (128-bit security, NIST SP 800-57).
pub const MIN_KEY_BITS: usize = 3072;
/// Longest RSA modulus accepted, in bits: beyond it a hostile key only costs time.
pub const MAX_KEY_BITS: usize = 4096;
/// The only public exponent accepted; what WebCrypto and every library generate.
pub(super) const EXPONENT: u32 = 65_537;

/// What a key is for. One key never serves both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// PS256 signatures.
    Signing,
    /// RSA-OAEP-256 key encryption.
    Encryption,
}

impl Purpose {
    /// JOSE `alg`.
    pub fn algorithm(self) -> &'static str {
        match self {
            Self::Signing => "PS256",
            Self::Encryption => "RSA-OAEP-256",
        }
    }

    /// JWK `use`.
    pub fn usage(self) -> &'static str {
        match self {
            Self::Signing => "sig",
            Self::Encryption => "enc",
        }
    }
}

/// An RSA public key with its purpose and its thumbprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: RsaPublicKey,
    purpose: Purpose,
    kid: String,
}

/// Members of a public RSA JWK, and those that WebCrypto adds.
const MEMBERS: [&str; 8] = ["kty", "n", "e", "alg", "use", "kid", "key_ops", "ext"];

impl PublicKey {
    /// Reads a public JWK for a purpose.
    ///
    /// # Errors
    /// [`Error::KeySize`] outside 3072 to 4096 bits, [`Error::KeyMismatch`] if a `kid` is present
    /// and is not the thumbprint, otherwise [`Error::Key`] with what is wrong: private members,
    /// another type, purpose or exponent, an even modulus, another spelling of a number.
    pub fn from_jwk(jwk: &Value, purpose: Purpose) -> Result<Self, Error> {
        let map = jwk.as_object().ok_or(fault("not-an-object"))?;
        if map.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(fault("unexpected-member"));
        }
        let key = Self::of_members(map, purpose)?;
        Ok(key)
    }

    /// As [`PublicKey::from_jwk`], without a look at the names of other members.
    pub(super) fn of_members(map: &Map<String, Value>, purpose: Purpose) -> Result<Self, Error> {
        if map.get("kty").and_then(Value::as_str) != Some("RSA") {
            return Err(fault("not-rsa"));
        }
        for (name, wanted) in [("alg", purpose.algorithm()), ("use", purpose.usage())] {
            if map
                .get(name)
                .is_some_and(|found| found.as_str() != Some(wanted))
            {
                return Err(fault("another-purpose"));
            }
        }
        let n = integer(map, "n")?;
        let e = integer(map, "e")?;
        if e != BigUint::from(EXPONENT) {
            return Err(fault("exponent"));
        }
        let key = Self::from_rsa_parts(n, e, purpose)?;
        match map.get("kid").map(Value::as_str) {
            None => Ok(key),
            Some(Some(kid)) if kid == key.kid => Ok(key),
            Some(_) => Err(Error::KeyMismatch),
        }
    }

    fn from_rsa_parts(n: BigUint, e: BigUint, purpose: Purpose) -> Result<Self, Error> {
        let bits = n.bits();
        if !(MIN_KEY_BITS..=MAX_KEY_BITS).contains(&bits) {
            return Err(Error::KeySize { bits });
        }
        if n.to_bytes_le().first().is_none_or(|byte| byte % 2 == 0) {
            return Err(fault("even-modulus"));
        }
        let key = RsaPublicKey::new(n, e).map_err(|_| fault("numbers"))?;
        let kid = thumbprint(&key);
        Ok(Self { key, purpose, kid })
    }

    /// The public half of an RSA key.
    pub(super) fn from_rsa(key: RsaPublicKey, purpose: Purpose) -> Result<Self, Error> {
        Self::from_rsa_parts(key.n().clone(), key.e().clone(), purpose)
    }

    /// RFC 7638 SHA-256 thumbprint, base64url (43 characters).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What the key is for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Size of the modulus in bytes: the length of a signature or of an encrypted key.
    pub fn size(&self) -> usize {
        self.key.size()
    }

    /// The JWK with `alg`, `use` and `kid`.
    pub fn to_jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "n": base64url(&self.key.n().to_bytes_be()),
            "e": base64url(&self.key.e().to_bytes_be()),
            "alg": self.purpose.algorithm(),
            "use": self.purpose.usage(),
            "kid": self.kid,
        })
    }

    /// Checks a PS256 signature (RFC 7518 section 3.5: SHA-256, salt of 32 bytes).
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        if self.purpose != Purpose::Signing || signature.len() != self.size() {
            return Err(Error::Signature);
        }
        let signature = Signature::try_from(signature).map_err(|_| Error::Signature)?;
        VerifyingKey::<Sha256>::new(self.key.clone())
            .verify(message, &signature)
            .map_err(|_| Error::Signature)
    }

    /// Encrypts a content key with RSA-OAEP-256 (RFC 7518 section 4.3: SHA-256 in both places).
    pub(super) fn wrap<R: RngCore + CryptoRng>(
        &self,
        content_key: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Error> {
        if self.purpose != Purpose::Encryption {
            return Err(fault("another-purpose"));
        }
        self.key
            .encrypt(rng, Oaep::new::<Sha256>(), content_key)
            .map_err(|_| fault("numbers"))
    }
}

/// SHA-256 over the required members in lexical order.
fn thumbprint(key: &RsaPublicKey) -> String {
    let text = format!(
        r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
        base64url(&key.e().to_bytes_be()),
        base64url(&key.n().to_bytes_be())
    );
    base64url(&Sha256::digest(text.as_bytes()))
}

/// A `Base64urlUInt` (RFC 7518 section 2): the fewest bytes, so no leading zero.
pub(super) fn integer(map: &Map<String, Value>, name: &str) -> Result<BigUint, Error> {
    let text = map
        .get(name)
        .and_then(Value::as_str)
        .ok_or(fault("missing-number"))?;
    // Large enough for any accepted modulus; checked before any arithmetic.
    if text.len() > MAX_KEY_BITS / 6 + 8 {
        return Err(fault("number-too-long"));
    }
    let bytes = from_base64url(text, "key")?;
    match bytes.first() {
        None | Some(0) => Err(fault("number-spelling")),
        Some(_) => Ok(BigUint::from_bytes_be(&bytes)),
    }
}

pub(super) fn fault(fault: &'static str) -> Error {
    Error::Key { fault }
}
