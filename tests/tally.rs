//! Votes from end to end: simulated collaborators, every rule, lies, losses, strangers.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltvote::ballot::{Ballot, Coverage, Row};
use voltvote::evaluate::{
    accuracies, contenders, trial, Attack, ClientParams, Fleet, Holding, TrialParams, ATTACKS,
};
use voltvote::round::Catalogue;
use voltvote::tally::{
    compare, judge, tally, to_csv, why, Control, Options, Rule, Signed, Status, TallyError, RULES,
};

/// Six classes on a ring of means in eight columns, 30 batteries each, well apart.
fn fleet() -> Fleet {
    let (n_classes, each, p) = (6, 30, 8);
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let n = n_classes * each;
    let labels: Vec<u16> = (0..n).map(|i| (i / each) as u16).collect();
    let rows = Array2::from_shape_fn((n, p), |(i, j)| {
        let class = i / each;
        let mean = f64::from(u8::from(j % n_classes == class)) * 4.0 + (class * j % 5) as f64 * 0.5;
        mean + rng.gen::<f64>() + rng.gen::<f64>() - 1.0
    });
    Fleet {
        catalogue: Catalogue::from_names(["NMC A", "NMC B", "LFP A", "LCO A", "NCA A", "LMO A"]),
        rows,
        columns: (0..p).map(|j| format!("x{j}")).collect(),
        labels,
        batteries: (0..n as u32).collect(),
        makers: Vec::new(),
    }
}

fn clients(n_clients: usize, holding: Holding) -> TrialParams {
    TrialParams {
        clients: ClientParams {
            n_clients,
            holding,
            ..ClientParams::default()
        },
        ..TrialParams::default()
    }
}

fn signed(ballots: &[Ballot]) -> Vec<Signed<'_>> {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let named = ballots.iter().zip(names);
    named
        .map(|(ballot, name)| Signed {
            name,
            kid: name,
            ballot,
        })
        .collect()
}

fn accuracy_of(name: &str, accuracies: &[f64]) -> f64 {
    let at = contenders().iter().position(|c| c.name == name).unwrap();
    accuracies[at]
}

#[test]
fn evidence_decides_where_majorities_cannot() {
    let fleet = fleet();
    let (mut ours, mut majority) = (0.0, 0.0);
    for seed in 0..5 {
        let trial = trial(&fleet, &clients(10, Holding::Exactly(2)), seed).unwrap();
        let found = accuracies(&fleet.catalogue, &trial, &contenders(), &[]).unwrap();
        ours += accuracy_of("evidence", &found) / 5.0;
        majority += accuracy_of("mv", &found) / 5.0;
    }
    assert!(ours > 0.95, "{ours}");
    assert!(majority < 0.85, "{majority}");
}

#[test]
fn the_same_seed_casts_the_same_bytes() {
    let fleet = fleet();
    let params = clients(3, Holding::AtLeast(2));
    let bytes = |seed| {
        let trial = trial(&fleet, &params, seed).unwrap();
        voltvote::canonical::to_bytes(&trial.ballots).unwrap()
    };
    assert_eq!(bytes(5), bytes(5));
    assert_ne!(bytes(5), bytes(6));
}

#[test]
fn one_liar_of_seven_costs_little_more_than_its_absence() {
    let fleet = fleet();
    for (attack, name) in ATTACKS {
        let (mut attacked, mut absent) = (0.0, 0.0);
        for seed in 0..4 {
            let mut trial = trial(&fleet, &clients(7, Holding::AtLeast(3)), seed).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let honest = trial.ballots.clone();
            let ours = &contenders()[10..];
            trial.ballots = attack.apply(&honest, 1, &mut rng);
            attacked += accuracies(&fleet.catalogue, &trial, ours, &[]).unwrap()[0] / 4.0;
            trial.ballots = honest[1..].to_vec();
            absent += accuracies(&fleet.catalogue, &trial, ours, &[]).unwrap()[0] / 4.0;
        }
        assert!(
            attacked >= absent - 0.02,
            "{name}: {attacked} against {absent}"
        );
    }
}

