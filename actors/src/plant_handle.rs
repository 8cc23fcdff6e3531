//! Opening a plant, and the handle to an open one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use twin_model::PlantId;

use crate::door::Door;
use crate::frames;
use crate::identity::IDENTITY_FORMAT;
use crate::journal::{Journal, JournalError, SEGMENT_BYTES_MAX};
use crate::lanes::Lanes;
use crate::recovery::{self, RecoveryError, Settings};
use crate::rerun::Files;
use crate::retention::Retention;
use crate::shard::ShardActor;
use crate::snapshot_file;
use crate::snapshots::Snapshots;
use crate::stage::{StageReading, Stages};
use crate::supervisor::PanicSupervisor;
use crate::writer::{self, Published};
use crate::{
    Checks, Durability, Exceptions, Feed, Fork, History, Identity, Intake, Ledger, LedgerHead,
    Outbox, guard,
};

/// Messages that may wait for a shard. Each batch of events holds credits besides.
const MAILBOX_MESSAGES_MAX: usize = 1_024;
/// How long an event waits for its cause by default: three days.
const PARKING_LIMIT_S: i64 = 3 * 24 * 3600;
/// Committed inputs after which a new snapshot is written by default.
const SNAPSHOT_INPUTS: u64 = 100_000;
/// Name of the file whose lock says that the plant is open.
pub(crate) const LOCK_FILE: &str = "open.lock";

/// Whose time a plant lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlantClock {
    /// A live plant: the wall clock.
    Wall,
    /// An imported or simulated plant: it moves only by the ticks that its source sends, so that
    /// a log of years ago does not find everything expired.
    EventTime,
}

impl PlantClock {
    /// The clock's name in configurations and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PlantClock::Wall => "wall",
            PlantClock::EventTime => "event_time",
        }
    }
}

/// How to open a plant.
#[derive(Debug, Clone)]
pub struct PlantOptions {
    /// Which plant.
    pub plant: PlantId,
    /// The directory of this plant's files; made when missing.
    pub dir: PathBuf,
    /// Whose time it lives in.
    pub clock: PlantClock,
    /// How long an event may wait for its cause, in seconds of the plant's clock.
    pub parking_limit_s: i64,
    /// Committed inputs after which a new snapshot is written.
    pub snapshot_inputs: u64,
    /// How much of the journal is kept beside what a start needs.
    pub retention: Retention,
    /// Size of a segment of the journal, in bytes, at which the next one begins.
    pub segment_bytes: u64,
    /// When a commit counts as made.
    pub durability: Durability,
    /// Makes every handler of this entity panic.
    #[cfg(feature = "chaos")]
    pub panic_at: Option<twin_model::EntityKey>,
}

impl PlantOptions {
    /// A wall-clock plant with the default limits.
    #[must_use]
    pub fn new(plant: PlantId, dir: impl Into<PathBuf>) -> PlantOptions {
        PlantOptions {
            plant,
            dir: dir.into(),
            clock: PlantClock::Wall,
            parking_limit_s: PARKING_LIMIT_S,
            #[cfg(not(feature = "chaos"))]
            snapshot_inputs: SNAPSHOT_INPUTS,
            #[cfg(feature = "chaos")]
            snapshot_inputs: crate::chaos::snapshot_inputs().unwrap_or(SNAPSHOT_INPUTS),
            retention: Retention::All,
            #[cfg(not(feature = "chaos"))]
            segment_bytes: SEGMENT_BYTES_MAX,
            #[cfg(feature = "chaos")]
            segment_bytes: crate::chaos::segment_bytes().unwrap_or(SEGMENT_BYTES_MAX),
            durability: Durability::Synced,
            #[cfg(feature = "chaos")]
            panic_at: None,
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            plant: self.plant.clone(),
            clock: self.clock,
            parking_limit_s: self.parking_limit_s,
        }
    }
}

