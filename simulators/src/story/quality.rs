//! What the QMS says of lots that an inspection keeps.

use twin_model::{
    DecidedQuantity, EventBody, HoldPlaced, HoldReleased, HoldScope, InspectionCreated,
    InspectionDecided, OperationId, SmolStr, UsageDecision,
};

use super::course::Kept;
use super::teller::{Teller, quantity};
use crate::kernel::Lot;
use crate::names::named;
use crate::voices::{System, written};

/// Who decides: the file names no people.
const INSPECTOR: &str = "quality";

/// What an inspection decided.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    GoesOn,
    GoesBack(OperationId),
    Scrap,
}

impl Teller {
    /// An inspection keeps a lot after its operation: its order is on hold until it decides.
    pub(super) fn kept(&mut self, at_us: i64, lot: &Lot) {
        let op = self.parts.steps[lot.step as usize].op.clone();
        let (run, number) = (self.voices.run(), lot.number + 1);
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        course.inspections += 1;
        let count = course.inspections;
        let name = written(&mut self.text, format_args!("IN-{run}-{number:06}-{count}"));
        let kept = Kept {
            inspection: named(name),
            hold: named(&name.replacen("IN-", "QH-", 1)),
            pieces: lot.pieces,
        };
        course.kept = Some(kept.clone());
        let order = course.order.clone();
        let about = SmolStr::new(order.as_str());
        let body = InspectionCreated {
            inspection: kept.inspection,
            lot: None,
            order: Some(order.clone()),
            op: Some(op.clone()),
            plan_version: None,
            quantity: Some(quantity(kept.pieces)),
            sample_size: None,
            blocking: false,
            characteristics: Vec::new(),
        };
        self.say(
            System::Qms,
            at_us,
            &about,
            EventBody::InspectionCreated(body),
        );
        let reason = written(
            &mut self.text,
            format_args!("inspection after operation {op}"),
        );
        let body = HoldPlaced {
            hold: kept.hold,
            scope: HoldScope::WorkOrder(order),
            reason: SmolStr::new(reason),
            placed_by: Some(SmolStr::new_static(INSPECTOR)),
            ncr: None,
            propagate: true,
        };
        self.say(System::Qms, at_us, &about, EventBody::HoldPlaced(body));
    }

    /// The inspection that keeps a lot, where one does, has decided.
    pub(super) fn decided(&mut self, at_us: i64, lot: &Lot, outcome: Outcome) {
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        let Some(kept) = course.kept.take() else {
            return;
        };
        let about = SmolStr::new(course.order.as_str());
        let (decision, disposition) = match outcome {
            Outcome::GoesOn => (UsageDecision::Accept, SmolStr::new_static("use as it is")),
            Outcome::GoesBack(to) => {
                let text = format_args!("rework from operation {to}");
                let text = SmolStr::new(written(&mut self.text, text));
                (UsageDecision::Rework, text)
            }
            Outcome::Scrap => (UsageDecision::Scrap, SmolStr::new_static("scrap")),
        };
        let body = InspectionDecided {
            inspection: kept.inspection,
            decisions: vec![DecidedQuantity {
                quantity: quantity(kept.pieces),
                decision,
                code: None,
            }],
            by: SmolStr::new_static(INSPECTOR),
            signature: None,
        };
        self.say(
            System::Qms,
            at_us,
            &about,
            EventBody::InspectionDecided(body),
        );
        let body = HoldReleased {
            hold: kept.hold,
            disposition,
            released_by: SmolStr::new_static(INSPECTOR),
        };
        self.say(System::Qms, at_us, &about, EventBody::HoldReleased(body));
    }
}
