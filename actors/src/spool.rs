//! A bounded store of messages on their way to somewhere else: synced before its sender is told,
//! given out in order, deleted when it was taken over.
//!
//! The messages of one call are one frame; calls that come together share one sync. The way out is
//! the [`Outlet`].

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot, watch};
use twin_model::Time;

use crate::frame_log::{AppendError, FrameLog};
use crate::frames::{self, FILE_HEADER_BYTES, FRAME_HEADER_BYTES, Frames, SegmentKind};
use crate::journal::{JournalError, sync_dir};
use crate::outlet::WayOut;
use crate::quota::{Held, QuotaShare};
use crate::spool_aside::Aside;
use crate::spool_disk::SpoolDisk;
use crate::spool_mark::{Place, SpoolMark};
use crate::{AsideError, AsideMessage, Durability, OpenError, Outlet};

/// A segment of a spool that has reached this size, in bytes, is followed by a new one. Beside
/// the quota, so much may lie on the disk of each spool that was forwarded already.
pub const SPOOL_SEGMENT_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Calls that may wait for the spool's thread; more wait outside.
const JOBS_MAX: usize = 256;
/// Bytes after which no further call shares a sync.
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(crate) const SPOOL: SegmentKind = SegmentKind {
    prefix: "spool-",
    magic: b"PTWINSPL",
    format: 1,
};

/// What is added to a single message on the disk, in bytes, at most.
const MESSAGE_FRAME_BYTES_MAX: u64 = 64;

/// The number of a frame's first message and the time of its coming stand before its messages.
const STAMP_BYTES: usize = 16;

/// Why messages were not stored. None of them is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The quota is used up, or the part of it that messages like these may use.
    #[error(
        "{held_bytes} bytes wait to be forwarded, and at most {limit_bytes} may, of a quota of \
         {quota_bytes}"
    )]
    Full {
        /// Held now of what the limit is for, in bytes.
        held_bytes: u64,
        /// The limit, in bytes: the quota, or less for what is not urgent.
        limit_bytes: u64,
        /// The whole quota, in bytes.
        quota_bytes: u64,
    },
    /// The disk is full, whatever the quota says.
    #[error("the disk has no room: {0}")]
    NoRoom(String),
    /// The disk failed; the spool takes nothing until it is opened anew.
    #[error("the spool failed: {0}")]
    Failed(String),
}

/// What a spool holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolReport {
    /// Messages that were not forwarded.
    pub messages: u64,
    /// Their size on the disk, in bytes.
    pub bytes: u64,
    /// When the oldest of them came, by the wall clock.
    pub oldest: Option<Time>,
}

/// What both ends of a spool know of it.
#[derive(Debug, Clone)]
pub(crate) struct Backlog(Arc<Mutex<SpoolReport>>);

impl Backlog {
    fn stored(&self, messages: u64, bytes: u64, at: Time) {
        let mut report = self.0.lock();
        report.messages += messages;
        report.bytes += bytes;
        report.oldest.get_or_insert(at);
    }

    pub(crate) fn forwarded(&self, messages: u64, bytes: u64) {
        let mut report = self.0.lock();
        report.messages -= messages;
        report.bytes -= bytes;
        if report.messages == 0 {
            report.oldest = None;
        }
    }

    pub(crate) fn oldest(&self, at: Time) {
        self.0.lock().oldest = Some(at);
    }
}

/// Messages that were given to the spool's thread together.
struct Job {
    frame: Vec<u8>,
    messages: u64,
    received: Time,
    held: Held,
    reply: oneshot::Sender<Result<u64, StoreError>>,
}

/// The way into a spool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Spool {
    jobs: mpsc::Sender<Job>,
    reached: watch::Receiver<Place>,
    backlog: Backlog,
    quota: QuotaShare,
    disk: SpoolDisk,
    aside: Aside,
}

