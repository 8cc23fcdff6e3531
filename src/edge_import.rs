//! `twin edge import`: the events of files into a running edge.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ingest::http::{BATCH_EVENTS_MAX, BODY_BYTES_MAX};
use ingest::import_run::Progress;
use ingest::import_source::ImportSource;
use serde_json::json;

use crate::cli::EdgeImportArguments;
use crate::exit::{Failure, Kind, OrFail};
use crate::import::{files_of, progress_bar, show};
use crate::import_format::ImportFormat;
use crate::say::say;
use crate::twin_client::TwinClient;

/// Wait before a batch is sent again to an edge that is full or away.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

pub(crate) fn run(arguments: &EdgeImportArguments) -> Result<(), Failure> {
    let started = Instant::now();
    let format = ImportFormat::of(&arguments.source)?;
    let files = files_of(&arguments.source.files)?;
    let mut importer = format.open(&files)?;
    let edge = TwinClient::new(&arguments.edge);
    let patience = Duration::from_secs(arguments.patience);
    let bar = progress_bar(arguments.json);
    let mut batches = Batches::new(&mut importer);
    let mut stored = 0;
    while let Some(batch) = batches.next()? {
        store(&edge, &batch.body, patience)?;
        stored += batch.events.get() as u64;
        let progress = Progress {
            rows_read: batches.importer.report().rows_read,
            rows_total: batches.importer.rows_total(),
            confirmed: stored,
        };
        show(&bar, progress);
    }
    bar.finish_and_clear();
    let rows_read = importer.report().rows_read;
    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if arguments.json {
        let plant = format.plant();
        let report = json!({"plant": plant, "rows_read": rows_read, "events_stored": stored,
            "elapsed_ms": elapsed_ms});
        say!("{report}");
    } else {
        say!("{rows_read} rows read, {stored} events stored at the edge in {elapsed_ms} ms");
    }
    Ok(())
}

/// Gives a batch to the edge, again and again while it is full or away. One that was stored
/// without our knowing is stored twice, and known by its ids in the end.
fn store(edge: &TwinClient, body: &str, patience: Duration) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        let failure = match edge.post("/api/v1/events", body) {
            Ok(_) => return Ok(()),
            Err(failure) => failure,
        };
        if !failure.is_passing() || started.elapsed() > patience {
            return Err(failure);
        }
        wait_a_little();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge gives no signal to wait for: it is asked again and again"
)]
fn wait_a_little() {
    std::thread::sleep(AGAIN_AFTER);
}

/// Events of a file, as bodies of requests.
struct Batches<'i, 'a> {
    importer: &'i mut ImportSource<'a>,
    /// The first event of the next batch, when it did not fit into the one before.
    carried: Option<Bytes>,
}

struct Batch {
    body: String,
    events: NonZeroUsize,
}

impl<'i, 'a> Batches<'i, 'a> {
    fn new(importer: &'i mut ImportSource<'a>) -> Batches<'i, 'a> {
        Batches {
            importer,
            carried: None,
        }
    }

    fn next(&mut self) -> Result<Option<Batch>, Failure> {
        let mut body = Vec::from(b"[");
        let mut events = 0;
        while events < BATCH_EVENTS_MAX {
            let event = match self.carried.take() {
                Some(event) => event,
                None => match self.importer.next_event().or_fail(Kind::Config)? {
                    Some(event) => event.json,
                    None => break,
                },
            };
            // With the comma before it and the bracket behind it.
            if events > 0 && body.len() + event.len() + 2 > BODY_BYTES_MAX {
                self.carried = Some(event);
                break;
            }
            if events > 0 {
                body.push(b',');
            }
            body.extend_from_slice(&event);
            events += 1;
        }
        body.push(b']');
        let Some(events) = NonZeroUsize::new(events) else {
            return Ok(None);
        };
        let body = String::from_utf8(body).or_fail(Kind::Finding)?;
        Ok(Some(Batch { body, events }))
    }
}
