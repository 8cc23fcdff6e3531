//! The dashboard page and the error pages, embedded into the binary.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use rust_embed::RustEmbed;

use crate::no_route::no_such_page;

#[derive(RustEmbed)]
#[folder = "web/plain"]
struct PlainPage;

#[derive(RustEmbed)]
#[folder = "docs/errors"]
struct ErrorPages;

/// Everything the page needs comes from this server.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

/// The paths of this file, which are no part of the described interface.
pub(crate) const PATHS: [&str; 4] = [
    "/",
    "/assets/{name}",
    "/docs/errors/{code}",
    "/openapi.json",
];

/// Adds `/`, `/assets/…` and `/docs/errors/…`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(index).service(asset).service(error_page);
}

#[get("/")]
async fn index(request: HttpRequest) -> HttpResponse {
    file::<PlainPage>(&request, "index.html")
}

#[get("/assets/{name}")]
async fn asset(request: HttpRequest, name: Path<String>) -> HttpResponse {
    file::<PlainPage>(&request, &name)
}

/// `/docs/errors/TWIN-R07`, where the `type` of a problem points.
#[get("/docs/errors/{code}")]
async fn error_page(request: HttpRequest, code: Path<String>) -> HttpResponse {
    let name = format!("{}.md", code.trim_end_matches(".md"));
    file::<ErrorPages>(&request, &name)
}

fn file<F: RustEmbed>(request: &HttpRequest, name: &str) -> HttpResponse {
    let Some(found) = F::get(name) else {
        return no_such_page(request.path());
    };
    let content_type = match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "md")) => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(found.data.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_embedded() {
        let mut seen = 0;
        for name in PlainPage::iter() {
            let file = PlainPage::get(&name).unwrap();
            let text = String::from_utf8(file.data.into_owned()).unwrap();
            for quote in ['"', '\''] {
                for part in text.split(quote) {
                    let file = part
                        .strip_prefix("assets/")
                        .or_else(|| part.strip_prefix("./"));
                    let known = |f: &&str| f.ends_with(".js") || f.ends_with(".css");
                    if let Some(file) = file.filter(known) {
                        assert!(PlainPage::get(file).is_some(), "{name} names {file}");
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 5, "the page names its own files, {seen} found");
    }

    #[test]
    fn every_rejection_has_its_page() {
        for code in twin_model::Code::ALL {
            assert!(ErrorPages::get(&format!("{code}.md")).is_some(), "{code}");
        }
    }
}
