//! From the files of a plant back to its books: newest good snapshot, then the journal's tail.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use twin_model::{Event, Plant, PlantId, Time};

use crate::books::Books;
use crate::difference::{Against, Difference, EventName, Place};
use crate::exception_entry::KeyedBy;
use crate::input::{DecodedEvent, Input, Kind};
use crate::journal::{self, JournalError};
use crate::marks::MarkKey;
use crate::outcome::{Effective, Outcome};
use crate::reading::{self, Reached, ReadRecord};
use crate::record::{Entry, OperatorEntry, Verdict};
use crate::segment::first_commit;
use crate::snapshot_file::Found;
use crate::stored::{InvalidBooks, StoredBooks};
use crate::{Change, Disposition, ExceptionId, LedgerHead, PlantClock, snapshot_file};

/// Books as the files have them.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) books: Books,
    pub(crate) epoch: u64,
    pub(crate) head: LedgerHead,
    pub(crate) recorded: Time,
    /// Events decided again.
    pub(crate) replayed: u64,
    /// Where the newest segment must be cut, if its end is torn.
    pub(crate) torn: Option<(PathBuf, u64)>,
}

/// Why a plant cannot be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The files cannot be read, or are damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A replay decides otherwise than the journal says.
    #[error("{0} Use the version that wrote the journal, and report this.")]
    Diverged(Box<Difference>),
    /// The first records are not there, and no snapshot stands for them.
    #[error(
        "{}: the journal begins at commit {first_commit}, and {snapshots}. Use the version that \
         wrote them, or bring the earlier segments back.", .dir.display()
    )]
    NoBeginning {
        /// The plant's directory.
        dir: PathBuf,
        /// The first commit that is there.
        first_commit: u64,
        /// Why no snapshot serves.
        snapshots: String,
    },
}

impl RecoveryError {
    /// The file or directory that it is about, and where in it, in bytes, if that is known.
    #[must_use]
    pub fn place(&self) -> (&Path, Option<u64>) {
        match self {
            RecoveryError::Journal(error) => error.place(),
            RecoveryError::Diverged(difference) => {
                let place = &difference.place;
                (&place.segment, Some(place.offset))
            }
            RecoveryError::NoBeginning { dir, .. } => (dir, None),
        }
    }
}

/// What recovery needs to know of a plant.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) plant: PlantId,
    pub(crate) clock: PlantClock,
    pub(crate) parking_limit_s: i64,
}

impl Recovered {
    /// A plant of which nothing is known.
    pub(crate) fn empty(settings: &Settings) -> Recovered {
        let Settings {
            plant,
            clock,
            parking_limit_s,
        } = settings.clone();
        Recovered {
            books: Books::new(plant, clock, parking_limit_s),
            epoch: 0,
            head: LedgerHead {
                commit_no: 0,
                hash: [0; 32],
            },
            recorded: Time::EPOCH,
            replayed: 0,
            torn: None,
        }
    }

    /// A plant as a snapshot has it.
    pub(crate) fn of(stored: StoredBooks, settings: &Settings) -> Result<Recovered, InvalidBooks> {
        let (epoch, recorded) = (stored.epoch, stored.recorded);
        let head = LedgerHead {
            commit_no: stored.commit_no,
            hash: stored.hash,
        };
        let books = stored.restore(settings.clock, settings.parking_limit_s)?;
        Ok(Recovered {
            books,
            epoch,
            head,
            recorded,
            replayed: 0,
            torn: None,
        })
    }
}

/// Recovers from the newest good snapshot and the journal. Changes no file.
pub(crate) fn recover(dir: &Path, settings: &Settings) -> Result<Recovered, RecoveryError> {
    let mut passed_over = Vec::new();
    for path in snapshot_file::list(dir)?.iter().rev() {
        match restored(path, settings)? {
            Ok(start) => return replay(dir, start, None),
            Err(why) => {
                tracing::warn!(path = %path.display(), %why, "snapshot passed over");
                passed_over.push(format!("{} {why}", path.display()));
            }
        }
    }
    must_begin(dir, passed_over)?;
    replay(dir, Recovered::empty(settings), None)
}

/// A plant from a snapshot file, or why it cannot be had from there.
pub(crate) fn restored(
    path: &Path,
    settings: &Settings,
) -> Result<Result<Recovered, String>, JournalError> {
    let stored = match snapshot_file::read(path)? {
        Found::Books(stored) => stored,
        unusable => return Ok(Err(unusable.to_string())),
    };
    Ok(Recovered::of(*stored, settings).map_err(|error| error.to_string()))
}

