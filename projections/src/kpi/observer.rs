//! What commits say of the key figures: begins and ends are put together here.

use std::collections::{BTreeMap, BTreeSet};

use actors::{Commit, ExceptionEntry, PlantClock, Snapshot};
use serde::{Deserialize, Serialize};
use twin_model::{
    Criticality, Decimal, Entity, Hold, Lifecycle, Notice, Operation, Process, SmolStr, StepState,
    Time, WorkOrder,
};

use super::Kpi;
use super::tally::Sample;

/// What has begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Observer {
    orders: BTreeMap<SmolStr, Stage>,
    holds: BTreeMap<SmolStr, Time>,
    /// Commands that wait for an answer, each try by itself.
    commands: BTreeSet<SmolStr>,
    exceptions: BTreeMap<SmolStr, Option<Time>>,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Created(Time),
    Released,
}

/// A sample of a figure.
pub(crate) struct Observed {
    pub(crate) kpi: Kpi,
    pub(crate) of: SmolStr,
    pub(crate) at: Time,
    pub(crate) sample: Sample,
}

fn duration(kpi: Kpi, of: &str, (from, to): (Time, Time)) -> Observed {
    // Clocks of sources may differ: what ends before it begins has taken no time.
    let ms = to.micros_since(from).max(0) / 1_000;
    Observed {
        kpi,
        of: SmolStr::new(of),
        at: to,
        sample: Sample::Ms(ms.unsigned_abs()),
    }
}

fn share(kpi: Kpi, of: &str, at: Time, (part, whole): (Decimal, Decimal)) -> Observed {
    let of = SmolStr::new(of);
    let sample = Sample::Of { part, whole };
    Observed {
        kpi,
        of,
        at,
        sample,
    }
}

fn yes_or_no(kpi: Kpi, of: &str, at: Time, yes: bool) -> Observed {
    let part = if yes { Decimal::ONE } else { Decimal::ZERO };
    share(kpi, of, at, (part, Decimal::ONE))
}

impl Observer {
    /// Takes what is open from a plant, where the commits before cannot be counted: what has ended
    /// meanwhile is not counted, and how long a release takes is not known of what began meanwhile.
    pub(crate) fn begin_at(&mut self, start: &Snapshot) {
        let before = std::mem::take(self);
        for entity in start.plant.entities() {
            match entity {
                Entity::WorkOrder(order) => {
                    let id = order.id().as_str();
                    match (order.lifecycle(), before.orders.get(id)) {
                        (Lifecycle::Created, Some(stage)) => {
                            self.orders.insert(SmolStr::new(id), *stage);
                        }
                        (Lifecycle::Released | Lifecycle::InProcess, _) => {
                            self.orders.insert(SmolStr::new(id), Stage::Released);
                        }
                        _ => {}
                    }
                }
                Entity::Hold(hold) => self.hold(hold, &mut Vec::new()),
                Entity::Process(process) => self.process(process, Time::EPOCH, &mut Vec::new()),
                _ => {}
            }
        }
        for entry in &start.exceptions {
            self.exception(entry, &mut Vec::new());
        }
    }

    /// What a commit says.
    pub(crate) fn observe(&mut self, commit: &Commit, clock: PlantClock) -> Vec<Observed> {
        let mut found = Vec::new();
        if clock == PlantClock::Wall {
            latencies(commit, &mut found);
        }
        for change in &commit.changes {
            match &change.state {
                Entity::WorkOrder(order) => self.order(order, change.at, &mut found),
                Entity::Hold(hold) => self.hold(hold, &mut found),
                Entity::Process(process) => self.process(process, change.at, &mut found),
                _ => {}
            }
        }
        for (_, at, notice) in &commit.notices {
            if let Notice::KpiClosed { figures } = notice
                && let Some(oee) = figures.oee
            {
                let seconds = Decimal::from(figures.to.micros_since(figures.from) / 1_000_000);
                let part = oee.checked_mul(seconds).unwrap_or_default();
                let of = figures.work_center.as_str();
                found.push(share(Kpi::Oee, of, *at, (part, seconds)));
            }
        }
        for entry in &commit.exceptions {
            self.exception(entry, &mut found);
        }
        for id in &commit.exceptions_gone {
            self.exceptions.remove(id.to_string().as_str());
        }
        found
    }

