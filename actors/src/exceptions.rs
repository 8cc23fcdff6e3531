//! The door to what needs a person.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::sync::{Semaphore, oneshot};
use twin_model::{EntityKey, Notice, Plant, Time};

use crate::books::Books;
use crate::door::Door;
use crate::outcome::Outcome;
use crate::parking::ParkedEvent;
use crate::resolution::{REASON_BYTES_MAX, SIGNATURE_BYTES_MAX};
use crate::{
    Command, Disposition, EVENT_BYTES_MAX, ExceptionEntry, ExceptionId, Resolution, Resolve,
    ResolveError, Resolved, Stopped, fork,
};

/// Waiting events on one page.
pub const PARKED_PAGE_MAX: usize = 500;
/// Dry runs of one plant at once; each has a thread and a copy of what it changes.
pub const DRY_RUNS_MAX: usize = 2;

/// The door to the exceptions of a plant.
#[derive(Debug, Clone)]
pub struct Exceptions {
    door: Door,
    dry_runs: Arc<Semaphore>,
}

/// What a resolution would do, tried on a copy of the plant.
#[derive(Debug)]
pub struct DryRun {
    /// The commit after which it was tried.
    pub commit_no: u64,
    /// What would become of the message, or of the corrected event; `None` when nothing would be
    /// tried.
    pub disposition: Option<Disposition>,
    /// It was done before: nothing would change.
    pub already: bool,
    /// The exception as it would be.
    pub entry: Arc<ExceptionEntry>,
    /// Entities that would change, in the order in which they first would.
    pub touched: Vec<EntityKey>,
    /// The plant as it is.
    pub before: Plant,
    /// The plant as it would be.
    pub after: Plant,
    /// What the outside would hear of, with the plant time.
    pub notices: Vec<(Time, Notice)>,
    /// Commands that would be sent to other systems.
    pub commands: Vec<Arc<Command>>,
}

/// Some of the waiting events.
#[derive(Debug, Clone)]
pub struct ParkedPage {
    /// The commit after which they wait.
    pub commit_no: u64,
    /// Stream by stream, in the order in which each is tried.
    pub items: Vec<Arc<ParkedEvent>>,
    /// How many wait in all.
    pub total: usize,
    /// How long an event may wait, in seconds of the plant's clock.
    pub limit_s: i64,
}

impl Exceptions {
    pub(crate) fn new(door: Door) -> Exceptions {
        Exceptions {
            door,
            dry_runs: Arc::new(Semaphore::new(DRY_RUNS_MAX)),
        }
    }

