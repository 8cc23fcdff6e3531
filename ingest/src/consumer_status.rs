//! Whether a plant's consumer is connected, for `/ready` and for people.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use twin_model::Time;

/// What a consumer is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerReport {
    /// Whether deliveries come in now.
    pub connected: bool,
    /// Since when that is so, by the wall clock.
    pub since: Time,
    /// The last thing that went wrong, also after it was mended.
    pub last_error: Option<String>,
    /// Connections opened so far.
    pub connections: u64,
    /// Messages taken.
    pub delivered: u64,
    /// Of these, the ones that had been delivered before.
    pub redelivered: u64,
    /// Messages acknowledged after their commit.
    pub acknowledged: u64,
}

/// A view of a running consumer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ConsumerStatus(Arc<Mutex<ConsumerReport>>);

impl ConsumerStatus {
    pub(crate) fn new() -> ConsumerStatus {
        ConsumerStatus(Arc::new(Mutex::new(ConsumerReport {
            connected: false,
            since: now(),
            last_error: None,
            connections: 0,
            delivered: 0,
            redelivered: 0,
            acknowledged: 0,
        })))
    }

    /// What the consumer is doing now.
    #[must_use]
    pub fn report(&self) -> ConsumerReport {
        self.0.lock().clone()
    }

    pub(crate) fn connected(&self) {
        let mut report = self.0.lock();
        report.connected = true;
        report.since = now();
        report.connections += 1;
    }

    pub(crate) fn disconnected(&self) {
        let mut report = self.0.lock();
        if report.connected {
            report.connected = false;
            report.since = now();
        }
    }

    pub(crate) fn failed(&self, error: String) {
        self.0.lock().last_error = Some(error);
    }

    pub(crate) fn delivered(&self, messages: u64, redelivered: u64) {
        let mut report = self.0.lock();
        report.delivered += messages;
        report.redelivered += redelivered;
    }

    pub(crate) fn acknowledged(&self, messages: u64) {
        self.0.lock().acknowledged += messages;
    }
}

/// The wall clock.
pub(crate) fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
