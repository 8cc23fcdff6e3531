//! Keeps pages of other sites out: while there is no access control, only this machine may ask.
//!
//! The server listens on loopback, yet the browser on this machine runs pages of strangers. One
//! that has its own name point here (DNS rebinding) is told apart by the `Host`, one that posts
//! across sites by the `Origin`.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::problem::problem;

/// Middleware: lets a request through, or answers 403.
pub(crate) async fn same_host(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match stranger(&request) {
        Some(refusal) => Ok(request.into_response(refusal).map_into_right_body()),
        None => next
            .call(request)
            .await
            .map(ServiceResponse::map_into_left_body),
    }
}

/// The refusal, when the request does not come from this machine's own.
fn stranger(request: &ServiceRequest) -> Option<HttpResponse> {
    let Some(host) = only(request, header::HOST).filter(|host| is_loopback(host)) else {
        return Some(problem(
            StatusCode::FORBIDDEN,
            "Asked under a foreign name",
            "This twin has no access control yet and answers only to localhost, 127.0.0.1 and [::1].",
            "Ask for http://localhost with the port of the twin. A proxy must send such a Host header.",
        ));
    };
    if request.headers().contains_key(header::ORIGIN) {
        let origin = only(request, header::ORIGIN);
        if !origin.is_some_and(|origin| is_of_host(origin, host)) {
            return Some(problem(
                StatusCode::FORBIDDEN,
                "Asked by a page of another site",
                "This twin answers only to pages that it has served itself.",
                "Ask from a program, or from the page that this twin serves.",
            ));
        }
    }
    None
}

/// The header's value, when there is exactly one that is text.
fn only(request: &ServiceRequest, name: HeaderName) -> Option<&str> {
    let mut values = request.headers().get_all(name);
    let first = values.next()?;
    match values.next() {
        None => first.to_str().ok(),
        Some(_) => None,
    }
}

/// Whether a `Host` names this machine by a loopback name or address, with any port or none.
fn is_loopback(host: &str) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(address, port)| {
            is_port(port) && address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        });
    }
    let name = host.split(':').next().unwrap_or_default();
    is_port(&host[name.len()..])
        && (name.eq_ignore_ascii_case("localhost")
            || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()))
}

/// Nothing, or a colon with a number.
fn is_port(rest: &str) -> bool {
    rest.is_empty()
        || rest
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Whether a page of `origin` was served under `host`.
fn is_of_host(origin: &str, host: &str) -> bool {
    let place = origin.split_once("://").map(|(_, place)| place);
    place.is_some_and(|place| place.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use actix_web::{App, web};
    use serde_json::Value;

    use super::*;

    async fn ask(headers: &[(&str, &str)]) -> (u16, Option<Value>) {
        let app = App::new()
            .wrap(from_fn(same_host))
            .default_service(web::to(HttpResponse::NoContent));
        let app = init_service(app).await;
        let mut request = TestRequest::post().uri("/api/v1/events");
        for header in headers {
            request = request.append_header(*header);
        }
        let response = call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        if status == 204 {
            return (status, None);
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).unwrap();
        assert_eq!(content_type, "application/problem+json");
        (status, Some(read_body_json(response).await))
    }

    #[actix_web::test]
    async fn whoever_names_this_machine_is_let_through() {
        for host in [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1:8080",
            "127.8.9.10",
            "[::1]",
            "[::1]:8080",
        ] {
            assert_eq!(ask(&[("host", host)]).await.0, 204, "{host}");
            let origin = format!("http://{host}");
            let asked = ask(&[("host", host), ("origin", &origin)]).await;
            assert_eq!(asked.0, 204, "{origin}");
        }
    }

    #[actix_web::test]
    async fn a_foreign_name_is_refused() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "127.0.0.1:80.evil.example",
            "localhost:",
            "192.168.0.1",
            "0.0.0.0",
            "[::2]:8080",
            "[::1].evil.example",
            "[::1",
        ] {
            let (status, body) = ask(&[("host", host)]).await;
            assert_eq!(status, 403, "{host}");
            assert!(!body.unwrap()["what_to_do"].as_str().unwrap().is_empty());
        }
        assert_eq!(ask(&[]).await.0, 403, "no name at all");
        let two = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(ask(&two).await.0, 403);
    }

    #[actix_web::test]
    async fn a_page_of_another_site_is_refused() {
        for origin in [
            "http://evil.example",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "null",
            "",
        ] {
            let asked = ask(&[("host", "localhost:8080"), ("origin", origin)]).await;
            assert_eq!(asked.0, 403, "{origin}");
        }
    }
}
