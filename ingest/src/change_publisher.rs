//! From a plant's change stream to the broker: CloudEvents to a topic exchange, and a stream queue
//! behind it from which they can be read again.
//!
//! | object | kind | what for |
//! |---|---|---|
//! | `twin.events.v1` | topic exchange | every change of every plant; routing key `<plant>.<kind>.<verb>` |
//! | `twin.events.<plant>` | stream queue, bound to `<plant>.#` | keeps them for replay, within a retention |

use lapin::types::{AMQPValue, FieldTable};
use serde::Serialize;
use serde_json::value::RawValue;
use twin_model::{PlantId, Time};

use crate::amqp_url::AmqpUrl;
use crate::broker_object::BrokerObject;
use crate::connection::answered;
use crate::publisher::{Outgoing, PublishError, Publisher};
use crate::topology::{PlantNameTooLong, PlantTopology};

/// Exchange that gives out the changes of the plants.
pub const EVENTS_EXCHANGE: &str = "twin.events.v1";
/// Changes that may be on their way at once, without a confirm.
pub const CHANGES_IN_FLIGHT_MAX: usize = 256;
/// Size of the files that a stream queue is kept in, in bytes: what is older goes file by file.
const STREAM_FILE_BYTES: i64 = 16 * 1024 * 1024;
const BYTES_PER_MIB: i64 = 1024 * 1024;

/// How much of the changes the stream queue of a plant keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRetention {
    /// Days.
    pub days: u32,
    /// Mebibytes.
    pub mebibytes: u32,
}

/// One change to publish.
#[derive(Debug, Clone)]
pub struct Change {
    /// Unique within the plant; the same when it comes again.
    pub id: String,
    /// What kind of thing, a word of the routing key.
    pub kind: &'static str,
    /// What happened to it, a word of the routing key.
    pub verb: &'static str,
    /// Which one, as `kind/id`.
    pub subject: Option<String>,
    /// When, plant time.
    pub at: Option<Time>,
    /// What it is now.
    pub data: Box<RawValue>,
}

/// The CloudEvent of a change.
#[derive(Serialize)]
struct Sealed<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    type_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Time>,
    datacontenttype: &'static str,
    plant: &'a PlantId,
    data: &'a RawValue,
}

/// Where the changes of one plant go.
#[derive(Debug, Clone)]
pub struct ChangeTopology {
    topology: PlantTopology,
    retention: ChangeRetention,
}

impl ChangeTopology {
    /// The names for `plant`.
    ///
    /// # Errors
    /// [`PlantNameTooLong`].
    pub fn new(
        plant: &PlantId,
        retention: ChangeRetention,
    ) -> Result<ChangeTopology, PlantNameTooLong> {
        let topology = PlantTopology::new(plant)?;
        Ok(ChangeTopology {
            topology,
            retention,
        })
    }

    /// The stream queue.
    #[must_use]
    pub fn queue(&self) -> String {
        format!("twin.events.{}", self.topology.word())
    }

    fn key(&self, change: &Change) -> String {
        format!("{}.{}.{}", self.topology.word(), change.kind, change.verb)
    }

    /// What the broker must have, in the order in which it is made.
    pub(crate) fn objects(&self) -> [BrokerObject; 3] {
        let mut arguments = FieldTable::default();
        let text = |value: &str| AMQPValue::LongString(value.into());
        let ChangeRetention { days, mebibytes } = self.retention;
        let bytes = i64::from(mebibytes) * BYTES_PER_MIB;
        arguments.insert("x-queue-type".into(), text("stream"));
        arguments.insert("x-max-age".into(), text(&format!("{days}D")));
        arguments.insert("x-max-length-bytes".into(), AMQPValue::LongLongInt(bytes));
        let files = AMQPValue::LongLongInt(STREAM_FILE_BYTES);
        arguments.insert("x-stream-max-segment-size-bytes".into(), files);
        [
            BrokerObject::Exchange(EVENTS_EXCHANGE),
            BrokerObject::Queue {
                name: self.queue(),
                arguments,
                consumed: false,
            },
            BrokerObject::Binding {
                queue: self.queue(),
                exchange: EVENTS_EXCHANGE,
                key: format!("{}.#", self.topology.word()),
            },
        ]
    }
}

