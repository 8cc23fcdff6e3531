//! The copy written anew: items are gathered beside what is there, and take its place at once.

use redis::RedisResult;
use redis::aio::MultiplexedConnection;
use serde_json::json;
use twin_model::{EntityKind, Time};

use super::batch::{Done, Reached};
use super::keys::Keys;
use super::script::{PUT_IN_PLACE, TAKE_OVER};
use crate::picture::Picture;
use crate::read_model::ReadModel;
use crate::view::ItemView;

/// Items that are written at once.
const ITEMS_AT_ONCE: usize = 500;
/// What was gathered and never put in place is gone after so long, seconds.
const GATHERED_S: u64 = 600;

/// A picture to write, and where the change stream goes on behind it.
pub(super) struct Rebuild {
    model: ReadModel,
    pub(super) reached: Reached,
    pub(super) position: u64,
    /// The plant's now that its items are of.
    pub(super) now: Time,
}

impl Rebuild {
    /// The picture as it is now; `None` before the first. States are shared; the tables are copied,
    /// and the picture takes no commit meanwhile.
    pub(super) fn of(picture: &Picture) -> Option<Rebuild> {
        picture.read(|published| Rebuild {
            model: published.model.clone(),
            reached: Reached::of(published),
            position: published.end(),
            now: published.model.now(),
        })
    }

    /// Writes it. What was there can be read until all is gathered.
    ///
    /// # Errors
    /// What Redis or the way to it says.
    pub(super) async fn write(
        &self,
        connection: &mut MultiplexedConnection,
        (keys, owner): (&Keys, &str),
    ) -> RedisResult<Done> {
        let epoch = self.reached.cursor.epoch;
        let mut call = TAKE_OVER.prepare_invoke();
        call.key(keys.meta());
        for kind in EntityKind::ALL {
            call.key(keys.gathered(owner, kind))
                .key(keys.gathered_ids(owner, kind));
        }
        let answer = call.arg(epoch).arg(owner).invoke_async(connection).await?;
        if let Done::Fenced(newer) = Done::of(answer) {
            return Ok(Done::Fenced(newer));
        }
        for kind in EntityKind::ALL {
            let gathered = (keys.gathered(owner, kind), keys.gathered_ids(owner, kind));
            self.gather(connection, gathered, kind).await?;
        }
        self.put_in_place(connection, (keys, owner)).await
    }

    async fn gather(
        &self,
        connection: &mut MultiplexedConnection,
        (key, ids): (String, String),
        kind: EntityKind,
    ) -> RedisResult<()> {
        let now = self.now;
        let mut entities = self.model.entities.table(kind).values();
        loop {
            let some: Vec<(String, String)> = entities
                .by_ref()
                .take(ITEMS_AT_ONCE)
                .map(|entity| {
                    let related = self.model.entities.related(entity);
                    let item = ItemView::new(entity, &related, now);
                    (entity.key().id().to_owned(), json!(item).to_string())
                })
                .collect();
            if some.is_empty() {
                return Ok(());
            }
            let mut all = redis::pipe();
            let write = all.cmd("HSET").arg(&key);
            for (id, item) in &some {
                write.arg(id).arg(item);
            }
            let write = all.cmd("ZADD").arg(&ids);
            for (id, _) in &some {
                write.arg(0).arg(id);
            }
            all.cmd("EXPIRE").arg(&key).arg(GATHERED_S);
            all.cmd("EXPIRE").arg(&ids).arg(GATHERED_S);
            let (): () = all.query_async(connection).await?;
            // Others on this thread come first.
            tokio::task::yield_now().await;
        }
    }

    async fn put_in_place(
        &self,
        connection: &mut MultiplexedConnection,
        (keys, owner): (&Keys, &str),
    ) -> RedisResult<Done> {
        let cursor = self.reached.cursor;
        let mut call = PUT_IN_PLACE.prepare_invoke();
        call.key(keys.meta()).key(keys.changes());
        for kind in EntityKind::ALL {
            call.key(keys.gathered(owner, kind)).key(keys.items(kind));
            call.key(keys.gathered_ids(owner, kind)).key(keys.ids(kind));
        }
        call.arg(cursor.epoch)
            .arg(owner)
            .arg(cursor.to_string())
            .arg(cursor.commit_no)
            .arg(cursor.index);
        for kind in EntityKind::ALL {
            call.arg(self.model.entities.table(kind).len());
        }
        self.reached.add_to(&mut call);
        let answer: Vec<String> = call.invoke_async(connection).await?;
        Ok(Done::of(answer))
    }
}
