//! The jobs of a plan on all cores, kept as they finish so that a later start goes on.

use crate::failure::Failure;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use voltvote::evaluate::{JobResult, Plan};

/// Time between two lines of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// Does the jobs that `kept` (a run file) does not hold yet, on `n_threads` threads; the results
/// are in the order of the jobs, whatever the number of threads and of starts.
pub fn run(
    plan: &Plan<'_>,
    kept: Option<&Path>,
    n_threads: usize,
) -> Result<Vec<JobResult>, Failure> {
    let n_jobs = plan.n_jobs();
    let (done, file) = match kept {
        Some(path) => {
            let (done, file) = resume(plan, path)?;
            (done, Some(file))
        }
        None => (BTreeMap::new(), None),
    };
    let waiting: Vec<usize> = (0..n_jobs).filter(|job| !done.contains_key(job)).collect();
    if !done.is_empty() {
        eprintln!("{} of {n_jobs} runs were done before", done.len());
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new((done, file));
    let progress = Mutex::new(Instant::now());
    let failed: Mutex<Option<Failure>> = Mutex::new(None);
    let is_watched = std::io::stderr().is_terminal();
    let fail = |failure: Failure| {
        if let Ok(mut failed) = failed.lock() {
            failed.get_or_insert(failure);
        }
        // Nobody takes another job.
        next.store(waiting.len(), Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        for _ in 0..n_threads.clamp(1, waiting.len().max(1)) {
            scope.spawn(|| {
                while let Some(&job) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = match plan.job(job) {
                        Ok(result) => result,
                        Err(error) => return fail(error.into()),
                    };
                    let Ok(mut guard) = results.lock() else {
                        return;
                    };
                    let (results, file) = &mut *guard;
                    if let Some(Err(error)) = file.as_mut().map(|file| keep(file, job, &result)) {
                        return fail(Failure::new("run-file-unwritable", error.to_string()));
                    }
                    results.insert(job, result);
                    if let Ok(mut last) = progress.lock() {
                        if is_watched && last.elapsed() > PROGRESS_EVERY {
                            *last = Instant::now();
                            eprint!("\r{} of {n_jobs} runs", results.len());
                        }
                    }
                }
            });
        }
    });
    if is_watched {
        eprintln!("\r{n_jobs} of {n_jobs} runs");
    }
    let lost = || Failure::new("experiment-failed", "a run ended without a result");
    if let Some(failure) = failed.into_inner().map_err(|_| lost())? {
        return Err(failure);
    }
    let (results, _) = results.into_inner().map_err(|_| lost())?;
    if results.len() != n_jobs {
        return Err(lost());
    }
    Ok(results.into_values().collect())
}

/// One finished job as a line: its number and its values, `null` for one that does not exist.
fn keep(file: &mut File, job: usize, values: &[f64]) -> std::io::Result<()> {
    let values: Vec<Option<f64>> = values.iter().map(|v| v.is_finite().then_some(*v)).collect();
    let mut line = serde_json::to_string(&(job, values))?;
    line.push('\n');
    file.write_all(line.as_bytes())
}

/// The finished jobs of a run file that belongs to this plan, and the file to go on with. A file
/// of another plan is replaced; a line that was cut off by a kill is left out.
fn resume(plan: &Plan<'_>, path: &Path) -> Result<(BTreeMap<usize, JobResult>, File), Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::new(
            "run-file-unwritable",
            format!("{}: {error}", path.display()),
        )
    };
    let header = plan.fingerprint();
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut done = BTreeMap::new();
    let mut lines = text.split_inclusive('\n');
    let mut whole = String::new();
    if lines.next().map(str::trim_end) == Some(&header) {
        for line in lines.filter(|line| line.ends_with('\n')) {
            let read: Result<(usize, Vec<Option<f64>>), _> = serde_json::from_str(line);
            if let Ok((job, values)) = read {
                if job < plan.n_jobs() {
                    let values = values.into_iter().map(|v| v.unwrap_or(f64::NAN));
                    done.insert(job, values.collect());
                    whole.push_str(line);
                }
            }
        }
    }
    std::fs::write(path, format!("{header}\n{whole}")).map_err(unwritable)?;
    let file = OpenOptions::new()
        .append(true)
        .open(path)
        .map_err(unwritable)?;
    Ok((done, file))
}
