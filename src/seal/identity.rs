//! An identity: a name and two key pairs, and its backup under a passphrase.
//!
//! Two keys because one key must not both sign and decrypt: an answer of one kind could be passed
//! off as the other. The backup is a JWE (PBES2, RFC 7518 section 4.8) around a JWK set; its
//! protected header also carries the public half, so that it can be shown without the passphrase.

use super::envelope::{base64url, from_base64url, shown};
use super::header::{self, Header};
use super::jwe::{self, Parts, ENCRYPTION, KEY_BYTES};
use super::public_key::fault;
use super::{json, Error, PrivateKey, PublicKey, Purpose};
use crate::round::PublicKeys;
use aes_kw::{KekAes128, KekAes256};
use pbkdf2::pbkdf2_hmac;
use rand::{CryptoRng, RngCore};
use serde_json::{json, Map, Value};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

const TYPE: &str = "voltvote-identity+json";
const PARAMETERS: [&str; 7] = ["alg", "cty", "enc", "p2c", "p2s", "public", "typ"];
const SALT_BYTES: usize = 16;
/// Rounds of PBKDF2-HMAC-SHA-512 for new backups (OWASP password storage, 2023: 210,000).
pub const ITERATIONS: u32 = 210_000;
/// Accepted counts: RFC 7518 asks for at least 1000; the upper end bounds what a hostile file
/// can cost (some seconds).
const ACCEPTED_ITERATIONS: std::ops::RangeInclusive<u64> = 1_000..=3_000_000;
/// Shortest passphrase for a new backup, in characters.
pub const MIN_PASSPHRASE: usize = 8;
const MAX_NAME: usize = 100;
/// Private members of an RSA JWK of two primes.
const PRIVATE_MEMBERS: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

/// A name and two key pairs, as JWKs.
#[derive(Clone)]
pub struct Identity {
    name: String,
    signing: Value,
    encryption: Value,
    public: PublicKeys,
}

impl Identity {
    /// Makes both key pairs (seconds natively; in the browser WebCrypto makes them).
    ///
    /// # Errors
    /// As [`PrivateKey::generate`] and [`Identity::from_jwks`].
    pub fn generate<R: RngCore + CryptoRng>(name: &str, rng: &mut R) -> Result<Self, Error> {
        let signing = PrivateKey::generate(Purpose::Signing, rng)?;
        let encryption = PrivateKey::generate(Purpose::Encryption, rng)?;
        Self::from_jwks(name, &signing.to_jwk()?, &encryption.to_jwk()?)
    }

    /// An identity from two private JWKs, such as WebCrypto exports them.
    ///
    /// # Errors
    /// As [`PublicKey::from_jwk`]; [`Error::Key`] if private members are missing, both keys are
    /// one, or the name is empty, longer than 100 characters or has control characters.
    pub fn from_jwks(name: &str, signing: &Value, encryption: &Value) -> Result<Self, Error> {
        let name = name.trim();
        if name.is_empty()
            || name.chars().count() > MAX_NAME
            || name.chars().any(crate::letters::is_hidden)
        {
            return Err(fault("name"));
        }
        let (signing, signing_public) = tidy(signing, Purpose::Signing)?;
        let (encryption, encryption_public) = tidy(encryption, Purpose::Encryption)?;
        if signing_public.kid() == encryption_public.kid() {
            return Err(fault("one-key-for-both"));
        }
        Ok(Self {
            name: name.into(),
            public: PublicKeys {
                name: name.into(),
                signing: signing_public.to_jwk(),
                encryption: Some(encryption_public.to_jwk()),
            },
            signing,
            encryption,
        })
    }

    /// Display name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What may be shown to anyone.
    pub fn public(&self) -> &PublicKeys {
        &self.public
    }

    /// The private signing JWK.
    pub fn signing_jwk(&self) -> &Value {
        &self.signing
    }

    /// The private encryption JWK.
    pub fn encryption_jwk(&self) -> &Value {
        &self.encryption
    }

    /// The signing key for use without WebCrypto.
    ///
    /// # Errors
    /// As [`PrivateKey::from_jwk`].
    pub fn signing_key(&self) -> Result<PrivateKey, Error> {
        PrivateKey::from_jwk(&self.signing, Purpose::Signing)
    }

