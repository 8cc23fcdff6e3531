//! Somebody's way through the change stream of a plant, whatever the transport: from a cursor, out
//! of the journal as long as the ring does not reach back, then out of the ring.

use std::collections::VecDeque;
use std::sync::Arc;

use actors::Cursor;
use tokio::sync::{mpsc, watch};

use crate::catch_up::Caught;
use crate::change_event::ChangeEvent;
use crate::picture::{Found, Picture, Progress, Published};
use crate::ring::Gap;

/// A reader of a plant's change stream. It holds a place in the shared ring or, while it catches
/// up, a few entries.
#[derive(Debug)]
pub(crate) struct Changes {
    picture: Arc<Picture>,
    progress: watch::Receiver<Progress>,
    place: Place,
    /// Everything up to and including this was given, or was there before.
    given: Cursor,
}

#[derive(Debug)]
enum Place {
    /// A position in the ring.
    Ring(u64),
    /// Entries that are read out of the journal.
    Journal(mpsc::Receiver<Caught>, VecDeque<Arc<ChangeEvent>>),
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Entries, at least one.
    Entries(Vec<Arc<ChangeEvent>>),
    /// Changes were missed. It goes on from this cursor, at which the lists are to be read again.
    Gap(Gap, Cursor),
    /// The plant has ended, and all was given.
    Ended,
}

/// How much is given at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portion {
    pub(crate) entries_max: usize,
    /// Bytes of their frames; one entry that is larger comes alone.
    pub(crate) bytes_max: usize,
}

impl Changes {
    /// Begins after `from`, or at the newest change. `None` as long as there is no picture; a gap
    /// when `from` cannot be continued from, and then it begins at the newest change.
    pub(crate) fn begin(
        picture: &Arc<Picture>,
        from: Option<Cursor>,
    ) -> Option<(Changes, Result<(), Gap>)> {
        let progress = picture.progress();
        let (place, given, gap) = picture.read(|published| {
            let newest = published.model.cursor();
            match from.map(|from| (from, published.seek(from))) {
                None => (Some(published.end()), newest, Ok(())),
                Some((from, Ok(position))) => (Some(position), from, Ok(())),
                Some((from, Err(gap))) => match gap.may_be_in_the_journal(from, newest) {
                    true => (None, from, Ok(())),
                    false => (Some(published.end()), newest, Err(gap)),
                },
            }
        })?;
        let place = match place {
            Some(position) => Place::Ring(position),
            None => Place::Journal(picture.catch_up(given), VecDeque::new()),
        };
        let changes = Changes {
            picture: Arc::clone(picture),
            progress,
            place,
            given,
        };
        Some((changes, gap))
    }

    /// Everything up to and including this was given, or was there before.
    pub(crate) fn given(&self) -> Cursor {
        self.given
    }

    /// Waits for what comes next. Nothing is lost when the waiting is given up.
    pub(crate) async fn next(&mut self, portion: Portion) -> Next {
        loop {
            // Taken before looking, so that what comes after the look wakes.
            let ended = self.progress.borrow_and_update().ended;
            match &mut self.place {
                Place::Journal(caught, waiting) => {
                    if let Some(entries) = portion.of(waiting) {
                        return self.give(entries);
                    }
                    match caught.recv().await {
                        Some(Caught::Entries(entries)) => waiting.extend(entries),
                        Some(Caught::Lost(gap)) => return self.lost(gap),
                        Some(Caught::Through(cursor)) => self.given = cursor,
                        None => {
                            if let Some(gap) = self.go_over() {
                                return gap;
                            }
                        }
                    }
                }
                Place::Ring(position) => {
                    let at = *position;
                    let found = self
                        .picture
                        .read(|published| published.entries(at, portion.entries_max));
                    match found {
                        Some(Found::Entries(entries)) => {
                            if let Some(entries) = portion.of(&mut entries.into()) {
                                self.place = Place::Ring(at + entries.len() as u64);
                                return self.give(entries);
                            }
                        }
                        Some(Found::Lost) => return self.lost(Gap::TooOld),
                        None => {}
                    }
                    if ended || self.progress.changed().await.is_err() {
                        return Next::Ended;
                    }
                }
            }
        }
    }

    fn give(&mut self, entries: Vec<Arc<ChangeEvent>>) -> Next {
        if let Some(last) = entries.last() {
            self.given = last.cursor;
        }
        Next::Entries(entries)
    }

    /// Goes over from the journal to the ring, or to more of the journal.
    fn go_over(&mut self) -> Option<Next> {
        let given = self.given;
        let found = self.picture.read(|published| {
            let newest = published.model.cursor();
            published
                .reach(given)
                .map_err(|gap| (gap, gap.may_be_in_the_journal(given, newest)))
        });
        match found {
            Some(Ok(position)) => self.place = Place::Ring(position),
            Some(Err((gap, false))) => return Some(self.lost(gap)),
            Some(Err((_, true))) | None => {
                self.place = Place::Journal(self.picture.catch_up(given), VecDeque::new());
            }
        }
        None
    }

    /// Goes on at the newest change.
    fn lost(&mut self, gap: Gap) -> Next {
        let newest = |published: &Published| (published.end(), published.model.cursor());
        let Some((end, cursor)) = self.picture.read(newest) else {
            return Next::Ended;
        };
        self.place = Place::Ring(end);
        self.given = cursor;
        Next::Gap(gap, cursor)
    }
}

impl Portion {
    /// Takes it off; `None` when there is nothing.
    fn of(self, waiting: &mut VecDeque<Arc<ChangeEvent>>) -> Option<Vec<Arc<ChangeEvent>>> {
        let mut bytes = 0;
        let fits = |entry: &&Arc<ChangeEvent>| {
            let first = bytes == 0;
            bytes += entry.frame().len();
            first || bytes <= self.bytes_max
        };
        let taken = waiting
            .iter()
            .take(self.entries_max)
            .take_while(fits)
            .count();
        (taken > 0).then(|| waiting.drain(..taken).collect())
    }
}
