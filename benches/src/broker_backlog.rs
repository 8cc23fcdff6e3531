//! Messages that wait in a plant's queue before a drain is measured.

use std::collections::VecDeque;

use anyhow::Result;
use bytes::Bytes;
use ingest::amqp_url::AmqpUrl;
use ingest::publisher::{Outgoing, Publisher, Unconfirmed};
use ingest::topology::{Class, IN_EXCHANGE, PlantTopology};
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;

/// Type of the events that are measured.
pub const REPORT: &str = "mfg.operation.progressed.v1";
/// Messages on their way to the broker without a confirm.
const UNCONFIRMED_MAX: usize = 2_000;

/// A publisher for one plant, with the plant's objects declared.
pub struct Backlog {
    publisher: Publisher,
    topology: PlantTopology,
    key: String,
}

impl Backlog {
    /// Connects and declares the plant's queues anew, without anything in them.
    ///
    /// # Errors
    /// What the broker answers.
    pub async fn open(url: &AmqpUrl, topology: &PlantTopology) -> Result<Backlog> {
        let publisher = Publisher::connect(url, "bench").await?;
        let channel = publisher.channel();
        for class in Class::ALL {
            let queue = topology.queue(class).as_str().into();
            channel
                .queue_delete(queue, QueueDeleteOptions::default())
                .await?;
        }
        topology.declare(channel).await?;
        Ok(Backlog {
            publisher,
            topology: topology.clone(),
            key: topology.routing_key(REPORT),
        })
    }

    fn outgoing<'a>(&'a self, body: &'a Bytes) -> Outgoing<'a> {
        Outgoing {
            exchange: IN_EXCHANGE,
            routing_key: &self.key,
            id: "bench",
            type_name: REPORT,
            body,
        }
    }

    /// Publishes all bodies and returns when all are stored.
    ///
    /// # Errors
    /// What the broker answers.
    pub async fn fill(&self, bodies: &[Bytes]) -> Result<()> {
        let mut waiting = VecDeque::<Unconfirmed>::with_capacity(UNCONFIRMED_MAX);
        for body in bodies {
            if waiting.len() >= UNCONFIRMED_MAX
                && let Some(oldest) = waiting.pop_front()
            {
                oldest.confirmed().await?;
            }
            waiting.push_back(self.publisher.send(self.outgoing(body)).await?);
        }
        for unconfirmed in waiting {
            unconfirmed.confirmed().await?;
        }
        Ok(())
    }

    /// Publishes one body; its confirm is awaited with the returned value.
    ///
    /// # Errors
    /// What the broker answers.
    pub async fn send(&self, body: &Bytes) -> Result<Unconfirmed> {
        Ok(self.publisher.send(self.outgoing(body)).await?)
    }

    /// Messages that nobody holds in the plant's queues.
    ///
    /// RabbitMQ settles acknowledgements of a quorum queue in its own time and gives back what was
    /// not settled when the channel closed, so some may come back although all were acknowledged.
    ///
    /// # Errors
    /// What the broker answers.
    pub async fn left(&self) -> Result<u32> {
        let mut left = 0;
        for class in Class::ALL {
            let passive = QueueDeclareOptions {
                passive: true,
                ..QueueDeclareOptions::default()
            };
            let name = self.topology.queue(class).as_str().into();
            let channel = self.publisher.channel();
            let declared = channel
                .queue_declare(name, passive, FieldTable::default())
                .await?;
            left += declared.message_count();
        }
        Ok(left)
    }

    /// Closes the connection.
    pub async fn close(self) {
        self.publisher.close().await;
    }
}
