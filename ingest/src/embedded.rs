//! A broker inside the process, with the delivery contract of the real one: named bounded queues,
//! confirmed publishing, prefetch, acknowledgement, redelivery of what a lost consumer left.
//!
//! One difference is made good here: its queues are in memory and end with the process, so a
//! publish is confirmed only when the consumer has acknowledged, that is after the plant's commit.
//! A confirmed message is therefore on stable storage with either broker.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use crate::topology::{Class, PlantTopology};

/// Messages in one queue, waiting or delivered; one more is refused.
pub const EMBEDDED_MESSAGES_MAX: usize = 16_384;
/// Bytes in one queue, waiting or delivered; a message that would exceed it is refused.
pub const EMBEDDED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Queues in one broker.
pub const EMBEDDED_QUEUES_MAX: usize = 1_024;

/// A message that the broker did not take. Nothing was queued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No queue has this name.
    #[error("no queue {queue} is declared; the message has nowhere to go")]
    Unroutable {
        /// Where it was sent.
        queue: String,
    },
    /// The queue is at its limit.
    #[error(
        "queue {queue} is full: {messages} messages, {bytes} bytes. Send again when its consumer \
         has caught up"
    )]
    Full {
        /// Which queue.
        queue: String,
        /// Messages in it.
        messages: usize,
        /// Bytes in it.
        bytes: usize,
    },
    /// The broker has as many queues as it may have.
    #[error("{EMBEDDED_QUEUES_MAX} queues are declared; no more are taken")]
    TooManyQueues,
    /// Somebody else consumes from the queue.
    #[error("queue {queue} has a consumer already; order allows only one")]
    Taken {
        /// Which queue.
        queue: String,
    },
}

/// The broker went away before the message was acknowledged; it may or may not have been applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the broker ended before it could confirm the message; send it again with the same id")]
pub struct Unconfirmed;

/// The answer to a publish: wait for it to know that the message's effect is stored.
#[derive(Debug)]
pub struct Confirm(oneshot::Receiver<()>);

impl Confirm {
    /// Waits until the message was acknowledged.
    ///
    /// # Errors
    /// [`Unconfirmed`] when the broker ended first.
    pub async fn wait(self) -> Result<(), Unconfirmed> {
        self.0.await.map_err(|_| Unconfirmed)
    }
}

struct Message {
    body: Bytes,
    /// How often it was delivered and given back.
    returns: u64,
    confirm: oneshot::Sender<()>,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Message>,
    unacked: VecDeque<(u64, Message)>,
    bytes: usize,
    taken: bool,
}

struct Queue {
    name: String,
    state: Mutex<State>,
    changed: Notify,
}

/// The broker. Clones are the same broker.
#[derive(Clone, Default)]
pub struct EmbeddedBroker {
    queues: Arc<Mutex<BTreeMap<String, Arc<Queue>>>>,
}

impl EmbeddedBroker {
    /// A broker without queues.
    #[must_use]
    pub fn new() -> EmbeddedBroker {
        EmbeddedBroker::default()
    }

    /// Declares both queues of a plant. Safe to repeat.
    ///
    /// # Errors
    /// [`Refused::TooManyQueues`].
    pub fn declare_plant(&self, plant: &PlantTopology) -> Result<(), Refused> {
        for class in Class::ALL {
            self.declare(&plant.queue(class))?;
        }
        Ok(())
    }

    /// Declares one queue. Safe to repeat.
    ///
    /// # Errors
    /// [`Refused::TooManyQueues`].
    pub fn declare(&self, name: &str) -> Result<(), Refused> {
        let mut queues = self.queues.lock();
        if queues.contains_key(name) {
            return Ok(());
        }
        if queues.len() >= EMBEDDED_QUEUES_MAX {
            return Err(Refused::TooManyQueues);
        }
        let queue = Queue {
            name: name.to_owned(),
            state: Mutex::default(),
            changed: Notify::new(),
        };
        queues.insert(name.to_owned(), Arc::new(queue));
        Ok(())
    }

    /// Sends an event of `type_name` to its plant's queue for that type's class.
    ///
    /// # Errors
    /// As [`EmbeddedBroker::publish`].
    pub fn publish_event(
        &self,
        plant: &PlantTopology,
        type_name: &str,
        body: Bytes,
    ) -> Result<Confirm, Refused> {
        self.publish(&plant.queue(Class::of(type_name)), body)
    }

