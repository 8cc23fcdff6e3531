//! Progress of a question as lines of JSON: `{"progress":…}` some times, then `{"answer":…}` or
//! `{"problem":…}` once, as the last line.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Bytes;
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::watch;

use crate::what_if_work::Told;

/// The media type: one JSON object per line.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// Streams what is told. `first` was told already.
pub(crate) fn stream(first: Told, told: watch::Receiver<Told>) -> HttpResponse {
    let body = unfold((Some(first), told), |(next, mut told)| async move {
        let now = next?;
        let (line, ended) = line(&now);
        let next = if ended {
            None
        } else {
            Some(heard(&mut told).await.unwrap_or_else(failed))
        };
        Some((Ok::<Bytes, actix_web::Error>(line), (next, told)))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, NDJSON))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Says to the compressing middleware that it must not collect what should go out now.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body)
}

/// What is told next; `None` when the work failed.
pub(crate) async fn heard(told: &mut watch::Receiver<Told>) -> Option<Told> {
    told.changed().await.ok()?;
    Some(told.borrow_and_update().clone())
}

fn failed() -> Told {
    Told::NoAnswer("the twin failed over this question; its log says why".to_owned())
}

/// A line, and whether it is the last one.
fn line(told: &Told) -> (Bytes, bool) {
    let of = |name: &str, value: &[u8]| {
        let mut line = format!("{{\"{name}\":").into_bytes();
        line.extend_from_slice(value);
        line.extend_from_slice(b"}\n");
        Bytes::from(line)
    };
    match told {
        Told::Nothing => (Bytes::new(), false),
        Told::Progress(json) => (of("progress", json), false),
        Told::Answer(json) => (of("answer", json), true),
        Told::NoAnswer(why) => {
            let problem = json!({ "title": "The question has no answer", "detail": why });
            (of("problem", problem.to_string().as_bytes()), true)
        }
    }
}
