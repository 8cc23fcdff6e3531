//! The forecasts of all plants of a process, scored as their orders end.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::{Commit, PlantHandle, Snapshot};
use simulators::what_if::{Forecast, Promise};
use twin_model::{Entity, EntityKey, Lifecycle, PlantId, Time, WorkOrder, WorkOrderId};

use crate::forecast_log::{End, ForecastLog, KeptForecast};

/// How long to wait before a plant whose shard is being rebuilt is followed again.
const FOLLOW_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// So many ends of orders are remembered for forecasts whose state is from before them: more than
/// a plant ends in the seconds that a question takes.
const RECENT_ENDS_MAX: usize = 10_000;

/// The logs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Forecasts {
    plants: Arc<BTreeMap<PlantId, Arc<Mutex<Followed>>>>,
}

/// The log of a plant and how far the plant is.
struct Followed {
    /// `None` when it could not be opened.
    log: Option<ForecastLog>,
    clock: Time,
    /// Orders that ended of late, with the commit that says so.
    recent: VecDeque<(u64, WorkOrderId, End)>,
}

impl Forecasts {
    /// Opens the logs of plants in their directories and follows the plants, on the present
    /// runtime. A log that cannot be opened keeps nothing, and says so in the log of the process:
    /// a plant runs without its forecasts.
    pub(crate) fn start<'a>(
        plants: impl Iterator<Item = (&'a PlantHandle, &'a PathBuf)>,
    ) -> Forecasts {
        let mut logs = BTreeMap::new();
        for (handle, dir) in plants {
            let log = ForecastLog::open(dir);
            let log = log.inspect_err(|error| {
                let (plant, dir) = (handle.plant(), dir.display());
                tracing::error!(%plant, %dir, %error, "no forecast is kept");
            });
            let followed = Arc::new(Mutex::new(Followed {
                log: log.ok(),
                clock: Time::EPOCH,
                recent: VecDeque::new(),
            }));
            tokio::spawn(follow(handle.clone(), Arc::clone(&followed)));
            logs.insert(handle.plant().clone(), followed);
        }
        Forecasts {
            plants: Arc::new(logs),
        }
    }

    /// Keeps what was forecast of a plant as it was after commit `seq`, and says whether it
    /// could. Syncs a file.
    pub(crate) fn keep(&self, plant: &PlantId, seq: u64, forecast: &Forecast, until: Time) -> bool {
        let Some(followed) = self.plants.get(plant) else {
            return false;
        };
        let us = |time: Time| time.as_micros();
        let orders = forecast.orders.iter().map(|order| {
            let promise = Promise {
                until_us: us(until),
                percentiles_us: [order.p10, order.p50, order.p90].map(|time| time.map(us)),
                due_us: order.due.map(us),
                late: order.late.map(|late| late.share),
            };
            (order.order.clone(), promise)
        });
        let kept = KeptForecast {
            orders: orders.collect(),
        };
        let written = locked(followed).keeps(seq, kept);
        // Without the lock: who follows the plant does not wait for the disk.
        written
            .and_then(|file| file.sync_data())
            .inspect_err(|error| tracing::error!(%plant, %error, "a forecast is not kept"))
            .is_ok()
    }

    /// Looks at a plant's log and the plant's clock; `None` when there is none.
    pub(crate) fn look<T>(
        &self,
        plant: &PlantId,
        look: impl FnOnce(&ForecastLog, Time) -> T,
    ) -> Option<T> {
        let followed = locked(self.plants.get(plant)?);
        followed.log.as_ref().map(|log| look(log, followed.clock))
    }
}

impl Followed {
    /// Keeps a forecast of the plant after commit `seq`; what has ended since is scored at once.
    fn keeps(&mut self, seq: u64, forecast: KeptForecast) -> io::Result<File> {
        let log = self.log.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let file = log.keep(forecast)?;
        for (_, order, end) in self.recent.iter().filter(|(commit, ..)| *commit > seq) {
            log.ends(order, *end)?;
        }
        Ok(file)
    }

