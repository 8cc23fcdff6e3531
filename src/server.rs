//! The HTTP server: composes the routes of the crates.

use std::net::SocketAddr;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::Compress;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get};
use ingest::http::EventRoutes;
use serde_json::json;

use crate::exit::{Failure, Kind};
use crate::opened::{Health, Opened};
use crate::{page, probes, state_route};

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
        let intakes = opened
            .plants
            .iter()
            .map(|p| (p.plant().clone(), p.intake().clone()));
        let events = Data::new(EventRoutes::new(intakes));
        let server = HttpServer::new(move || {
            App::new()
                .wrap(Compress::default())
                .app_data(Data::clone(&health))
                .app_data(Data::clone(&projections))
                .app_data(Data::clone(&events))
                .configure(routes)
                .default_service(web::to(no_such_route))
        })
        .workers(HTTP_THREADS)
        .disable_signals()
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
        .configure(probes::configure)
        .configure(page::configure)
        .service(openapi);
}

async fn no_such_route(request: HttpRequest) -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("application/problem+json")
        .json(json!({
            "type": "about:blank",
            "title": "There is nothing here",
            "status": 404,
            "detail": format!("{} {} is no route of this twin.", request.method(), request.path()),
            "what_to_do": "Look up the routes at /openapi.json.",
        }))
}

/// The description of every route, made from the code.
#[get("/openapi.json")]
async fn openapi() -> HttpResponse {
    let mut description = projections::http::openapi();
    description.merge(ingest::http::openapi());
    description.merge(state_route::openapi());
    description.info.title = "plant-twin".to_owned();
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
    HttpResponse::Ok().json(description)
}

/// Waits until the process is asked to stop (Ctrl-C, SIGTERM), or a plant stops by itself.
pub(crate) async fn until_stopped(health: &Health) {
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not listened for");
                return tokio::signal::ctrl_c().await.unwrap_or_default();
            }
        };
    let plants_ended = async {
        for plant in health.plants.iter() {
            plant.ended().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        () = plants_ended => {}
    }
}
