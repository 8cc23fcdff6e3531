//! How an edge is: for `/api/v1/edge`, `/metrics` and `twin edge status`.

use std::fmt::Write;

use actors::{EVENT_BYTES_MAX, QuotaReport, Share, Spool, SpoolReport};
use serde::{Deserialize, Serialize};
use twin_model::{PlantId, Time};

use crate::consumer_status::{ConsumerReport, now};
use crate::edge::link::LinkReport;
use crate::topology::Class;

const MICROS_PER_S: i64 = 1_000_000;
/// What one request may bring, in bytes.
const REQUEST_BYTES: u64 = EVENT_BYTES_MAX as u64;

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
    /// Messages that the central broker refuses for good, and that wait for a person.
    pub aside: u64,
    /// The way out.
    pub link: LinkReport,
    /// The way in from the broker at the plant, where there is one.
    pub local: Option<ConsumerReport>,
}

/// How an edge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeReport {
    /// Whether messages of every kind are taken: the quota has room for the largest request. The
    /// disk is told of apart.
    pub takes_messages: bool,
    /// Whether urgent messages are taken; some of the quota is kept for them.
    pub takes_urgent: bool,
    /// Why nothing can be stored on the disk, when somebody has looked and that was so.
    pub disk_refuses: Option<String>,
    /// Whether every lane can publish to the central broker now.
    pub link_up: bool,
    /// Since when that is so, by the wall clock.
    pub link_since: Option<Time>,
    /// The last thing that went wrong with a link, also after it was mended.
    pub last_error: Option<String>,
    /// What waits in all lanes.
    pub backlog: Backlog,
    /// Messages of all lanes that the central broker refuses for good.
    pub aside: u64,
    /// How much of the quota is used, in bytes.
    pub held_bytes: u64,
    /// The quota, in bytes.
    pub quota_bytes: u64,
    /// How much of `held_bytes` is not urgent.
    pub rest_held_bytes: u64,
    /// What of the quota may be used by what is not urgent, in bytes.
    pub rest_quota_bytes: u64,
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
        spool: &Spool,
        link: LinkReport,
        local: Option<ConsumerReport>,
    ) -> LaneReport {
        LaneReport {
            plant: plant.clone(),
            class: class.word().to_owned(),
            backlog: Backlog::of(spool.report()),
            aside: spool.set_aside().len() as u64,
            link,
            local,
        }
    }
}

impl EdgeReport {
    pub(crate) fn new(lanes: Vec<LaneReport>, quota: QuotaReport) -> EdgeReport {
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
            takes_messages: quota.has_room(Share::Rest, REQUEST_BYTES),
            takes_urgent: quota.has_room(Share::Urgent, REQUEST_BYTES),
            disk_refuses: None,
            link_up,
            link_since,
            last_error: errors.find_map(|link| link.last_error.clone()),
            backlog: lanes
                .iter()
                .map(|lane| lane.backlog)
                .fold(Backlog::default(), Backlog::and),
            aside: lanes.iter().map(|lane| lane.aside).sum(),
            held_bytes: quota.held_bytes,
            quota_bytes: quota.bytes_max,
            rest_held_bytes: quota.rest_held_bytes,
            rest_quota_bytes: quota.rest_bytes_max,
            lanes,
        }
    }

    /// What stands against taking messages, a sentence each; nothing when all are taken. That the
    /// link is down stands against nothing.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.takes_urgent {
            reasons.push(format!(
                "the quota is used up: {} of {} bytes wait for the central broker",
                self.held_bytes, self.quota_bytes
            ));
        } else if !self.takes_messages {
            reasons.push(format!(
                "only urgent events are taken: of all others {} of {} bytes wait for the central \
                 broker",
                self.rest_held_bytes, self.rest_quota_bytes
            ));
        }
        reasons.extend(self.disk_refuses.clone());
        for lane in &self.lanes {
            let Some(local) = lane.local.as_ref().filter(|local| !local.connected) else {
                continue;
            };
            let why = local.last_error.as_deref().unwrap_or("not connected yet");
            reasons.push(format!(
                "plant {} ({}): the broker at the plant is not connected: {why}",
                lane.plant, lane.class
            ));
        }
        reasons
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
            "twin_edge_aside_messages",
            "gauge",
            "Messages that the central broker refuses for good.",
            &|lane| lane.aside,
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
            (
                "twin_edge_disk_refuses",
                "Whether the disk has no room, whatever the quota says.",
                u64::from(self.disk_refuses.is_some()),
            ),
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
