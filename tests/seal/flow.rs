//! From keys to admitted ballots.

use crate::support::*;
use voltvote::ballot::Invalid;
use voltvote::error::Coded;
use voltvote::round::{check_quorum, Error as RoundError, Refusal, Round, SignedRound, Status};
use voltvote::seal::{self, Identity, Opening, PrivateKey, PublicKey, Purpose, Receipt, Unsealed};

#[test]
fn a_ballot_arrives_as_it_was_cast() {
    let signed = signed_round(&round(5));
    let ballot = ballot(&signed, 7);
    let sealed = seal(&signed, &ballot, 1, SIGNED_AT);
    let admissions = admit_all(&signed, &[("anna.ballot.json", &sealed.file)]);
    assert_eq!(admissions[0].status, Status::Accepted);
    assert_eq!(admissions[0].name.as_deref(), Some("Anna"));
    let opened = admissions[0].counted().unwrap();
    assert_eq!(opened.ballot, ballot);
    assert_eq!(opened.signed_at, SIGNED_AT);
    assert_eq!(opened.signer.kid(), party(1).signing.public().kid());
    let receipt = Receipt::read(&sealed.receipt.to_bytes()).unwrap();
    assert_eq!(receipt, sealed.receipt);
    assert_eq!(receipt.ballot, opened.fingerprint);
    assert_eq!(receipt.payload, opened.payload);
}

#[test]
fn sealing_twice_never_repeats_a_key_or_a_nonce() {
    let signed = signed_round(&round(3));
    let ballot = ballot(&signed, 7);
    let files = [1, 2].map(|time| seal(&signed, &ballot, 1, time + CREATED).file);
    let openings = files.map(|file| Opening::read(&file).unwrap());
    assert_ne!(openings[0].encrypted_key(), openings[1].encrypted_key());
    assert_ne!(openings[0].fingerprint(), openings[1].fingerprint());
}

#[test]
fn the_last_ballot_of_a_key_counts_whatever_the_order_of_arrival() {
    let signed = signed_round(&with_roster(round(3), &[1, 2, 3]));
    let first = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    let last = seal(&signed, &ballot(&signed, 2), 1, SIGNED_AT + 1);
    let other = seal(&signed, &ballot(&signed, 3), 2, SIGNED_AT);
    let mut files = [
        ("first", &*first.file),
        ("last", &*last.file),
        ("other", &*other.file),
        ("copy", &*last.file),
    ];
    for _ in 0..2 {
        let by = last.receipt.ballot.clone();
        for admission in admit_all(&signed, &files) {
            let duplicate = Status::Rejected(Refusal::Duplicate);
            match &*admission.file {
                "first" => assert_eq!(admission.status, Status::Superseded { by: by.clone() }),
                "other" => assert_eq!(admission.status, Status::Accepted),
                _ if admission.status == duplicate => {}
                _ => assert_eq!(admission.status, Status::Accepted),
            }
            if admission.status != duplicate {
                assert!(admission.name.unwrap().starts_with("Roster"));
            }
        }
        files.reverse();
    }
    let admissions = admit_all(&signed, &files);
    assert_eq!(
        check_quorum(&signed, &admissions),
        Err(RoundError::Quorum {
            found: 2,
            needed: 3
        })
    );
}

#[test]
fn ballots_that_must_not_count_are_kept_with_the_reason() {
    let round = with_roster(round(3), &[1, 2, 3]);
    let signed = signed_round(&round);
    let other_round = signed_round(&Round {
        name: "Another".into(),
        ..round.clone()
    });
    let code_of = |file: &[u8]| match &admit_all(&signed, &[("x", file)])[0].status {
        Status::Rejected(refusal) => refusal.code(),
        _ => "none",
    };
    let good = ballot(&signed, 1);
    let replayed = seal(&other_round, &ballot(&other_round, 1), 1, SIGNED_AT);
    assert_eq!(code_of(&replayed.file), "ballot-other-round");
    assert_eq!(
        code_of(&seal(&signed, &good, RECYCLER, SIGNED_AT).file),
        "ballot-not-on-roster"
    );
    assert_eq!(
        code_of(&seal(&signed, &good, 1, CREATED + 1001).file),
        "ballot-late"
    );
    assert_eq!(
        code_of(&seal(&signed, &good, 1, CREATED - 90_000).file),
        "ballot-early"
    );
    assert_eq!(code_of(&round_file(&round)), "seal-unknown-member");

    // Quarantined: opened, shown, not counted.
    let late = seal(&signed, &good, 1, CREATED + 1001);
    let admissions = admit_all(&signed, &[("late", &late.file)]);
    assert!(admissions[0].opened.is_some() && admissions[0].counted().is_none());

    // Encrypted to another key: the ballot must name its recipient, and the name is signed.
    let mut redirected = good.clone();
    redirected.recipient = party(2).encryption.public().kid().into();
    let unsealed = Unsealed::new(
        &redirected,
        "Anna",
        party(1).signing.public(),
        party(2).encryption.public(),
        SIGNED_AT,
    )
    .unwrap();
    let signature = party(1)
        .signing
        .sign(unsealed.signing_input(), &mut rng(5))
        .unwrap();
    let sealed = unsealed.seal(&signature, &mut rng(6)).unwrap();
    assert_eq!(code_of(&sealed.file), "seal-recipient");
    // The dishonest recipient passes the signed ballot on to the recycler under a new seal:
    // that needs the sealing code with another recipient, which the signed name refuses.
    let passed_on = Unsealed::new(
        &redirected,
        "Anna",
        party(1).signing.public(),
        &signed.encryption,
        SIGNED_AT,
    );
    assert_eq!(passed_on.unwrap_err(), seal::Error::KeyMismatch);
}

