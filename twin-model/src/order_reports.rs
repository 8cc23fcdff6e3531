//! Reports of quantities. How they are taken back stands in [`crate::order_reversals`].
//!
//! Every report is kept in the ledger of its operation. What counts is computed from the reports
//! that stand, so it is the same whatever came first, and a reversal takes back exactly what it
//! names.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::operation_facts::{MachineTally, Scrapped};
use crate::order_places::Place;
use crate::quantity::check_amount;
use crate::report_ledger::{REPORTS_PER_OPERATION_MAX, Report, Tally};
use crate::{
    Amount, CountingSource, EntityKey, Message, OperationId, OperationReport, Quantity, Rejection,
    ReportId, WorkOrder,
};

/// What a report is about to change, as it was before.
struct Before {
    /// `None` when more than this one operation may change its place.
    place: Option<Place>,
    places: Vec<(OperationId, Place)>,
}

impl WorkOrder {
    /// The MES reports quantities, and at the end completes the operation. A report without a
    /// start implies one: real plants forget the start.
    pub(crate) fn report(
        &mut self,
        body: &OperationReport,
        completes: bool,
        id: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let told = self.in_own_unit(body, view, effects)?;
        let body = told.as_ref();
        let end = body.end.unwrap_or(view.at);
        let reversal = self.reversal_to_come(body, end).cloned();
        let report = self.check_report(body, completes, id, reversal.is_some(), view)?;
        let name = if completes {
            "mfg.operation.completed.v1"
        } else {
            "mfg.operation.progressed.v1"
        };
        self.tell_if_late(&body.op, name, view.at, effects);
        let place = self.find_or_learn(&body.op);
        let before = self.before(place, &report);
        let during = report.span();
        // Only what stays begun takes away that the operation was left out.
        let was_left_out = self.operations[place].is_left_out() && reversal.is_none();
        let broken = match was_left_out {
            true => self.broken_rules(),
            false => self.discrepancies_around(place),
        };
        if was_left_out {
            self.tell_if_left_out(&body.op, report.start, effects);
            self.operation_mut(place)
                .begin_in_spite_of_skip(report.start);
        }
        self.take_report(place, body, report);
        if let Some(reversal) = &reversal {
            self.take_back_at_once(place, report, reversal, effects);
        }
        self.tell_after(place, &before, effects);
        let now = match was_left_out {
            true => self.broken_rules(),
            false => self.discrepancies_around(place),
        };
        self.tell_difference(&broken, &now, effects);
        let center = body.work_center.as_ref();
        self.note_work(&body.op, center, during, view, effects);
        for lot in &body.output_lots {
            let made = Message::MadeFor {
                order: self.id.clone(),
                op: body.op.clone(),
                at: report.end,
                made: report.span(),
            };
            effects.tell(EntityKey::Lot(lot.clone()), made);
        }
        if let Some(center) = &body.work_center
            && self.place_of(&self.operations[place]).center() != Some(center)
        {
            WorkOrder::name_work_center(center, effects);
        }
        Ok(())
    }

    /// All rules that a report may meet; gives what it would add to the ledger. One that is taken
    /// back as soon as it is told adds nothing and begins nothing, but may make its operation a
    /// delivering one.
    fn check_report(
        &self,
        body: &OperationReport,
        completes: bool,
        id: ReportId,
        goes_at_once: bool,
        view: View<'_>,
    ) -> Result<Report, Rejection> {
        let action = "a report";
        let end = body.end.unwrap_or(view.at);
        let released = self.admit(&body.op, end, action)?;
        let tally = Tally {
            good: body.good.value(),
            scrap: body.scrapped(),
            rework: body.rework.value(),
            mrb: body.mrb.value(),
        };
        let report = Report::new(id, body, tally, completes, view.at);
        let place = self.find(&body.op).ok();
        let known = place.map(|place| &*self.operations[place]);
        if let Some(operation) = known {
            let left_out = operation.is_left_out();
            if !goes_at_once {
                // What was left out is judged by when it began, everything else by its end.
                self.admit_at(operation, if left_out { report.start } else { end }, action)?;
                if completes && operation.is_completed() {
                    return Err(self.wrong_operation_state(operation, action));
                }
            }
            if operation.ledger.is_full() {
                return Err(Rejection::TooManyReports {
                    order: self.id.clone(),
                    operation: operation.id.clone(),
                    max: REPORTS_PER_OPERATION_MAX,
                });
            }
        }
        if !goes_at_once && known.is_none_or(|operation| operation.started_at().is_none()) {
            self.refuse_start_on_hold(body.work_center.as_ref(), &[], view)?;
        }
        if body.delivers == Some(true) || known.is_some_and(|operation| operation.delivers) {
            let gain = match goes_at_once {
                true => Tally::default(),
                false => known.map_or(tally, |operation| operation.ledger.gain(&report)),
            };
            // An operation that becomes a delivering one brings what it reported before.
            let brings = known.filter(|operation| !operation.delivers);
            let brings = brings.map_or(Decimal::ZERO, |operation| operation.good());
            let more = gain.good + brings;
            if more > Decimal::ZERO {
                let made = self.good_of_deliveries() + more;
                self.refuse_over_delivery(more, made.max(self.received()), released)?;
            }
        }
        Ok(report)
    }