#[test]
fn liars_are_named_and_honest_voters_are_not() {
    let fleet = fleet();
    let trial = trial(&fleet, &clients(7, Holding::All), 3).unwrap();
    let n = trial.truth.len();
    let honest = tally(
        &fleet.catalogue,
        n,
        &signed(&trial.ballots),
        &Options::default(),
    )
    .unwrap();
    assert!(honest
        .voters
        .iter()
        .all(|v| v.set_aside.is_empty() && v.copy_of.is_none()));
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let flipped = Attack::WeightLie.apply(&trial.ballots, 1, &mut rng);
    let found = tally(&fleet.catalogue, n, &signed(&flipped), &Options::default()).unwrap();
    assert_eq!(found.voters[0].set_aside, [0, 1, 2, 3, 4, 5]);
    assert!(found.voters[1..].iter().all(|v| v.set_aside.is_empty()));
    let copied = Attack::Copy.apply(&trial.ballots, 1, &mut rng);
    let found = tally(&fleet.catalogue, n, &signed(&copied), &Options::default()).unwrap();
    assert_eq!(
        found.voters.iter().filter(|v| v.copy_of == Some(0)).count(),
        1
    );
}

#[test]
fn a_class_that_nobody_holds_is_unknown() {
    let fleet = fleet();
    let params = TrialParams {
        hidden_class: Some(2),
        ..clients(6, Holding::All)
    };
    let trial = trial(&fleet, &params, 8).unwrap();
    let ballots = signed(&trial.ballots);
    let found = tally(
        &fleet.catalogue,
        trial.truth.len(),
        &ballots,
        &Options::default(),
    )
    .unwrap();
    assert_eq!(found.uncovered, [2]);
    for (decision, truth) in found.decisions.iter().zip(&trial.truth) {
        if *truth == 2 {
            assert_eq!(decision.status, Status::Unknown);
        }
    }
    let strangers = found
        .decisions
        .iter()
        .filter(|d| d.status == Status::Unknown)
        .count();
    assert!(strangers <= trial.truth.len() / 3, "{strangers}");
}

#[test]
fn a_ballot_without_evidence_vouches_for_nothing_that_others_measured() {
    let fleet = fleet();
    let params = TrialParams {
        hidden_class: Some(2),
        ..clients(6, Holding::All)
    };
    let mut trial = trial(&fleet, &params, 8).unwrap();
    let mut liar = trial.ballots[0].clone();
    for row in &mut liar.rows {
        row.evidence.clear();
        row.familiarity = 15;
    }
    trial.ballots.push(liar);
    let n = trial.truth.len();
    let ballots = signed(&trial.ballots);
    let found = tally(&fleet.catalogue, n, &ballots, &Options::default()).unwrap();
    for (decision, truth) in found.decisions.iter().zip(&trial.truth) {
        if *truth == 2 {
            assert_eq!(decision.status, Status::Unknown);
        }
    }
}

