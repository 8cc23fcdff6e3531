//! A plant with an edge: a broker near it, the central broker behind a link that can fail, and a
//! twin there.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use ingest::topology::{IN_EXCHANGE, PlantTopology};
use lapin::options::{BasicGetOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::fault_proxy::FaultProxy;
use crate::own_broker::OwnBroker;
use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, twin};

/// RabbitMQ 3.10 forgets a quorum queue whose declaration is too young when it is killed (ADR
/// 0038). The central queues are older than this when the drill kills.
const QUEUES_REMEMBERED_AFTER: Duration = Duration::from_secs(10);
/// How long one answer of the edge may take.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// The smallest quota that an edge takes.
pub(crate) const QUOTA_MIB: u64 = 64;

/// All of it, with the edge itself left to the drill.
pub(crate) struct Site {
    pub(crate) central: OwnBroker,
    pub(crate) link: FaultProxy,
    /// The plant's queues at the broker near it.
    pub(crate) local: PlantQueues,
    pub(crate) twin: TwinProcess,
    pub(crate) dir: TempDir,
    /// Where the edge listens, the same in all its lives.
    pub(crate) edge_url: String,
    /// What `TWIN_CHAOS` says to the edge.
    pub(crate) controls: &'static str,
    tap: Tap,
    since: Instant,
    _runtime: Runtime,
}

impl Site {
    pub(crate) fn new(controls: &'static str) -> Site {
        let central = OwnBroker::start();
        let runtime = Runtime::new().unwrap();
        let uri: lapin::uri::AMQPUri = central.url.parse().unwrap();
        let address = format!("{}:{}", uri.authority.host, uri.authority.port);
        let link = runtime.block_on(FaultProxy::before(address));
        let local = PlantQueues::at(broker_url(), "edge");
        // The edge takes from what is there; declared before anybody publishes.
        local.publish::<&[u8]>(&[]);
        let dir = TempDir::new().unwrap();
        let served = Served {
            plant: &local.plant,
            clock: "event_time",
            broker: Some(&central.url),
        };
        let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let edge_url = format!("http://{}", socket.local_addr().unwrap());
        let site = Site {
            tap: Tap::bind(&central.url, &local.plant),
            central,
            link,
            local,
            twin,
            dir,
            edge_url,
            controls,
            since: Instant::now(),
            _runtime: runtime,
        };
        site.write_config();
        site
    }

    pub(crate) fn plant(&self) -> &str {
        &self.local.plant
    }

    fn config_path(&self) -> PathBuf {
        self.dir.path().join("edge.toml")
    }

    fn write_config(&self) {
        let text = format!(
            "data_dir = {:?}\nquota_mib = {QUOTA_MIB}\n\
             [central]\nurl = \"amqp://guest:guest@{}/%2f\"\n[local]\nurl = \"{}\"\n\
             [[plant]]\nid = \"{}\"\n",
            self.dir.path().join("edge-data"),
            self.link.address,
            broker_url(),
            self.plant(),
        );
        fs::write(self.config_path(), text).unwrap();
    }