    /// The report in the order's unit.
    fn in_own_unit<'b>(
        &self,
        body: &'b OperationReport,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<Cow<'b, OperationReport>, Rejection> {
        for (amount, field) in [
            (body.good, "good"),
            (body.scrap, "scrap"),
            (body.rework, "rework"),
            (body.mrb, "mrb"),
        ] {
            check_amount(amount, body.unit, field)?;
        }
        for part in &body.scrap_by_reason {
            check_amount(part.quantity, body.unit, "scrap_by_reason.quantity")?;
        }
        if body.unit == self.unit {
            return Ok(Cow::Borrowed(body));
        }
        let mut own = body.clone();
        own.unit = self.unit;
        let amounts = [&mut own.good, &mut own.scrap, &mut own.rework, &mut own.mrb];
        let parts = own.scrap_by_reason.iter_mut();
        for amount in amounts
            .into_iter()
            .chain(parts.map(|part| &mut part.quantity))
        {
            let told = Quantity {
                value: *amount,
                unit: body.unit,
            };
            *amount = self.to_own_unit(told, view, effects)?;
        }
        Ok(Cow::Owned(own))
    }

    /// A quantity of what the order makes, in its unit.
    pub(crate) fn to_own_unit(
        &self,
        quantity: Quantity,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<Amount, Rejection> {
        let object = EntityKey::WorkOrder(self.id.clone());
        view.in_unit(quantity, &self.material, self.unit, &object, effects)
    }

    fn take_report(&mut self, place: usize, body: &OperationReport, report: Report) {
        let operation = self.operation_mut(place);
        operation.ledger.insert(report);
        operation.delivers |= body.delivers == Some(true);
        operation.note_worker(body.worker.as_ref(), report.end);
        if let Some(center) = &body.work_center {
            operation.note_place(center, report.start);
        }
        for part in &body.scrap_by_reason {
            let part = Scrapped {
                report: report.id,
                reason: part.reason.clone(),
                quantity: part.quantity.value(),
            };
            let scrapped = &mut operation.beside_mut().scrapped;
            let at = scrapped.place(|known| *known <= part);
            scrapped.insert(at, part);
        }
        if let Some(document) = &body.document {
            self.documents.note(document.clone(), report.id);
        }
    }

    /// What stands where before `report` is taken. A report of an operation that runs, and leaves
    /// its successors as they are, moves nothing but perhaps itself; no other place is looked at.
    fn before(&self, place: usize, report: &Report) -> Before {
        let operation = &self.operations[place];
        let begins = operation.started_at().is_none();
        let gain = match self.counting {
            CountingSource::Machine => Decimal::ZERO,
            // A reading may also correct one before it downwards.
            CountingSource::Operator | CountingSource::Both => operation.ledger.gain(report).good,
        };
        let ready = operation.has_something_ready();
        let makes_ready = report.completes || operation.good() + gain > Decimal::ZERO;
        let changes_ready = ready != (makes_ready || operation.is_completed());
        if begins || changes_ready || report.is_final || self.endings.is_some() {
            Before {
                place: None,
                places: self.places(),
            }
        } else {
            Before {
                place: Some(self.place_of(operation)),
                places: Vec::new(),
            }
        }
    }

    fn tell_after(&self, place: usize, before: &Before, effects: &mut Effects) {
        match &before.place {
            Some(was) => self.tell_place(&self.operations[place], was, effects),
            None => self.tell_places(&before.places, effects),
        }
    }

    /// What a machine has made of an operation so far, by its counters.
    pub(crate) fn machine_counted(
        &mut self,
        op: &OperationId,
        told: MachineTally,
        effects: &mut Effects,
    ) {
        self.reconsider(effects, |order| {
            let place = order.find_or_learn(op);
            order.operation_mut(place).note_machine(told);
        });
    }
}