#[test]
fn any_ballots_may_be_missing_and_their_order_does_not_matter() {
    let fleet = fleet();
    let trial = trial(&fleet, &clients(6, Holding::AtLeast(3)), 1).unwrap();
    let n = trial.truth.len();
    for entry in &RULES {
        let options = Options {
            rule: entry.rule,
            ..Options::default()
        };
        let run = |ballots: &[Signed<'_>]| tally(&fleet.catalogue, n, ballots, &options).unwrap();
        let all = signed(&trial.ballots);
        let mut reversed = all.clone();
        reversed.reverse();
        let classes = |t: &voltvote::tally::Tally| -> Vec<usize> {
            t.decisions.iter().map(|d| d.class).collect()
        };
        assert_eq!(
            classes(&run(&all)),
            classes(&run(&reversed)),
            "{}",
            entry.name
        );
        for subset in [&all[..1], &all[2..], &all[..3]] {
            for decision in run(subset).decisions {
                let sum: f64 = decision.probabilities.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{}", entry.name);
                assert!(decision.confidence >= decision.margin);
            }
        }
    }
}

#[test]
fn decisive_voters_are_those_whose_ballot_turns_the_class() {
    let fleet = fleet();
    let mut n_decisive = 0;
    for seed in 0..4 {
        let trial = trial(&fleet, &clients(5, Holding::AtLeast(2)), seed).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let ballots = Attack::FreeRider.apply(&trial.ballots, 3, &mut rng);
        let n = trial.truth.len();
        for rule in [Rule::Evidence, Rule::WassersteinLocal, Rule::Majority] {
            let options = Options {
                rule,
                is_guarded: false,
                ..Options::default()
            };
            let run = |ballots: &[Signed<'_>]| tally(&fleet.catalogue, n, ballots, &options);
            let all = run(&signed(&ballots)).unwrap();
            let without: Vec<_> = (0..ballots.len())
                .map(|voter| {
                    let mut others = signed(&ballots);
                    others.remove(voter);
                    run(&others).unwrap()
                })
                .collect();
            for (battery, decision) in all.decisions.iter().enumerate() {
                let turns =
                    |voter: &usize| without[*voter].decisions[battery].class != decision.class;
                let expected: Vec<usize> = (0..ballots.len()).filter(turns).collect();
                assert_eq!(decision.decisive, expected, "{} {battery}", rule.name());
                n_decisive += expected.len();
            }
        }
    }
    assert!(n_decisive > 20, "the cases are too easy: {n_decisive}");
}

/// Two voters over classes 0 and 1 of three; weights by hand.
fn small(batteries: [u32; 2], votes: [[u16; 2]; 2]) -> Vec<Ballot> {
    let ballot = |k: usize| Ballot {
        format: voltvote::ballot::FORMAT.into(),
        round: String::new(),
        query: String::new(),
        roster: String::new(),
        recipient: String::new(),
        software: String::new(),
        n_trees: 10,
        coverage: [0, 1]
            .map(|class| Coverage {
                class,
                batteries: batteries[k],
            })
            .to_vec(),
        n_training_rows: 400,
        nsr: 0,
        distance: [[10_000, 10_000], [20_000, 20_000]][k],
        epsilon: None,
        rows: vec![Row {
            votes: votes[k].to_vec(),
            familiarity: 15,
            evidence: Vec::new(),
            soh: None,
        }],
    };
    vec![ballot(0), ballot(1)]
}

#[test]
fn published_rules_give_hand_derived_probabilities() {
    let catalogue = Catalogue::from_names(["a", "b", "c"]);
    // Voter 0 gives 0.8 to class 0, voter 1 gives 0.3.
    let ballots = small([10, 20], [[8, 2], [3, 7]]);
    let e = std::f64::consts::E;
    for (rule, beta, expected) in [
        (Rule::Majority, 1.0, 0.55),
        (Rule::MajorityBySize, 1.0, (10.0 * 0.8 + 20.0 * 0.3) / 30.0),
        // M is 1 and 2: omega = exp(beta (M - 1)) = 1 and e (eq. 7).
        (Rule::Wasserstein, 1.0, (0.8 + e * 0.3) / (1.0 + e)),
        (Rule::Wasserstein, -1.0, (0.8 + 0.3 / e) / (1.0 + 1.0 / e)),
        (Rule::WassersteinLocal, 1.0, 0.55),
        (Rule::Coverage, 1.0, 0.55),
        (Rule::Independent, 1.0, 0.5),
    ] {
        let options = Options {
            rule,
            beta,
            ..Options::default()
        };
        let found = tally(&catalogue, 1, &signed(&ballots), &options).unwrap();
        let p = found.decisions[0].probabilities[0];
        assert!(
            (p - expected).abs() < 1e-12,
            "{}: {p} {expected}",
            rule.name()
        );
    }
}

#[test]
fn controls_correct_a_lying_majority() {
    let fleet = fleet();
    let trial = trial(&fleet, &clients(7, Holding::All), 4).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let ballots = Attack::LabelFlip.apply(&trial.ballots, 4, &mut rng);
    let controls: Vec<Control> = (0..trial.truth.len())
        .step_by(3)
        .map(|battery| Control {
            battery,
            class: trial.truth[battery].into(),
        })
        .collect();
    let truth: Vec<Option<usize>> = trial.truth.iter().map(|&t| Some(t.into())).collect();
    let accuracy = |rule, controls: &[Control]| {
        let options = Options {
            rule,
            controls: controls.to_vec(),
            ..Options::default()
        };
        let found = tally(&fleet.catalogue, truth.len(), &signed(&ballots), &options).unwrap();
        judge(&found, &truth, 6).unwrap().accuracy
    };
    assert!(accuracy(Rule::Majority, &controls) < 0.6);
    assert!(accuracy(Rule::DawidSkene, &controls) > 0.95);
    assert!(accuracy(Rule::Gold, &controls) > 0.95);
}

#[test]
fn reports_explain_and_export_every_battery() {
    let fleet = fleet();
    let trial = trial(&fleet, &clients(4, Holding::AtLeast(3)), 2).unwrap();
    let n = trial.truth.len();
    let ballots = signed(&trial.ballots);
    let options = Options::default();
    let found = tally(&fleet.catalogue, n, &ballots, &options).unwrap();
    let names: Vec<String> = (0..n).map(|i| format!("cell {i}")).collect();
    let csv = to_csv(&found, &fleet.catalogue, &names);
    assert_eq!(csv.lines().count(), n + 1);
    assert!(csv.starts_with(
        "battery,class,confidence,margin,status,level,answer,answer_confidence,decisive,control,\
         soh,soh_half_width,soh_outside,p:NMC A,p:NMC B,p:LFP A,p:LCO A,p:NCA A,p:LMO A\n"
    ));
    let reasons = why(&fleet.catalogue, n, &ballots, &options, 0).unwrap();
    assert_eq!(reasons.len(), 4);
    let weights: f64 = reasons.iter().map(|reason| reason.weight).sum();
    assert!((weights - 1.0).abs() < 1e-9);
    let sides = compare(&fleet.catalogue, n, &ballots, &options).unwrap();
    assert_eq!(sides.rules.len(), RULES.len());
    assert_eq!(sides.agreement[3][3], 1.0);
}

#[test]
fn misfits_are_listed_and_nothing_panics() {
    let fleet = fleet();
    let trial = trial(&fleet, &clients(3, Holding::All), 2).unwrap();
    let n = trial.truth.len();
    let mut ballots = trial.ballots.clone();
    ballots[0].rows.pop();
    ballots[1].coverage[0].class = 99;
    ballots[2].rows[0].evidence[0] = 16;
    let options = Options::default();
    let run = |ballots: &[Ballot]| tally(&fleet.catalogue, n, &signed(ballots), &options);
    assert_eq!(run(&ballots), Err(TallyError::NoBallots));
    ballots[0] = trial.ballots[0].clone();
    let found = run(&ballots).unwrap();
    assert_eq!(
        found.misfits,
        [(1, "ballot-coverage"), (2, "ballot-levels")]
    );
    assert_eq!(run(&[]), Err(TallyError::NoBallots));
    let control = Options {
        controls: vec![Control {
            battery: n,
            class: 0,
        }],
        ..Options::default()
    };
    let refused = tally(&fleet.catalogue, n, &signed(&ballots), &control);
    assert_eq!(refused, Err(TallyError::Control { row: 1 }));
}

#[test]
fn no_claimed_distance_escapes_the_cap_on_weights() {
    let catalogue = Catalogue::from_names(["a", "b", "c"]);
    let honest = small([10, 10], [[9, 1], [9, 1]]);
    for distance in [20_000, 8_000_000, u32::MAX] {
        let mut liar = small([10, 10], [[0, 10], [0, 10]]).remove(0);
        liar.distance = [distance; 2];
        let ballots = [
            &honest[..1],
            &honest[..1],
            &honest[..1],
            &honest[..1],
            &[liar],
        ]
        .concat();
        let options = Options {
            rule: Rule::Wasserstein,
            ..Options::default()
        };
        let found = tally(&catalogue, 1, &signed(&ballots), &options).unwrap();
        let most = options.weight_cap / (4.0 + options.weight_cap);
        let p = found.decisions[0].probabilities[1];
        assert!(p <= 0.1 + most && p.is_finite(), "{distance}: {p}");
        assert_eq!(found.decisions[0].class, 0, "{distance}");
    }
}
