//! Ids of the entities around an entity, by the indexes.

use std::collections::BTreeSet;

use twin_model::{Entity, SmolStr};

use super::Entities;
use crate::view::{AFFECTED_LOTS_SHOWN_MAX, SomeIds, Surroundings, WAITING_SHIPMENTS_SHOWN_MAX};

impl Surroundings for Entities {
    fn lot(&self, id: &str) -> Option<&Entity> {
        self.lots.get(id)
    }

    fn hold(&self, id: &str) -> Option<&Entity> {
        self.holds.get(id)
    }

    fn lots_on_hold(&self, hold: &str) -> SomeIds {
        some(self.lots_by_hold.get(hold), AFFECTED_LOTS_SHOWN_MAX)
    }

    fn lots_affected(&self, nonconformance: &str) -> SomeIds {
        some(self.affected_by(nonconformance), AFFECTED_LOTS_SHOWN_MAX)
    }

    fn lots_undisposed(&self, nonconformance: &str) -> SomeIds {
        let lots = self.lots_undisposed.get(nonconformance);
        some(lots, AFFECTED_LOTS_SHOWN_MAX)
    }

    fn shipments_of(&self, lot: &str) -> SomeIds {
        let shipments = self.open_shipments_by_lot.get(lot);
        some(shipments, WAITING_SHIPMENTS_SHOWN_MAX)
    }
}

fn some(ids: &BTreeSet<SmolStr>, shown_max: usize) -> SomeIds {
    SomeIds {
        shown: ids.iter().take(shown_max).cloned().collect(),
        count: ids.len(),
    }
}
