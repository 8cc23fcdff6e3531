//! From a spool to the central broker: each message until it is confirmed.
//!
//! At most one unconfirmed message of each source is on its way. With several, one that a full
//! queue refuses would arrive after its successors. Sources go beside each other.
//!
//! A message that the broker never takes, for its size, makes it close the channel without an
//! answer to the others. Then the messages of the page go out one by one: what is refused alone is
//! set aside, and what is behind it goes on.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;

use actors::{AsideError, JournalError, Outlet, Page};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::task::JoinHandle;

use crate::amqp_url::AmqpUrl;
use crate::backoff::Backoff;
use crate::connection::{Unanswered, answered};
use crate::edge::envelope::{Envelope, property};
use crate::edge::link::LinkStatus;
use crate::publisher::{Outgoing, PublishError, Publisher};
use crate::stop::{Stop, StopSignal, stop_signal};
use crate::topology::{Class, IN_EXCHANGE, PlantTopology};

/// A running way out of one spool.
pub(crate) struct Forwarder {
    stop: StopSignal,
    task: JoinHandle<()>,
}

impl Forwarder {
    /// Starts to forward, until stopped. Must be called within a tokio runtime.
    pub(crate) fn start(
        outlet: Outlet,
        to: AmqpUrl,
        lane: LaneName,
        link: LinkStatus,
    ) -> Forwarder {
        let (stop, stopped) = stop_signal();
        let work = Work {
            outlet,
            to,
            lane,
            link,
            under_way: None,
        };
        let task = tokio::spawn(work.supervise(stopped));
        Forwarder { stop, task }
    }

    /// Stops. What is not confirmed goes out again after the next start.
    pub(crate) async fn stop(self) {
        self.stop.send();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a forwarder failed while stopping");
        }
    }
}

/// Which messages: of one plant and class.
#[derive(Debug, Clone)]
pub(crate) struct LaneName {
    pub(crate) plant: PlantTopology,
    pub(crate) class: Class,
}

