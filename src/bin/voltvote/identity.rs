//! `voltvote identity new|show|check`

use crate::failure::Failure;
use crate::files::{self, Passphrase};
use serde_json::json;
use std::path::PathBuf;
use voltvote::round::PublicKeys;
use voltvote::seal::{words, Identity, PublicKey, Purpose, ITERATIONS};

/// Arguments of `identity`.
#[derive(clap::Subcommand)]
pub enum Arguments {
    /// Make a signing and an encryption key, protected by a passphrase.
    New {
        /// Name that others will see.
        #[arg(long)]
        name: String,
        /// File to write.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show the public half; needs no passphrase.
    Show {
        /// Identity file.
        file: PathBuf,
        /// Print one JSON object: the entry that a roster file takes.
        #[arg(long)]
        json: bool,
    },
    /// Try the passphrase and both keys before they matter.
    Check {
        /// Identity file.
        file: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Runs `identity`.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments {
        Arguments::New {
            name,
            out,
            passphrase,
            json,
        } => {
            let passphrase = passphrase.get()?;
            let mut rng = files::rng();
            let identity = Identity::generate(name, &mut rng)?;
            let file = identity.lock(&passphrase, ITERATIONS, &mut rng)?;
            files::write_new_private(out, &file)?;
            show(identity.public(), *json)
        }
        Arguments::Show { file, json } => show(&Identity::read_public(&files::read(file)?)?, *json),
        Arguments::Check {
            file,
            passphrase,
            json,
        } => {
            let identity = passphrase.unlock(file)?;
            // Both private keys are read and checked against their public halves.
            identity.signing_key()?;
            identity.encryption_key()?;
            show(identity.public(), *json)
        }
    }
}

fn show(public: &PublicKeys, as_json: bool) -> Result<(), Failure> {
    let signing = PublicKey::from_jwk(&public.signing, Purpose::Signing)?;
    let fingerprint = words(signing.kid());
    if as_json {
        files::print_json(&json!({
            "name": public.name,
            "kid": signing.kid(),
            "words": fingerprint,
            "signing": public.signing,
            "encryption": public.encryption,
        }));
    } else {
        println!("name   {}", public.name);
        println!("key    {}", signing.kid());
        println!("words  {fingerprint}");
    }
    Ok(())
}
