//! Malformed JOSE: well-signed files with a wrong header, and a thousand seeded mutations. All end
//! in typed errors.

use crate::support::*;
use base64ct::{Base64UrlUnpadded, Encoding};
use rand::Rng;
use serde_json::{json, Value};
use voltvote::error::Coded;
use voltvote::round::{Board, SignedRound};
use voltvote::seal::{Identity, Opening, Receipt};

fn b64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// A round file with any header text, properly signed by the recycler.
fn signed_with(header: &str, payload: &[u8]) -> Vec<u8> {
    let input = format!("{}.{}", b64(header.as_bytes()), b64(payload));
    let signature = party(RECYCLER)
        .signing
        .sign(input.as_bytes(), &mut rng(1))
        .unwrap();
    let (protected, payload) = input.split_once('.').unwrap();
    format!(
        r#"{{"payload":"{payload}","protected":"{protected}","signature":"{}"}}"#,
        b64(&signature)
    )
    .into_bytes()
}

#[test]
fn well_signed_files_with_a_wrong_header_are_refused() {
    let kid = party(RECYCLER).signing.public().kid();
    let payload = voltvote::canonical::to_bytes(&round(3)).unwrap();
    let good = json!({"alg": "PS256", "kid": kid, "typ": "voltvote-round+json"});
    assert!(SignedRound::read(&signed_with(&good.to_string(), &payload)).is_ok());
    let code = |header: &str| {
        SignedRound::read(&signed_with(header, &payload))
            .unwrap_err()
            .code()
    };
    let with = |name: &str, value: Value| {
        let mut header = good.clone();
        header[name] = value;
        code(&header.to_string())
    };
    let without = |name: &str| {
        let mut header = good.clone();
        header.as_object_mut().unwrap().remove(name);
        code(&header.to_string())
    };
    for (found, expected) in [
        (with("alg", "none".into()), "seal-algorithm"),
        (with("alg", "HS256".into()), "seal-algorithm"),
        (with("alg", "RS256".into()), "seal-algorithm"),
        (with("alg", "PS384".into()), "seal-algorithm"),
        (with("alg", "ps256".into()), "seal-algorithm"),
        (with("alg", json!(["PS256"])), "seal-header-parameter"),
        (with("alg", Value::Null), "seal-header-parameter"),
        (with("crit", json!(["b64"])), "seal-critical-header"),
        (with("crit", json!([])), "seal-critical-header"),
        (with("b64", false.into()), "seal-unencoded-payload"),
        (with("zip", "DEF".into()), "seal-compressed"),
        (with("typ", "voltvote-board+json".into()), "seal-kind"),
        (with("typ", "JWT".into()), "seal-kind"),
        (
            with("kid", party(1).signing.public().kid().into()),
            "seal-key-mismatch",
        ),
        (with("kid", 1.into()), "seal-header-parameter"),
        (
            with("jku", "https://example.org/k".into()),
            "seal-header-parameter",
        ),
        (
            with("jwk", party(1).signing.public().to_jwk()),
            "seal-header-parameter",
        ),
        (
            with("x5u", "https://example.org/k".into()),
            "seal-header-parameter",
        ),
        (without("alg"), "seal-header-parameter"),
        (without("kid"), "seal-header-parameter"),
        (without("typ"), "seal-kind"),
        (code("{"), "seal-json"),
        (code("null"), "seal-json"),
        (code(&"[".repeat(6000)), "seal-json"),
        (code(&" ".repeat(9000)), "seal-too-large"),
        (
            code(&format!(
                r#"{{"alg":"none","alg":"PS256","kid":"{kid}","typ":"voltvote-round+json"}}"#
            )),
            "seal-json",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn well_signed_rounds_with_wrong_contents_are_refused() {
    let kid = party(RECYCLER).signing.public().kid();
    let header = json!({"alg": "PS256", "kid": kid, "typ": "voltvote-round+json"}).to_string();
    let code = |payload: &[u8]| {
        SignedRound::read(&signed_with(&header, payload))
            .unwrap_err()
            .code()
    };
    let good = serde_json::to_value(round(3)).unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        code(changed.to_string().as_bytes())
    };
    assert_eq!(with("format", "voltvote-round/2".into()), "round-version");
    assert_eq!(with("quorum", 1.into()), "round-invalid");
    assert_eq!(with("surprise", 1.into()), "seal-contents");
    assert_eq!(with("n_trees", (-1).into()), "seal-contents");
    assert_eq!(with("query", json!({})), "seal-contents");
    assert_eq!(code(b""), "seal-contents");
    assert_eq!(code(b"\xff"), "seal-contents");
    let newer = json!({"format": "voltvote-round/7", "anything": 1});
    assert_eq!(code(newer.to_string().as_bytes()), "round-version");
    let twice = good.to_string().replacen('{', r#"{"name":"first","#, 1);
    assert_eq!(code(twice.as_bytes()), "seal-contents");
}

/// Reads a file as every kind; the codes of the errors.
fn read_as_all(file: &[u8], signed: &SignedRound) -> [Option<&'static str>; 5] {
    let opened = Opening::read(file).and_then(|opening| {
        let key = party(RECYCLER)
            .encryption
            .unwrap_key(opening.encrypted_key(), &mut rng(1))?;
        opening.decrypt(&key)
    });
    [
        SignedRound::read(file).err().map(|error| error.code()),
        opened.err().map(|error| error.code()),
        Board::read(file, signed).err().map(|error| error.code()),
        Identity::unlock(file, PASSPHRASE)
            .err()
            .map(|error| error.code()),
        Receipt::read(file).err().map(|error| error.code()),
    ]
}

#[test]
fn a_thousand_mutations_end_in_typed_errors() {
    let round = round(3);
    let signed = signed_round(&round);
    let sealed = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    let board = Board::new(&signed).to_sign(&signed).unwrap();
    let corpus: [Vec<u8>; 5] = [
        round_file(&round),
        sealed.file.clone(),
        sign(&board, RECYCLER),
        include_bytes!("../data/keys/bo.identity.json").to_vec(),
        sealed.receipt.to_bytes(),
    ];
    for (kind, file) in corpus.iter().enumerate() {
        let passed = read_as_all(file, &signed).map(|code| code.is_none());
        let mut expected = [false; 5];
        expected[kind] = true;
        assert_eq!(passed, expected, "each file is of one kind only");
    }
    let mut rng = rng(42);
    let pick =
        |rng: &mut rand_chacha::ChaCha8Rng, n: usize| rng.gen_range(0..n.max(1) as u32) as usize;
    for i in 0..1_000 {
        let original = &corpus[i % corpus.len()];
        let mut file = original.clone();
        for _ in 0..=pick(&mut rng, 3) {
            let (a, b) = (pick(&mut rng, file.len()), pick(&mut rng, file.len()));
            let (from, to) = (a.min(b), a.max(b));
            match pick(&mut rng, 8) {
                0 => file.truncate(to),
                1 => drop(file.drain(from..to)),
                2 => file.extend_from_within(from..to),
                3 => file.rotate_left(from),
                4 => file.insert(from, rng.gen()),
                5 => file[from..to].reverse(),
                6 => {
                    let other = &corpus[pick(&mut rng, corpus.len())];
                    let half = other.len() / 2;
                    file.truncate(from);
                    file.extend_from_slice(&other[half..]);
                }
                _ => {
                    let names = [
                        "header",
                        "unprotected",
                        "recipients",
                        "signatures",
                        "aad",
                        "tag",
                    ];
                    let name = names[pick(&mut rng, names.len())];
                    let text = format!("{{\"{name}\":\"AAAA\",");
                    file.splice(0..1.min(file.len()), text.bytes());
                }
            }
            if file.is_empty() {
                break;
            }
        }
        if file == *original {
            continue;
        }
        for code in read_as_all(&file, &signed) {
            let code = code.unwrap_or_else(|| panic!("mutation {i} was accepted"));
            assert!(code.contains('-'), "{code}");
        }
    }
}
