//! From the plant's outbox to the broker: commands that the plant decided, in their order.
//!
//! One command at a time: it is published, confirmed, and only then the next. With several on
//! their way, one that the broker refuses would arrive after its successors. A crash between
//! confirm and mark sends a command again, with the same id.

use std::sync::Arc;

use actors::{Command, CommandId, PlantHandle, Stopped};
use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::backoff::Backoff;
use crate::connection::answered;
use crate::delivery::Broker;
use crate::embedded::{EmbeddedBroker, Refused, Unconfirmed};
use crate::publisher::{Outgoing, PublishError, Publisher};
use crate::stop::{Stop, StopSignal, stop_signal};
use crate::topology::{self, COMMANDS_EXCHANGE, COMMANDS_QUEUE, PlantNameTooLong, PlantTopology};

/// Commands fetched from the outbox at once, and marked as sent together.
pub const RELAY_COMMANDS_MAX: usize = 256;

/// What a relay has done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RelayReport {
    /// Commands that the broker confirmed.
    pub sent: u64,
    /// Commands of an embedded broker that nobody in this process wanted. They are done: outside
    /// of the process nobody can be waiting for them.
    pub unwanted: u64,
    /// The last thing that went wrong, also after it was mended.
    pub last_error: Option<String>,
}

/// A running relay of one plant.
pub struct Relay {
    report: Arc<Mutex<RelayReport>>,
    stop: StopSignal,
    task: JoinHandle<()>,
}

impl Relay {
    /// Starts to send the plant's commands, until stopped or until the plant ends. A shard that
    /// fails and is rebuilt does not end it. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`PlantNameTooLong`].
    pub fn start(broker: Broker, plant: &PlantHandle) -> Result<Relay, PlantNameTooLong> {
        let report = Arc::new(Mutex::new(RelayReport::default()));
        let (stop, stopped) = stop_signal();
        let work = Work {
            broker,
            topology: PlantTopology::new(plant.plant())?,
            plant: plant.clone(),
            report: Arc::clone(&report),
        };
        let task = tokio::spawn(work.supervise(stopped));
        Ok(Relay { report, stop, task })
    }

    /// What the relay has done so far.
    #[must_use]
    pub fn report(&self) -> RelayReport {
        self.report.lock().clone()
    }

    /// What it has done, for somebody who outlives it.
    pub fn watch(&self) -> impl Fn() -> RelayReport + Send + Sync + use<> {
        let report = Arc::clone(&self.report);
        move || report.lock().clone()
    }

    /// Stops. A command under way is sent again at the next start, with the same id. Stop the
    /// relay before the plant.
    pub async fn stop(self) {
        self.stop.send();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the relay failed while stopping");
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Unconfirmed(#[from] Unconfirmed),
    #[error(transparent)]
    Plant(#[from] Stopped),
}

/// Where commands go.
enum Way {
    Amqp(Box<Publisher>),
    Embedded(EmbeddedBroker),
}

struct Work {
    broker: Broker,
    topology: PlantTopology,
    plant: PlantHandle,
    report: Arc<Mutex<RelayReport>>,
}

impl Work {
    async fn supervise(self, mut stop: Stop) {
        let mut backoff = Backoff::new();
        loop {
            let Err(error) = tokio::select! {
                failed = self.run(&mut backoff) => failed,
                () = stop.asked() => return,
            };
            tracing::warn!(%error, plant = %self.plant.plant(), "relay waits");
            self.report.lock().last_error = Some(error.to_string());
            // A plant that answers "stopped" may only have lost its shard, which comes back.
            tokio::select! {
                biased;
                () = self.plant.ended() => return,
                () = stop.asked() => return,
                () = tokio::time::sleep(backoff.next_wait()) => {}
            }
        }
    }

    /// Sends commands until something fails.
    async fn run(&self, backoff: &mut Backoff) -> Result<std::convert::Infallible, RelayError> {
        let way = self.open().await?;
        loop {
            let commands = self.plant.outbox().due(RELAY_COMMANDS_MAX).await?;
            let (last, failed) = self.send_all(&way, &commands).await;
            if let Some(last) = last {
                self.plant.outbox().mark_sent(last).await?;
                actors::killpoint!("C9");
                backoff.reset();
            }
            failed?;
        }
    }

    async fn open(&self) -> Result<Way, RelayError> {
        match &self.broker {
            Broker::Amqp(url) => {
                let name = format!("twin {} commands", self.plant.plant());
                let publisher = Publisher::connect(url, &name).await?;
                let declared = answered(topology::declare_commands(publisher.channel())).await;
                declared
                    .map_err(PublishError::from)?
                    .map_err(PublishError::from)?;
                Ok(Way::Amqp(Box::new(publisher)))
            }
            Broker::Embedded(broker) => {
                broker.declare(COMMANDS_QUEUE)?;
                Ok(Way::Embedded(broker.clone()))
            }
        }
    }

    /// The last command that was taken over, and why the next one was not.
    async fn send_all(
        &self,
        way: &Way,
        commands: &[Arc<Command>],
    ) -> (Option<CommandId>, Result<(), RelayError>) {
        let mut last = None;
        for command in commands {
            if let Err(error) = self.send(way, command).await {
                return (last, Err(error));
            }
            last = Some(command.id);
        }
        (last, Ok(()))
    }

    async fn send(&self, way: &Way, command: &Command) -> Result<(), RelayError> {
        match way {
            Way::Amqp(publisher) => {
                let message = Outgoing {
                    exchange: COMMANDS_EXCHANGE,
                    routing_key: &self.topology.command_key(&command.type_name),
                    id: &command.event_id,
                    type_name: &command.type_name,
                    body: command.body.as_bytes(),
                };
                publisher.publish(message).await?;
                actors::killpoint!("C8");
            }
            Way::Embedded(broker) if broker.has_consumer(COMMANDS_QUEUE) => {
                let body = Bytes::copy_from_slice(command.body.as_bytes());
                broker.publish(COMMANDS_QUEUE, body)?.wait().await?;
            }
            Way::Embedded(_) => {
                self.report.lock().unwanted += 1;
                return Ok(());
            }
        }
        self.report.lock().sent += 1;
        Ok(())
    }
}