#[derive(Debug, thiserror::Error)]
enum ForwardError {
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error("the broker does not have what the messages need: {0}")]
    Declare(lapin::Error),
    #[error("the spool cannot be read: {0}")]
    Spool(#[from] JournalError),
    #[error("the broker never takes a message, which cannot be set aside: {0}")]
    Aside(#[from] AsideError),
}

struct Work {
    outlet: Outlet,
    to: AmqpUrl,
    lane: LaneName,
    link: LinkStatus,
    under_way: Option<UnderWay>,
}

impl Work {
    async fn supervise(mut self, mut stop: Stop) {
        let mut backoff = Backoff::new();
        loop {
            let Err(mut error) = tokio::select! {
                failed = self.run(&mut backoff) => failed,
                () = stop.asked() => return,
            };
            if let ForwardError::Publish(answer) = &error
                && answer.is_about_a_message()
            {
                match self.refused(answer.to_string()) {
                    // Nothing is wrong with the link.
                    Ok(()) => continue,
                    Err(stays) => error = stays.into(),
                }
            }
            let (plant, class) = (self.lane.plant.plant(), self.lane.class.word());
            tracing::warn!(%error, %plant, class, "the link is down; messages wait");
            self.link.lost(error.to_string());
            tokio::select! {
                () = stop.asked() => return,
                () = tokio::time::sleep(backoff.next_wait()) => {}
            }
        }
    }

    /// Forwards until something fails. Safe to cancel: what was not confirmed goes out again.
    async fn run(&mut self, backoff: &mut Backoff) -> Result<Infallible, ForwardError> {
        let plant = &self.lane.plant;
        let name = format!("twin edge {} {}", plant.plant(), self.lane.class.word());
        let publisher = Publisher::connect(&self.to, &name).await?;
        // A central broker that never had a twin must not return what nobody takes yet.
        answered(plant.declare(publisher.channel()))
            .await?
            .map_err(ForwardError::Declare)?;
        self.link.connected();
        tracing::info!(plant = %plant.plant(), class = self.lane.class.word(), "the link is up");
        loop {
            let under_way = match &mut self.under_way {
                Some(under_way) => under_way,
                none => {
                    let page = tokio::select! {
                        page = self.outlet.page() => page?,
                        lost = publisher.lost() => return Err(lost.into()),
                    };
                    none.insert(UnderWay::new(page))
                }
            };
            under_way.send(&publisher, &self.lane, &self.link).await?;
            self.outlet.confirm(&under_way.page);
            self.under_way = None;
            backoff.reset();
        }
    }

    /// The broker refuses one of the messages on their way for good. When it was alone it is set
    /// aside; else the next try finds out which one it is.
    fn refused(&mut self, answer: String) -> Result<(), AsideError> {
        let Some(under_way) = &mut self.under_way else {
            return Ok(());
        };
        if !under_way.one_by_one {
            under_way.one_by_one = true;
            return Ok(());
        }
        let mut sources = under_way.sources.iter_mut();
        let Some(parcels) = sources.find(|parcels| !parcels.is_empty()) else {
            return Ok(());
        };
        if let Some(parcel) = parcels.front() {
            let (plant, class) = (self.lane.plant.plant(), self.lane.class.word());
            let bytes = parcel.body.len();
            tracing::warn!(%answer, %plant, class, bytes, "a message is set aside");
            let (page, index) = (&under_way.page, parcel.index);
            self.outlet.set_aside(page, index, answer)?;
            parcels.pop_front();
        }
        // With nothing left of the page it is over now: a stop before the next connection would
        // give it out again at the next start, although it is set aside.
        if under_way.sources.iter().all(VecDeque::is_empty) {
            self.outlet.confirm(&under_way.page);
            self.under_way = None;
        }
        Ok(())
    }
}

/// A page of messages, of which some may be confirmed already.
struct UnderWay {
    page: Page,
    /// What is not confirmed, of each source in its order.
    sources: Vec<VecDeque<Parcel>>,
    /// Whether no two are under way at once, so that a refusal says whom it is about.
    one_by_one: bool,
}

struct Parcel {
    /// Its place in the page.
    index: usize,
    envelope: Envelope,
    body: Bytes,
}

impl UnderWay {
    fn new(page: Page) -> UnderWay {
        let mut by_source: BTreeMap<Option<String>, VecDeque<Parcel>> = BTreeMap::new();
        for (index, body) in page.messages.iter().enumerate() {
            let envelope = Envelope::read(body);
            let parcels = by_source.entry(envelope.source.clone()).or_default();
            parcels.push_back(Parcel {
                index,
                envelope,
                body: body.clone(),
            });
        }
        UnderWay {
            sources: by_source.into_values().collect(),
            page,
            one_by_one: false,
        }
    }

    /// Sends what is not confirmed yet, and waits for every answer.
    async fn send(
        &mut self,
        publisher: &Publisher,
        lane: &LaneName,
        link: &LinkStatus,
    ) -> Result<(), PublishError> {
        let sources = self.sources.iter_mut();
        if self.one_by_one {
            for parcels in sources {
                send_in_order(parcels, publisher, lane, link).await?;
            }
            return Ok(());
        }
        let mut under_way: FuturesUnordered<_> = sources
            .map(|parcels| send_in_order(parcels, publisher, lane, link))
            .collect();
        let mut outcome: Result<(), PublishError> = Ok(());
        while let Some(sent) = under_way.next().await {
            // Of several failures the one that says most: others only tell that the channel is gone.
            if let Err(error) = sent
                && (outcome.is_ok() || error.is_about_a_message())
            {
                outcome = Err(error);
            }
        }
        outcome
    }
}

/// Sends the messages of one source, each after the one before it was confirmed.
async fn send_in_order(
    parcels: &mut VecDeque<Parcel>,
    publisher: &Publisher,
    lane: &LaneName,
    link: &LinkStatus,
) -> Result<(), PublishError> {
    while let Some(Parcel { envelope, body, .. }) = parcels.front() {
        let type_name = envelope.type_name();
        let message = Outgoing {
            exchange: IN_EXCHANGE,
            routing_key: &lane.plant.routing_key_in(lane.class, type_name),
            id: property(envelope.id.as_deref().unwrap_or_default()),
            type_name: property(type_name),
            body,
        };
        publisher.publish(message).await?;
        link.forwarded();
        parcels.pop_front();
    }
    Ok(())
}
