//! What is known of one plant's copy: one task looks again and again, and tells all followers.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actors::Cursor;
use bytes::Bytes;
use redis::{Cmd, FromRedisValue};
use tokio::sync::{Mutex, broadcast, watch};
use tokio::time::sleep;
use twin_model::PlantId;

use super::found::{Meta, Missing, RawMeta};
use super::link::Link;
use super::script;
use crate::change_event::frame_of;
use crate::redis_copy::Keys;

/// How often the copy is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often while it cannot be read.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Entries of the change stream that are read at once.
const ENTRIES_AT_ONCE: usize = 256;
/// Entries that followers may be behind before they read from Redis themselves.
const TOLD_KEPT: usize = 1_024;

/// Commit and index, as in the ids of the stream.
pub(super) type Place = (u64, u32);

/// Something that followers hear.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// An entry, as a server-sent event.
    Entry(Cursor, Bytes),
    /// The copy was written anew, or what comes next is no longer kept: it goes on here.
    Gap(Cursor, &'static str),
}

/// The copy of one plant.
#[derive(Debug)]
pub(super) struct Feed {
    plant: PlantId,
    pub(super) keys: Keys,
    link: Arc<Link>,
    seen: Mutex<Option<Seen>>,
    told: broadcast::Sender<Told>,
    newest: watch::Sender<Option<Arc<Meta>>>,
}

/// How far the stream was read.
#[derive(Debug)]
struct Seen {
    copy: String,
    epoch: u64,
    place: Place,
}

/// A way into the stream: what comes after `to` is heard, what comes before is read.
pub(super) struct Joined {
    pub(super) heard: broadcast::Receiver<Told>,
    pub(super) to: Cursor,
}

/// Entries that were read, up to a place.
pub(super) struct Read {
    pub(super) told: Vec<Told>,
    /// Whether there are no more.
    pub(super) all: bool,
}

/// Entries as a script gives them.
type RawEntries = Vec<(String, BTreeMap<String, String>)>;

const WRITTEN_ANEW: &str = "the copy was written anew";
const NOT_KEPT: &str = "changes after this cursor are no longer in the copy";

impl Feed {
    pub(super) fn new(plant: PlantId, link: Arc<Link>) -> Feed {
        Feed {
            keys: Keys::of(&plant),
            plant,
            link,
            seen: Mutex::default(),
            told: broadcast::Sender::new(TOLD_KEPT),
            newest: watch::Sender::new(None),
        }
    }

    /// Looks again and again until nobody has the feed any more.
    pub(super) async fn run(feed: Weak<Feed>) {
        let mut was_there = true;
        while let Some(feed) = feed.upgrade() {
            let looked = feed.look().await;
            let plant = &feed.plant;
            match &looked {
                Err(missing) if was_there => {
                    tracing::warn!(%plant, %missing, "the copy cannot be read; it is tried again");
                }
                Ok(()) if !was_there => tracing::info!(%plant, "the copy can be read again"),
                _ => {}
            }
            was_there = looked.is_ok();
            drop(feed);
            sleep(if was_there { LOOK_EVERY } else { LOOK_AGAIN }).await;
        }
    }

    pub(super) fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// What was seen last of how far the copy is.
    pub(super) fn newest(&self) -> watch::Receiver<Option<Arc<Meta>>> {
        self.newest.subscribe()
    }

    /// An answer of Redis.
    pub(super) async fn ask<T: FromRedisValue>(&self, question: &Cmd) -> Result<T, Missing> {
        Ok(self.link.ask(question).await?)
    }

    /// How far the copy is now.
    pub(super) async fn meta(&self) -> Result<Meta, Missing> {
        let (raw,): (RawMeta,) = self.ask(&script::look(&self.keys)).await?;
        Meta::read(&self.plant, raw)
    }