#[test]
fn a_ballot_is_checked_against_its_round_number_by_number() {
    let signed = signed_round(&round(3));
    let good = ballot(&signed, 1);
    assert_eq!(voltvote::ballot::check(&good, &signed), Ok(()));
    type Change = fn(&mut voltvote::ballot::Ballot);
    let cases: [(&str, Change); 17] = [
        ("ballot-version", |b| b.format = "voltvote-ballot/2".into()),
        ("ballot-other-round", |b| b.round.clear()),
        ("ballot-binding", |b| b.query.clear()),
        ("ballot-binding", |b| b.roster.clear()),
        ("ballot-binding", |b| b.recipient.clear()),
        ("ballot-invalid", |b| b.n_trees = 0),
        ("ballot-invalid", |b| b.coverage.clear()),
        ("ballot-invalid", |b| b.coverage.reverse()),
        ("ballot-invalid", |b| b.coverage[1].class = 4),
        ("ballot-invalid", |b| b.coverage[1].batteries = 0),
        ("ballot-invalid", |b| b.rows.truncate(2)),
        ("ballot-invalid", |b| b.rows[1].votes[0] += 1),
        ("ballot-invalid", |b| b.rows[1].votes = vec![u16::MAX, 11]),
        ("ballot-invalid", |b| b.rows[1].votes = vec![10]),
        ("ballot-invalid", |b| b.rows[1].familiarity = 16),
        ("ballot-invalid", |b| b.rows[1].evidence[1] = 16),
        ("ballot-invalid", |b| {
            b.rows[1].soh = Some(voltvote::ballot::SohEstimate {
                permille: 800,
                half_width: 20,
            });
        }),
    ];
    for (i, (code, change)) in cases.into_iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        let error = voltvote::ballot::check(&bad, &signed).unwrap_err();
        assert_eq!(error.code(), code, "case {i}: {error}");
    }
    let mut abstains = good.clone();
    abstains.rows[2].votes.clear();
    assert_eq!(voltvote::ballot::check(&abstains, &signed), Ok(()));
    let mut bad = good;
    bad.rows[1].votes[0] += 1;
    assert_eq!(
        voltvote::ballot::check(&bad, &signed),
        Err(Invalid::Part {
            part: "votes",
            at: 2
        })
    );
}

#[test]
fn a_round_that_contradicts_itself_is_not_signed() {
    let good = round(3);
    type Change = fn(&mut Round);
    let cases: [(&str, Change); 17] = [
        ("round-version", |r| r.format = "voltvote-round/2".into()),
        ("round-invalid", |r| r.name = " ".into()),
        ("round-invalid", |r| r.n_trees = 0),
        ("round-invalid", |r| r.quorum = 2),
        ("round-invalid", |r| r.deadline = Some(r.created)),
        ("round-invalid", |r| r.catalogue.classes.truncate(1)),
        ("round-invalid", |r| {
            r.catalogue.classes[1].name = " lco".into()
        }),
        ("round-empty-query", |r| {
            r.query.batteries.clear();
            r.query.rows.clear();
        }),
        ("round-invalid", |r| r.query.rows.truncate(2)),
        ("round-invalid", |r| r.query.columns.truncate(2)),
        ("round-invalid", |r| r.query.rows[1][2] = f64::NAN),
        ("round-invalid", |r| {
            r.query.batteries[1] = r.query.batteries[0].clone()
        }),
        ("round-invalid", |r| r.recycler.encryption = None),
        ("seal-key", |r| {
            r.recycler.encryption = Some(r.recycler.signing.clone())
        }),
        ("seal-key", |r| r.recycler.signing["d"] = "AQAB".into()),
        ("round-invalid", |r| *r = with_roster(r.clone(), &[1, 1, 2])),
        ("round-invalid", |r| *r = with_roster(r.clone(), &[1, 2])),
    ];
    for (i, (code, change)) in cases.into_iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        let error = bad.to_sign().unwrap_err();
        assert_eq!(error.code(), code, "case {i}: {error}");
    }
}

