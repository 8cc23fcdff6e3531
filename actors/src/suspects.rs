//! Which events are being decided, in a file that outlives the process: an event whose handler ends
//! the process (its stack overflows, it aborts, memory runs out) is found out by it, and its
//! neighbours are not taken for it.
//!
//! Before a batch is decided, the keys of its events are noted. A plant that is opened again after
//! an unclean end suspects those that were not committed: each is decided with a note of its own,
//! and one that was alone in the note at [`ENDS_ALONE_MAX`] ends is given up as poison. The file is
//! never synced: the system keeps what a killed process wrote, and after a loss of power nobody is
//! to blame.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use twin_model::{Event, IntakeRejection, Rejection};

use crate::Input;
use crate::books::Books;
use crate::frames::{self, FRAME_HEADER_BYTES};
use crate::input::Kind;
use crate::intake::{INTAKE_EVENTS_MAX, URGENT_EVENTS_MAX};
use crate::marks::MarkKey;

/// How often the process may end while an event is decided alone, before it is given up. The end
/// that brought it under suspicion comes on top.
const ENDS_ALONE_MAX: u32 = 2;
/// Events that may be under suspicion: as many as can be on their way.
const SUSPECTS_MAX: usize = INTAKE_EVENTS_MAX + URGENT_EVENTS_MAX;
/// Name of the file, in the plant's directory.
const FILE: &str = "deciding.bin";
const MAGIC: &[u8; 8] = b"PTWINDE1";
/// The note names a single event.
const ALONE: u8 = 1;
/// What the passing of time brings is handled.
const CLOCK: u8 = 2;

/// What an event is charged with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Charge {
    /// Unclean ends at which the note named it.
    ends: u32,
    /// Those at which it named nothing else.
    alone: u32,
}

/// What was being decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Note {
    flags: u8,
    keys: Vec<MarkKey>,
}

/// What a file said when it was opened.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    charges: BTreeMap<MarkKey, Charge>,
    note: Note,
}

/// The suspects of one plant, and the note of what it is deciding. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Suspects(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    path: PathBuf,
    /// `None` when it could not be made, as on a full disk: then nothing is noted.
    file: Option<File>,
    /// Where the note begins.
    at: u64,
    charges: BTreeMap<MarkKey, Charge>,
    /// Whether the process ended while the passing of time was handled.
    clock_is_suspect: bool,
    /// Whether every turn gets a note of its own now.
    careful: bool,
    /// The frame of the note that holds between two turns.
    outer: Vec<u8>,
    /// The frame of the note of one turn.
    inner: Vec<u8>,
    told_unwritable: bool,
}

impl Suspects {
    /// Reads what the last life of the plant left, and begins the note of this one. `books` are
    /// what it committed.
    pub(crate) fn open(dir: &Path, books: &Books) -> Suspects {
        let path = dir.join(FILE);
        let Said { mut charges, note } = fs::read(&path).map_or_else(|_| Said::default(), read);
        let waiting: BTreeSet<MarkKey> = books.parking.iter().map(|it| it.decoded.key).collect();
        let is_open = |key: &MarkKey| !books.marks.knows(*key) || waiting.contains(key);
        charges.retain(|key, _| is_open(key));
        for key in note.keys.iter().filter(|key| is_open(key)) {
            if charges.len() < SUSPECTS_MAX || charges.contains_key(key) {
                let charge = charges.entry(*key).or_default();
                charge.ends += 1;
                charge.alone += u32::from(note.flags & ALONE != 0);
            }
        }
        let clock_is_suspect = note.flags & CLOCK != 0;
        if !charges.is_empty() || clock_is_suspect {
            tracing::warn!(
                events = charges.len(),
                clock = clock_is_suspect,
                "the process ended while it decided these; each is decided for itself now"
            );
        }
        let mut state = State {
            at: 0,
            file: None,
            path,
            charges,
            clock_is_suspect,
            careful: false,
            outer: Vec::new(),
            inner: Vec::new(),
            told_unwritable: false,
        };
        state.begin_file();
        Suspects(Arc::new(Mutex::new(state)))
    }

