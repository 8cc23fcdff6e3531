//! What reaches the broker: messages, and what happens to the broker itself.

use std::borrow::Cow;

use twin_model::{Code, EventId, PlantId, SourceId, Time};

use crate::faults::fault::Fault;

/// A message as it is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When it is to be sent, in simulated time.
    pub at: Time,
    /// To which plant; with the type it gives the routing key.
    pub plant: PlantId,
    /// The type that its header names. It gives the class of the queue too.
    pub type_name: Cow<'static, str>,
    /// The id that its header names.
    pub id: EventId,
    /// Who sends it.
    pub source: SourceId,
    /// Where it goes.
    pub route: Route,
    /// Whether it is the first that carries its event; later ones are repetitions.
    pub is_first: bool,
    /// Why the twin cannot read it, where it cannot.
    pub spoiled: Option<Spoiled>,
    /// The bytes: a CloudEvent in structured JSON mode, unless it is spoiled.
    pub body: Vec<u8>,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To the queues of its plant.
    Plant,
    /// With a key that no queue is bound to: the broker returns it, and nobody sees it.
    Nowhere,
}

/// How a message was spoiled, and what the twin is to say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoiled {
    /// By which fault.
    pub fault: Fault,
    /// The rule under which it is to stand in the exceptions, once.
    pub code: Code,
}

/// What is to happen to the broker or to whoever takes the messages, done by whoever sends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// When, in simulated time.
    pub at: Time,
    /// What.
    pub what: Trouble,
}

/// A trouble beside the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The broker is killed and started again: nothing under way is confirmed.
    Kill,
    /// The broker refuses what is under way.
    Nack,
    /// Whoever takes the messages is slow, for this many simulated seconds.
    SlowConsumer {
        /// How long.
        length_s: u32,
    },
}

/// What comes next out of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this.
    Send(Message),
    /// Let this happen.
    Happen(Incident),
}
