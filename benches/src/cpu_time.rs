//! CPU time from `/proc`: what another process on the machine cannot take away from a figure.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// CPU time of the living threads of this process.
///
/// A thread that has ended is no longer in it, so both readings of a difference must be taken
/// while the measured threads live.
#[derive(Debug, Clone, Default)]
pub struct CpuTime(BTreeMap<OsString, Thread>);

#[derive(Debug, Clone)]
struct Thread {
    name: String,
    nanos: u64,
}

impl CpuTime {
    /// Reads it now.
    ///
    /// # Errors
    /// When there is no `/proc`.
    pub fn now() -> Result<CpuTime> {
        let mut threads = BTreeMap::new();
        for task in fs::read_dir("/proc/self/task")? {
            let task = task?;
            // A thread may end between the listing and the reading.
            let name = fs::read_to_string(task.path().join("comm"));
            if let (Ok(name), Ok(nanos)) = (name, schedstat(&task.path())) {
                let name = name.trim().to_owned();
                threads.insert(task.file_name(), Thread { name, nanos });
            }
        }
        Ok(CpuTime(threads))
    }

    /// What was used since `before`, in microseconds by thread name; threads without any left out.
    #[must_use]
    pub fn since(&self, before: &CpuTime) -> BTreeMap<String, f64> {
        let mut used = BTreeMap::new();
        for (id, thread) in &self.0 {
            let known = before.0.get(id).map_or(0, |thread| thread.nanos);
            let micros = thread.nanos.saturating_sub(known) as f64 / 1000.0;
            if micros > 0.0 {
                *used.entry(thread.name.clone()).or_default() += micros;
            }
        }
        used
    }
}

/// CPU time of the calling thread, in seconds.
///
/// # Errors
/// When `/proc` has no scheduler statistics.
pub fn of_this_thread() -> Result<f64> {
    Ok(schedstat(Path::new("/proc/thread-self"))? as f64 / 1e9)
}

/// CPU time of another process with all its threads, in seconds; to 10 ms.
///
/// # Errors
/// When there is no such process.
pub fn of_process(pid: u32) -> Result<f64> {
    const TICKS_PER_S: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name is in parentheses and may hold blanks; user and system time are 12th and 13th after.
    let (_, rest) = stat.rsplit_once(')').context("no process name")?;
    let ticks: Vec<f64> = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    anyhow::ensure!(ticks.len() == 2, "no times in /proc/{pid}/stat");
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_S)
}

fn schedstat(task: &Path) -> Result<u64> {
    let text = fs::read_to_string(task.join("schedstat"))?;
    let nanos = text.split_whitespace().next().context("empty schedstat")?;
    Ok(nanos.parse()?)
}