    /// The encryption key for use without WebCrypto.
    ///
    /// # Errors
    /// As [`PrivateKey::from_jwk`].
    pub fn encryption_key(&self) -> Result<PrivateKey, Error> {
        PrivateKey::from_jwk(&self.encryption, Purpose::Encryption)
    }

    /// The backup file: PBES2-HS512+A256KW and A256GCM. `iterations` is [`ITERATIONS`] except in
    /// tests.
    ///
    /// # Errors
    /// [`Error::WeakPassphrase`], [`Error::Iterations`].
    pub fn lock<R: RngCore + CryptoRng>(
        &self,
        passphrase: &str,
        iterations: u32,
        rng: &mut R,
    ) -> Result<Vec<u8>, Error> {
        if passphrase.chars().count() < MIN_PASSPHRASE {
            return Err(Error::WeakPassphrase {
                minimum: MIN_PASSPHRASE,
            });
        }
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let wrapping = Wrapping::Sha512Aes256;
        let protected = header::write(vec![
            ("alg", wrapping.algorithm().into()),
            ("cty", "jwk-set+json".into()),
            ("enc", ENCRYPTION.into()),
            ("p2c", iterations.into()),
            ("p2s", base64url(&salt).into()),
            ("public", public_header(&self.public)),
            ("typ", TYPE.into()),
        ]);
        let content_key = jwe::content_key(rng);
        let encrypted_key = wrapping.wrap(passphrase, &salt, iterations.into(), &content_key)?;
        let keys = Zeroizing::new(json!({"keys": [self.signing, self.encryption]}).to_string());
        jwe::encrypt(
            &protected,
            &encrypted_key,
            &content_key,
            keys.as_bytes(),
            rng,
        )
    }

    /// Opens a backup.
    ///
    /// # Errors
    /// [`Error::Passphrase`] if the passphrase is wrong or the file was changed; otherwise what
    /// is wrong with the file.
    pub fn unlock(file: &[u8], passphrase: &str) -> Result<Self, Error> {
        let parts = Parts::read(file)?;
        let (header, public) = read_header(&parts.protected)?;
        let wrapping = Wrapping::named(header.text("alg")?)?;
        let salt = from_base64url(header.text("p2s")?, "p2s")?;
        let count = header.whole("p2c")?;
        let content_key = wrapping.unwrap(passphrase, &salt, count, &parts.encrypted_key)?;
        let keys = parts.decrypt(&content_key).map_err(|_| Error::Passphrase)?;
        let keys = json::object(&Zeroizing::new(keys), "key set")?;
        let find = |purpose: Purpose| {
            let keys = keys.get("keys").and_then(Value::as_array)?;
            keys.iter().find(|key| key["use"] == purpose.usage())
        };
        let (Some(signing), Some(encryption)) = (find(Purpose::Signing), find(Purpose::Encryption))
        else {
            return Err(fault("missing-key"));
        };
        let identity = Self::from_jwks(&public.name, signing, encryption)?;
        if identity.public != public {
            return Err(Error::KeyMismatch);
        }
        Ok(identity)
    }

    /// The public half of a backup. Without the passphrase it is a claim, not yet checked.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read_public(file: &[u8]) -> Result<PublicKeys, Error> {
        Ok(read_header(&Parts::read(file)?.protected)?.1)
    }
}

/// Never shows the keys.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", self.name)
    }
}

fn public_header(public: &PublicKeys) -> Value {
    json!({"name": public.name, "signing": public.signing, "encryption": public.encryption})
}

fn read_header(protected: &str) -> Result<(Header, PublicKeys), Error> {
    let header = Header::read_any(protected, TYPE, &PARAMETERS)?;
    Wrapping::named(header.text("alg")?)?;
    if header.text("enc")? != ENCRYPTION {
        return Err(Error::Algorithm {
            expected: ENCRYPTION,
        });
    }
    let found = header.get("public")?;
    let signing = PublicKey::from_jwk(&found["signing"], Purpose::Signing)?;
    let encryption = PublicKey::from_jwk(&found["encryption"], Purpose::Encryption)?;
    let public = PublicKeys {
        name: found["name"].as_str().ok_or(fault("name"))?.into(),
        signing: signing.to_jwk(),
        encryption: Some(encryption.to_jwk()),
    };
    // One spelling: nothing else rides along in the public half.
    if public_header(&public) != *found {
        return Err(Error::HeaderParameter {
            name: shown("public"),
        });
    }
    Ok((header, public))
}