impl Spool {
    pub(crate) fn open(dir: &Path, quota: &QuotaShare) -> Result<(Spool, Outlet), OpenError> {
        fs::create_dir_all(dir).map_err(|error| JournalError::io(dir, error))?;
        if let Some(above) = dir.parent() {
            sync_dir(above)?;
        }
        let disk = SpoolDisk::under(dir);
        let (mark, marked) = SpoolMark::open(dir)?;
        let found = Found::read(dir, marked)?;
        #[cfg(feature = "chaos")]
        let segment_bytes = crate::chaos::segment_bytes().unwrap_or(SPOOL_SEGMENT_BYTES_MAX);
        #[cfg(not(feature = "chaos"))]
        let segment_bytes = SPOOL_SEGMENT_BYTES_MAX;
        let log = FrameLog::open(SPOOL, dir, found.next, segment_bytes)?;
        let end = Place {
            segment: log.first(),
            offset: log.end(),
            next: found.next,
        };
        let from = found.from.unwrap_or(end);
        let backlog = Backlog(Arc::new(Mutex::new(SpoolReport {
            messages: end.next - from.next,
            bytes: found.bytes,
            oldest: None,
        })));
        quota.found(found.bytes);
        let aside = Aside::open(dir, quota)?;
        let (jobs, received) = mpsc::channel(JOBS_MAX);
        let (reach, reached) = watch::channel(end);
        let writer = SpoolWriter {
            log,
            end,
            reach,
            backlog: backlog.clone(),
            disk: disk.clone(),
        };
        std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || writer.run(received))
            .map_err(OpenError::Thread)?;
        let out = WayOut {
            from,
            mark,
            reached: reached.clone(),
            backlog: backlog.clone(),
            aside: aside.clone(),
        };
        let outlet = Outlet::new(dir, out, quota)?;
        let spool = Spool {
            jobs,
            reached,
            backlog,
            quota: quota.clone(),
            disk,
            aside,
        };
        Ok((spool, outlet))
    }

    /// Stores messages, and returns when they are on stable storage: the number of the last one.
    /// Messages of one call stay together and in order; calls keep the order in which they were
    /// made. A call that is given up may have stored its messages nevertheless.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was stored then.
    pub async fn store(&self, messages: &[Bytes]) -> Result<u64, StoreError> {
        let received = now();
        let frame = encode(messages, received);
        let held = self.quota.take(frame.len() as u64, messages.len());
        let held = held.map_err(|used_up| StoreError::Full {
            held_bytes: used_up.held_bytes,
            limit_bytes: used_up.limit_bytes,
            quota_bytes: self.quota.bytes_max(),
        })?;
        self.store_frame(frame, (messages.len(), received), held)
            .await
    }

    async fn store_frame(
        &self,
        frame: Vec<u8>,
        (messages, received): (usize, Time),
        held: Held,
    ) -> Result<u64, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            frame,
            messages: messages as u64,
            received,
            held,
            reply,
        };
        let ended = || StoreError::Failed("it has ended; the log says why".to_owned());
        self.jobs.send(job).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    /// What waits to be forwarded.
    #[must_use]
    pub fn report(&self) -> SpoolReport {
        *self.backlog.0.lock()
    }

    /// Waits until a message of so many bytes can be stored: until the quota and the disk have room
    /// for it, and for more than a single one. Safe to cancel.
    pub async fn room(&self, message_bytes: u64) {
        let bytes = message_bytes + MESSAGE_FRAME_BYTES_MAX;
        self.quota.room(bytes).await;
        self.disk.room(bytes).await;
    }

    /// Why nothing can be stored on its disk now, whatever the quota says; `None` when it can.
    pub async fn disk_refuses(&self) -> Option<String> {
        self.disk.look().await
    }

    /// What was set aside, the first to come first.
    #[must_use]
    pub fn set_aside(&self) -> Vec<AsideMessage> {
        self.aside.list()
    }

    /// A message that was set aside, as it came.
    ///
    /// # Errors
    /// [`AsideError`] when there is none of this number, or it cannot be read.
    pub fn aside_body(&self, number: u64) -> Result<Bytes, AsideError> {
        self.aside.body(number)
    }

    /// Stores a message that was set aside once more, behind all others.
    ///
    /// # Errors
    /// [`AsideError`]; it stays set aside then. After an error of the disk it may be stored as well.
    pub async fn send_again(&self, number: u64) -> Result<(), AsideError> {
        let body = self.aside.body(number)?;
        let received = now();
        let frame = encode(&[body], received);
        let held = self.quota.take_again(frame.len() as u64);
        self.store_frame(frame, (1, received), held).await?;
        self.aside.remove(number)
    }

    /// Forgets a message that was set aside.
    ///
    /// # Errors
    /// [`AsideError`]; it stays set aside then.
    pub fn discard(&self, number: u64) -> Result<(), AsideError> {
        self.aside.remove(number)
    }

    /// Waits until the spool has failed.
    pub async fn failed(&self) {
        let mut reached = self.reached.clone();
        // An error means that the thread has ended, which it does only then: we hold its jobs.
        reached.wait_for(|_| false).await.map(|_| ()).ok();
    }
}

