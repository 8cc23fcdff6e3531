//! `twin serve`: real plants on RabbitMQ.

use actors::PlantOptions;
use ingest::delivery::Broker;
use serde_json::json;

use crate::cli::ServeArguments;
use crate::config::{Config, PlantConfig, require_loopback};
use crate::data_dir;
use crate::exit::{Failure, Kind};
use crate::opened::Opened;
use crate::reader;
use crate::say::say;
use crate::server::{Http, until_stopped};

const SECONDS_PER_HOUR: i64 = 3600;

pub(crate) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let mut config = Config::read(&arguments.config)?;
    config.listen = arguments.listen.unwrap_or(config.listen);
    config.data_dir = arguments.data_dir.unwrap_or(config.data_dir);
    require_loopback(config.listen)?;
    if arguments.read_only {
        return reader::run(&config, arguments.json).await;
    }
    let broker = match &config.broker {
        Some(broker) => Some(Broker::Amqp(broker.url("broker")?)),
        None => None,
    };
    let options = config
        .plants
        .iter()
        .map(|plant| options_of(plant, &config))
        .collect::<Result<Vec<_>, Failure>>()?;
    let redis = config.redis.as_ref().map(|redis| redis.target());
    let redis = redis.transpose()?;
    let publish = config.publish.as_ref().map(|publish| publish.retention());
    let publish = publish.transpose()?;
    let mut opened = Opened::start(options, broker.clone()).await?;
    opened.keep_kpis(|id| {
        let plant = config.plants.iter().find(|plant| plant.id == *id);
        plant.map_or_else(Vec::new, |plant| plant.targets.clone())
    })?;
    if let (Some(retention), Some(Broker::Amqp(url))) = (publish, &broker) {
        opened.publish_to(url, retention)?;
    }
    if let Some(redis) = &redis {
        opened.copy_to(redis);
    }
    let http = Http::bind(config.listen, &opened)?;
    let plants: Vec<String> = opened
        .plants
        .iter()
        .map(|p| p.plant().to_string())
        .collect();
    let url = format!("http://{}", http.address);
    if arguments.json {
        say!("{}", json!({ "url": url, "plants": plants }));
    } else {
        say!("{url} serves {}", plants.join(", "));
    }
    serve_until_stopped(http, opened).await
}

fn options_of(plant: &PlantConfig, config: &Config) -> Result<PlantOptions, Failure> {
    Ok(PlantOptions {
        retention: plant.retention()?,
        clock: plant.clock.into(),
        durability: plant.durability,
        parking_limit_s: i64::from(plant.parking_limit_h) * SECONDS_PER_HOUR,
        ..PlantOptions::new(
            plant.id.clone(),
            data_dir::of_plant(&config.data_dir, &plant.id),
        )
    })
}

/// Serves until asked to stop, then closes everything in order.
pub(crate) async fn serve_until_stopped(http: Http, opened: Opened) -> Result<(), Failure> {
    let health = opened.health();
    let handle = http.handle();
    let server = actix_web::rt::spawn(http.serve());
    until_stopped(&health).await;
    let failed = health.plants.iter().any(|plant| !plant.is_open());
    handle.stop(true).await;
    drop(server.await);
    opened.close().await;
    if failed {
        let text = "a plant stopped by itself: its journal failed, the log says why";
        return Err(Failure::new(Kind::Finding, text));
    }
    Ok(())
}