    /// This, when anybody is suspected.
    pub(crate) fn if_any(&self) -> Option<Suspects> {
        let state = self.0.lock();
        (!state.charges.is_empty() || state.clock_is_suspect).then(|| self.clone())
    }

    /// Notes that a batch is decided next. True when each input must be noted for itself, with
    /// [`Suspects::note_one`], because a suspect is among them.
    pub(crate) fn note_batch(&self, inputs: &[Input]) -> bool {
        let mut state = self.0.lock();
        if inputs.iter().any(|input| state.suspects(input)) {
            return true;
        }
        let clock = inputs.iter().any(|input| matches!(input.0, Kind::Tick(_)));
        let keys = inputs.iter().filter_map(key_of);
        state.note_outer(if clock { CLOCK } else { 0 }, keys);
        false
    }

    /// Notes that one input of a batch with suspects is decided next.
    pub(crate) fn note_one(&self, input: &Input) {
        let mut state = self.0.lock();
        state.careful = true;
        let flags = match input.0 {
            Kind::Tick(_) => CLOCK,
            Kind::Event(_) | Kind::Unreadable { .. } => ALONE,
        };
        state.note_outer(flags, key_of(input).into_iter());
    }

    /// Notes that the passing of time is handled next.
    pub(crate) fn note_clock(&self) {
        let mut state = self.0.lock();
        state.careful = state.clock_is_suspect;
        state.note_outer(CLOCK, std::iter::empty());
    }

    /// Notes that nothing is being decided.
    pub(crate) fn note_nothing(&self) {
        let mut state = self.0.lock();
        state.careful = false;
        state.note_outer(0, std::iter::empty());
    }

    /// Notes that the passing of time was handled to its end.
    pub(crate) fn clock_is_through(&self) {
        self.0.lock().clock_is_suspect = false;
        self.note_nothing();
    }

    /// A turn of `event` begins, which may have waited for this batch; gives the rejection when it
    /// is given up instead.
    pub(crate) fn begin(&self, event: &Event) -> Option<Rejection> {
        let key = MarkKey::of(&event.source, &event.id);
        let mut state = self.0.lock();
        let charge = state.charges.get(&key).copied();
        if let Some(Charge { ends, alone }) = charge
            && alone >= ENDS_ALONE_MAX
        {
            let object = event.body.owner();
            tracing::error!(entity = %object, event = %event.id, ends, "given up: it ends the process");
            let detail = "the process ended while it was decided, twice with nothing beside it";
            return Some(Rejection::Intake(IntakeRejection::Poison {
                object,
                tries: ends,
                detail: detail.to_owned(),
            }));
        }
        if state.careful || charge.is_some() {
            state.note_inner(key);
        }
        None
    }

    /// The turn of `event` has ended, and the process has not: it is suspected no more.
    pub(crate) fn end(&self, event: &Event) {
        let mut state = self.0.lock();
        let key = MarkKey::of(&event.source, &event.id);
        if state.charges.remove(&key).is_some() || state.careful {
            state.restore_outer();
        }
    }
}

impl State {
    /// Whether an input may be what ended the process.
    fn suspects(&self, input: &Input) -> bool {
        match &input.0 {
            Kind::Event(decoded) => self.charges.contains_key(&decoded.key),
            Kind::Tick(_) => self.clock_is_suspect,
            Kind::Unreadable { .. } => false,
        }
    }

