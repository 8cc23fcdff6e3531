//! The HTTP server: composes the routes of the crates.

use std::net::SocketAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpServer};
use ingest::http::EventRoutes;

use crate::exit::{Failure, Kind};
use crate::forecasts::Forecasts;
use crate::no_route::{STREAM, no_route};
use crate::opened::{Health, Opened};
use crate::same_host::same_host;
use crate::{
    api_description, check_route, contract_routes, exception_routes, kpi_route, page, probes,
    state_route, what_if_route,
};

/// Threads that answer HTTP.
const HTTP_THREADS: usize = 2;
/// How long open requests may take to end when the server stops, in seconds.
const STOP_S_MAX: u64 = 3;

/// A bound server.
pub(crate) struct Http {
    server: Server,
    /// Where it really listens: with port 0, the system chose.
    pub(crate) address: SocketAddr,
}

impl Http {
    /// Binds the address.
    pub(crate) fn bind(listen: SocketAddr, opened: &Opened) -> Result<Http, Failure> {
        let health = Data::new(opened.health());
        let projections = Data::new(opened.projections.clone());
        let dirs = opened.plants.iter().zip(&opened.dirs);
        let forecasts = Data::new(Forecasts::start(dirs));
        let intakes = opened
            .plants
            .iter()
            .map(|p| (p.plant().clone(), p.intake().clone()));
        let events = Data::new(EventRoutes::new(intakes));
        Http::bind_routes(listen, move |config| {
            config
                .app_data(Data::clone(&health))
                .app_data(Data::clone(&projections))
                .app_data(Data::clone(&forecasts))
                .app_data(Data::clone(&events))
                .configure(routes)
                .default_service(web::to(no_route));
        })
    }

    /// Binds the address for what `configure` adds.
    pub(crate) fn bind_routes(
        listen: SocketAddr,
        configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> Result<Http, Failure> {
        let server = HttpServer::new(move || {
            App::new()
                .wrap(Compress::default())
                .wrap(from_fn(head_as_get))
                .wrap(from_fn(same_host))
                .configure(&configure)
        })
        .workers(HTTP_THREADS)
        .disable_signals()
        // Who closes its side has left: what it asked for must not go on for nobody.
        .h1_allow_half_closed(false)
        .shutdown_timeout(STOP_S_MAX)
        .bind(listen)
        .map_err(|error| {
            Failure::new(
                Kind::Conflict,
                format!("cannot listen on {listen}: {error}; try --listen 127.0.0.1:0"),
            )
        })?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        Ok(Http {
            server: server.run(),
            address,
        })
    }

    /// The handle that stops it.
    pub(crate) fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until stopped.
    pub(crate) async fn serve(self) -> Result<(), Failure> {
        self.server
            .await
            .map_err(|error| Failure::new(Kind::Finding, error))
    }
}

/// All routes of the process.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(ingest::http::configure)
        .configure(projections::http::configure)
        .configure(state_route::configure)
        .configure(check_route::configure)
        .configure(what_if_route::configure)
        .configure(kpi_route::configure)
        .configure(contract_routes::configure)
        .configure(exception_routes::configure)
        .configure(probes::configure)
        .configure(page::configure)
        .configure(api_description::configure);
}

/// Middleware: HEAD is answered as GET is. The connection leaves the body out by itself.
async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if *request.method() == Method::HEAD && request.path() != STREAM {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Waits until the process is asked to stop (Ctrl-C, SIGTERM).
pub(crate) async fn asked_to_stop() {
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not listened for");
                return tokio::signal::ctrl_c().await.unwrap_or_default();
            }
        };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Waits until the process is asked to stop, or a plant stops by itself.
pub(crate) async fn until_stopped(health: &Health) {
    let plants_ended = async {
        for plant in health.plants.iter() {
            plant.ended().await;
        }
    };
    tokio::select! {
        () = asked_to_stop() => {}
        () = plants_ended => {}
    }
}

#[cfg(test)]
mod tests {
    use actors::{PlantClock, PlantOptions};
    use serde_json::Value;

    use super::*;

    struct Answer {
        status: u16,
        content_type: String,
        allow: Option<String>,
        text: String,
    }

