//! Copies of a picture that followers read from at their own pace, shared among those who begin at
//! about the same time.

use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::picture::Picture;
use crate::read_model::ReadModel;

/// How old a copy may be for one more follower to begin with it. What changed since follows.
const SHARED_FOR: Duration = Duration::from_secs(2);
/// Copies that there may be at once; the states in them are shared with the picture, its tables are
/// not. Who comes when there are so many gets the newest one, however old.
const COPIES_MAX: usize = 3;

/// The copies of one picture.
#[derive(Debug, Default)]
pub(crate) struct SnapshotCopies(Mutex<Vec<(Weak<ReadModel>, Instant)>>);

impl SnapshotCopies {
    /// A copy of the picture, of one commit; `None` before the first picture.
    pub(crate) fn get(&self, picture: &Picture) -> Option<Arc<ReadModel>> {
        let mut copies = self.0.lock();
        copies.retain(|(copy, _)| copy.strong_count() > 0);
        if let Some((newest, made)) = copies.last()
            && (made.elapsed() < SHARED_FOR || copies.len() >= COPIES_MAX)
            && let Some(copy) = newest.upgrade()
        {
            return Some(copy);
        }
        let copy = Arc::new(picture.read(|published| published.model.clone())?);
        copies.push((Arc::downgrade(&copy), Instant::now()));
        Some(copy)
    }
}
