//! A process: what the twin asks of other systems about one thing, and why it waits.

use std::collections::BTreeMap;

use serde::Serialize;
use twin_model::{
    CommandKey, Process, ProcessId, ProcessKind, Refusal, SmolStr, Step, System, Time,
};
use utoipa::ToSchema;

use super::DiscrepancyView;

/// A process with its commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProcessView {
    /// What it is about.
    #[schema(value_type = String, example = "release/WO-1")]
    pub id: ProcessId,
    /// What it is there for, such as `release`.
    #[schema(value_type = String)]
    pub kind: ProcessKind,
    /// The object that it is about, without the kind.
    #[schema(value_type = String, example = "WO-1")]
    pub subject: SmolStr,
    /// `waiting`, `asking`, `retrying`, `with_person`, `settled`, `undone` or `off`.
    pub state: &'static str,
    /// What it waits for before it tells anything, in business words.
    #[schema(value_type = Vec<String>)]
    pub waits_for: Vec<SmolStr>,
    /// When it is looked at again if nothing happens before; `null` when it waits for no time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Time>,
    /// What other systems have acknowledged and still have, by lane, in words.
    #[schema(value_type = BTreeMap<String, String>)]
    pub told: BTreeMap<SmolStr, SmolStr>,
    /// Its commands, in the order in which they were first sent.
    pub commands: Vec<CommandView>,
    /// The business transaction that they belong to.
    pub correlation: String,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the process.
    pub version: u64,
}

/// One command of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommandView {
    /// The id under which it was sent last.
    #[schema(value_type = String, example = "release/WO-1/mes/1-1")]
    pub id: CommandKey,
    /// What it asks for, in words.
    pub text: String,
    /// Its CloudEvents type.
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// The system that is asked, such as `erp`.
    #[schema(value_type = String)]
    pub to: System,
    /// `sent`, `acknowledged`, `refused`, `given_up`, `timed_out`, `dropped`; or, of one that was
    /// acknowledged, `replaced` or `compensated` by a later one.
    pub state: &'static str,
    /// Tries after refusals, from 1.
    pub tries: u32,
    /// How often this try was sent.
    pub sent: u32,
    /// When it was sent first, by the plant's clock.
    #[schema(value_type = String, format = DateTime)]
    pub first_sent_at: Time,
    /// When it is sent again if nothing happens before.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Time>,
    /// What it became in the books of the system that was asked.
    #[schema(value_type = Vec<String>)]
    pub documents: Vec<SmolStr>,
    /// The latest refusal.
    pub refusal: Option<RefusalView>,
    /// When the system answered last, by its clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Time>,
}

/// What a system said when it refused a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusalView {
    /// Its code, verbatim.
    #[schema(value_type = String)]
    pub code: SmolStr,
    /// Its text, verbatim.
    #[schema(value_type = String)]
    pub text: SmolStr,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

impl ProcessView {
    pub(crate) fn new(process: &Process, version: u64) -> ProcessView {
        let steps = process.steps().iter();
        ProcessView {
            id: process.id().clone(),
            kind: process.id().kind(),
            subject: process.id().subject().into(),
            state: process.state().as_str(),
            waits_for: process.waits_for().cloned().collect(),
            due_at: process.due_at(),
            told: process.told(),
            commands: steps.map(|step| command(process, step)).collect(),
            correlation: process.correlation().to_owned(),
            discrepancies: super::shown(&process.discrepancies()),
            version,
        }
    }
}

fn command(process: &Process, step: &Step) -> CommandView {
    CommandView {
        id: process.key_of(step),
        text: step.body().what(),
        type_name: step.body().type_name(),
        to: step.to(),
        state: process.fate(step),
        tries: step.attempt(),
        sent: step.sent(),
        first_sent_at: step.first_sent_at(),
        due_at: step.due(),
        documents: step.documents().to_vec(),
        refusal: step.refusal().map(RefusalView::from),
        answered_at: step.answered_at(),
    }
}

impl From<&Refusal> for RefusalView {
    fn from(refusal: &Refusal) -> RefusalView {
        RefusalView {
            code: refusal.code.clone(),
            text: refusal.text.clone(),
            at: refusal.at,
        }
    }
}
