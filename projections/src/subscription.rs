//! One subscription to a plant: perhaps what is there, then what changes, and what is missed.

use std::sync::Arc;

use actors::Cursor;

use crate::changes::{Changes, Next, Portion, Sent, Wish};
use crate::picture::Picture;
use crate::ring::Gap;
use crate::snapshot_walk::{SnapshotEndView, SnapshotView, SnapshotWalk};

/// Items of a snapshot that are given at once.
const SNAPSHOT_ITEMS_MAX: usize = 64;

/// What is subscribed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Everything after this; from now on when absent.
    pub(crate) from: Option<Cursor>,
    /// Where there is nothing to go on from, what is there comes first.
    pub(crate) with_snapshot: bool,
    pub(crate) wish: Wish,
}

/// A subscription. It holds its way through a shared copy or through the changes.
#[derive(Debug)]
pub(crate) struct Subscription {
    picture: Arc<Picture>,
    asked: Asked,
    part: Part,
}

#[derive(Debug)]
enum Part {
    /// Changes were missed, which is to be told.
    Missed(Gap, Box<Changes>),
    Snapshot(SnapshotWalk),
    Changes(Box<Changes>),
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum News {
    Snapshot(Vec<SnapshotView>),
    SnapshotEnd(Cursor, SnapshotEndView),
    Changes(Vec<Sent>),
    /// Changes were missed; it goes on from this cursor.
    Gap(Gap, Cursor),
    Ended,
}

impl Subscription {
    /// Begins; `None` as long as there is no picture.
    pub(crate) fn begin(picture: &Arc<Picture>, asked: Asked) -> Option<Subscription> {
        let part = match asked.from {
            None if asked.with_snapshot => Part::Snapshot(walk(picture)?),
            from => changes(picture, from, &asked.wish)?,
        };
        Some(Subscription {
            picture: Arc::clone(picture),
            asked,
            part,
        })
    }

    /// Everything up to and including this was given; `None` in the midst of a snapshot, which
    /// nobody can go on with.
    pub(crate) fn given(&self) -> Option<Cursor> {
        match &self.part {
            Part::Changes(changes) => Some(changes.given()),
            Part::Missed(..) | Part::Snapshot(_) => None,
        }
    }

    /// Waits for what comes next. Nothing is lost when the waiting is given up. Of a portion without
    /// entries nothing comes.
    pub(crate) async fn next(&mut self, portion: Portion) -> News {
        if portion.entries_max == 0 {
            return std::future::pending().await;
        }
        match &mut self.part {
            Part::Missed(gap, changes) => {
                let (gap, cursor) = (*gap, changes.given());
                self.missed(gap, cursor)
            }
            Part::Snapshot(walk) => {
                let max = portion.entries_max.min(SNAPSHOT_ITEMS_MAX);
                if let Some(items) = walk.next(&self.asked.wish.selection, max) {
                    return News::Snapshot(items);
                }
                let (cursor, end) = (walk.cursor(), walk.end());
                match changes(&self.picture, Some(cursor), &self.asked.wish) {
                    Some(part) => self.part = part,
                    None => return News::Ended,
                }
                News::SnapshotEnd(cursor, end)
            }
            Part::Changes(changes) => match changes.next(portion).await {
                Next::Entries(entries) => News::Changes(entries),
                Next::Gap(gap, cursor) => self.missed(gap, cursor),
                Next::Ended => News::Ended,
            },
        }
    }

    /// Tells a gap; what is there comes behind it, where that is wanted.
    fn missed(&mut self, gap: Gap, cursor: Cursor) -> News {
        let begun = match self.asked.with_snapshot {
            true => walk(&self.picture).map(Part::Snapshot),
            false => changes(&self.picture, Some(cursor), &self.asked.wish),
        };
        match begun {
            Some(part) => {
                self.part = part;
                News::Gap(gap, cursor)
            }
            None => News::Ended,
        }
    }
}

fn walk(picture: &Picture) -> Option<SnapshotWalk> {
    picture.snapshot_copy().map(SnapshotWalk::new)
}

fn changes(picture: &Arc<Picture>, from: Option<Cursor>, wish: &Wish) -> Option<Part> {
    let (changes, continued) = Changes::begin(picture, from, wish.clone())?;
    let changes = Box::new(changes);
    Some(match continued {
        Ok(()) => Part::Changes(changes),
        Err(gap) => Part::Missed(gap, changes),
    })
}