    /// Makes the file anew, whole or not at all: nobody is charged twice for one end.
    fn begin_file(&mut self) {
        let charges = match postcard::to_stdvec(&self.charges) {
            Ok(charges) => charges,
            Err(error) => unreachable!("suspects are encodable: {error}"),
        };
        let mut bytes = MAGIC.to_vec();
        put_frame(&mut bytes, |body| body.extend_from_slice(&charges));
        self.at = bytes.len() as u64;
        put_frame(&mut bytes, |body| body.push(0));
        let unfinished = self.path.with_extension("tmp");
        let made = fs::write(&unfinished, bytes)
            .and_then(|()| fs::rename(&unfinished, &self.path))
            .and_then(|()| File::options().write(true).open(&self.path));
        match made {
            Ok(file) => self.file = Some(file),
            Err(error) => self.tell_unwritable(&error),
        }
    }

    fn note_outer(&mut self, flags: u8, keys: impl Iterator<Item = MarkKey>) {
        self.outer.clear();
        put_note(&mut self.outer, flags, keys);
        self.restore_outer();
    }

    fn restore_outer(&mut self) {
        let outer = std::mem::take(&mut self.outer);
        self.write(&outer);
        self.outer = outer;
    }

    fn note_inner(&mut self, key: MarkKey) {
        let mut inner = std::mem::take(&mut self.inner);
        inner.clear();
        put_note(&mut inner, ALONE, std::iter::once(key));
        self.write(&inner);
        self.inner = inner;
    }

    fn write(&mut self, frame: &[u8]) {
        let Some(file) = &self.file else { return };
        if let Err(error) = file.write_all_at(frame, self.at) {
            self.tell_unwritable(&error);
        }
    }

    /// The plant goes on: its events are as safe as ever, only a fault that ends the process is not
    /// found out.
    fn tell_unwritable(&mut self, error: &std::io::Error) {
        if !self.told_unwritable {
            self.told_unwritable = true;
            tracing::warn!(path = %self.path.display(), %error, "what is decided cannot be noted");
        }
    }
}

fn key_of(input: &Input) -> Option<MarkKey> {
    match &input.0 {
        Kind::Event(decoded) => Some(decoded.key),
        Kind::Unreadable { .. } | Kind::Tick(_) => None,
    }
}

fn put_note(frame: &mut Vec<u8>, flags: u8, keys: impl Iterator<Item = MarkKey>) {
    put_frame(frame, |body| {
        body.push(flags);
        for key in keys {
            body.extend_from_slice(&key.to_bytes());
        }
    });
}

/// Appends a frame with a body.
fn put_frame(bytes: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.resize(start + FRAME_HEADER_BYTES, 0);
    body(bytes);
    frames::seal(&mut bytes[start..]);
}

/// The body of the frame that `bytes` begin with, and what follows; `None` when it is torn.
fn take_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let body = frames::frame_at(bytes, 0)?;
    Some((&bytes[body.clone()], &bytes[body.end..]))
}

