//! Figures of what comes from the broker and goes there, for `/metrics`.

use std::fmt::Write;

use actors::PlantHandle;
use ingest::consumer_status::{ConsumerReport, ConsumerStatus};
use ingest::relay::RelayReport;

type Ask = Box<dyn Fn() -> RelayReport + Send + Sync>;

/// The consumer and the relay of each plant that a broker feeds.
#[derive(Default)]
pub(crate) struct BrokerMetrics(Vec<(String, ConsumerStatus, Ask)>);

/// A figure of a consumer: its name, kind and meaning, and where it stands.
type Figure = (
    &'static str,
    &'static str,
    &'static str,
    fn(&ConsumerReport) -> u64,
);

const FIGURES: [Figure; 5] = [
    (
        "twin_broker_connected",
        "gauge",
        "1 while deliveries come in; absent without a broker.",
        |r| u64::from(r.connected),
    ),
    (
        "twin_broker_connections_total",
        "counter",
        "Connections opened to the broker.",
        |r| r.connections,
    ),
    (
        "twin_deliveries_total",
        "counter",
        "Messages taken from the broker.",
        |r| r.delivered,
    ),
    (
        "twin_redeliveries_total",
        "counter",
        "Of these, such as had been delivered before.",
        |r| r.redelivered,
    ),
    (
        "twin_acknowledged_total",
        "counter",
        "Messages acknowledged after their commit.",
        |r| r.acknowledged,
    ),
];

impl BrokerMetrics {
    pub(crate) fn add(
        &mut self,
        plant: &PlantHandle,
        consumer: ConsumerStatus,
        relay: impl Fn() -> RelayReport + Send + Sync + 'static,
    ) {
        // Ids of plants need no escaping but for these two.
        let id = plant.plant().to_string();
        let id = id.replace('\\', "\\\\").replace('"', "\\\"");
        self.0
            .push((format!("{{plant=\"{id}\"}}"), consumer, Box::new(relay)));
    }

    /// All figures, in the Prometheus text format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text cannot fail.
        for (name, kind, help, value) in FIGURES {
            let _ok = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, consumer, _) in &self.0 {
                let _ok = writeln!(text, "{name}{labels} {}", value(&consumer.report()));
            }
        }
        let name = "twin_commands_sent_total";
        let help = "Commands that the broker confirmed.";
        let _ok = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
        for (labels, _, relay) in &self.0 {
            let _ok = writeln!(text, "{name}{labels} {}", relay().sent);
        }
        text
    }
}