    /// The newest exceptions, oldest first, as of the last commit.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn list(&self) -> Result<Vec<Arc<ExceptionEntry>>, Stopped> {
        Ok(fork::take(&self.door).await?.exceptions)
    }

    /// Does what a person wants done with an exception. When it returns, that is on stable
    /// storage. Doing the same twice does it once.
    ///
    /// # Errors
    /// [`ResolveError`]; nothing was changed then, except that after [`ResolveError::NotTaken`]
    /// it may have been done.
    pub async fn resolve(&self, wanted: Resolution) -> Result<Resolved, ResolveError> {
        let signed = (1..=REASON_BYTES_MAX).contains(&wanted.reason.trim().len());
        if !signed {
            return Err(ResolveError::NotSigned);
        }
        let wanted = checked(wanted)?;
        let (reply, answer) = oneshot::channel();
        self.door.resolve(wanted, reply).await?;
        answer.await.map_err(|_| Stopped)?
    }

    /// Tries on a copy of the plant what [`Exceptions::resolve`] would do. Changes nothing.
    ///
    /// # Errors
    /// [`ResolveError`], as `resolve` would give.
    pub async fn dry_run(&self, wanted: Resolution) -> Result<DryRun, ResolveError> {
        let wanted = checked(wanted)?;
        let turn = Arc::clone(&self.dry_runs).acquire_owned().await;
        let turn = turn.map_err(|_| Stopped)?;
        let (reply, answer) = oneshot::channel();
        self.door
            .peek(move |books, commit_no| {
                let books = books.clone();
                // A thread of its own: the plant and its journal go on meanwhile.
                let run = move || {
                    drop(reply.send(try_out(books, commit_no, &wanted)));
                    drop(turn);
                };
                let thread = std::thread::Builder::new().name("dry run".to_owned());
                // Without a thread the reply is dropped, which is an answer.
                Box::new(move || drop(thread.spawn(run)))
            })
            .await?;
        answer.await.map_err(|_| Stopped)?
    }

    /// Events that wait for their cause: `count` of them (at most [`PARKED_PAGE_MAX`]) after the
    /// first `skip`.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn parked(&self, skip: usize, count: usize) -> Result<ParkedPage, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.door
            .peek(move |books, commit_no| {
                let waiting = books.parking.iter().skip(skip);
                let page = ParkedPage {
                    commit_no,
                    items: waiting.take(count.min(PARKED_PAGE_MAX)).cloned().collect(),
                    total: books.parking.len(),
                    limit_s: books.parking_limit_s,
                };
                Box::new(move || drop(reply.send(page)))
            })
            .await?;
        answer.await.map_err(|_| Stopped)
    }

    /// Events that are about `object` or wait for it, in the order in which they are tried; at most
    /// [`PARKED_PAGE_MAX`]. Looks at every waiting event, of which there are at most
    /// [`PARKED_EVENTS_MAX`](crate::PARKED_EVENTS_MAX).
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn parked_about(&self, object: EntityKey) -> Result<Vec<Arc<ParkedEvent>>, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.door
            .peek(move |books, _| {
                let concerns = |parked: &&Arc<ParkedEvent>| {
                    parked.waits_for == object || parked.event().body.owner() == object
                };
                let found = books.parking.iter().filter(concerns);
                let found: Vec<_> = found.take(PARKED_PAGE_MAX).cloned().collect();
                Box::new(move || drop(reply.send(found)))
            })
            .await?;
        answer.await.map_err(|_| Stopped)
    }

    /// Takes an entity out of quarantine: its waiting events are tried again. Journaled like an
    /// event. Does nothing when the entity is not quarantined.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn release_quarantine(&self, entity: EntityKey) -> Result<(), Stopped> {
        self.door
            .operator(crate::record::OperatorEntry::ReleaseQuarantine(entity))
            .await
    }
}

/// Checks what can be checked without the plant, and writes into a corrected event what it
/// corrects.
fn checked(mut wanted: Resolution) -> Result<Resolution, ResolveError> {
    let by = wanted.by.as_ref().map_or(0, |by| by.len());
    if wanted.reason.len() > REASON_BYTES_MAX || by > SIGNATURE_BYTES_MAX {
        return Err(ResolveError::NotSigned);
    }
    if let Resolve::Correct(event) = &wanted.what {
        wanted.what = Resolve::Correct(correcting(event, wanted.id)?);
    }
    Ok(wanted)
}

/// The event with an attribute that names what it corrects. Everything else stays as it was given,
/// to the byte: reading and writing JSON would round its numbers.
fn correcting(event: &Bytes, id: ExceptionId) -> Result<Bytes, ResolveError> {
    let Some(rest) = event.trim_ascii().strip_prefix(b"{") else {
        return Err(ResolveError::NoEvent);
    };
    let mut with = BytesMut::with_capacity(event.len() + 32);
    with.put_slice(format!("{{\"corrects\":\"{id}\",").as_bytes());
    with.put_slice(rest);
    match with.len() <= EVENT_BYTES_MAX {
        true => Ok(with.freeze()),
        false => Err(ResolveError::NoEvent),
    }
}

fn try_out(mut books: Books, commit_no: u64, wanted: &Resolution) -> Result<DryRun, ResolveError> {
    let before = books.plant.clone();
    let last_command = books.outbox.last;
    let mut outcome = Outcome::default();
    let settled = books.resolve(wanted, &mut outcome)?;
    let mut seen = BTreeSet::new();
    let changed = outcome.changes.into_iter().map(|change| change.key);
    let touched = changed.filter(|key| seen.insert(key.clone())).collect();
    let Some(entry) = books.exceptions.get(wanted.id).cloned() else {
        return Err(ResolveError::NotKept(wanted.id));
    };
    let commands = books.outbox.iter();
    Ok(DryRun {
        commit_no,
        disposition: settled.disposition,
        already: settled.already,
        entry,
        touched,
        before,
        commands: commands
            .filter(|command| command.id.0 > last_command)
            .cloned()
            .collect(),
        after: books.plant,
        notices: outcome
            .notices
            .into_iter()
            .map(|(_, at, notice)| (at, notice))
            .collect(),
    })
}
