//! How those are doing who carry a plant's change stream further.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use twin_model::PlantId;

use crate::projections::Projections;

/// How one carrier of one plant is doing: metrics show it.
#[derive(Debug)]
pub struct Carrier {
    to: String,
    follows: AtomicBool,
    sent: AtomicU64,
    failures: AtomicU64,
}

impl Carrier {
    fn new(to: String) -> Carrier {
        Carrier {
            to,
            follows: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// It follows, or it does not.
    pub fn follows(&self, follows: bool) {
        self.follows.store(follows, Ordering::Relaxed);
    }

    /// So many more were taken over by the receiver.
    pub fn sent(&self, count: usize) {
        self.sent.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// The receiver did not take what it was given, or is not there.
    pub fn failed(&self) {
        self.follows(false);
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Where it carries to.
    pub(crate) fn to(&self) -> &str {
        &self.to
    }

    /// Whether it follows, how many were taken over, and how often the receiver failed.
    pub(crate) fn figures(&self) -> (bool, u64, u64) {
        (
            self.follows.load(Ordering::Relaxed),
            self.sent.load(Ordering::Relaxed),
            self.failures.load(Ordering::Relaxed),
        )
    }
}

impl Projections {
    /// Somebody carries a plant's stream further, to where `to` says. `None` without such a plant.
    #[must_use]
    pub fn carrier(&self, plant: &PlantId, to: &str) -> Option<Arc<Carrier>> {
        let carrier = Arc::new(Carrier::new(to.to_owned()));
        let picture = self.picture(plant.as_str()).ok()?;
        picture.is_carried(Arc::clone(&carrier));
        Some(carrier)
    }
}
