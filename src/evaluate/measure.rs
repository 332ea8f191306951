//! What experiments measure beside accuracy: warnings of unknown classes, and calibration.

use super::calibration::reliability;
use super::fleet::Fleet;
use super::score::contenders;
use super::trial::Trial;
use crate::ballot::coverage;
use crate::features::Schema;
use crate::tally::{probabilities, tally, Options, Rule, Signed, Status, TallyError};
use serde_json::{json, Map, Value};

/// Bins of the reliability diagram.
const N_BINS: u32 = 10;

/// Limits of the evidence score that the report tries beside the default.
const LIMITS: [f64; 15] = [
    5.0, 6.0, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 11.4, 12.0, 12.5, 13.0,
];

/// Contenders, then the pooled-data forest.
pub(super) fn contender_names() -> Vec<String> {
    let rules = contenders().into_iter().map(|c| c.name.to_owned());
    rules.chain(["pooled".to_owned()]).collect()
}

/// Class probabilities of every query row: per contender a list of tallies (`il`: one for each
/// collaborator, with the shares of its own trees), then those of the pooled forest.
fn all_probabilities(fleet: &Fleet, trial: &Trial) -> Result<Vec<Vec<Vec<Vec<f64>>>>, TallyError> {
    let ballots = Signed::anonymous(&trial.ballots);
    let n = trial.truth.len();
    let mut out = Vec::new();
    for contender in contenders() {
        let mut options = contender.options;
        if options.rule == Rule::Independent {
            options.rule = Rule::Majority;
            let alone = ballots
                .iter()
                .map(|one| probabilities(&fleet.catalogue, n, std::slice::from_ref(one), &options));
            out.push(alone.collect::<Result<Vec<_>, _>>()?);
        } else {
            out.push(vec![probabilities(
                &fleet.catalogue,
                n,
                &ballots,
                &options,
            )?]);
        }
    }
    if let Some(shares) = &trial.pooled_shares {
        out.push(vec![shares
            .rows()
            .into_iter()
            .map(|row| row.to_vec())
            .collect()]);
    }
    Ok(out)
}

/// The largest entry and its index, ties to the lowest.
fn top(row: &[f64]) -> (usize, f64) {
    let mut best = (0, 0.0);
    for (class, &p) in row.iter().enumerate() {
        if p > best.1 {
            best = (class, p);
        }
    }
    best
}

/// Columns of the experiment on unknown classes.
pub(super) fn unknown_columns() -> Vec<String> {
    let mut out: Vec<String> = [
        "flagged",
        "false alarms",
        "AUROC evidence",
        "AUROC familiarity",
    ]
    .map(String::from)
    .into();
    let names = contender_names();
    out.extend(
        names
            .into_iter()
            .map(|name| format!("AUROC confidence {name}")),
    );
    for limit in LIMITS {
        out.push(format!("flagged below {limit}"));
        out.push(format!("false alarms below {limit}"));
    }
    out
}

/// Shares of the hidden and of the known batteries that are flagged, how well scores tell the two
/// apart, and the same shares at other limits.
pub(super) fn unknown(
    fleet: &Fleet,
    trial: &Trial,
    hidden: Option<u16>,
) -> Result<Vec<f64>, TallyError> {
    let options = Options::for_schema(&Schema::of_columns(fleet.columns.clone()).id);
    let n = trial.truth.len();
    // What is unknown depends on the batteries behind a class, which a real ballot counts; those
    // of a trial count the rows dealt.
    let mut ballots = trial.ballots.clone();
    for (ballot, own) in ballots.iter_mut().zip(&trial.clients) {
        ballot.coverage = coverage(&own.own());
    }
    let signed = Signed::anonymous(&ballots);
    let found = tally(&fleet.catalogue, n, &signed, &options)?;
    let is_hidden = |row: usize| trial.truth.get(row).copied() == hidden;
    let parts = |values: &[f64]| -> (Vec<f64>, Vec<f64>) {
        let part = |wanted: bool| {
            let rows = values.iter().enumerate();
            let rows = rows.filter(move |(row, _)| is_hidden(*row) == wanted);
            rows.map(|(_, value)| *value).collect()
        };
        (part(false), part(true))
    };
    let share = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let shares = |flags: &dyn Fn(usize) -> bool| {
        let flags: Vec<f64> = (0..n).map(|row| f64::from(u8::from(flags(row)))).collect();
        let (known, unknown) = parts(&flags);
        [share(&unknown), share(&known)]
    };
    let warning = |values: &[f64]| {
        let (known, unknown) = parts(values);
        auroc(&known, &unknown)
    };
    let decisions = &found.decisions;
    let mut out = shares(&|row| decisions[row].status == Status::Unknown).to_vec();
    let evidence: Vec<f64> = decisions.iter().map(|d| d.evidence).collect();
    out.push(warning(&evidence));
    let familiar = |row: usize| {
        let levels = trial
            .ballots
            .iter()
            .filter_map(|ballot| ballot.rows.get(row));
        levels
            .map(|row| f64::from(row.familiarity))
            .fold(0.0, f64::max)
    };
    out.push(warning(&(0..n).map(familiar).collect::<Vec<f64>>()));
    for tallies in all_probabilities(fleet, trial)? {
        let each = tallies.iter().map(|rows| {
            let confidences: Vec<f64> = rows.iter().map(|row| top(row).1).collect();
            warning(&confidences)
        });
        out.push(share(&each.collect::<Vec<f64>>()));
    }
    for limit in LIMITS {
        out.extend(shares(&|row| evidence[row] < limit));
    }
    Ok(out)
}

