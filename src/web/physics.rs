//! The physics voter in the tally of the recycler's page: experimental, off until asked for.

use super::ballot_box::BallotBox;
use super::translate::{coded, from_js, to_js, Outcome};
use crate::simulate::physics::{ballot, Answer, PhysicsVoter, TrainingOptions};
use js_sys::Function;
use std::ops::ControlFlow;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl BallotBox {
    /// Trains the voter on simulated cells and lets it join the tally. `signatures`:
    /// `[[battery, signature]]` of those batteries of the query whose cycles were read here;
    /// `report(done, total)` counts simulated cells, then trees. Returns how many it answers.
    pub fn join_physics(&mut self, signatures: JsValue, report: &Function) -> Outcome {
        let signatures: Vec<(usize, Vec<f64>)> = from_js(signatures)?;
        let mut progress = |p: crate::forest::Progress| {
            let (done, total) = (JsValue::from(p.n_done), JsValue::from(p.n_trees));
            let _ = report.call2(&JsValue::NULL, &done, &total);
            ControlFlow::Continue(())
        };
        let voter =
            PhysicsVoter::train(&TrainingOptions::default(), &mut progress).map_err(coded)?;
        let (batteries, values): (Vec<usize>, Vec<Vec<f64>>) = signatures.into_iter().unzip();
        let round = &self.signed.round;
        let mut answers: Vec<Option<Answer>> = vec![None; round.query.batteries.len()];
        for (battery, answer) in batteries
            .into_iter()
            .zip(voter.answer(&values).map_err(coded)?)
        {
            if let Some(place) = answers.get_mut(battery) {
                *place = Some(answer);
            }
        }
        let n_answered = answers.iter().flatten().count();
        self.physics = Some(ballot(&self.signed.id, &round.catalogue, &answers));
        to_js(&n_answered)
    }

    /// Tallies without it again.
    pub fn leave_physics(&mut self) {
        self.physics = None;
    }
}
