//! Ballots opened, judged, tallied and published on the recycler's page.

use super::rounds::open_round;
use super::translate::{coded, fault, from_js, set, text, to_js, Outcome};
use crate::ballot::{self, Ballot};
use crate::canonical;
use crate::error::Coded;
use crate::order;
use crate::round::{self, admit, Admission, Board, SignedRound};
use crate::seal::{self, Opening};
use crate::simulate::physics::NAME;
use crate::tally::{self, Control, Rule, Signed, RULES};
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
struct BallotFile {
    name: String,
    text: String,
    content_key: Option<Vec<u8>>,
}

#[derive(Serialize, Default)]
struct AdmissionOut<'a> {
    file: &'a str,
    fingerprint: &'a str,
    name: Option<&'a str>,
    kid: Option<&'a str>,
    signed_at: Option<u64>,
    status: &'static str,
    coverage: Vec<(u16, u32)>,
    familiar: Option<f64>,
    nsr: Option<u32>,
}

/// The ballots of a round, opened and judged.
#[wasm_bindgen]
pub struct BallotBox {
    pub(super) signed: SignedRound,
    admissions: Vec<Admission>,
    board: Option<Board>,
    /// The physics voter's ballot, where it was asked to join.
    pub(super) physics: Option<Ballot>,
}

#[wasm_bindgen]
impl BallotBox {
    /// `files`: `[{name, text, content_key}]`; content keys were decrypted by WebCrypto.
    #[wasm_bindgen(constructor)]
    pub fn new(round_file: &str, files: JsValue) -> Result<BallotBox, JsValue> {
        let signed = open_round(round_file)?;
        let files: Vec<BallotFile> = from_js(files)?;
        let keys = order::map(files.iter().filter_map(|file| {
            let key = file.content_key.as_ref()?;
            Some((canonical::sha256_hex(file.text.as_bytes()), key))
        }));
        let named = files
            .iter()
            .map(|file| (file.name.as_str(), file.text.as_bytes()));
        let mut content_key = |opening: &Opening| {
            let key = keys.get(opening.fingerprint());
            key.map(|key| key.to_vec()).ok_or(seal::Error::Decryption)
        };
        let admissions = admit(&signed, named, &mut content_key);
        Ok(Self {
            signed,
            admissions,
            board: None,
            physics: None,
        })
    }

    /// What became of each file, in the order given.
    pub fn admissions(&self) -> Outcome {
        let list = Array::new();
        for one in &self.admissions {
            let ballot = one.opened.as_ref().map(|opened| &opened.ballot);
            let familiar = |ballot: &Ballot| {
                let known = ballot
                    .rows
                    .iter()
                    .filter(|row| row.familiarity >= ballot::FAMILIAR_FROM);
                known.count() as f64 / ballot.rows.len().max(1) as f64
            };
            let object = to_js(&AdmissionOut {
                file: &one.file,
                fingerprint: &one.fingerprint,
                name: one.name.as_deref(),
                kid: one.kid(),
                signed_at: one.opened.as_ref().map(|opened| opened.signed_at),
                status: match &one.status {
                    round::Status::Accepted => "accepted",
                    round::Status::Superseded { .. } => "superseded",
                    round::Status::Rejected(_) => "rejected",
                },
                coverage: ballot
                    .map(|ballot| {
                        ballot
                            .coverage
                            .iter()
                            .map(|c| (c.class, c.batteries))
                            .collect()
                    })
                    .unwrap_or_default(),
                familiar: ballot.map(familiar),
                nsr: ballot.map(|ballot| ballot.nsr),
            })?;
            if let round::Status::Rejected(refusal) = &one.status {
                set(&object, "reason", fault(refusal.code(), refusal.params()))?;
            }
            list.push(&object);
        }
        Ok(list.into())
    }

    /// Decides by a rule: the tally, and the same as CSV. `controls`: `[[battery, class]]`.
    pub fn tally(&self, rule: &str, controls: JsValue) -> Outcome {
        round::check_quorum(&self.signed, &self.admissions).map_err(coded)?;
        let options = self.options(rule, controls)?;
        let round = &self.signed.round;
        let ballots = self.counted();
        let result = tally::tally(
            &round.catalogue,
            round.query.batteries.len(),
            &ballots,
            &options,
        )
        .map_err(coded)?;
        let out: JsValue = to_js(&result)?;
        let n_ballots = ballots.len() - usize::from(self.physics.is_some());
        set(&out, "n_ballots", n_ballots as u32)?;
        set(
            &out,
            "csv",
            tally::to_csv(&result, &round.catalogue, &round.query.batteries),
        )?;
        Ok(out)
    }

