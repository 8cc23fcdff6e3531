//! What is answered where no route takes the request.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::HttpMethod;

use crate::api_description::described;
use crate::page;
use crate::problem::problem;

/// A path that some route has, with the methods that it takes.
struct Known {
    path: ResourceDef,
    allow: &'static str,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let described = described().map(|(path, method)| Known {
        path: ResourceDef::new(path),
        allow: match method {
            HttpMethod::Post => "POST",
            _ if path == STREAM => "GET",
            _ => "GET, HEAD",
        },
    });
    let pages = page::PATHS.iter().map(|path| Known {
        path: ResourceDef::new(*path),
        allow: "GET, HEAD",
    });
    described.chain(pages).collect()
});

/// The one answer that does not end, so that its head cannot be asked for alone.
pub(crate) const STREAM: &str = "/api/v1/stream";

/// 405 for a known path, else 404.
pub(crate) async fn no_route(request: HttpRequest) -> HttpResponse {
    let (method, path) = (request.method(), request.path());
    if let Some(known) = find(path) {
        let mut refusal = problem(
            StatusCode::METHOD_NOT_ALLOWED,
            "Not that way",
            &format!("{path} does not take {method}."),
            &format!("Use {}; /openapi.json describes every route.", known.allow),
        );
        let allow = HeaderValue::from_static(known.allow);
        refusal.headers_mut().insert(ALLOW, allow);
        return refusal;
    }
    let bare = path.trim_end_matches('/');
    let what_to_do = match find(bare) {
        Some(_) => format!("Ask for {bare}, without the slash at the end."),
        None => "Look up the routes at /openapi.json.".to_owned(),
    };
    problem(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        &format!("{path} is no route of this twin."),
        &what_to_do,
    )
}

/// 404 of a route whose files do not include this one.
pub(crate) fn no_such_page(path: &str) -> HttpResponse {
    problem(
        StatusCode::NOT_FOUND,
        "There is no such page",
        &format!("{path} is no page of this twin."),
        "Start at /; the codes of rejections have their list at /docs/errors/README.",
    )
}

/// Whether the twin has a route with this path.
pub(crate) fn is_known(path: &str) -> bool {
    find(path).is_some()
}

fn find(path: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.path.is_match(path))
}
