//! Key figures of a plant: how long things take between the systems, and how well they go.
//!
//! They are counted commit by commit into hours of the plant's time, kept in a file beside the
//! journal, and made again from the journal when that file is not there: the same commits give the
//! same figures and the same breaches of targets.

mod durations;
mod figure;
mod keeper;
mod kept;
mod observer;
mod series;
mod tally;
mod target;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use self::figure::{FigureView, figures};
pub(crate) use self::keeper::Keeper;
pub(crate) use self::series::HOURS_MAX;
pub use self::target::{BREACHES_MAX, BreachView, Goal, Target, TargetError};

/// A key figure.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kpi {
    /// From when something happened to when the twin had it durably; by source and class.
    SyncLatency,
    /// From the creation of an order to its release.
    ReleaseCycleTime,
    /// From the placing of a hold to its release.
    HoldTime,
    /// From an exception to its end.
    ExceptionTime,
    /// By how much orders ended after they were due; one that was early counts zero.
    Lateness,
    /// Orders that ended when they were due or before, among those that ended and had a due time.
    ScheduleAdherence,
    /// Good pieces among good and scrapped ones of orders that ended; by material.
    Yield,
    /// Commands that were acknowledged among all that were answered or given up; by system.
    PostingSuccess,
    /// Overall equipment effectiveness (ISO 22400-2) of the closed windows; by work center.
    Oee,
    /// Exceptions that are open now.
    ExceptionBacklog,
    /// How long the oldest open exception is open.
    ExceptionAge,
}

/// What is measured in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Duration,
    Share,
    Now,
}

impl Kpi {
    /// All of them.
    pub const ALL: [Kpi; 11] = [
        Kpi::SyncLatency,
        Kpi::ReleaseCycleTime,
        Kpi::HoldTime,
        Kpi::ExceptionTime,
        Kpi::Lateness,
        Kpi::ScheduleAdherence,
        Kpi::Yield,
        Kpi::PostingSuccess,
        Kpi::Oee,
        Kpi::ExceptionBacklog,
        Kpi::ExceptionAge,
    ];

    pub(crate) fn measure(self) -> Measure {
        match self {
            Kpi::SyncLatency
            | Kpi::ReleaseCycleTime
            | Kpi::HoldTime
            | Kpi::ExceptionTime
            | Kpi::Lateness => Measure::Duration,
            Kpi::ScheduleAdherence | Kpi::Yield | Kpi::PostingSuccess | Kpi::Oee => Measure::Share,
            Kpi::ExceptionBacklog | Kpi::ExceptionAge => Measure::Now,
        }
    }

    /// What it is counted from.
    pub(crate) fn inputs(self) -> &'static str {
        match self {
            Kpi::SyncLatency => {
                "each event that changed something: its time, and when its commit was recorded; \
                 wall-clock plants only"
            }
            Kpi::ReleaseCycleTime => "work_order.created, work_order.released",
            Kpi::HoldTime => "hold.placed, hold.released",
            Kpi::ExceptionTime => "exceptions of messages and commands: first seen, settled",
            Kpi::Lateness | Kpi::ScheduleAdherence => {
                "planned_end of orders, and the end of their last operation"
            }
            Kpi::Yield => "good and scrapped quantities of all operations of orders that ended",
            Kpi::PostingSuccess => {
                "command.acknowledged and command.refused, and tries without answer"
            }
            Kpi::Oee => "kpi.closed of work centers, weighted with the length of each window",
            Kpi::ExceptionBacklog | Kpi::ExceptionAge => "exceptions that wait for a person",
        }
    }

    /// Whether there is one of it only.
    pub(crate) fn is_of_the_plant(self) -> bool {
        !matches!(
            self,
            Kpi::SyncLatency | Kpi::Yield | Kpi::PostingSuccess | Kpi::Oee
        )
    }

    /// Its unit.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Kpi::ExceptionBacklog => "1",
            Kpi::ExceptionAge => "s",
            other => match other.measure() {
                Measure::Duration => "s",
                Measure::Share | Measure::Now => "share",
            },
        }
    }
}