    fn ends(&mut self, commit: u64, order: &WorkOrderId, end: End) {
        if self.recent.len() == RECENT_ENDS_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((commit, order.clone(), end));
        self.scores(order, end);
    }

    fn scores(&mut self, order: &WorkOrderId, end: End) {
        if let Some(Err(error)) = self.log.as_mut().map(|log| log.ends(order, end)) {
            tracing::error!(%order, %error, "the score of a forecast is not on disk");
        }
    }

    /// What ended while nobody followed.
    fn catches_up(&mut self, start: &Snapshot) {
        self.clock = start.now();
        let waited_for = self.log.as_ref().map(ForecastLog::waited_for);
        for id in waited_for.unwrap_or_default() {
            match start.plant.get(&EntityKey::WorkOrder(id.clone())) {
                Some(Entity::WorkOrder(order)) => {
                    if let Some(end) = end(order) {
                        self.scores(&id, end);
                    }
                }
                _ => self.scores(&id, End::Unknown),
            }
        }
    }

    fn takes_in(&mut self, commit: &Commit) {
        self.clock = match commit.clock == Time::EPOCH {
            // Nobody has told the plant the time: its newest event is what it knows of it.
            true => commit
                .sources
                .iter()
                .fold(self.clock, |now, (_, at)| now.max(*at)),
            false => commit.clock,
        };
        for change in &commit.changes {
            if let Entity::WorkOrder(order) = &change.state
                && let Some(end) = end(order)
            {
                self.ends(commit.commit_no, order.id(), end);
            }
        }
    }
}

/// A log is whole after every line, also when a thread panicked with it.
fn locked(followed: &Mutex<Followed>) -> MutexGuard<'_, Followed> {
    followed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Scores forecasts from the committed changes of a plant, until it ends.
async fn follow(handle: PlantHandle, followed: Arc<Mutex<Followed>>) {
    while handle.is_open() {
        let Ok(mut subscription) = handle.feed().subscribe().await else {
            tokio::select! {
                () = tokio::time::sleep(FOLLOW_AGAIN_AFTER) => {}
                () = handle.ended() => {}
            }
            continue;
        };
        locked(&followed).catches_up(&subscription.start);
        // The copy would keep every state of the start alive.
        drop(subscription.start);
        while let Some(commit) = subscription.commits.recv().await {
            locked(&followed).takes_in(&commit);
        }
    }
}

/// How an order ended; `None` while it goes on.
fn end(order: &WorkOrder) -> Option<End> {
    match order.lifecycle() {
        Lifecycle::Created | Lifecycle::Released | Lifecycle::InProcess => None,
        Lifecycle::Cancelled | Lifecycle::Aborted => Some(End::Otherwise),
        Lifecycle::Completed | Lifecycle::TechComplete | Lifecycle::Closed => {
            let ended: Option<Vec<Time>> = order
                .operations()
                .iter()
                .map(|operation| operation.ended_at())
                .collect();
            let last = ended.and_then(|ended| ended.into_iter().max());
            Some(last.map_or(End::Otherwise, |last| End::Done(last.as_micros())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_ended_while_the_question_ran_is_scored_and_one_that_ended_before_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let order: WorkOrderId = "A".parse().unwrap();
        let mut followed = Followed {
            log: Some(ForecastLog::open(dir.path()).unwrap()),
            clock: Time::EPOCH,
            recent: VecDeque::new(),
        };
        followed.ends(5, &order, End::Done(7));
        let forecast = || KeptForecast {
            orders: BTreeMap::from([(order.clone(), Promise::default())]),
        };
        let figures = |followed: &Followed| {
            let log = followed.log.as_ref().unwrap();
            (log.fates().scored, log.waiting())
        };
        followed.keeps(4, forecast()).unwrap();
        assert_eq!(figures(&followed), (1, (0, 0)));
        followed.keeps(5, forecast()).unwrap();
        assert_eq!(
            figures(&followed),
            (1, (1, 1)),
            "it was reopened before the question"
        );
    }
}