    /// Asks a server over a real connection. Never follows, never fails on a status.
    async fn ask(url: &str, method: &str, path: &str, host: Option<&str>) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{url}{path}"));
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(()).unwrap();
        let asked = web::block(move || {
            let config = ureq::Agent::config_builder().http_status_as_error(false);
            let agent: ureq::Agent = config.allow_non_standard_methods(true).build().into();
            let mut response = agent.run(request).unwrap();
            let header = |name| {
                let value = response.headers().get(name);
                value.map(|value| value.to_str().unwrap().to_owned())
            };
            Answer {
                status: response.status().as_u16(),
                content_type: header("content-type").unwrap_or_default(),
                allow: header("allow"),
                text: response.body_mut().read_to_string().unwrap(),
            }
        });
        asked.await.unwrap()
    }

    async fn served(test: impl AsyncFnOnce(&str)) {
        let dir = tempfile::tempdir().unwrap();
        let mut options = PlantOptions::new("P1".parse().unwrap(), dir.path());
        options.clock = PlantClock::EventTime;
        let opened = Opened::start(vec![options], None).await.unwrap();
        let http = Http::bind("127.0.0.1:0".parse().unwrap(), &opened).unwrap();
        let url = format!("http://{}", http.address);
        let handle = http.handle();
        let server = actix_web::rt::spawn(http.serve());
        test(&url).await;
        handle.stop(true).await;
        server.await.unwrap().unwrap();
        opened.close().await;
    }

    fn assert_problem(answer: &Answer, status: u16, what: &str) -> Value {
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        assert_eq!(answer.content_type, "application/problem+json", "{what}");
        let problem: Value = serde_json::from_str(&answer.text).unwrap();
        for text in ["type", "title", "detail", "what_to_do"] {
            assert!(!problem[text].as_str().unwrap().is_empty(), "{what}");
        }
        problem
    }

    #[actix_web::test]
    async fn what_is_nowhere_or_asked_the_wrong_way_is_a_problem_with_the_way_out() {
        served(async |url| {
            for (path, says) in [
                ("/nowhere", "/openapi.json"),
                ("/live/", "/live,"),
                ("/api/v1/plants/", "/api/v1/plants,"),
                ("/docs/errors/unknown", "/docs/errors/README"),
                ("/assets/none.js", "/docs/errors/README"),
                ("/api/v1/plants/P9/state", "/api/v1/plants"),
                ("/api/v1/plants/P1/lots/L-9", "TWIN-R01"),
            ] {
                let answer = ask(url, "GET", path, None).await;
                let problem = assert_problem(&answer, 404, path);
                assert!(problem.to_string().contains(says), "{path}: {problem}");
            }
            for (method, path, allow) in [
                ("GET", "/api/v1/events", "POST"),
                ("DELETE", "/api/v1/plants/P1/lots/L-1", "GET, HEAD"),
                ("PUT", "/", "GET, HEAD"),
                ("POST", "/live", "GET, HEAD"),
                ("HEAD", "/api/v1/stream", "GET"),
                ("POST", "/openapi.json", "GET, HEAD"),
            ] {
                let answer = ask(url, method, path, None).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert_eq!(answer.allow.as_deref(), Some(allow), "{method} {path}");
                if method != "HEAD" {
                    assert_problem(&answer, 405, path);
                }
            }
        })
        .await;
    }

    #[actix_web::test]
    async fn the_head_of_an_answer_can_be_asked_for_alone() {
        served(async |url| {
            for path in ["/", "/live", "/ready", "/api/v1/plants", "/openapi.json"] {
                let answer = ask(url, "HEAD", path, None).await;
                let whole = ask(url, "GET", path, None).await;
                assert_eq!((answer.status, whole.status), (200, 200), "{path}");
                assert_eq!(answer.content_type, whole.content_type, "{path}");
                assert_eq!(answer.text, "", "{path}");
            }
        })
        .await;
    }

    #[actix_web::test]
    async fn every_route_is_closed_to_a_foreign_name() {
        served(async |url| {
            for (method, path) in [
                ("GET", "/"),
                ("GET", "/live"),
                ("GET", "/api/v1/plants"),
                ("POST", "/api/v1/events"),
                ("GET", "/nowhere"),
            ] {
                let answer = ask(url, method, path, Some("evil.example")).await;
                assert_problem(&answer, 403, path);
            }
            assert_eq!(
                ask(url, "GET", "/live", Some("localhost")).await.status,
                200
            );
        })
        .await;
    }
}
