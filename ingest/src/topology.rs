//! The RabbitMQ objects of the twin: their names, their arguments, and how they are declared.
//!
//! | object | kind | what for |
//! |---|---|---|
//! | `twin.in` | topic exchange | every event for every plant; routing key `<plant>.<class>.<type>` |
//! | `twin.in.<plant>.rt` | quorum queue, bound to `<plant>.rt.#` | events that must act within a second |
//! | `twin.in.<plant>` | quorum queue, bound to `<plant>.nrt.#` | all others |
//! | `twin.dlx`, `twin.dead` | topic exchange and its quorum queue | messages given back too often |
//! | `twin.commands.v1`, `twin.commands` | topic exchange and its quorum queue | decisions for other systems |
//!
//! All of them are durable. Full queues refuse the publisher (`reject-publish`), which is also what
//! at-least-once dead-lettering needs. `twin.commands` is the tray from which connectors take: a
//! command without any receiver would otherwise never leave the outbox.
//!
//! A plant's queues have a single active consumer. While the broker still counts messages as in
//! the hands of a consumer that is gone (a twin that was killed, a channel that was just closed),
//! its successor gets nothing; it would get the later messages first.
//!
//! # Which class
//! The two queues of a plant overtake each other, so everything whose order counts must share one.
//! The catalogue has `operation.started` and `operation.completed` act within a second and
//! `operation.progressed` within a minute; but a report that arrives after the completion is a late
//! report, under other rules, so splitting them would turn what the MES said in the right order
//! into late reports. Events of orders and operations therefore go together, and only those of
//! holds, inspections, shipments and machine states, which stand alone, overtake. The results of
//! inspections, which can be many, do not: a decision counts whether they have come or not.

use lapin::Channel;
use lapin::types::{AMQPValue, FieldTable};
use twin_model::{Criticality, PlantId};

use crate::broker_object::BrokerObject;

/// Exchange that takes every event.
pub const IN_EXCHANGE: &str = "twin.in";
/// Exchange for messages that were given back too often.
pub const DEAD_EXCHANGE: &str = "twin.dlx";
/// Queue behind [`DEAD_EXCHANGE`].
pub const DEAD_QUEUE: &str = "twin.dead";
/// Exchange that gives out the commands of the outbox.
pub const COMMANDS_EXCHANGE: &str = "twin.commands.v1";
/// Queue that keeps commands until a connector takes them.
pub const COMMANDS_QUEUE: &str = "twin.commands";

/// The plant's place in the pattern of a routing key, as documents write it.
pub const PLANT_PARAMETER: &str = "{plant}";

/// How often a message may be given back before it is dead-lettered. High enough that a twin that
/// crashes in a loop does not take the messages beside the culprit with it.
pub const DELIVERY_LIMIT: i64 = 20;
/// Largest backlog of one queue, in bytes; more is refused to the publisher.
pub const QUEUE_BYTES_MAX: i64 = 2 * 1024 * 1024 * 1024;
/// Longest plant name inside a routing key, in bytes: AMQP names have at most 255.
pub const PLANT_WORD_BYTES_MAX: usize = 150;
/// Longest event type inside a routing key, in bytes.
pub const TYPE_WORD_BYTES_MAX: usize = 96;

/// How soon an event must act, and with it the queue that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Within a second; overtakes.
    RealTime,
    /// Within a minute, in the sources' own order.
    NearRealTime,
}

impl Class {
    /// Both classes, the urgent one first.
    pub const ALL: [Class; 2] = [Class::RealTime, Class::NearRealTime];

    /// The class of an event type; unknown types are not urgent.
    #[must_use]
    pub fn of(type_name: &str) -> Class {
        match Criticality::of(type_name) {
            Criticality::RealTime => Class::RealTime,
            Criticality::NearRealTime | Criticality::Batch => Class::NearRealTime,
        }
    }

    /// How urgent its events are in the plant.
    #[must_use]
    pub fn criticality(self) -> Criticality {
        match self {
            Class::RealTime => Criticality::RealTime,
            Class::NearRealTime => Criticality::NearRealTime,
        }
    }

