//! Somebody's way through the change stream of a plant, whatever the transport: from a cursor, out
//! of the journal as long as the ring does not reach back, then out of the ring.
//!
//! What is left out on purpose (other kinds of items, say) moves the cursor all the same, so that
//! who comes back does not have it looked through again.

use std::collections::VecDeque;
use std::sync::Arc;

use actors::Cursor;
use tokio::sync::{mpsc, watch};

use crate::catch_up::Caught;
use crate::change_event::ChangeEvent;
use crate::picture::{Picture, Progress, Published};
use crate::ring::{Gap, Linked};
use crate::selection::Selection;

/// Entries that are looked at in one go, while the picture waits.
const LOOK_AT_MAX: usize = 256;

/// A reader of a plant's change stream. It holds a place in the shared ring or, while it catches
/// up, a few entries.
#[derive(Debug)]
pub(crate) struct Changes {
    picture: Arc<Picture>,
    progress: watch::Receiver<Progress>,
    wish: Wish,
    place: Place,
    /// Everything up to and including this was given, left out, or was there before.
    given: Cursor,
}

/// What a reader wants of the stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    pub(crate) selection: Selection,
    /// Where it is far behind, only the newest state of each item.
    pub(crate) coalesces: bool,
    /// Each state with the one that it got of that item before.
    pub(crate) with_base: bool,
    /// What has left the ring is read out of the journal, rather than a gap told.
    pub(crate) is_patient: bool,
}

/// An entry as one reader gets it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) event: Arc<ChangeEvent>,
    /// States of the item before this one were left out, because the reader is far behind.
    pub(crate) coalesced: bool,
    /// What this reader got of the item last.
    pub(crate) base: Option<Arc<ChangeEvent>>,
}

#[derive(Debug)]
enum Place {
    Ring(RingPlace),
    /// Entries that are read out of the journal, those that wait to be given, and how far they
    /// were looked through.
    Journal(mpsc::Receiver<Caught>, VecDeque<Sent>, Cursor),
}

/// A place in the ring.
#[derive(Debug)]
struct RingPlace {
    at: u64,
    /// From here on the reader got every state that it wants.
    whole_from: u64,
    /// It goes from the first to the second in a hurry: of each item only the newest state.
    hurry: Option<(u64, u64)>,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Entries, at least one.
    Entries(Vec<Sent>),
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
        wish: Wish,
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
            Some(position) => Place::ring(position),
            None => Place::journal(picture, given),
        };
        let changes = Changes {
            picture: Arc::clone(picture),
            progress,
            wish,
            place,
            given,
        };
        Some((changes, gap))
    }

    /// Everything up to and including this was given, left out, or was there before.
    pub(crate) fn given(&self) -> Cursor {
        self.given
    }

    /// Waits for what comes next. Nothing is lost when the waiting is given up.
    pub(crate) async fn next(&mut self, portion: Portion) -> Next {
        loop {
            // Taken before looking, so that what comes after the look wakes.
            let ended = self.progress.borrow_and_update().ended;
            match &mut self.place {
                Place::Journal(caught, waiting, through) => {
                    if let Some(entries) = portion.of(waiting) {
                        self.given = match (waiting.is_empty(), entries.last()) {
                            (false, Some(last)) => last.event.cursor,
                            _ => *through,
                        };
                        return Next::Entries(entries);
                    }
                    match caught.recv().await {
                        Some(Caught::Entries(entries)) => {
                            if let Some(last) = entries.last() {
                                *through = last.cursor;
                            }
                            let wanted = entries.into_iter();
                            let wanted = wanted.filter(|entry| self.wish.selection.takes(entry));
                            waiting.extend(wanted.map(Sent::plain));
                            if waiting.is_empty() {
                                self.given = *through;
                            }
                        }
                        Some(Caught::Lost(gap)) => return self.lost(gap),
                        Some(Caught::Through(cursor)) => self.given = cursor,
                        None => {
                            if let Some(gap) = self.go_over() {
                                return gap;
                            }
                        }
                    }
                }
                Place::Ring(place) => {
                    let wish = &self.wish;
                    let max = portion.entries_max;
                    let read = |published: &Published| place.look(published, wish, max);
                    match self.picture.read(read) {
                        Some(Some(look)) => {
                            let (entries, moved) = look.take(place, portion, &mut self.given);
                            if !entries.is_empty() {
                                return Next::Entries(entries);
                            }
                            if moved {
                                // Others on this thread come first.
                                tokio::task::yield_now().await;
                                continue;
                            }
                        }
                        Some(None) if self.wish.is_patient => {
                            self.place = Place::journal(&self.picture, self.given);
                            continue;
                        }
                        Some(None) => return self.lost(Gap::TooOld),
                        None => {}
                    }
                    if ended || self.progress.changed().await.is_err() {
                        return Next::Ended;
                    }
                }
            }
        }
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
            Some(Ok(position)) => self.place = Place::ring(position),
            Some(Err((gap, false))) => return Some(self.lost(gap)),
            Some(Err((_, true))) | None => self.place = Place::journal(&self.picture, given),
        }
        None
    }

    /// Goes on at the newest change.
    fn lost(&mut self, gap: Gap) -> Next {
        let newest = |published: &Published| (published.end(), published.model.cursor());
        let Some((end, cursor)) = self.picture.read(newest) else {
            return Next::Ended;
        };
        self.place = Place::ring(end);
        self.given = cursor;
        Next::Gap(gap, cursor)
    }
}

