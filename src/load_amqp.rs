//! A load over RabbitMQ: in order and confirmed. After a lost connection or a refused message
//! everything unconfirmed goes again, in order.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use ingest::amqp_url::AmqpUrl;
use ingest::publisher::{Outgoing, PublishError, Publisher, Unconfirmed};
use ingest::topology::{IN_EXCHANGE, PlantTopology};
use simulators::message::{Message, Route};
use twin_model::PlantId;

use crate::exit::{Failure, Kind, OrFail};

/// Messages on their way to the broker at once.
const CONFIRM_WINDOW_MAX: usize = 1_024;
/// How long to try without getting anything confirmed.
const NO_PROGRESS: Duration = Duration::from_secs(60);
/// Wait before the next try.
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// The first word of keys that no queue is bound to: the second word of a plant's keys is a class.
const NOWHERE: &str = "nowhere";

/// One message on its way. Without a confirm to wait for, it must be sent.
struct Waiting {
    message: Message,
    confirm: Option<Unconfirmed>,
    was_sent: bool,
}

/// Messages on their way to the broker, oldest first.
pub(crate) struct AmqpSink {
    url: AmqpUrl,
    plants: BTreeMap<PlantId, PlantTopology>,
    publisher: Option<Publisher>,
    waiting: VecDeque<Waiting>,
    sent_again: u64,
    last_progress: Instant,
}

impl AmqpSink {
    pub(crate) fn new(url: AmqpUrl) -> AmqpSink {
        AmqpSink {
            url,
            plants: BTreeMap::new(),
            publisher: None,
            waiting: VecDeque::new(),
            sent_again: 0,
            last_progress: Instant::now(),
        }
    }

    /// Sends a message; waits when too many are on their way.
    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Failure> {
        if !self.plants.contains_key(&message.plant) {
            let topology = PlantTopology::new(&message.plant).or_fail(Kind::Config)?;
            self.plants.insert(message.plant.clone(), topology);
            // The queues of a new plant are declared with the next connection.
            self.lose_connection();
        }
        let confirm = match &self.publisher {
            Some(publisher) => send(publisher, &self.plants, &message).await.ok(),
            None => None,
        };
        self.waiting.push_back(Waiting {
            message,
            was_sent: confirm.is_some(),
            confirm,
        });
        while self.waiting.len() >= CONFIRM_WINDOW_MAX || self.publisher.is_none() {
            if self.waiting.is_empty() {
                break;
            }
            self.confirm_oldest().await?;
        }
        Ok(())
    }

    /// The broker is gone: what was not confirmed goes again, over a new connection.
    pub(crate) fn lose_connection(&mut self) {
        self.publisher = None;
        self.send_again();
    }

    /// The broker refuses what is under way: it goes again.
    pub(crate) fn send_again(&mut self) {
        for waiting in &mut self.waiting {
            waiting.confirm = None;
        }
    }

    /// Waits until everything is stored. How many messages were sent again.
    pub(crate) async fn finish(mut self) -> Result<u64, Failure> {
        self.last_progress = Instant::now();
        while !self.waiting.is_empty() {
            self.confirm_oldest().await?;
        }
        if let Some(publisher) = self.publisher {
            publisher.close().await;
        }
        Ok(self.sent_again)
    }

    /// Waits until the oldest message is stored, through as many tries as it takes.
    async fn confirm_oldest(&mut self) -> Result<(), Failure> {
        self.last_progress = Instant::now();
        loop {
            let error = match self.try_confirm().await {
                Ok(()) => {
                    self.waiting.pop_front();
                    return Ok(());
                }
                Err(error) => error,
            };
            if self.last_progress.elapsed() >= NO_PROGRESS {
                let text = format!(
                    "nothing was confirmed for {} s. The last answer: {error}",
                    NO_PROGRESS.as_secs()
                );
                return Err(Failure::new(Kind::Unreachable, text));
            }
            tracing::warn!(%error, "the load waits for the broker");
            self.lose_connection();
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    async fn try_confirm(&mut self) -> Result<(), PublishError> {
        let publisher = match &mut self.publisher {
            Some(publisher) => publisher,
            none => {
                let publisher = Publisher::connect(&self.url, "twin sim load").await?;
                for plant in self.plants.values() {
                    plant.declare(publisher.channel()).await?;
                }
                none.insert(publisher)
            }
        };
        for waiting in &mut self.waiting {
            if waiting.confirm.is_none() {
                waiting.confirm = Some(send(publisher, &self.plants, &waiting.message).await?);
                self.sent_again += u64::from(waiting.was_sent);
                waiting.was_sent = true;
            }
        }
        let Some(oldest) = self.waiting.front_mut() else {
            return Ok(());
        };
        let Some(confirm) = oldest.confirm.take() else {
            return Ok(());
        };
        match (confirm.confirmed().await, oldest.message.route) {
            // It was sent there on purpose.
            (Err(PublishError::Unroutable { .. }), Route::Nowhere) => Ok(()),
            (confirmed, _) => confirmed,
        }
    }
}

async fn send(
    publisher: &Publisher,
    plants: &BTreeMap<PlantId, PlantTopology>,
    message: &Message,
) -> Result<Unconfirmed, PublishError> {
    let type_name = &*message.type_name;
    let routing_key = match (message.route, plants.get(&message.plant)) {
        (Route::Plant, Some(plant)) => plant.routing_key(type_name),
        _ => format!("{NOWHERE}.{type_name}"),
    };
    let outgoing = Outgoing {
        exchange: IN_EXCHANGE,
        routing_key: &routing_key,
        id: message.id.as_str(),
        type_name,
        body: &message.body,
    };
    publisher.send(outgoing).await
}
