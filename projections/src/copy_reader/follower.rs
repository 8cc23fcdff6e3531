//! One follower of a plant's changes, out of the copy.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actors::Cursor;
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

use super::feed::{Feed, Joined, Told, place};
use super::found::Missing;
use crate::change_event::frame;
use crate::projections::StreamSlot;
use crate::stream::{GapView, RETRY_MS};

/// How often counts and age are looked at, to tell them when they are others.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A stream that has nothing to say says so this often.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Bytes that are sent at once, but for one entry that has more.
const CHUNK_BYTES_MAX: usize = 64 * 1024;

const OTHER_OPENING: &str = "this cursor is of another opening of the plant than the copy";
const AHEAD: &str = "the copy has not reached this cursor";

/// A follower. It holds at most one portion of entries.
pub(super) struct Follower {
    feed: Arc<Feed>,
    way: Joined,
    stands: Stands,
    waiting: VecDeque<Told>,
    given: Cursor,
    greeting: Option<Bytes>,
    counts_told: Option<String>,
    stale_told: Option<bool>,
    look_at: Instant,
    quiet_until: Instant,
    _slot: StreamSlot,
}

/// Where a follower stands.
#[derive(Clone, Copy)]
enum Stands {
    /// It hears what comes.
    Hearing,
    /// Before what is heard: that is read first, from here on.
    Behind(Cursor),
    /// It was too slow to hear everything.
    Lost,
}

/// What is read of a plant at a glance.
#[derive(Deserialize)]
struct Glance {
    counts: Box<RawValue>,
    open_exceptions: u64,
}

impl Follower {
    /// Begins after `from`, or at the newest change.
    pub(super) async fn begin(
        feed: Arc<Feed>,
        from: Option<Cursor>,
        slot: StreamSlot,
    ) -> Result<Follower, Missing> {
        let way = feed.join().await?;
        let now = Instant::now();
        let mut follower = Follower {
            given: way.to,
            feed,
            way,
            stands: Stands::Hearing,
            waiting: VecDeque::new(),
            greeting: None,
            counts_told: None,
            stale_told: None,
            look_at: now,
            quiet_until: now + HEARTBEAT,
            _slot: slot,
        };
        let mut greeting = BytesMut::from(format!("retry: {RETRY_MS}\n").as_bytes());
        if let Some(gap) = from.and_then(|from| follower.continues(from)) {
            greeting.extend_from_slice(&follower.frame(gap));
        } else {
            greeting.extend_from_slice(format!("id: {}\n\n", follower.given).as_bytes());
        }
        follower.greeting = Some(greeting.freeze());
        Ok(follower)
    }

    /// Goes on after `from`; the gap where that is not possible.
    fn continues(&mut self, from: Cursor) -> Option<Told> {
        let to = self.way.to;
        self.given = to;
        self.stands = Stands::Hearing;
        if from.epoch != to.epoch {
            return Some(Told::Gap(to, OTHER_OPENING));
        }
        if place(from) > place(to) {
            return Some(Told::Gap(to, AHEAD));
        }
        self.given = from;
        if from != to {
            self.stands = Stands::Behind(from);
        }
        None
    }

    /// What to send next. Nothing ends it but the end of the connection.
    pub(super) async fn next(&mut self) -> Bytes {
        if let Some(greeting) = self.greeting.take() {
            return greeting;
        }
        loop {
            if let Some(chunk) = self.chunk() {
                self.quiet_until = Instant::now() + HEARTBEAT;
                return chunk;
            }
            let now = Instant::now();
            if now >= self.look_at {
                self.look_at = now + LOOK_EVERY;
                if let Some(news) = self.news() {
                    self.quiet_until = now + HEARTBEAT;
                    return news;
                }
            }
            if now >= self.quiet_until {
                self.quiet_until = now + HEARTBEAT;
                return Bytes::from_static(b": heartbeat\n\n");
            }
            match self.stands {
                Stands::Hearing => self.hear().await,
                Stands::Behind(after) => self.read(after).await,
                Stands::Lost => self.rejoin().await,
            }
        }
    }

    /// Reads what is before what is heard. While Redis is away it is tried again.
    async fn read(&mut self, after: Cursor) {
        match self.feed.between(after, self.way.to).await {
            Ok(read) => {
                self.stands = match (read.all, read.told.last()) {
                    (false, Some(Told::Entry(at, _) | Told::Gap(at, _))) => Stands::Behind(*at),
                    _ => Stands::Hearing,
                };
                self.waiting.extend(read.told);
            }
            Err(_) => tokio::time::sleep_until(self.look_at).await,
        }
    }

    async fn hear(&mut self) {
        let first = tokio::select! {
            heard = self.way.heard.recv() => heard,
            () = tokio::time::sleep_until(self.look_at) => return,
        };
        let mut heard = first.map_err(|error| match error {
            RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
            RecvError::Closed => TryRecvError::Closed,
        });
        loop {
            match heard {
                Ok(told) => self.waiting.push_back(told),
                Err(TryRecvError::Empty) => return,
                // Closed it is never: the feed is held here. What was heard goes out first.
                Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => {
                    self.stands = Stands::Lost;
                    return;
                }
            }
            heard = self.way.heard.try_recv();
        }
    }

    /// It was too slow: what it has not heard is read. While Redis is away it is tried again.
    async fn rejoin(&mut self) {
        match self.feed.join().await {
            Ok(way) => {
                self.way = way;
                let given = self.given;
                let gap = self.continues(given);
                self.waiting.extend(gap);
            }
            Err(_) => tokio::time::sleep_until(self.look_at).await,
        }
    }

    fn chunk(&mut self) -> Option<Bytes> {
        let mut chunk = BytesMut::new();
        while chunk.len() < CHUNK_BYTES_MAX
            && let Some(told) = self.waiting.pop_front()
        {
            let (Told::Entry(at, _) | Told::Gap(at, _)) = &told;
            self.given = *at;
            chunk.extend_from_slice(&self.frame(told));
        }
        (!chunk.is_empty()).then(|| chunk.freeze())
    }

    fn frame(&self, told: Told) -> Bytes {
        match told {
            Told::Entry(_, frame) => frame,
            Told::Gap(cursor, why) => frame(
                Some(cursor),
                "gap",
                &GapView::new(self.feed.plant(), why, cursor),
            ),
        }
    }

    /// Counts and age, where they are others than told last.
    fn news(&mut self) -> Option<Bytes> {
        let meta = self.feed.newest().borrow().clone()?;
        let mut news = BytesMut::new();
        let age = meta.age();
        if self.stale_told != Some(age.stale) {
            self.stale_told = Some(age.stale);
            news.extend_from_slice(&frame(None, "copy", &age));
        }
        let glance: Option<Glance> = serde_json::from_str(meta.plant.get()).ok();
        if let Some(glance) = glance {
            let told = format!("{} {}", glance.counts, glance.open_exceptions);
            if self.counts_told.as_ref() != Some(&told) {
                self.counts_told = Some(told);
                let counts = json!({"plant": self.feed.plant(), "as_of": meta.as_of,
                    "counts": glance.counts, "open_exceptions": glance.open_exceptions,
                    "sources": meta.sources});
                news.extend_from_slice(&frame(None, "counts", &counts));
            }
        }
        (!news.is_empty()).then(|| news.freeze())
    }
}
