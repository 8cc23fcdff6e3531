//! Refusals as RFC 9457 problem details.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use actors::HistoryError;
use serde::Serialize;
use twin_model::{Code, EntityKind};
use utoipa::ToSchema;

/// When to ask again after a refusal that will pass by itself, seconds.
const RETRY_AFTER_S: u32 = 2;

/// A refusal, as its body says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[error("{status} {title}: {detail}")]
pub struct Problem {
    /// Where the rule is explained; `about:blank` when the title says it all.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors/TWIN-R01")]
    about: String,
    /// What kind of problem.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// This very case.
    detail: String,
    /// The rule, where one is behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "TWIN-R01")]
    code: Option<Code>,
    /// The next step.
    #[schema(value_type = String)]
    what_to_do: Cow<'static, str>,
}

impl Problem {
    fn plain(
        status: StatusCode,
        title: &'static str,
        detail: String,
        what_to_do: impl Into<Cow<'static, str>>,
    ) -> Problem {
        Problem {
            about: "about:blank".to_owned(),
            title,
            status: status.as_u16(),
            detail,
            code: None,
            what_to_do: what_to_do.into(),
        }
    }

    /// The query cannot be understood.
    pub(crate) fn bad_query(detail: String) -> Problem {
        Problem::plain(
            StatusCode::BAD_REQUEST,
            "The query cannot be understood",
            detail,
            "Correct the query; /openapi.json lists the parameters of every route.",
        )
    }

    /// No such plant here.
    pub(crate) fn no_plant(plant: &str) -> Problem {
        Problem::plain(
            StatusCode::NOT_FOUND,
            "No such plant",
            format!("Plant {plant} is not served here."),
            "Take one of the plants that /api/v1/plants lists.",
        )
    }

    /// R01: no such entity (yet).
    pub(crate) fn no_item(kind: EntityKind, id: &str) -> Problem {
        let noun = match kind {
            EntityKind::WorkOrder => "Order",
            EntityKind::Lot => "Lot",
            EntityKind::WorkCenter => "Work center",
            EntityKind::Hold => "Hold",
            EntityKind::Shipment => "Shipment",
            EntityKind::Process => "Process",
            EntityKind::Inspection => "Inspection",
            EntityKind::Nonconformance => "Nonconformance",
            EntityKind::Material => "Material",
            EntityKind::Routing => "The routing of",
            EntityKind::LogisticUnit => "Unit",
            other => other.as_str(),
        };
        Problem {
            about: format!("/docs/errors/{}", Code::R01),
            title: "Not known yet",
            status: StatusCode::NOT_FOUND.as_u16(),
            detail: format!("{noun} {id} is not known."),
            code: Some(Code::R01),
            what_to_do: Code::R01.what_to_do().into(),
        }
    }

    /// No such exception, or no longer kept.
    pub(crate) fn no_exception(id: &str) -> Problem {
        Problem::plain(
            StatusCode::NOT_FOUND,
            "No such exception",
            format!("Exception {id} is not among the newest that are kept in memory."),
            "Take one that the list of exceptions shows; older ones are in the journal.",
        )
    }

    /// The picture is not there yet, or not far enough.
    pub(crate) fn not_ready(detail: String) -> Problem {
        Problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "The picture is not ready",
            detail,
            "Ask again in a moment; /ready tells when.",
        )
    }

    /// The past cannot be told.
    pub(crate) fn no_past(error: &HistoryError) -> Problem {
        let detail = format!("The past cannot be told: {error}.");
        match error {
            HistoryError::NotKept { .. } => Problem::plain(
                StatusCode::GONE,
                "That part of the past is not kept",
                detail,
                "Ask for a later moment; the plant's `keep_journal_days` or `keep_journal_mib` decides how much is kept.",
            ),
            HistoryError::Ahead { .. } | HistoryError::OtherOpening => Problem::bad_query(detail),
            HistoryError::Stopped(_) => Problem::not_ready(detail),
            HistoryError::Recovery(_) => Problem::plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The journal cannot be read",
                detail,
                "Run `twin verify` on a copy of the data directory, and report what it finds.",
            ),
        }
    }

    /// A picture of the past is being made.
    pub(crate) fn past_takes_long() -> Problem {
        Problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "The past is being read",
            "The plant's journal is read up to that moment, or up to others before it.".to_owned(),
            "Ask the same again in some seconds: what is made is kept for a minute.",
        )
    }

    /// A picture of the past could not be made.
    pub(crate) fn past_not_made() -> Problem {
        Problem::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The past could not be read",
            "Reading the plant's journal broke off; the log says why.".to_owned(),
            "Report this with the log; the live plant goes on.",
        )
    }

    /// The plant's key figures are not kept by this process.
    pub(crate) fn no_kpis(plant: &str) -> Problem {
        Problem::plain(
            StatusCode::NOT_FOUND,
            "No key figures here",
            format!("The key figures of plant {plant} are not kept by this process."),
            "Ask the twin that opens the plant.",
        )
    }

    /// The copy in Redis cannot be read; `at_the_twin` says who answers meanwhile.
    pub(crate) fn no_copy(detail: String, at_the_twin: &str) -> Problem {
        Problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "The copy cannot be read",
            detail,
            format!(
                "Ask again in a moment, or {at_the_twin}. This goes on by itself when Redis does."
            ),
        )
    }

    /// The copy in Redis does not answer this; `at_the_twin` says who does.
    pub(crate) fn not_in_the_copy(detail: String, at_the_twin: &str) -> Problem {
        Problem::plain(
            StatusCode::BAD_REQUEST,
            "The copy does not answer that",
            detail,
            format!("Leave it out, or ask {at_the_twin}."),
        )
    }

    /// What a consumer has cannot be kept.
    pub(crate) fn consumer_not_kept(why: String) -> Problem {
        Problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "The consumer's position is not kept",
            why,
            "Keep the cursor yourself and come back with it, or have a consumer forgotten that is \
             not needed any more.",
        )
    }

    /// No such table.
    pub(crate) fn no_table(name: &str) -> Problem {
        let known: Vec<&str> = crate::export::ExportTable::all()
            .map(crate::export::ExportTable::name)
            .collect();
        Problem::plain(
            StatusCode::NOT_FOUND,
            "No such table",
            format!("'{name}' is none of {}.", known.join(", ")),
            "Take one of the tables that the list of exports shows.",
        )
    }

    /// Others export.
    pub(crate) fn too_many_exports(max: usize) -> Problem {
        Problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many exports",
            format!("{max} exports are being sent already, which is the limit."),
            "Ask again in a moment.",
        )
    }

    /// No room for one more follower.
    pub(crate) fn too_many_streams(max: usize) -> Problem {
        Problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many streams",
            format!("{max} streams are open already, which is the limit."),
            "Close streams that nobody reads, or ask again later.",
        )
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if self.status_code() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, RETRY_AFTER_S));
        }
        match serde_json::to_string(self) {
            Ok(body) => response.body(body),
            Err(error) => unreachable!("a problem is plain data: {error}"),
        }
    }
}
