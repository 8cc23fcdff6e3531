//! One life of a twin that is to end at a commit point.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::twin_process::{Served, pause, twin};

/// How long a twin that has taken everything may still reach its point.
const REST: Duration = Duration::from_millis(400);
/// Committed inputs between two snapshots: few, so that most lives write one.
const SNAPSHOT_INPUTS: &str = "15";
/// Size of a segment: so small that each snapshot lets some go.
const SEGMENT_BYTES: &str = "4000";

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// At its point.
    Killed,
    /// It took everything without coming to its point, and was ended by the harness.
    Through,
}

pub(crate) struct Life {
    child: Child,
    first_line: Receiver<String>,
    plant: String,
    log: PathBuf,
    point: String,
}

impl Life {
    /// Starts a twin that is to end at the given passage of `point`.
    pub(crate) fn start(
        dir: &Path,
        served: &Served<'_>,
        (point, passage): (&str, u64),
        controls: &str,
    ) -> Life {
        let log = dir.join("kills.log");
        if log.exists() {
            std::fs::remove_file(&log).unwrap();
        }
        let mut errors = std::fs::File::options();
        let errors = errors.create(true).append(true).open(dir.join("twin.log"));
        let mut child = twin()
            .args(["serve", "--listen", "127.0.0.1:0", "--json", "--config"])
            .arg(served.write_config(dir))
            .env("TMPDIR", dir)
            .env("TWIN_KILL_AT", format!("{point}:{passage}"))
            .env("TWIN_KILL_LOG", &log)
            .env("TWIN_CHAOS", controls)
            .env("TWIN_SNAPSHOT_INPUTS", SNAPSHOT_INPUTS)
            .env("TWIN_SEGMENT_BYTES", SEGMENT_BYTES)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors.unwrap())
            .spawn()
            .expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, first_line) = sync_channel(1);
        std::thread::spawn(move || {
            let mut line = String::new();
            if stdout.read_line(&mut line).is_ok() {
                // Nobody listens when the life is over already.
                drop(tell.send(line));
            }
        });
        Life {
            child,
            first_line,
            plant: served.plant.to_owned(),
            log,
            point: point.to_owned(),
        }
    }

    /// Waits until the process ends, or has taken everything as `is_through` judges its counts, or
    /// has lived as long as it may.
    pub(crate) fn end(mut self, longest: Duration, is_through: impl Fn(&Value) -> bool) -> End {
        let started = Instant::now();
        let (mut url, mut through_since) = (None, None);
        loop {
            if self.child.try_wait().unwrap().is_some() {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                assert_eq!(log.trim(), self.point, "it ended elsewhere");
                return End::Killed;
            }
            if let Ok(line) = self.first_line.try_recv() {
                let ready: Value = serde_json::from_str(&line).unwrap_or_default();
                url = ready["url"].as_str().map(str::to_owned);
            }
            let counts = url.as_deref().map(|url| self.counts(url));
            if through_since.is_none() && counts.is_some_and(|counts| is_through(&counts)) {
                through_since = Some(Instant::now());
            }
            let rested = through_since.is_some_and(|since: Instant| since.elapsed() > REST);
            if rested || started.elapsed() > longest {
                return End::Through;
            }
            pause(Duration::from_millis(5));
        }
    }

    /// Nothing when nobody answers any more.
    fn counts(&self, url: &str) -> Value {
        let answer = ureq::get(format!("{url}/api/v1/plants/{}", self.plant)).call();
        let text = answer.and_then(|mut answer| answer.body_mut().read_to_string());
        let body: Value = text.map_or(Value::Null, |text| {
            serde_json::from_str(&text).unwrap_or_default()
        });
        body["item"]["counts"].clone()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        drop((self.child.kill(), self.child.wait()));
    }
}
