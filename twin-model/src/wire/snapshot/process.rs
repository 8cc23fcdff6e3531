//! A process, as stored and hashed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Bearing, Claims, CommandBody, Obstacle, Process, ProcessId, ProcessKind, ProcessRules, Refusal,
    Rule, Step, StepState, System, Time,
};

stored! {
    /// Stored [`ProcessRules`].
    ProcessRulesState of ProcessRules {
        table_version: u64,
        rules: BTreeMap<ProcessKind, Rule>,
        claims: Claims,
    } beside { version: u64 }
}

/// The business state of a [`Process`]: what other systems have in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct ProcessStanding {
    pub id: ProcessId,
    pub told: BTreeMap<SmolStr, SmolStr>,
    pub claims: Claims,
}

stored! {
    /// A stored [`Step`].
    StoredStep of Step {
        lane: SmolStr,
        number: u32,
        to: System,
        bearing: Bearing,
        body: CommandBody,
        attempt: u32,
        sent: u32,
        first_sent_at: Time,
        due: Option<Time>,
        state: StepState,
        documents: Vec<SmolStr>,
        refusal: Option<Refusal>,
        answered_at: Option<Time>,
        raised: bool,
    } beside {}
}

/// How a process came to what it has told: history, which depends on what arrived when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct StoredProcess {
    /// The business transaction that began it.
    pub correlation: Option<SmolStr>,
    /// Its commands.
    pub steps: Vec<StoredStep>,
    /// What it waits for.
    pub(crate) obstacles: Vec<Obstacle>,
    /// When it is looked at again.
    pub look_at: Option<Time>,
    /// Whether it is switched off.
    pub off: bool,
}

impl From<&Process> for ProcessStanding {
    fn from(process: &Process) -> ProcessStanding {
        ProcessStanding {
            id: process.id.clone(),
            told: process.told(),
            claims: process.claims.clone(),
        }
    }
}

impl From<&Process> for StoredProcess {
    fn from(process: &Process) -> StoredProcess {
        StoredProcess {
            correlation: process.correlation.clone(),
            steps: process.steps.iter().map(StoredStep::from).collect(),
            obstacles: process.obstacles.clone(),
            look_at: process.look_at,
            off: process.off,
        }
    }
}

impl ProcessStanding {
    pub(super) fn restore(self, history: Option<StoredProcess>, version: u64) -> Process {
        let history = history.unwrap_or_default();
        Process {
            id: self.id,
            correlation: history.correlation,
            steps: history.steps.into_iter().map(StoredStep::restore).collect(),
            obstacles: history.obstacles,
            look_at: history.look_at,
            off: history.off,
            claims: self.claims,
            version,
        }
    }
}
