//! A process, as stored and hashed.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::{
    Bearing, Claims, CommandBody, Finding, Limit, LotId, MaterialId, Obstacle, PagedMap, Process,
    ProcessId, ProcessKind, ProcessRules, Refusal, Rule, Shared, Step, StepState, System, Time,
};

stored! {
    /// Stored [`ProcessRules`].
    ProcessRulesState of ProcessRules {
        table_version: u64,
        rules: BTreeMap<ProcessKind, Rule>,
        limits: BTreeMap<Option<MaterialId>, Limit>,
        scrap: Option<Limit>,
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

/// The body of a command, stored as the JSON that is sent: a contract may have forms that a
/// positional encoding cannot carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCommand(CommandBody);

impl Serialize for StoredCommand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&json)
    }
}

impl<'de> Deserialize<'de> for StoredCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StoredCommand, D::Error> {
        let json = String::deserialize(deserializer)?;
        let body = serde_json::from_str(&json).map_err(serde::de::Error::custom)?;
        Ok(StoredCommand(body))
    }
}

impl From<&CommandBody> for StoredCommand {
    fn from(body: &CommandBody) -> StoredCommand {
        StoredCommand(body.clone())
    }
}

impl StoredCommand {
    fn restore(self) -> CommandBody {
        self.0
    }
}

stored! {
    /// A stored [`Step`].
    StoredStep of Step {
        lane: SmolStr,
        number: u32,
        to: System,
        bearing: Bearing,
        attempt: u32,
        sent: u32,
        first_sent_at: Time,
        due: Option<Time>,
        state: StepState,
        documents: Vec<SmolStr>,
        refusal: Option<Refusal>,
        answered_at: Option<Time>,
        raised: bool,
        lots_to: u32,
        let_on: bool,
    } via {
        body: StoredCommand
    } beside {}
}

/// How a process came to what it has told: history, which depends on what arrived when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct StoredProcess {
    /// The business transaction that began it.
    pub correlation: Option<SmolStr>,
    /// Its commands.
    pub steps: Vec<StoredStep>,
    /// The lots that it is about, in the order in which they joined it.
    pub lots: Vec<LotId>,
    /// The affected lots of which something has no disposition.
    pub undisposed: PagedMap<LotId, ()>,
    /// Lots that are set aside by commands that are kept no more, by lane.
    pub aside: BTreeMap<SmolStr, PagedMap<LotId, ()>>,
    /// Lanes that would send more than they may, with what they wait for.
    pub crowded: BTreeMap<SmolStr, SmolStr>,
    /// What it waits for.
    pub(crate) obstacles: Vec<Obstacle>,
    /// What its rule finds wrong.
    pub(crate) findings: Vec<Finding>,
    /// When it is looked at again.
    pub look_at: Option<Time>,
    /// Whether it is switched off.
    pub off: bool,
}

impl From<&Process> for ProcessStanding {
    fn from(process: &Process) -> ProcessStanding {
        ProcessStanding {
            id: process.id.clone(),
            told: process.told_in_any_order(),
            claims: process.claims.clone(),
        }
    }
}

impl From<&Process> for StoredProcess {
    fn from(process: &Process) -> StoredProcess {
        StoredProcess {
            correlation: process.correlation.clone(),
            steps: process
                .steps
                .iter()
                .map(|step| step.as_ref().into())
                .collect(),
            lots: process.lots.iter().cloned().collect(),
            undisposed: process.undisposed.clone(),
            aside: process.aside.clone(),
            crowded: process.crowded.clone(),
            obstacles: process.obstacles.clone(),
            findings: process.findings.clone(),
            look_at: process.look_at,
            off: process.off,
        }
    }
}

impl ProcessStanding {
    pub(super) fn restore(self, history: Option<StoredProcess>, version: u64) -> Process {
        let history = history.unwrap_or_default();
        let restored = history.steps.into_iter().map(StoredStep::restore);
        Process {
            id: self.id,
            correlation: history.correlation,
            steps: restored.map(Shared::new).collect(),
            lots: history.lots.into_iter().collect(),
            undisposed: history.undisposed,
            aside: history.aside,
            crowded: history.crowded,
            obstacles: history.obstacles,
            findings: history.findings,
            look_at: history.look_at,
            off: history.off,
            claims: self.claims,
            version,
        }
    }
}
