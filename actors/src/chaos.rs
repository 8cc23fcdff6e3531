//! Faults that tests ask for through the environment. Compiled in only with the feature `chaos`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where and when the process is to end.
struct Kill {
    point: String,
    passages_left: AtomicU64,
}

static KILL: LazyLock<Option<Kill>> = LazyLock::new(|| {
    let text = std::env::var("TWIN_KILL_AT").ok()?;
    let (point, passages) = text.split_once(':')?;
    Some(Kill {
        point: point.to_owned(),
        passages_left: AtomicU64::new(passages.parse().ok()?),
    })
});

static CONTROLS: LazyLock<String> =
    LazyLock::new(|| std::env::var("TWIN_CHAOS").unwrap_or_default());

/// Counts a passage of a commit point; ends the process at the one that the test wants.
pub fn reached(point: &str) {
    let Some(kill) = KILL.as_ref().filter(|kill| kill.point == point) else {
        return;
    };
    if kill.passages_left.fetch_sub(1, Ordering::AcqRel) != 1 {
        return;
    }
    if let Some(path) = std::env::var_os("TWIN_KILL_LOG") {
        let log = File::options().append(true).create(true).open(path);
        // Without the line the drill does not count the kill, which is all that is lost.
        drop(log.and_then(|mut log| log.write_all(format!("{point}\n").as_bytes())));
    }
    std::process::abort();
}

static DEADLY: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("TWIN_DEADLY_EVENT").ok());

/// Ends the process in the turn that applies the event which a test wants to be deadly, as an
/// overflow of the stack does.
pub(crate) fn end_at(event: &str) {
    if DEADLY.as_deref() == Some(event) {
        std::process::abort();
    }
}

/// Whether deliveries are acknowledged before their commit, and an edge answers before it has
/// stored: a control that must lose messages.
#[must_use]
pub fn acknowledges_first() -> bool {
    CONTROLS.contains("ack_first")
}

/// Whether nothing is known again: a control that must apply messages twice.
#[must_use]
pub fn knows_nothing_again() -> bool {
    CONTROLS.contains("no_marks")
}

/// Committed inputs after which a new snapshot is written, when a test wants another number.
pub(crate) fn snapshot_inputs() -> Option<u64> {
    std::env::var("TWIN_SNAPSHOT_INPUTS").ok()?.parse().ok()
}

/// How long an edge that answers first lets what it answered for lie in memory: a kill meets it.
pub const ANSWERED_FIRST_MS: u64 = 200;

/// Size of a segment of a journal or a spool, in bytes, when a test wants another one.
pub(crate) fn segment_bytes() -> Option<u64> {
    std::env::var("TWIN_SEGMENT_BYTES").ok()?.parse().ok()
}

/// A file in a plant's directory that says what its disk refuses: `full` every write, `sync` every
/// sync. Without it the disk is well.
pub const DISK_FILE: &str = "chaos.disk";

fn disk_refuses(dir: &Path, what: &str) -> bool {
    std::fs::read_to_string(dir.join(DISK_FILE)).is_ok_and(|says| says.trim() == what)
}

/// What a write to the journal in `dir` ends with, when a test wants that.
pub(crate) fn write_error(dir: &Path) -> Option<io::Error> {
    disk_refuses(dir, "full").then(|| io::ErrorKind::StorageFull.into())
}

/// What a sync of the journal in `dir` ends with, when a test wants that.
pub(crate) fn sync_error(dir: &Path) -> Option<io::Error> {
    disk_refuses(dir, "sync").then(|| io::Error::other("the device answered with an error"))
}
