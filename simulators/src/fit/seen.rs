//! What a log says of orders and machines, as far as a plant file needs it.

use std::collections::BTreeMap;

use twin_model::{
    InspectionId, LotDisposition, MaterialId, OperationId, SmolStr, Time, WorkCenterId,
};

/// One time that an operation was worked on.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) work_center: Option<WorkCenterId>,
    pub(super) begin: Time,
    /// `None` while it goes on.
    pub(super) end: Option<Time>,
    /// Pauses between begin and end, the last one perhaps open.
    pub(super) pauses: Vec<(Time, Option<Time>)>,
    pub(super) sent_back: bool,
    /// End of the latest work that was reported of it.
    pub(super) reported: Option<Time>,
}

/// An operation of an order.
#[derive(Clone, Debug, Default)]
pub(super) struct Operation {
    pub(super) visits: Vec<Visit>,
    pub(super) good: f64,
    pub(super) scrap: f64,
    pub(super) rework: f64,
    pub(super) skipped: bool,
    pub(super) completed: bool,
    /// Where it was sent since it was worked on last.
    pub(super) moved_to: Option<WorkCenterId>,
    /// Begin of a setup that has not led to a start yet, and what for.
    pub(super) setting_up: Option<(Time, Option<SmolStr>)>,
}

/// An inspection of an order after an operation.
#[derive(Clone, Debug)]
pub(super) struct Inspection {
    pub(super) id: InspectionId,
    pub(super) op: OperationId,
    pub(super) begin: Time,
    pub(super) end: Option<Time>,
    pub(super) outcome: LotDisposition,
}

/// An order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) material: MaterialId,
    pub(super) pieces: f64,
    pub(super) priority: i32,
    pub(super) released: Option<Time>,
    pub(super) due: Option<Time>,
    /// The route as released; empty where nobody told one.
    pub(super) route: Vec<OperationId>,
    pub(super) operations: BTreeMap<OperationId, Operation>,
    pub(super) inspections: Vec<Inspection>,
}

impl Order {
    /// The step that an operation is one of: itself, or for one that no route plans and that is
    /// called `<step>.R<number>` the step that is repeated under that name.
    pub(super) fn step_of(&self, op: &OperationId) -> OperationId {
        if self.route.is_empty() || self.route.contains(op) {
            return op.clone();
        }
        let repeated = op.as_str().rsplit_once(".R");
        let repeated = repeated.filter(|(_, number)| number.parse::<u32>().is_ok());
        repeated
            .and_then(|(step, _)| step.parse().ok())
            .unwrap_or_else(|| op.clone())
    }

    /// When the last of its operations ended; `None` while one runs or where none ran.
    pub(super) fn ended(&self) -> Option<Time> {
        let mut last = None;
        for operation in self.operations.values() {
            for visit in &operation.visits {
                last = last.max(Some(visit.end?));
            }
        }
        last
    }

    /// Whether every operation that was planned, or begun, is over.
    pub(super) fn is_done(&self) -> bool {
        let over = |op: &OperationId| {
            let known = self.operations.get(op);
            known.is_some_and(|known| known.completed || known.skipped)
        };
        self.route.iter().all(over) && self.operations.keys().all(over)
    }

    /// Begin and step of everything that was worked on, in the order of time.
    pub(super) fn begins(&self) -> Vec<(Time, OperationId)> {
        let mut begins: Vec<_> = self
            .operations
            .iter()
            .flat_map(|(op, operation)| {
                let step = self.step_of(op);
                operation
                    .visits
                    .iter()
                    .map(move |visit| (visit.begin, step.clone()))
            })
            .collect();
        begins.sort();
        begins
    }
}

/// Why a machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Broken,
    Maintained,
    Closed,
}

/// A machine, which is a work center of the twin.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    /// Stretches in which it stood, and the one that goes on.
    pub(super) stood: Vec<(Standing, Time, Time)>,
    pub(super) stands: Option<(Standing, Time)>,
    /// When it was first heard of, and when last.
    pub(super) known: Option<(Time, Time)>,
}

impl Machine {
    pub(super) fn changes(&mut self, at: Time, now: Option<Standing>) {
        self.is_heard_of(at);
        if self.stands.map(|(why, _)| why) == now {
            return;
        }
        if let Some((why, since)) = self.stands.take() {
            self.stood.push((why, since, at));
        }
        self.stands = now.map(|why| (why, at));
    }

    pub(super) fn is_heard_of(&mut self, at: Time) {
        let (first, last) = self.known.unwrap_or((at, at));
        self.known = Some((first.min(at), last.max(at)));
    }

    /// How long it stood between two instants, microseconds.
    pub(super) fn stood_us(&self, from: Time, to: Time) -> i64 {
        let first = self.stood.partition_point(|(_, _, end)| *end <= from);
        self.stood[first..]
            .iter()
            .take_while(|(_, begin, _)| *begin < to)
            .map(|(_, begin, end)| (*end).min(to).micros_since((*begin).max(from)))
            .sum()
    }
}
