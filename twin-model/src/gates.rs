//! The gates of all shipments: judged when everything else in a turn is settled.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::effect::Effects;
use crate::plant::Cause;
use crate::{
    Code, DeliveryId, Entity, EntityKey, LotId, MaterialId, Plant, Rejection, Shipment,
    ShipmentState, Time, TimeWindow, Turn,
};

impl Plant {
    /// Judges gates outside of an event's own turn.
    pub(crate) fn settle(&mut self, cause: Cause<'_>, effects: Effects) -> Turn {
        let turn = self.turn_of(cause, |_, all| {
            *all = effects;
            Ok(())
        });
        match turn {
            Ok(turn) => turn,
            Err(rejection) => unreachable!("a judgement refuses nothing: {rejection}"),
        }
    }

    /// Decides the gates that something in this turn concerns, when all else is settled.
    ///
    /// A clearance reserves stock, so the order counts: first the standing clearances, the youngest
    /// request first, so that the oldest keeps what is left; then the blocked gates, the oldest
    /// request first.
    pub(crate) fn decide_gates(
        &mut self,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.collect_gates_of_units(effects);
        let concerned = std::mem::take(&mut effects.gates);
        if concerned.is_empty() && effects.freed.is_empty() {
            return Ok(());
        }
        let mut cleared = Vec::new();
        let mut blocked = BTreeSet::new();
        for id in concerned {
            let Some(shipment) = self.shipment(&id) else {
                continue;
            };
            match shipment.state() {
                ShipmentState::Cleared => cleared.push(by_age(shipment)),
                ShipmentState::Blocked => {
                    blocked.insert(by_age(shipment));
                }
                ShipmentState::Shipped | ShipmentState::RecallRequired => {
                    self.look_for_recalls(&id, cause, effects)?;
                }
                ShipmentState::Cancelled => {}
            }
        }
        cleared.sort_unstable_by_key(|age| Reverse(age.clone()));
        for (_, id) in cleared {
            self.decide_gate(&id, cause, effects)?;
        }
        for lot in std::mem::take(&mut effects.freed) {
            blocked.extend(self.waiting_for_stock_of(&lot));
        }
        for (_, id) in blocked {
            self.decide_gate(&id, cause, effects)?;
        }
        assert!(
            effects.letters.is_empty(),
            "a gate's decision is delivered at once"
        );
        effects.freed.clear();
        Ok(())
    }

    /// The material of some lots is published anew: what is asked of them in other units may
    /// convert now.
    pub(crate) fn check_gates_of_material(&self, material: &MaterialId, effects: &mut Effects) {
        let ever = TimeWindow {
            from: Time::MIN,
            to: Time::MAX,
        };
        let lots = self.productions.of_material(material, ever);
        effects
            .gates
            .extend(lots.flat_map(|lot| self.gates_of(lot)));
    }

    fn decide_gate(
        &mut self,
        id: &DeliveryId,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let judged = self.shipment(id).and_then(|s| s.judge(self.view(cause)));
        let Some(judged) = judged else {
            return Ok(());
        };
        self.change_shipment(id, cause, effects, |shipment, effects| {
            shipment.decide(judged, effects);
        })
    }

    fn look_for_recalls(
        &mut self,
        id: &DeliveryId,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let shipment = self.shipment(id);
        let Some(recall) = shipment.and_then(|s| s.judge_recall(self.view(cause))) else {
            return Ok(());
        };
        self.change_shipment(id, cause, effects, |shipment, effects| {
            shipment.note_recall(recall, effects);
        })
    }

    /// Changes a shipment, and delivers at once what it tells its lots and holds.
    fn change_shipment(
        &mut self,
        id: &DeliveryId,
        cause: Cause<'_>,
        effects: &mut Effects,
        change: impl FnOnce(&mut Shipment, &mut Effects),
    ) -> Result<(), Rejection> {
        let key = EntityKey::Shipment(id.clone());
        self.change(&key, cause, effects, |entity, _, effects| match entity {
            Entity::Shipment(shipment) => {
                change(shipment, effects);
                Ok(())
            }
            _ => unreachable!("a delivery's key names a shipment"),
        })?;
        self.deliver(cause, effects)
    }

    /// Blocked gates of a lot that lack nothing but stock.
    fn waiting_for_stock_of(&self, lot: &LotId) -> Vec<(Time, DeliveryId)> {
        let Some(lot) = self.lot(lot).filter(|lot| lot.all_holds().next().is_none()) else {
            return Vec::new();
        };
        let waits = |shipment: &&Shipment| {
            let mut reasons = shipment.reasons().iter();
            shipment.state() == ShipmentState::Blocked && reasons.all(|r| r.code == Code::R16)
        };
        let gates = self.gates_of(lot.id());
        let gates = gates.iter().filter_map(|gate| self.shipment(gate));
        gates.filter(waits).map(by_age).collect()
    }
}

/// Orders gates by who asked first.
fn by_age(shipment: &Shipment) -> (Time, DeliveryId) {
    (shipment.requested_at(), shipment.id().clone())
}
