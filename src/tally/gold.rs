//! Gold weighting: how often a voter was right on the control batteries when it named a class.

use super::panel::Panel;
use super::Control;

/// Pseudo-counts of right and wrong answers before any control is seen.
const RIGHT: f64 = 1.0;
const WRONG: f64 = 0.5;

/// Precision per voter and class named.
#[derive(Debug, Clone)]
pub struct Gold {
    precision: Vec<Vec<f64>>,
}

impl Gold {
    /// Counts every voter's answers on the control batteries.
    pub fn new(panel: &Panel<'_>, controls: &[Control]) -> Self {
        let precision = panel.voters.iter().map(|voter| {
            let (mut right, mut all) = (
                vec![RIGHT; panel.n_classes],
                vec![RIGHT + WRONG; panel.n_classes],
            );
            for control in controls {
                if let Some(answer) = voter.answer(control.battery) {
                    all[answer] += 1.0;
                    right[answer] += f64::from(u8::from(answer == control.class));
                }
            }
            right
                .iter()
                .zip(&all)
                .map(|(right, all)| right / all)
                .collect()
        });
        Self {
            precision: precision.collect(),
        }
    }

    /// Adds a voter's shares on a battery, each weighted by the squared precision of its class.
    pub fn add(
        &self,
        panel: &Panel<'_>,
        voter: usize,
        battery: usize,
        sign: f64,
        scores: &mut [f64],
    ) {
        if let (Some(seat), Some(precision)) = (panel.voters.get(voter), self.precision.get(voter))
        {
            for (class, share) in seat.shares(battery) {
                scores[class] += sign * share * precision[class] * precision[class];
            }
        }
    }

    /// Mean precision over the classes a voter holds.
    pub fn weight(&self, panel: &Panel<'_>, voter: usize) -> f64 {
        let Some((seat, precision)) = panel.voters.get(voter).zip(self.precision.get(voter)) else {
            return 0.0;
        };
        let sum: f64 = seat.held.iter().map(|&class| precision[class]).sum();
        sum / seat.held.len().max(1) as f64
    }
}
