//! Processes: what the twin asks of other systems, and why it waits.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use twin_model::{EntityKind, ProcessKind};
use utoipa::{IntoParams, ToSchema};

use super::ItemQuery;
use crate::answer::{self, ItemAnswer, ListAnswer, Part};
use crate::filter::Filter;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse;
use crate::view::ProcessView;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ProcessState {
    Waiting,
    Asking,
    Retrying,
    WithPerson,
    Settled,
    Undone,
    Off,
}

impl ProcessState {
    fn as_str(self) -> &'static str {
        use twin_model::ProcessState as State;
        let state = match self {
            ProcessState::Waiting => State::Waiting,
            ProcessState::Asking => State::Asking,
            ProcessState::Retrying => State::Retrying,
            ProcessState::WithPerson => State::WithPerson,
            ProcessState::Settled => State::Settled,
            ProcessState::Undone => State::Undone,
            ProcessState::Off => State::Off,
        };
        state.as_str()
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Items of the page, 1 to 500; 100 when absent.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Answer only once this commit is in the picture (within 5 s, else 503).
    wait_for: Option<u64>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<ProcessState>,
    /// Only those of this kind, such as `release`.
    #[param(value_type = Option<String>, example = "release")]
    kind: Option<ProcessKind>,
    /// Only those about this order.
    order: Option<String>,
}

/// The processes of a plant, ascending by id.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/processes",
    tag = "processes",
    params(("plant" = String, Path, description = "Plant"), ListQuery),
    responses(
        (status = 200, body = ListAnswer<ProcessView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/processes")]
pub(crate) async fn list_processes(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ListQuery = parse(request.query_string())?;
    let part = Part {
        limit: query.limit,
        cursor: query.cursor,
        wait_for: query.wait_for,
    };
    let filter = Filter {
        state: query.state.map(ProcessState::as_str),
        process_kind: query.kind,
        order: query.order,
        ..Filter::default()
    };
    answer::list(&projections, &plant, EntityKind::Process, part, filter).await
}

/// One process. Its id has a slash, which may stand in the path as it is.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/processes/{id}",
    tag = "processes",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the process, like release/WO-1"),
        ItemQuery,
    ),
    responses(
        (status = 200, body = ItemAnswer<ProcessView>, headers(("etag" = String))),
        (status = 304, description = "The item is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/processes/{id:.+}")]
pub(crate) async fn get_process(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ItemQuery = parse(request.query_string())?;
    let named = (path.0.as_str(), EntityKind::Process, path.1.as_str());
    answer::item(&projections, &request, named, query.wait_for).await
}
