//! Receipts, boards and results.

use crate::support::*;
use voltvote::round::{check_in_result, Board, BoardError, Refusal, Round, Standing, Status};

#[test]
fn a_board_tells_every_ballot_where_it_stands() {
    let signed = signed_round(&round(3));
    let first = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    let last = seal(&signed, &ballot(&signed, 2), 1, SIGNED_AT + 1);
    let bo = seal(&signed, &ballot(&signed, 3), 2, SIGNED_AT);
    let late = seal(&signed, &ballot(&signed, 4), 3, CREATED + 2000);
    let unsent = seal(&signed, &ballot(&signed, 5), 3, SIGNED_AT);

    let mut board = Board::new(&signed);
    let two = admit_all(&signed, &[("first", &first.file), ("bo", &bo.file)]);
    board.record(&two, 1);
    let early_file = sign(&board.to_sign(&signed).unwrap(), RECYCLER);
    let early = Board::read(&early_file, &signed).unwrap();
    assert_eq!(
        early.check_receipt(&first.receipt, &signed),
        Ok(Standing::Accepted)
    );
    board.record_result(&two, "mv", b"result one", 2).unwrap();

    let all: [(&str, &[u8]); 5] = [
        ("first", &first.file),
        ("bo", &bo.file),
        ("last", &last.file),
        ("late", &late.file),
        ("junk", b"junk"),
    ];
    let admissions = admit_all(&signed, &all);
    board.record(&admissions, 3);
    let n_entries = board.entries.len();
    board.record(&admissions, 4);
    assert_eq!(board.entries.len(), n_entries, "nothing new, nothing added");
    board
        .record_result(&admissions, "mv", b"result two", 5)
        .unwrap();

    let file = sign(&board.to_sign(&signed).unwrap(), RECYCLER);
    let board = Board::read(&file, &signed).unwrap();
    assert_eq!(board.check_extends(&early), Ok(()));
    let standing = |sealed: &voltvote::seal::Sealed| board.check_receipt(&sealed.receipt, &signed);
    let by = last.receipt.ballot.clone();
    assert_eq!(standing(&first), Ok(Standing::Superseded { by }));
    assert_eq!(standing(&last), Ok(Standing::Accepted));
    assert_eq!(standing(&bo), Ok(Standing::Accepted));
    let code = "ballot-late".into();
    assert_eq!(standing(&late), Ok(Standing::Rejected { code }));
    assert_eq!(standing(&unsent), Err(BoardError::NotListed));
    assert!(board
        .standing(&voltvote::canonical::sha256_hex(b"junk"))
        .is_some());

    let (rule, counted) = board.check_result(b"result one").unwrap();
    assert_eq!(
        (rule, counted),
        ("mv", vec![&*first.receipt.ballot, &*bo.receipt.ballot])
    );
    // Counted, but not in the first result.
    assert_eq!(
        check_in_result(&last.receipt, &board.check_result(b"result one").unwrap().1),
        Err(BoardError::NotInResult)
    );
    let (_, counted) = board.check_result(b"result two").unwrap();
    assert_eq!(check_in_result(&last.receipt, &counted), Ok(()));
    assert_eq!(counted, board.accepted());
    assert_eq!(counted, vec![&*bo.receipt.ballot, &*last.receipt.ballot]);
    assert_eq!(
        board.check_result(b"result three"),
        Err(BoardError::ResultNotListed)
    );

    let mut forged = first.receipt.clone();
    forged.kid = party(2).signing.public().kid().into();
    assert_eq!(
        board.check_receipt(&forged, &signed),
        Err(BoardError::Contradicted)
    );
    let other = signed_round(&Round {
        name: "Other".into(),
        ..round(3)
    });
    assert_eq!(
        board.check_receipt(&first.receipt, &other),
        Err(BoardError::OtherReceipt)
    );
    assert_eq!(Board::read(&file, &other), Err(BoardError::OtherRound));
}

