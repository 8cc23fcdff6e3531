//! Which faults, how often and how hard: a plan that people write as TOML and programs as JSON.

use serde::{Deserialize, Serialize};
use twin_model::PlantId;

use crate::faults::bounds::{InvalidPlan, check_plan};

/// The faults of a run. What is absent does not occur. All times are simulated time.
///
/// Nothing here breaks the order of one source about one operation or object: the twin asks its
/// sources for that order, so a source that sends again does so from the gap on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultPlan {
    /// The same message again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Duplicate>,
    /// The same content under a new id, right behind the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_id: Option<Chance>,
    /// Messages that overtake each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reorder: Option<Reorder>,
    /// Late messages, with a heavy tail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// Lost messages, filled in later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<Loss>,
    /// Unreadable messages before the right ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrupt: Option<Corrupt>,
    /// Clocks that are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// The link of the plant is down; then comes what was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// A system starts again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
    /// Releases of orders that come late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_release: Option<LateRelease>,
    /// Of all starts of operations, those after which the ERP cancels the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_after_start: Option<Chance>,
    /// Holds on orders whose operation the MES reports as done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<Contradiction>,
    /// What the broker does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker: Option<Broker>,
    /// Messages that nobody can read, over and over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poison: Option<Poison>,
    /// When whoever takes the messages is slow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_consumer: Option<SlowConsumer>,
    /// Another plant that says the same under the same ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_ids: Option<SameIds>,
}

/// A part of all events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chance {
    /// Which part of the events, 0 to 1.
    pub probability: f64,
}

/// Messages that come twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duplicate {
    /// Which part of the messages, 0 to 1.
    pub probability: f64,
    /// How long after the first the second comes at most, in seconds.
    pub within_s: u32,
}

/// Messages that overtake each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reorder {
    /// Which part of the messages, 0 to 1.
    pub probability: f64,
    /// How much later such a message comes at most, in seconds.
    pub window_s: u32,
}

/// Late messages: `least_s / u^(1/tail)` seconds with `u` even in (0, 1), the distribution of
/// Pareto (Arnold, Pareto Distributions, 2015, type I).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Which part of the messages, 0 to 1.
    pub probability: f64,
    /// The least of the delays, in seconds.
    pub least_s: u32,
    /// The exponent of the tail; the smaller, the heavier. Below 1 there is no mean.
    pub tail: f64,
    /// No delay is longer, in seconds.
    pub most_s: u32,
}

/// Lost messages. Their source sees the gap at its next look and sends from there on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Which part of the messages, 0 to 1.
    pub probability: f64,
    /// How often sources look for gaps, in seconds.
    pub look_every_s: u32,
}

/// Unreadable messages. The right one follows at once, as from a sender that was told so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corrupt {
    /// Which part of the messages, 0 to 1.
    pub probability: f64,
    /// In which ways; all when absent.
    #[serde(default = "all_corruptions")]
    pub kinds: Vec<Corruption>,
}

/// A way in which a message is corrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corruption {
    /// It ends in its middle.
    Truncated,
    /// It is no UTF-8.
    BadUtf8,
    /// A value has another type.
    WrongType,
    /// Its version is unknown.
    UnknownVersion,
    /// It has no correlation id. That is allowed, so the event itself goes without.
    NoCorrelation,
}

fn all_corruptions() -> Vec<Corruption> {
    vec![
        Corruption::Truncated,
        Corruption::BadUtf8,
        Corruption::WrongType,
        Corruption::UnknownVersion,
        Corruption::NoCorrelation,
    ]
}

/// Wrong clocks. Skew, drift and zone belong to a source for the whole run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clock {
    /// A clock is at most this far ahead or behind, in seconds.
    pub skew_s: u32,
    /// A clock drifts by at most this much either way, in millionths.
    pub drift_ppm: u32,
    /// Which part of the sources writes local time as UTC, 0 to 1.
    pub zone_share: f64,
    /// What their local time is ahead of UTC, in minutes.
    pub zone_min: i32,
    /// Which part of the events is dated ahead, 0 to 1.
    pub future_probability: f64,
    /// How far ahead they are dated, in seconds.
    pub future_s: u32,
}

/// The link of the plant is down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// From one outage to the next, on average, in seconds.
    pub every_s: u32,
    /// How long each lasts, in seconds.
    pub length_s: u32,
    /// Whether what was stored comes in its order; otherwise only each source keeps its own.
    pub ordered: bool,
}

/// A system starts again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restart {
    /// Sources whose names begin so; those of the MES when absent.
    #[serde(default = "the_mes")]
    pub source: String,
    /// From one start to the next, on average, in seconds.
    pub every_s: u32,
    /// It sends again what it sent in this time before, in seconds.
    pub resend_s: u32,
    /// Whether its sequence numbers begin at one again.
    pub reset_counter: bool,
}

fn the_mes() -> String {
    "/mes".to_owned()
}

/// Releases of orders that come late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateRelease {
    /// Which part of the releases, 0 to 1.
    pub probability: f64,
    /// How late, in seconds.
    pub delay_s: u32,
}

/// Quality holds an order whose operation is reported as done, and lets it go later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// Which part of the completions, 0 to 1.
    pub probability: f64,
    /// How long the hold stands, in seconds.
    pub hold_s: u32,
}

/// What the broker does. Kills and nacks are told to whoever sends, who carries them out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Broker {
    /// From one kill to the next, on average, in seconds; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kill_every_s: Option<u32>,
    /// From one refused confirm to the next, on average, in seconds; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nack_every_s: Option<u32>,
    /// Which part of the messages is first published where no queue is, 0 to 1.
    pub unroutable: f64,
    /// Which part of the messages is delivered twice in a row, 0 to 1.
    pub redelivery: f64,
}

/// Messages that nobody can read, over and over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poison {
    /// Behind which part of the messages, 0 to 1.
    pub probability: f64,
    /// How often each comes, a second apart.
    pub times: u32,
}

/// Whoever takes the messages is slow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlowConsumer {
    /// From one time to the next, on average, in seconds.
    pub every_s: u32,
    /// How long it is slow, in seconds.
    pub length_s: u32,
}

/// Another plant with the same ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SameIds {
    /// Its name.
    pub plant: PlantId,
}

impl FaultPlan {
    /// Checks all values.
    ///
    /// # Errors
    /// [`InvalidPlan`] naming the first key that is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), InvalidPlan> {
        check_plan(self)
    }
}