/// Why a plant could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{0} is open in another process; stop that one first")]
    InUse(PathBuf),
    /// The directory belongs to another plant, or the plant lives in another time.
    #[error(
        "{} holds plant {} with clock {}, not plant {} with clock {}; name it as it is, or give \
         another directory",
        .dir.display(), .found.plant, .found.clock.as_str(), .wanted.plant, .wanted.clock.as_str()
    )]
    OtherPlant {
        /// The directory.
        dir: PathBuf,
        /// What it holds.
        found: Identity,
        /// What was asked for.
        wanted: Identity,
    },
    /// A newer version made the directory.
    #[error(
        "{} has plant format {found}; this twin reads up to {IDENTITY_FORMAT}. Use the version \
         that wrote it, or a newer one.", .path.display()
    )]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Its files cannot be read, are damaged, or decide otherwise.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// A thread could not be started.
    #[error("cannot start the plant's thread: {0}")]
    Thread(io::Error),
    /// The plant's thread ended while it opened.
    #[error("the plant's thread ended while it opened; its log says why")]
    Ended,
}

impl From<JournalError> for OpenError {
    fn from(error: JournalError) -> OpenError {
        OpenError::Recovery(error.into())
    }
}

/// What a shard needs to rebuild itself.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) snapshot_inputs: u64,
    #[cfg(feature = "chaos")]
    pub(crate) panic_at: Option<twin_model::EntityKey>,
}

/// An open plant. Cheap to clone; the plant stops when [`PlantHandle::close`] is called, or soon
/// after the last clone (and every door taken from it) is gone.
#[derive(Debug, Clone)]
pub struct PlantHandle {
    plant: PlantId,
    clock: PlantClock,
    durability: Durability,
    intake: Intake,
    feed: Feed,
    outbox: Outbox,
    exceptions: Exceptions,
    fork: Fork,
    history: History,
    checks: Checks,
    ledger: Ledger,
    door: Door,
    ended: watch::Receiver<bool>,
}

impl PlantHandle {
    /// Which plant.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// Whose time it lives in.
    #[must_use]
    pub fn clock(&self) -> PlantClock {
        self.clock
    }

    /// What its acknowledgements are worth.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// The door for events.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// The door to the committed changes.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The door to the commands that are due.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The door to what needs a person.
    #[must_use]
    pub fn exceptions(&self) -> &Exceptions {
        &self.exceptions
    }

    /// The door to copies of the plant.
    #[must_use]
    pub fn fork(&self) -> &Fork {
        &self.fork
    }

    /// The door to what the plant was.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The door to questions: what would become of something if it were told now.
    #[must_use]
    pub fn checks(&self) -> &Checks {
        &self.checks
    }

    /// The door to the audit trail.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether the plant still takes events.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !*self.ended.borrow()
    }

    /// Why the plant cannot make anything durable for the time being, when its disk is full. It
    /// goes on by itself when there is room; until then nothing is answered or acknowledged.
    #[must_use]
    pub fn waits_for_room(&self) -> Option<String> {
        self.door.waits_for_room()
    }

    /// How long its stages took so far: the turn of a batch, and the commit of one.
    #[must_use]
    pub fn stages(&self) -> [(&'static str, StageReading); 2] {
        let stages = self.door.stages();
        [
            ("turn", stages.turn.read()),
            ("commit", stages.commit.read()),
        ]
    }

    /// Waits until the plant has ended: closed, or stopped by a failure of its journal.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        // An error means that the plant's thread is gone, which is the end as well.
        ended.wait_for(|ended| *ended).await.ok();
    }

    /// Commits what was given, then stops. Returns when the files are closed.
    pub async fn close(&self) {
        self.door.close().await;
        self.ended().await;
    }

    /// Makes the shard itself panic, to test its supervision.
    #[cfg(feature = "chaos")]
    pub async fn panic_shard(&self) {
        self.door.panic().await;
    }
}

/// Locks a plant's directory for this process.
pub(crate) fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK_FILE);
    let io_error = |error| OpenError::from(JournalError::io(&path, error));
    let file = File::create(&path).map_err(io_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(io_error(error)),
    }
}

