//! What an event says of fields, so that it can be kept as a claim when its source does not own
//! them.

use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::standing::{account_name, amount, counting, decided, disposed, origin, tolerance};
use super::{Claimed, Facet, Field};
use crate::{
    Amount, Event, EventBody, LotCreated, MaterialId, OperationReport, Quantity, Time,
    WorkOrderChanged, WorkOrderCreated, WorkOrderReleased,
};

/// Collects what one event says.
pub(crate) struct Said {
    at: Time,
    found: Vec<(Facet, Claimed)>,
}

impl Said {
    /// What `event` says of its object.
    pub(crate) fn by(event: &Event) -> Vec<(Facet, Claimed)> {
        let mut said = Said {
            at: event.time,
            found: Vec::new(),
        };
        said.take(&event.body);
        said.found
    }

    fn take(&mut self, body: &EventBody) {
        match body {
            EventBody::WorkOrderCreated(body) => self.order(body),
            EventBody::WorkOrderReleased(body) => self.release(body),
            EventBody::OperationStarted(body) => {
                self.text(Field::OperationStart, body.op.as_str(), "started");
            }
            EventBody::OperationProgressed(body) => self.report(body),
            EventBody::OperationCompleted(body) => {
                self.report(body);
                self.text(Field::OperationEnd, body.op.as_str(), "ended");
            }
            EventBody::WorkOrderChanged(_)
            | EventBody::WorkOrderCancelled(_)
            | EventBody::WorkOrderReleaseWithdrawn(_)
            | EventBody::WorkOrderAborted(_)
            | EventBody::WorkOrderTechCompleted(_)
            | EventBody::WorkOrderTechCompletionWithdrawn(_)
            | EventBody::WorkOrderClosed(_) => self.decision(body),
            EventBody::OperationDispatched(_)
            | EventBody::OperationSetupStarted(_)
            | EventBody::OperationInterrupted(_)
            | EventBody::OperationResumed(_)
            | EventBody::OperationAborted(_)
            | EventBody::OperationSkipped(_)
            | EventBody::ConfirmationReversed(_) => self.operation(body),
            EventBody::LotCreated(body) => self.lot(body),
            EventBody::LotTransformed(body) => {
                let from = origin(body.inputs.iter().map(|input| &input.lot));
                self.value(Field::LotOrigin, from);
            }
            EventBody::ShipmentRequested(body) => {
                let asked: Vec<_> = body
                    .lots
                    .iter()
                    .map(|line| (line.lot.clone(), line.quantity))
                    .collect();
                self.value(
                    Field::ShipmentRequest,
                    super::standing::asked(&asked, &body.units),
                );
            }
            EventBody::WorkCenterStateChanged(body) => {
                let state = format_smolstr!("{}, {}", body.item_state.as_str(), body.mode.as_str());
                self.value(Field::WorkCenterState, state);
            }
            EventBody::MaterialIssued(_)
            | EventBody::MaterialReturned(_)
            | EventBody::MaterialConsumed(_)
            | EventBody::GoodsReceived(_)
            | EventBody::MaterialUpdated(_)
            | EventBody::RoutingPublished(_) => self.material(body),
            EventBody::OwnershipPublished(body) => {
                let version = format_smolstr!("version {}", body.version);
                self.value(Field::OwnershipTable, version);
            }
            EventBody::ProcessRulesPublished(body) => {
                let version = format_smolstr!("version {}", body.version);
                self.value(Field::ProcessRulesTable, version);
            }
            other => self.inspection(other),
        }
    }

    /// What quality says, and what has no rule of its own.
    fn inspection(&mut self, body: &EventBody) {
        match body {
            EventBody::EventRetracted(body) => {
                if let Some(field) = body.writes().first() {
                    self.text(*field, body.event.as_str(), "retracted");
                }
            }
            EventBody::StockStatusChanged(body) => {
                self.text(Field::LotUsage, "", body.to.as_str());
            }
            EventBody::NonconformanceOpened(_)
            | EventBody::NonconformanceContained(_)
            | EventBody::NonconformanceReviewStarted(_)
            | EventBody::NonconformanceDispositioned(_)
            | EventBody::NonconformanceVerified(_)
            | EventBody::NonconformanceClosed(_)
            | EventBody::NonconformanceCancelled(_) => self.nonconformance(body),
            EventBody::InspectionCreated(_) => self.text(Field::InspectionPlan, "", "open"),
            EventBody::InspectionCancelled(_) => {
                self.text(Field::InspectionPlan, "", "cancelled");
            }
            EventBody::InspectionReopened(_) => {
                self.text(Field::InspectionPlan, "", "in_progress");
            }
            EventBody::InspectionResultRecorded(body) => {
                let verdict = body.verdict.as_str();
                self.text(Field::InspectionResult, &body.characteristic, verdict);
            }
            EventBody::InspectionDecided(body) => {
                let parts = body.decisions.iter();
                let parts = parts.map(|part| (part.quantity.value.value(), part.decision));
                self.value(Field::InspectionDecision, decided(parts));
            }
            // What no rule of its own knows is claimed by its name.
            other => {
                if let Some(field) = other.writes().first() {
                    self.value(*field, SmolStr::new(other.type_name()));
                }
            }
        }
    }

