//! From the files of a plant back to its books: newest good snapshot, then the journal's tail.

use std::path::{Path, PathBuf};

use twin_model::{Event, Plant, PlantId, Time};

use crate::books::{Books, Outcome};
use crate::exception_entry::KeyedBy;
use crate::input::{Input, Kind};
use crate::journal::{self, JournalError};
use crate::marks::MarkKey;
use crate::record::{Entry, OperatorEntry, Record, Verdict};
use crate::{Disposition, ExceptionId, LedgerHead, PlantClock, snapshot_file};

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
    #[error(
        "commit {commit_no}: event {event} was {journaled} when it came, but this version of the \
         twin says {replayed}. Use the version that wrote the journal, and report this."
    )]
    Diverged {
        /// Which commit.
        commit_no: u64,
        /// Which event.
        event: String,
        /// The journal's verdict.
        journaled: String,
        /// This version's verdict.
        replayed: String,
    },
}

/// What recovery needs to know of a plant.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) plant: PlantId,
    pub(crate) clock: PlantClock,
    pub(crate) parking_limit_s: i64,
}

/// Recovers from the newest good snapshot and the journal. Changes no file.
pub(crate) fn recover(dir: &Path, settings: &Settings) -> Result<Recovered, RecoveryError> {
    let mut start = None;
    for path in snapshot_file::list(dir)?.iter().rev() {
        let Some(stored) = snapshot_file::read(path)? else {
            tracing::warn!(path = %path.display(), "snapshot passed over: damaged or of another format");
            continue;
        };
        let (epoch, recorded) = (stored.epoch, stored.recorded);
        let head = LedgerHead {
            commit_no: stored.commit_no,
            hash: stored.hash,
        };
        match stored.restore(settings.clock, settings.parking_limit_s) {
            Ok(books) => {
                start = Some((books, epoch, head, recorded));
                break;
            }
            Err(error) => tracing::warn!(path = %path.display(), %error, "snapshot passed over"),
        }
    }
    replay(dir, settings, start, Watcher::Nobody)
}

/// Replays the whole journal, without any snapshot, while `watcher` looks on.
pub(crate) fn replay_all(
    dir: &Path,
    settings: &Settings,
    watcher: Watcher<'_>,
) -> Result<Recovered, RecoveryError> {
    replay(dir, settings, None, watcher)
}

/// Who looks on while a journal is replayed.
pub(crate) enum Watcher<'a> {
    /// Nobody.
    Nobody,
    /// Somebody who hears of each event that is applied, in the order in which they are.
    OfEvents(&'a mut dyn FnMut(Event)),
    /// Somebody who sees the plant after each commit, with the events decided so far.
    OfCommits(&'a mut dyn FnMut(&Plant, u64)),
}

fn replay(
    dir: &Path,
    settings: &Settings,
    start: Option<(Books, u64, LedgerHead, Time)>,
    mut watcher: Watcher<'_>,
) -> Result<Recovered, RecoveryError> {
    let (books, epoch, head, recorded) = start.unwrap_or_else(|| {
        let Settings {
            plant,
            clock,
            parking_limit_s,
        } = settings.clone();
        let head = LedgerHead {
            commit_no: 0,
            hash: [0; 32],
        };
        (
            Books::new(plant, clock, parking_limit_s),
            0,
            head,
            Time::EPOCH,
        )
    });
    let mut recovered = Recovered {
        books,
        epoch,
        head,
        recorded,
        replayed: 0,
        torn: None,
    };
    recovered.books.replaying = true;
    let segments = journal::segments(dir)?;
    // A segment's name is its first commit: those wholly before the snapshot need not be read.
    let first = segments
        .iter()
        .rposition(|path| first_commit(path) <= recovered.head.commit_no + 1)
        .unwrap_or(0);
    // How far the journal itself reaches, wherever the snapshot is.
    let mut reached = 0;
    for (place, path) in segments.iter().enumerate().skip(first) {
        reached = reached.max(first_commit(path).saturating_sub(1));
        let read = journal::read_segment(path, place + 1 == segments.len())?;
        for (record, hash) in read.records {
            reached = record.commit_no;
            if record.commit_no > recovered.head.commit_no {
                check_chain(path, &record, &recovered.head)?;
                replay_record(&mut recovered, record, hash, &mut watcher)?;
            }
        }
        recovered.torn = read.torn_at.map(|at| (path.clone(), at));
    }
    if reached < recovered.head.commit_no {
        // The snapshot holds what was acknowledged, so what is missing here is damage, not a torn
        // end: going on would leave a gap in the only truth.
        let path = segments.last().cloned().unwrap_or_else(|| dir.to_owned());
        let detail = format!(
            "the journal ends at commit {reached}{}, but a snapshot holds commit {}",
            recovered
                .torn
                .map_or(String::new(), |(_, at)| format!(" (offset {at})")),
            recovered.head.commit_no
        );
        return Err(JournalError::Broken { path, detail }.into());
    }
    recovered.books.replaying = false;
    Ok(recovered)
}

fn first_commit(path: &Path) -> u64 {
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.trim_start_matches("journal-").parse().unwrap_or(0)
}

fn check_chain(path: &Path, record: &Record, head: &LedgerHead) -> Result<(), JournalError> {
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
        path: path.to_owned(),
        detail,
    })
}