/// Opens a plant: recovers it from its files and starts its shard on a thread of its own.
///
/// # Errors
/// [`OpenError`]; nothing is running then, and no intact record was changed.
pub async fn open(options: PlantOptions) -> Result<PlantHandle, OpenError> {
    guard::install_panic_hook();
    let (ready, opened) = oneshot::channel();
    let (end, ended) = watch::channel(false);
    let (plant, clock) = (options.plant.clone(), options.clock);
    let files = Files {
        dir: options.dir.clone(),
        settings: options.settings(),
    };
    let durability = options.durability;
    std::thread::Builder::new()
        .name(format!("plant {plant}"))
        .spawn(move || {
            let _end = SayEnded(end);
            run(&options, ready);
        })
        .map_err(OpenError::Thread)?;
    let door = opened.await.map_err(|_| OpenError::Ended)??;
    Ok(PlantHandle {
        plant,
        clock,
        durability,
        intake: Intake::new(door.clone()),
        feed: Feed { door: door.clone() },
        outbox: Outbox { door: door.clone() },
        exceptions: Exceptions::new(door.clone()),
        fork: Fork { door: door.clone() },
        history: History {
            files,
            door: door.clone(),
        },
        checks: Checks::new(door.clone()),
        ledger: Ledger { door: door.clone() },
        door,
        ended,
    })
}

/// Says that a plant has ended, however its thread ends.
struct SayEnded(watch::Sender<bool>);

impl Drop for SayEnded {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// The life of a plant's thread.
fn run(options: &PlantOptions, ready: oneshot::Sender<Result<Door, OpenError>>) {
    let prepared = prepare(options);
    let (lock, shard, lanes, published, due) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            ready.send(Err(error)).ok();
            return;
        }
    };
    actix::System::new().block_on(async move {
        let (shard, supervisor) = PanicSupervisor::new(shard, MAILBOX_MESSAGES_MAX);
        if ready
            .send(Ok(Door {
                shard,
                lanes,
                published,
                due,
            }))
            .is_ok()
        {
            supervisor.await;
        }
    });
    // Held until the shard and its journal are gone.
    drop(lock);
}

type Prepared = (
    File,
    ShardActor,
    Arc<Lanes>,
    Arc<Published>,
    watch::Receiver<Vec<Arc<crate::Command>>>,
);

fn prepare(options: &PlantOptions) -> Result<Prepared, OpenError> {
    let dir = &options.dir;
    fs::create_dir_all(dir).map_err(|error| OpenError::from(JournalError::io(dir, error)))?;
    let lock = lock(dir)?;
    Identity::claim(options)?;
    snapshot_file::remove_unfinished(dir)?;
    let home = Home {
        dir: dir.clone(),
        settings: options.settings(),
        snapshot_inputs: options.snapshot_inputs,
        #[cfg(feature = "chaos")]
        panic_at: options.panic_at.clone(),
    };
    #[cfg_attr(
        not(feature = "chaos"),
        expect(unused_mut, reason = "changed for chaos")
    )]
    let mut recovered = recovery::recover(dir, &home.settings)?;
    #[cfg(feature = "chaos")]
    recovered
        .books
        .plant
        .panic_in_handler_of(options.panic_at.clone());
    if let Some((path, at)) = &recovered.torn {
        tracing::warn!(path = %path.display(), at, "torn end of the journal cut off");
        frames::cut(path, *at)?;
    }
    let (segment_bytes, durability) = (options.segment_bytes, options.durability);
    let journal = Journal::open(dir, recovered.head.commit_no, segment_bytes, durability)?;
    if durability == Durability::UnsafeUnsynced {
        tracing::warn!(
            plant = %options.plant,
            "durability is unsafe_unsynced: what is acknowledged may be lost with the machine"
        );
    }
    let LedgerHead { commit_no, .. } = recovered.head;
    let replayed = recovered.replayed;
    match commit_no {
        0 => tracing::info!(plant = %options.plant, "a new plant"),
        _ => tracing::info!(plant = %options.plant, commit_no, replayed, "plant recovered"),
    }
    let published = Arc::new(Published {
        head: RwLock::new(recovered.head),
        commands_len: AtomicUsize::new(recovered.books.outbox.len()),
        no_room: RwLock::new(None),
        stages: Stages::default(),
        closing: AtomicBool::new(false),
    });
    let waiting = recovered.books.outbox.iter().cloned().collect();
    let (due, due_seen) = watch::channel(waiting);
    let writer = writer::start(dir.clone(), journal, Arc::clone(&published), due)
        .map_err(OpenError::Thread)?;
    let snapshots = Snapshots::start(dir.clone(), options.settings(), options.retention)
        .map_err(OpenError::Thread)?;
    let lanes = Arc::new(Lanes::default());
    Ok((
        lock,
        ShardActor::new(home, recovered, writer, snapshots, Arc::clone(&lanes)),
        lanes,
        published,
        due_seen,
    ))
}
