//! The body of a request that brings events: its content type, its limit, and its messages.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, web};
use actors::EVENT_BYTES_MAX;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::value::RawValue;

use crate::problem::Problem;

/// Largest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = EVENT_BYTES_MAX;
/// Events in one request.
pub const BATCH_EVENTS_MAX: usize = 500;
/// Content types that are taken. A page of another site can send none of them without asking the
/// browser first, which is why the others are refused.
pub const CONTENT_TYPES: [&str; 3] = [
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
];

/// Refuses a request that says another content type.
pub(crate) fn check_content_type(request: &HttpRequest) -> Result<(), Problem> {
    let given = request.headers().get(CONTENT_TYPE);
    let given = given.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let essence = given.as_deref().and_then(|value| value.split(';').next());
    let essence = essence.unwrap_or_default().trim();
    if CONTENT_TYPES
        .iter()
        .any(|taken| taken.eq_ignore_ascii_case(essence))
    {
        return Ok(());
    }
    let detail = match essence {
        "" => "The request says no content type.".to_owned(),
        other => format!("Events do not come as {other}."),
    };
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Not a content type of events",
        detail,
        "Send the header Content-Type: application/json (or application/cloudevents+json, or \
         application/cloudevents-batch+json).",
    ))
}

/// A body as far as it is taken.
pub(crate) enum Body {
    Whole(Bytes),
    /// Its start, and its size as far as it is known.
    TooLarge {
        start: Bytes,
        bytes: usize,
    },
}

/// Reads a body up to the limit.
pub(crate) async fn read_body(
    request: &HttpRequest,
    mut payload: web::Payload,
) -> Result<Body, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "The body ended early",
                format!("The body could not be read to its end: {error}."),
                "Send the request again, with the same event ids.",
            )
        })?;
        body.extend_from_slice(&chunk);
        if body.len() > BODY_BYTES_MAX {
            let length = request.headers().get(CONTENT_LENGTH);
            let announced = length
                .and_then(|length| length.to_str().ok())
                .and_then(|length| length.parse().ok());
            let bytes = announced.unwrap_or(body.len());
            let start = body.freeze();
            return Ok(Body::TooLarge { start, bytes });
        }
    }
    Ok(Body::Whole(body.freeze()))
}

/// The messages of a body, and whether it is a batch. What is no list is one message, readable or
/// not.
pub(crate) fn split(body: &Bytes) -> Result<(Vec<Bytes>, bool), Problem> {
    let is_list = body
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|byte| *byte == b'[');
    if !is_list {
        return Ok((vec![body.clone()], false));
    }
    let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(body) else {
        return Ok((vec![body.clone()], false));
    };
    if items.is_empty() || items.len() > BATCH_EVENTS_MAX {
        let (title, what_to_do) = match items.len() {
            0 => ("An empty batch", "Put at least one event into the batch."),
            _ => (
                "Too many events in one batch",
                "Send the events in several batches, in their order.",
            ),
        };
        let detail = format!(
            "A batch has 1 to {BATCH_EVENTS_MAX} events, this one {}. Nothing of it was taken.",
            items.len()
        );
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            title,
            detail,
            what_to_do,
        ));
    }
    let messages = items
        .into_iter()
        .map(|item| body.slice_ref(item.get().as_bytes()))
        .collect();
    Ok((messages, true))
}
