//! RSA private keys, for the command line. In the browser private keys stay in WebCrypto: the
//! `rsa` crate's private operations are not free of timing signals (RUSTSEC-2023-0071).

use super::envelope::base64url;
use super::public_key::{fault, integer, EXPONENT, MIN_KEY_BITS};
use super::{Error, PublicKey, Purpose};
use rand::{CryptoRng, RngCore};
use rsa::pss::BlindedSigningKey;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BigUint, Oaep, RsaPrivateKey};
use serde_json::{json, Value};
use sha2::Sha256;
use zeroize::Zeroizing;

/// An RSA private key with its purpose.
pub struct PrivateKey {
    key: RsaPrivateKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a key of 3072 bits.
    ///
    /// # Errors
    /// [`Error::Key`] if the generator gives up.
    pub fn generate<R: RngCore + CryptoRng>(purpose: Purpose, rng: &mut R) -> Result<Self, Error> {
        let key = RsaPrivateKey::new_with_exp(rng, MIN_KEY_BITS, &BigUint::from(EXPONENT))
            .map_err(|_| fault("generation"))?;
        Self::from_rsa(key, purpose)
    }

    /// Reads a private JWK of two primes.
    ///
    /// # Errors
    /// As [`PublicKey::from_jwk`], and [`Error::Key`] if the numbers do not belong together.
    pub fn from_jwk(jwk: &Value, purpose: Purpose) -> Result<Self, Error> {
        let map = jwk.as_object().ok_or(fault("not-an-object"))?;
        if map.contains_key("oth") {
            return Err(fault("more-than-two-primes"));
        }
        let public = PublicKey::of_members(map, purpose)?;
        let [n, e, d, p, q] = ["n", "e", "d", "p", "q"].map(|name| integer(map, name));
        let key = RsaPrivateKey::from_components(n?, e?, d?, vec![p?, q?])
            .map_err(|_| fault("numbers"))?;
        key.validate().map_err(|_| fault("numbers"))?;
        Ok(Self { key, public })
    }

    fn from_rsa(key: RsaPrivateKey, purpose: Purpose) -> Result<Self, Error> {
        let public = PublicKey::from_rsa(key.to_public_key(), purpose)?;
        Ok(Self { key, public })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The private JWK with the CRT members, as every library expects it.
    ///
    /// # Errors
    /// [`Error::Key`] if the key is not one of two primes.
    pub fn to_jwk(&self) -> Result<Value, Error> {
        let [p, q] = self.key.primes() else {
            return Err(fault("more-than-two-primes"));
        };
        let number = |value: &BigUint| base64url(&Zeroizing::new(value.to_bytes_be()));
        let one = BigUint::from(1u32);
        let qi = self.key.crt_coefficient().ok_or(fault("numbers"))?;
        let purpose = self.public.purpose();
        Ok(json!({
            "kty": "RSA",
            "n": number(self.key.n()),
            "e": number(self.key.e()),
            "d": number(self.key.d()),
            "p": number(p),
            "q": number(q),
            "dp": number(&(self.key.d() % (p - &one))),
            "dq": number(&(self.key.d() % (q - &one))),
            "qi": number(&qi),
            "alg": purpose.algorithm(),
            "use": purpose.usage(),
            "kid": self.public.kid(),
        }))
    }

    /// Signs with PS256.
    ///
    /// # Errors
    /// [`Error::Key`] if the key is for encryption.
    pub fn sign<R: RngCore + CryptoRng>(
        &self,
        message: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Error> {
        if self.public.purpose() != Purpose::Signing {
            return Err(fault("another-purpose"));
        }
        BlindedSigningKey::<Sha256>::new(self.key.clone())
            .try_sign_with_rng(rng, message)
            .map(|signature| signature.to_vec())
            .map_err(|_| fault("numbers"))
    }

    /// Decrypts a content key (RSA-OAEP-256), blinded.
    ///
    /// # Errors
    /// [`Error::Decryption`] if it was not encrypted to this key.
    pub fn unwrap_key<R: RngCore + CryptoRng>(
        &self,
        encrypted_key: &[u8],
        rng: &mut R,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if self.public.purpose() != Purpose::Encryption {
            return Err(fault("another-purpose"));
        }
        self.key
            .decrypt_blinded(rng, Oaep::new::<Sha256>(), encrypted_key)
            .map(Zeroizing::new)
            .map_err(|_| Error::Decryption)
    }
}

/// Never shows the key.
impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({})", self.public.kid())
    }
}
