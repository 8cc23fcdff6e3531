//! What an operation made, and where: so that a lot knows the work centers that it was made at,
//! whichever of both is reported first.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::effect::Effects;
use crate::{
    EntityKey, LotId, Message, OperationId, PagedMap, TimeWindow, WorkCenterId, WorkOrder,
};

/// Where an operation was started or reported, and the lots that it made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Making {
    /// The work centers.
    pub work_centers: BTreeSet<WorkCenterId>,
    /// The lots, each from its first making to its last.
    pub lots: PagedMap<LotId, TimeWindow>,
}

impl WorkOrder {
    /// An operation was started or reported at a work center.
    pub(crate) fn note_made_at(
        &mut self,
        op: &OperationId,
        center: &WorkCenterId,
        effects: &mut Effects,
    ) {
        let known = self.makings.get(op);
        if known.is_some_and(|known| known.work_centers.contains(center)) {
            return;
        }
        let making = Arc::make_mut(&mut self.makings)
            .entry(op.clone())
            .or_default();
        making.work_centers.insert(center.clone());
        for (lot, made) in making.lots.iter() {
            tell(lot, center, *made, effects);
        }
    }

    /// An operation made a lot, or more of it.
    pub(crate) fn note_made(
        &mut self,
        op: &OperationId,
        lot: &LotId,
        made: TimeWindow,
        effects: &mut Effects,
    ) {
        let making = Arc::make_mut(&mut self.makings)
            .entry(op.clone())
            .or_default();
        let known = making.lots.get(lot).copied().unwrap_or(made).join(&made);
        making.lots.insert(lot.clone(), known);
        for center in &making.work_centers {
            tell(lot, center, known, effects);
        }
    }
}

fn tell(lot: &LotId, center: &WorkCenterId, made: TimeWindow, effects: &mut Effects) {
    let message = Message::MadeAt {
        work_center: center.clone(),
        made,
    };
    effects.tell(EntityKey::Lot(lot.clone()), message);
}
