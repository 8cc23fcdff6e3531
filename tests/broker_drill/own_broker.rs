//! A RabbitMQ that belongs to one test, which may kill it.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// A broker takes a small machine for itself while it starts: one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Ended when dropped.
pub(crate) struct OwnBroker {
    dir: TempDir,
    pub(crate) url: String,
    _turn: MutexGuard<'static, ()>,
}

fn script(arguments: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/rabbitmq.sh");
    let output = Command::new(path).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "rabbitmq.sh {arguments:?}: {errors}"
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl OwnBroker {
    pub(crate) fn start() -> OwnBroker {
        let turn = ONE_AT_A_TIME.lock();
        let dir = TempDir::new().unwrap();
        let url = script(&["start", dir.path().to_str().unwrap()]);
        OwnBroker {
            dir,
            url,
            // One that failed has ended its broker all the same.
            _turn: turn.unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn dir(&self) -> &str {
        self.dir.path().to_str().unwrap()
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        script(&["kill", self.dir()]);
    }

    /// Starts it again, with its port and what it had stored; returns when it answers.
    pub(crate) fn start_again(&self) {
        script(&["start", self.dir()]);
    }

    /// Below so much free disk, in bytes, it takes no messages from publishers.
    pub(crate) fn needs_free_disk(&self, bytes: u64) {
        let limit = bytes.to_string();
        script(&["ctl", self.dir(), "set_disk_free_limit", &limit]);
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        script(&["stop", self.dir()]);
    }
}