/// Insists that the journal has its first record, as nothing else stands for it.
pub(crate) fn must_begin(dir: &Path, passed_over: Vec<String>) -> Result<(), RecoveryError> {
    let segments = journal::segments(dir)?;
    let first_commit = segments.first().map_or(1, |path| first_commit(path));
    if first_commit <= 1 {
        return Ok(());
    }
    let snapshots = match passed_over.is_empty() {
        true => "there is no snapshot of what was before".to_owned(),
        false => passed_over.join(", "),
    };
    Err(RecoveryError::NoBeginning {
        dir: dir.to_owned(),
        first_commit,
        snapshots,
    })
}

/// Replays the whole journal, without any snapshot, and tells `each` event that is applied, in the
/// order in which they are.
pub(crate) fn replay_all(
    dir: &Path,
    settings: &Settings,
    each: &mut dyn FnMut(Event),
) -> Result<Recovered, RecoveryError> {
    must_begin(dir, vec!["the replay must begin at the first".to_owned()])?;
    replay(dir, Recovered::empty(settings), Some(each))
}

fn replay(
    dir: &Path,
    mut recovered: Recovered,
    mut each: Option<&mut dyn FnMut(Event)>,
) -> Result<Recovered, RecoveryError> {
    recovered.books.replaying = true;
    let reached = reading::read(dir, recovered.head.commit_no, |record| {
        let outcome = match each {
            Some(_) => Outcome::listing_effective(),
            None => Outcome::default(),
        };
        let outcome = replay_record(&mut recovered, record, outcome)?;
        if let Some(tell) = &mut each {
            for effective in outcome.effective.into_iter().flatten() {
                if let Effective::Event(event) = effective {
                    tell(*event);
                }
            }
        }
        Ok::<_, RecoveryError>(())
    })?;
    finish(dir, &mut recovered, reached)?;
    Ok(recovered)
}

/// Ends a replay that came to the end of the journal.
pub(crate) fn finish(
    dir: &Path,
    recovered: &mut Recovered,
    reached: Reached,
) -> Result<(), RecoveryError> {
    recovered.torn = reached.torn;
    if reached.commit_no < recovered.head.commit_no {
        // The snapshot holds what was acknowledged, so what is missing here is damage, not a torn
        // end: going on would leave a gap in the only truth.
        let path = journal::segments(dir)?.pop();
        let path = path.unwrap_or_else(|| dir.to_owned());
        let detail = format!(
            "the journal ends at commit {}{}, but a snapshot holds commit {}",
            reached.commit_no,
            recovered
                .torn
                .as_ref()
                .map_or(String::new(), |(_, at)| format!(" (offset {at})")),
            recovered.head.commit_no
        );
        return Err(JournalError::broken(path, detail).into());
    }
    recovered.books.replaying = false;
    Ok(())
}

fn check_chain(read: &ReadRecord, head: &LedgerHead) -> Result<(), JournalError> {
    let record = &read.record;
    let detail = if record.commit_no != head.commit_no + 1 {
        format!(
            "commit {} follows commit {}",
            record.commit_no, head.commit_no
        )
    } else if record.previous != head.hash {
        format!(
            "commit {} does not continue the chain of commit {}",
            record.commit_no, head.commit_no
        )
    } else {
        return Ok(());
    };
    Err(JournalError::Broken {
        path: read.segment.to_path_buf(),
        offset: Some(read.offset),
        detail,
    })
}

/// Decides a record again. Gives `outcome` with what it did, as it was when the record was written.
pub(crate) fn replay_record(
    recovered: &mut Recovered,
    read: ReadRecord,
    mut outcome: Outcome,
) -> Result<Outcome, RecoveryError> {
    check_chain(&read, &recovered.head)?;
    let ReadRecord {
        segment,
        offset,
        record,
        hash,
        events,
    } = read;
    let place = || Place {
        segment: segment.to_path_buf(),
        offset,
        commit_no: record.commit_no,
    };
    let books = &mut recovered.books;
    books.poison_script = record.poisoned;
    let mut events = events.into_iter();
    for entry in record.entries {
        let event = match entry {
            Entry::Event { .. } => {
                recovered.replayed += 1;
                events.next().flatten()
            }
            _ => None,
        };
        replay_entry(books, entry, event, &mut outcome)
            .map_err(|otherwise| otherwise.at(place()))?;
    }
    books.poison_script = Vec::new();
    recovered.epoch = record.epoch;
    recovered.recorded = record.recorded;
    recovered.head = LedgerHead {
        commit_no: record.commit_no,
        hash,
    };
    Ok(outcome)
}

/// What is decided otherwise, and how.
#[derive(Debug)]
struct Otherwise {
    what: String,
    event: Option<EventName>,
    journaled: String,
    replayed: String,
}

impl Otherwise {
    fn at(self, place: Place) -> RecoveryError {
        RecoveryError::Diverged(Box::new(Difference {
            place,
            event: self.event,
            against: Against::Journal,
            what: self.what,
            kept: self.journaled,
            replayed: self.replayed,
            entities: Vec::new(),
            entities_len: 0,
        }))
    }
}

