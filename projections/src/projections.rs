//! The pictures of all plants of this process: what the routes answer from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actors::{Cursor, DryRun, PlantHandle};
use parking_lot::RwLock;
use twin_model::{PlantId, SmolStr};

use crate::answer::no_picture;
use crate::kpi::{Keeper, Target, TargetError};
use crate::picture::{Picture, Runs};
use crate::problem::Problem;
use crate::ring::STREAM_EVENTS_MAX;
use crate::view::DryRunView;

/// Change streams that may be open at once, over all plants.
pub const STREAMS_MAX: usize = 1_000;
/// A stream that has nothing to say says so this often.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The pictures of all plants. Cheap to clone; put it into `web::Data` for the routes.
#[derive(Debug, Clone)]
pub struct Projections {
    plants: Arc<BTreeMap<SmolStr, Arc<Picture>>>,
    streams: Arc<AtomicUsize>,
    runs: Arc<Runs>,
    limits: StreamLimits,
    others: Arc<Others>,
}

/// Who else has figures to tell.
#[derive(Default)]
struct Others(RwLock<Vec<Tell>>);

type Tell = Box<dyn Fn() -> String + Send + Sync>;

impl fmt::Debug for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Others({})", self.0.read().len())
    }
}

/// How much the change streams may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    /// Entries that each plant keeps for followers that come back.
    pub events_max: usize,
    /// Streams that may be open at once, over all plants.
    pub streams_max: usize,
    /// A stream that has nothing to say says so this often.
    pub heartbeat: Duration,
}

impl Default for StreamLimits {
    fn default() -> StreamLimits {
        StreamLimits {
            events_max: STREAM_EVENTS_MAX,
            streams_max: STREAMS_MAX,
            heartbeat: HEARTBEAT,
        }
    }
}

/// The place of one open stream; given back when dropped.
#[derive(Debug)]
pub(crate) struct StreamSlot(Arc<AtomicUsize>);

impl Projections {
    /// Starts to follow the plants, with two tasks each on the current tokio runtime. A task ends
    /// when its plant does.
    ///
    /// # Panics
    /// When called outside a tokio runtime.
    #[must_use]
    pub fn start(plants: Vec<PlantHandle>) -> Projections {
        Projections::start_with(plants, StreamLimits::default())
    }

    /// As [`Projections::start`], with limits of one's own.
    ///
    /// # Panics
    /// When called outside a tokio runtime.
    #[must_use]
    pub fn start_with(plants: Vec<PlantHandle>, limits: StreamLimits) -> Projections {
        let runs = Arc::<Runs>::default();
        let pictures = plants.into_iter().map(|handle| {
            let id = SmolStr::new(handle.plant().as_str());
            let picture = Arc::new(Picture::new(handle, limits.events_max, &runs));
            let followed = Arc::clone(&picture);
            tokio::spawn(async move { followed.follow().await });
            let watched = Arc::clone(&picture);
            tokio::spawn(async move { watched.watch_invariants().await });
            (id, picture)
        });
        Projections {
            plants: Arc::new(pictures.collect()),
            streams: Arc::default(),
            runs,
            limits,
            others: Arc::default(),
        }
    }

    /// Keeps the key figures of `plant`, with these targets, in a file in `dir`, on the current tokio
    /// runtime, until the plant ends. Does nothing for a plant that is not here.
    ///
    /// # Errors
    /// [`TargetError`] when the targets cannot be; nothing is kept then.
    ///
    /// # Panics
    /// When called outside a tokio runtime.
    pub fn keep_kpis(
        &self,
        plant: &PlantId,
        dir: &Path,
        targets: Vec<Target>,
    ) -> Result<(), TargetError> {
        Target::check(&targets)?;
        if let Some(picture) = self.plants.get(plant.as_str()) {
            let (handle, runs) = (picture.handle().clone(), Arc::clone(&self.runs.kpis));
            let keeper = Arc::new(Keeper::open(handle, dir, targets, runs));
            picture.has_kpis(Arc::clone(&keeper));
            tokio::spawn(keeper.follow());
        }
        Ok(())
    }

    /// Keeps the named consumers of a plant in a directory, with those that are there already.
    /// Without it a plant has none.
    ///
    /// # Errors
    /// What the file system says, also of a file that holds something else.
    pub fn keep_consumers(&self, plant: &PlantId, dir: &Path) -> std::io::Result<()> {
        match self.plants.get(plant.as_str()) {
            Some(picture) => picture.consumers().keep_in(dir),
            None => Ok(()),
        }
    }