/// What a spool's segments hold when they are opened.
struct Found {
    /// The first message that was not forwarded; none when there is no segment.
    from: Option<Place>,
    /// Number of the message that comes next.
    next: u64,
    /// Size of what was not forwarded.
    bytes: u64,
}

impl Found {
    fn read(dir: &Path, marked: Option<Place>) -> Result<Found, JournalError> {
        let mut segments = SPOOL.list(dir)?;
        let mut next = marked.map_or(1, |place| place.next);
        while let Some(newest) = segments.last() {
            let (after, torn_at) = read_newest(newest)?;
            if let Some(at) = torn_at {
                tracing::warn!(path = %newest.display(), at, "torn end of the spool cut off");
                frames::cut(newest, at)?;
                if at == 0 {
                    segments.pop();
                    continue;
                }
            }
            next = after;
            break;
        }
        let mut found = Found {
            from: None,
            next,
            bytes: 0,
        };
        let mut sizes = Vec::new();
        for path in &segments {
            let size = fs::metadata(path).map_err(|error| JournalError::io(path, error))?;
            sizes.push((first_of(path)?, size.len()));
        }
        let oldest = sizes.first().map(|(first, _)| start_of(*first));
        let is_there = |place: &Place| {
            let in_segment =
                |(first, size): &(u64, u64)| *first == place.segment && *size >= place.offset;
            place.next <= next && sizes.iter().any(in_segment)
        };
        found.from = marked.filter(is_there).or(oldest);
        if let Some(from) = found.from {
            let left = sizes.iter().filter(|(first, _)| *first >= from.segment);
            let all: u64 = left.map(|(_, size)| size - FILE_HEADER_BYTES as u64).sum();
            found.bytes = all - (from.offset - FILE_HEADER_BYTES as u64);
        }
        Ok(found)
    }
}

/// The number of the message that comes after a segment, and where it is torn.
fn read_newest(path: &Path) -> Result<(u64, Option<u64>), JournalError> {
    let mut frames = Frames::read(SPOOL, path, true)?;
    let mut next = first_of(path)?;
    while let Some(body) = frames.next()? {
        let frame = SpoolFrame::decode(path, frames.body(body.clone()), next)?;
        let frame = frame.ok_or_else(|| frames.damaged(body.start - FRAME_HEADER_BYTES))?;
        next += frame.messages.len() as u64;
    }
    Ok((next, frames.torn_at))
}

/// The number of the first message of a segment, by its name.
pub(crate) fn first_of(path: &Path) -> Result<u64, JournalError> {
    let number = SPOOL.first_of(path);
    number.ok_or_else(|| JournalError::broken(path.to_owned(), "its name has no number".to_owned()))
}

/// The place before everything in a segment.
pub(crate) fn start_of(segment: u64) -> Place {
    Place {
        segment,
        offset: FILE_HEADER_BYTES as u64,
        next: segment,
    }
}