    fn order(&mut self, order: &WorkOrder, at: Time, found: &mut Vec<Observed>) {
        let (id, lifecycle) = (order.id().as_str(), order.lifecycle());
        let stage = self.orders.get(id).copied();
        match lifecycle {
            Lifecycle::Created => {
                if stage.is_none() {
                    self.orders.insert(SmolStr::new(id), Stage::Created(at));
                }
            }
            Lifecycle::Released | Lifecycle::InProcess => {
                if let Some(Stage::Created(created)) = stage {
                    found.push(duration(Kpi::ReleaseCycleTime, "", (created, at)));
                }
                self.orders.insert(SmolStr::new(id), Stage::Released);
            }
            Lifecycle::Completed | Lifecycle::TechComplete | Lifecycle::Closed => {
                // Only what was seen before ends; what is corrected after its end counts once. The
                // ERP may be done with it before the last report is in.
                match order.actual_end() {
                    Some(end) if self.orders.remove(id).is_some() => ended(order, end, found),
                    None if lifecycle == Lifecycle::Closed => drop(self.orders.remove(id)),
                    _ => {}
                }
            }
            Lifecycle::Cancelled | Lifecycle::Aborted => drop(self.orders.remove(id)),
        }
    }

    fn hold(&mut self, hold: &Hold, found: &mut Vec<Observed>) {
        let id = hold.id().as_str();
        match hold.release_record() {
            None => {
                let placed = hold.placed_at();
                self.holds.entry(SmolStr::new(id)).or_insert(placed);
            }
            Some(release) => {
                if let Some(placed) = self.holds.remove(id) {
                    found.push(duration(Kpi::HoldTime, "", (placed, release.at)));
                }
            }
        }
    }

    fn process(&mut self, process: &Process, at: Time, found: &mut Vec<Observed>) {
        for step in process.steps() {
            let key = SmolStr::new(process.key_of(step).to_string());
            let is_done = match step.state() {
                StepState::Sent => {
                    self.commands.insert(key);
                    continue;
                }
                StepState::Acknowledged => true,
                StepState::Refused | StepState::GivenUp | StepState::TimedOut => false,
                StepState::Dropped => {
                    self.commands.remove(&key);
                    continue;
                }
            };
            if self.commands.remove(&key) {
                let at = step.answered_at().unwrap_or(at);
                let system = step.to().to_string();
                found.push(yes_or_no(Kpi::PostingSuccess, &system, at, is_done));
            }
        }
    }

    fn exception(&mut self, entry: &ExceptionEntry, found: &mut Vec<Observed>) {
        if entry.refused {
            return;
        }
        let id = SmolStr::new(entry.id.to_string());
        // Nobody may have told the plant the time then.
        let raised = (entry.first_seen > Time::EPOCH).then_some(entry.first_seen);
        match &entry.closed {
            None => drop(self.exceptions.insert(id, raised)),
            Some(closed) => {
                if let Some(Some(raised)) = self.exceptions.remove(&id) {
                    found.push(duration(Kpi::ExceptionTime, "", (raised, closed.at)));
                }
            }
        }
    }

    /// How many exceptions are open, and since when the oldest of them is.
    pub(crate) fn backlog(&self) -> (usize, Option<Time>) {
        (
            self.exceptions.len(),
            self.exceptions.values().flatten().min().copied(),
        )
    }
}

/// Each event once, though it changed several things.
fn latencies(commit: &Commit, found: &mut Vec<Observed>) {
    let mut before = None;
    for change in &commit.changes {
        let cause = &change.caused_by;
        let is_clock = cause.type_name == actors::TICK;
        if is_clock || before.is_some_and(|before| std::sync::Arc::ptr_eq(before, cause)) {
            continue;
        }
        before = Some(cause);
        let class = Criticality::of(cause.type_name).as_str();
        let of = format!("{} {class}", cause.source);
        let mut observed = duration(Kpi::SyncLatency, &of, (change.at, commit.recorded));
        observed.at = commit.recorded;
        found.push(observed);
    }
}

fn ended(order: &WorkOrder, end: Time, found: &mut Vec<Observed>) {
    if let Some(due) = order.planned_end() {
        let mut late = duration(Kpi::Lateness, "", (due, end));
        late.at = end;
        found.push(late);
        found.push(yes_or_no(Kpi::ScheduleAdherence, "", end, end <= due));
    }
    let sum = |part: fn(&Operation) -> Decimal| -> Decimal {
        order.operations().iter().map(|op| part(op)).sum()
    };
    let good = sum(Operation::good);
    let whole = good + sum(Operation::scrap);
    if !whole.is_zero() {
        found.push(share(
            Kpi::Yield,
            order.material().as_str(),
            end,
            (good, whole),
        ));
    }
}
