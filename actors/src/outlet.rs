//! The way out of a spool: pages of messages in their order, each until it is confirmed.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::sync::watch;
use twin_model::Time;

use crate::AsideError;
use crate::frames::{self, FRAME_HEADER_BYTES};
use crate::journal::JournalError;
use crate::quota::QuotaShare;
use crate::spool::{Backlog, SPOOL, SpoolFrame, first_of, start_of};
use crate::spool_aside::Aside;
use crate::spool_mark::{Place, SpoolMark};

/// A page that has so many messages takes no further call's.
pub const PAGE_ENTRIES_MAX: usize = 256;
/// A page that has so many bytes takes no further call's.
pub const PAGE_BYTES_MAX: u64 = 1024 * 1024;

/// Messages that come next, in their order.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The messages, as they were stored.
    pub messages: Vec<Bytes>,
    /// When the first of them was stored, by the wall clock.
    pub received: Time,
    bytes: u64,
    end: Place,
}

/// The one reader of a spool.
#[derive(Debug)]
pub struct Outlet {
    dir: PathBuf,
    from: Place,
    mark: SpoolMark,
    reached: watch::Receiver<Place>,
    backlog: Backlog,
    aside: Aside,
    quota: QuotaShare,
}

/// Where a spool is read from, and who knows of it.
pub(crate) struct WayOut {
    pub(crate) from: Place,
    pub(crate) mark: SpoolMark,
    pub(crate) reached: watch::Receiver<Place>,
    pub(crate) backlog: Backlog,
    pub(crate) aside: Aside,
}

impl Outlet {
    pub(crate) fn new(dir: &Path, out: WayOut, quota: &QuotaShare) -> Result<Outlet, JournalError> {
        // A crash between mark and deletion leaves them.
        delete_before(dir, out.from.segment)?;
        Ok(Outlet {
            dir: dir.to_owned(),
            from: out.from,
            mark: out.mark,
            reached: out.reached,
            backlog: out.backlog,
            aside: out.aside,
            quota: quota.clone(),
        })
    }

    /// Waits for messages: at least one, all of the calls that they came with. The same ones until
    /// they are confirmed. Safe to cancel.
    ///
    /// # Errors
    /// [`JournalError`] when they cannot be read, or the spool has ended and holds no more.
    pub async fn page(&mut self) -> Result<Page, JournalError> {
        let next = self.from.next;
        let more = self.reached.wait_for(|end| end.next > next).await;
        let gone = |_| io::Error::other("the spool has ended");
        let end = *more
            .map_err(gone)
            .map_err(|error| JournalError::io(&self.dir, error))?;
        let (dir, from) = (self.dir.clone(), self.from);
        let read = tokio::task::spawn_blocking(move || read_page(&dir, from, end)).await;
        let page = read.map_err(|error| JournalError::io(&self.dir, io::Error::other(error)))??;
        self.backlog.oldest(page.received);
        Ok(page)
    }

    /// Sets a message of a page aside, which whoever it is for refuses for good with this answer, and
    /// returns when that is on stable storage. It still belongs to the page, which is confirmed
    /// when all others are taken over.
    ///
    /// # Errors
    /// [`AsideError`]; it is not set aside then.
    ///
    /// # Panics
    /// When the page has no such message.
    pub fn set_aside(&self, page: &Page, index: usize, answer: String) -> Result<(), AsideError> {
        let number = page.end.next - (page.messages.len() - index) as u64;
        self.aside.keep(number, &page.messages[index], answer)
    }

    /// The messages of the page are taken over by whoever they were for: they will not be given
    /// out again, unless a crash of the machine forgets it.
    ///
    /// # Panics
    /// When the page is not the one that is due.
    pub fn confirm(&mut self, page: &Page) {
        assert!(
            page.end.next == self.from.next + page.messages.len() as u64,
            "pages are confirmed in their order, once"
        );
        crate::killpoint!("E2");
        if let Err(error) = self.mark.write(page.end) {
            // What it costs is that they go out again after a restart.
            tracing::warn!(%error, dir = %self.dir.display(), "the mark was not written");
        }
        crate::killpoint!("E3");
        if page.end.segment > self.from.segment
            && let Err(error) = delete_before(&self.dir, page.end.segment)
        {
            tracing::warn!(%error, "forwarded segments stay until the next start");
        }
        self.from = page.end;
        self.backlog
            .forwarded(page.messages.len() as u64, page.bytes);
        self.quota.give_back(page.bytes);
    }
}

fn delete_before(dir: &Path, segment: u64) -> Result<(), JournalError> {
    for path in SPOOL.list(dir)? {
        if first_of(&path)? < segment {
            fs::remove_file(&path).map_err(|error| JournalError::io(&path, error))?;
            crate::killpoint!("E4");
        }
    }
    Ok(())
}

/// Reads whole frames from `from` on, none behind `end`.
fn read_page(dir: &Path, from: Place, end: Place) -> Result<Page, JournalError> {
    let mut place = from;
    let mut segment = OpenSegment::open(dir, place.segment)?;
    let mut page: Option<Page> = None;
    while place.next < end.next && !page.as_ref().is_some_and(Page::is_full) {
        if place.offset >= segment.len {
            // The next segment begins with the message that comes next.
            place = start_of(place.next);
            segment = OpenSegment::open(dir, place.segment)?;
            continue;
        }
        let (frame, bytes) = segment.frame(place)?;
        place.offset += bytes;
        place.next += frame.messages.len() as u64;
        let page = page.get_or_insert_with(|| Page {
            messages: Vec::new(),
            received: frame.received,
            bytes: 0,
            end: place,
        });
        page.messages.extend(frame.messages);
        page.bytes += bytes;
        page.end = place;
    }
    match page {
        Some(page) => Ok(page),
        None => unreachable!("there is a message before {end:?}"),
    }
}

impl Page {
    fn is_full(&self) -> bool {
        self.messages.len() >= PAGE_ENTRIES_MAX || self.bytes >= PAGE_BYTES_MAX
    }
}

/// A segment that is read by position.
struct OpenSegment {
    path: PathBuf,
    file: File,
    len: u64,
}

impl OpenSegment {
    fn open(dir: &Path, first: u64) -> Result<OpenSegment, JournalError> {
        let path = SPOOL.path(dir, first);
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (len, file) = opened.map_err(|error| JournalError::io(&path, error))?;
        Ok(OpenSegment { path, file, len })
    }

    /// The frame at a place, and its size in bytes.
    fn frame(&self, place: Place) -> Result<(SpoolFrame, u64), JournalError> {
        let damaged = || JournalError::Damaged {
            path: self.path.clone(),
            offset: place.offset,
        };
        let read = |buffer: &mut [u8]| {
            let read = self.file.read_exact_at(buffer, place.offset);
            read.map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => damaged(),
                _ => JournalError::io(&self.path, error),
            })
        };
        let mut frame = vec![0; FRAME_HEADER_BYTES];
        read(&mut frame)?;
        let body = frames::body_bytes(&frame).ok_or_else(damaged)?;
        let bytes = (FRAME_HEADER_BYTES + body) as u64;
        if place.offset + bytes > self.len {
            return Err(damaged());
        }
        frame.resize(FRAME_HEADER_BYTES + body, 0);
        read(&mut frame)?;
        let body = frames::frame_at(&frame, 0).ok_or_else(damaged)?;
        let decoded = SpoolFrame::decode(&self.path, &frame[body], place.next)?;
        Ok((decoded.ok_or_else(damaged)?, bytes))
    }
}
