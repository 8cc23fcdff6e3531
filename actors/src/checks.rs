//! The door to questions: what would become of something if it were told now.

use tokio::sync::oneshot;
use twin_model::{
    Code, DeliveryId, EntityKey, Event, EventBody, EventId, Kind, Rejection, SourceId, Time,
    Touched, Turn,
};

use crate::Stopped;
use crate::books::Books;
use crate::door::Door;
use crate::guard::guarded_would;

/// Questions that are answered at once: each takes as long as the event that it is about, on the
/// plant's own thread.
pub const QUESTIONS_MAX: usize = 100;

/// The id of an event that nobody tells.
const ASKED: &str = "asked";

/// The door to questions.
#[derive(Debug, Clone)]
pub struct Checks {
    pub(crate) door: Door,
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
pub struct Answers {
    /// The commit after which they are right.
    pub commit_no: u64,
    /// The plant's now: what was asked without a time is answered for it.
    pub now: Time,
    /// One for each question. Each stands for itself: nothing that was asked before it has happened.
    pub outlooks: Vec<Outlook>,
}

impl Checks {
    /// Answers at most [`QUESTIONS_MAX`] questions by the rules, as of one commit. Changes nothing.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    ///
    /// # Panics
    /// When there are more questions than that.
    pub async fn ask(&self, questions: Vec<Question>) -> Result<Answers, Stopped> {
        assert!(questions.len() <= QUESTIONS_MAX, "questions are limited");
        let (reply, answer) = oneshot::channel();
        self.door
            .try_out(move |books, commit_no| {
                let now = books.newest_time();
                let outlooks = questions.iter().map(|asked| books.answer(asked, now));
                let answers = Answers {
                    commit_no,
                    now,
                    outlooks: outlooks.collect(),
                };
                Box::new(move || drop(reply.send(answers)))
            })
            .await?;
        answer.await.map_err(|_| Stopped)
    }
}

impl Books {
    /// The plant's now: its clock or, where nobody tells the clock, its newest event.
    fn newest_time(&self) -> Time {
        let newest = self.sources.values().max().copied();
        match self.now > Time::EPOCH {
            true => self.now,
            false => newest.unwrap_or(Time::EPOCH),
        }
    }

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
