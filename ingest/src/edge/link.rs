//! Whether the link of a lane to the central broker stands, for `/ready`, metrics and people.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use twin_model::Time;

use crate::consumer_status::now;

/// What a link is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkReport {
    /// Whether the central broker can be published to now.
    pub connected: bool,
    /// Since when that is so, by the wall clock.
    pub since: Time,
    /// The last thing that went wrong, also after it was mended.
    pub last_error: Option<String>,
    /// Connections opened since the start.
    pub connections: u64,
    /// Messages that the central broker confirmed since the start.
    pub forwarded: u64,
}

/// A view of a running link. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct LinkStatus(Arc<Mutex<LinkReport>>);

impl LinkStatus {
    pub(crate) fn new() -> LinkStatus {
        LinkStatus(Arc::new(Mutex::new(LinkReport {
            connected: false,
            since: now(),
            last_error: None,
            connections: 0,
            forwarded: 0,
        })))
    }

    pub(crate) fn report(&self) -> LinkReport {
        self.0.lock().clone()
    }

    pub(crate) fn connected(&self) {
        let mut report = self.0.lock();
        report.connections += 1;
        if !report.connected {
            report.connected = true;
            report.since = now();
        }
    }

    pub(crate) fn lost(&self, error: String) {
        let mut report = self.0.lock();
        report.last_error = Some(error);
        if report.connected {
            report.connected = false;
            report.since = now();
        }
    }

    pub(crate) fn forwarded(&self) {
        self.0.lock().forwarded += 1;
    }
}
