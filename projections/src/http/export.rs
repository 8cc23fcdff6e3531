//! Whole tables of a plant, as they are sent.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use twin_model::{Entity, Time};
use utoipa::{IntoParams, ToSchema};

use crate::answer::CURSOR_HEADER;
use crate::export::{ColumnType, ExportFormat, ExportTable};
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{parse_nothing, parse_with_when};

/// Exports that are sent at once. Each keeps the states that it shows until it is sent.
const EXPORTS_MAX: usize = 2;
/// Bytes that are sent together.
const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks that wait for a slow reader.
const CHUNKS_MAX: usize = 4;
/// How long a reader may take nothing before the export is given up.
const STALLED_MAX: Duration = Duration::from_secs(30);

static TURNS: Semaphore = Semaphore::const_new(EXPORTS_MAX);

/// How a table is written.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Jsonl,
    Csv,
    Parquet,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> ExportFormat {
        match format {
            Format::Jsonl => ExportFormat::Jsonl,
            Format::Csv => ExportFormat::Csv,
            Format::Parquet => ExportFormat::Parquet,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `jsonl` (when absent): a JSON object per line; `csv`: RFC 4180 with a line of names;
    /// `parquet`: Apache Parquet.
    #[param(inline)]
    format: Option<Format>,
}

/// A table that can be exported.
#[derive(Debug, Serialize, ToSchema)]
struct ExportTableView {
    /// Its name in paths.
    name: &'static str,
    /// Its columns, in their order.
    columns: Vec<ExportColumnView>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
struct ExportColumnView {
    /// Its name.
    name: &'static str,
    /// `text`, `decimal` (as text), `whole`, `flag` or `time` (UTC).
    #[serde(rename = "type")]
    holds: &'static str,
}

/// The tables that can be exported.
#[derive(Debug, Serialize, ToSchema)]
struct ExportTablesAnswer {
    /// In the order in which they are described.
    items: Vec<ExportTableView>,
}

impl From<ExportTable> for ExportTableView {
    fn from(table: ExportTable) -> ExportTableView {
        let columns = table.columns().iter().map(|column| ExportColumnView {
            name: column.name,
            holds: match column.holds {
                ColumnType::Text => "text",
                ColumnType::Decimal => "decimal",
                ColumnType::Whole => "whole",
                ColumnType::Flag => "flag",
                ColumnType::Time => "time",
            },
        });
        ExportTableView {
            name: table.name(),
            columns: columns.collect(),
        }
    }
}

/// The tables that can be exported, with their columns.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/export",
    tag = "export",
    params(("plant" = String, Path, description = "Plant")),
    responses(
        (status = 200, body = ExportTablesAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/export")]
pub(crate) async fn list_exports(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    parse_nothing(request.query_string())?;
    projections.picture(&plant)?;
    let items = ExportTable::all().map(ExportTableView::from).collect();
    Ok(HttpResponse::Ok().json(ExportTablesAnswer { items }))
}

/// A whole table of a plant, for analytics: one row for each entity, or for each operation, all of
/// one commit, which the header `twin-cursor` names. An answer that breaks off is not whole.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/export/{table}",
    tag = "export",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("table" = String, Path, description = "Table, like `lots`", example = "lots"),
        ExportQuery,
        When,
    ),
    responses(
        (status = 200, content(
            (String = "application/x-ndjson"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/export/{table}")]
pub(crate) async fn get_export(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (when, query): (When, ExportQuery) = parse_with_when(request.query_string())?;
    let (plant, name) = (path.0.as_str(), path.1.as_str());
    let picture = projections.picture(plant)?;
    let table = ExportTable::named(name).ok_or_else(|| Problem::no_table(name))?;
    let format = ExportFormat::from(query.format.unwrap_or(Format::Jsonl));
    let turn = TURNS
        .try_acquire()
        .map_err(|_| Problem::too_many_exports(EXPORTS_MAX))?;
    let (cursor, now, entities) = picture
        .look(&when, |model| {
            // One pointer for each.
            let entities: Vec<Entity> = model
                .entities
                .table(table.kind())
                .values()
                .cloned()
                .collect();
            (model.standing().cursor, model.now(), entities)
        })
        .await?;
    let seq = cursor.commit_no;
    let (chunks, sent) = mpsc::channel(CHUNKS_MAX);
    let whole = Arc::new(AtomicBool::new(false));
    let out = Chunks {
        filled: Vec::with_capacity(CHUNK_BYTES),
        chunks,
        runtime: Handle::current(),
    };
    let done = Arc::clone(&whole);
    tokio::task::spawn_blocking(move || {
        write(table, format, (entities, now), out, &done);
        drop(turn);
    });
    let body = stream::unfold(Some(sent), move |sent| next_chunk(sent, Arc::clone(&whole)));
    let ending = format.as_str();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.content_type()))
        .insert_header((CURSOR_HEADER, cursor.to_string()))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-{seq}.{ending}\""),
        ))
        .streaming(body))
}

/// The next chunk. A table that was not written to its end breaks the answer off, so that nobody
/// takes it for the whole.
async fn next_chunk(
    sent: Option<mpsc::Receiver<Bytes>>,
    whole: Arc<AtomicBool>,
) -> Option<(io::Result<Bytes>, Option<mpsc::Receiver<Bytes>>)> {
    let mut sent = sent?;
    match sent.recv().await {
        Some(chunk) => Some((Ok(chunk), Some(sent))),
        None if whole.load(Ordering::Acquire) => None,
        None => Some((Err(io::Error::other("the export was given up")), None)),
    }
}

fn write(
    table: ExportTable,
    format: ExportFormat,
    (entities, now): (Vec<Entity>, Time),
    mut out: Chunks,
    whole: &AtomicBool,
) {
    let written = table.write(format, entities.iter(), now, &mut out);
    match written.and_then(|_| Ok(out.flush()?)) {
        Ok(()) => whole.store(true, Ordering::Release),
        Err(error) => tracing::warn!(table = table.name(), %error, "an export was given up"),
    }
}

/// Collects what is written into chunks, and waits for the reader within a limit.
struct Chunks {
    filled: Vec<u8>,
    chunks: mpsc::Sender<Bytes>,
    runtime: Handle,
}

impl Chunks {
    fn send(&mut self) -> io::Result<()> {
        if self.filled.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.filled, Vec::with_capacity(CHUNK_BYTES));
        let sending = self.chunks.send_timeout(Bytes::from(chunk), STALLED_MAX);
        self.runtime.block_on(sending).map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => {
                io::Error::new(io::ErrorKind::TimedOut, "the reader takes nothing")
            }
            mpsc::error::SendTimeoutError::Closed(_) => {
                io::Error::new(io::ErrorKind::BrokenPipe, "the reader has left")
            }
        })
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.filled.extend_from_slice(bytes);
        if self.filled.len() >= CHUNK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
