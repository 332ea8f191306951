//! The jobs of a plan on all cores.

use crate::failure::Failure;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use voltvote::evaluate::{JobResult, Plan};

/// Spreads the jobs over the cores; the results are in the order of the jobs.
pub fn run(plan: &Plan<'_>) -> Result<Vec<JobResult>, Failure> {
    let n_jobs = plan.n_jobs();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![None; n_jobs]);
    let is_watched = std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= n_jobs {
                    break;
                }
                let result = plan.job(job);
                if let Ok(mut results) = results.lock() {
                    results[job] = Some(result);
                }
                if is_watched && job % 10 == 0 {
                    eprint!("\r{job} of {n_jobs} runs");
                }
            });
        }
    });
    if is_watched {
        eprintln!("\r{n_jobs} of {n_jobs} runs");
    }
    let lost = || Failure::new("experiment-failed", "a run ended without a result");
    let results = results.into_inner().map_err(|_| lost())?;
    let mut out = Vec::with_capacity(n_jobs);
    for result in results {
        out.push(result.ok_or_else(lost)??);
    }
    Ok(out)
}
