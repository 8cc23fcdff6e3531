//! Refusals of the server itself, as RFC 9457 problem details.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

/// 503: it passes by itself, so it says when to ask again, in seconds.
pub(crate) fn not_now(
    title: &str,
    detail: &str,
    what_to_do: &str,
    retry_after_s: u32,
) -> HttpResponse {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, title, detail, what_to_do);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, retry_after_s.into());
    response
}

/// A refusal that no rule of the catalogue names.
pub(crate) fn problem(
    status: StatusCode,
    title: &str,
    detail: &str,
    what_to_do: &str,
) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .content_type("application/problem+json")
        .json(json!({
            "type": "about:blank",
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
            "what_to_do": what_to_do,
        }))
}
