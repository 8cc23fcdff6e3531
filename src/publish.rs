//! The change stream of a plant, carried to the broker: at least once, in order, from where it was
//! left.
//!
//! A position is kept beside the plant's journal. What comes after it is read out of the journal
//! where memory does not reach back, so that a broker that was away, or a twin that was, misses
//! nothing; what was confirmed and not yet noted comes again with the same id.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actors::PlantHandle;
use anyhow::Context;
use ingest::amqp_url::AmqpUrl;
use ingest::change_publisher::{Change, ChangePublisher, ChangeRetention, ChangeTopology};
use projections::{Carrier, Follow, Projections, Told};
use serde_json::value::RawValue;
use tokio::task::JoinHandle;

use crate::exit::{Failure, Kind, OrFail};
use crate::position_file::PositionFile;

/// First wait after a failure; each further one doubles.
const WAIT_FIRST: Duration = Duration::from_millis(100);
/// Longest wait after a failure.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How long a stop waits for what is left to be sent.
const FINISH_MAX: Duration = Duration::from_secs(2);
/// The receiver as metrics name it.
const TO: &str = "amqp";

/// Ends when dropped.
pub(crate) struct Publishing(JoinHandle<()>);

impl Publishing {
    /// Lets it send what is left of a plant that has ended, for a while.
    pub(crate) async fn finish(mut self) {
        if tokio::time::timeout(FINISH_MAX, &mut self.0).await.is_err() {
            tracing::info!("changes that the broker has not taken follow after the next start");
        }
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts to publish the changes of a plant, whose files are in `dir`. Must be called within a
/// tokio runtime.
pub(crate) fn start(
    projections: &Projections,
    (plant, dir): (&PlantHandle, &Path),
    (url, retention): (&AmqpUrl, ChangeRetention),
) -> Result<Publishing, Failure> {
    let topology = ChangeTopology::new(plant.plant(), retention).or_fail(Kind::Config)?;
    let position = PositionFile::open(dir, "published").or_fail(Kind::Finding)?;
    let Some(carrier) = projections.carrier(plant.plant(), TO) else {
        unreachable!("every plant that is opened has a picture");
    };
    let work = Work {
        projections: projections.clone(),
        plant: plant.clone(),
        url: url.clone(),
        topology,
        position,
        carrier,
    };
    Ok(Publishing(tokio::spawn(work.supervise())))
}

struct Work {
    projections: Projections,
    plant: PlantHandle,
    url: AmqpUrl,
    topology: ChangeTopology,
    position: PositionFile,
    carrier: Arc<Carrier>,
}

impl Work {
    async fn supervise(mut self) {
        let mut wait = WAIT_FIRST;
        loop {
            let before = self.position.reached();
            let error = match self.run().await {
                Ok(()) => return,
                Err(error) => error,
            };
            if self.position.reached() != before {
                wait = WAIT_FIRST;
            }
            self.carrier.failed();
            tracing::warn!(%error, plant = %self.plant.plant(), "changes wait for the broker");
            tokio::select! {
                () = self.plant.ended() => return,
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(WAIT_MAX),
            }
        }
    }

    /// Publishes until something fails, or until the plant has ended and all was sent.
    async fn run(&mut self) -> anyhow::Result<()> {
        let publisher = ChangePublisher::connect(&self.url, self.topology.clone()).await?;
        let from = self.position.reached();
        let follow = self.projections.follow(self.plant.plant(), from);
        let mut follow = follow.context("the plant has no picture yet")?;
        self.carrier.follows(true);
        let ended = self.carry(&mut follow, &publisher).await;
        publisher.close().await;
        ended
    }

    async fn carry(
        &mut self,
        follow: &mut Follow,
        publisher: &ChangePublisher,
    ) -> anyhow::Result<()> {
        loop {
            let due = self.position.due().map(tokio::time::Instant::from_std);
            tokio::select! {
                told = follow.next() => match told {
                    Some(told) => self.send(told, publisher).await?,
                    None => {
                        self.keep_position()?;
                        return Ok(());
                    }
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(tokio::time::Instant::now)),
                    if due.is_some() => {}
                lost = publisher.lost() => return Err(lost.into()),
            }
            if self
                .position
                .due()
                .is_some_and(|due| due <= std::time::Instant::now())
            {
                self.keep_position()?;
            }
        }
    }

    fn keep_position(&mut self) -> anyhow::Result<()> {
        let kept = tokio::task::block_in_place(|| self.position.write());
        kept.context("the position cannot be kept")
    }

    async fn send(&mut self, told: Vec<Told>, publisher: &ChangePublisher) -> anyhow::Result<()> {
        let last = told.iter().rev().find_map(|told| told.position);
        let changes: Vec<Change> = told.into_iter().map(change).collect();
        publisher.publish(&changes).await?;
        self.carrier.sent(changes.len());
        if let Some(last) = last {
            self.position.reach(last);
        }
        Ok(())
    }
}

fn change(told: Told) -> Change {
    let data = match RawValue::from_string(told.data) {
        Ok(data) => data,
        Err(error) => unreachable!("what is told is JSON: {error}"),
    };
    Change {
        id: told.id,
        kind: told.kind,
        verb: told.verb,
        subject: told.subject,
        at: told.at,
        data,
    }
}