    /// The class as the second word of a routing key.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Class::RealTime => "rt",
            Class::NearRealTime => "nrt",
        }
    }
}

/// A plant whose name does not fit into the broker's names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "plant {plant} needs {bytes} bytes in a routing key; at most {PLANT_WORD_BYTES_MAX} fit. Use \
     a shorter name, of letters, digits, dash and underscore"
)]
pub struct PlantNameTooLong {
    plant: PlantId,
    bytes: usize,
}

/// The names of one plant's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantTopology {
    plant: PlantId,
    word: String,
}

impl PlantTopology {
    /// The names for `plant`.
    ///
    /// # Errors
    /// [`PlantNameTooLong`] when the plant's name does not fit.
    pub fn new(plant: &PlantId) -> Result<PlantTopology, PlantNameTooLong> {
        let word = word_of(plant.as_str());
        if word.len() > PLANT_WORD_BYTES_MAX {
            return Err(PlantNameTooLong {
                plant: plant.clone(),
                bytes: word.len(),
            });
        }
        Ok(PlantTopology {
            plant: plant.clone(),
            word,
        })
    }

    /// The plant.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// The queue that carries a class of the plant's events.
    #[must_use]
    pub fn queue(&self, class: Class) -> String {
        match class {
            Class::RealTime => format!("{IN_EXCHANGE}.{}.rt", self.word),
            Class::NearRealTime => format!("{IN_EXCHANGE}.{}", self.word),
        }
    }

    /// The key with which a publisher sends an event of this type to [`IN_EXCHANGE`].
    #[must_use]
    pub fn routing_key(&self, type_name: &str) -> String {
        self.routing_key_in(Class::of(type_name), type_name)
    }

    /// As [`routing_key`](PlantTopology::routing_key), for what travels in this class whatever its
    /// type.
    pub(crate) fn routing_key_in(&self, class: Class, type_name: &str) -> String {
        format!("{}.{}.{}", self.word, class.word(), type_words(type_name))
    }

    /// The plant as a word of routing keys, which is a plain file name as well.
    pub(crate) fn word(&self) -> &str {
        &self.word
    }

    /// The key with which the relay sends a command of this kind to [`COMMANDS_EXCHANGE`].
    #[must_use]
    pub fn command_key(&self, kind: &str) -> String {
        format!("{}.{}", self.word, type_words(kind))
    }

    fn binding(&self, class: Class) -> String {
        format!("{}.{}.#", self.word, class.word())
    }

    /// Declares what the plant's events need. Safe to repeat.
    ///
    /// # Errors
    /// What the broker answers, for example when an object exists with other arguments.
    pub async fn declare(&self, channel: &Channel) -> Result<(), lapin::Error> {
        declare_all(&self.objects(), channel).await
    }

    /// What the broker must have for the plant's events, in the order in which it is made.
    pub(crate) fn objects(&self) -> Vec<BrokerObject> {
        let mut objects = vec![
            BrokerObject::Exchange(DEAD_EXCHANGE),
            queue(DEAD_QUEUE, stored(), false),
            binding(DEAD_QUEUE, DEAD_EXCHANGE, "#"),
            BrokerObject::Exchange(IN_EXCHANGE),
        ];
        for class in Class::ALL {
            let name = self.queue(class);
            objects.push(queue(&name, delivered(), true));
            objects.push(binding(&name, IN_EXCHANGE, &self.binding(class)));
        }
        objects
    }
}

/// Declares what the outbox's commands need. Safe to repeat.
///
/// # Errors
/// What the broker answers, for example when an object exists with other arguments.
pub async fn declare_commands(channel: &Channel) -> Result<(), lapin::Error> {
    declare_all(&command_objects(), channel).await
}

/// What the broker must have for commands, in the order in which it is made.
pub(crate) fn command_objects() -> [BrokerObject; 3] {
    [
        BrokerObject::Exchange(COMMANDS_EXCHANGE),
        queue(COMMANDS_QUEUE, stored(), false),
        binding(COMMANDS_QUEUE, COMMANDS_EXCHANGE, "#"),
    ]
}

