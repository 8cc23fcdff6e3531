//! Problem details of HTTP answers (RFC 9457).

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use serde::Serialize;
use twin_model::{Code, Rejection};
use utoipa::ToSchema;

/// Seconds after which a client may try again when the plant cannot take anything now.
pub const RETRY_AFTER_S: u32 = 2;

/// Why a request was not done, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EventProblem)]
pub struct Problem {
    /// Page about this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors/TWIN-R07")]
    pub type_ref: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What happened, in business words.
    pub detail: String,
    /// Code from the catalogue, where a rule decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "TWIN-R07")]
    pub code: Option<String>,
    /// The next step.
    pub what_to_do: String,
    /// The exception under which the message is kept, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "EX-7")]
    pub exception: Option<String>,
    /// Joins everything that belongs to one business transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    #[serde(skip)]
    retry: bool,
}

impl Problem {
    /// A problem that no rule of the catalogue names.
    #[must_use]
    pub fn new(
        status: StatusCode,
        title: &str,
        detail: impl Into<String>,
        what_to_do: &str,
    ) -> Problem {
        Problem {
            type_ref: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: None,
            what_to_do: what_to_do.to_owned(),
            exception: None,
            correlation_id: None,
            retry: false,
        }
    }

    /// A rule's decision.
    #[must_use]
    pub fn of_rejection(status: StatusCode, title: &str, rejection: &Rejection) -> Problem {
        Problem::of_code(status, title, rejection.code(), rejection.to_string())
    }

    /// A rule's decision, already in words.
    #[must_use]
    pub fn of_code(status: StatusCode, title: &str, code: Code, detail: String) -> Problem {
        Problem {
            type_ref: format!("/docs/errors/{code}"),
            code: Some(code.to_string()),
            ..Problem::new(status, title, detail, code.what_to_do())
        }
    }

    /// 503 with `Retry-After`: nothing was done, and it may work soon.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Problem {
        let what_to_do = "Send the request again, with the same event ids.";
        Problem {
            retry: true,
            ..Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing is taken now",
                detail,
                what_to_do,
            )
        }
    }

    /// This problem with `Retry-After`: it may work soon.
    #[must_use]
    pub fn again_later(mut self) -> Problem {
        self.retry = true;
        self
    }

    /// This problem with the number of the exception that keeps the message.
    #[must_use]
    pub fn kept_as(mut self, exception: String) -> Problem {
        self.exception = Some(exception);
        self
    }

    /// This problem with its business transaction.
    #[must_use]
    pub fn correlated(mut self, correlation_id: Option<String>) -> Problem {
        self.correlation_id = correlation_id;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json");
        if self.retry {
            response.insert_header((RETRY_AFTER, RETRY_AFTER_S.to_string()));
        }
        // `json` keeps the content type that is set already.
        response.json(self)
    }
}

impl Responder for Problem {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}
