//! Reading and writing files, clocks and secrets: what the core leaves to its callers.

use crate::failure::Failure;
use rand::{rngs::OsRng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};
use voltvote::seal::{Identity, Opening, PrivateKey};

/// Files that this run has read: keys, rounds and measurements, which no output may replace.
static INPUTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Remembers a file as an input of this run.
pub fn note_input(path: &Path) {
    if let (Ok(path), Ok(mut inputs)) = (path.canonicalize(), INPUTS.lock()) {
        inputs.push(path);
    }
}

/// Refuses to write where this run has read.
pub fn check_output(path: &Path) -> Result<(), Failure> {
    let is_input = path
        .canonicalize()
        .is_ok_and(|path| INPUTS.lock().is_ok_and(|inputs| inputs.contains(&path)));
    if is_input {
        let words = format!("{} was read by this very command", path.display());
        return Err(Failure::new("output-is-input", words));
    }
    Ok(())
}

/// Bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    note_input(path);
    std::fs::read(path)
        .map_err(|error| Failure::new("file-unreadable", format!("{}: {error}", path.display())))
}

/// Writes a file; an existing one is replaced, unless it is an input.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    check_output(path)?;
    replace(path, bytes)
}

/// Writes a file that may have been read before: one that is continued.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| unwritable(path, &error))
}

/// Writes a file that only its owner may read, at no moment anybody else.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    check_output(path)?;
    put_private(
        path,
        bytes,
        std::fs::OpenOptions::new().create(true).truncate(true),
    )
}

/// The same, but never over another file: a key that is gone cannot be had again.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    put_private(path, bytes, std::fs::OpenOptions::new().create_new(true))
}

fn put_private(
    path: &Path,
    bytes: &[u8],
    options: &mut std::fs::OpenOptions,
) -> Result<(), Failure> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let written = options.write(true).open(path).and_then(|mut file| {
        // A file that was there keeps its own mode otherwise.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.write_all(bytes)
    });
    written.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new("file-unwritable", format!("{}: {error}", path.display()))
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
