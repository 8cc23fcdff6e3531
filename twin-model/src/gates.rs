//! The gates of all shipments: judged when everything else in a turn is settled.

use crate::effect::Effects;
use crate::plant::Cause;
use crate::{Entity, EntityKey, Plant, Rejection, Turn};

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

    /// Decides the gates that something in this turn concerns, each once, when all is settled.
    pub(crate) fn decide_gates(
        &mut self,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        for delivery in std::mem::take(&mut effects.gates) {
            let Some(judged) = self
                .shipment(&delivery)
                .and_then(|s| s.judge(self.view(cause)))
            else {
                continue;
            };
            let key = EntityKey::Shipment(delivery);
            self.change(&key, cause, effects, |entity, _, effects| match entity {
                Entity::Shipment(shipment) => {
                    shipment.decide(judged, effects);
                    Ok(())
                }
                _ => unreachable!("a delivery's key names a shipment"),
            })?;
        }
        assert!(
            effects.messages.is_empty(),
            "a gate's decision tells no other entity"
        );
        Ok(())
    }
}
