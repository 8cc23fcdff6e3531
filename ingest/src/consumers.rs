//! The supervised consumers of a plant: both queues, on one connection that is opened anew when
//! anything about it fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::PlantHandle;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use twin_model::Criticality;

use crate::backoff::{BACKOFF_LAST_MS, Backoff};
use crate::consumer::{ConsumeError, Ended, Pace, Target, consume};
use crate::consumer_status::ConsumerStatus;
use crate::delivery::{Broker, Lost, Session};
use crate::stop::{StopSignal, stop_signal};
use crate::topology::{Class, PlantNameTooLong, PlantTopology};

/// Running consumers of one plant.
pub struct Consumers {
    status: ConsumerStatus,
    stop: StopSignal,
    task: JoinHandle<()>,
}

impl Consumers {
    /// Starts to consume the plant's queues, and goes on until stopped or until the plant ends.
    /// A shard that fails and is rebuilt does not end it: what was not committed comes again.
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`PlantNameTooLong`].
    pub fn start(broker: Broker, plant: &PlantHandle) -> Result<Consumers, PlantNameTooLong> {
        let topology = PlantTopology::new(plant.plant())?;
        let status = ConsumerStatus::new();
        let (stop, stopped) = stop_signal();
        let target = Target {
            plant: plant.plant().clone(),
            intake: plant.intake().clone(),
            class: Criticality::NearRealTime,
            status: status.clone(),
            stop: stopped,
        };
        let task = tokio::spawn(supervise(broker, topology, target, plant.clone()));
        Ok(Consumers { status, stop, task })
    }

    /// A view of what the consumers are doing.
    #[must_use]
    pub fn status(&self) -> &ConsumerStatus {
        &self.status
    }

    /// Takes no more messages, waits for the commit of those taken, acknowledges them and closes
    /// the connection. Stop the consumers before the plant.
    pub async fn stop(self) {
        self.stop.send();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the consumers' supervisor failed while stopping");
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum SessionError {
    #[error(transparent)]
    Lost(#[from] Lost),
    #[error(transparent)]
    Consume(#[from] ConsumeError),
    #[error("a consumer failed: {0}")]
    Panicked(#[from] JoinError),
}

async fn supervise(
    broker: Broker,
    topology: PlantTopology,
    mut target: Target,
    plant: PlantHandle,
) {
    let mut backoff = Backoff::new();
    loop {
        let opened = tokio::select! {
            opened = Session::open(&broker, &topology) => opened,
            () = target.stop.asked() => break,
        };
        let outcome = match opened {
            Ok(session) => {
                let opened = Instant::now();
                let outcome = run(session, &topology, &target).await;
                // A connection that opens and fails at once must not be tried without a pause.
                if opened.elapsed() >= Duration::from_millis(BACKOFF_LAST_MS) {
                    backoff.reset();
                }
                outcome
            }
            Err(lost) => Err(lost.into()),
        };
        target.status.disconnected();
        let Err(error) = outcome else { break };
        tracing::warn!(%error, plant = %target.plant, "consumers disconnected");
        target.status.failed(error.to_string());
        // A plant that answers "stopped" may only have lost its shard, which comes back under the
        // same handle. Only the plant's end is final.
        tokio::select! {
            biased;
            () = plant.ended() => break,
            () = target.stop.asked() => break,
            () = tokio::time::sleep(backoff.next_wait()) => {}
        }
    }
}

/// Runs both queues on one connection. The first failure ends both: what they hold comes again.
async fn run(
    session: Session,
    topology: &PlantTopology,
    target: &Target,
) -> Result<(), SessionError> {
    let session = Arc::new(session);
    let mut queues: JoinSet<Result<(), SessionError>> = JoinSet::new();
    for class in Class::ALL {
        let (session, topology, mut target) = (session.clone(), topology.clone(), target.clone());
        target.class = class.criticality();
        queues.spawn(async move { run_queue(&session, &topology, class, target).await });
    }
    target.status.connected();
    tracing::info!(plant = %target.plant, "consumers connected");
    let mut outcome = Ok(());
    while let Some(ended) = queues.join_next().await {
        let failed = match ended {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error,
            Err(panic) => panic.into(),
        };
        if outcome.is_ok() {
            outcome = Err(failed);
            queues.abort_all();
        }
    }
    if let Some(session) = Arc::into_inner(session) {
        session.close().await;
    }
    outcome
}

/// Runs one queue, each change of pace on a channel of its own.
async fn run_queue(
    session: &Session,
    topology: &PlantTopology,
    class: Class,
    target: Target,
) -> Result<(), SessionError> {
    let mut pace = Pace::Careful;
    loop {
        let deliveries = session.consume(topology, class, pace.prefetch()).await?;
        match consume(deliveries, pace, target.clone()).await? {
            Ended::Stopped => return Ok(()),
            Ended::Change(next) => pace = next,
        }
        tracing::debug!(queue = topology.queue(class), ?pace, "consumer goes on");
    }
}
