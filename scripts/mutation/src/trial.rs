//! Trying mutants in a shuffled order, so that what was tried when time is up is a random sample.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::mutant::{Mutant, Number};
use crate::suite::{Suite, Verdict};
use crate::workshop::LeftOut;

/// Which mutants are tried.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Gives the order.
    pub(crate) seed: u64,
    /// When to stop.
    pub(crate) minutes: Option<u64>,
    /// How many are tried at once.
    pub(crate) jobs: usize,
}

/// What became of a mutant, as it is kept for the next run.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    mutant: String,
    verdict: Verdict,
}

/// What the workers share.
struct Bench<'m> {
    /// Still to be tried, the next one last.
    left: Vec<(Number, &'m Mutant)>,
    known: HashMap<String, Verdict>,
    kept: File,
    verdicts: Vec<(Number, Verdict)>,
}

impl Sample {
    /// The mutants behind switches, in the order of the seed.
    fn order<'m>(&self, mutants: &'m [Mutant], left_out: &LeftOut) -> Vec<(Number, &'m Mutant)> {
        let out = left_out.all();
        let mut order: Vec<(Number, &Mutant)> = (1..)
            .zip(mutants)
            .filter(|(number, _)| !out.contains(number))
            .collect();
        order.sort_by_cached_key(|(_, mutant)| {
            let mut hasher = DefaultHasher::new();
            (self.seed, &mutant.name).hash(&mut hasher);
            hasher.finish()
        });
        order
    }

    /// Tries the mutants in their order, until all are tried or time is up. Verdicts that `kept`
    /// has serve again, new ones are added to it.
    pub(crate) fn tried(
        &self,
        mutants: &[Mutant],
        left_out: &LeftOut,
        suite: &Suite,
        kept: &Path,
    ) -> Result<Vec<(Number, Verdict)>> {
        let mut left = self.order(mutants, left_out);
        left.reverse();
        let bench = Mutex::new(Bench {
            left,
            known: known(kept)?,
            kept: OpenOptions::new().create(true).append(true).open(kept)?,
            verdicts: Vec::new(),
        });
        let minutes = self.minutes;
        let end = minutes.map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
        thread::scope(|scope| {
            let work = || work(&bench, suite, end);
            let workers: Vec<_> = (0..self.jobs.max(1)).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                worker.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            }
            Ok::<(), anyhow::Error>(())
        })?;
        let bench = bench.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(bench.verdicts)
    }
}

fn known(kept: &Path) -> Result<HashMap<String, Verdict>> {
    let mut known = HashMap::new();
    if kept.exists() {
        for line in fs::read_to_string(kept)?.lines() {
            let outcome: Outcome = serde_json::from_str(line)?;
            known.insert(outcome.mutant, outcome.verdict);
        }
    }
    Ok(known)
}

/// What one worker does: the next mutant, until none is left or time is up.
fn work(bench: &Mutex<Bench<'_>>, suite: &Suite, end: Option<Instant>) -> Result<()> {
    let at_bench = || -> MutexGuard<'_, _> { bench.lock().unwrap_or_else(PoisonError::into_inner) };
    while end.is_none_or(|end| Instant::now() < end) {
        let (number, mutant, known) = {
            let mut bench = at_bench();
            let Some((number, mutant)) = bench.left.pop() else {
                break;
            };
            (number, mutant, bench.known.get(&mutant.name).copied())
        };
        let verdict = match known {
            Some(verdict) => verdict,
            None => suite.try_out(number)?,
        };
        let mut bench = at_bench();
        if known.is_none() {
            let mutant = mutant.name.clone();
            let line = serde_json::to_string(&Outcome { mutant, verdict })?;
            writeln!(bench.kept, "{line}")?;
        }
        bench.verdicts.push((number, verdict));
        if !matches!(verdict, Verdict::Caught) {
            eprintln!("{verdict:?}: {}", mutant.name);
        }
    }
    Ok(())
}
