//! The state machine of an operation: OPC UA for ISA-95 Job Control 2.0 (OPC 10031-4), verbatim.
//!
//! Thirteen main transitions, five between the stages of preparation, two between the kinds of
//! interruption, one at the end. Nine of them have no cause in the standard (a job starts to run,
//! a held job becomes a suspended one): the executing system makes these by itself.
//! `tests/model/job_control.rs` compares every pair of states with the standard's own node set.

/// State of a job in the words of OPC 10031-4, with the state of its sub-machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Stored, and nobody allowed its start.
    NotAllowedToStart(Preparation),
    /// May start.
    AllowedToStart(Preparation),
    /// Running.
    Running,
    /// Stopped for a time.
    Interrupted(Interruption),
    /// Completed and no longer in execution.
    Ended(Ending),
    /// Broken off for good.
    Aborted,
}

/// How far a job that does not run yet is prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preparation {
    /// What it needs first is not there.
    Waiting,
    /// What it needs is there.
    Ready,
    /// Ready, and loaded where only one job can be.
    Loaded,
}

/// Why a job is interrupted.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// A constraint stops it: material, machine, quality.
    #[default]
    Held,
    /// Somebody decided to stop it.
    Suspended,
}

/// How far an ended job is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// No longer in execution.
    Completed,
    /// No post-processing follows either.
    Closed,
}

/// The methods of the job order receiver that move a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobCause {
    /// Allows the start.
    Start,
    /// Takes that permission back.
    RevokeStart,
    /// Changes a job that has not begun.
    Update,
    /// Interrupts.
    Pause,
    /// Ends an interruption.
    Resume,
    /// Ends the job.
    Stop,
    /// Breaks the job off.
    Abort,
}

impl JobState {
    /// Every state that a job can be in.
    pub const ALL: [JobState; 12] = [
        JobState::NotAllowedToStart(Preparation::Waiting),
        JobState::NotAllowedToStart(Preparation::Ready),
        JobState::NotAllowedToStart(Preparation::Loaded),
        JobState::AllowedToStart(Preparation::Waiting),
        JobState::AllowedToStart(Preparation::Ready),
        JobState::AllowedToStart(Preparation::Loaded),
        JobState::Running,
        JobState::Interrupted(Interruption::Held),
        JobState::Interrupted(Interruption::Suspended),
        JobState::Ended(Ending::Completed),
        JobState::Ended(Ending::Closed),
        JobState::Aborted,
    ];

    /// The state after `cause`; `None` where the standard has no such transition.
    ///
    /// The standard leaves open in which sub-state a transition arrives. Here preparation stays
    /// as it was, a pause is a decision (a constraint then turns it into a hold by
    /// [`JobState::passes_to`]), and what ends is completed before it is closed.
    #[must_use]
    pub fn next(self, cause: JobCause) -> Option<JobState> {
        use JobState::{AllowedToStart, Interrupted, NotAllowedToStart, Running};
        match (self, cause) {
            (NotAllowedToStart(prepared), JobCause::Start) => Some(AllowedToStart(prepared)),
            (AllowedToStart(prepared), JobCause::RevokeStart) => Some(NotAllowedToStart(prepared)),
            (NotAllowedToStart(_) | AllowedToStart(_), JobCause::Update) => Some(self),
            (Running, JobCause::Pause) => Some(Interrupted(Interruption::Suspended)),
            (Interrupted(_), JobCause::Resume) => Some(Running),
            (Running | Interrupted(_), JobCause::Stop) => Some(JobState::Ended(Ending::Completed)),
            (
                NotAllowedToStart(_) | AllowedToStart(_) | Running | Interrupted(_),
                JobCause::Abort,
            ) => Some(JobState::Aborted),
            _ => None,
        }
    }

    /// Whether the executing system may take the job to `next` by itself: the transitions to
    /// which the standard gives no cause.
    #[must_use]
    pub fn passes_to(self, next: JobState) -> bool {
        use JobState::{AllowedToStart, Ended, Interrupted, NotAllowedToStart, Running};
        match (self, next) {
            (AllowedToStart(_), Running) => true,
            (NotAllowedToStart(from), NotAllowedToStart(to))
            | (AllowedToStart(from), AllowedToStart(to)) => from.passes_to(to),
            (Interrupted(from), Interrupted(to)) => from != to,
            (Ended(from), Ended(to)) => (from, to) == (Ending::Completed, Ending::Closed),
            _ => false,
        }
    }

    /// Whether nothing can happen to the job any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, JobState::Ended(_) | JobState::Aborted)
    }

    /// The state's name in answers and streams, without the sub-state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::NotAllowedToStart(_) => "not_allowed_to_start",
            JobState::AllowedToStart(_) => "allowed_to_start",
            JobState::Running => "running",
            JobState::Interrupted(_) => "interrupted",
            JobState::Ended(_) => "ended",
            JobState::Aborted => "aborted",
        }
    }

    /// The sub-state's name in answers and streams, where the state has sub-states.
    #[must_use]
    pub fn sub_state(self) -> Option<&'static str> {
        match self {
            JobState::NotAllowedToStart(prepared) | JobState::AllowedToStart(prepared) => {
                Some(match prepared {
                    Preparation::Waiting => "waiting",
                    Preparation::Ready => "ready",
                    Preparation::Loaded => "loaded",
                })
            }
            JobState::Interrupted(why) => Some(why.as_str()),
            JobState::Ended(Ending::Completed) => Some("completed"),
            JobState::Ended(Ending::Closed) => Some("closed"),
            JobState::Running | JobState::Aborted => None,
        }
    }
}

impl Preparation {
    fn passes_to(self, next: Preparation) -> bool {
        // Loading takes a ready job; unloading may find it ready still, or waiting again.
        self != next && (self, next) != (Preparation::Waiting, Preparation::Loaded)
    }
}

impl Interruption {
    /// The name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Interruption::Held => "held",
            Interruption::Suspended => "suspended",
        }
    }
}

impl JobCause {
    /// Every cause.
    pub const ALL: [JobCause; 7] = [
        JobCause::Start,
        JobCause::RevokeStart,
        JobCause::Update,
        JobCause::Pause,
        JobCause::Resume,
        JobCause::Stop,
        JobCause::Abort,
    ];
}
