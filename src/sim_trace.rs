//! The trace of `twin sim run`: what happened in one run, as lines of JSON.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use simulators::experiment::{Plan, TRACE_LINES_MAX, Trace, TraceLine};
use simulators::kernel::{Floor, Kernel};

use crate::exit::{Failure, Kind};

/// Runs one replication, and writes what happens, before anything is counted: what led a run to
/// where it cannot go on stands in the trace, too.
///
/// # Errors
/// When the file cannot be written, or when the run cannot come to its end.
pub(crate) fn write(
    path: &Path,
    floor: &Arc<Floor>,
    plan: &Plan,
    replication: u64,
) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| {
        let text = format!("{} cannot be written: {error}", path.display());
        Failure::new(Kind::Config, text)
    };
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    let mut failed = None;
    let mut trace = Trace::new(floor, |line: TraceLine<'_>| {
        if failed.is_none() {
            let written = serde_json::to_writer(&mut file, &line).map_err(std::io::Error::from);
            failed = written.and_then(|()| file.write_all(b"\n")).err();
        }
    });
    let mut kernel = Kernel::new(Arc::clone(floor), plan.seed, replication, &mut trace);
    let ended = match plan.horizon_us {
        Some(end_us) => kernel.run_until(end_us, &mut trace),
        None => kernel.run_to_end(&mut trace),
    };
    let left_out = trace.left_out();
    if let Some(error) = failed {
        return Err(unwritable(error));
    }
    file.flush().map_err(unwritable)?;
    if left_out > 0 {
        eprintln!(
            "twin: {} has the first {TRACE_LINES_MAX} things that happened; {left_out} more are \
             left out. Give a shorter --horizon to see all.",
            path.display()
        );
    }
    ended.map_err(|halted| {
        let text = format!(
            "replication {replication}: {halted}; {} tells how it came to that",
            path.display()
        );
        Failure::new(Kind::Finding, text)
    })
}
