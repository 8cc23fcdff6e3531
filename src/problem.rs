//! Refusals of the server itself, as RFC 9457 problem details.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

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
