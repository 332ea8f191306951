//! Parties, a round and ballots for these tests. The keys are committed test keys, made with
//! `python3 tests/interop/jose.py key NAME FILE`; they protect nothing.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::OnceLock;
use voltvote::ballot::{Ballot, Bindings, Coverage, Row, LEVELS};
use voltvote::round::{
    admit, Admission, Catalogue, Member, Query, Round, SignedRound, FORMAT, MIN_QUORUM,
};
use voltvote::seal::{Identity, PrivateKey, Sealed, ToSign, Unsealed};
use voltvote::standardize;

pub const PASSPHRASE: &str = "test passphrase";
pub const CREATED: u64 = 1_790_000_000;
pub const SIGNED_AT: u64 = 1_790_000_500;

pub struct Party {
    pub identity: Identity,
    pub signing: PrivateKey,
    pub encryption: PrivateKey,
}

pub const RECYCLER: usize = 0;

/// Recycler, Anna, Bo, Chen.
pub fn party(index: usize) -> &'static Party {
    static PARTIES: OnceLock<Vec<Party>> = OnceLock::new();
    let files: [&[u8]; 4] = [
        include_bytes!("../data/keys/recycler.identity.json"),
        include_bytes!("../data/keys/anna.identity.json"),
        include_bytes!("../data/keys/bo.identity.json"),
        include_bytes!("../data/keys/chen.identity.json"),
    ];
    let parties = PARTIES.get_or_init(|| {
        let read = |file: &[u8]| {
            let identity = Identity::unlock(file, PASSPHRASE).unwrap();
            let signing = identity.signing_key().unwrap();
            let encryption = identity.encryption_key().unwrap();
            Party {
                identity,
                signing,
                encryption,
            }
        };
        files.map(read).into()
    });
    &parties[index]
}

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// An open round over `n` batteries and four classes.
pub fn round(n: usize) -> Round {
    let mut rng = rng(1);
    Round {
        format: FORMAT.into(),
        name: "Test round".into(),
        software: "voltvote 0.1.0".into(),
        created: CREATED,
        deadline: Some(CREATED + 1000),
        protocol: standardize::Params::default(),
        n_trees: 10,
        catalogue: Catalogue::from_names(["LCO", "NMC", "NCA", "LFP"]),
        query: Query {
            schema: "custom/3".into(),
            columns: ["a", "b", "c"].map(String::from).into(),
            batteries: (0..n).map(|i| format!("battery {i}")).collect(),
            rows: (0..n)
                .map(|_| (0..3).map(|_| rng.gen::<f64>()).collect())
                .collect(),
        },
        asks_soh: false,
        quorum: MIN_QUORUM,
        recycler: party(RECYCLER).identity.public().clone(),
        roster: Vec::new(),
    }
}

pub fn with_roster(mut round: Round, parties: &[usize]) -> Round {
    round.roster = parties
        .iter()
        .map(|index| Member {
            name: format!("Roster {index}"),
            kid: party(*index).signing.public().kid().into(),
        })
        .collect();
    round
}

pub fn sign(to_sign: &ToSign, by: usize) -> Vec<u8> {
    let signature = party(by).signing.sign(to_sign.signing_input(), &mut rng(2));
    to_sign.signed(&signature.unwrap()).unwrap()
}

pub fn round_file(round: &Round) -> Vec<u8> {
    sign(&round.to_sign().unwrap(), RECYCLER)
}

pub fn signed_round(round: &Round) -> SignedRound {
    SignedRound::read(&round_file(round)).unwrap()
}

/// A valid ballot with two held classes.
pub fn ballot(signed: &SignedRound, seed: u64) -> Ballot {
    let mut rng = rng(seed);
    let bindings = Bindings::of(signed);
    let rows = signed.round.query.batteries.iter().map(|_| {
        let first = rng.gen_range(0..=10u16);
        Row {
            votes: vec![first, 10 - first],
            familiarity: rng.gen_range(0..LEVELS),
            evidence: vec![rng.gen_range(0..LEVELS), rng.gen_range(0..LEVELS)],
            soh: None,
        }
    });
    Ballot {
        format: voltvote::ballot::FORMAT.into(),
        round: bindings.round,
        query: bindings.query,
        roster: bindings.roster,
        recipient: bindings.recipient,
        software: "voltvote 0.1.0".into(),
        n_trees: 10,
        coverage: vec![
            Coverage {
                class: 0,
                batteries: 5,
            },
            Coverage {
                class: 3,
                batteries: 7,
            },
        ],
        n_training_rows: 400,
        nsr: 2000,
        distance: [1234, 2345],
        epsilon: None,
        rows: rows.collect(),
    }
}

/// Seals a ballot by a party to whatever recipient the round names.
pub fn seal(signed: &SignedRound, ballot: &Ballot, by: usize, signed_at: u64) -> Sealed {
    let party = party(by);
    let unsealed = Unsealed::new(
        ballot,
        party.identity.name(),
        party.signing.public(),
        &signed.encryption,
        signed_at,
    )
    .unwrap();
    let signature = party
        .signing
        .sign(unsealed.signing_input(), &mut rng(3))
        .unwrap();
    unsealed
        .seal(&signature, &mut rng(signed_at ^ by as u64))
        .unwrap()
}

pub fn admit_all(signed: &SignedRound, files: &[(&str, &[u8])]) -> Vec<Admission> {
    let mut rng = rng(4);
    let key = &party(RECYCLER).encryption;
    admit(signed, files.iter().copied(), &mut |opening| {
        Ok(key.unwrap_key(opening.encrypted_key(), &mut rng)?.to_vec())
    })
}