/// Probability that a known battery scores higher than an unknown one; ties count half.
pub fn auroc(known: &[f64], unknown: &[f64]) -> f64 {
    let mut sum = 0.0;
    for k in known {
        for u in unknown {
            sum += if k > u {
                1.0
            } else if k == u {
                0.5
            } else {
                0.0
            };
        }
    }
    sum / (known.len() * unknown.len()).max(1) as f64
}

/// Per contender the bins of its reliability diagram, flat: decisions, sum of confidence, right.
pub(super) fn calibration(fleet: &Fleet, trial: &Trial) -> Result<Vec<f64>, TallyError> {
    let mut out = Vec::new();
    for tallies in all_probabilities(fleet, trial)? {
        let mut decisions = Vec::new();
        for rows in &tallies {
            decisions.extend(rows.iter().zip(&trial.truth).map(|(row, &truth)| {
                let (class, confidence) = top(row);
                (confidence, class == usize::from(truth))
            }));
        }
        for bin in reliability(&decisions, N_BINS) {
            let n = f64::from(bin.n);
            out.extend([n, n * bin.mean_confidence, n * bin.share_right]);
        }
    }
    Ok(out)
}

/// Numbers that [`calibration`] gives.
pub(super) fn n_calibration() -> usize {
    contender_names().len() * N_BINS as usize * 3
}

/// Calibration results of all runs of a setting.
pub(super) struct Bins<'a> {
    runs: &'a [Vec<f64>],
}

/// Reads job results of [`calibration`].
pub(super) fn by_contender(runs: &[Vec<f64>]) -> Bins<'_> {
    Bins { runs }
}

impl Bins<'_> {
    /// The three sums of every bin of a contender in one run.
    fn of<'a>(run: &'a [f64], contender: usize) -> impl Iterator<Item = &'a [f64]> + 'a {
        let n = N_BINS as usize;
        run.chunks_exact(3).skip(contender * n).take(n)
    }

    fn error<'a>(bins: impl Iterator<Item = &'a [f64]>) -> Option<f64> {
        let (mut gaps, mut all) = (0.0, 0.0);
        for bin in bins {
            if let [n, confidence, right] = bin {
                gaps += (confidence - right).abs();
                all += n;
            }
        }
        (all > 0.0).then(|| gaps / all)
    }

    /// Expected calibration error of a contender in each run.
    pub(super) fn errors(&self, contender: usize) -> Vec<f64> {
        let runs = self.runs.iter();
        runs.filter_map(|run| Self::error(Self::of(run, contender)))
            .collect()
    }

    /// Over the decisions of all runs together: error and bins of every contender. A single run
    /// has few decisions per bin, which alone makes its error look larger.
    pub(super) fn to_json(&self, columns: &[String]) -> Value {
        let mut out = Map::new();
        for (contender, column) in columns.iter().enumerate() {
            let mut sums = vec![[0.0; 3]; N_BINS as usize];
            for run in self.runs {
                for (sum, bin) in sums.iter_mut().zip(Self::of(run, contender)) {
                    for (total, value) in sum.iter_mut().zip(bin) {
                        *total += value;
                    }
                }
            }
            let bins: Vec<Value> = sums
                .iter()
                .map(|[n, confidence, right]| {
                    let mean = |sum: f64| if *n > 0.0 { sum / n } else { 0.0 };
                    json!({"n": n, "confidence": mean(*confidence), "right": mean(*right)})
                })
                .collect();
            let error = Self::error(sums.iter().map(|sum| &sum[..]));
            out.insert(
                column.clone(),
                json!({"calibration_error": error, "bins": bins}),
            );
        }
        out.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::calibration::{calibration_error, ReliabilityBin};
    use super::*;

    #[test]
    fn auroc_by_hand() {
        assert_eq!(
            auroc(&[3.0, 2.0], &[1.0, 2.0]),
            (1.0 + 1.0 + 1.0 + 0.5) / 4.0
        );
        assert_eq!(auroc(&[], &[1.0]), 0.0);
    }

    #[test]
    fn pooled_bins_equal_the_calibration_of_all_decisions() {
        let decisions = [(0.95, true), (0.92, false), (0.35, false), (0.31, true)];
        let flat = |decisions: &[(f64, bool)]| -> Vec<f64> {
            let bins = reliability(decisions, N_BINS);
            let sums = bins.iter().map(|bin: &ReliabilityBin| {
                let n = f64::from(bin.n);
                [n, n * bin.mean_confidence, n * bin.share_right]
            });
            sums.flatten().collect()
        };
        let runs = [flat(&decisions[..2]), flat(&decisions[2..])];
        let pooled = by_contender(&runs).to_json(&["x".to_owned()]);
        let expected = calibration_error(&decisions, N_BINS).unwrap();
        let got = pooled["x"]["calibration_error"].as_f64().unwrap();
        assert!((got - expected).abs() < 1e-12);
    }
}
