//! `twin edge`: takes events near the plant and forwards them when the central broker is there.

use actix_web::web::{Data, ServiceConfig};
use ingest::edge::report::EdgeReport;
use ingest::edge::{Edge, EdgeError, EdgeInlet};
use serde_json::json;

use crate::cli::{EdgeArguments, EdgeCommand, EdgeStatusArguments};
use crate::config::require_loopback;
use crate::edge_config::EdgeConfig;
use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::server::{Http, asked_to_stop};
use crate::twin_client::TwinClient;
use crate::{edge_aside, edge_import, edge_routes};

pub(crate) async fn run(arguments: EdgeArguments) -> Result<(), Failure> {
    match (&arguments.command, &arguments.config) {
        (Some(EdgeCommand::Status(status)), _) => show_status(status),
        (Some(EdgeCommand::Import(import)), _) => edge_import::run(import),
        (Some(EdgeCommand::Aside(aside)), _) => edge_aside::run(aside),
        (None, Some(path)) => {
            let mut config = EdgeConfig::read(path)?;
            config.listen = arguments.listen.unwrap_or(config.listen);
            config.data_dir = arguments.data_dir.unwrap_or(config.data_dir);
            serve(&config, arguments.json).await
        }
        (None, None) => Err(Failure::new(Kind::Config, "give --config")),
    }
}

async fn serve(config: &EdgeConfig, json: bool) -> Result<(), Failure> {
    require_loopback(config.listen)?;
    let edge = Edge::start(config.options()?).map_err(failure_of)?;
    let inlet = edge.inlet().clone();
    let data = Data::new(inlet.clone());
    let routes = move |config: &mut ServiceConfig| {
        config.app_data(Data::clone(&data));
        edge_routes::configure(config);
    };
    let http = Http::bind_routes(config.listen, routes)?;
    let plants: Vec<String> = inlet.plants().map(ToString::to_string).collect();
    let url = format!("http://{}", http.address);
    if json {
        say!("{}", json!({ "url": url, "plants": plants }));
    } else {
        say!("{url} takes events of {}", plants.join(", "));
    }
    serve_until_stopped(http, edge, &inlet).await
}

async fn serve_until_stopped(http: Http, edge: Edge, inlet: &EdgeInlet) -> Result<(), Failure> {
    let handle = http.handle();
    let server = actix_web::rt::spawn(http.serve());
    let failed = tokio::select! {
        () = asked_to_stop() => false,
        () = inlet.failed() => true,
    };
    handle.stop(true).await;
    drop(server.await);
    edge.stop().await;
    match failed {
        false => Ok(()),
        true => {
            let text = "the edge stopped by itself: its disk failed, the log says how";
            Err(Failure::new(Kind::Finding, text))
        }
    }
}

fn failure_of(error: EdgeError) -> Failure {
    match error {
        EdgeError::Open(error) => error.into(),
        EdgeError::Plant(error) => Failure::new(Kind::Config, error),
    }
}

fn show_status(arguments: &EdgeStatusArguments) -> Result<(), Failure> {
    let answer = TwinClient::new(&arguments.edge).get("/api/v1/edge")?;
    if arguments.json {
        say!("{answer}");
        return Ok(());
    }
    let report: EdgeReport = serde_json::from_value(answer).or_fail(Kind::Finding)?;
    let link = match report.link_up {
        true => "up",
        false => "down",
    };
    let since = report.link_since.map(|at| format!(" since {at}"));
    say!("link      {link}{}", since.unwrap_or_default());
    let backlog = report.backlog;
    say!(
        "backlog   {} events, {} bytes",
        backlog.messages,
        backlog.bytes
    );
    if let Some(age_s) = backlog.oldest_age_s {
        say!("oldest    {age_s} s");
    }
    say!(
        "quota     {} of {} bytes",
        report.held_bytes,
        report.quota_bytes
    );
    if report.aside > 0 {
        say!(
            "aside     {} events that the central broker never takes (twin edge aside list)",
            report.aside
        );
    }
    if let Some(why) = report.disk_refuses {
        say!("disk      {why}");
    }
    if let Some(error) = report.last_error {
        say!("last      {error}");
    }
    Ok(())
}
