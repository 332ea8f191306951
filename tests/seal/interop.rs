//! Other JOSE implementations open what we make and make what we open: npm `jose`
//! (`npm ci --prefix tests/interop`) and Python `jwcrypto`
//! (`pip install -r tests/interop/requirements.txt`; VOLTVOTE_PYTHON names the interpreter).

use crate::support::*;
use std::path::{Path, PathBuf};
use std::process::Command;
use voltvote::canonical::{sha256_hex, to_bytes};
use voltvote::round::{admit, Board, SignedRound, Standing, Status};
use voltvote::seal::{Identity, Receipt};

const INTEROP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop");

#[test]
fn npm_jose_both_ways() {
    let program = PathBuf::from("node");
    if !Path::new(INTEROP).join("node_modules/jose").exists() {
        eprintln!("SKIPPED: no tests/interop/node_modules; run npm ci --prefix tests/interop");
        return;
    }
    both_ways("npm", &program, "jose.mjs");
}

#[test]
fn python_jwcrypto_both_ways() {
    let program = std::env::var_os("VOLTVOTE_PYTHON").map_or("python3".into(), PathBuf::from);
    let found = Command::new(&program)
        .args(["-c", "import jwcrypto"])
        .output();
    if !found.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no jwcrypto; pip install -r tests/interop/requirements.txt");
        return;
    }
    both_ways("python", &program, "jose.py");
}

fn both_ways(name: &str, program: &Path, script: &str) {
    let directory =
        std::env::temp_dir().join(format!("voltvote-interop-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let run = |action: &str| {
        let script = Path::new(INTEROP).join(script);
        let output = Command::new(program)
            .arg(script)
            .arg(action)
            .arg(&directory)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} {action}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    let write = |file: &str, bytes: &[u8]| std::fs::write(directory.join(file), bytes).unwrap();
    let read = |file: &str| std::fs::read(directory.join(file)).unwrap();

    // They open ours.
    let round = round(20);
    let file = round_file(&round);
    let signed = SignedRound::read(&file).unwrap();
    let ballot = ballot(&signed, 1);
    let sealed = seal(&signed, &ballot, 1, SIGNED_AT);
    let mut board = Board::new(&signed);
    board.record(&admit_all(&signed, &[("x", &sealed.file)]), SIGNED_AT);
    let recycler = &party(RECYCLER).identity;
    write(
        "identity.json",
        &recycler.lock(PASSPHRASE, 2000, &mut rng(9)).unwrap(),
    );
    write("round.json", &file);
    write("ballot.json", &sealed.file);
    write("receipt.json", &sealed.receipt.to_bytes());
    write(
        "board.json",
        &sign(&board.to_sign(&signed).unwrap(), RECYCLER),
    );
    let expected = serde_json::json!({
        "round": signed.id,
        "board": sha256_hex(&to_bytes(&board).unwrap()),
        "ballot": sealed.receipt.payload,
        "kid": party(1).signing.public().kid(),
        "recipient": signed.encryption.kid(),
    });
    assert_eq!(run("open").trim(), expected.to_string());

    // We open theirs.
    write("template.round", &to_bytes(&round).unwrap());
    write("template.ballot", &to_bytes(&ballot).unwrap());
    run("make");
    let identity = Identity::unlock(&read("made.identity.json"), PASSPHRASE).unwrap();
    let signed = SignedRound::read(&read("made.round.json")).unwrap();
    assert_eq!(signed.round.recycler, *identity.public());
    let key = identity.encryption_key().unwrap();
    let sealed = read("made.ballot.json");
    let admissions = admit(&signed, [("made", &*sealed)], &mut |opening| {
        Ok(key
            .unwrap_key(opening.encrypted_key(), &mut rng(1))?
            .to_vec())
    });
    assert_eq!(admissions[0].status, Status::Accepted);
    let opened = admissions[0].counted().unwrap();
    assert_eq!(opened.ballot.rows, ballot.rows);
    let board = Board::read(&read("made.board.json"), &signed).unwrap();
    assert_eq!(board.accepted(), [sha256_hex(&sealed)]);
    // Their keys sign for us.
    identity
        .signing_key()
        .unwrap()
        .sign(b"x", &mut rng(1))
        .unwrap();
    let receipt = Receipt::read(&read("made.receipt.json")).unwrap();
    let standing = board.check_receipt(&receipt, &signed);
    assert_eq!(standing, Ok(Standing::Accepted));
    std::fs::remove_dir_all(&directory).unwrap();
}
