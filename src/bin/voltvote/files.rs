//! Reading and writing files, clocks and secrets: what the core leaves to its callers.

use crate::failure::Failure;
use rand::{rngs::OsRng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use voltvote::seal::{Identity, Opening, PrivateKey};

/// Bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::new("file-unreadable", format!("{}: {error}", path.display())))
}

/// Writes a file; an existing one is replaced.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .map_err(|error| Failure::new("file-unwritable", format!("{}: {error}", path.display())))
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, mode).map_err(|error| {
            Failure::new("file-unwritable", format!("{}: {error}", path.display()))
        })?;
    }
    Ok(())
}

/// Unix seconds.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |duration| duration.as_secs())
}

/// Randomness for keys and nonces, from the operating system.
pub fn rng() -> ChaCha20Rng {
    let mut seed = [0; 32];
    OsRng.fill_bytes(&mut seed);
    ChaCha20Rng::from_seed(seed)
}

/// Where the passphrase of a key file comes from: a file or the environment, never an argument,
/// which other users of the machine could read.
#[derive(clap::Args)]
pub struct Passphrase {
    /// File whose first line is the passphrase; otherwise VOLTVOTE_PASSPHRASE.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// The passphrase.
    pub fn get(&self) -> Result<String, Failure> {
        if let Some(path) = &self.passphrase_file {
            let text = String::from_utf8(read(path)?).map_err(|_| {
                Failure::new("passphrase-unreadable", "the passphrase file is not UTF-8")
            })?;
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
        std::env::var("VOLTVOTE_PASSPHRASE").map_err(|_| {
            Failure::new(
                "passphrase-missing",
                "give --passphrase-file FILE or set VOLTVOTE_PASSPHRASE",
            )
        })
    }

    /// Opens an identity file.
    pub fn unlock(&self, path: &Path) -> Result<Identity, Failure> {
        Ok(Identity::unlock(&read(path)?, &self.get()?)?)
    }
}

/// What [`voltvote::round::admit`] asks for, answered with a key of this machine.
pub fn content_key(
    key: &PrivateKey,
) -> impl FnMut(&Opening) -> Result<Vec<u8>, voltvote::seal::Error> + '_ {
    let mut rng = rng();
    move |opening| Ok(key.unwrap_key(opening.encrypted_key(), &mut rng)?.to_vec())
}

/// Prints one JSON object.
pub fn print_json(value: &serde_json::Value) {
    println!("{value}");
}
