//! Pictures of the past: made out of the journal when somebody asks, and kept for a while for the
//! next page, the next item, the next look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actors::{Cursor, History, HistoryError, Moment, PlantClock, PlantHandle, Snapshot};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;
use twin_model::Time;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::read_model::ReadModel;
use crate::turns::Turns;

/// Pictures of the past that a plant keeps: each has all states of the plant for itself.
const PASTS_KEPT_MAX: usize = 4;
/// A picture of the past that nobody has looked at for this long goes.
const KEPT_UNUSED: Duration = Duration::from_secs(60);
/// For how long a picture that later commits may change answers the same question.
const FRESH: Duration = Duration::from_secs(10);
/// How long an answer waits for a picture of the past. It is made all the same.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Whose knowledge a picture of the past has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Known {
    /// What was known then: what the twin would have answered.
    #[default]
    Then,
    /// What is known now: events that came later and tell of before are in it.
    Now,
}

/// Which past somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// As it was known.
    Then(Moment),
    /// As it was, by what is known now.
    Now(Time),
}

/// That an answer is of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PastView {
    /// `then`: as it was known then. `now`: as it was, by all that is known now.
    #[schema(value_type = String, example = "then")]
    known: Known,
    /// Events of up to that time that only make sense with later ones, and are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

/// The pictures of the past of one plant that are kept or being made, the newest last.
#[derive(Debug)]
pub(crate) struct Pasts {
    kept: Mutex<Vec<Past>>,
    /// Counts those that were ever asked for.
    asked: AtomicU64,
    runs: Arc<Turns>,
}

type Made = Option<Result<Arc<ReadModel>, Problem>>;

#[derive(Debug)]
struct Past {
    number: u64,
    asked: Asked,
    /// The newest commit of the plant when it was asked for, and when that was.
    head: u64,
    since: Instant,
    made: watch::Receiver<Made>,
    used: Instant,
}

impl Pasts {
    pub(crate) fn new(runs: Arc<Turns>) -> Arc<Pasts> {
        Arc::new(Pasts {
            kept: Mutex::default(),
            asked: AtomicU64::new(0),
            runs,
        })
    }

    /// The plant as it was.
    pub(crate) async fn get(
        self: &Arc<Pasts>,
        handle: &PlantHandle,
        asked: Asked,
        (head, wait_for): (u64, Option<u64>),
    ) -> Result<Arc<ReadModel>, Problem> {
        let mut made = self.made(handle, asked, (head, wait_for))?;
        let waited = tokio::time::timeout(WAIT_MAX, made.wait_for(Option::is_some)).await;
        match waited {
            Ok(Ok(made)) => made
                .clone()
                .unwrap_or_else(|| Err(Problem::past_not_made())),
            // It panicked, which the log says.
            Ok(Err(_)) => Err(Problem::past_not_made()),
            Err(_) => Err(Problem::past_takes_long()),
        }
    }

    /// What is made of it, or is being made from now on.
    fn made(
        self: &Arc<Pasts>,
        handle: &PlantHandle,
        asked: Asked,
        (head, wait_for): (u64, Option<u64>),
    ) -> Result<watch::Receiver<Made>, Problem> {
        let mut kept = self.kept.lock();
        let serves = |past: &&mut Past| past.asked == asked && past.serves(head, wait_for);
        if let Some(past) = kept.iter_mut().rev().find(serves) {
            past.used = Instant::now();
            return Ok(past.made.clone());
        }
        if kept.len() >= PASTS_KEPT_MAX {
            let done = kept.iter().enumerate();
            let done = done.filter(|(_, past)| past.made.borrow().is_some());
            let Some((oldest, _)) = done.min_by_key(|(_, past)| past.used) else {
                return Err(Problem::past_takes_long());
            };
            kept.remove(oldest);
        }
        let (tell, made) = watch::channel(None);
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        kept.push(Past {
            number,
            asked,
            head,
            since: Instant::now(),
            made: made.clone(),
            used: Instant::now(),
        });
        let (pasts, handle) = (Arc::clone(self), handle.clone());
        tokio::spawn(async move {
            pasts.make(handle, asked, tell).await;
            pasts.let_go(number).await;
        });
        Ok(made)
    }

    async fn make(&self, handle: PlantHandle, asked: Asked, tell: watch::Sender<Made>) {
        let permit = self.runs.take().await;
        let making = tokio::task::spawn_blocking(move || {
            let made = model(&handle, asked).map(Arc::new);
            drop(permit);
            made.map_err(|error| Problem::no_past(&error))
        });
        match making.await {
            Ok(made) => drop(tell.send_replace(Some(made))),
            Err(error) => tracing::error!(%error, "a picture of the past was not made"),
        }
    }

