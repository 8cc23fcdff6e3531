//! The soft rules of an order: computed from its state, so they heal by themselves.

use std::collections::BTreeSet;

use crate::effect::Effects;
use crate::{
    CountingSource, Decimal, Discrepancy, EntityKey, Notice, Operation, OperationId, WorkOrder,
};

/// What an operation gives to those that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Supply {
    /// Good quantity; `None` when nothing limits it.
    pub(crate) good: Option<Decimal>,
    /// Whether there is something to work on.
    pub(crate) ready: bool,
    /// Whether there ever was.
    pub(crate) ever_ready: bool,
}

impl Supply {
    /// What an operation gives as well limits it.
    fn narrow(&mut self, operation: &Operation) {
        let good = operation.good();
        self.good = Some(self.good.map_or(good, |known| known.min(good)));
        self.ready &= operation.has_something_ready();
        self.ever_ready &= operation.was_ever_ready();
    }
}

impl WorkOrder {
    /// The soft rules that the order breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let mut found = self.broken_rules();
        found.extend(self.disputes());
        found
    }

    /// What sources said of fields that they do not own, where it differs from what stands.
    pub(crate) fn disputes(&self) -> Vec<Discrepancy> {
        self.claims.discrepancies(
            || EntityKey::WorkOrder(self.id.clone()),
            |facet| self.standing(facet),
        )
    }

    /// [`WorkOrder::discrepancies`] without the disputes, which are told at the end of the turn.
    pub(crate) fn broken_rules(&self) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        self.broken_by_order(&mut found);
        for operation in &self.operations {
            self.broken_by(operation, &mut found);
        }
        found
    }

    /// The soft rules that a report of the operation at `place` can break or heal. Allocates only
    /// for what is broken.
    pub(crate) fn discrepancies_around(&self, place: usize) -> Vec<Discrepancy> {
        let given_up = |operation: &Operation| operation.given_up().is_some();
        if self.endings.is_some() || self.operations.iter().any(|operation| given_up(operation)) {
            return self.broken_rules();
        }
        let mut found = Vec::new();
        let operation = &self.operations[place];
        self.broken_by_order(&mut found);
        self.broken_by(operation, &mut found);
        for next in &self.operations {
            if next.predecessors.contains(&operation.id) {
                self.ahead_of(next, &operation.id, &mut found);
            }
        }
        found
    }

    fn broken_by_order(&self, found: &mut Vec<Discrepancy>) {
        let cancelled = self.cancellation().map(|said| ("cancelled", said.at));
        let withdrawn = self
            .release_withdrawal()
            .map(|said| ("took back the release of", said.at));
        for (decision, at) in cancelled.into_iter().chain(withdrawn) {
            let began = |operation: &&std::sync::Arc<Operation>| operation.started_at();
            let first = self.operations.iter().filter(|op| began(op).is_some());
            let first = first.min_by_key(began);
            let begun = match first {
                Some(operation) => Some(format!("operation {} had begun", operation.id)),
                None => self.first_movement(),
            };
            if let Some(begun) = begun {
                found.push(Discrepancy::EndedAfterBegin {
                    order: self.id.clone(),
                    decision,
                    at,
                    begun: begun.into(),
                });
            }
        }
        if self.moved.is_some() {
            self.broken_by_movements(found);
        }
        self.broken_at_the_end(found);
    }

    /// R36: what the ERP takes as delivered is not what the twin counts. R75: the order was closed
    /// with more than there can be.
    fn broken_at_the_end(&self, found: &mut Vec<Discrepancy>) {
        let delivered = self.delivered();
        if let Some(end) = self.tech_completion()
            && let Some(erp) = end.final_quantity
            && erp != delivered
        {
            found.push(Discrepancy::ReceivedDiffers {
                order: self.id.clone(),
                erp,
                twin: delivered,
                difference: (erp - delivered).normalize(),
                unit: self.unit,
                since: end.at,
            });
        }
        let (Some(closing), Some(released)) = (self.closing(), self.released()) else {
            return;
        };
        let sum = |part: fn(&Operation) -> Decimal| -> Decimal {
            self.operations
                .iter()
                .map(|operation| part(operation))
                .sum()
        };
        let (scrap, mrb) = (sum(Operation::scrap), sum(Operation::mrb));
        let max = (released * (Decimal::ONE + self.tolerance.over.value())).normalize();
        let total = delivered + scrap + mrb;
        if total > max {
            found.push(Discrepancy::ClosedWithMore {
                order: self.id.clone(),
                at: closing.at,
                total: total.normalize(),
                delivered,
                scrap,
                mrb,
                max,
                unit: self.unit,
            });
        }
    }

    fn broken_by(&self, operation: &Operation, found: &mut Vec<Discrepancy>) {
        let good = operation.good();
        let planned = operation.quantity.or_else(|| self.released());
        if let Some(released) = planned
            && good > released
        {
            found.push(Discrepancy::MoreThanReleased {
                order: self.id.clone(),
                operation: operation.id.clone(),
                good,
                released,
                unit: self.unit,
            });
        }
        for predecessor in &*operation.predecessors {
            self.ahead_of(operation, predecessor, found);
        }
        if self.counting == CountingSource::Both && !operation.machines().is_empty() {
            self.counts_differ(operation, found);
        }
    }

    fn ahead_of(
        &self,
        operation: &Operation,
        predecessor: &OperationId,
        found: &mut Vec<Discrepancy>,
    ) {
        let good = operation.good();
        if good.is_zero() {
            return;
        }
        if let Some(ready) = self.supply(predecessor).good
            && good > ready
        {
            found.push(Discrepancy::AheadOfPredecessor {
                order: self.id.clone(),
                operation: operation.id.clone(),
                predecessor: predecessor.clone(),
                good,
                ready,
                unit: self.unit,
            });
        }
    }

    /// People report in steps and so are behind the counters while an operation runs; they are
    /// never ahead of them, and at its end both agree.
    fn counts_differ(&self, operation: &Operation, found: &mut Vec<Discrepancy>) {
        let reported = operation.reported();
        let sum = |part: fn(&crate::MachineTally) -> Decimal| -> Decimal {
            operation.machines().iter().map(part).sum()
        };
        for (kind, reported, counted) in [
            ("good", reported.good, sum(|told| told.good)),
            ("scrapped", reported.scrap, sum(|told| told.scrap)),
        ] {
            let behind = reported < counted && operation.is_completed();
            if behind || reported > counted {
                found.push(Discrepancy::CountsDiffer {
                    order: self.id.clone(),
                    operation: operation.id.clone(),
                    kind,
                    reported,
                    counted,
                    unit: self.unit,
                });
            }
        }
    }

    /// What the operation `id` gives to those that follow it. One that was left out gives what
    /// those before it give.
    pub(crate) fn supply(&self, id: &OperationId) -> Supply {
        let mut supply = Supply {
            good: None,
            ready: true,
            ever_ready: true,
        };
        let Ok(first) = self.find(id) else {
            return supply;
        };
        if !self.operations[first].is_left_out() {
            supply.narrow(&self.operations[first]);
            return supply;
        }
        // Many ways can lead to one operation: each is looked at once.
        let mut left_out = vec![first];
        let mut seen = BTreeSet::from([first]);
        while let Some(place) = left_out.pop() {
            let before = self.operations[place].predecessors.iter();
            for before in before.filter_map(|id| self.find(id).ok()) {
                if !seen.insert(before) {
                    continue;
                }
                if self.operations[before].is_left_out() {
                    left_out.push(before);
                } else {
                    supply.narrow(&self.operations[before]);
                }
            }
        }
        supply
    }

    /// Tells which soft rules have come to be broken since `before`, and which no longer are.
    pub(crate) fn tell_discrepancies(&self, before: &[Discrepancy], effects: &mut Effects) {
        self.tell_difference(before, &self.broken_rules(), effects);
    }

    pub(crate) fn tell_difference(
        &self,
        before: &[Discrepancy],
        after: &[Discrepancy],
        effects: &mut Effects,
    ) {
        let object = || EntityKey::WorkOrder(self.id.clone());
        for new in after
            .iter()
            .filter(|new| !before.iter().any(|old| old.same_case(new)))
        {
            effects.notice(Notice::DiscrepancyFound {
                object: object(),
                code: new.code(),
                text: new.to_string().into(),
            });
        }
        for old in before
            .iter()
            .filter(|old| !after.iter().any(|new| new.same_case(old)))
        {
            effects.notice(Notice::DiscrepancyHealed {
                object: object(),
                code: old.code(),
                text: old.to_string().into(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::decode;
    use crate::{Code, MachineTally, Plant};

    /// Order O, which both count: people reported so many good ones, with or without the end.
    fn reported(good: &str, completed: bool) -> WorkOrder {
        let mut plant = Plant::new("P1".parse().unwrap());
        let name = if completed { "completed" } else { "progressed" };
        for (n, (name, data)) in [
            (
                "work_order.created".to_owned(),
                json!({"order": "O", "material": "M", "counting": "both",
                    "quantity": {"value": "9", "unit": "H87"}}),
            ),
            (
                "work_order.released".to_owned(),
                json!({"order": "O", "operations": [{"op": "10"}]}),
            ),
            (
                format!("operation.{name}"),
                json!({"order": "O", "op": "10", "unit": "H87", "good": good}),
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let text = json!({"specversion": "1.0", "id": n.to_string(), "source": "/s",
                "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "plant": "P1",
                "data": data});
            let event = decode(text.to_string().as_bytes()).unwrap();
            plant.apply(&event).unwrap();
        }
        plant.work_order(&"O".parse().unwrap()).unwrap().clone()
    }

    #[test]
    fn people_may_be_behind_the_counters_until_the_end_and_never_ahead() {
        for (good, completed, differs) in [
            ("4", false, false),
            ("4", true, true),
            ("5", false, false),
            ("5", true, false),
            ("6", false, true),
            ("6", true, true),
        ] {
            let mut order = reported(good, completed);
            order.operation_mut(0).note_machine(MachineTally {
                work_center: "W".parse().unwrap(),
                good: Decimal::from(5),
                scrap: Decimal::ZERO,
            });
            let found = order.discrepancies();
            let found = found.iter().any(|found| found.code() == Code::R48);
            assert_eq!(found, differs, "{good} of 5, completed: {completed}");
        }
    }
}
