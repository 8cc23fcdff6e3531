//! Sending a file's events: to a broker, or straight into an open plant.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use actors::{Disposition, Input, Intake, IntakeError, Receipt};
use futures_util::stream::{FuturesOrdered, StreamExt};

use crate::amqp_url::AmqpUrl;
use crate::backoff::Backoff;
use crate::consumer::OUTBOX_FULL_WAIT_MS;
use crate::file_import::{ImportError, MappedEvent};
use crate::import_report::{Answers, ImportReport};
use crate::import_source::ImportSource;
use crate::pace::Pace;
use crate::publisher::{Outgoing, PublishError, Publisher, Unconfirmed};
use crate::topology::{IN_EXCHANGE, PlantNameTooLong, PlantTopology};

/// Messages on their way to the broker at once.
pub const CONFIRM_WINDOW_MAX: usize = 1_024;
/// How long an import tries without getting anything confirmed, in seconds.
pub const NO_PROGRESS_S_MAX: u64 = 60;
/// Events given to the plant at once.
pub const INTAKE_BATCH_MAX: usize = 256;
/// Batches given to the plant whose commit is awaited.
pub const INTAKE_BATCHES_MAX: usize = 8;

/// How to send.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportOptions {
    /// Send no more than this many events per second.
    pub events_per_s: Option<NonZeroU32>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows read so far.
    pub rows_read: u64,
    /// Rows in the file.
    pub rows_total: u64,
    /// Messages stored so far.
    pub confirmed: u64,
}

/// Why an import ended before the file's end. Run it again: what was stored is known by its id.
#[derive(Debug, thiserror::Error)]
pub enum ImportRunError {
    /// The file.
    #[error(transparent)]
    File(#[from] ImportError),
    /// The plant's name.
    #[error(transparent)]
    Plant(#[from] PlantNameTooLong),
    /// The broker.
    #[error(
        "nothing was confirmed for {NO_PROGRESS_S_MAX} s; {confirmed} events were before. The \
         last answer: {error}"
    )]
    Broker {
        /// Messages stored before.
        confirmed: u64,
        /// The last failure.
        #[source]
        error: PublishError,
    },
    /// The plant.
    #[error("{error}; {confirmed} events were stored before")]
    Intake {
        /// Messages stored before.
        confirmed: u64,
        /// What the plant says.
        #[source]
        error: IntakeError,
    },
}

/// Sends all events of a file to a RabbitMQ, in order and confirmed. A lost connection or a full
/// queue is waited for; then everything unconfirmed is sent again, in order.
///
/// # Errors
/// [`ImportRunError`].
pub async fn import_to_amqp(
    url: &AmqpUrl,
    importer: impl Into<ImportSource<'_>>,
    options: ImportOptions,
    mut progress: impl FnMut(Progress),
) -> Result<ImportReport, ImportRunError> {
    let started = Instant::now();
    let mut importer: ImportSource<'_> = importer.into();
    let mut pace = Pace::new(options.events_per_s);
    let mut line = Line::new(url, &importer)?;
    let mut at_end = false;
    loop {
        while !at_end && line.waiting.len() < CONFIRM_WINDOW_MAX {
            if line.waiting.is_empty() {
                pace.wait().await;
            } else if !pace.is_due() {
                break;
            }
            match importer.next_event()? {
                Some(event) => {
                    pace.count();
                    line.push(event).await;
                }
                None => at_end = true,
            }
        }
        if line.waiting.is_empty() {
            break;
        }
        line.confirm_oldest().await?;
        progress(Progress {
            rows_read: importer.report().rows_read,
            rows_total: importer.rows_total(),
            confirmed: line.confirmed,
        });
    }
    let (confirmed, sent_again) = (line.confirmed, line.sent_again);
    line.close().await;
    Ok(ImportReport {
        file: importer.report().clone(),
        confirmed,
        sent_again,
        answers: None,
        elapsed_ms: elapsed_ms(started),
    })
}

/// One event on its way. Without a confirm to wait for, it must be sent.
struct Waiting {
    event: MappedEvent,
    confirm: Option<Unconfirmed>,
    was_sent: bool,
}

/// Events on their way to the broker, oldest first.
struct Line<'a> {
    url: &'a AmqpUrl,
    plant: PlantTopology,
    publisher: Option<Publisher>,
    waiting: VecDeque<Waiting>,
    confirmed: u64,
    sent_again: u64,
    last_progress: Instant,
    backoff: Backoff,
}

