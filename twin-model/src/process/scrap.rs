//! Scrap beyond the limit of the plant: quality is asked to open a nonconformance.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr};

use super::{Bearing, Limit, Next, Plan, Process, Rule, Step};
use crate::{
    CommandBody, NonconformanceNotNeeded, NonconformanceRequested, Operation, Plant, ProcessRules,
    System, WorkOrder,
};

pub(super) fn plan(plant: &Plant, subject: &str, known: Option<&Process>, rule: Rule) -> Plan {
    let mut plan = Plan::default();
    let order = subject.parse().ok().and_then(|id| plant.work_order(&id));
    let limit = plant.process_rules().and_then(ProcessRules::scrap_limit);
    let (Some(order), Some(limit)) = (order, limit) else {
        return plan;
    };
    let standings = known.map(Process::standings).unwrap_or_default();
    for operation in order.operations() {
        let case = Case {
            plant,
            order,
            operation,
            lane: operation.id().to_smolstr(),
        };
        plan.nexts.extend(case.next(&standings, limit, rule));
        if case.is_known_to_quality() {
            plan.overtaken.push(case.lane);
        }
    }
    plan
}

/// One operation.
struct Case<'a> {
    plant: &'a Plant,
    order: &'a WorkOrder,
    operation: &'a Operation,
    lane: SmolStr,
}

impl Case<'_> {
    fn next(
        &self,
        standings: &BTreeMap<&str, Vec<&Step>>,
        limit: &Limit,
        rule: Rule,
    ) -> Option<Next> {
        let standing = standings.get(self.lane.as_str());
        let asked = standing.and_then(|steps| steps.last());
        let (bearing, body) = match (self.is_beyond(limit), asked) {
            (true, None) if !self.is_known_to_quality() => {
                if self.operation.last_report_at()? < rule.from {
                    return None;
                }
                let body = NonconformanceRequested {
                    order: self.order.id().clone(),
                    op: self.operation.id().clone(),
                    unit: self.order.unit(),
                    scrap: self.operation.scrap().normalize(),
                    mrb: self.operation.mrb().normalize(),
                    made: self.made().normalize(),
                };
                (Bearing::Adds, CommandBody::NonconformanceRequested(body))
            }
            (false, Some(asked)) if !self.is_known_to_quality() => {
                let body = NonconformanceNotNeeded {
                    order: self.order.id().clone(),
                    op: self.operation.id().clone(),
                    documents: asked.documents.clone(),
                };
                (Bearing::Undoes, CommandBody::NonconformanceNotNeeded(body))
            }
            _ => return None,
        };
        Some(Next {
            lane: self.lane.clone(),
            to: System::Qms,
            bearing,
            body,
        })
    }

    /// Everything that the operation has made, the bad included.
    fn made(&self) -> Decimal {
        let it = self.operation;
        it.good() + it.scrap() + it.rework() + it.mrb()
    }

    fn is_beyond(&self, limit: &Limit) -> bool {
        let bad = self.operation.scrap() + self.operation.mrb();
        let exceeded = limit.is_exceeded(bad, self.made(), self.order.unit());
        bad > Decimal::ZERO && exceeded.unwrap_or(false)
    }

    /// Whether quality has looked at the operation, or at the order as a whole: it has opened one,
    /// may have closed it since, or has found that it is none. It is not asked again.
    fn is_known_to_quality(&self) -> bool {
        let known = self.order.ever_nonconforming().iter();
        let mut known = known.filter_map(|id| self.plant.nonconformance(id));
        known.any(|found| {
            found
                .found_at_op()
                .is_none_or(|op| op == self.operation.id())
        })
    }
}
