//! Commands to other systems: decided with the event, journaled in its commit, sent afterwards.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use twin_model::{CommandBody, CommandKey, EventId, PlantId, SmolStr, Time};

use crate::Stopped;
use crate::because::Because;
use crate::door::Door;

/// Commands that may wait to be sent. At this number the plant takes no more events until some
/// are sent.
pub const OUTBOX_COMMANDS_MAX: usize = 100_000;

/// The number of a command within its plant. Deterministic: the same journal gives the same
/// numbers, so a command that is sent twice carries one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId(pub(crate) u64);

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CMD-{}", self.0)
    }
}

/// A text that is no command number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a command number (like CMD-7)")]
pub struct InvalidCommandId;

impl FromStr for CommandId {
    type Err = InvalidCommandId;

    fn from_str(text: &str) -> Result<CommandId, InvalidCommandId> {
        let number = text.strip_prefix("CMD-").ok_or(InvalidCommandId)?;
        number.parse().map(CommandId).map_err(|_| InvalidCommandId)
    }
}

/// Which way a command goes. Each command has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Route {
    /// To the broker's command exchange.
    Broker,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Its number: its place among all commands of the plant.
    pub id: CommandId,
    /// The `id` of its CloudEvent. A process that sends a command again for lack of an answer does
    /// so with a new number and the same id.
    pub event_id: SmolStr,
    /// Its way.
    pub route: Route,
    /// CloudEvents type.
    pub type_name: SmolStr,
    /// The whole CloudEvent in structured JSON mode.
    pub body: String,
}

impl Command {
    /// A command that follows from an event, or from the plant's clock.
    pub(crate) fn because_of(
        number: u64,
        plant: &PlantId,
        because: &Because,
        subject: &str,
        body: &CommandBody,
    ) -> Command {
        let id = SmolStr::new(CommandId(number).to_string());
        let correlation = because.cause.correlation.as_deref();
        Command::sealed(number, plant, because, (id, correlation), subject, body)
    }

    /// A command of a process.
    pub(crate) fn of_process(
        number: u64,
        plant: &PlantId,
        because: &Because,
        (key, correlation): (&CommandKey, &str),
        body: &CommandBody,
    ) -> Command {
        let subject = key.process().subject();
        let named = (SmolStr::new(key.to_string()), Some(correlation));
        Command::sealed(number, plant, because, named, subject, body)
    }

    fn sealed(
        number: u64,
        plant: &PlantId,
        because: &Because,
        (event_id, correlation): (SmolStr, Option<&str>),
        subject: &str,
        body: &CommandBody,
    ) -> Command {
        let type_name = body.type_name();
        let sealed = Sealed {
            specversion: "1.0",
            id: &event_id,
            source: format!("/twin/{plant}"),
            type_name,
            subject,
            time: because.at,
            datacontenttype: "application/json",
            plant,
            correlationid: correlation,
            causationid: &because.cause.event,
            data: body,
        };
        let body = match serde_json::to_string(&sealed) {
            Ok(body) => body,
            Err(error) => unreachable!("commands are encodable: {error}"),
        };
        Command {
            id: CommandId(number),
            event_id,
            route: Route::Broker,
            type_name: type_name.into(),
            body,
        }
    }
}

/// The CloudEvent of a command. Written as it is, because a hold may send hundreds at once.
#[derive(Serialize)]
struct Sealed<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    type_name: &'static str,
    subject: &'a str,
    time: Time,
    datacontenttype: &'static str,
    plant: &'a PlantId,
    correlationid: Option<&'a str>,
    causationid: &'a EventId,
    #[serde(serialize_with = "command_data")]
    data: &'a CommandBody,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn command_data<S: Serializer>(body: &&CommandBody, serializer: S) -> Result<S::Ok, S::Error> {
    body.serialize_data(serializer)
}

/// Commands that are decided and not yet sent, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pending {
    commands: VecDeque<Arc<Command>>,
    /// Number of the last command ever.
    pub(crate) last: u64,
}

impl Pending {
    pub(crate) fn push(&mut self, command: Arc<Command>) {
        self.commands.push_back(command);
    }

    /// Forgets the commands up to and including `id`: they were sent.
    pub(crate) fn sent_up_to(&mut self, id: CommandId) {
        while self
            .commands
            .front()
            .is_some_and(|command| command.id <= id)
        {
            self.commands.pop_front();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.commands.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Command>> {
        self.commands.iter()
    }
}

/// The door to the commands of a plant.
#[derive(Debug, Clone)]
pub struct Outbox {
    pub(crate) door: Door,
}

impl Outbox {
    /// The oldest commands that are committed and not yet marked as sent, at most `max`, in the
    /// order in which they must be sent. Waits until there is one.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn due(&self, max: usize) -> Result<Vec<Arc<Command>>, Stopped> {
        let mut due = self.door.due();
        loop {
            let commands: Vec<_> = {
                let pending = due.borrow_and_update();
                pending.iter().take(max).cloned().collect()
            };
            if !commands.is_empty() {
                return Ok(commands);
            }
            due.changed().await.map_err(|_| Stopped)?;
        }
    }

    /// Records that every command up to and including `last` was taken over by its receiver.
    /// Returns after the record is on stable storage; a crash before it sends them again with the
    /// same ids.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn mark_sent(&self, last: CommandId) -> Result<(), Stopped> {
        self.door
            .operator(crate::record::OperatorEntry::CommandsSent(last))
            .await
    }
}
