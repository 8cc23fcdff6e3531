//! What one subscriber is told, whatever the transport: its subscription, counts and heartbeats.

use std::sync::Arc;
use std::time::Duration;

use actors::{Counts, Cursor};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::changes::{Portion, Sent};
use crate::picture::{Picture, Progress};
use crate::piece::Piece;
use crate::projections::StreamSlot;
use crate::ring::Gap;
use crate::stream::{CountsChanged, GapView};
use crate::subscription::{Asked, News, Subscription};
use crate::view::CountsView;

/// Changed counts are told this often at most.
const COUNTS_EVERY: Duration = Duration::from_secs(1);

/// Tells one subscriber.
#[derive(Debug)]
pub(crate) struct Teller {
    picture: Arc<Picture>,
    subscription: Subscription,
    /// Wakes when the picture has moved.
    moved: watch::Receiver<Progress>,
    /// Whether a gap is followed by what is there.
    with_snapshot: bool,
    /// `None` when they are not wanted.
    counts: Option<CountsTold>,
    heartbeat: Duration,
    quiet_until: Instant,
    _slot: StreamSlot,
}

/// The counts that were told last.
#[derive(Debug)]
struct CountsTold {
    counts: Option<Arc<Counts>>,
    open: usize,
    due: Instant,
}

impl Teller {
    /// Begins; `None` as long as there is no picture.
    pub(crate) fn begin(
        picture: &Arc<Picture>,
        asked: Asked,
        heartbeat: Duration,
        slot: StreamSlot,
    ) -> Option<Teller> {
        let now = Instant::now();
        let counts = asked.wish.selection.takes_counts().then_some(CountsTold {
            counts: None,
            open: 0,
            due: now,
        });
        Some(Teller {
            moved: picture.progress(),
            picture: Arc::clone(picture),
            with_snapshot: asked.with_snapshot,
            subscription: Subscription::begin(picture, asked)?,
            counts,
            heartbeat,
            quiet_until: now + heartbeat,
            _slot: slot,
        })
    }

    /// The position that it begins at, where it is one to come back with.
    pub(crate) fn given(&self) -> Option<Cursor> {
        self.subscription.given()
    }

    /// What to say next; `None` at the end of the plant. Nothing is lost when the waiting is given
    /// up.
    pub(crate) async fn next(&mut self, portion: Portion) -> Option<Vec<Piece>> {
        loop {
            // Taken before looking, so that what comes after the look wakes.
            self.moved.borrow_and_update();
            let now = Instant::now();
            if let Some(counts) = self.changed_counts(now) {
                self.quiet_until = now + self.heartbeat;
                return Some(vec![counts]);
            }
            // Only a change of the picture can make others of them.
            let due = self.counts.as_ref().map(|told| told.due);
            let counts_wait = due.is_some_and(|due| due > now);
            let counts_come = due.is_some() && !counts_wait;
            tokio::select! {
                biased;
                news = self.subscription.next(portion) => {
                    self.quiet_until = Instant::now() + self.heartbeat;
                    return self.told(news);
                }
                () = tokio::time::sleep_until(due.unwrap_or(now).max(now)), if counts_wait => {}
                changed = self.moved.changed(), if counts_come => changed.ok()?,
                () = tokio::time::sleep_until(self.quiet_until) => {
                    self.quiet_until = Instant::now() + self.heartbeat;
                    return Some(vec![Piece::Position(self.subscription.given())]);
                }
            }
        }
    }

    fn told(&self, news: News) -> Option<Vec<Piece>> {
        let entries = |entries: Vec<Sent>| entries.into_iter().map(Piece::Entry).collect();
        match news {
            News::Changes(sent) => Some(entries(sent)),
            News::Snapshot(items) => {
                let items = items.iter();
                Some(
                    items
                        .map(|item| Piece::made(None, "snapshot", item))
                        .collect(),
                )
            }
            News::SnapshotEnd(cursor, end) => {
                Some(vec![Piece::made(Some(cursor), "snapshot.end", &end)])
            }
            News::Gap(gap, cursor) => Some(vec![self.gap(gap, cursor)]),
            News::Ended => None,
        }
    }

    fn gap(&self, gap: Gap, cursor: Cursor) -> Piece {
        let view = GapView::new(self.picture.handle().plant(), gap, cursor);
        // Who is cut off before the end of the items must not come back behind the gap.
        let position = (!self.with_snapshot).then_some(cursor);
        Piece::made(position, "gap", &view)
    }

    /// The counts, when they are due and others than told last.
    fn changed_counts(&mut self, now: Instant) -> Option<Piece> {
        let told = self.counts.as_mut().filter(|told| told.due <= now)?;
        let (counts, open, changed) = self.picture.read(|published| {
            let model = &published.model;
            let (counts, open) = (model.counts(), model.open_exceptions());
            let same = |told: &Arc<Counts>| Arc::ptr_eq(told, counts) || told == counts;
            if open == told.open && told.counts.as_ref().is_some_and(same) {
                return None;
            }
            let changed =
                CountsChanged::new(model.standing(), CountsView::from(counts.as_ref()), open);
            Some((Arc::clone(counts), open, changed))
        })??;
        *told = CountsTold {
            counts: Some(counts),
            open,
            due: now + COUNTS_EVERY,
        };
        Some(Piece::made(None, "counts", &changed))
    }
}