    fn order(&mut self, body: &WorkOrderCreated) {
        self.value(Field::OrderMaterial, body.material.to_smolstr());
        self.quantity(Field::OrderQuantity, &body.quantity);
        if let Some(given) = body.tolerance {
            self.value(Field::OrderTolerance, tolerance(given));
        }
        self.given(Field::OrderPlannedStart, body.planned_start.as_ref());
        self.given(Field::OrderPlannedEnd, body.planned_end.as_ref());
        self.given(Field::OrderSalesOrder, body.sales_order.as_ref());
        self.given(Field::OrderRoutingVersion, body.routing_version.as_ref());
        self.given(Field::OrderBomVersion, body.bom_version.as_ref());
    }

    fn release(&mut self, body: &WorkOrderReleased) {
        self.text(Field::OrderRelease, "", "released");
        if let Some(quantity) = &body.quantity {
            self.quantity(Field::OrderReleasedQuantity, quantity);
        }
        self.given(Field::OrderRoutingVersion, body.routing_version.as_ref());
        self.given(Field::OrderBomVersion, body.bom_version.as_ref());
    }

    fn decision(&mut self, body: &EventBody) {
        let (field, text) = match body {
            EventBody::WorkOrderChanged(body) => return self.change(body),
            EventBody::WorkOrderCancelled(_) => (Field::OrderCancellation, "cancelled"),
            EventBody::WorkOrderReleaseWithdrawn(_) => (Field::OrderRelease, "not released"),
            EventBody::WorkOrderAborted(_) => (Field::OrderAbort, "given up"),
            EventBody::WorkOrderTechCompleted(_) => (Field::OrderTechCompletion, "complete"),
            EventBody::WorkOrderTechCompletionWithdrawn(_) => (Field::OrderTechCompletion, "open"),
            _ => (Field::OrderClosing, "closed"),
        };
        self.text(field, "", text);
    }

    fn change(&mut self, body: &WorkOrderChanged) {
        if let Some(change) = &body.quantity {
            self.quantity(Field::OrderQuantity, &change.new);
        }
        if let Some(change) = &body.tolerance {
            self.value(Field::OrderTolerance, tolerance(change.new));
        }
        if let Some(change) = &body.counting {
            self.text(Field::OrderCounting, "", counting(change.new));
        }
        let priority = body.priority.as_ref();
        self.given(Field::OrderPriority, priority.map(|change| &change.new));
        let start = body.planned_start.as_ref();
        self.given(Field::OrderPlannedStart, start.map(|change| &change.new));
        let end = body.planned_end.as_ref();
        self.given(Field::OrderPlannedEnd, end.map(|change| &change.new));
        let routing = body.routing_version.as_ref();
        self.given(
            Field::OrderRoutingVersion,
            routing.map(|change| &change.new),
        );
        let bom = body.bom_version.as_ref();
        self.given(Field::OrderBomVersion, bom.map(|change| &change.new));
    }

    fn operation(&mut self, body: &EventBody) {
        let Some(op) = body.operation() else {
            if let EventBody::ConfirmationReversed(body) = body {
                let event = body.event.as_ref().map(ToSmolStr::to_smolstr);
                let report = event.or_else(|| body.document.clone()).unwrap_or_default();
                self.text(Field::OperationReversal, &report, "reversed");
            }
            return;
        };
        let (field, text) = match body {
            EventBody::OperationDispatched(body) => {
                let at = self.at;
                let text = body.work_center.to_smolstr();
                let facet = Facet::at(Field::OperationDispatch, op.as_str());
                self.found.push((facet, Claimed::Value { at, text }));
                return;
            }
            EventBody::OperationSetupStarted(_) => (Field::OperationSetup, "set up"),
            EventBody::OperationInterrupted(_) => (Field::OperationInterruption, "interrupted"),
            EventBody::OperationResumed(_) => (Field::OperationInterruption, "not interrupted"),
            EventBody::OperationAborted(_) => (Field::OperationAbort, "aborted"),
            _ => (Field::OperationSkip, "skipped"),
        };
        self.text(field, op.as_str(), text);
    }

