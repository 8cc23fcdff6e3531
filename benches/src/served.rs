//! The query routes behind a real server, on threads of their own as in the twin.

use std::thread;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpServer};
use anyhow::{Context, Result};
use projections::Projections;

/// Threads that answer, as in the twin.
pub const HTTP_THREADS: usize = 2;

/// Serves the routes, and what `beside` adds to them, until the process ends; gives the address.
///
/// # Errors
/// When no address can be listened on.
pub async fn serve(
    projections: &Projections,
    beside: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> Result<String> {
    let data = Data::new(projections.clone());
    let (tell, address) = tokio::sync::oneshot::channel();
    let serve = move || {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::clone(&data))
                .configure(projections::http::configure)
                .configure(beside.clone())
        });
        let server = server
            .workers(HTTP_THREADS)
            .disable_signals()
            .bind("127.0.0.1:0")?;
        let bound = server.addrs().first().context("no address")?.to_string();
        tell.send(bound).ok();
        actix_web::rt::System::new().block_on(server.run())?;
        anyhow::Ok(())
    };
    thread::Builder::new()
        .name("http".to_owned())
        .spawn(serve)?;
    address.await.context("the server did not start")
}
