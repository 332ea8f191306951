//! Experiments: 50 runs of the heterogeneity series (index 2 to 9) with ten collaborators on a
//! fleet of 130 cells of nine classes, on all cores. `cargo bench --bench experiments`.
//!
//! Jobs are timed one by one on as many threads as there are cores; what the other jobs of the
//! machine take is in the figures, so both the time on the clock and the sum of the jobs' own
//! times are told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::time::Instant;
use voltvote::evaluate::{simulated, Experiment, Fleet, Plan, Setup};

const N_CELLS: u32 = 130;
/// The first settings of the experiment are the indices 2 to 9.
const N_INDICES: usize = 8;

fn main() {
    let (table, manifest) =
        simulated(N_CELLS, 1, &mut |_, _| std::ops::ControlFlow::Continue(())).expect("a fleet");
    let fleet = Fleet::labelled(&table, &manifest);
    let setup = Setup::default();
    let n_jobs = N_INDICES * setup.runs as usize;
    let plan = Plan::new(&fleet, Experiment::Heterogeneity, setup);
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let busy_s = Mutex::new(0.0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= n_jobs {
                    return;
                }
                let started = Instant::now();
                plan.job(job).expect("a result");
                if let Ok(mut sum) = busy_s.lock() {
                    *sum += started.elapsed().as_secs_f64();
                }
            });
        }
    });
    println!(
        "50 runs x {N_INDICES} indices x 10 collaborators, {} rows of {} classes, {n_threads} threads: \
         {:.1} s (asked: 60 s on two cores), {:.1} s of jobs",
        fleet.len(),
        fleet.n_classes(),
        started.elapsed().as_secs_f64(),
        busy_s.into_inner().unwrap_or(f64::NAN)
    );
}
