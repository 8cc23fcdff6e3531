//! Publishing to RabbitMQ with confirms, so that nothing is taken for sent that was not stored.
//!
//! Every publish is `mandatory`: RabbitMQ confirms a message that no queue wants, and returns it
//! only when asked to.

use std::convert::Infallible;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ErrorKind, PublisherConfirm};

use crate::amqp_url::AmqpUrl;
use crate::connect_error::ConnectError;
use crate::connection::{self, Unanswered, answered, while_connected};

/// AMQP delivery mode of messages that survive a restart of the broker.
const PERSISTENT: u8 = 2;
/// Media type of a CloudEvent in structured JSON mode.
const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// A message that is not known to be stored. Send it again with the same id.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is no connection to the broker.
    #[error(transparent)]
    Unconnected(#[from] ConnectError),
    /// The broker answers with an error.
    #[error("the broker answers: {0}")]
    Broker(#[from] lapin::Error),
    /// The broker does not answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// A queue is full, or cannot take anything yet, as just after a restart of the broker.
    #[error("the broker refused the message: a queue behind {exchange} is full or not up yet")]
    Refused {
        /// Where it was sent.
        exchange: &'static str,
    },
    /// Nobody has bound a queue for it.
    #[error("no queue behind {exchange} takes messages with the key {routing_key}")]
    Unroutable {
        /// Where it was sent.
        exchange: &'static str,
        /// With which key.
        routing_key: String,
    },
}

/// AMQP reply codes with which a broker refuses a message for what it is: content too large, and
/// precondition failed, which RabbitMQ says of one above `max_message_size`.
const NEVER_TAKEN: [u16; 2] = [311, 406];

impl PublishError {
    /// Whether the broker refuses a message for what it is, and will whenever it comes again.
    /// Which one, it does not say: it closes the channel, with all that is under way there.
    pub(crate) fn is_about_a_message(&self) -> bool {
        let PublishError::Broker(error) = self else {
            return false;
        };
        let ErrorKind::ProtocolError(refusal) = error.kind() else {
            return false;
        };
        NEVER_TAKEN.contains(&refusal.get_id())
    }
}

/// One message to publish.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// To which exchange.
    pub exchange: &'static str,
    /// With which key.
    pub routing_key: &'a str,
    /// The event's id.
    pub id: &'a str,
    /// The event's type.
    pub type_name: &'a str,
    /// The event as CloudEvents JSON.
    pub body: &'a [u8],
}

/// A message on its way: wait to know whether it is stored.
pub struct Unconfirmed {
    confirm: PublisherConfirm,
    channel: Channel,
    exchange: &'static str,
    routing_key: String,
}

impl Unconfirmed {
    /// Waits for the broker's answer.
    ///
    /// # Errors
    /// [`PublishError`]; the message may have been stored nevertheless when the connection broke.
    pub async fn confirmed(self) -> Result<(), PublishError> {
        let (exchange, routing_key) = (self.exchange, self.routing_key);
        // A broker that is short of disk or memory takes its time.
        match while_connected(&self.channel, self.confirm).await?? {
            Confirmation::Ack(None) => Ok(()),
            Confirmation::Ack(Some(_)) => Err(PublishError::Unroutable {
                exchange,
                routing_key,
            }),
            Confirmation::Nack(_) | Confirmation::NotRequested => {
                Err(PublishError::Refused { exchange })
            }
        }
    }
}

/// One connection with one channel in confirm mode.
pub struct Publisher {
    connection: Connection,
    channel: Channel,
}

impl Publisher {
    /// Connects. `name` is what the broker's operators see.
    ///
    /// # Errors
    /// [`PublishError::Unconnected`], or what the broker answers to a channel.
    pub async fn connect(url: &AmqpUrl, name: &str) -> Result<Publisher, PublishError> {
        let connection = url.connect(name).await?;
        let opened = async {
            let channel = connection.create_channel().await?;
            channel
                .confirm_select(ConfirmSelectOptions::default())
                .await?;
            Ok::<_, lapin::Error>(channel)
        };
        let channel = answered(opened).await??;
        Ok(Publisher {
            connection,
            channel,
        })
    }

    /// The channel, to declare objects on.
    #[must_use]
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Waits until the connection is gone. Safe to cancel.
    pub(crate) async fn lost(&self) -> Unanswered {
        match while_connected(&self.channel, std::future::pending::<Infallible>()).await {
            Ok(never) => match never {},
            Err(gone) => gone,
        }
    }

    /// Sends a message without waiting for its confirm. Messages are stored in this order.
    ///
    /// # Errors
    /// [`PublishError::Broker`].
    pub async fn send(&self, message: Outgoing<'_>) -> Result<Unconfirmed, PublishError> {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type(MEDIA_TYPE.into())
            .with_message_id(message.id.into())
            .with_type(message.type_name.into());
        let (exchange, key) = (message.exchange.into(), message.routing_key.into());
        let confirm = self
            .channel
            .basic_publish(exchange, key, options, message.body, properties)
            .await?;
        Ok(Unconfirmed {
            confirm,
            channel: self.channel.clone(),
            exchange: message.exchange,
            routing_key: message.routing_key.to_owned(),
        })
    }

    /// Sends a message and waits until it is stored.
    ///
    /// # Errors
    /// [`PublishError`].
    pub async fn publish(&self, message: Outgoing<'_>) -> Result<(), PublishError> {
        let unconfirmed = self.send(message).await?;
        actors::killpoint!("C7");
        unconfirmed.confirmed().await
    }

    /// Closes the connection.
    pub async fn close(self) {
        connection::close(&self.connection).await;
    }
}
