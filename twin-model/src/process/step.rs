//! One command of a process: what was asked, how often, and what was answered.

use smol_str::SmolStr;

use crate::{CommandBody, System, Time};

/// What a command makes of those that its lane sent before, once it is acknowledged.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Bearing {
    /// It stands beside them.
    Adds,
    /// It stands in their place.
    Replaces,
    /// It takes them back: a compensation. Nothing stands.
    Undoes,
}

/// How far a command has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum StepState {
    /// It was sent and is not answered.
    Sent,
    /// The receiver has done it.
    Acknowledged,
    /// The receiver has refused it; it is tried again.
    Refused,
    /// The receiver has refused it as often as it is tried.
    GivenUp,
    /// Nobody answered, as often as it was sent. A late answer is still taken.
    TimedOut,
    /// It was refused, and before it was tried again it was no longer wanted; or the facts have
    /// answered it. A late answer is still taken.
    Dropped,
}

impl StepState {
    /// Whether nothing is under way any more, so that another command may follow.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, StepState::Acknowledged | StepState::Dropped)
    }

    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StepState::Sent => "sent",
            StepState::Acknowledged => "acknowledged",
            StepState::Refused => "refused",
            StepState::GivenUp => "given_up",
            StepState::TimedOut => "timed_out",
            StepState::Dropped => "dropped",
        }
    }
}

/// What a receiver said when it refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    /// Its code, verbatim.
    pub code: SmolStr,
    /// Its text, verbatim.
    pub text: SmolStr,
    /// When it said so.
    pub at: Time,
}

/// One command of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(crate) lane: SmolStr,
    /// Counts the commands of the lane from 1.
    pub(crate) number: u32,
    pub(crate) to: System,
    pub(crate) bearing: Bearing,
    pub(crate) body: CommandBody,
    /// Counts the tries after refusals from 1.
    pub(crate) attempt: u32,
    /// How often this try was sent.
    pub(crate) sent: u32,
    pub(crate) first_sent_at: Time,
    /// When it is sent again, if nothing happens before.
    pub(crate) due: Option<Time>,
    pub(crate) state: StepState,
    /// What it became in the receiver's books. More than one is a fault that people must mend.
    pub(crate) documents: Vec<SmolStr>,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) answered_at: Option<Time>,
    /// Whether a person was asked to look at it and is not told yet that it is over.
    pub(crate) raised: bool,
    /// How many lots of its process, from the first that joined it, its receiver knows once it has
    /// acknowledged; 0 for what names none of them.
    pub(crate) lots_to: u32,
    /// Whether a person has let the process send more after it than one lane may.
    pub(crate) let_on: bool,
}

impl Step {
    /// The part of the process that it belongs to, such as an operation or a system. The commands
    /// of a lane follow each other; one is answered before the next is sent.
    #[must_use]
    pub fn lane(&self) -> &SmolStr {
        &self.lane
    }

    /// Which command of its lane, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Which system it asks.
    #[must_use]
    pub fn to(&self) -> System {
        self.to
    }

    /// What it makes of those before it.
    #[must_use]
    pub fn bearing(&self) -> Bearing {
        self.bearing
    }

    /// What it says.
    #[must_use]
    pub fn body(&self) -> &CommandBody {
        &self.body
    }

    /// Which try after a refusal, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How often this try was sent.
    #[must_use]
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// When it was sent first, by the plant's clock.
    #[must_use]
    pub fn first_sent_at(&self) -> Time {
        self.first_sent_at
    }

    /// When it is sent again if nothing happens before; `None` when it waits for nothing.
    #[must_use]
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> StepState {
        self.state
    }

    /// What it became in the receiver's books.
    #[must_use]
    pub fn documents(&self) -> &[SmolStr] {
        &self.documents
    }

    /// The latest refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// When the receiver answered last, by the receiver's clock.
    #[must_use]
    pub fn answered_at(&self) -> Option<Time> {
        self.answered_at
    }
}
