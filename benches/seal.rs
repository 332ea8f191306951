//! Time to seal and to open a ballot over 1,000 batteries with nine held classes; OpenSSL's share
//! of it (one RSA-3072 signature, one decryption) beside it.
//!
//! `cargo bench --bench seal`; needs `openssl` for the peer's column.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::process::Command;
use std::time::Instant;
use voltvote::ballot::{Ballot, Bindings, Coverage, Row};
use voltvote::round::{admit, Catalogue, Query, Round, SignedRound};
use voltvote::seal::{Identity, Unsealed};

const N_BATTERIES: usize = 1_000;
const N_CLASSES: u16 = 9;
const N_RUNS: usize = 21;

fn main() {
    let keys = |file: &[u8]| {
        let identity = Identity::unlock(file, "test passphrase").expect("a committed test key");
        let signing = identity.signing_key().expect("a signing key");
        let encryption = identity.encryption_key().expect("an encryption key");
        (identity, signing, encryption)
    };
    let (recycler, recycler_signing, recycler_encryption) =
        keys(include_bytes!("../tests/data/keys/recycler.identity.json"));
    let (anna, anna_signing, _) = keys(include_bytes!("../tests/data/keys/anna.identity.json"));
    let mut rng = ChaCha8Rng::seed_from_u64(1);

    let to_sign = round(&recycler).to_sign().expect("a valid round");
    let signature = recycler_signing
        .sign(to_sign.signing_input(), &mut rng)
        .expect("signed");
    let round_file = to_sign.signed(&signature).expect("signed");
    let signed = SignedRound::read(&round_file).expect("a valid round");
    let ballot = ballot(&signed, &mut rng);

    let mut file = Vec::new();
    let sealing = median(|| {
        let public = anna_signing.public();
        let unsealed = Unsealed::new(
            &ballot,
            anna.name(),
            public,
            &signed.encryption,
            1_790_000_000,
        )
        .expect("a valid ballot");
        let signature = anna_signing
            .sign(unsealed.signing_input(), &mut rng)
            .expect("signed");
        file = unsealed.seal(&signature, &mut rng).expect("sealed").file;
    });
    let opening = median(|| {
        let admissions = admit(&signed, [("ballot", &*file)], &mut |opening| {
            let key = recycler_encryption.unwrap_key(opening.encrypted_key(), &mut rng)?;
            Ok(key.to_vec())
        });
        assert!(admissions[0].counted().is_some(), "the ballot counts");
    });
    let reading = median(|| {
        assert!(SignedRound::read(&round_file).is_ok());
    });
    println!(
        "ballot of {N_BATTERIES} batteries, {} kB sealed",
        file.len() / 1000
    );
    println!("seal     {:.1} ms (aim: at most 100)", sealing * 1e3);
    println!(
        "open     {:.1} ms with all checks (aim: at most 100)",
        opening * 1e3
    );
    println!(
        "round    {:.1} ms to read, {} kB",
        reading * 1e3,
        round_file.len() / 1000
    );
    match openssl() {
        Some(seconds) => println!("openssl  {:.1} ms for one private operation", seconds * 1e3),
        None => println!("openssl  skipped: not found"),
    }
}

fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..N_RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[N_RUNS / 2]
}

fn round(recycler: &Identity) -> Round {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    Round {
        format: voltvote::round::FORMAT.into(),
        name: "Benchmark".into(),
        software: "voltvote".into(),
        created: 1_790_000_000,
        deadline: None,
        protocol: voltvote::standardize::Params::default(),
        n_trees: 10,
        catalogue: Catalogue::from_names((0..N_CLASSES).map(|class| format!("class {class}"))),
        query: Query {
            schema: "cycle-30/1".into(),
            columns: (1..=30).map(|i| format!("F{i}")).collect(),
            batteries: (0..N_BATTERIES).map(|i| format!("battery {i}")).collect(),
            rows: (0..N_BATTERIES)
                .map(|_| (0..30).map(|_| rng.gen::<f64>()).collect())
                .collect(),
        },
        asks_soh: false,
        quorum: 3,
        recycler: recycler.public().clone(),
        roster: Vec::new(),
    }
}

fn ballot(signed: &SignedRound, rng: &mut ChaCha8Rng) -> Ballot {
    let bindings = Bindings::of(signed);
    let row = |_| {
        let mut votes = vec![0; usize::from(N_CLASSES)];
        for _ in 0..10 {
            votes[rng.gen_range(0..u32::from(N_CLASSES)) as usize] += 1;
        }
        Row {
            votes,
            familiarity: rng.gen_range(0..16),
            evidence: (0..N_CLASSES).map(|_| rng.gen_range(0..16)).collect(),
            soh: None,
        }
    };
    Ballot {
        format: voltvote::ballot::FORMAT.into(),
        round: bindings.round,
        query: bindings.query,
        roster: bindings.roster,
        recipient: bindings.recipient,
        software: "voltvote".into(),
        n_trees: 10,
        coverage: (0..N_CLASSES)
            .map(|class| Coverage {
                class,
                batteries: 5,
            })
            .collect(),
        n_training_rows: 1800,
        nsr: 0,
        distance: [0, 0],
        epsilon: None,
        rows: (0..N_BATTERIES).map(row).collect(),
    }
}

/// Seconds per RSA-3072 private operation, by `openssl speed`.
fn openssl() -> Option<f64> {
    let arguments = ["speed", "-seconds", "2", "-mr", "rsa3072"];
    let output = Command::new("openssl").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // +F2:number:bits:signatures per second:...
    let line = text.lines().find(|line| line.starts_with("+F2:"))?;
    let per_second: f64 = line.split(':').nth(3)?.parse().ok()?;
    Some(1.0 / per_second)
}