impl Place {
    fn ring(at: u64) -> Place {
        Place::Ring(RingPlace {
            at,
            whole_from: at,
            hurry: None,
        })
    }

    fn journal(picture: &Arc<Picture>, given: Cursor) -> Place {
        Place::Journal(picture.catch_up(given), VecDeque::new(), given)
    }
}

impl RingPlace {
    /// Looks at some entries, up to `max` that are wanted; `None` when some of them have left.
    fn look(&mut self, published: &Published, wish: &Wish, max: usize) -> Option<Look> {
        if self.hurry.is_some_and(|(_, until)| self.at >= until) {
            self.whole_from = self.at;
            self.hurry = None;
        }
        if self.hurry.is_none() && wish.coalesces && published.is_behind(self.at) {
            self.hurry = Some((self.at, published.end()));
        }
        let until = self.hurry.map_or(u64::MAX, |(_, until)| until);
        let mut look = Look {
            wanted: Vec::new(),
            end: self.at,
            last: None,
        };
        for linked in published.linked(self.at, LOOK_AT_MAX)? {
            if look.end >= until || look.wanted.len() >= max {
                break;
            }
            look.last = Some(linked.event.cursor);
            if self.wants(&linked, wish) {
                look.wanted
                    .push((look.end, self.sent(linked, published, wish)));
            }
            look.end += 1;
        }
        Some(look)
    }

    fn wants(&self, linked: &Linked, wish: &Wish) -> bool {
        let comes_again = |until| linked.after.is_some_and(|after| after < until);
        !self.hurry.is_some_and(|(_, until)| comes_again(until))
            && wish.selection.takes(&linked.event)
    }

    fn sent(&self, linked: Linked, published: &Published, wish: &Wish) -> Sent {
        let left_out = |from| linked.before.is_some_and(|before| before >= from);
        let given = linked.before.filter(|before| *before >= self.whole_from);
        let base = match wish.with_base && self.hurry.is_none() {
            true => given.and_then(|before| published.at(before)),
            false => None,
        };
        Sent {
            base: base
                .filter(|base| wish.selection.takes(base))
                .map(Arc::clone),
            coalesced: self.hurry.is_some_and(|(from, _)| left_out(from)),
            event: linked.event,
        }
    }
}

/// What a look at the ring found.
struct Look {
    /// With their positions.
    wanted: Vec<(u64, Sent)>,
    /// The position behind all that was looked at.
    end: u64,
    /// The last that was looked at.
    last: Option<Cursor>,
}

impl Look {
    /// What fits into a portion; moves the place and what was given behind it and what is left out
    /// before the next. Says whether the place moved.
    fn take(
        self,
        place: &mut RingPlace,
        portion: Portion,
        given: &mut Cursor,
    ) -> (Vec<Sent>, bool) {
        let before = place.at;
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for (position, sent) in self.wanted {
            bytes += sent.event.frame().len();
            if bytes > portion.bytes_max && !entries.is_empty() {
                place.at = position;
                return (entries, true);
            }
            *given = sent.event.cursor;
            entries.push(sent);
        }
        place.at = self.end;
        *given = self.last.unwrap_or(*given);
        (entries, place.at > before)
    }
}

impl Sent {
    fn plain(event: Arc<ChangeEvent>) -> Sent {
        Sent {
            event,
            coalesced: false,
            base: None,
        }
    }
}

impl Portion {
    /// Takes it off; `None` when there is nothing.
    fn of(self, waiting: &mut VecDeque<Sent>) -> Option<Vec<Sent>> {
        let mut bytes = 0;
        let fits = |sent: &&Sent| {
            let first = bytes == 0;
            bytes += sent.event.frame().len();
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
