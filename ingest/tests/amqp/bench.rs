//! One plant's objects on the test broker.

use std::sync::atomic::{AtomicUsize, Ordering};

use ingest::amqp_url::AmqpUrl;
use ingest::publisher::{Outgoing, PublishError, Publisher};
use ingest::topology::{Class, IN_EXCHANGE, PlantTopology};
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};

pub(crate) const CREATED: &str = "mfg.work_order.created.v1";

pub(crate) fn amqp() -> String {
    std::env::var("TWIN_TEST_AMQP").expect(
        "the feature amqp-tests needs TWIN_TEST_AMQP, the URL of a RabbitMQ for tests \
         (scripts/test.sh starts one)",
    )
}

/// A plant's objects on the test broker, under a name that no other test has.
pub(crate) struct Bench {
    pub(crate) url: AmqpUrl,
    pub(crate) plant: PlantTopology,
    pub(crate) publisher: Publisher,
}

impl Bench {
    pub(crate) async fn new() -> Bench {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("T{}-{number}", std::process::id());
        let url: AmqpUrl = amqp().parse().unwrap();
        let plant = PlantTopology::new(&name.parse().unwrap()).unwrap();
        let publisher = Publisher::connect(&url, "test").await.unwrap();
        plant.declare(publisher.channel()).await.unwrap();
        Bench {
            url,
            plant,
            publisher,
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.plant.plant().as_str()
    }

    pub(crate) fn queue(&self) -> String {
        self.plant.queue(Class::NearRealTime)
    }

    pub(crate) async fn publish(&self, type_name: &str, body: &[u8]) -> Result<(), PublishError> {
        let message = Outgoing {
            exchange: IN_EXCHANGE,
            routing_key: &self.plant.routing_key(type_name),
            id: "1",
            type_name,
            body,
        };
        self.publisher.publish(message).await
    }

    /// Messages in the plant's queues that nobody holds.
    #[allow(dead_code, reason = "not every test file looks")]
    pub(crate) async fn backlog(&self) -> u32 {
        let mut messages = 0;
        for class in Class::ALL {
            let passive = QueueDeclareOptions {
                passive: true,
                ..QueueDeclareOptions::default()
            };
            let name = self.plant.queue(class).into();
            let declared =
                self.publisher
                    .channel()
                    .queue_declare(name, passive, FieldTable::default());
            messages += declared.await.unwrap().message_count();
        }
        messages
    }

    pub(crate) async fn clear(self) {
        for class in Class::ALL {
            let name = self.plant.queue(class).into();
            let channel = self.publisher.channel();
            channel
                .queue_delete(name, QueueDeleteOptions::default())
                .await
                .unwrap();
        }
        self.publisher.close().await;
    }
}

pub(crate) async fn raw_channel() -> (Connection, Channel) {
    let connection = Connection::connect(&amqp(), ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}
