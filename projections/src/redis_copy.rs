//! A copy of each plant's items in Redis, for whoever reads from there.
//!
//! The copy follows the change stream as any other follower does: a Redis that is slow, full or
//! away costs the plant nothing, and what the stream no longer keeps is written anew from the
//! picture. Redis is never the only place of anything. Keys and fields: docs/redis.md.

mod batch;
mod keys;
mod look;
mod rebuild;
mod script;
mod status;
mod target;
mod tls;
mod writer;

use std::sync::Arc;

pub(crate) use self::keys::Keys;
pub use self::look::{RedisLook, look};
pub(crate) use self::status::{RedisStanding, RedisStatus};
pub use self::target::{InvalidTarget, RedisLogin, RedisTarget};
use self::writer::Writer;
use crate::projections::Projections;

/// The copies of all plants of a process. They end when it is dropped.
#[derive(Debug)]
pub struct RedisCopies {
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl RedisCopies {
    /// Starts a copy of each plant of `projections`.
    ///
    /// # Panics
    /// When called outside a tokio runtime.
    #[must_use]
    pub fn start(projections: &Projections, target: &RedisTarget) -> RedisCopies {
        let tasks = projections.pictures().map(|(_, picture)| {
            let status = Arc::new(RedisStatus::default());
            picture.is_copied(Arc::clone(&status));
            let writer = Writer::new(Arc::clone(picture), target.clone(), status);
            tokio::spawn(writer.run())
        });
        RedisCopies {
            tasks: tasks.collect(),
        }
    }
}

impl Drop for RedisCopies {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
