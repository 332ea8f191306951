//! Signatures: JWS (RFC 7515) with PS256 and nothing else.
//!
//! Signing is split in two, because in the browser the private key answers asynchronously:
//! [`ToSign::signing_input`] goes out, the signature comes back.

use super::envelope::{base64url, from_base64url};
use super::header::{self, Header};
use super::{envelope, Error, PublicKey};
use serde_json::Value;

pub(super) const ALGORITHM: &str = "PS256";

/// Something to sign: a protected header and a payload, waiting for a signature.
#[derive(Debug, Clone)]
pub struct ToSign {
    input: String,
    dot: usize,
    key: PublicKey,
}

impl ToSign {
    /// `extra` joins `alg`, `kid` and `typ` in the protected header.
    pub(crate) fn new(
        typ: &'static str,
        payload: &[u8],
        key: &PublicKey,
        extra: Vec<(&str, Value)>,
    ) -> Self {
        let mut parameters = extra;
        parameters.push(("alg", ALGORITHM.into()));
        parameters.push(("kid", key.kid().into()));
        parameters.push(("typ", typ.into()));
        let mut input = header::write(parameters);
        let dot = input.len();
        input.push('.');
        input.push_str(&base64url(payload));
        Self {
            input,
            dot,
            key: key.clone(),
        }
    }

    /// The bytes to sign with PS256 (SHA-256, salt of 32 bytes).
    pub fn signing_input(&self) -> &[u8] {
        self.input.as_bytes()
    }

    /// The key that must sign.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The signed file, in the flattened JSON serialisation.
    ///
    /// # Errors
    /// [`Error::Signature`] if the signature is not by the key named.
    pub fn signed(&self, signature: &[u8]) -> Result<Vec<u8>, Error> {
        self.key.verify(self.signing_input(), signature)?;
        let (protected, payload) = self.input.split_at(self.dot);
        Ok(envelope::write(&[
            ("payload", &payload[1..]),
            ("protected", protected),
            ("signature", &base64url(signature)),
        ]))
    }

    /// The compact serialisation, for what travels inside an encryption.
    pub(super) fn compact(mut self, signature: &[u8]) -> Result<String, Error> {
        self.key.verify(self.signing_input(), signature)?;
        self.input.push('.');
        self.input.push_str(&base64url(signature));
        Ok(self.input)
    }
}

/// A JWS whose signature is still to be checked.
pub(crate) struct Unverified<'a> {
    protected: &'a str,
    payload: &'a str,
    signature: &'a str,
    header: Header,
}

impl<'a> Unverified<'a> {
    /// Reads the flattened serialisation; `names` are the header's parameters.
    pub(crate) fn flattened(
        file: &'a [u8],
        typ: &'static str,
        names: &[&'static str],
    ) -> Result<Self, Error> {
        let [protected, payload, signature] =
            envelope::read(file, ["protected", "payload", "signature"])?;
        Self::new(protected, payload, signature, typ, names)
    }

    /// Reads the compact serialisation.
    pub(super) fn compact(
        text: &'a str,
        typ: &'static str,
        names: &[&'static str],
    ) -> Result<Self, Error> {
        let mut parts = text.split('.');
        let (Some(protected), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Error::NotAnEnvelope { at: 0 });
        };
        Self::new(protected, payload, signature, typ, names)
    }

    fn new(
        protected: &'a str,
        payload: &'a str,
        signature: &'a str,
        typ: &'static str,
        names: &[&'static str],
    ) -> Result<Self, Error> {
        Ok(Self {
            protected,
            payload,
            signature,
            header: Header::read(protected, typ, ALGORITHM, names)?,
        })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// The payload before the signature is checked: only to find the key that it names.
    pub(crate) fn payload(&self) -> Result<Vec<u8>, Error> {
        from_base64url(self.payload, "payload")
    }

    /// Checks that this key is the one named and that its signature fits.
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(), Error> {
        if self.header.text("kid")? != key.kid() {
            return Err(Error::KeyMismatch);
        }
        let signature = from_base64url(self.signature, "signature")?;
        let mut input = Vec::with_capacity(self.protected.len() + 1 + self.payload.len());
        input.extend_from_slice(self.protected.as_bytes());
        input.push(b'.');
        input.extend_from_slice(self.payload.as_bytes());
        key.verify(&input, &signature)
    }
}