    /// Looks once, and tells followers what is new.
    pub(super) async fn look(&self) -> Result<(), Missing> {
        let mut seen = self.seen.lock().await;
        loop {
            let Some(before) = seen.as_mut() else {
                let meta = self.meta().await?;
                *seen = Some(Seen {
                    copy: meta.copy.clone(),
                    epoch: meta.cursor.epoch,
                    place: place(meta.cursor),
                });
                self.newest.send_replace(Some(Arc::new(meta)));
                return Ok(());
            };
            let (raw, oldest, entries) = self.entries(before.place, None).await?;
            let meta = Meta::read(&self.plant, raw)?;
            let all = entries.len() < ENTRIES_AT_ONCE;
            let lost = oldest.map_or(place(meta.cursor) > before.place, |at| at > before.place);
            if meta.copy != before.copy || lost {
                let why = if lost { NOT_KEPT } else { WRITTEN_ANEW };
                self.tell(Told::Gap(meta.cursor, why));
                before.copy.clone_from(&meta.copy);
                before.epoch = meta.cursor.epoch;
                before.place = place(meta.cursor);
                self.newest.send_replace(Some(Arc::new(meta)));
                return Ok(());
            }
            for told in self.read(before.epoch, entries)? {
                let (Told::Entry(cursor, _) | Told::Gap(cursor, _)) = &told;
                before.place = place(*cursor);
                self.tell(told);
            }
            if all {
                before.place = before.place.max(place(meta.cursor));
                self.newest.send_replace(Some(Arc::new(meta)));
                return Ok(());
            }
        }
    }

    /// A way into the stream, as new as can be.
    pub(super) async fn join(&self) -> Result<Joined, Missing> {
        loop {
            self.look().await?;
            let seen = self.seen.lock().await;
            if let Some(Seen { epoch, place, .. }) = &*seen {
                return Ok(Joined {
                    heard: self.told.subscribe(),
                    to: Cursor {
                        epoch: *epoch,
                        commit_no: place.0,
                        index: place.1,
                    },
                });
            }
        }
    }

    /// The next entries after a cursor, up to another one of the same epoch.
    pub(super) async fn between(&self, after: Cursor, to: Cursor) -> Result<Read, Missing> {
        let (_, oldest, entries) = self.entries(place(after), Some(place(to))).await?;
        // Redis may have lost what was seen in it a moment ago.
        if oldest.is_none_or(|oldest| oldest > place(after)) {
            return Ok(Read {
                told: vec![Told::Gap(to, NOT_KEPT)],
                all: true,
            });
        }
        let all = entries.len() < ENTRIES_AT_ONCE;
        let told = self.read(to.epoch, entries)?;
        Ok(Read { told, all })
    }

    async fn entries(
        &self,
        after: Place,
        to: Option<Place>,
    ) -> Result<(RawMeta, Option<Place>, RawEntries), Missing> {
        let to = to.map(|(commit, index)| format!("{commit}-{index}"));
        let after = format!("{}-{}", after.0, after.1);
        let question = script::changes(&self.keys, (&after, to), ENTRIES_AT_ONCE);
        let (raw, oldest, entries): (RawMeta, Option<String>, RawEntries) =
            self.ask(&question).await?;
        let oldest = oldest.map(|id| self.place_of(&id)).transpose()?;
        Ok((raw, oldest, entries))
    }

    fn read(&self, epoch: u64, entries: RawEntries) -> Result<Vec<Told>, Missing> {
        let read = entries.into_iter().map(|(id, mut fields)| {
            let (commit_no, index) = self.place_of(&id)?;
            let cursor = Cursor {
                epoch,
                commit_no,
                index,
            };
            let mut field = |name: &str| fields.remove(name).unwrap_or_default();
            let (name, data) = (field("type"), field("data"));
            if name == "gap" {
                return Ok(Told::Gap(cursor, WRITTEN_ANEW));
            }
            if name.contains(['\n', '\r']) || data.contains(['\n', '\r']) {
                return Err(self.unreadable(format!("the change {id} has a line break")));
            }
            Ok(Told::Entry(cursor, frame_of(Some(cursor), &name, &data)))
        });
        read.collect()
    }

    fn place_of(&self, id: &str) -> Result<Place, Missing> {
        let parts = id.split_once('-');
        let read =
            parts.and_then(|(commit, index)| Some((commit.parse().ok()?, index.parse().ok()?)));
        read.ok_or_else(|| self.unreadable(format!("the change {id:?} is of no commit")))
    }

    fn unreadable(&self, what: String) -> Missing {
        Missing::Unreadable {
            plant: self.plant.clone(),
            what,
        }
    }

    fn tell(&self, told: Told) {
        // An error says that nobody listens.
        drop(self.told.send(told));
    }
}

/// A cursor as a place in the stream.
pub(super) fn place(cursor: Cursor) -> Place {
    (cursor.commit_no, cursor.index)
}
