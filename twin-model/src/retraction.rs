//! A source takes back what it has said: exactly, where the twin keeps the fact under the id of
//! its event and nothing else was made of it; by a person, where that is not so.

use smol_str::{SmolStr, format_smolstr};

use crate::effect::Effects;
use crate::plant::Cause;
use crate::{
    ConfirmationReversed, Entity, EntityKind, Event, EventRetracted, MovementReversed, ObjectRef,
    Plant, Rejection, ReportId, SourceId, WorkOrderId,
};

/// What can be taken back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// A report of quantities, in the ledger of its operation.
    Report,
    /// A movement of an order.
    Movement,
    /// A posting of usage status.
    StatusChange,
    /// A count of stock.
    Count,
}

impl Kept {
    pub(crate) fn of(type_name: &str) -> Option<Kept> {
        let (name, _) = type_name.rsplit_once(".v")?;
        match name {
            "mfg.operation.progressed" | "mfg.operation.completed" => Some(Kept::Report),
            "mfg.material.issued"
            | "mfg.material.consumed"
            | "mfg.material.returned"
            | "mfg.goods.received" => Some(Kept::Movement),
            "mfg.stock.status_changed" => Some(Kept::StatusChange),
            "mfg.stock.adjusted" => Some(Kept::Count),
            _ => None,
        }
    }
}

/// The kind of the object whose event a type is; `None` for the plant's own tables and for what is
/// itself an answer or takes something back.
pub(crate) fn kind_of(type_name: &str) -> Option<EntityKind> {
    let name = type_name.strip_prefix("mfg.")?;
    let (noun, verb) = name.split_once('.')?;
    Some(match noun {
        "work_order" | "operation" | "confirmation" | "goods" | "movement" => EntityKind::WorkOrder,
        "material" if verb.starts_with("updated") => EntityKind::Material,
        "material" => EntityKind::WorkOrder,
        "routing" => EntityKind::Routing,
        "lot" if verb.starts_with("packed") => EntityKind::LogisticUnit,
        "lot" | "stock" => EntityKind::Lot,
        "inspection" => EntityKind::Inspection,
        "nonconformance" => EntityKind::Nonconformance,
        "hold" => EntityKind::Hold,
        "shipment" => EntityKind::Shipment,
        "work_center" | "maintenance" | "edge" => EntityKind::WorkCenter,
        _ => return None,
    })
}

impl EventRetracted {
    pub(crate) fn source<'a>(&'a self, own: &'a SourceId) -> &'a SourceId {
        self.event_source.as_ref().unwrap_or(own)
    }

    /// Why, in words that a reversal keeps.
    pub(crate) fn in_words(&self) -> SmolStr {
        match &self.note {
            Some(note) => format_smolstr!("{}: {note}", self.reason.as_str()),
            None => SmolStr::new_static(self.reason.as_str()),
        }
    }

    fn as_confirmation(&self, order: &WorkOrderId, own: &SourceId) -> ConfirmationReversed {
        ConfirmationReversed {
            by: None,
            order: order.clone(),
            op: self.op.clone(),
            event: Some(self.event.clone()),
            event_source: Some(self.source(own).clone()),
            document: None,
            reason: self.in_words(),
        }
    }

    fn as_movement(&self, order: &WorkOrderId, own: &SourceId) -> MovementReversed {
        MovementReversed {
            order: order.clone(),
            event: Some(self.event.clone()),
            event_source: Some(self.source(own).clone()),
            document: None,
            reason: self.in_words(),
        }
    }
}

impl Plant {
    /// An event is taken back.
    pub(crate) fn retract(
        &mut self,
        event: &Event,
        body: &EventRetracted,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = body.object.key();
        let Some(kept) = Kept::of(&body.r#type) else {
            return Err(Rejection::NotTakenBack {
                object: key,
                event: body.event.clone(),
                source_id: body.source(&event.source).clone(),
                by: event.source.clone(),
                type_name: body.r#type.clone(),
                reason: body.reason.as_str(),
            });
        };
        self.require(&key, event)?;
        match (kept, &body.object) {
            (Kept::Report, ObjectRef::WorkOrder(order)) => {
                let reversed = body.as_confirmation(order, &event.source);
                self.change(&key, cause, effects, |entity, view, effects| match entity {
                    Entity::WorkOrder(order) => order.reverse(&reversed, &event.id, view, effects),
                    _ => unreachable!("an order's key names an order"),
                })
            }
            (Kept::Movement, ObjectRef::WorkOrder(order)) => {
                let reversed = body.as_movement(order, &event.source);
                self.change(&key, cause, effects, |entity, view, effects| match entity {
                    Entity::WorkOrder(order) => {
                        order.reverse_movement(&reversed, &event.id, view, effects)
                    }
                    _ => unreachable!("an order's key names an order"),
                })
            }
            (Kept::StatusChange, ObjectRef::Lot(lot)) => {
                let report = ReportId::of(body.source(&event.source), &body.event);
                self.change_lot(lot, cause, effects, |lot, view, effects| {
                    lot.retract_status(report, body, view, effects)
                })
            }
            (Kept::Count, ObjectRef::Lot(lot)) => {
                let report = ReportId::of(body.source(&event.source), &body.event);
                self.change_lot(lot, cause, effects, |lot, _, effects| {
                    lot.retract_count(report, body, effects)
                })
            }
            _ => unreachable!("a type and its object were compared when the event was read"),
        }
    }
}