/// A connection over which the changes of one plant are published.
pub struct ChangePublisher {
    publisher: Publisher,
    topology: ChangeTopology,
}

impl ChangePublisher {
    /// Connects, and makes what the changes need.
    ///
    /// # Errors
    /// [`PublishError`].
    pub async fn connect(
        url: &AmqpUrl,
        topology: ChangeTopology,
    ) -> Result<ChangePublisher, PublishError> {
        let name = format!("twin {} changes", topology.topology.plant());
        let publisher = Publisher::connect(url, &name).await?;
        let declare = async {
            for object in topology.objects() {
                object.declare(publisher.channel()).await?;
            }
            Ok::<_, lapin::Error>(())
        };
        answered(declare).await??;
        Ok(ChangePublisher {
            publisher,
            topology,
        })
    }

    /// Publishes changes in their order and waits until all are stored.
    ///
    /// # Errors
    /// [`PublishError`]; any of them may have been stored nevertheless. Send all of them again, over
    /// a new connection.
    pub async fn publish(&self, changes: &[Change]) -> Result<(), PublishError> {
        for some in changes.chunks(CHANGES_IN_FLIGHT_MAX) {
            let mut unconfirmed = Vec::with_capacity(some.len());
            for change in some {
                unconfirmed.push(self.send(change).await?);
            }
            for one in unconfirmed {
                one.confirmed().await?;
            }
        }
        Ok(())
    }

    async fn send(&self, change: &Change) -> Result<crate::publisher::Unconfirmed, PublishError> {
        let plant = self.topology.topology.plant();
        let type_name = format!("mfg.twin.{}.{}.v1", change.kind, change.verb);
        let sealed = Sealed {
            specversion: "1.0",
            id: &change.id,
            source: format!("/twin/{plant}"),
            type_name: &type_name,
            subject: change.subject.as_deref(),
            time: change.at,
            datacontenttype: "application/json",
            plant,
            data: &change.data,
        };
        let body = match serde_json::to_vec(&sealed) {
            Ok(body) => body,
            Err(error) => unreachable!("changes are encodable: {error}"),
        };
        let message = Outgoing {
            exchange: EVENTS_EXCHANGE,
            routing_key: &self.topology.key(change),
            id: &change.id,
            type_name: &type_name,
            body: &body,
        };
        self.publisher.send(message).await
    }

    /// Waits until the connection is gone. Safe to cancel.
    pub async fn lost(&self) -> PublishError {
        PublishError::from(self.publisher.lost().await)
    }

    /// Closes the connection.
    pub async fn close(self) {
        self.publisher.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_goes_where_its_plant_kind_and_verb_say() {
        let retention = ChangeRetention {
            days: 7,
            mebibytes: 64,
        };
        let topology = ChangeTopology::new(&"P.1".parse().unwrap(), retention).unwrap();
        let change = Change {
            id: "1-2-3".to_owned(),
            kind: "work_order",
            verb: "changed",
            subject: Some("work_order/WO-1".to_owned()),
            at: None,
            data: RawValue::from_string("{}".to_owned()).unwrap(),
        };
        assert_eq!(topology.key(&change), "P%2E1.work_order.changed");
        assert_eq!(topology.queue(), "twin.events.P%2E1");
        let BrokerObject::Queue { arguments, .. } = &topology.objects()[1] else {
            panic!("a queue comes second");
        };
        let age = arguments.inner().get("x-max-age");
        assert_eq!(age, Some(&AMQPValue::LongString("7D".into())));
    }
}
