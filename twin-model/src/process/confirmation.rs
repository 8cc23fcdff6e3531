//! Completion to one confirmation in the ERP: the many reports of an operation (or of an order)
//! collapse into one posting; what is corrected afterwards is posted as a difference, and what is
//! no longer complete is reversed.

use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr};

use super::{Bearing, Next, Plan, Process, Rule, Step, posted_as};
use crate::{
    CommandBody, Confirmation, ConfirmationMode, ConfirmationPost, ConfirmationReverse,
    ConfirmedBy, Operation, OperationId, Plant, PostedAs, PostingLine, System, Time, Unit,
    WorkOrder, WorkOrderId,
};

/// The lane of a confirmation of a whole order. Operations have their numbers, which may be the
/// same; an order is confirmed in one way only.
const ORDER_LANE: &str = "order";

/// What was made, and in which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Work {
    pub(super) good: Decimal,
    pub(super) scrap: Decimal,
    pub(super) rework: Decimal,
    pub(super) mrb: Decimal,
    pub(super) setup_s: i64,
    pub(super) run_s: i64,
}

impl Work {
    fn of(operation: &Operation) -> Work {
        let start = operation.started_at();
        let setup = operation.set_up().zip(start);
        let setup_s = setup.map_or(0, |(set_up, start)| seconds(set_up.at, start).max(0));
        Work {
            good: operation.good().normalize(),
            scrap: operation.scrap().normalize(),
            rework: operation.rework().normalize(),
            mrb: operation.mrb().normalize(),
            setup_s,
            run_s: run_s(operation),
        }
    }

    fn with(self, other: Work) -> Work {
        let join = |a: Decimal, b: Decimal| (a + b).normalize();
        Work {
            good: join(self.good, other.good),
            scrap: join(self.scrap, other.scrap),
            rework: join(self.rework, other.rework),
            mrb: join(self.mrb, other.mrb),
            setup_s: self.setup_s + other.setup_s,
            run_s: self.run_s + other.run_s,
        }
    }
}

impl Work {
    /// What to post so that all postings together come to this, each quantity rounded once as the
    /// ERP takes it; what is left over goes into a later posting.
    fn due(self, posted: Work, unit: Unit) -> Work {
        let scale = unit.posting_scale();
        let due = |exact, posted| PostingLine { exact, posted }.due(scale);
        Work {
            good: due(self.good, posted.good),
            scrap: due(self.scrap, posted.scrap),
            rework: due(self.rework, posted.rework),
            mrb: due(self.mrb, posted.mrb),
            setup_s: self.setup_s - posted.setup_s,
            run_s: self.run_s - posted.run_s,
        }
    }
}

fn seconds(from: Time, to: Time) -> i64 {
    to.micros_since(from) / 1_000_000
}

/// Time in which anything of the operation ran, seconds: reports that overlap count once.
fn run_s(operation: &Operation) -> i64 {
    let mut spans: Vec<(Time, Time)> = operation.reported_spans().collect();
    spans.sort_unstable();
    let mut ran = 0;
    let mut until: Option<Time> = None;
    for (from, to) in spans {
        let from = until.map_or(from, |until| from.max(until));
        ran += to.micros_since(from).max(0);
        until = Some(until.map_or(to, |until| until.max(to)));
    }
    ran / 1_000_000
}

/// What the postings that stand come to.
pub(super) fn sum(standing: &[&Step]) -> Work {
    standing.iter().fold(Work::default(), |sum, step| {
        let CommandBody::ConfirmationPost(body) = &step.body else {
            return sum;
        };
        let posted = Work {
            good: body.good,
            scrap: body.scrap,
            rework: body.rework,
            mrb: body.mrb,
            setup_s: body.setup_s,
            run_s: body.run_s,
        };
        sum.with(posted)
    })
}

/// What a lane should have posted.
struct Wanted {
    work: Work,
    start: Option<Time>,
    end: Time,
}

