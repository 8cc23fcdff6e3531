//! A process: what the twin asks of other systems about one thing, until they have answered.
//!
//! A process knows what other systems should be told (its plan, a function of the facts) and what
//! they have acknowledged. Whenever a turn or the clock touches what it is about, it compares both
//! and sends what is missing: at most one command at a time in each lane. So it goes on by itself
//! when a cause heals, takes back what is no longer so, and does not depend on what came first.

mod answer;
mod concern;
mod confirmation;
mod crowded;
mod deviation;
mod disposition;
mod falling_due;
mod finding;
mod hold;
mod joined;
mod lane;
mod limit;
mod maintenance;
mod plan;
mod quarantine;
mod redrive;
mod release;
mod rules;
mod run;
mod scrap;
mod sending;
mod step;
mod told;
mod usage;
mod variance;
mod waiting;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::{
    Claims, CommandKey, Discrepancy, EntityKey, LotId, PagedMap, ProcessId, ProcessKind, Shared,
    Time,
};

pub(crate) use confirmation::about;
pub(crate) use finding::Finding;
pub(crate) use joined::Joined;
use lane::{lane_of, posted_as};
pub use limit::Limit;
pub(crate) use plan::{Next, Obstacle, Plan};
pub use rules::{ANSWER_WITHIN_S, ProcessRules, RETRY_WAIT_S_MAX, Rule, TRIES_MAX};
pub use step::{Bearing, Refusal, Step, StepState};
pub(crate) use waiting::Waiting;

/// Commands of one lane of a process. One more is put before a person, unless it takes something
/// back; a lane that goes by lots has as many as there are lots, and keeps the newest.
pub const STEPS_PER_LANE_MAX: usize = 100;
/// Documents kept of one command, in number.
pub const DOCUMENTS_PER_STEP_MAX: usize = 10;

/// Where a process stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcessState {
    /// Something must be settled before anything is told.
    Waiting,
    /// A command is under way.
    Asking,
    /// A command was refused and is tried again.
    Retrying,
    /// A person must look at it.
    WithPerson,
    /// Everybody knows what they should know.
    Settled,
    /// Nothing stands: it was taken back, or is no longer wanted.
    Undone,
    /// The plant's rules have switched it off.
    Off,
}

impl ProcessState {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProcessState::Waiting => "waiting",
            ProcessState::Asking => "asking",
            ProcessState::Retrying => "retrying",
            ProcessState::WithPerson => "with_person",
            ProcessState::Settled => "settled",
            ProcessState::Undone => "undone",
            ProcessState::Off => "off",
        }
    }
}

/// A process with the commands that it has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub(crate) id: ProcessId,
    /// The business transaction that began it.
    pub(crate) correlation: Option<SmolStr>,
    /// In the order in which they were first sent.
    pub(crate) steps: Vec<Shared<Step>>,
    /// The lots that it blocks, where it is about a hold: those that the hold reaches or somebody was
    /// asked to block, in the order in which they joined.
    pub(crate) lots: Joined,
    /// The affected lots of which something has no disposition, where it is about a nonconformance.
    pub(crate) undisposed: PagedMap<LotId, ()>,
    /// Lots that are set aside by commands that are kept no more, by lane.
    pub(crate) aside: BTreeMap<SmolStr, PagedMap<LotId, ()>>,
    /// Lanes that would send more than they may, with what they wait for.
    pub(crate) crowded: BTreeMap<SmolStr, SmolStr>,
    pub(crate) obstacles: Vec<Obstacle>,
    /// What its rule finds wrong with the facts now.
    pub(crate) findings: Vec<Finding>,
    /// When the passing of time alone may change its plan.
    pub(crate) look_at: Option<Time>,
    pub(crate) off: bool,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl Process {
    pub(crate) fn new(id: ProcessId, correlation: Option<SmolStr>) -> Process {
        Process {
            id,
            correlation,
            steps: Vec::new(),
            lots: Joined::default(),
            undisposed: PagedMap::default(),
            aside: BTreeMap::new(),
            crowded: BTreeMap::new(),
            obstacles: Vec::new(),
            findings: Vec::new(),
            look_at: None,
            off: false,
            claims: Claims::default(),
            version: 0,
        }
    }

    /// What it is about.
    #[must_use]
    pub fn id(&self) -> &ProcessId {
        &self.id
    }

    /// The order that it is about, where it is about one.
    #[must_use]
    pub fn order(&self) -> Option<&str> {
        match self.id.kind() {
            ProcessKind::Release
            | ProcessKind::Confirmation
            | ProcessKind::Variance
            | ProcessKind::Scrap => Some(self.id.subject()),
            ProcessKind::Hold
            | ProcessKind::Maintenance
            | ProcessKind::Deviation
            | ProcessKind::Usage => None,
        }
    }

    /// The business transaction that its commands belong to: that of the event which began it, or
    /// else the process itself.
    #[must_use]
    pub fn correlation(&self) -> &str {
        self.correlation.as_deref().unwrap_or(self.id.as_str())
    }

    /// Its commands, in the order in which they were first sent. Of a lane that goes by lots the
    /// newest.
    #[must_use]
    pub fn steps(&self) -> &[Shared<Step>] {
        &self.steps
    }

    /// The id under which a command was sent last.
    #[must_use]
    pub fn key_of(&self, step: &Step) -> CommandKey {
        CommandKey::new(self.id.clone(), &step.lane, step.number, step.attempt)
    }

    /// What it waits for before it tells anything, in business words.
    pub fn waits_for(&self) -> impl Iterator<Item = &SmolStr> {
        let obstacles = self.obstacles.iter();
        let obstacles = obstacles.map(|obstacle| &obstacle.text);
        obstacles.chain(self.crowded.values())
    }

    /// When it is looked at again if nothing happens before.
    #[must_use]
    pub fn due_at(&self) -> Option<Time> {
        let steps = self.steps.iter().filter_map(|step| step.due);
        steps.chain(self.look_at).min()
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ProcessState {
        let any = |state| self.last_steps().any(|step| step.state == state);
        if self.off {
            ProcessState::Off
        } else if any(StepState::TimedOut) || any(StepState::GivenUp) || !self.crowded.is_empty() {
            ProcessState::WithPerson
        } else if any(StepState::Refused) {
            ProcessState::Retrying
        } else if any(StepState::Sent) {
            ProcessState::Asking
        } else if !self.obstacles.is_empty() || self.look_at.is_some() {
            ProcessState::Waiting
        } else if self.stands_anywhere() {
            ProcessState::Settled
        } else {
            ProcessState::Undone
        }
    }

    /// Answers of systems that own no answer, and what its rule finds wrong with the facts.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let key = || EntityKey::Process(self.id.clone());
        let mut found = self.claims.discrepancies(key, |_| self.standing_answer());
        found.extend(self.findings.iter().map(Discrepancy::from));
        found
    }
}
