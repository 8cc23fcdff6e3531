//! The stored form of a work center.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::configuration::Configurations;
use crate::connection::Connection;
use crate::counter_series::CounterSeries;
use crate::maintenance::Maintenance;
use crate::time_line::TimeLine;
use crate::work_center::Planning;
use crate::{
    Claims, Configuration, CountCell, CounterModulus, Decimal, Folded, HoldId, MaintenanceDone,
    OperationId, PagedMap, Pieces, PlannedStop, Reading, Run, Sample, SessionChange, StateFact,
    Time, WorkCenter, WorkCenterId, WorkOrderId,
};

/// An operation at a work center, with what is known of it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtWorkCenter<T> {
    /// The order.
    pub order: WorkOrderId,
    /// The operation.
    pub op: OperationId,
    /// Its run, or its priority.
    pub value: T,
}

fn listed<T: Clone>(map: &PagedMap<(WorkOrderId, OperationId), T>) -> Vec<AtWorkCenter<T>> {
    map.iter()
        .map(|((order, op), value)| AtWorkCenter {
            order: order.clone(),
            op: op.clone(),
            value: value.clone(),
        })
        .collect()
}

fn mapped<T: Clone>(list: Vec<AtWorkCenter<T>>) -> PagedMap<(WorkOrderId, OperationId), T> {
    list.into_iter()
        .map(|entry| ((entry.order, entry.op), entry.value))
        .collect()
}

/// A stored [`Configuration`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct ConfigurationState {
    pub at: Time,
    pub capacity: u32,
    pub shifts: Vec<(Time, Time)>,
    pub ideal_s_per_unit: Option<Decimal>,
    pub silent_after_s: Option<u32>,
    pub counter_modulus: CounterModulus,
    pub kpi_window_s: Option<u32>,
}

impl From<&Configuration> for ConfigurationState {
    fn from(version: &Configuration) -> ConfigurationState {
        ConfigurationState {
            at: version.at,
            capacity: version.capacity,
            shifts: version.shifts.to_vec(),
            ideal_s_per_unit: version.ideal_s_per_unit,
            silent_after_s: version.silent_after_s,
            counter_modulus: version.counter_modulus,
            kpi_window_s: version.kpi_window_s,
        }
    }
}

impl ConfigurationState {
    fn restore(self) -> Configuration {
        Configuration {
            at: self.at,
            capacity: self.capacity,
            shifts: self.shifts.into(),
            ideal_s_per_unit: self.ideal_s_per_unit,
            silent_after_s: self.silent_after_s,
            counter_modulus: self.counter_modulus,
            kpi_window_s: self.kpi_window_s,
        }
    }
}

/// What was told to the outside of a work center.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredTold {
    /// The last word before a silence.
    pub silent: Option<Time>,
    /// Up to here its figures.
    pub until: Option<Time>,
}

/// The stored counters of a work center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct CounterSeriesState {
    pub settled: Pieces,
    pub cells: Vec<CountCell>,
    pub before: [Option<Reading>; 3],
    pub horizon: Option<Time>,
    pub samples: Vec<Sample>,
}

impl From<&CounterSeries> for CounterSeriesState {
    fn from(series: &CounterSeries) -> CounterSeriesState {
        CounterSeriesState {
            settled: series.settled,
            cells: series.cells.iter().copied().collect(),
            before: series.before,
            horizon: series.horizon,
            samples: series.samples.iter().copied().collect(),
        }
    }
}

/// A stored [`WorkCenter`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct WorkCenterState {
    pub id: WorkCenterId,
    pub before: Option<StateFact>,
    pub states: Vec<StateFact>,
    pub sessions: Vec<SessionChange>,
    pub heard: Vec<(Time, Time)>,
    pub configurations: Vec<ConfigurationState>,
    pub planned_stops: BTreeSet<PlannedStop>,
    pub maintenance: BTreeSet<MaintenanceDone>,
    pub counters: CounterSeriesState,
    pub runs: Vec<AtWorkCenter<Run>>,
    pub queue: Vec<AtWorkCenter<i32>>,
    pub holds: BTreeSet<HoldId>,
    pub claims: Claims,
    pub folded: Option<Folded>,
}

impl From<&WorkCenter> for WorkCenterState {
    fn from(center: &WorkCenter) -> WorkCenterState {
        let Planning {
            configurations,
            maintenance,
        } = &*center.plan;
        WorkCenterState {
            id: center.id.clone(),
            before: center.line.before.clone(),
            states: center.line.states.iter().cloned().collect(),
            sessions: center.line.connection.sessions.clone(),
            heard: center.line.connection.heard.iter().copied().collect(),
            configurations: configurations.0.iter().map(Into::into).collect(),
            planned_stops: maintenance.plans.clone(),
            maintenance: maintenance.acts.clone(),
            counters: (&*center.counters).into(),
            runs: listed(&center.runs),
            queue: listed(&center.queue),
            holds: center.holds.clone(),
            claims: center.claims.clone(),
            folded: center.folded,
        }
    }
}

impl WorkCenterState {
    pub(crate) fn restore(self, told: StoredTold, version: u64) -> WorkCenter {
        let connection = Connection {
            sessions: self.sessions,
            heard: self.heard.into_iter().collect(),
        };
        let versions = self.configurations.into_iter();
        let configurations = Configurations(versions.map(ConfigurationState::restore).collect());
        let counters = self.counters;
        let counters = CounterSeries::restored(
            counters.settled,
            counters.cells,
            counters.before,
            counters.horizon,
            counters.samples,
            &configurations,
        );
        WorkCenter {
            id: self.id,
            line: Arc::new(TimeLine {
                before: self.before,
                states: self.states.into_iter().collect(),
                connection,
            }),
            plan: Arc::new(Planning {
                configurations,
                maintenance: Maintenance {
                    plans: self.planned_stops,
                    acts: self.maintenance,
                },
            }),
            counters: Arc::new(counters),
            runs: mapped(self.runs),
            queue: mapped(self.queue),
            holds: self.holds,
            claims: self.claims,
            folded: self.folded,
            told_silent: told.silent,
            told_until: told.until,
            version,
        }
    }
}