    /// Queues a message. It is safe only when the returned [`Confirm`] says so.
    ///
    /// # Errors
    /// [`Refused::Unroutable`] or [`Refused::Full`]; the message was not queued.
    pub fn publish(&self, queue: &str, body: Bytes) -> Result<Confirm, Refused> {
        let queue = self.find(queue)?;
        let (confirm, confirmed) = oneshot::channel();
        let mut state = queue.state.lock();
        let messages = state.ready.len() + state.unacked.len();
        if messages >= EMBEDDED_MESSAGES_MAX || state.bytes + body.len() > EMBEDDED_BYTES_MAX {
            return Err(Refused::Full {
                queue: queue.name.clone(),
                messages,
                bytes: state.bytes,
            });
        }
        state.bytes += body.len();
        state.ready.push_back(Message {
            body,
            returns: 0,
            confirm,
        });
        drop(state);
        queue.changed.notify_one();
        Ok(Confirm(confirmed))
    }

    /// Whether somebody consumes from the queue now.
    #[must_use]
    pub fn has_consumer(&self, queue: &str) -> bool {
        self.find(queue).is_ok_and(|queue| queue.state.lock().taken)
    }

    /// Starts to consume from a queue with at most `prefetch` unacknowledged messages. When the
    /// consumer is dropped, its unacknowledged messages go back to the queue's front, in order.
    ///
    /// # Errors
    /// [`Refused::Unroutable`] or [`Refused::Taken`].
    pub fn consume(&self, queue: &str, prefetch: u16) -> Result<EmbeddedConsumer, Refused> {
        let queue = self.find(queue)?;
        let mut state = queue.state.lock();
        if state.taken {
            return Err(Refused::Taken {
                queue: queue.name.clone(),
            });
        }
        state.taken = true;
        drop(state);
        Ok(EmbeddedConsumer {
            queue,
            prefetch: usize::from(prefetch),
            last_tag: 0,
        })
    }

    fn find(&self, name: &str) -> Result<Arc<Queue>, Refused> {
        let queues = self.queues.lock();
        queues
            .get(name)
            .cloned()
            .ok_or_else(|| Refused::Unroutable {
                queue: name.to_owned(),
            })
    }
}

/// One delivery: acknowledge it by its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedDelivery {
    /// Counts the deliveries of this consumer, from 1.
    pub tag: u64,
    /// The message.
    pub body: Bytes,
    /// How often it was delivered before and given back.
    pub returns: u64,
}

/// The one consumer of a queue.
pub struct EmbeddedConsumer {
    queue: Arc<Queue>,
    prefetch: usize,
    last_tag: u64,
}

impl EmbeddedConsumer {
    /// Waits for the next message. Safe to cancel: nothing is lost.
    pub async fn next(&mut self) -> EmbeddedDelivery {
        let queue = Arc::clone(&self.queue);
        loop {
            let changed = queue.changed.notified();
            if let Some(delivery) = self.ready() {
                return delivery;
            }
            changed.await;
        }
    }

    /// The next message if one is there and the prefetch allows it.
    pub fn ready(&mut self) -> Option<EmbeddedDelivery> {
        let mut state = self.queue.state.lock();
        if state.unacked.len() >= self.prefetch {
            return None;
        }
        let message = state.ready.pop_front()?;
        self.last_tag += 1;
        let delivery = EmbeddedDelivery {
            tag: self.last_tag,
            body: message.body.clone(),
            returns: message.returns,
        };
        state.unacked.push_back((self.last_tag, message));
        Some(delivery)
    }

    /// Acknowledges one delivery, or with `multiple` all up to it. `false`: nothing of that is
    /// unacknowledged here.
    pub fn ack(&mut self, tag: u64, multiple: bool) -> bool {
        let mut done = Vec::new();
        let mut state = self.queue.state.lock();
        if multiple {
            let end = state.unacked.partition_point(|(other, _)| *other <= tag);
            done.extend(state.unacked.drain(..end).map(|(_, message)| message));
        } else if let Ok(at) = state
            .unacked
            .binary_search_by_key(&tag, |(other, _)| *other)
        {
            done.extend(state.unacked.remove(at).map(|(_, message)| message));
        }
        state.bytes -= done.iter().map(|message| message.body.len()).sum::<usize>();
        drop(state);
        let acked = !done.is_empty();
        for message in done {
            // A publisher that no longer waits has nothing to hear.
            message.confirm.send(()).ok();
        }
        if acked {
            self.queue.changed.notify_one();
        }
        acked
    }
}

impl Drop for EmbeddedConsumer {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        while let Some((_, mut message)) = state.unacked.pop_back() {
            message.returns += 1;
            state.ready.push_front(message);
        }
        state.taken = false;
        drop(state);
        self.queue.changed.notify_one();
    }
}