    /// Lets it go when nobody has looked at it for a while, and at once when there is none.
    async fn let_go(&self, number: u64) {
        loop {
            let until = {
                let mut kept = self.kept.lock();
                let place = kept.iter().position(|past| past.number == number);
                let Some(place) = place else { return };
                let past = &kept[place];
                let is_there = matches!(*past.made.borrow(), Some(Ok(_)));
                let until = past.used + KEPT_UNUSED;
                if !is_there || until <= Instant::now() {
                    kept.remove(place);
                    return;
                }
                until
            };
            tokio::time::sleep_until(until).await;
        }
    }
}

impl Past {
    /// Whether it answers a question of now. What is known grows: a picture that later commits may
    /// change serves for a while only, so that the next page is of the same.
    fn serves(&self, head: u64, wait_for: Option<u64>) -> bool {
        if self.head == head {
            return true;
        }
        let is_final = match (&self.asked, &*self.made.borrow()) {
            (Asked::Then(Moment::Commit(_)), _) => true,
            (Asked::Then(Moment::Time(_)), Some(Ok(model))) => model.cursor().commit_no < self.head,
            _ => false,
        };
        let is_fresh = self.since.elapsed() < FRESH && wait_for.is_none_or(|it| it <= self.head);
        is_final || is_fresh
    }
}

fn model(handle: &PlantHandle, asked: Asked) -> Result<ReadModel, HistoryError> {
    let history: &History = handle.history();
    let (snapshot, now, past) = match asked {
        Asked::Then(moment) => {
            let snapshot = history.at(moment)?;
            let now = match moment {
                Moment::Time(time) => time,
                Moment::Commit(_) => stands_at(handle.clock(), &snapshot),
            };
            let past = PastView {
                known: Known::Then,
                left_out: None,
            };
            (snapshot, now, past)
        }
        Asked::Now(time) => {
            let was = history.was(time)?;
            let past = PastView {
                known: Known::Now,
                left_out: Some(was.left_out),
            };
            (was.snapshot, time, past)
        }
    };
    let model = ReadModel::from_snapshot(&snapshot, handle.clock(), handle.durability());
    Ok(model.of_the_past(now, past))
}

/// The plant's time at a snapshot.
fn stands_at(clock: PlantClock, snapshot: &Snapshot) -> Time {
    match clock {
        PlantClock::Wall => snapshot.recorded,
        PlantClock::EventTime => snapshot.now(),
    }
}

/// Parameters of a query that say of when the answer is.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// Answer only once this commit is in the picture (within 5 s, else 503).
    pub(crate) wait_for: Option<u64>,
    /// The plant as it was right after this commit, or at this time; now when absent.
    #[param(example = "2026-03-01T08:00:00Z")]
    as_of: Option<String>,
    /// With `as_of`: as it was known `then`, when absent, or as it was by what is known `now`.
    #[param(inline)]
    known: Option<Known>,
}

impl When {
    /// Its parameters.
    pub(crate) const NAMES: [&'static str; 3] = ["wait_for", "as_of", "known"];

    /// The same, and not before this commit, where there is one.
    pub(crate) fn and_commit(self, commit_no: Option<u64>) -> When {
        When {
            wait_for: commit_no.or(self.wait_for),
            ..self
        }
    }

    /// Whether something else than the newest is asked for.
    pub(crate) fn is_of_the_past(&self) -> bool {
        self.as_of.is_some() || self.known.is_some()
    }

    /// The past that is asked for, of a plant that stands at `newest` and `now`.
    ///
    /// # Errors
    /// [`Problem`] when it cannot be understood, or is not the past.
    pub(crate) fn past(&self, newest: Cursor, now: Time) -> Result<Option<Asked>, Problem> {
        let Some(as_of) = self.as_of.as_deref() else {
            return match self.known {
                None => Ok(None),
                Some(_) => Err(Problem::bad_query(
                    "known goes with as_of, which is not there".to_owned(),
                )),
            };
        };
        if let Ok(commit_no) = as_of.parse::<u64>() {
            if self.known == Some(Known::Now) {
                let text = "known=now goes with a time; as_of is the number of a commit, and what \
                            was known after it is known=then";
                return Err(Problem::bad_query(text.to_owned()));
            }
            return match commit_no <= newest.commit_no {
                true => Ok(Some(Asked::Then(Moment::Commit(commit_no)))),
                false => Err(Problem::bad_query(format!(
                    "as_of: commit {commit_no} is yet to come; the plant has reached commit {}",
                    newest.commit_no
                ))),
            };
        }
        let Ok(time) = as_of.parse::<Time>() else {
            return Err(Problem::bad_query(format!(
                "as_of: '{as_of}' is neither the number of a commit nor a time like \
                 2026-03-01T08:00:00Z (a + of its zone is written %2B)"
            )));
        };
        if time > now {
            return Err(Problem::bad_query(format!(
                "as_of: {time} is yet to come; it is {now} in the plant"
            )));
        }
        Ok(Some(match self.known.unwrap_or_default() {
            Known::Then => Asked::Then(Moment::Time(time)),
            Known::Now => Asked::Now(time),
        }))
    }
}