async fn declare_all(objects: &[BrokerObject], channel: &Channel) -> Result<(), lapin::Error> {
    for object in objects {
        object.declare(channel).await?;
    }
    Ok(())
}

fn queue(name: &str, arguments: FieldTable, consumed: bool) -> BrokerObject {
    BrokerObject::Queue {
        name: name.to_owned(),
        arguments,
        consumed,
    }
}

fn binding(queue: &str, exchange: &'static str, key: &str) -> BrokerObject {
    BrokerObject::Binding {
        queue: queue.to_owned(),
        exchange,
        key: key.to_owned(),
    }
}

/// Topic words end at dots, and `*` and `#` are wildcards: everything but letters, digits, dash
/// and underscore is percent-encoded, so that no plant can receive another one's events.
fn word_of(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => word.push(char::from(byte)),
            _ => word.push_str(&format!("%{byte:02X}")),
        }
    }
    word
}

fn type_words(type_name: &str) -> &str {
    let mut end = type_name.len().min(TYPE_WORD_BYTES_MAX);
    while !type_name.is_char_boundary(end) {
        end -= 1;
    }
    &type_name[..end]
}

fn stored() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    let bytes = AMQPValue::LongLongInt(QUEUE_BYTES_MAX);
    arguments.insert("x-max-length-bytes".into(), bytes);
    arguments
}

fn delivered() -> FieldTable {
    let mut arguments = stored();
    let limit = AMQPValue::LongLongInt(DELIVERY_LIMIT);
    arguments.insert("x-delivery-limit".into(), limit);
    arguments.insert("x-dead-letter-exchange".into(), text(DEAD_EXCHANGE));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use twin_model::wire::EVENT_TYPES;

    fn plant(name: &str) -> PlantTopology {
        PlantTopology::new(&name.parse().unwrap()).unwrap()
    }

    #[test]
    fn urgent_events_overtake_and_ordered_ones_stay_together() {
        let urgent: Vec<&str> = EVENT_TYPES
            .iter()
            .copied()
            .filter(|name| Class::of(name) == Class::RealTime)
            .collect();
        assert_eq!(
            urgent,
            [
                "mfg.stock.status_changed.v1",
                "mfg.inspection.created.v1",
                "mfg.inspection.decided.v1",
                "mfg.inspection.cancelled.v1",
                "mfg.inspection.reopened.v1",
                "mfg.hold.placed.v1",
                "mfg.hold.released.v1",
                "mfg.nonconformance.opened.v1",
                "mfg.nonconformance.contained.v1",
                "mfg.nonconformance.review_started.v1",
                "mfg.nonconformance.dispositioned.v1",
                "mfg.nonconformance.verified.v1",
                "mfg.nonconformance.closed.v1",
                "mfg.nonconformance.cancelled.v1",
                "mfg.shipment.requested.v1",
                "mfg.shipment.confirmed.v1",
                "mfg.shipment.cancelled.v1",
                "mfg.work_center.state_changed.v1",
                "mfg.edge.session.v1",
            ]
        );
        assert_eq!(Class::of("mfg.new.thing.v9"), Class::NearRealTime);
    }

    #[test]
    fn a_routing_key_names_plant_class_and_type() {
        let p1 = plant("P1");
        assert_eq!(
            p1.routing_key("mfg.hold.placed.v1"),
            "P1.rt.mfg.hold.placed.v1"
        );
        assert_eq!(
            p1.routing_key("mfg.lot.created.v1"),
            "P1.nrt.mfg.lot.created.v1"
        );
        assert_eq!(p1.queue(Class::RealTime), "twin.in.P1.rt");
        assert_eq!(p1.queue(Class::NearRealTime), "twin.in.P1");
    }

    #[test]
    fn no_plant_name_reaches_into_another_plants_queue() {
        assert_eq!(plant("P1.rt").queue(Class::NearRealTime), "twin.in.P1%2Ert");
        assert_eq!(plant("#").binding(Class::RealTime), "%23.rt.#");
        let long = "ü".repeat(40);
        assert!(PlantTopology::new(&long.parse().unwrap()).is_err());
    }
}