/// Decides one entry again; `event` is the decoded one of an event.
fn replay_entry(
    books: &mut Books,
    entry: Entry,
    event: Option<Box<DecodedEvent>>,
    outcome: &mut Outcome,
) -> Result<(), Otherwise> {
    match entry {
        Entry::Event { raw, verdict } => {
            let Some(decoded) = event else {
                return Err(unreadable_now(raw, verdict));
            };
            let name = EventName::of(&decoded.event);
            let disposition = books.decide(*decoded, outcome);
            if verdict_of(&disposition) != Some(verdict) {
                return Err(Otherwise {
                    what: "event".to_owned(),
                    event: Some(name),
                    journaled: verdict.to_string(),
                    replayed: in_words(&disposition),
                });
            }
        }
        Entry::Duplicates(count) => books.counts.duplicates += count,
        Entry::Unreadable(entry) => {
            let key = MarkKey::of_bytes(&entry.raw);
            books.unreadable(&entry, (key, KeyedBy::Bytes), outcome);
        }
        Entry::Start(entry, key) => {
            books.unreadable(&entry, (key, KeyedBy::Start), outcome);
        }
        Entry::Tick(now) => books.tick(now, outcome),
        Entry::Operator(OperatorEntry::Replayed(was)) => {
            let found = books.replay_again(&was, outcome);
            if found != was.found {
                return Err(Otherwise {
                    what: format!("a replay of exception {}", ExceptionId(was.exception)),
                    event: None,
                    journaled: format!("{:?}", was.found),
                    replayed: format!("{found:?}"),
                });
            }
        }
        Entry::Operator(entry) => books.operate(&entry, outcome),
        Entry::SeenAgain(id) => books.note_seen(ExceptionId(id), outcome),
    }
    Ok(())
}

fn unreadable_now(raw: Bytes, verdict: Verdict) -> Otherwise {
    let replayed = match Input::decode(raw).0 {
        Kind::Unreadable { error, .. } => format!("unreadable ({})", error.rejection),
        Kind::Event(_) | Kind::Tick(_) => "readable the second time".to_owned(),
    };
    Otherwise {
        what: "an event".to_owned(),
        event: None,
        journaled: verdict.to_string(),
        replayed,
    }
}

fn verdict_of(disposition: &Disposition) -> Option<Verdict> {
    match disposition {
        Disposition::Applied => Some(Verdict::Applied),
        Disposition::Duplicate => None,
        Disposition::Refused(rejection) => Some(Verdict::Refused(rejection.code())),
        Disposition::Parked { code, .. } => Some(Verdict::Parked(*code)),
        Disposition::Exception { rejection, .. } => Some(Verdict::Exception(rejection.code())),
    }
}

fn in_words(disposition: &Disposition) -> String {
    let verdict = match verdict_of(disposition) {
        Some(verdict) => verdict.to_string(),
        None => "a duplicate".to_owned(),
    };
    match disposition {
        Disposition::Applied | Disposition::Duplicate => verdict,
        Disposition::Refused(rejection) | Disposition::Exception { rejection, .. } => {
            format!("{verdict}: {rejection}")
        }
        Disposition::Parked { text, .. } => format!("{verdict}: {text}"),
    }
}

/// What deciding one entry anew would change.
pub(crate) struct Anew {
    pub(crate) before: Plant,
    pub(crate) changes: Vec<Change>,
}

/// Replays again up to a record that is decided otherwise, and shows what its first such entry
/// changes now.
pub(crate) fn decided_anew(
    dir: &Path,
    start: Recovered,
    commit_no: u64,
) -> Result<Option<Anew>, RecoveryError> {
    let (mut recovered, mut found) = (start, None);
    recovered.books.replaying = true;
    reading::read(dir, recovered.head.commit_no, |read| {
        if read.record.commit_no < commit_no {
            return replay_record(&mut recovered, read, Outcome::default()).map(drop);
        }
        if found.is_none() && read.record.commit_no == commit_no {
            found = first_otherwise(&mut recovered.books, read);
        }
        Ok(())
    })?;
    Ok(found)
}

fn first_otherwise(books: &mut Books, read: ReadRecord) -> Option<Anew> {
    books.poison_script = read.record.poisoned;
    let mut events = read.events.into_iter();
    for entry in read.record.entries {
        let event = match entry {
            Entry::Event { .. } => events.next().flatten(),
            _ => None,
        };
        let (before, mut outcome) = (books.plant.clone(), Outcome::default());
        if replay_entry(books, entry, event, &mut outcome).is_err() {
            let changes = outcome.changes;
            return Some(Anew { before, changes });
        }
    }
    None
}
