//! How an edge is: for `/api/v1/edge`, `/metrics` and `twin edge status`.

use std::fmt::Write;

use actors::SpoolReport;
use serde::{Deserialize, Serialize};
use twin_model::{PlantId, Time};

use crate::consumer_status::{ConsumerReport, now};
use crate::edge::link::LinkReport;
use crate::topology::Class;

const MICROS_PER_S: i64 = 1_000_000;

/// Messages that wait to be forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Backlog {
    /// How many.
    pub messages: u64,
    /// Their size on the disk, in bytes.
    pub bytes: u64,
    /// When the oldest of them came, by the wall clock; not known of what an earlier run stored,
    /// until the link is up.
    pub oldest: Option<Time>,
    /// How long ago that was, in seconds.
    pub oldest_age_s: Option<u64>,
}

/// One plant's messages of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneReport {
    /// The plant.
    pub plant: PlantId,
    /// `rt` for what is urgent, `nrt` for the rest.
    pub class: String,
    /// What waits.
    pub backlog: Backlog,
    /// The way out.
    pub link: LinkReport,
    /// The way in from the broker at the plant, where there is one.
    pub local: Option<ConsumerReport>,
}

/// How an edge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeReport {
    /// Whether messages are taken: there is room.
    pub takes_messages: bool,
    /// Whether every lane can publish to the central broker now.
    pub link_up: bool,
    /// Since when that is so, by the wall clock.
    pub link_since: Option<Time>,
    /// The last thing that went wrong with a link, also after it was mended.
    pub last_error: Option<String>,
    /// What waits in all lanes.
    pub backlog: Backlog,
    /// How much of the quota is used, in bytes.
    pub held_bytes: u64,
    /// The quota, in bytes.
    pub quota_bytes: u64,
    /// The lanes, by plant, the urgent ones first.
    pub lanes: Vec<LaneReport>,
}

impl Backlog {
    fn of(spool: SpoolReport) -> Backlog {
        let age = |at: Time| now().as_micros().saturating_sub(at.as_micros()) / MICROS_PER_S;
        Backlog {
            messages: spool.messages,
            bytes: spool.bytes,
            oldest: spool.oldest,
            oldest_age_s: spool.oldest.map(|at| u64::try_from(age(at)).unwrap_or(0)),
        }
    }

    fn and(self, other: Backlog) -> Backlog {
        Backlog {
            messages: self.messages + other.messages,
            bytes: self.bytes + other.bytes,
            oldest: self.oldest.into_iter().chain(other.oldest).min(),
            oldest_age_s: self.oldest_age_s.max(other.oldest_age_s),
        }
    }
}

impl LaneReport {
    pub(crate) fn new(
        plant: &PlantId,
        class: Class,
        spool: SpoolReport,
        link: LinkReport,
        local: Option<ConsumerReport>,
    ) -> LaneReport {
        LaneReport {
            plant: plant.clone(),
            class: class.word().to_owned(),
            backlog: Backlog::of(spool),
            link,
            local,
        }
    }
}

impl EdgeReport {
    pub(crate) fn new(lanes: Vec<LaneReport>, held_bytes: u64, quota_bytes: u64) -> EdgeReport {
        let link_up = lanes.iter().all(|lane| lane.link.connected);
        let in_that_state = lanes
            .iter()
            .map(|lane| &lane.link)
            .filter(|link| link.connected == link_up);
        // Up since the last one came up; down since the first one went down.
        let since = in_that_state.map(|link| link.since);
        let link_since = match link_up {
            true => since.max(),
            false => since.min(),
        };
        let mut errors = lanes.iter().map(|lane| &lane.link);
        EdgeReport {
            takes_messages: held_bytes < quota_bytes,
            link_up,
            link_since,
            last_error: errors.find_map(|link| link.last_error.clone()),
            backlog: lanes
                .iter()
                .map(|lane| lane.backlog)
                .fold(Backlog::default(), Backlog::and),
            held_bytes,
            quota_bytes,
            lanes,
        }
    }

    /// The figures in the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, of: &dyn Fn(&LaneReport) -> u64| {
            // Writing to a string cannot fail.
            writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}").ok();
            for lane in &self.lanes {
                let (plant, class) = (escaped(lane.plant.as_str()), &lane.class);
                let value = of(lane);
                writeln!(
                    text,
                    "{name}{{plant=\"{plant}\",class=\"{class}\"}} {value}"
                )
                .ok();
            }
        };
        family(
            "twin_edge_backlog_messages",
            "gauge",
            "Messages that were stored and not forwarded.",
            &|lane| lane.backlog.messages,
        );
        family(
            "twin_edge_backlog_bytes",
            "gauge",
            "Their size on the disk.",
            &|lane| lane.backlog.bytes,
        );
        family(
            "twin_edge_oldest_age_seconds",
            "gauge",
            "How long the oldest of them waits.",
            &|lane| lane.backlog.oldest_age_s.unwrap_or(0),
        );
        family(
            "twin_edge_link_up",
            "gauge",
            "Whether the central broker can be published to.",
            &|lane| u64::from(lane.link.connected),
        );
        family(
            "twin_edge_forwarded_total",
            "counter",
            "Messages that the central broker confirmed since the start.",
            &|lane| lane.link.forwarded,
        );
        for (name, help, value) in [
            (
                "twin_edge_held_bytes",
                "Used of the quota.",
                self.held_bytes,
            ),
            ("twin_edge_quota_bytes", "The quota.", self.quota_bytes),
        ] {
            writeln!(
                text,
                "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
            )
            .ok();
        }
        text
    }
}

/// A value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
