//! Time to simulate a fleet, a demonstration round, and to train the physics voter.
//!
//! `cargo bench --bench simulate`. No peer: PyBaMM solves partial differential equations and
//! takes seconds a cell; the lumped model here is not the same work.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;
use voltvote::simulate::physics::{PhysicsVoter, TrainingOptions};
use voltvote::simulate::{demo_round, fleet, Options};

fn median_s(n_runs: usize, mut job: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..n_runs)
        .map(|_| {
            let start = Instant::now();
            job();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[n_runs / 2]
}

fn main() {
    let options = Options::default();
    let fleet_s = median_s(5, || {
        black_box(fleet(130, 1, &options));
    });
    println!("fleet of 130 cells           {fleet_s:.3} s");
    let round_s = median_s(5, || {
        black_box(demo_round(1));
    });
    println!("demonstration round          {round_s:.3} s");
    let training_s = median_s(3, || {
        let voter = PhysicsVoter::train(&TrainingOptions::default(), &mut |_| {
            ControlFlow::Continue(())
        });
        black_box(voter.expect("the defaults train"));
    });
    println!("physics voter, 4800 cells    {training_s:.3} s");
}