    /// Waits until the key figures of plants that have ended are in their files.
    pub async fn kpis_written(&self) {
        for picture in self.plants.values() {
            if let Some(keeper) = picture.kpis() {
                keeper.ended().await;
            }
        }
    }

    /// Adds figures of others to `/metrics`, in the Prometheus text format.
    pub fn tell_also(&self, figures: impl Fn() -> String + Send + Sync + 'static) {
        self.others.0.write().push(Box::new(figures));
    }

    pub(crate) fn told_also(&self) -> String {
        self.others.0.read().iter().map(|tell| tell()).collect()
    }

    /// Waits until every plant has its first picture, or has ended.
    pub async fn ready(&self) {
        for picture in self.plants.values() {
            let mut progress = picture.progress();
            let started = progress.wait_for(|now| now.reached.is_some() || now.ended);
            // An error cannot come: the picture keeps the sender.
            drop(started.await);
        }
    }

    /// Waits until the picture of `plant` holds commit `commit_no`. Gives `false` when there is no
    /// such plant or it ended before.
    pub async fn reached(&self, plant: &PlantId, commit_no: u64) -> bool {
        let Some(picture) = self.plants.get(plant.as_str()) else {
            return false;
        };
        holds(picture, commit_no).await
    }

    /// Why queries cannot be answered well now, one sentence each; empty when ready.
    #[must_use]
    pub fn not_ready_because(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        for (id, picture) in self.plants.iter() {
            let progress = *picture.progress().borrow();
            if progress.ended {
                reasons.push(format!("plant {id} has ended; its picture stands still"));
            } else if progress.reached.is_none() {
                reasons.push(format!("plant {id} has no picture yet"));
            }
        }
        reasons
    }

    /// Where the picture of `plant` stands; `None` without a picture.
    #[must_use]
    pub fn cursor(&self, plant: &PlantId) -> Option<Cursor> {
        let picture = self.plants.get(plant.as_str())?;
        picture.read(|published| published.model.cursor())
    }

    /// What a dry run says, as the read views show it.
    ///
    /// # Errors
    /// [`Problem`] when there is no such plant, or no picture of it yet.
    pub fn dry_run_view(&self, plant: &PlantId, run: &DryRun) -> Result<DryRunView, Problem> {
        let now = self
            .picture(plant.as_str())?
            .read(|published| published.model.now())
            .ok_or_else(|| no_picture(plant.as_str()))?;
        Ok(DryRunView::new(plant.clone(), run, now))
    }

    pub(crate) fn pictures(&self) -> impl Iterator<Item = (&SmolStr, &Arc<Picture>)> {
        self.plants.iter()
    }

    pub(crate) fn picture(&self, plant: &str) -> Result<&Arc<Picture>, Problem> {
        self.plants
            .get(plant)
            .ok_or_else(|| Problem::no_plant(plant))
    }

    pub(crate) fn heartbeat(&self) -> Duration {
        self.limits.heartbeat
    }

    pub(crate) fn streams_open(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    /// A place for one more stream.
    pub(crate) fn stream_slot(&self) -> Result<StreamSlot, Problem> {
        StreamSlot::of(&self.streams, self.limits.streams_max)
    }
}

impl StreamSlot {
    /// A place for one more of `streams`, of which there may be `max`.
    pub(crate) fn of(streams: &Arc<AtomicUsize>, max: usize) -> Result<StreamSlot, Problem> {
        let taken = streams.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
            (open < max).then_some(open + 1)
        });
        match taken {
            Ok(_) => Ok(StreamSlot(Arc::clone(streams))),
            Err(_) => Err(Problem::too_many_streams(max)),
        }
    }
}

/// Waits until the picture holds commit `commit_no`; `false` when the plant ended before.
pub(crate) async fn holds(picture: &Picture, commit_no: u64) -> bool {
    let there = |reached: Option<Cursor>| reached.is_some_and(|at| at.commit_no >= commit_no);
    let mut progress = picture.progress();
    match progress
        .wait_for(|now| now.ended || there(now.reached))
        .await
    {
        Ok(now) => there(now.reached),
        Err(_) => false,
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