    fn report(&mut self, body: &OperationReport) {
        let op = body.op.as_str();
        self.sum(Field::OperationGood, op, body.good);
        self.sum(Field::OperationScrap, op, body.scrap);
        self.sum(Field::OperationRework, op, body.rework);
    }

    fn lot(&mut self, body: &LotCreated) {
        self.value(Field::LotMaterial, body.material.to_smolstr());
        self.sum(Field::LotQuantity, "", body.quantity.value);
    }

    fn nonconformance(&mut self, body: &EventBody) {
        let record = match body {
            EventBody::NonconformanceDispositioned(body) => {
                let parts = body.lots.iter().map(|part| {
                    let quantity = part.quantity.map(|quantity| quantity.value.value());
                    (&part.lot, part.disposition, quantity)
                });
                return self.value(Field::NonconformanceDisposition, disposed(parts));
            }
            EventBody::NonconformanceContained(_) => {
                return self.text(Field::NonconformanceContainment, "", "contained");
            }
            EventBody::NonconformanceReviewStarted(_) => "under_review",
            EventBody::NonconformanceVerified(_) => "verified",
            EventBody::NonconformanceClosed(_) => "closed",
            EventBody::NonconformanceCancelled(_) => "cancelled",
            _ => "open",
        };
        self.text(Field::NonconformanceRecord, "", record);
    }

    /// What was moved, or published of a material.
    fn material(&mut self, body: &EventBody) {
        match body {
            EventBody::MaterialIssued(body) => {
                self.moved(Field::OrderIssued, &body.material, body.quantity, false);
            }
            EventBody::MaterialReturned(body) => {
                self.moved(Field::OrderIssued, &body.material, body.quantity, true);
            }
            EventBody::MaterialConsumed(body) => {
                self.moved(Field::OrderConsumed, &body.material, body.quantity, false);
            }
            EventBody::GoodsReceived(body) => match &body.material {
                Some(material) => {
                    self.moved(Field::OrderReceived, material, body.quantity, false);
                }
                None => self.sum(Field::OrderReceived, "", body.quantity.value),
            },
            EventBody::MaterialUpdated(body) => {
                let version = format_smolstr!("version {}", body.version);
                self.value(Field::MaterialMaster, version);
            }
            EventBody::RoutingPublished(body) => {
                let version = format_smolstr!("version {}", body.version);
                self.value(Field::RoutingMaster, version);
            }
            _ => {}
        }
    }

    /// A movement, by its material and unit.
    fn moved(&mut self, field: Field, material: &MaterialId, told: Quantity, back: bool) {
        let value = told.value.value();
        if value != Decimal::ZERO {
            let facet = Facet::at(field, &account_name(material, told.unit));
            let sum = Claimed::Sum(if back { -value } else { value });
            self.found.push((facet, sum));
        }
    }

    fn given(&mut self, field: Field, value: Option<&impl ToSmolStr>) {
        if let Some(value) = value {
            self.value(field, value.to_smolstr());
        }
    }

    fn quantity(&mut self, field: Field, quantity: &Quantity) {
        self.value(field, amount(quantity.value.value(), quantity.unit));
    }

    fn value(&mut self, field: Field, text: SmolStr) {
        let at = self.at;
        let claimed = Claimed::Value { at, text };
        self.found.push((Facet::whole(field), claimed));
    }

    fn text(&mut self, field: Field, place: &str, text: &'static str) {
        let claimed = Claimed::Value {
            at: self.at,
            text: SmolStr::new_static(text),
        };
        self.found.push((Facet::at(field, place), claimed));
    }

    fn sum(&mut self, field: Field, place: &str, amount: Amount) {
        if amount.value() != Decimal::ZERO {
            let claimed = Claimed::Sum(amount.value());
            self.found.push((Facet::at(field, place), claimed));
        }
    }
}