    /// Starts the edge, which may be told at which passage of which point to end. It may not serve
    /// yet when this returns.
    pub(crate) fn start_edge(&self, kill_at: Option<(&str, u64)>) -> EdgeLife {
        let listen = self.edge_url.trim_start_matches("http://");
        let kills = self.dir.path().join("kills.log");
        drop(fs::remove_file(&kills));
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.edge_log_path());
        let mut command = twin();
        command
            .args(["edge", "--listen", listen, "--json", "--config"])
            .arg(self.config_path())
            .env("TMPDIR", self.dir.path())
            .env("TWIN_CHAOS", self.controls)
            .env("TWIN_SEGMENT_BYTES", SEGMENT_BYTES)
            .env("TWIN_KILL_LOG", &kills)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.unwrap());
        if let Some((point, passage)) = kill_at {
            command.env("TWIN_KILL_AT", format!("{point}:{passage}"));
        }
        EdgeLife {
            child: command.spawn().expect("the binary starts"),
            kills,
        }
    }

    fn edge_log_path(&self) -> PathBuf {
        self.dir.path().join("edge.log")
    }

    /// What the edge said last.
    pub(crate) fn edge_log(&self) -> String {
        let log = fs::read_to_string(self.edge_log_path()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(40).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// How the edge says that it is; nothing when nobody answers.
    pub(crate) fn edge_report(&self) -> Option<Value> {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_WAIT))
            .build();
        let asked = ureq::Agent::from(config).get(format!("{}/api/v1/edge", self.edge_url));
        let text = asked.call().ok()?.body_mut().read_to_string().ok()?;
        serde_json::from_str(&text).ok()
    }

    /// How long until the central queues outlive a kill of their broker.
    pub(crate) fn until_remembered(&self) -> Duration {
        QUEUES_REMEMBERED_AFTER.saturating_sub(self.since.elapsed())
    }

    /// Every message that reached the central broker since the start, in its order there.
    pub(crate) fn arrived(&self) -> Vec<Value> {
        self.tap.take(&self.central.url)
    }
}

/// So small that a drill sees segments being deleted.
const SEGMENT_BYTES: &str = "20000";

/// One life of the edge; ended when dropped.
pub(crate) struct EdgeLife {
    child: Child,
    kills: PathBuf,
}

impl EdgeLife {
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// At which point it ended itself.
    pub(crate) fn ended_at(&self) -> String {
        let log = fs::read_to_string(&self.kills).unwrap_or_default();
        log.trim().to_owned()
    }

    /// `kill -9`. Whether it was still there.
    pub(crate) fn kill(mut self) -> bool {
        let lived = !self.has_ended();
        drop((self.child.kill(), self.child.wait()));
        lived
    }
}

impl Drop for EdgeLife {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        drop((self.child.kill(), self.child.wait()));
    }
}

/// A queue of our own that gets a copy of everything for the plant.
struct Tap {
    queue: String,
    runtime: Runtime,
}

impl Tap {
    fn bind(url: &str, plant: &str) -> Tap {
        let runtime = Runtime::new().unwrap();
        let queue = format!("test.tap.{plant}");
        let topology = PlantTopology::new(&plant.parse().unwrap()).unwrap();
        on_channel(&runtime, url, async |channel| {
            topology.declare(channel).await.unwrap();
            let mut quorum = FieldTable::default();
            quorum.insert(
                "x-queue-type".into(),
                AMQPValue::LongString("quorum".into()),
            );
            let (name, options) = (queue.as_str().into(), QueueDeclareOptions::durable());
            channel.queue_declare(name, options, quorum).await.unwrap();
            let (options, none) = (QueueBindOptions::default(), FieldTable::default());
            let (name, key) = (queue.as_str().into(), format!("{plant}.#"));
            let exchange = IN_EXCHANGE.into();
            let bound = channel.queue_bind(name, exchange, key.as_str().into(), options, none);
            bound.await.unwrap();
        });
        Tap { queue, runtime }
    }

    fn take(&self, url: &str) -> Vec<Value> {
        let mut taken = Vec::new();
        on_channel(&self.runtime, url, async |channel| {
            let options = BasicGetOptions { no_ack: true };
            let next = async || channel.basic_get(self.queue.as_str().into(), options).await;
            while let Some(message) = next().await.unwrap() {
                taken.push(serde_json::from_slice(&message.delivery.data).unwrap());
            }
        });
        taken
    }
}

fn on_channel(runtime: &Runtime, url: &str, work: impl AsyncFnOnce(&Channel)) {
    runtime.block_on(async {
        let opened = Connection::connect(url, ConnectionProperties::default()).await;
        let connection = opened.unwrap();
        let channel = connection.create_channel().await.unwrap();
        work(&channel).await;
        connection.close(200, "done".into()).await.unwrap();
    });
}