#[test]
fn a_board_cannot_be_rewritten_even_by_the_recycler() {
    let signed = signed_round(&round(3));
    let ballots: Vec<_> = (1..4)
        .map(|by| seal(&signed, &ballot(&signed, 1), by, SIGNED_AT).file)
        .collect();
    let files: Vec<_> = ballots.iter().map(|file| ("x", &**file)).collect();
    let mut board = Board::new(&signed);
    board.record(&admit_all(&signed, &files), 1);

    // Dropping an entry breaks the chain.
    let mut dropped = board.clone();
    dropped.entries.remove(1);
    let file = sign(&dropped.to_sign(&signed).unwrap(), RECYCLER);
    assert_eq!(
        Board::read(&file, &signed),
        Err(BoardError::Chain { at: 2 })
    );

    // A new chain without it is a valid board, but not one that extends the published one.
    let mut rewritten = Board::new(&signed);
    rewritten.record(&admit_all(&signed, &[files[0], files[2]]), 1);
    let file = sign(&rewritten.to_sign(&signed).unwrap(), RECYCLER);
    let read = Board::read(&file, &signed).unwrap();
    assert_eq!(
        read.check_extends(&board),
        Err(BoardError::Rewritten { at: 2 })
    );
}

#[test]
fn a_board_counts_one_ballot_per_key_and_a_result_counts_what_the_board_does() {
    let signed = signed_round(&round(3));
    let first = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    let last = seal(&signed, &ballot(&signed, 2), 1, SIGNED_AT + 1);
    let bo = seal(&signed, &ballot(&signed, 3), 2, SIGNED_AT);
    let mut board = Board::new(&signed);
    board.record(
        &admit_all(&signed, &[("first", &first.file), ("bo", &bo.file)]),
        1,
    );
    // The later ballot of the same key arrives alone, another day.
    let alone = admit_all(&signed, &[("last", &last.file)]);
    board.record(&alone, 2);
    assert_eq!(
        board.accepted(),
        vec![&*bo.receipt.ballot, &*last.receipt.ballot]
    );
    let by = last.receipt.ballot.clone();
    assert_eq!(
        board.check_receipt(&first.receipt, &signed),
        Ok(Standing::Superseded { by })
    );
    assert_eq!(
        board.clone().record_result(&alone, "mv", b"without bo", 3),
        Err(BoardError::OtherBallots)
    );
    let both = admit_all(&signed, &[("last", &last.file), ("bo", &bo.file)]);
    assert_eq!(board.record_result(&both, "mv", b"with bo", 3), Ok(()));
}

#[test]
fn a_ballot_in_another_envelope_is_the_same_ballot() {
    let signed = signed_round(&round(3));
    let sealed = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    // The members in another order, as anybody could write them who carries the file.
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&sealed.file).unwrap();
    let spelt: Vec<String> = (members.iter().rev())
        .map(|(name, value)| format!("{}:{value}", serde_json::json!(name)))
        .collect();
    let copy = format!("{{{}}}", spelt.join(","));
    assert_ne!(copy.as_bytes(), &*sealed.file);
    let admissions = admit_all(&signed, &[("own", &sealed.file), ("copy", copy.as_bytes())]);
    assert_eq!(admissions[0].status, Status::Accepted);
    assert_eq!(admissions[1].status, Status::Rejected(Refusal::Duplicate));
    let mut board = Board::new(&signed);
    board.record(&admissions, 1);
    assert_eq!(
        board.check_receipt(&sealed.receipt, &signed),
        Ok(Standing::Accepted)
    );
}

#[test]
fn names_that_hide_or_move_what_is_printed_are_refused() {
    for name in [
        "Recycler\u{200b}",
        "Recycler\nwords",
        "\u{1b}[8mRecycler",
        "\u{202e}x",
        " ",
    ] {
        let mut made = round(3);
        made.recycler.name = name.into();
        assert!(made.check().is_err(), "{name:?}");
        let mut made = round(3);
        made.query.batteries[0] = name.into();
        assert!(made.check().is_err(), "{name:?}");
    }
}
