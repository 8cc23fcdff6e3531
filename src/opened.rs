//! The opened plants of a process with everything that feeds and follows them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::{PlantHandle, PlantOptions};
use ingest::amqp_url::AmqpUrl;
use ingest::change_publisher::ChangeRetention;
use ingest::consumer_status::ConsumerStatus;
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use ingest::relay::Relay;
use projections::redis_copy::{RedisCopies, RedisTarget};
use projections::{Projections, Target};
use twin_model::PlantId;

use crate::broker_metrics::BrokerMetrics;
use crate::exit::{Failure, Kind, OrFail};
use crate::publish::{self, Publishing};

/// How long the end waits for the files of the key figures.
const KPIS_WAIT: Duration = Duration::from_secs(5);

/// Plants with their consumers, relays and pictures.
pub(crate) struct Opened {
    pub(crate) plants: Vec<PlantHandle>,
    /// Where the files of each plant are, in the same order.
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) projections: Projections,
    consumers: Vec<Consumers>,
    relays: Vec<Relay>,
    copies: Option<RedisCopies>,
    publishings: Vec<Publishing>,
    /// Dropped after everything that runs on it.
    broker_thread: Option<BrokerThread>,
}

/// What the probes need to know of a process.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) plants: Arc<Vec<PlantHandle>>,
    pub(crate) projections: Projections,
    pub(crate) consumers: Arc<Vec<ConsumerStatus>>,
}

/// A runtime of its own for what talks to the broker, so that decoding does not wait for HTTP.
struct BrokerThread(Option<tokio::runtime::Runtime>);

impl Drop for BrokerThread {
    /// Without waiting: this may happen inside of another runtime, which must not be blocked.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Opened {
    /// Opens plants and starts what feeds and follows them. `broker` is what feeds them beside
    /// HTTP.
    pub(crate) async fn start(
        options: Vec<PlantOptions>,
        broker: Option<Broker>,
    ) -> Result<Opened, Failure> {
        let mut plants = Vec::new();
        let dirs: Vec<PathBuf> = options.iter().map(|options| options.dir.clone()).collect();
        for options in options {
            plants.push(actors::open(options).await?);
        }
        let projections = Projections::start(plants.clone());
        for (plant, dir) in plants.iter().zip(&dirs) {
            projections
                .keep_consumers(plant.plant(), dir)
                .or_fail(Kind::Finding)?;
        }
        let mut opened = Opened {
            plants,
            dirs,
            projections,
            consumers: Vec::new(),
            relays: Vec::new(),
            copies: None,
            publishings: Vec::new(),
            broker_thread: None,
        };
        if let Some(broker) = broker {
            opened.connect(&broker)?;
        }
        let metrics = opened.broker_metrics();
        opened.projections.tell_also(move || metrics.text());
        opened.projections.ready().await;
        Ok(opened)
    }

    /// The figures of the consumers and relays; of none without a broker.
    fn broker_metrics(&self) -> BrokerMetrics {
        let mut metrics = BrokerMetrics::default();
        let ways = self.consumers.iter().zip(&self.relays);
        for (plant, (consumers, relay)) in self.plants.iter().zip(ways) {
            metrics.add(plant, consumers.status().clone(), relay.watch());
        }
        metrics
    }

    /// Keeps the key figures of the plants, with the targets that `targets` gives for each.
    pub(crate) fn keep_kpis(
        &self,
        targets: impl Fn(&PlantId) -> Vec<Target>,
    ) -> Result<(), Failure> {
        for (plant, dir) in self.plants.iter().zip(&self.dirs) {
            let (plant, projections) = (plant.plant(), &self.projections);
            let kept = projections.keep_kpis(plant, dir, targets(plant));
            kept.map_err(|error| Failure::new(Kind::Config, format!("plant {plant}: {error}")))?;
        }
        Ok(())
    }

    /// Keeps a copy of the plants in a Redis. Whatever that does, the plants go on.
    pub(crate) fn copy_to(&mut self, redis: &RedisTarget) {
        self.copies = Some(RedisCopies::start(&self.projections, redis));
    }

    /// Carries the changes of the plants to the broker that feeds them.
    pub(crate) fn publish_to(
        &mut self,
        url: &AmqpUrl,
        retention: ChangeRetention,
    ) -> Result<(), Failure> {
        let runtime = self.broker_thread.as_ref().and_then(|own| own.0.as_ref());
        let inside = runtime.map(tokio::runtime::Runtime::enter);
        for place in self.plants.iter().zip(&self.dirs) {
            let place = (place.0, place.1.as_path());
            let publishing = publish::start(&self.projections, place, (url, retention))?;
            self.publishings.push(publishing);
        }
        drop(inside);
        Ok(())
    }

    fn connect(&mut self, broker: &Broker) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("broker")
            .enable_all()
            .build()
            .or_fail(Kind::Finding)?;
        let inside = runtime.enter();
        for plant in &self.plants {
            let consumers = Consumers::start(broker.clone(), plant).or_fail(Kind::Config)?;
            self.consumers.push(consumers);
            let relay = Relay::start(broker.clone(), plant).or_fail(Kind::Config)?;
            self.relays.push(relay);
        }
        drop(inside);
        self.broker_thread = Some(BrokerThread(Some(runtime)));
        Ok(())
    }

    /// What the probes answer from.
    pub(crate) fn health(&self) -> Health {
        Health {
            plants: Arc::new(self.plants.clone()),
            projections: self.projections.clone(),
            consumers: Arc::new(self.consumers.iter().map(|c| c.status().clone()).collect()),
        }
    }

    /// Takes nothing more, commits what was taken, and closes the files.
    pub(crate) async fn close(self) {
        for consumers in self.consumers {
            consumers.stop().await;
        }
        for relay in self.relays {
            relay.stop().await;
        }
        for plant in self.plants {
            plant.close().await;
        }
        if tokio::time::timeout(KPIS_WAIT, self.projections.kpis_written())
            .await
            .is_err()
        {
            tracing::warn!("the newest key figures are not in their files; the journal has them");
        }
        for publishing in self.publishings {
            publishing.finish().await;
        }
    }
}
