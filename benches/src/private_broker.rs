//! A RabbitMQ of our own for one run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// A broker that is stopped when this is dropped.
pub struct PrivateBroker {
    dir: TempDir,
    url: String,
}

impl PrivateBroker {
    /// Starts one through `scripts/rabbitmq.sh`.
    ///
    /// # Errors
    /// What the script says.
    pub fn start() -> Result<PrivateBroker> {
        let dir = tempfile::tempdir()?;
        let answer = Command::new(script())
            .arg("start")
            .arg(dir.path())
            .output()?;
        let errors = String::from_utf8_lossy(&answer.stderr);
        ensure!(
            answer.status.success(),
            "the broker did not start: {errors}"
        );
        let url = String::from_utf8(answer.stdout)?.trim().to_owned();
        Ok(PrivateBroker { dir, url })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    ///
    /// # Errors
    /// When the script has left no number.
    pub fn pid(&self) -> Result<u32> {
        let text = std::fs::read_to_string(self.dir.path().join("pid"))?;
        let number = text.split_whitespace().next().context("empty pid file")?;
        Ok(number.parse()?)
    }
}

impl Drop for PrivateBroker {
    fn drop(&mut self) {
        let stopped = Command::new(script())
            .arg("stop")
            .arg(self.dir.path())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("the broker in {} did not stop", self.dir.path().display());
        }
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/rabbitmq.sh")
}
