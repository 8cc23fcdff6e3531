//! The task that keeps one plant's copy.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actors::Cursor;
use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep};
use twin_model::Time;

use super::batch::{Done, Step};
use super::keys::Keys;
use super::rebuild::Rebuild;
use super::status::{RedisStanding, RedisStatus};
use super::target::RedisTarget;
use crate::picture::Picture;

/// How long Redis may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// How long a connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Pause before Redis is tried again, the first time and at most.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MOST: Duration = Duration::from_secs(5);
/// How often a copy of a plant in which nothing happens says that it is current; a copy that
/// somebody emptied is noticed as soon.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Pause before a fenced copy is tried again: somebody may have ended the other opening.
const FENCED_PAUSE: Duration = Duration::from_secs(30);

/// Keeps one plant's copy.
pub(super) struct Writer {
    picture: Arc<Picture>,
    keys: Keys,
    target: RedisTarget,
    status: Arc<RedisStatus>,
    /// What tells this opening of the plant from every other one.
    owner: String,
    /// Where the copy stands; `None`: it is written anew.
    stands_at: Option<Place>,
    /// When it was written anew last.
    rebuilt_at: Option<Instant>,
}

/// Where a copy stands.
#[derive(Clone, Copy)]
struct Place {
    cursor: Cursor,
    /// The position in the ring behind it.
    position: u64,
    /// The plant's now that its items are of.
    shown_at: Time,
}

/// Why a connection is of no use any more.
enum Broken {
    /// Redis does not do what it is asked for.
    Redis(redis::RedisError),
    /// A newer opening of the plant writes there.
    Fenced(u64),
    /// The plant has ended.
    Ended,
}

impl From<redis::RedisError> for Broken {
    fn from(error: redis::RedisError) -> Broken {
        Broken::Redis(error)
    }
}

impl Writer {
    pub(super) fn new(
        picture: Arc<Picture>,
        target: RedisTarget,
        status: Arc<RedisStatus>,
    ) -> Writer {
        Writer {
            keys: Keys::of(picture.handle().plant()),
            picture,
            target,
            status,
            // Seeded by the system, differently each time.
            owner: format!("{:016x}", RandomState::new().build_hasher().finish()),
            stands_at: None,
            rebuilt_at: None,
        }
    }

    /// Keeps the copy until the plant ends.
    pub(super) async fn run(mut self) {
        let mut pause = RETRY_FIRST;
        loop {
            let written = self.status.commit_no.load(Ordering::Acquire);
            let broken = match self.target.connect(CONNECT_WAIT, ANSWER_WAIT).await {
                Ok(mut connection) => self.keep(&mut connection).await,
                Err(error) => Broken::Redis(error),
            };
            let wait = match broken {
                Broken::Ended => {
                    self.status.stands(RedisStanding::Ended);
                    return;
                }
                Broken::Fenced(newer) => {
                    self.fenced(newer);
                    FENCED_PAUSE
                }
                Broken::Redis(error) => {
                    self.down(&error);
                    // What has worked is tried at once again.
                    pause = match self.status.commit_no.load(Ordering::Acquire) == written {
                        true => (pause * 2).min(RETRY_MOST),
                        false => RETRY_FIRST,
                    };
                    pause
                }
            };
            sleep(wait).await;
        }
    }

    /// Keeps the copy over one connection, as long as that works.
    async fn keep(&mut self, connection: &mut MultiplexedConnection) -> Broken {
        loop {
            let kept = match self.stands_at {
                None => self.rebuild(connection).await,
                Some(stands) => self.follow(connection, stands).await,
            };
            if let Err(broken) = kept {
                return broken;
            }
        }
    }

    /// Writes the copy anew.
    async fn rebuild(&mut self, connection: &mut MultiplexedConnection) -> Result<(), Broken> {
        self.status.stands(RedisStanding::Rebuilding);
        // Somebody who empties it again and again is not raced with.
        if self.rebuilt_at.is_some_and(|at| at.elapsed() < HEARTBEAT) {
            sleep(HEARTBEAT).await;
        }
        self.rebuilt_at = Some(Instant::now());
        let mut progress = self.picture.progress();
        let Some(rebuild) = Rebuild::of(&self.picture) else {
            // There is no picture yet.
            let changed = progress.changed().await;
            return changed.map_err(|_| Broken::Ended);
        };
        match rebuild.write(connection, (&self.keys, &self.owner)).await? {
            Done::Fenced(newer) => return Err(Broken::Fenced(newer)),
            // Somebody emptied it meanwhile.
            Done::Gap => return Ok(()),
            Done::Ok => {}
        }
        self.status.rebuilds.fetch_add(1, Ordering::Relaxed);
        let plant = self.picture.handle().plant();
        let cursor = rebuild.reached.cursor;
        tracing::info!(%plant, commit_no = cursor.commit_no, "the copy in Redis is written anew");
        self.is_at(Place {
            cursor,
            position: rebuild.position,
            shown_at: rebuild.now,
        });
        Ok(())
    }

    /// Writes what has changed, or that nothing has.
    async fn follow(
        &mut self,
        connection: &mut MultiplexedConnection,
        before: Place,
    ) -> Result<(), Broken> {
        let mut progress = self.picture.progress();
        // Taken before looking, so that what comes after the look wakes.
        let ended = progress.borrow_and_update().ended;
        let cut = |published: &_| Step::cut(published, before.position, before.shown_at);
        let Some(step) = self.picture.read(cut).flatten() else {
            // The change stream no longer keeps what is missing.
            self.stands_at = None;
            return Ok(());
        };
        if step.reached.cursor.epoch != before.cursor.epoch {
            self.stands_at = None;
            return Ok(());
        }
        match step
            .write(connection, (&self.keys, &self.owner), before.cursor)
            .await?
        {
            Done::Ok => self.is_at(Place {
                cursor: step.reached.cursor,
                position: step.position,
                shown_at: step.shown_at,
            }),
            Done::Gap => {
                self.stands_at = None;
                return Ok(());
            }
            Done::Fenced(newer) => return Err(Broken::Fenced(newer)),
        }
        if self.status.stands(RedisStanding::Following) {
            let (plant, place) = (self.picture.handle().plant(), self.target.place());
            tracing::info!(%plant, %place, "the copy in Redis follows");
        }
        if step.is_empty() {
            if ended {
                return Err(Broken::Ended);
            }
            tokio::select! {
                changed = progress.changed() => changed.map_err(|_| Broken::Ended)?,
                () = sleep(HEARTBEAT) => {}
            }
        }
        Ok(())
    }

    fn is_at(&mut self, place: Place) {
        self.stands_at = Some(place);
        let commit_no = place.cursor.commit_no;
        self.status.commit_no.store(commit_no, Ordering::Release);
    }

    fn down(&self, error: &redis::RedisError) {
        self.status.failures.fetch_add(1, Ordering::Relaxed);
        if self.status.stands(RedisStanding::Down) {
            let (plant, place) = (self.picture.handle().plant(), self.target.place());
            tracing::warn!(%plant, %place, %error, "the copy in Redis waits; the plant goes on");
        }
    }

    fn fenced(&mut self, newer: u64) {
        self.stands_at = None;
        let epoch = self
            .picture
            .read(|published| published.model.cursor().epoch);
        if self.status.stands(RedisStanding::Fenced) {
            let (plant, meta) = (self.picture.handle().plant(), self.keys.meta());
            tracing::error!(
                %plant, newer, epoch,
                "another opening of this plant writes to this Redis, or the copy is of one that was \
                 opened more often: nothing is written. End the other one, or delete {meta}"
            );
        }
    }
}
