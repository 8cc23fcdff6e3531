//! One plant as a supervised shard of entity actors: turn, group commit, recovery.
//!
//! [`open`] recovers a plant from its journal and gives a [`PlantHandle`]. Everything goes through
//! the handle's doors: [`Intake`] takes events and answers after their commit, [`Feed`] gives the
//! committed changes in order, [`Outbox`] the commands that are due, [`Exceptions`] what needs a
//! person, [`Checks`] what would become of an event, [`Fork`] a consistent copy, [`History`]
//! what the plant was, [`Ledger`] the head of the journal's hash chain.
//!
//! What is absent here: AMQP, Redis, HTTP. And no actix type leaves this crate: the shard runs on
//! a thread of its own, so that the handles work from any runtime.

mod because;
mod books;
mod case;
#[cfg(feature = "chaos")]
pub mod chaos;
mod checks;
mod commit;
mod counts;
mod cursor;
mod difference;
mod door;
mod durability;
mod exception_entry;
mod exception_list;
mod exceptions;
mod feed;
mod fork;
mod format;
mod frame_log;
mod frames;
mod guard;
mod history;
mod identity;
mod input;
mod intake;
mod journal;
mod killpoint;
mod lanes;
mod ledger;
mod marks;
mod outbox;
mod outcome;
mod outlet;
mod parking;
mod plant_handle;
mod quota;
mod raising;
mod reading;
mod record;
mod recovery;
mod rerun;
mod resolution;
mod resolving;
mod retention;
mod retold;
mod segment;
mod shard;
mod snapshot_file;
mod snapshots;
mod spool;
mod spool_aside;
mod spool_disk;
mod spool_mark;
mod spools;
mod stage;
mod stored;
mod stored_difference;
mod supervisor;
mod suspects;
mod verify;
mod waiting;
mod whole_file;
mod writer;

pub use because::TICK;
pub use checks::{ASKERS_MAX, Answers, Checks, NotAnswered, Outlook, QUESTIONS_MAX, Question};
pub use commit::{CauseRef, Change, Commit, Snapshot};
pub use counts::Counts;
pub use cursor::{Cursor, InvalidCursor};
pub use difference::{
    Against, DIFFERING_ENTITIES_MAX, Difference, EntityDifference, EventName, FieldDifference,
    Place, differing_fields,
};
pub use durability::Durability;
pub use exception_entry::{Closed, ExceptionEntry, ExceptionId, How, InvalidExceptionId, Step};
pub use exception_list::{EXCEPTIONS_BYTES_MAX, EXCEPTIONS_MAX};
pub use exceptions::{DRY_RUNS_MAX, DryRun, Exceptions, PARKED_PAGE_MAX, ParkedPage};
pub use feed::{FEED_COMMITS_MAX, Feed, Subscription};
pub use fork::Fork;
pub use format::{lock_file, readable};
pub use guard::{POISON_TRIES_MAX, QUARANTINE_FAILURES_MAX};
pub use history::{History, HistoryError, Moment, Was};
pub use identity::Identity;
pub use input::{EVENT_BYTES_MAX, Input};
pub use intake::{
    Disposition, INTAKE_EVENTS_MAX, INTAKE_KIB_MAX, Intake, IntakeError, Pending, Receipt,
    URGENT_EVENTS_MAX, URGENT_KIB_MAX,
};
pub use journal::{JournalError, SEGMENT_BYTES_MAX};
pub use killpoint::KILL_POINTS;
pub use ledger::{Ledger, LedgerHead};
pub use marks::MARKS_MAX;
pub use outbox::{Command, CommandId, OUTBOX_COMMANDS_MAX, Outbox, Route};
pub use outlet::{Outlet, PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, Page};
pub use parking::{PARKED_BYTES_MAX, PARKED_EVENTS_MAX, ParkedEvent};
pub use plant_handle::{OpenError, PlantClock, PlantHandle, PlantOptions, open};
pub use quota::{Quota, QuotaReport, Share, URGENT_RESERVE_PERCENT};
pub use record::JOURNAL_FORMAT;
pub use recovery::RecoveryError;
pub use resolution::{
    REASON_BYTES_MAX, Resolution, Resolve, ResolveError, Resolved, SIGNATURE_BYTES_MAX,
};
pub use retention::Retention;
pub use retold::Retold;
pub use spool::{SPOOL_SEGMENT_BYTES_MAX, Spool, SpoolReport, StoreError};
pub use spool_aside::{ASIDE_MESSAGES_MAX, AsideError, AsideMessage};
pub use spool_disk::DISK_FREE_BYTES_MIN;
pub use spools::Spools;
pub use stage::{STAGE_BOUNDS_US, StageReading, StageTimes};
pub use verify::{Verified, replay, verify};
pub use whole_file::write_whole;

/// A plant has stopped, is stopping, or waits for room on its disk: nothing can be asked of it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the plant is stopping, its disk is full or its journal has failed; ask again after it is \
     back (/ready says what stands against it)"
)]
pub struct Stopped;
