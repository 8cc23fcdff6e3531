//! Whether a user may do at the broker what the twin does, asked without leaving or sending
//! anything.
//!
//! RabbitMQ looks at permissions before it looks whether something exists. A binding to an exchange
//! that nobody has is therefore refused for its permissions first (403) and for the exchange then
//! (404), and makes nothing in either case. A queue that names a dead-letter exchange is made only
//! by who may write to that exchange: a queue of our own, exclusive and empty, asks for that.

use lapin::Channel;
use lapin::options::{QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};

use crate::broker_check::{Asked, NOT_FOUND, No};
use crate::broker_object::BrokerObject;
use crate::finding::Finding;

/// What the names of our own queues begin with. They are exclusive and gone afterwards.
const OWN_PREFIX: &str = "twin.doctor";
/// Nobody has it.
const NOBODYS: &str = "twin.doctor.nobody";

/// Asks for each object what the twin needs of it.
pub(crate) async fn check(asked: &Asked<'_>, objects: &[(BrokerObject, bool)]) -> Vec<Finding> {
    const OBJECT: &str = "permissions";
    let own = format!("{OWN_PREFIX}.{}", std::process::id());
    let made = asked.ask(async |channel| make(channel, &own, None).await);
    if let Err(no) = made.await {
        return vec![asked.refused(&format!("{OBJECT} (configure)"), &no)];
    }
    let mut findings = Vec::new();
    for (object, _) in objects {
        let (need, answer) = match object {
            BrokerObject::Exchange(name) => {
                let write = asked.ask(async |channel| make(channel, &own, Some(name)).await);
                if let Err(no) = write.await {
                    findings.push(asked.refused(&format!("{OBJECT} (write to {name})"), &no));
                }
                let read = asked.ask(async |channel| bind(channel, NOBODYS, name).await);
                (format!("read from {name}"), read.await)
            }
            BrokerObject::Queue { name, .. } => {
                let write = asked.ask(async |channel| bind(channel, name, NOBODYS).await);
                (format!("write to {name}"), write.await)
            }
            BrokerObject::Binding { .. } => continue,
        };
        match answer {
            // Permitted, and there is nothing to bind.
            Ok(())
            | Err(No::Refused {
                code: NOT_FOUND, ..
            }) => {}
            Err(no) => findings.push(asked.refused(&format!("{OBJECT} ({need})"), &no)),
        }
    }
    if findings.is_empty() {
        let found = "make, write and read what the twin needs";
        findings.push(Finding::ok(OBJECT, found));
    }
    findings
}

/// Makes a queue that nobody else sees and takes it away again.
async fn make(channel: &Channel, name: &str, writes: Option<&str>) -> Result<(), lapin::Error> {
    let options = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    let mut arguments = FieldTable::default();
    if let Some(exchange) = writes {
        let exchange = AMQPValue::LongString(exchange.into());
        arguments.insert("x-dead-letter-exchange".into(), exchange);
    }
    channel
        .queue_declare(name.into(), options, arguments)
        .await?;
    let deleted = channel.queue_delete(name.into(), QueueDeleteOptions::default());
    deleted.await.map(drop)
}

async fn bind(channel: &Channel, queue: &str, exchange: &str) -> Result<(), lapin::Error> {
    let (options, none) = (QueueBindOptions::default(), FieldTable::default());
    let key = NOBODYS.into();
    channel
        .queue_bind(queue.into(), exchange.into(), key, options, none)
        .await
}