impl<'a> Line<'a> {
    fn new(url: &'a AmqpUrl, importer: &ImportSource<'_>) -> Result<Line<'a>, PlantNameTooLong> {
        Ok(Line {
            url,
            plant: PlantTopology::new(importer.plant())?,
            publisher: None,
            waiting: VecDeque::new(),
            confirmed: 0,
            sent_again: 0,
            last_progress: Instant::now(),
            backoff: Backoff::new(),
        })
    }

    /// Sends an event, or lets it wait when there is no connection now.
    async fn push(&mut self, event: MappedEvent) {
        let confirm = match &self.publisher {
            Some(publisher) => send(publisher, &self.plant, &event).await.ok(),
            None => None,
        };
        self.waiting.push_back(Waiting {
            event,
            was_sent: confirm.is_some(),
            confirm,
        });
    }

    /// Waits until the oldest event is stored, through as many tries as it takes.
    async fn confirm_oldest(&mut self) -> Result<(), ImportRunError> {
        loop {
            let error = match self.try_confirm().await {
                Ok(()) => {
                    self.waiting.pop_front();
                    self.confirmed += 1;
                    self.last_progress = Instant::now();
                    self.backoff.reset();
                    return Ok(());
                }
                Err(error) => error,
            };
            if self.last_progress.elapsed() >= Duration::from_secs(NO_PROGRESS_S_MAX) {
                let confirmed = self.confirmed;
                return Err(ImportRunError::Broker { confirmed, error });
            }
            tracing::warn!(%error, "import waits for the broker");
            // What came after the failed event may be stored or not: all of it goes again, in
            // order, over a new connection.
            self.publisher = None;
            for waiting in &mut self.waiting {
                waiting.confirm = None;
            }
            tokio::time::sleep(self.backoff.next_wait()).await;
        }
    }

    async fn try_confirm(&mut self) -> Result<(), PublishError> {
        let publisher = match &mut self.publisher {
            Some(publisher) => publisher,
            none => {
                let publisher = Publisher::connect(self.url, "twin import").await?;
                self.plant.declare(publisher.channel()).await?;
                none.insert(publisher)
            }
        };
        for waiting in &mut self.waiting {
            if waiting.confirm.is_none() {
                waiting.confirm = Some(send(publisher, &self.plant, &waiting.event).await?);
                self.sent_again += u64::from(waiting.was_sent);
                waiting.was_sent = true;
            }
        }
        match self
            .waiting
            .front_mut()
            .and_then(|oldest| oldest.confirm.take())
        {
            Some(confirm) => confirm.confirmed().await,
            None => Ok(()),
        }
    }

    async fn close(self) {
        if let Some(publisher) = self.publisher {
            publisher.close().await;
        }
    }
}

async fn send(
    publisher: &Publisher,
    plant: &PlantTopology,
    event: &MappedEvent,
) -> Result<Unconfirmed, PublishError> {
    let message = Outgoing {
        exchange: IN_EXCHANGE,
        routing_key: &plant.routing_key(&event.type_name),
        id: &event.id,
        type_name: &event.type_name,
        body: &event.json,
    };
    publisher.send(message).await
}

/// Gives all events of a file to an open plant, in order, and waits for their commits.
///
/// # Errors
/// [`ImportRunError`].
pub async fn import_to_intake(
    intake: &Intake,
    importer: impl Into<ImportSource<'_>>,
    options: ImportOptions,
    mut progress: impl FnMut(Progress),
) -> Result<ImportReport, ImportRunError> {
    let started = Instant::now();
    let mut importer: ImportSource<'_> = importer.into();
    let mut pace = Pace::new(options.events_per_s);
    let mut under_way = FuturesOrdered::new();
    let mut answers = Answers::default();
    let mut confirmed = 0;
    let mut at_end = false;
    while !at_end || !under_way.is_empty() {
        if !at_end && under_way.len() < INTAKE_BATCHES_MAX {
            let batch = next_batch(&mut importer, &mut pace).await?;
            at_end = batch.is_empty();
            if !at_end {
                let pending = enqueue(intake, &batch).await;
                let pending = pending.map_err(|error| at(confirmed, error))?;
                under_way.push_back(pending);
            }
            continue;
        }
        if let Some(receipt) = under_way.next().await {
            let receipt: Receipt = receipt.map_err(|error| at(confirmed, error))?;
            confirmed += receipt.dispositions.len() as u64;
            answers.add(&receipt);
            progress(Progress {
                rows_read: importer.report().rows_read,
                rows_total: importer.rows_total(),
                confirmed,
            });
        }
    }
    Ok(ImportReport {
        file: importer.report().clone(),
        confirmed,
        sent_again: 0,
        answers: Some(answers),
        elapsed_ms: elapsed_ms(started),
    })
}

fn at(confirmed: u64, error: IntakeError) -> ImportRunError {
    ImportRunError::Intake { confirmed, error }
}

/// The events that are due, at least one unless the file is at its end.
async fn next_batch(
    importer: &mut ImportSource<'_>,
    pace: &mut Pace,
) -> Result<Vec<MappedEvent>, ImportError> {
    let mut batch = Vec::new();
    pace.wait().await;
    while batch.len() < INTAKE_BATCH_MAX && pace.is_due() {
        let Some(event) = importer.next_event()? else {
            break;
        };
        pace.count();
        batch.push(event);
    }
    Ok(batch)
}

async fn enqueue(intake: &Intake, batch: &[MappedEvent]) -> Result<actors::Pending, IntakeError> {
    loop {
        let inputs = batch.iter().map(|event| Input::decode(event.json.clone()));
        match intake.enqueue(inputs.collect()).await {
            Err(IntakeError::OutboxFull) => {
                tokio::time::sleep(Duration::from_millis(OUTBOX_FULL_WAIT_MS)).await;
            }
            taken => return taken,
        }
    }
}

impl Answers {
    fn add(&mut self, receipt: &Receipt) {
        for disposition in &receipt.dispositions {
            let (by_rule, code) = match disposition {
                Disposition::Applied => {
                    self.applied += 1;
                    continue;
                }
                Disposition::Duplicate => {
                    self.duplicates += 1;
                    continue;
                }
                Disposition::Refused(rejection) => (&mut self.refused, rejection.code()),
                Disposition::Parked { code, .. } => (&mut self.parked, *code),
                Disposition::Exception { rejection, .. } => {
                    (&mut self.exceptions, rejection.code())
                }
            };
            *by_rule.entry(code).or_insert(0) += 1;
        }
    }
}

fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
