//! `twin demo`: a whole simulated plant, live, with nothing installed.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use actors::{Input, Intake, PlantClock, PlantOptions};
use bytes::Bytes;
use ingest::delivery::Broker;
use ingest::embedded::{EmbeddedBroker, Refused};
use ingest::topology::PlantTopology;
use projections::{Goal, Kpi, Target};
use serde_json::json;
use simulators::{DEMO_PLANT, Simulation, demo_model};
use tokio::time::Instant;
use twin_model::{Event, PlantId, Time, wire};

use crate::cli::DemoArguments;
use crate::config::require_loopback;
use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::opened::Opened;
use crate::say::say;
use crate::serve::serve_until_stopped;
use crate::server::Http;

/// How often the plant is told how far its clock has come, in simulated seconds.
const TICK_S: i64 = 60;
/// What a hold of the demo may last at most, in seconds of its plant: it lasts two hours.
const HOLD_S: u64 = 3_600;
/// How long to wait before a full embedded queue is tried again.
const FULL_WAIT: Duration = Duration::from_millis(20);

pub(crate) async fn run(arguments: DemoArguments) -> Result<(), Failure> {
    require_loopback(arguments.listen)?;
    let plant: PlantId = DEMO_PLANT.parse().or_fail(Kind::Finding)?;
    let temporary;
    let data_dir: PathBuf = match &arguments.data_dir {
        Some(dir) => dir.clone(),
        None => {
            temporary = tempfile::Builder::new()
                .prefix("plant-twin-demo-")
                .tempdir()
                .or_fail(Kind::Finding)?;
            temporary.path().to_owned()
        }
    };
    let broker = EmbeddedBroker::new();
    let topology = PlantTopology::new(&plant).or_fail(Kind::Finding)?;
    broker.declare_plant(&topology).or_fail(Kind::Finding)?;
    let options = PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new(plant.clone(), data_dir::of_plant(&data_dir, &plant))
    };
    let opened = Opened::start(vec![options], Some(Broker::Embedded(broker.clone()))).await?;
    opened.keep_kpis(|_| demo_targets())?;
    let http = Http::bind(arguments.listen, &opened)?;
    let Some(handle) = opened.plants.first() else {
        return Err(Failure::new(Kind::Finding, "the demo plant is not open"));
    };
    if handle.ledger().head().commit_no > 0 {
        let text = format!(
            "{} holds the plant of an earlier demo; give an empty --data-dir, or none",
            data_dir.display()
        );
        return Err(Failure::new(Kind::Conflict, text));
    }
    let opening = start_of_minute();
    let simulation =
        Simulation::new(&demo_model(), arguments.seed, opening).or_fail(Kind::Finding)?;
    let pacer = Pacer {
        simulation,
        pace: arguments.pace,
        broker,
        topology,
        intake: handle.intake().clone(),
    };
    let pacing = actix_web::rt::spawn(pacer.run());
    announce(&arguments, &http, &plant);
    let outcome = serve_until_stopped(http, opened).await;
    pacing.abort();
    outcome
}

/// What the demo's people want of their plant.
fn demo_targets() -> Vec<Target> {
    let target = |name: &str, kpi, goal, owner: &str| Target {
        name: name.into(),
        kpi,
        of: None,
        goal,
        window_h: 24,
        samples_min: 1,
        owner: owner.into(),
        escalate_after_min: None,
        escalate_to: None,
    };
    vec![
        target("holds", Kpi::HoldTime, Goal::P95AtMostS(HOLD_S), "quality"),
        target(
            "exceptions",
            Kpi::ExceptionBacklog,
            Goal::NowAtMost(0),
            "planning",
        ),
    ]
}

fn announce(arguments: &DemoArguments, http: &Http, plant: &PlantId) {
    let url = format!("http://{}", http.address);
    if arguments.json {
        let ready = json!({ "url": url, "plants": [plant], "seed": arguments.seed });
        say!("{ready}");
        return;
    }
    say!(
        "\nThe plant {plant} runs at {url} ({} simulated seconds per second, seed {}).\n\n\
         Three things to try:\n  \
         1. Open {url} and watch: after about 20 seconds quality holds a raw lot, everything made \
         from it turns red, and shipments are blocked.\n  \
         2. Ask why: curl -s '{url}/api/v1/plants/{plant}/shipments?state=blocked'\n  \
         3. Follow the changes: curl -N '{url}/api/v1/stream?plant={plant}'\n\n\
         Ctrl-C ends it.",
        arguments.pace,
        arguments.seed,
    );
}

/// Now, without its seconds: the plant's history ends there and its life begins.
fn start_of_minute() -> Time {
    let seconds = SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_secs();
    let minute = i64::try_from(seconds / 60).unwrap_or(0);
    Time::EPOCH.plus_seconds(minute * 60)
}

/// Publishes the simulation's events at its pace.
struct Pacer {
    simulation: Simulation,
    pace: u32,
    broker: EmbeddedBroker,
    topology: PlantTopology,
    intake: Intake,
}

impl Pacer {
    async fn run(mut self) {
        let opening = self.simulation.opening();
        let started = Instant::now();
        let mut next_tick = opening;
        while let Some(event) = self.simulation.next() {
            // The history is handed over at once.
            let since_opening = event.time.micros_since(opening).max(0);
            let due = Duration::from_micros(u64::try_from(since_opening).unwrap_or(0)) / self.pace;
            tokio::time::sleep_until(started + due).await;
            if event.time >= next_tick {
                // The simulation gives events in the order of their times, so nothing earlier comes.
                next_tick = event.time.plus_seconds(TICK_S);
                if self
                    .intake
                    .submit(vec![Input::tick(event.time)])
                    .await
                    .is_err()
                {
                    return;
                }
            }
            if !self.publish(&event).await {
                return;
            }
        }
    }

    /// Publishes one event, waiting while the queue is full. False when there is nobody left.
    async fn publish(&self, event: &Event) -> bool {
        let body = Bytes::from(wire::encode(event));
        loop {
            let type_name = event.body.type_name();
            match self
                .broker
                .publish_event(&self.topology, type_name, body.clone())
            {
                Ok(_unawaited) => return true,
                Err(Refused::Full { .. }) => tokio::time::sleep(FULL_WAIT).await,
                Err(error) => {
                    tracing::error!(%error, "the simulation stops");
                    return false;
                }
            }
        }
    }
}
