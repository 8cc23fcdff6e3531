//! The published picture of one plant: its read model and its change stream, kept current by one
//! task.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::{Commit, Cursor, PlantHandle, Snapshot, StageReading, StageTimes};
use parking_lot::RwLock;
use tokio::sync::{mpsc, watch};

use crate::answer::no_picture;
use crate::carrier::Carrier;
use crate::catch_up::{CatchUps, Caught};
use crate::change_event::ChangeEvent;
use crate::consumers::Consumers;
use crate::kpi::Keeper;
use crate::past::{Pasts, When};
use crate::problem::Problem;
use crate::query::wait_for;
use crate::read_model::ReadModel;
use crate::redis_copy::RedisStatus;
use crate::ring::{Gap, Linked, Ring, STREAM_BYTES_MAX};
use crate::snapshot_copies::SnapshotCopies;
use crate::turns::Turns;

/// Commits that are taken in before followers are woken.
const COMMITS_PER_WAKE_MAX: usize = 64;
/// Pause before a plant whose feed broke off is asked again.
const RESUBSCRIBE_AFTER: Duration = Duration::from_millis(100);

/// Pause between two looks at the rules of the model; each costs a pass over all entities.
const LOOK_AT_INVARIANTS_EVERY: Duration = Duration::from_secs(60);

/// The picture of one plant.
#[derive(Debug)]
pub(crate) struct Picture {
    handle: PlantHandle,
    ring_events_max: usize,
    published: RwLock<Option<Published>>,
    taken_in: StageTimes,
    progress: watch::Sender<Progress>,
    /// How the copy in Redis is doing, where there is one.
    copy: RwLock<Option<Arc<RedisStatus>>>,
    /// Its key figures, where they are kept.
    kpis: RwLock<Option<Arc<Keeper>>>,
    carriers: RwLock<Vec<Arc<Carrier>>>,
    consumers: Consumers,
    catch_ups: CatchUps,
    copies: SnapshotCopies,
    pasts: Arc<Pasts>,
    /// How often each rule of the model was broken when it was last looked at.
    broken: RwLock<BTreeMap<&'static str, u64>>,
}

/// Whose turn it is to go through a journal again, over all plants: each who does has all states of
/// its plant for itself.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    /// For followers that come back.
    catch_ups: Arc<Turns>,
    /// For questions about the past.
    pasts: Arc<Turns>,
    /// For key figures.
    pub(crate) kpis: Arc<Turns>,
}

/// What readers see, always of one and the same commit.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) model: ReadModel,
    ring: Ring,
}

/// How far the picture has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// `None` before the first picture.
    pub(crate) reached: Option<Cursor>,
    /// Nothing will come any more.
    pub(crate) ended: bool,
}

/// Says at its end that the picture stands still.
struct EndMark<'p>(&'p watch::Sender<Progress>);

impl Drop for EndMark<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|progress| progress.ended = true);
    }
}

/// What a follower finds at its position.
pub(crate) enum Found {
    /// Entries, perhaps none.
    Entries(Vec<Arc<ChangeEvent>>),
    /// Entries that it has not read have left.
    Lost,
}

impl Picture {
    pub(crate) fn new(handle: PlantHandle, ring_events_max: usize, runs: &Runs) -> Picture {
        Picture {
            handle,
            ring_events_max,
            published: RwLock::new(None),
            taken_in: StageTimes::default(),
            progress: watch::Sender::new(Progress::default()),
            copy: RwLock::default(),
            kpis: RwLock::default(),
            carriers: RwLock::default(),
            consumers: Consumers::default(),
            catch_ups: CatchUps::new(Arc::clone(&runs.catch_ups)),
            copies: SnapshotCopies::default(),
            pasts: Pasts::new(Arc::clone(&runs.pasts)),
            broken: RwLock::default(),
        }
    }

    /// Has what comes after a cursor read out of the journal, for a follower that comes back.
    pub(crate) fn catch_up(self: &Arc<Picture>, after: Cursor) -> mpsc::Receiver<Caught> {
        self.catch_ups.join(self, after)
    }

    /// A copy of it for a subscription to begin with; `None` before the first picture.
    pub(crate) fn snapshot_copy(&self) -> Option<Arc<ReadModel>> {
        self.copies.get(self)
    }

    pub(crate) fn catch_ups(&self) -> &CatchUps {
        &self.catch_ups
    }

    /// A copy of it is kept in Redis.
    pub(crate) fn is_copied(&self, status: Arc<RedisStatus>) {
        *self.copy.write() = Some(status);
    }

    /// Its key figures are kept.
    pub(crate) fn has_kpis(&self, keeper: Arc<Keeper>) {
        *self.kpis.write() = Some(keeper);
    }

    /// Its key figures, where they are kept.
    pub(crate) fn kpis(&self) -> Option<Arc<Keeper>> {
        self.kpis.read().clone()
    }

    /// Its stream is carried further.
    pub(crate) fn is_carried(&self, carrier: Arc<Carrier>) {
        self.carriers.write().push(carrier);
    }

    /// The consumers that are known by name.
    pub(crate) fn consumers(&self) -> &Consumers {
        &self.consumers
    }

    /// Who carries its stream further.
    pub(crate) fn carriers(&self) -> Vec<Arc<Carrier>> {
        self.carriers.read().clone()
    }

    /// How the copy in Redis is doing, where there is one.
    pub(crate) fn copy(&self) -> Option<Arc<RedisStatus>> {
        self.copy.read().clone()
    }

