//! Receipts, boards and results.

use crate::support::*;
use voltvote::round::{Board, BoardError, Round, Standing};

#[test]
fn a_board_tells_every_ballot_where_it_stands() {
    let signed = signed_round(&round(3));
    let first = seal(&signed, &ballot(&signed, 1), 1, SIGNED_AT);
    let last = seal(&signed, &ballot(&signed, 2), 1, SIGNED_AT + 1);
    let bo = seal(&signed, &ballot(&signed, 3), 2, SIGNED_AT);
    let late = seal(&signed, &ballot(&signed, 4), 3, CREATED + 2000);
    let unsent = seal(&signed, &ballot(&signed, 5), 3, SIGNED_AT);

    let mut board = Board::new(&signed);
    board.record(
        &admit_all(&signed, &[("first", &first.file), ("bo", &bo.file)]),
        1,
    );
    let early_file = sign(&board.to_sign(&signed).unwrap(), RECYCLER);
    let early = Board::read(&early_file, &signed).unwrap();
    assert_eq!(
        early.check_receipt(&first.receipt, &signed),
        Ok(Standing::Accepted)
    );
    board.record_result("mv", b"result one", 2);

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
    board.record_result("mv", b"result two", 5);

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
    let (_, counted) = board.check_result(b"result two").unwrap();
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