#[test]
fn a_round_is_held_to_its_recycler_version_and_deadline() {
    let signed = signed_round(&round(3));
    let kid = party(RECYCLER).signing.public().kid();
    assert_eq!(signed.check_recycler(kid), Ok(()));
    assert_eq!(
        signed.check_recycler(party(1).signing.public().kid()),
        Err(RoundError::Recycler)
    );
    assert_eq!(signed.check_open(CREATED + 1000), Ok(()));
    assert_eq!(
        signed.check_open(CREATED + 1001),
        Err(RoundError::Expired {
            deadline: CREATED + 1000
        })
    );
    // Signed by another key than the one it names: the signer refuses already.
    let to_sign = round(3).to_sign().unwrap();
    let foreign = party(1)
        .signing
        .sign(to_sign.signing_input(), &mut rng(1))
        .unwrap();
    assert_eq!(to_sign.signed(&foreign), Err(seal::Error::Signature));
    // A ballot file is no round.
    let sealed = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    assert!(SignedRound::read(&sealed.file).is_err());
}

#[test]
fn keys_are_refused_for_another_purpose_size_or_exponent() {
    let jwk = party(1).signing.public().to_jwk();
    let fault = |jwk: &serde_json::Value| {
        let error = PublicKey::from_jwk(jwk, Purpose::Signing).unwrap_err();
        (
            error.code(),
            error
                .params()
                .into_iter()
                .map(|(_, value)| value)
                .collect::<String>(),
        )
    };
    assert!(PublicKey::from_jwk(&jwk, Purpose::Signing).is_ok());
    assert!(PublicKey::from_jwk(&jwk, Purpose::Encryption).is_err());
    let with = |name: &str, value: serde_json::Value| {
        let mut changed = jwk.clone();
        changed[name] = value;
        fault(&changed)
    };
    let n = jwk["n"].as_str().unwrap();
    let key = |word: &str| ("seal-key", word.to_owned());
    assert_eq!(with("kty", "EC".into()), key("not-rsa"));
    assert_eq!(with("e", "Aw".into()), key("exponent"));
    assert_eq!(with("e", "AAEAAQ".into()), key("number-spelling"));
    assert_eq!(with("alg", "RS256".into()), key("another-purpose"));
    assert_eq!(with("use", "enc".into()), key("another-purpose"));
    assert_eq!(with("d", "AQAB".into()), key("unexpected-member"));
    assert_eq!(with("n", format!("AAAA{n}").into()), key("number-spelling"));
    assert_eq!(with("n", "A".repeat(4000).into()), key("number-too-long"));
    assert_eq!(with("n", n[..340].into()), ("seal-key-size", "2040".into()));
    assert_eq!(with("n", format!("{}A", &n[..511]).into()).0, "seal-key");
    assert_eq!(with("n", format!("{n}=").into()).0, "seal-base64");
    assert_eq!(with("kid", "x".into()).0, "seal-key-mismatch");
    // A private key whose numbers do not belong together.
    let mut mixed = party(1).identity.signing_jwk().clone();
    mixed["p"] = party(2).identity.signing_jwk()["p"].clone();
    assert!(PrivateKey::from_jwk(&mixed, Purpose::Signing).is_err());
}

#[test]
fn a_backup_opens_with_its_passphrase_only() {
    let identity = &party(1).identity;
    let file = identity
        .lock("a fair passphrase", 1000, &mut rng(1))
        .unwrap();
    let back = Identity::unlock(&file, "a fair passphrase").unwrap();
    assert_eq!(back.public(), identity.public());
    assert_eq!(back.signing_jwk(), identity.signing_jwk());
    assert_eq!(Identity::read_public(&file).as_ref(), Ok(identity.public()));
    assert_eq!(
        Identity::unlock(&file, "a fair passphrasf").unwrap_err(),
        seal::Error::Passphrase
    );
    assert_eq!(
        identity.lock("short", 1000, &mut rng(1)),
        Err(seal::Error::WeakPassphrase { minimum: 8 })
    );
    assert_eq!(
        identity.lock("a fair passphrase", 999, &mut rng(1)),
        Err(seal::Error::Iterations { count: 999 })
    );
    assert!(!format!("{identity:?}{:?}", party(1).signing).contains('{'));
    let (signing, encryption) = (identity.signing_jwk(), identity.encryption_jwk());
    assert!(Identity::from_jwks("", signing, encryption).is_err());
    assert!(Identity::from_jwks("Anna", encryption, signing).is_err());
    let public = identity.public();
    assert!(Identity::from_jwks("Anna", &public.signing, encryption).is_err());
}

#[test]
fn a_generated_key_signs_and_decrypts() {
    // One key of 3072 bits: about a second in a test build.
    let key = PrivateKey::generate(Purpose::Signing, &mut rng(11)).unwrap();
    let jwk = key.to_jwk().unwrap();
    let same = PrivateKey::from_jwk(&jwk, Purpose::Signing).unwrap();
    assert_eq!(same.public(), key.public());
    assert!(key.unwrap_key(&[0; 384], &mut rng(1)).is_err());
    assert!(party(1).encryption.sign(b"x", &mut rng(1)).is_err());
}