pub(super) fn plan(
    plant: &Plant,
    subject: &str,
    known: Option<&Process>,
    rule: Rule,
    now: Time,
) -> Plan {
    let mut plan = Plan::default();
    let order = subject.parse().ok().and_then(|id| plant.work_order(&id));
    let Some(order) = order else {
        return plan;
    };
    match known.and_then(begun_by).unwrap_or(rule.per) {
        ConfirmedBy::Operation => {
            for operation in order.operations() {
                let lane = Lane {
                    order,
                    op: Some(operation.id()),
                    name: operation.id().to_smolstr(),
                };
                let wanted = operation.ended_at().map(|end| Wanted {
                    work: Work::of(operation),
                    start: operation.started_at(),
                    end,
                });
                lane.plan(wanted, known, rule, now, &mut plan);
            }
        }
        ConfirmedBy::Order => {
            let lane = Lane {
                order,
                op: None,
                name: SmolStr::new_static(ORDER_LANE),
            };
            lane.plan(whole(order), known, rule, now, &mut plan);
        }
    }
    plan
}

/// The way in which an order is confirmed stays as it began.
fn begun_by(process: &Process) -> Option<ConfirmedBy> {
    let first = process.steps.first()?;
    match &first.body {
        CommandBody::ConfirmationPost(body) if body.op.is_none() => Some(ConfirmedBy::Order),
        _ => Some(ConfirmedBy::Operation),
    }
}

/// What the whole order made: good as delivered, everything else of all operations.
fn whole(order: &WorkOrder) -> Option<Wanted> {
    if order.confirmation() != Confirmation::Final {
        return None;
    }
    let operations = order.operations().iter();
    let work = operations.fold(Work::default(), |sum, op| sum.with(Work::of(op)));
    Some(Wanted {
        work: Work {
            good: order.delivered().normalize(),
            ..work
        },
        start: order.actual_start(),
        end: order.actual_end()?,
    })
}

/// One thing that is confirmed by itself.
struct Lane<'a> {
    order: &'a WorkOrder,
    op: Option<&'a OperationId>,
    name: SmolStr,
}

impl Lane<'_> {
    fn plan(
        &self,
        wanted: Option<Wanted>,
        known: Option<&Process>,
        rule: Rule,
        now: Time,
        plan: &mut Plan,
    ) {
        let standing = known.map(|process| process.standing(&self.name));
        let standing = standing.unwrap_or_default();
        let posted = sum(&standing);
        let due = wanted
            .as_ref()
            .map(|wanted| wanted.work.due(posted, self.order.unit()));
        let due = due.unwrap_or_default();
        let body = match wanted {
            Some(wanted) if standing.is_empty() => {
                if wanted.end < rule.from {
                    return;
                }
                let settled = wanted.end.plus_seconds(i64::from(rule.settle_s));
                if rule.settle_s > 0 && now < settled {
                    let at = plan.look_at.map_or(settled, |at| at.min(settled));
                    plan.look_at = Some(at);
                    plan.wait(
                        format!("late reports of {} until {settled}", self.words()),
                        None,
                    );
                    return;
                }
                self.post(ConfirmationMode::Full, due, &wanted, Vec::new())
            }
            Some(wanted) if due != Work::default() => {
                let corrects = posted_as(known, &standing);
                self.post(ConfirmationMode::Delta, due, &wanted, corrects)
            }
            None if !standing.is_empty() => CommandBody::ConfirmationReverse(ConfirmationReverse {
                order: self.order.id().clone(),
                op: self.op.cloned(),
                reverses: posted_as(known, &standing),
                reason: format!("{} is no longer complete", self.words()).into(),
            }),
            _ => return,
        };
        plan.nexts.push(Next {
            lane: self.name.clone(),
            to: System::Erp,
            bearing: match body {
                CommandBody::ConfirmationReverse(_) => Bearing::Undoes,
                _ => Bearing::Adds,
            },
            body,
        });
    }

    fn post(
        &self,
        mode: ConfirmationMode,
        work: Work,
        wanted: &Wanted,
        corrects: Vec<PostedAs>,
    ) -> CommandBody {
        CommandBody::ConfirmationPost(ConfirmationPost {
            order: self.order.id().clone(),
            op: self.op.cloned(),
            mode,
            corrects,
            unit: self.order.unit(),
            good: work.good,
            scrap: work.scrap,
            rework: work.rework,
            mrb: work.mrb,
            start: wanted.start,
            end: wanted.end,
            setup_s: work.setup_s,
            run_s: work.run_s,
        })
    }

    fn words(&self) -> String {
        about(self.order.id(), self.op)
    }
}

/// What a confirmation is about, in words.
pub(crate) fn about(order: &WorkOrderId, op: Option<&OperationId>) -> String {
    match op {
        Some(op) => format!("operation {op} of order {order}"),
        None => format!("order {order}"),
    }
}