    /// Looks at the rules of the model again and again until the plant ends. What is found is a
    /// fault of the twin, so it is told once in the log and stands in the figures.
    pub(crate) async fn watch_invariants(&self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_AT_INVARIANTS_EVERY) => {}
                () = self.handle.ended() => return,
            }
            let Ok(snapshot) = self.handle.fork().take().await else {
                continue;
            };
            let found = tokio::task::spawn_blocking(move || snapshot.plant.breaches()).await;
            let mut broken = BTreeMap::new();
            for breach in found.unwrap_or_default() {
                tracing::error!(plant = %self.handle.plant(), %breach, "a rule of the model is broken");
                *broken.entry(breach.invariant.id()).or_default() += 1;
            }
            *self.broken.write() = broken;
        }
    }

    /// How often each rule was broken when it was last looked at.
    pub(crate) fn broken_invariants(&self) -> BTreeMap<&'static str, u64> {
        self.broken.read().clone()
    }

    pub(crate) fn handle(&self) -> &PlantHandle {
        &self.handle
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Follows the plant until it ends. Should the feed break off before that, the picture starts
    /// anew, and followers are told of the gap.
    pub(crate) async fn follow(&self) {
        // Also when the task is dropped or panics: readers must see that nothing comes any more.
        let _ended = EndMark(&self.progress);
        while self.handle.is_open() {
            let Ok(mut subscription) = self.handle.feed().subscribe().await else {
                tokio::select! {
                    () = tokio::time::sleep(RESUBSCRIBE_AFTER) => {}
                    () = self.handle.ended() => {}
                }
                continue;
            };
            self.begin(&subscription.start);
            // The copy would keep every state of the start alive.
            drop(subscription.start);
            let mut commits = Vec::with_capacity(COMMITS_PER_WAKE_MAX);
            while subscription
                .commits
                .recv_many(&mut commits, COMMITS_PER_WAKE_MAX)
                .await
                > 0
            {
                for commit in commits.drain(..) {
                    self.take_in(&commit);
                }
                self.wake();
            }
        }
    }

    /// Starts the picture, or starts it anew.
    pub(crate) fn begin(&self, start: &Snapshot) {
        let model = ReadModel::from_snapshot(start, self.handle.clock(), self.handle.durability());
        let mut published = self.published.write();
        let ring = match published.take() {
            Some(before) => before.ring.restarted(model.cursor()),
            None => Ring::with_limits(model.cursor(), self.ring_events_max, STREAM_BYTES_MAX),
        };
        *published = Some(Published { model, ring });
        drop(published);
        self.wake();
    }

    fn take_in(&self, commit: &Commit) {
        let begun = Instant::now();
        let mut published = self.published.write();
        if let Some(Published { model, ring }) = published.as_mut() {
            for event in model.take_in(commit) {
                ring.push(event);
            }
        }
        drop(published);
        self.taken_in.note(begun.elapsed());
    }

    /// How long commits took to come into the picture.
    pub(crate) fn taken_in(&self) -> StageReading {
        self.taken_in.read()
    }

    fn wake(&self) {
        let reached = self.read(|published| published.model.cursor());
        self.progress
            .send_modify(|progress| progress.reached = reached);
    }

    /// Lets `reader` look at the picture of now or, where the query wants that, of the past.
    ///
    /// # Errors
    /// [`Problem`] when there is no such picture, or none yet.
    pub(crate) async fn look<T>(
        &self,
        when: &When,
        reader: impl FnOnce(&ReadModel) -> T,
    ) -> Result<T, Problem> {
        wait_for(self, when.wait_for).await?;
        let none_yet = || no_picture(self.handle.plant().as_str());
        let stands = self.read(|published| (published.model.cursor(), published.model.now()));
        let (newest, now) = stands.ok_or_else(none_yet)?;
        match when.past(newest, now)? {
            None => {
                let read = self.read(|published| reader(&published.model));
                read.ok_or_else(none_yet)
            }
            Some(asked) => {
                let model = self
                    .pasts
                    .get(&self.handle, asked, (newest.commit_no, when.wait_for))
                    .await?;
                Ok(reader(&model))
            }
        }
    }

    /// Lets `reader` look at the picture; `None` while there is none yet. Changes of the plant
    /// wait meanwhile, so `reader` only picks what it needs.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&Published) -> T) -> Option<T> {
        self.published.read().as_ref().map(reader)
    }
}

impl Published {
    /// The position after `cursor`.
    pub(crate) fn seek(&self, cursor: Cursor) -> Result<u64, Gap> {
        self.ring.seek(cursor, self.model.cursor())
    }

    /// The position after `cursor`, which is known to be of this plant's history.
    pub(crate) fn reach(&self, cursor: Cursor) -> Result<u64, Gap> {
        self.ring.reach(cursor, self.model.cursor())
    }

    /// The position after the newest entry.
    pub(crate) fn end(&self) -> u64 {
        self.ring.end()
    }

    /// Up to `max` entries at `position`.
    pub(crate) fn entries(&self, position: u64, max: usize) -> Found {
        match self.ring.read(position, max) {
            Some(entries) => Found::Entries(entries),
            None => Found::Lost,
        }
    }

    /// Up to `max` entries at `position` with their neighbours; `None` when some of them have left.
    pub(crate) fn linked(&self, position: u64, max: usize) -> Option<Vec<Linked>> {
        self.ring.read_linked(position, max)
    }

    /// The entry at a position, if it is kept.
    pub(crate) fn at(&self, position: u64) -> Option<&Arc<ChangeEvent>> {
        self.ring.at(position)
    }

    /// Whether a follower at `position` is so far behind that it may lose what it has not read.
    pub(crate) fn is_behind(&self, position: u64) -> bool {
        self.ring.is_behind(position)
    }

    /// Entries and bytes that the stream keeps now.
    pub(crate) fn ring_size(&self) -> (usize, usize) {
        self.ring.size()
    }
}
