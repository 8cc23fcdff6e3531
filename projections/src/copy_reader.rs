//! The query API answered out of the copy in Redis alone, by a process that has no plant.
//!
//! What is shown is what the twin wrote there: no view is made a second time. Every answer says of
//! which commit it is and when the twin last said that this is what it has, and is told as stale
//! when that is too long ago. What the copy cannot answer is refused with the way to the twin.

mod age;
mod feed;
mod follower;
mod found;
mod link;
mod metrics;
mod narrowed;
mod routes;
mod script;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use twin_model::{PlantId, SmolStr};

pub use self::age::{COPY_FRESH_MS_MAX, CopyAge};
use self::feed::Feed;
use self::link::Link;
pub use self::link::{ASKED_AT_ONCE_MAX, REDIS_ANSWER_MS_MAX};
use self::narrowed::is_said;
pub use self::routes::configure;
use crate::http::{Collection, collections};
use crate::problem::Problem;
use crate::redis_copy::RedisTarget;

/// The copies of some plants, to answer from. Cheap to clone; put it into `web::Data` for the
/// routes.
#[derive(Debug, Clone)]
pub struct CopyReader {
    plants: Arc<BTreeMap<SmolStr, Arc<Feed>>>,
    link: Arc<Link>,
    /// Where the twin answers, if that is told.
    twin: Option<Arc<str>>,
    streams: Arc<AtomicUsize>,
}

impl CopyReader {
    /// Starts to follow the copies of `plants`, with one task each on the current tokio runtime.
    /// `twin` is the address that those are sent to who want more than a copy has.
    ///
    /// # Panics
    /// When called outside a tokio runtime.
    #[must_use]
    pub fn start(
        target: &RedisTarget,
        plants: impl IntoIterator<Item = PlantId>,
        twin: Option<&str>,
    ) -> CopyReader {
        let link = Arc::new(Link::new(target.clone()));
        let feeds = plants.into_iter().map(|plant| {
            let feed = Arc::new(Feed::new(plant.clone(), Arc::clone(&link)));
            tokio::spawn(Feed::run(Arc::downgrade(&feed)));
            (SmolStr::new(plant.as_str()), feed)
        });
        CopyReader {
            plants: Arc::new(feeds.collect()),
            link,
            twin: twin.map(Arc::from),
            streams: Arc::default(),
        }
    }

    /// How old the copy of each plant is, or why that cannot be said, in the order of the plants.
    pub async fn ages(&self) -> Vec<(PlantId, Result<CopyAge, String>)> {
        let mut ages = Vec::new();
        for feed in self.plants.values() {
            let age = match feed.meta().await {
                Ok(meta) => Ok(meta.age()),
                Err(missing) => Err(missing.to_string()),
            };
            ages.push((feed.plant().clone(), age));
        }
        ages
    }

    /// Where somebody can ask who wants more than a copy has.
    #[must_use]
    pub fn at_the_twin(&self) -> String {
        match &self.twin {
            Some(twin) => format!("at the twin itself, {twin}"),
            None => "at the twin itself, whose address is not configured here ([redis] twin_url)"
                .to_owned(),
        }
    }

    fn feed(&self, plant: &str) -> Result<&Arc<Feed>, Problem> {
        self.plants
            .get(plant)
            .ok_or_else(|| Problem::no_plant(plant))
    }
}

/// The paths that are answered from a copy, as they are described.
#[must_use]
pub fn paths() -> Vec<String> {
    let lists = collections().iter().map(Collection::list_path);
    let others = [
        "/api/v1/plants",
        "/api/v1/plants/{plant}",
        "/api/v1/stream",
        "/metrics",
    ];
    lists
        .flat_map(|list| [format!("{list}/{{id}}"), list])
        .chain(others.map(str::to_owned))
        .collect()
}

/// Whether a copy answers a parameter of a path; what it does not answer is refused.
#[must_use]
pub fn answers(path: &str, parameter: &str) -> bool {
    if ["as_of", "known", "q", "sort", "fields"].contains(&parameter) {
        return false;
    }
    let Some(list) = collections().iter().find(|list| list.list_path() == path) else {
        return true;
    };
    let narrows = list.narrowed_by().any(|name| name == parameter);
    !narrows || is_said(list.kind, parameter)
}
