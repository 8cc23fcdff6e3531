//! The journal as it is read back: two threads read, check and decode ahead of the one that decides
//! its events again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use crate::input::{DecodedEvent, Input, Kind};
use crate::journal::{self, JournalError};
use crate::record::{Entry, Record};
use crate::segment::{Framed, Segment, first_commit};

/// Records handed from thread to thread at once: up to this many bytes of the file, or the one
/// record that has more.
const CHUNK_BYTES_MAX: usize = 1024 * 1024;
/// Chunks that may wait between two threads.
const CHUNKS_WAITING_MAX: usize = 2;

/// A record with its events decoded.
#[derive(Debug, Clone)]
pub(crate) struct ReadRecord {
    pub(crate) segment: Arc<Path>,
    /// Where in the segment it begins, in bytes.
    pub(crate) offset: u64,
    pub(crate) record: Record,
    pub(crate) hash: [u8; 32],
    /// Its readable events, in order; `None` for one that this version cannot read.
    pub(crate) events: Vec<Option<Box<DecodedEvent>>>,
}

/// How far a journal reaches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reached {
    /// Its newest commit, 0 when it is empty.
    pub(crate) commit_no: u64,
    /// Where the newest segment must be cut, if its end is torn.
    pub(crate) torn: Option<(PathBuf, u64)>,
}

type Framing = Vec<(Arc<Path>, Framed)>;

/// Gives each record after the commit `after` to `each`, in order, until one of them is refused.
///
/// # Errors
/// The journal's own, or that of `each`.
pub(crate) fn read<E: From<JournalError>>(
    dir: &Path,
    after: u64,
    mut each: impl FnMut(ReadRecord) -> Result<(), E>,
) -> Result<Reached, E> {
    let segments = journal::segments(dir)?;
    thread::scope(|scope| {
        let (to_decoder, framed) = sync_channel(CHUNKS_WAITING_MAX);
        let (to_caller, ready) = sync_channel(CHUNKS_WAITING_MAX);
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let no_thread = |error| JournalError::io(dir, error);
        let reader = named("journal reader")
            .spawn_scoped(scope, move || frame(&segments, after, &to_decoder))
            .map_err(no_thread)?;
        let decoder = named("journal decoder")
            .spawn_scoped(scope, move || decode(&framed, &to_caller))
            .map_err(no_thread)?;
        let taken = ready.iter().flatten().try_for_each(&mut each);
        // Whoever still sends ends by that.
        drop(ready);
        joined(decoder, dir)?;
        let reached = joined(reader, dir)?;
        taken?;
        Ok(reached?)
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>, dir: &Path) -> Result<T, JournalError> {
    thread.join().map_err(|_| {
        let error = io::Error::other("a thread that reads the journal panicked");
        JournalError::io(dir, error)
    })
}

/// Reads and checks. Ends early when nobody takes more.
fn frame(
    segments: &[PathBuf],
    after: u64,
    to: &SyncSender<Framing>,
) -> Result<Reached, JournalError> {
    // A segment's name is its first commit: those wholly before need not be read.
    let first = segments
        .iter()
        .rposition(|path| first_commit(path) <= after + 1)
        .unwrap_or(0);
    let mut reached = Reached::default();
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    for (place, path) in segments.iter().enumerate().skip(first) {
        reached.commit_no = reached.commit_no.max(first_commit(path).saturating_sub(1));
        let mut segment = Segment::read(path, place + 1 == segments.len())?;
        let name: Arc<Path> = Arc::from(path.as_path());
        loop {
            let framed = match segment.next() {
                Ok(Some(framed)) => framed,
                Ok(None) => break,
                Err(error) => {
                    // What is intact before the damage comes first.
                    drop(to.send(chunk));
                    return Err(error);
                }
            };
            reached.commit_no = framed.record.commit_no;
            if framed.record.commit_no <= after {
                continue;
            }
            bytes += framed.len;
            chunk.push((Arc::clone(&name), framed));
            if bytes >= CHUNK_BYTES_MAX {
                if to.send(std::mem::take(&mut chunk)).is_err() {
                    return Ok(reached);
                }
                bytes = 0;
            }
        }
        reached.torn = segment.torn_at().map(|at| (path.clone(), at));
    }
    // An error means that nobody takes more.
    drop(to.send(chunk));
    Ok(reached)
}

fn decode(framed: &Receiver<Framing>, to: &SyncSender<Vec<ReadRecord>>) {
    for chunk in framed {
        let ready = chunk.into_iter().map(decoded).collect();
        if to.send(ready).is_err() {
            return;
        }
    }
}

fn decoded((segment, framed): (Arc<Path>, Framed)) -> ReadRecord {
    let raws = framed
        .record
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Event { raw, .. } => Some(raw),
            _ => None,
        });
    let events = raws.map(|raw| match Input::decode(raw.clone()).0 {
        Kind::Event(decoded) => Some(decoded),
        Kind::Unreadable { .. } | Kind::Tick(_) => None,
    });
    ReadRecord {
        events: events.collect(),
        segment,
        offset: framed.offset,
        record: framed.record,
        hash: framed.hash,
    }
}
