//! Deliveries of either broker, under one contract.

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use lapin::Acker;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, Consumer};

use crate::amqp_url::AmqpUrl;
use crate::connect_error::ConnectError;
use crate::connection::{self, Unanswered, answered};
use crate::embedded::{EmbeddedBroker, EmbeddedConsumer, Refused};
use crate::topology::{self, Class, PlantTopology};

/// Which broker a plant is connected to.
#[derive(Clone)]
pub enum Broker {
    /// A RabbitMQ.
    Amqp(AmqpUrl),
    /// The broker inside this process.
    Embedded(EmbeddedBroker),
}

/// Deliveries can no longer be taken or acknowledged here: what was not acknowledged comes again,
/// here or to somebody else.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    #[error(transparent)]
    Unconnected(#[from] ConnectError),
    #[error("the broker answers: {0}")]
    Amqp(#[from] lapin::Error),
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error("the embedded broker answers: {0}")]
    Embedded(#[from] Refused),
    #[error("the broker ended the delivery from {queue}")]
    Ended { queue: String },
    #[error("deliveries from {queue} no longer belong to this consumer")]
    NotOurs { queue: String },
}

/// A connection with the plant's objects declared.
pub(crate) enum Session {
    Amqp(Box<Connection>),
    Embedded(EmbeddedBroker),
}

impl Session {
    pub(crate) async fn open(broker: &Broker, plant: &PlantTopology) -> Result<Session, Lost> {
        match broker {
            Broker::Amqp(url) => {
                let connection = open_amqp(url, plant).await?;
                Ok(Session::Amqp(Box::new(connection)))
            }
            Broker::Embedded(broker) => {
                broker.declare_plant(plant)?;
                Ok(Session::Embedded(broker.clone()))
            }
        }
    }

    /// As [`open`](Session::open), at a broker whose plant has an edge and no twin: nobody sends
    /// commands there.
    pub(crate) async fn open_for_edge(
        url: &AmqpUrl,
        plant: &PlantTopology,
    ) -> Result<Session, Lost> {
        let name = format!("twin edge {}", plant.plant());
        let connection = url.connect(&name).await?;
        let declared = async {
            let channel = connection.create_channel().await?;
            plant.declare(&channel).await?;
            channel.close(200, "declared".into()).await
        };
        answered(declared).await??;
        Ok(Session::Amqp(Box::new(connection)))
    }

    /// Starts to take deliveries from one queue of the plant, on a channel of its own.
    pub(crate) async fn consume(
        &self,
        plant: &PlantTopology,
        class: Class,
        prefetch: u16,
    ) -> Result<Deliveries, Lost> {
        let queue = plant.queue(class);
        let source = match self {
            Session::Amqp(connection) => {
                let opened = answered(consume_amqp(connection, &queue, prefetch)).await??;
                Source::Amqp(Box::new(opened))
            }
            Session::Embedded(broker) => Source::Embedded(broker.consume(&queue, prefetch)?),
        };
        Ok(Deliveries { queue, source })
    }

    pub(crate) async fn close(self) {
        if let Session::Amqp(connection) = self {
            connection::close(&connection).await;
        }
    }
}

async fn open_amqp(url: &AmqpUrl, plant: &PlantTopology) -> Result<Connection, Lost> {
    let connection = url.connect(&format!("twin {}", plant.plant())).await?;
    answered(declare_all(&connection, plant)).await??;
    Ok(connection)
}

async fn declare_all(connection: &Connection, plant: &PlantTopology) -> Result<(), lapin::Error> {
    let channel = connection.create_channel().await?;
    plant.declare(&channel).await?;
    topology::declare_commands(&channel).await?;
    channel.close(200, "declared".into()).await
}

async fn consume_amqp(
    connection: &Connection,
    queue: &str,
    prefetch: u16,
) -> Result<(Channel, Consumer), lapin::Error> {
    let channel = connection.create_channel().await?;
    channel
        .basic_qos(prefetch, BasicQosOptions::default())
        .await?;
    let options = BasicConsumeOptions::default();
    let (name, tag) = (queue.into(), "".into());
    let consumer = channel
        .basic_consume(name, tag, options, FieldTable::default())
        .await?;
    Ok((channel, consumer))
}

/// One delivered message.
pub(crate) struct Delivered {
    pub(crate) body: Bytes,
    /// How often it was delivered before and given back.
    pub(crate) returns: u64,
    pub(crate) tag: Tag,
}

/// What acknowledges a delivery.
pub(crate) enum Tag {
    Amqp(Acker),
    Embedded(u64),
}

enum Source {
    Amqp(Box<(Channel, Consumer)>),
    Embedded(EmbeddedConsumer),
}

/// The deliveries of one queue, in order.
pub(crate) struct Deliveries {
    queue: String,
    source: Source,
}

impl Deliveries {
    /// Waits for the next delivery. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Result<Delivered, Lost> {
        match &mut self.source {
            Source::Amqp(amqp) => amqp_delivered(amqp.1.next().await, &self.queue),
            Source::Embedded(consumer) => Ok(embedded_delivered(consumer.next().await)),
        }
    }

    /// The next delivery if it is here already.
    pub(crate) fn ready(&mut self) -> Result<Option<Delivered>, Lost> {
        match &mut self.source {
            Source::Amqp(amqp) => match amqp.1.next().now_or_never() {
                Some(delivery) => amqp_delivered(delivery, &self.queue).map(Some),
                None => Ok(None),
            },
            Source::Embedded(consumer) => Ok(consumer.ready().map(embedded_delivered)),
        }
    }

    /// Acknowledges everything up to and including `tag`.
    pub(crate) async fn ack_through(&mut self, tag: &Tag) -> Result<(), Lost> {
        let ours = match (&mut self.source, tag) {
            (Source::Amqp(_), Tag::Amqp(acker)) => {
                answered(acker.ack(BasicAckOptions { multiple: true })).await??
            }
            (Source::Embedded(consumer), Tag::Embedded(tag)) => consumer.ack(*tag, true),
            _ => false,
        };
        if ours {
            Ok(())
        } else {
            let queue = self.queue.clone();
            Err(Lost::NotOurs { queue })
        }
    }

    /// Asks for nothing more, while the prefetch is used up by what is here. The acknowledgement
    /// would otherwise fetch one more message, which would come back behind its successors when
    /// the channel is closed: the broker gives returned messages out in the order of their return.
    pub(crate) async fn ask_no_more(&mut self) -> Result<(), Lost> {
        if let Source::Amqp(amqp) = &self.source {
            let (channel, consumer) = amqp.as_ref();
            let options = BasicCancelOptions::default();
            answered(channel.basic_cancel(consumer.tag(), options)).await??;
        }
        Ok(())
    }

    /// Gives the queue back by closing the channel: unacknowledged messages are redelivered.
    /// Cancelling the consumer instead would hand the queue over with messages still here.
    pub(crate) async fn close(self) {
        let Source::Amqp(amqp) = self.source else {
            return;
        };
        match answered(amqp.0.close(200, "done".into())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, queue = %self.queue, "the channel was closed first");
            }
            Err(error) => {
                tracing::debug!(%error, queue = %self.queue, "the channel is left behind")
            }
        }
    }
}

fn amqp_delivered(
    delivery: Option<Result<lapin::message::Delivery, lapin::Error>>,
    queue: &str,
) -> Result<Delivered, Lost> {
    let Some(delivery) = delivery else {
        let queue = queue.to_owned();
        return Err(Lost::Ended { queue });
    };
    let delivery = delivery?;
    let headers = delivery.properties.headers().as_ref();
    // Quorum queues count the returns; other queues only say that there was one.
    let counted = headers
        .and_then(|headers| headers.inner().get("x-delivery-count"))
        .and_then(lapin::types::AMQPValue::as_long_long_int)
        .and_then(|count| u64::try_from(count).ok());
    Ok(Delivered {
        returns: counted.unwrap_or(u64::from(delivery.redelivered)),
        body: Bytes::from(delivery.data),
        tag: Tag::Amqp(delivery.acker),
    })
}

fn embedded_delivered(delivery: crate::embedded::EmbeddedDelivery) -> Delivered {
    Delivered {
        body: delivery.body,
        returns: delivery.returns,
        tag: Tag::Embedded(delivery.tag),
    }
}
