//! The door to questions: what would become of something if it were told now.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};
use twin_model::{
    Code, DeliveryId, EntityKey, Event, EventBody, EventId, Kind, Rejection, SourceId, Time,
    Touched, Turn,
};

use crate::books::Books;
use crate::door::Door;
use crate::guard::guarded_would;
use crate::{Stopped, commit};

/// Questions that are answered at once: each takes as long as the event that it is about, on the
/// plant's own thread.
pub const QUESTIONS_MAX: usize = 100;

/// The id of an event that nobody tells.
const ASKED: &str = "asked";

/// Who asks at once, of one plant; one more is told so.
pub const ASKERS_MAX: usize = 8;
/// How long the questions of one asker may take the plant's thread together. What is not answered
/// by then is not: events wait meanwhile.
const ANSWER_TIME_MAX: Duration = Duration::from_millis(200);

/// The door to questions.
#[derive(Debug, Clone)]
pub struct Checks {
    door: Door,
    askers: Arc<Semaphore>,
}

/// Why nothing was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnswered {
    /// The plant does not answer.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// Others ask.
    #[error("{ASKERS_MAX} others are asking already")]
    Busy,
    /// The questions take too long together.
    #[error("{answered} of the questions took longer than {} ms", ANSWER_TIME_MAX.as_millis())]
    TooLong {
        /// How many were answered until then.
        answered: usize,
    },
}

/// Something that somebody wants to know before it is done.
#[derive(Debug, Clone)]
pub enum Question {
    /// What would become of this event?
    Event {
        /// Who would say it: rules that speak of sources go by it.
        source: SourceId,
        /// When it would happen; the plant's now when `None`.
        at: Option<Time>,
        /// What would happen.
        body: Box<EventBody>,
    },
    /// What does the gate of this delivery say?
    Delivery(DeliveryId),
}

/// What would become of an event.
#[derive(Debug, Clone)]
pub enum Outlook {
    /// It would be applied, with these changes and notices; or this is how it stands already.
    Applied(Turn),
    /// It would wait: by this rule, or behind what waits by it.
    Parked {
        /// The rule.
        code: Code,
        /// In business words.
        text: String,
    },
    /// It would be refused.
    Refused(Rejection),
    /// It would be put before a person.
    Exception(Rejection),
    /// Nobody has asked for this delivery yet.
    Unknown(DeliveryId),
}

/// Answers, in the order of the questions.
#[derive(Debug, Clone)]
pub struct Answers<T> {
    /// The commit after which they are right.
    pub commit_no: u64,
    /// The plant's now: what was asked without a time is answered for it.
    pub now: Time,
    /// One for each question. Each stands for itself: nothing that was asked before it has happened.
    pub answers: Vec<T>,
}

impl Checks {
    pub(crate) fn new(door: Door) -> Checks {
        Checks {
            door,
            askers: Arc::new(Semaphore::new(ASKERS_MAX)),
        }
    }

    /// Answers at most [`QUESTIONS_MAX`] questions by the rules, as of one commit and of the
    /// plant's time. Changes nothing. `tell` makes an answer of what would become of each question
    /// in turn, on the plant's thread: what would change may be large, and is not kept.
    ///
    /// # Errors
    /// [`NotAnswered`].
    ///
    /// # Panics
    /// When there are more questions than that.
    pub async fn ask<T: Send + 'static>(
        &self,
        questions: Vec<Question>,
        mut tell: impl FnMut(Outlook) -> T + Send + 'static,
    ) -> Result<Answers<T>, NotAnswered> {
        assert!(questions.len() <= QUESTIONS_MAX, "questions are limited");
        let asker = Arc::clone(&self.askers).try_acquire_owned();
        let asker = asker.map_err(|_| NotAnswered::Busy)?;
        let (reply, answer) = oneshot::channel();
        self.door
            .try_out(move |books, commit_no| {
                let (begun, now) = (Instant::now(), commit::now(books.now, &books.sources));
                let mut answers = Vec::with_capacity(questions.len());
                for question in &questions {
                    // Nobody waits for it any more, or others have waited long enough.
                    if reply.is_closed() || begun.elapsed() > ANSWER_TIME_MAX {
                        break;
                    }
                    answers.push(tell(books.answer(question, now)));
                }
                let answered = answers.len();
                let told = match answered == questions.len() {
                    false => Err(NotAnswered::TooLong { answered }),
                    true => Ok(Answers {
                        commit_no,
                        now,
                        answers,
                    }),
                };
                Box::new(move || {
                    drop(reply.send(told));
                    drop(asker);
                })
            })
            .await?;
        answer.await.map_err(|_| Stopped)?
    }
}

impl Books {
    fn answer(&mut self, question: &Question, now: Time) -> Outlook {
        match question {
            Question::Event { source, at, body } => {
                let Ok(id) = ASKED.parse::<EventId>() else {
                    unreachable!("a short word is an id")
                };
                self.outlook(&Event {
                    id,
                    source: source.clone(),
                    plant: self.plant.id().clone(),
                    time: at.unwrap_or(now),
                    sequence: None,
                    correlation: None,
                    body: (**body).clone(),
                })
            }
            Question::Delivery(delivery) => {
                let key = EntityKey::Shipment(delivery.clone());
                match self.plant.get(&key).cloned() {
                    Some(state) => Outlook::Applied(Turn {
                        touched: vec![Touched { key, state }],
                        notices: Vec::new(),
                    }),
                    None => Outlook::Unknown(delivery.clone()),
                }
            }
        }
    }

    fn outlook(&mut self, event: &Event) -> Outlook {
        let decided = match self.refuse_at_the_door(event) {
            Some(rejection) => Err(rejection),
            None => {
                if let Some((code, text, _)) = self.waits_before(event) {
                    return Outlook::Parked { code, text };
                }
                guarded_would(&mut self.plant, event)
            }
        };
        match decided {
            Ok(turn) => Outlook::Applied(turn),
            Err(rejection) => match rejection.kind() {
                Kind::Park => Outlook::Parked {
                    code: rejection.code(),
                    text: rejection.to_string(),
                },
                Kind::Refuse | Kind::Discrepancy => Outlook::Refused(rejection),
                Kind::Exception => Outlook::Exception(rejection),
            },
        }
    }
}