/// Keeps the members that make a key and states its purpose.
fn tidy(jwk: &Value, purpose: Purpose) -> Result<(Value, PublicKey), Error> {
    let map = jwk.as_object().ok_or(fault("not-an-object"))?;
    let public = PublicKey::of_members(map, purpose)?;
    let mut tidy: Map<String, Value> = match public.to_jwk() {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    for name in PRIVATE_MEMBERS {
        let value = map.get(name).filter(|value| value.is_string());
        tidy.insert(name.into(), value.ok_or(fault("not-private"))?.clone());
    }
    Ok((Value::Object(tidy), public))
}

/// Key wrapping under a passphrase.
#[derive(Clone, Copy)]
enum Wrapping {
    Sha512Aes256,
    Sha256Aes128,
}

impl Wrapping {
    const ALL: [Self; 2] = [Self::Sha512Aes256, Self::Sha256Aes128];

    fn algorithm(self) -> &'static str {
        match self {
            Self::Sha512Aes256 => "PBES2-HS512+A256KW",
            Self::Sha256Aes128 => "PBES2-HS256+A128KW",
        }
    }

    fn named(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|one| one.algorithm() == name);
        found.ok_or(Error::Algorithm {
            expected: Self::Sha512Aes256.algorithm(),
        })
    }

    /// RFC 7518 section 4.8.1.1: the salt is the algorithm's name, a zero byte and `p2s`.
    fn salt(self, salt: &[u8]) -> Vec<u8> {
        [self.algorithm().as_bytes(), &[0], salt].concat()
    }

    fn rounds(count: u64) -> Result<u32, Error> {
        if ACCEPTED_ITERATIONS.contains(&count) {
            u32::try_from(count).map_err(|_| Error::Iterations { count })
        } else {
            Err(Error::Iterations { count })
        }
    }

    fn wrap(
        self,
        passphrase: &str,
        salt: &[u8],
        count: u64,
        content_key: &[u8; KEY_BYTES],
    ) -> Result<Vec<u8>, Error> {
        let (salt, rounds) = (self.salt(salt), Self::rounds(count)?);
        match self {
            Self::Sha512Aes256 => {
                let mut key = Zeroizing::new([0; 32]);
                pbkdf2_hmac::<Sha512>(passphrase.as_bytes(), &salt, rounds, key.as_mut());
                KekAes256::from(*key).wrap_vec(content_key)
            }
            Self::Sha256Aes128 => {
                let mut key = Zeroizing::new([0; 16]);
                pbkdf2_hmac::<Sha256>(passphrase.as_bytes(), &salt, rounds, key.as_mut());
                KekAes128::from(*key).wrap_vec(content_key)
            }
        }
        .map_err(|_| Error::Passphrase)
    }

    fn unwrap(
        self,
        passphrase: &str,
        salt: &[u8],
        count: u64,
        encrypted_key: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (salt, rounds) = (self.salt(salt), Self::rounds(count)?);
        // RFC 3394: the key and one block of eight bytes.
        if encrypted_key.len() != KEY_BYTES + 8 {
            return Err(Error::Passphrase);
        }
        match self {
            Self::Sha512Aes256 => {
                let mut key = Zeroizing::new([0; 32]);
                pbkdf2_hmac::<Sha512>(passphrase.as_bytes(), &salt, rounds, key.as_mut());
                KekAes256::from(*key).unwrap_vec(encrypted_key)
            }
            Self::Sha256Aes128 => {
                let mut key = Zeroizing::new([0; 16]);
                pbkdf2_hmac::<Sha256>(passphrase.as_bytes(), &salt, rounds, key.as_mut());
                KekAes128::from(*key).unwrap_vec(encrypted_key)
            }
        }
        .map(Zeroizing::new)
        .map_err(|_| Error::Passphrase)
    }
}