/// What a file says. A note that is torn was being written, so nothing was being decided; a file
/// that is damaged otherwise says nothing.
fn read(bytes: Vec<u8>) -> Said {
    let charges = bytes.strip_prefix(MAGIC).and_then(take_frame);
    let Some((charges, note)) = charges else {
        return Said::default();
    };
    let note = take_frame(note).and_then(|(body, _)| body.split_first());
    Said {
        charges: postcard::from_bytes(charges).unwrap_or_default(),
        note: note.map_or_else(Note::default, |(flags, keys)| Note {
            flags: *flags,
            keys: keys
                .as_chunks()
                .0
                .iter()
                .copied()
                .map(MarkKey::from_bytes)
                .collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;
    use twin_model::Time;

    use super::*;
    use crate::PlantClock;
    use crate::input::DecodedEvent;

    fn books() -> Books {
        Books::new("P1".parse().unwrap(), PlantClock::EventTime, 3600)
    }

    fn input(order: &str) -> Input {
        let event = json!({"specversion": "1.0", "id": order, "source": "/erp", "plant": "P1",
            "type": "mfg.work_order.created.v1", "time": "2026-03-01T08:00:00Z",
            "data": {"order": order, "material": "M", "quantity": {"value": "1", "unit": "H87"}}});
        Input::decode(Bytes::from(event.to_string()))
    }

    fn decoded(input: Input) -> DecodedEvent {
        match input.0 {
            Kind::Event(decoded) => *decoded,
            other => panic!("{other:?}"),
        }
    }

    fn charge(suspects: &Suspects, order: &str) -> Option<Charge> {
        let key = key_of(&input(order)).unwrap();
        suspects.0.lock().charges.get(&key).copied()
    }

    fn ends(ends: u32, alone: u32) -> Option<Charge> {
        Some(Charge { ends, alone })
    }

    #[test]
    fn whoever_was_not_committed_is_suspected_and_whoever_died_alone_twice_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let mut books = books();
        let first = Suspects::open(dir.path(), &books);
        assert!(first.if_any().is_none());
        assert!(!first.note_batch(&[input("A"), input("B"), input("C")]));
        // A was committed before the end.
        let committed = decoded(input("A"));
        let (source, time) = (&committed.event.source, committed.event.time);
        books
            .marks
            .insert(committed.key, committed.digest, source, time);

        let second = Suspects::open(dir.path(), &books);
        assert_eq!(charge(&second, "A"), None);
        assert_eq!(charge(&second, "B"), ends(1, 0));
        assert!(second.note_batch(&[input("D"), input("B")]), "each alone");
        assert!(
            !second.note_batch(&[input("D")]),
            "nobody is suspected here"
        );
        for alone in 1..=ENDS_ALONE_MAX {
            let suspects = Suspects::open(dir.path(), &books);
            suspects.note_one(&input("B"));
            assert_eq!(suspects.begin(&decoded(input("B")).event), None);
            let next = Suspects::open(dir.path(), &books);
            assert_eq!(charge(&next, "B"), ends(1 + alone, alone));
            assert_eq!(charge(&next, "C"), ends(1, 0), "it is not blamed");
            next.note_nothing();
        }
        let last = Suspects::open(dir.path(), &books);
        let given_up = last.begin(&decoded(input("B")).event);
        let code = given_up.expect("it is given up").code();
        assert_eq!(code, twin_model::Code::R40);
        assert_eq!(last.begin(&decoded(input("C")).event), None);
        last.end(&decoded(input("C")).event);
        assert_eq!(charge(&last, "C"), None, "it ended nothing");
    }

    #[test]
    fn an_end_between_decisions_or_a_torn_note_blames_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let suspects = Suspects::open(dir.path(), &books());
        suspects.note_batch(&[input("A")]);
        let path = dir.path().join(FILE);
        let noted = fs::read(&path).unwrap();
        suspects.note_nothing();
        assert!(Suspects::open(dir.path(), &books()).if_any().is_none());
        for cut in 0..noted.len() {
            fs::write(&path, &noted[..cut]).unwrap();
            assert!(
                Suspects::open(dir.path(), &books()).if_any().is_none(),
                "{cut}"
            );
        }
        fs::write(&path, &noted).unwrap();
        assert!(Suspects::open(dir.path(), &books()).if_any().is_some());
    }

    #[test]
    fn an_end_while_time_passed_makes_the_next_tick_careful_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let tick = || Input::tick("2026-03-01T09:00:00Z".parse::<Time>().unwrap());
        Suspects::open(dir.path(), &books()).note_clock();
        let suspects = Suspects::open(dir.path(), &books());
        assert!(!suspects.note_batch(&[input("A")]));
        assert!(suspects.note_batch(&[input("A"), tick()]));
        suspects.note_one(&tick());
        // An event that waited is tried in the tick, and ends the process.
        assert_eq!(suspects.begin(&decoded(input("W")).event), None);
        let next = Suspects::open(dir.path(), &books());
        assert_eq!(charge(&next, "W"), ends(1, 1));
        next.clock_is_through();
        assert!(!next.note_batch(&[tick()]));
    }
}