fn replay_record(
    recovered: &mut Recovered,
    record: Record,
    hash: [u8; 32],
    watcher: &mut Watcher<'_>,
) -> Result<(), RecoveryError> {
    let books = &mut recovered.books;
    books.poison_script = record.poisoned;
    // A replay hands nothing out.
    for entry in record.entries {
        let mut outcome = match watcher {
            Watcher::OfEvents(_) => Outcome::listing_applied(),
            Watcher::OfCommits(_) | Watcher::Nobody => Outcome::default(),
        };
        match entry {
            Entry::Event { raw, verdict } => {
                recovered.replayed += 1;
                let Kind::Event(decoded) = Input::decode(raw).0 else {
                    return Err(diverged(record.commit_no, "unreadable now", verdict, None));
                };
                let name = format!("{} from {}", decoded.event.id, decoded.event.source);
                let replayed = verdict_of(&books.decide(*decoded, &mut outcome));
                if replayed != Some(verdict) {
                    return Err(diverged(record.commit_no, &name, verdict, replayed));
                }
            }
            Entry::Duplicates(count) => books.counts.duplicates += count,
            Entry::Unreadable(entry) => {
                let key = MarkKey::of_bytes(&entry.raw);
                books.unreadable(&entry, (key, KeyedBy::Bytes), &mut outcome);
            }
            Entry::Start(entry, key) => {
                books.unreadable(&entry, (key, KeyedBy::Start), &mut outcome);
            }
            Entry::Tick(now) => books.tick(now, &mut outcome),
            Entry::Operator(OperatorEntry::Replayed(was)) => {
                let found = books.replay_again(&was, &mut outcome);
                if found != was.found {
                    return Err(RecoveryError::Diverged {
                        commit_no: record.commit_no,
                        event: format!("of exception {}, replayed", ExceptionId(was.exception)),
                        journaled: format!("{:?}", was.found),
                        replayed: format!("{found:?}"),
                    });
                }
            }
            Entry::Operator(entry) => books.operate(&entry, &mut outcome),
            Entry::SeenAgain(id) => books.note_seen(ExceptionId(id), &mut outcome),
        }
        if let Watcher::OfEvents(tell) = watcher {
            outcome.applied.into_iter().flatten().for_each(tell);
        }
    }
    books.poison_script = Vec::new();
    if let Watcher::OfCommits(look) = watcher {
        look(&books.plant, recovered.replayed);
    }
    recovered.epoch = record.epoch;
    recovered.recorded = record.recorded;
    recovered.head = LedgerHead {
        commit_no: record.commit_no,
        hash,
    };
    Ok(())
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

fn diverged(
    commit_no: u64,
    event: &str,
    journaled: Verdict,
    replayed: Option<Verdict>,
) -> RecoveryError {
    RecoveryError::Diverged {
        commit_no,
        event: event.to_owned(),
        journaled: format!("{journaled:?}"),
        replayed: replayed.map_or_else(|| "something else".to_owned(), |v| format!("{v:?}")),
    }
}