    /// The board to publish, ready to be signed: what an `earlier` one said, what is new, and a
    /// result by `rule`. `at` is in Unix seconds.
    pub fn board_signing_input(
        &mut self,
        earlier: Option<String>,
        at: f64,
        rule: &str,
        csv: &str,
    ) -> Outcome {
        let mut board = match earlier {
            Some(file) => Board::read(file.as_bytes(), &self.signed).map_err(coded)?,
            None => Board::new(&self.signed),
        };
        board.record(&self.admissions, at as u64);
        (board.record_result(&self.admissions, rule, csv.as_bytes(), at as u64)).map_err(coded)?;
        let to_sign = board.to_sign(&self.signed).map_err(coded)?;
        let input = Uint8Array::from(to_sign.signing_input());
        self.board = Some(board);
        Ok(input.into())
    }

    /// The signed board file.
    pub fn board_seal(&self, signature: &[u8]) -> Outcome {
        let Some(board) = &self.board else {
            return Err(fault("internal", vec![("message", "no board".into())]));
        };
        let to_sign = board.to_sign(&self.signed).map_err(coded)?;
        text(to_sign.signed(signature).map_err(coded)?)
    }

    /// All rules side by side.
    pub fn compare(&self, controls: JsValue) -> Outcome {
        round::check_quorum(&self.signed, &self.admissions).map_err(coded)?;
        let options = self.options(RULES[0].name, controls)?;
        let round = &self.signed.round;
        let n_batteries = round.query.batteries.len();
        let compared = tally::compare(&round.catalogue, n_batteries, &self.counted(), &options);
        to_js(&compared.map_err(coded)?)
    }

    /// Who said what about one battery of the query, and with which weight.
    pub fn why(&self, rule: &str, controls: JsValue, battery: usize) -> Outcome {
        round::check_quorum(&self.signed, &self.admissions).map_err(coded)?;
        let options = self.options(rule, controls)?;
        let round = &self.signed.round;
        let n_batteries = round.query.batteries.len();
        let reasons = tally::why(
            &round.catalogue,
            n_batteries,
            &self.counted(),
            &options,
            battery,
        );
        to_js(&reasons.map_err(coded)?)
    }
}

impl BallotBox {
    /// Probabilities of every battery without each voter in turn.
    pub(super) fn left_out(
        &self,
        rule: &str,
        controls: JsValue,
    ) -> Result<Vec<Vec<Vec<f64>>>, JsValue> {
        let options = self.options(rule, controls)?;
        let round = &self.signed.round;
        let n_batteries = round.query.batteries.len();
        tally::leave_one_out(&round.catalogue, n_batteries, &self.counted(), &options)
            .map_err(coded)
    }

    fn options(&self, rule: &str, controls: JsValue) -> Result<tally::Options, JsValue> {
        let controls: Vec<(usize, usize)> = from_js(controls)?;
        Ok(tally::Options {
            rule: Rule::named(rule).unwrap_or(tally::Options::default().rule),
            controls: controls
                .into_iter()
                .map(|(battery, class)| Control { battery, class })
                .collect(),
            ..tally::Options::for_schema(&self.signed.round.query.schema)
        })
    }

    fn counted(&self) -> Vec<Signed<'_>> {
        let counted = self
            .admissions
            .iter()
            .filter_map(|one| Some((one, one.counted()?)));
        let counted = counted.map(|(one, opened)| Signed {
            name: one.name.as_deref().unwrap_or_default(),
            kid: opened.signer.kid(),
            ballot: &opened.ballot,
        });
        let physics = self.physics.iter().map(|ballot| Signed {
            name: NAME,
            kid: "",
            ballot,
        });
        counted.chain(physics).collect()
    }
}

/// Names of the rules, the default first.
#[wasm_bindgen]
pub fn rules() -> Outcome {
    let default = tally::Options::default().rule.name();
    let mut names: Vec<&str> = RULES.iter().map(|entry| entry.name).collect();
    crate::order::sort_by_key(&mut names, |name| *name != default);
    to_js(&names)
}
