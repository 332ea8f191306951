//! One rule applied to one panel: probabilities per battery, and who alone would change them.

use super::dawid_skene::DawidSkene;
use super::decide::{argmax, normalise, softmax};
use super::evidence::Standing;
use super::gold::Gold;
use super::panel::Panel;
use super::weights::Weights;
use super::{Control, Options, Rule};

/// A rule ready to score.
#[derive(Debug, Clone)]
pub enum Scorer {
    /// Sums of weighted shares.
    Additive(Weights),
    /// Sums of shares weighted by precision on controls.
    Gold(Gold),
    /// Log probabilities of Dawid and Skene.
    DawidSkene(DawidSkene),
    /// Levels of evidence, with the local weights that break ties.
    Evidence(Weights, f64),
}

impl Scorer {
    /// Prepares a rule; [`Rule::DawidSkene`] is fitted here.
    pub fn new(panel: &Panel<'_>, rule: Rule, controls: &[Control], options: &Options) -> Self {
        match rule {
            Rule::Gold => Self::Gold(Gold::new(panel, controls)),
            Rule::DawidSkene => {
                let coverage = Self::Additive(Weights::new(panel, Rule::Coverage, options));
                let start: Vec<Vec<f64>> = (0..panel.n_batteries)
                    .map(|battery| coverage.probabilities(panel, battery))
                    .collect();
                Self::DawidSkene(DawidSkene::fit(panel, &start, controls))
            }
            Rule::Evidence => Self::Evidence(
                Weights::new(panel, Rule::WassersteinLocal, options),
                options.nats_per_level,
            ),
            other => Self::Additive(Weights::new(panel, other, options)),
        }
    }

    /// Probability of each class of a battery.
    pub fn probabilities(&self, panel: &Panel<'_>, battery: usize) -> Vec<f64> {
        let mut scores = self.scores(panel, battery);
        self.finish(&mut scores);
        scores
    }

    /// Probability of each class, and the voters whose absence alone would change the class with
    /// the highest score. `standing` is of this battery, counted with the weights `local` of
    /// `wdv-local`.
    pub fn verdict(
        &self,
        panel: &Panel<'_>,
        battery: usize,
        local: &Weights,
        standing: &Standing,
    ) -> (Vec<f64>, Vec<usize>) {
        let (mut scores, decisive) = match self {
            Self::Evidence(..) => {
                let mut scores = vec![0.0; panel.n_classes];
                standing.scores(&mut scores);
                let decisive = standing.decisive(panel, local, battery, &scores, argmax);
                (scores, decisive)
            }
            _ => {
                let scores = self.scores(panel, battery);
                let decisive = self.decisive(panel, battery, &scores);
                (scores, decisive)
            }
        };
        self.finish(&mut scores);
        (scores, decisive)
    }

    /// Weight of a voter on a battery, as the why-report shows it.
    pub fn weight(&self, panel: &Panel<'_>, voter: usize, battery: usize) -> f64 {
        match self {
            Self::Additive(weights) | Self::Evidence(weights, _) => {
                weights.weight(panel, voter, battery)
            }
            Self::Gold(gold) => gold.weight(panel, voter),
            Self::DawidSkene(_) => 1.0,
        }
    }

    /// The voters whose absence alone would change the class with the highest sum.
    fn decisive(&self, panel: &Panel<'_>, battery: usize, scores: &[f64]) -> Vec<usize> {
        let Some(top) = argmax(scores) else {
            return Vec::new();
        };
        let mut without = scores.to_vec();
        let heard = (0..panel.voters.len()).filter(|&v| panel.voters[v].is_heard());
        heard
            .filter(|&voter| {
                without.copy_from_slice(scores);
                self.add(panel, voter, battery, -1.0, &mut without);
                argmax(&without) != Some(top)
            })
            .collect()
    }

    fn scores(&self, panel: &Panel<'_>, battery: usize) -> Vec<f64> {
        let mut scores = vec![0.0; panel.n_classes];
        match self {
            Self::Evidence(local, _) => {
                let mut standing = Standing::new(panel.n_classes);
                standing.count(panel, local, battery);
                standing.scores(&mut scores);
            }
            _ => {
                if let Self::DawidSkene(fitted) = self {
                    scores.copy_from_slice(fitted.log_prior());
                }
                for voter in 0..panel.voters.len() {
                    self.add(panel, voter, battery, 1.0, &mut scores);
                }
            }
        }
        scores
    }

    fn add(&self, panel: &Panel<'_>, voter: usize, battery: usize, sign: f64, scores: &mut [f64]) {
        match self {
            Self::Additive(weights) => weights.add(panel, voter, battery, sign, scores),
            Self::Gold(gold) => gold.add(panel, voter, battery, sign, scores),
            Self::DawidSkene(fitted) => fitted.add(panel, voter, battery, sign, scores),
            Self::Evidence(..) => {}
        }
    }

    fn finish(&self, scores: &mut [f64]) {
        match self {
            Self::Additive(_) | Self::Gold(_) => normalise(scores),
            Self::DawidSkene(_) => softmax(scores, 1.0),
            Self::Evidence(_, nats_per_level) => softmax(scores, *nats_per_level),
        }
    }
}
