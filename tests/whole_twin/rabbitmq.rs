//! The RabbitMQ that `TWIN_TEST_AMQP` names, and one plant's queues on it.

use std::sync::atomic::{AtomicU32, Ordering};

use ingest::publisher::{Outgoing, PublishError, Publisher};
use ingest::topology::{Class, IN_EXCHANGE, PlantTopology};
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::runtime::Runtime;

#[cfg(feature = "chaos")]
#[path = "rabbitmq/commands.rs"]
pub(crate) mod commands;

static PLANTS: AtomicU32 = AtomicU32::new(0);

/// Where the broker is.
pub(crate) fn broker_url() -> String {
    std::env::var("TWIN_TEST_AMQP").expect(
        "the feature amqp-tests needs a RabbitMQ: set TWIN_TEST_AMQP to its amqp:// URL, or run \
         scripts/test.sh, which starts one",
    )
}

/// The queues of a plant that no other test uses; deleted at the end.
pub(crate) struct PlantQueues {
    pub(crate) plant: String,
    url: String,
    topology: PlantTopology,
    runtime: Runtime,
}

impl PlantQueues {
    pub(crate) fn new(purpose: &str) -> PlantQueues {
        PlantQueues::at(broker_url(), purpose)
    }

    /// As [`PlantQueues::new`], on another broker.
    pub(crate) fn at(url: String, purpose: &str) -> PlantQueues {
        let number = PLANTS.fetch_add(1, Ordering::Relaxed);
        let plant = format!("P-{purpose}-{}-{number}", std::process::id());
        PlantQueues {
            topology: PlantTopology::new(&plant.parse().unwrap()).unwrap(),
            plant,
            url,
            runtime: Runtime::new().unwrap(),
        }
    }

    /// Publishes messages into the plant's queue, in order, and waits until all are stored.
    pub(crate) fn publish<B: AsRef<[u8]>>(&self, bodies: &[B]) {
        self.try_publish(bodies).unwrap();
    }

    /// As [`PlantQueues::publish`]; after an error nobody knows which of them are stored.
    pub(crate) fn try_publish<B: AsRef<[u8]>>(&self, bodies: &[B]) -> Result<(), PublishError> {
        // One type for all, so that all are in one queue, in this order.
        let type_name = "mfg.operation.progressed.v1";
        self.try_publish_typed(bodies.iter().map(|body| (type_name, body.as_ref())))
    }

    /// Publishes messages by their types, in order, and waits until all are stored.
    pub(crate) fn publish_typed<'m>(&self, messages: impl Iterator<Item = (&'m str, &'m [u8])>) {
        self.try_publish_typed(messages).unwrap();
    }

    fn try_publish_typed<'m>(
        &self,
        messages: impl Iterator<Item = (&'m str, &'m [u8])>,
    ) -> Result<(), PublishError> {
        let url = self.url.parse().unwrap();
        self.runtime.block_on(async {
            let publisher = Publisher::connect(&url, "whole twin test").await?;
            self.topology.declare(publisher.channel()).await?;
            let mut unconfirmed = Vec::new();
            for (type_name, body) in messages {
                let message = Outgoing {
                    exchange: IN_EXCHANGE,
                    routing_key: &self.topology.routing_key(type_name),
                    id: "",
                    type_name,
                    body,
                };
                unconfirmed.push(publisher.send(message).await?);
            }
            for message in unconfirmed {
                message.confirmed().await?;
            }
            publisher.close().await;
            Ok(())
        })
    }

    /// What the plant's commands say from now on.
    #[cfg(feature = "chaos")]
    pub(crate) fn commands(&self) -> commands::PlantCommands {
        commands::PlantCommands::bind(&self.url, &self.topology)
    }

    /// Messages that wait in the plant's queues.
    pub(crate) fn backlog(&self) -> u32 {
        let queues = Class::ALL.map(|class| self.topology.queue(class));
        queues.iter().map(|queue| self.messages_in(queue)).sum()
    }

    /// Messages of all plants that were given back too often.
    #[cfg(feature = "chaos")]
    pub(crate) fn dead_letters(&self) -> u32 {
        self.messages_in(ingest::topology::DEAD_QUEUE)
    }

    fn messages_in(&self, queue: &str) -> u32 {
        self.on_channel(async |channel| {
            let passive = QueueDeclareOptions {
                passive: true,
                ..QueueDeclareOptions::durable()
            };
            let none = FieldTable::default();
            let declared = channel.queue_declare(queue.into(), passive, none).await;
            declared.unwrap().message_count()
        })
    }

    fn on_channel<T>(&self, work: impl AsyncFnOnce(&Channel) -> T) -> T {
        on_channel(&self.runtime, &self.url, work)
    }
}

/// Works on a channel of its own.
pub(crate) fn on_channel<T>(
    runtime: &Runtime,
    url: &str,
    work: impl AsyncFnOnce(&Channel) -> T,
) -> T {
    runtime.block_on(async {
        let properties = ConnectionProperties::default();
        let connection = Connection::connect(url, properties).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let result = work(&channel).await;
        connection.close(200, "done".into()).await.unwrap();
        result
    })
}

impl Drop for PlantQueues {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.on_channel(async |channel| {
            for class in Class::ALL {
                let name = self.topology.queue(class);
                let options = QueueDeleteOptions::default();
                channel
                    .queue_delete(name.as_str().into(), options)
                    .await
                    .unwrap();
            }
        });
    }
}
