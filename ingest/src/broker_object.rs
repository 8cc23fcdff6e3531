//! What a broker must have: exchanges, queues and bindings, each declared as the twin wants it.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{Channel, ExchangeKind};

/// One object that the broker must have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BrokerObject {
    /// A durable topic exchange.
    Exchange(&'static str),
    /// A durable queue.
    Queue {
        name: String,
        arguments: FieldTable,
        /// Whether a running twin consumes it.
        consumed: bool,
    },
    /// A queue takes what an exchange gets with a matching key.
    Binding {
        queue: String,
        exchange: &'static str,
        key: String,
    },
}

/// What a queue says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueueCounts {
    /// Messages that nobody holds.
    pub(crate) waiting: u32,
    pub(crate) consumers: u32,
}

impl BrokerObject {
    /// What it is and how it is called; a binding has no name.
    pub(crate) fn name(&self) -> Option<String> {
        match self {
            BrokerObject::Exchange(name) => Some(format!("exchange {name}")),
            BrokerObject::Queue { name, .. } => Some(format!("queue {name}")),
            BrokerObject::Binding { .. } => None,
        }
    }

    /// Whether it is the queue of this name.
    pub(crate) fn is_queue(&self, wanted: &str) -> bool {
        matches!(self, BrokerObject::Queue { name, .. } if name == wanted)
    }

    /// Whether a running twin consumes it.
    pub(crate) fn is_consumed(&self) -> bool {
        matches!(self, BrokerObject::Queue { consumed: true, .. })
    }

    /// Makes it, or finds it as it must be. Safe to repeat.
    ///
    /// # Errors
    /// What the broker answers, for example when it exists with other arguments.
    pub(crate) async fn declare(&self, channel: &Channel) -> Result<(), lapin::Error> {
        match self {
            BrokerObject::Exchange(name) => {
                let durable = ExchangeDeclareOptions {
                    durable: true,
                    ..ExchangeDeclareOptions::default()
                };
                let (kind, none) = (ExchangeKind::Topic, FieldTable::default());
                let name = (*name).into();
                channel.exchange_declare(name, kind, durable, none).await
            }
            BrokerObject::Queue {
                name, arguments, ..
            } => {
                let (name, durable) = (name.as_str().into(), QueueDeclareOptions::durable());
                let declared = channel
                    .queue_declare(name, durable, arguments.clone())
                    .await;
                declared.map(drop)
            }
            BrokerObject::Binding {
                queue,
                exchange,
                key,
            } => {
                let (options, none) = (QueueBindOptions::default(), FieldTable::default());
                let (queue, exchange) = (queue.as_str().into(), (*exchange).into());
                let key = key.as_str().into();
                channel
                    .queue_bind(queue, exchange, key, options, none)
                    .await
            }
        }
    }

    /// Asks for it without making it; a queue gives its counts. A binding cannot be asked for.
    ///
    /// # Errors
    /// What the broker answers, for example that there is no such thing.
    pub(crate) async fn look(
        &self,
        channel: &Channel,
    ) -> Result<Option<QueueCounts>, lapin::Error> {
        match self {
            BrokerObject::Exchange(name) => {
                let passive = ExchangeDeclareOptions {
                    passive: true,
                    ..ExchangeDeclareOptions::default()
                };
                let (kind, none) = (ExchangeKind::Topic, FieldTable::default());
                let name = (*name).into();
                channel.exchange_declare(name, kind, passive, none).await?;
                Ok(None)
            }
            BrokerObject::Queue { name, .. } => {
                let passive = QueueDeclareOptions {
                    passive: true,
                    ..QueueDeclareOptions::default()
                };
                let (name, none) = (name.as_str().into(), FieldTable::default());
                let queue = channel.queue_declare(name, passive, none).await?;
                Ok(Some(QueueCounts {
                    waiting: queue.message_count(),
                    consumers: queue.consumer_count(),
                }))
            }
            BrokerObject::Binding { .. } => Ok(None),
        }
    }
}