struct SpoolWriter {
    log: FrameLog,
    end: Place,
    reach: watch::Sender<Place>,
    backlog: Backlog,
    disk: SpoolDisk,
}

impl SpoolWriter {
    /// Stores what comes, until nobody is left who could give something, or the disk fails.
    fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut bytes = first.frame.len();
            let mut group = vec![first];
            while bytes < GROUP_BYTES_MAX
                && let Ok(job) = jobs.try_recv()
            {
                bytes += job.frame.len();
                group.push(job);
            }
            if let Err(error) = self.store(group) {
                tracing::error!(error, "the spool failed");
                return;
            }
        }
    }

    fn store(&mut self, mut group: Vec<Job>) -> Result<(), String> {
        let mut next = self.end.next;
        let mut frames = Vec::with_capacity(group.iter().map(|job| job.frame.len()).sum());
        for job in &mut group {
            stamp(&mut job.frame, next);
            frames.extend_from_slice(&job.frame);
            next += job.messages;
        }
        let (error, failed) = match self.log.append(self.end.next, &frames, Durability::Synced) {
            Ok(()) => {
                self.disk.took();
                self.stored(group, next);
                return Ok(());
            }
            Err(AppendError::Full(error)) => {
                let error = StoreError::NoRoom(error.to_string());
                self.disk.refused(error.to_string());
                (error, Ok(()))
            }
            Err(AppendError::Failed(error)) => {
                let text = error.to_string();
                (StoreError::Failed(text.clone()), Err(text))
            }
        };
        for Job { held, reply, .. } in group {
            // Before the answer: who has it may look at the quota.
            drop(held);
            // Its sender may have given up meanwhile.
            reply.send(Err(error.clone())).ok();
        }
        failed
    }

    fn stored(&mut self, group: Vec<Job>, next: u64) {
        let mut last = self.end.next - 1;
        self.end = Place {
            segment: self.log.first(),
            offset: self.log.end(),
            next,
        };
        // Counted before it can be forwarded, which takes it off again.
        for job in &group {
            self.backlog
                .stored(job.messages, job.held.bytes(), job.received);
        }
        self.reach.send_replace(self.end);
        for job in group {
            last += job.messages;
            job.held.keep();
            // Its sender may have given up meanwhile.
            job.reply.send(Ok(last)).ok();
        }
    }
}

/// The messages of one call, as they are read back.
pub(crate) struct SpoolFrame {
    pub(crate) received: Time,
    pub(crate) messages: Vec<Bytes>,
}

impl SpoolFrame {
    /// Reads the body of a frame whose first message must be `first`; `None` when it is none of a
    /// spool.
    pub(crate) fn decode(
        path: &Path,
        body: &[u8],
        first: u64,
    ) -> Result<Option<SpoolFrame>, JournalError> {
        let Some((number, rest)) = body.split_first_chunk() else {
            return Ok(None);
        };
        let Some((received, messages)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        let number = u64::from_le_bytes(*number);
        if number != first {
            let detail = format!("message {number} stands where {first} must be");
            return Err(JournalError::broken(path.to_owned(), detail));
        }
        let messages = postcard::from_bytes(messages).ok();
        Ok(messages.map(|messages| SpoolFrame {
            received: Time::from_micros(i64::from_le_bytes(*received)),
            messages,
        }))
    }
}

/// A frame without the number of its first message, which is not known yet.
fn encode(messages: &[Bytes], received: Time) -> Vec<u8> {
    let mut frame = vec![0; FRAME_HEADER_BYTES + STAMP_BYTES];
    frame[FRAME_HEADER_BYTES + 8..].copy_from_slice(&received.as_micros().to_le_bytes());
    match postcard::to_extend(messages, frame) {
        Ok(frame) => frame,
        Err(error) => unreachable!("messages are encodable: {error}"),
    }
}

fn stamp(frame: &mut [u8], first: u64) {
    frame[FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + 8].copy_from_slice(&first.to_le_bytes());
    frames::seal(frame);
}

pub(crate) fn now() -> Time {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
