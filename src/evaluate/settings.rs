//! What each experiment varies.

use super::attack::{Attack, ATTACKS};
use super::clients::{ClientParams, Holding, Sharing};
use super::crafted::Crafted;
use super::experiment::{Experiment, Setup};
use super::trial::TrialParams;

/// Control batteries of the attack experiment.
const N_CONTROLS: usize = 10;
/// Collaborators of the attack experiment.
const N_ATTACKED: usize = 7;
/// Trees grown to see where the out-of-bag error settles.
pub(super) const MOST_TREES: u16 = 100;
/// Collaborators tried by the planning experiment.
pub(super) const PLANNED_CLIENTS: [usize; 7] = [2, 3, 4, 6, 8, 12, 16];
/// Classes per collaborator tried by the planning experiment; the fleet's number is added.
const PLANNED_CLASSES: [usize; 3] = [2, 3, 5];
/// Rows per held class tried by the planning experiment.
const PLANNED_ROWS: [u32; 3] = [3, 8, 20];
/// Shares of lost votes, per cent.
pub(super) const LOST_PERCENT: [u32; 6] = [0, 2, 4, 6, 8, 10];

/// One line of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Name in the report.
    pub name: String,
    /// The round that is simulated.
    pub params: TrialParams,
    /// Share of answers lost.
    pub lost_share: f64,
    /// Collaborators whose ballots never arrive.
    pub n_missing: usize,
    /// Who lies, and how many.
    pub attack: Option<(Attack, usize)>,
    /// Whether the honest ballots of liars are left out altogether: what an attack is held
    /// against.
    pub n_absent_liars: usize,
    /// Control batteries.
    pub n_controls: usize,
    /// Whether each run hides one class from all collaborators, in turn.
    pub hides_a_class: bool,
    /// Heterogeneity index where the setting is one of that series.
    pub index: Option<usize>,
}

/// The settings of an experiment on a fleet of `n_classes` classes.
pub(super) fn settings(experiment: Experiment, setup: &Setup, n_classes: usize) -> Vec<Setting> {
    let base = |name: String, holding, sharing| Setting {
        name,
        params: TrialParams {
            split: setup.split,
            clients: ClientParams {
                holding,
                sharing,
                ..setup.clients
            },
            n_trees: setup.n_trees,
            rows_per_class: setup.rows_per_class,
            ..TrialParams::default()
        },
        lost_share: 0.0,
        n_missing: 0,
        attack: None,
        n_absent_liars: 0,
        n_controls: 0,
        hides_a_class: false,
        index: None,
    };
    let index = |n: usize| Setting {
        index: Some(n),
        ..base(
            format!("index {n}"),
            Holding::AtLeast(n),
            setup.clients.sharing,
        )
    };
    let all = || base("all classes".into(), Holding::All, setup.clients.sharing);
    match experiment {
        Experiment::Homogeneous | Experiment::Importance => vec![all()],
        Experiment::Trees => {
            let mut setting = all();
            setting.params.n_trees = MOST_TREES;
            setting.params.is_pooled = false;
            vec![setting]
        }
        Experiment::Heterogeneity => {
            let mut out: Vec<Setting> = (2..=n_classes).map(index).collect();
            for (sharing, word) in [(Sharing::Shared, "shared"), (Sharing::Disjoint, "disjoint")] {
                for n in 2..=n_classes.min(4) {
                    let name = format!("exactly {n}, {word} batteries");
                    out.push(base(name, Holding::Exactly(n), sharing));
                }
            }
            out.push(base(
                "index 2, disjoint batteries".into(),
                Holding::AtLeast(2),
                Sharing::Disjoint,
            ));
            out
        }
        Experiment::Noise => (0..=10)
            .map(|nsr| {
                let mut setting = all();
                setting.name = format!("NSR {nsr} %");
                setting.params.nsr_percent = f64::from(nsr);
                setting
            })
            .collect(),
        Experiment::Loss => {
            let mut out = Vec::new();
            for n in 2..=n_classes {
                for percent in LOST_PERCENT {
                    let mut setting = index(n);
                    setting.name = format!("index {n}, {percent} % of votes lost");
                    setting.lost_share = f64::from(percent) / 100.0;
                    out.push(setting);
                }
            }
            let mut setting = index(2);
            setting.name = "index 2, 3 of 10 collaborators missing".into();
            setting.n_missing = 3;
            out.push(setting);
            out
        }
        Experiment::Planning => {
            let mut coverages: Vec<usize> = PLANNED_CLASSES
                .iter()
                .copied()
                .filter(|&n| n < n_classes)
                .collect();
            coverages.push(n_classes);
            let mut out = Vec::new();
            for rows in PLANNED_ROWS {
                for &n in &coverages {
                    for n_clients in PLANNED_CLIENTS {
                        let name = format!(
                            "{n_clients} collaborators, {n} classes, {rows} rows per class"
                        );
                        let mut setting = base(name, Holding::Exactly(n), setup.clients.sharing);
                        setting.params.clients.n_clients = n_clients;
                        setting.params.clients.fewest_rows = rows * n as u32;
                        setting.params.clients.most_rows = rows * n as u32;
                        out.push(setting);
                    }
                }
            }
            out
        }
        Experiment::Unknown => {
            let disjoint = base(
                "index 2, disjoint batteries".into(),
                Holding::AtLeast(2),
                Sharing::Disjoint,
            );
            let mut out = vec![index(2), all(), disjoint];
            for setting in &mut out {
                setting.name += ", one class held by nobody";
                setting.hides_a_class = true;
            }
            out
        }
        Experiment::Calibration => {
            let exactly = |sharing, word: &str| {
                base(
                    format!("exactly 2, {word} batteries"),
                    Holding::Exactly(2),
                    sharing,
                )
            };
            vec![
                index(2),
                exactly(Sharing::Shared, "shared"),
                exactly(Sharing::Disjoint, "disjoint"),
                all(),
            ]
        }
        Experiment::Attack => {
            let mut out = Vec::new();
            for n_controls in [0, N_CONTROLS] {
                let mut base = index(2);
                base.params.clients.n_clients = N_ATTACKED;
                base.n_controls = n_controls;
                let titled = |mut setting: Setting, what: String| {
                    setting.name = format!("{what}, {n_controls} controls");
                    setting
                };
                out.push(titled(base.clone(), format!("{N_ATTACKED} honest")));
                for crafted in [Crafted::Spread, Crafted::Dense] {
                    let mut setting = base.clone();
                    setting.params.crafted = Some(crafted);
                    out.push(titled(
                        setting,
                        format!("crafted query, {}", crafted.name()),
                    ));
                }
                for n_liars in [1, 2] {
                    let mut absent = base.clone();
                    absent.n_absent_liars = n_liars;
                    out.push(titled(absent, format!("{n_liars} of {N_ATTACKED} absent")));
                    for (attack, name) in ATTACKS {
                        let mut setting = base.clone();
                        setting.attack = Some((attack, n_liars));
                        out.push(titled(setting, format!("{n_liars} of {N_ATTACKED} {name}")));
                    }
                }
            }
            out
        }
    }
}
