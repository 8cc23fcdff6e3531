//! The one connection to Redis that all askers share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue, RedisError};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout};

use crate::redis_copy::RedisTarget;

/// How long Redis may take to answer one question, milliseconds.
pub const REDIS_ANSWER_MS_MAX: u64 = 2_000;
/// Questions that are before Redis at once; more wait, and are told so when that takes as long as an
/// answer may.
pub const ASKED_AT_ONCE_MAX: usize = 64;
const ANSWER_WAIT: Duration = Duration::from_millis(REDIS_ANSWER_MS_MAX);
/// How long a connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(1);
/// Pause after a connection that failed, in which everybody is told so at once.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// The connection, which is made anew when it breaks.
#[derive(Debug)]
pub(super) struct Link {
    target: RedisTarget,
    state: Mutex<State>,
    asking: Semaphore,
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    /// Counts the connections that there were.
    generation: u64,
    connection: Option<MultiplexedConnection>,
    /// When and why none could be made.
    failed: Option<(Instant, String)>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let State {
            generation,
            connection,
            failed,
        } = self;
        let open = connection.is_some();
        write!(f, "State({generation}, open: {open}, {failed:?})")
    }
}

/// Why Redis gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silent {
    /// It is away, hangs or refuses.
    #[error("Redis at {place} does not answer: {why}")]
    Away { place: String, why: String },
    /// Too many ask.
    #[error("{ASKED_AT_ONCE_MAX} questions are before Redis already, which is the limit")]
    Busy,
}

impl Link {
    pub(super) fn new(target: RedisTarget) -> Link {
        Link {
            target,
            state: Mutex::default(),
            asking: Semaphore::new(ASKED_AT_ONCE_MAX),
            failures: AtomicU64::new(0),
        }
    }

    /// How often Redis gave no answer.
    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// What Redis answers. A connection that turns out to be broken is made anew once.
    pub(super) async fn ask<T: FromRedisValue>(&self, question: &Cmd) -> Result<T, Silent> {
        let turn = timeout(ANSWER_WAIT, self.asking.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(self.failed(Silent::Busy));
        };
        let (mut connection, generation) = self.connection().await?;
        let first = question.query_async(&mut connection).await;
        let error = match first {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if !is_broken(&error) {
            return Err(self.away(error.to_string()));
        }
        self.forget(generation).await;
        if error.is_timeout() {
            return Err(self.away(error.to_string()));
        }
        let (mut connection, generation) = self.connection().await?;
        match question.query_async(&mut connection).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.forget(generation).await;
                Err(self.away(error.to_string()))
            }
        }
    }

    async fn connection(&self) -> Result<(MultiplexedConnection, u64), Silent> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection {
            return Ok((connection.clone(), state.generation));
        }
        if let Some((at, why)) = &state.failed
            && at.elapsed() < RETRY_AFTER
        {
            return Err(self.away(why.clone()));
        }
        match self.target.connect(CONNECT_WAIT, ANSWER_WAIT).await {
            Ok(connection) => {
                state.generation += 1;
                state.failed = None;
                state.connection = Some(connection.clone());
                Ok((connection, state.generation))
            }
            Err(error) => {
                let why = error.to_string();
                state.failed = Some((Instant::now(), why.clone()));
                Err(self.away(why))
            }
        }
    }

    async fn forget(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation == generation {
            state.connection = None;
        }
    }

    fn away(&self, why: String) -> Silent {
        let place = self.target.place();
        self.failed(Silent::Away { place, why })
    }

    fn failed(&self, silent: Silent) -> Silent {
        self.failures.fetch_add(1, Ordering::Relaxed);
        silent
    }
}

/// Whether the connection is of no use any more.
fn is_broken(error: &RedisError) -> bool {
    error.is_timeout() || error.is_io_error() || error.is_connection_dropped()
}
