//! A load over HTTP: readable messages in batches, in their order; each unreadable one by itself,
//! because the twin refuses the whole of a batch that it cannot read.

use std::time::{Duration, Instant};

use ingest::http::{BATCH_EVENTS_MAX, BODY_BYTES_MAX};
use simulators::message::{Message, Route};
use twin_model::PlantId;

use crate::exit::Failure;
use crate::twin_client::TwinClient;

/// How long a twin that takes nothing is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Wait before it is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// A running twin, and what is gathered for it.
pub(crate) struct HttpSink {
    twin: TwinClient,
    /// The list of events as it is being written, without its last bracket; empty for none.
    body: Vec<u8>,
    events: usize,
    plant: Option<PlantId>,
}

impl HttpSink {
    pub(crate) fn new(url: &str) -> HttpSink {
        HttpSink {
            twin: TwinClient::new(url),
            body: Vec::new(),
            events: 0,
            plant: None,
        }
    }

    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Failure> {
        if message.route == Route::Nowhere {
            return Ok(());
        }
        if message.spoiled.is_some() {
            self.flush().await?;
            return match self.post(&message.body).await {
                // Refused, as it should be: the twin keeps it as an exception.
                Err(failure) if !failure.is_passing() => Ok(()),
                outcome => outcome,
            };
        }
        // With the comma before it and the bracket behind it.
        let fits = self.body.len() + message.body.len() + 2 <= BODY_BYTES_MAX;
        let is_same = self.plant.as_ref() == Some(&message.plant);
        if self.events >= BATCH_EVENTS_MAX || !fits || !is_same {
            self.flush().await?;
            self.plant = Some(message.plant);
        }
        self.body.push(if self.events == 0 { b'[' } else { b',' });
        self.body.extend_from_slice(&message.body);
        self.events += 1;
        Ok(())
    }

    /// Sends what is gathered.
    pub(crate) async fn flush(&mut self) -> Result<(), Failure> {
        if self.events == 0 {
            return Ok(());
        }
        let mut body = std::mem::take(&mut self.body);
        body.push(b']');
        self.events = 0;
        self.post(&body).await
    }

    /// Posts a body, waiting for a twin that takes nothing now. What it may have taken already, it
    /// knows by the ids.
    async fn post(&self, body: &[u8]) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            match self.twin.post("/api/v1/events", body) {
                Ok(_) => return Ok(()),
                Err(failure) if failure.is_passing() && started.elapsed() < PATIENCE => {
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
                Err(failure) => return Err(failure),
            }
        }
    }
}
