//! Lots that were in one tank at the same time cannot be told apart any more: everything that was
//! in it in an overlapping window is a parent of what leaves it in that window.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::effect::Effects;
use crate::genealogy::refuse_cycle;
use crate::plant::Cause;
use crate::{Kinship, Lot, LotId, Parentage, Plant, Rejection, TimeWindow, WorkCenterId};

/// How often one lot may come out of tanks: it would have to be a lot that is never closed.
pub const DRAWINGS_PER_LOT_MAX: usize = 1_000;

/// What a lot was drawn from: a tank, in a window, filled with these lots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TankDrawing {
    /// Which tank.
    pub tank: WorkCenterId,
    /// From the first in to the last out.
    pub window: TimeWindow,
    /// What flowed in.
    pub parents: BTreeSet<LotId>,
}

impl TankDrawing {
    /// When what is drawn by one may have got something of what flowed in for the other; `None`
    /// when they did not meet.
    fn meets(&self, other: &TankDrawing) -> Option<TimeWindow> {
        let same = self.tank == other.tank;
        let from = same.then(|| self.window.meets(&other.window)).flatten()?;
        let to = self.window.to.min(other.window.to);
        Some(TimeWindow { from, to })
    }
}

/// One edge that follows from a shared tank.
struct Shared<'p> {
    parent: &'p LotId,
    child: &'p LotId,
    met: TimeWindow,
}

/// Every edge that a drawing into `child` adds to the genealogy beside its own ones.
fn shared<'p>(drawing: &'p TankDrawing, child: &'p LotId, plant: &'p Plant) -> Vec<Shared<'p>> {
    let mut found = Vec::new();
    for other in plant.drawn_in(&drawing.tank, drawing.window) {
        if other.id() == child {
            continue;
        }
        let meetings = other.goods.card.drawings.iter().filter_map(|known| {
            let met = drawing.meets(known)?;
            Some((known, met))
        });
        for (known, met) in meetings {
            let into_child = known.parents.iter().map(|parent| (parent, child));
            let into_other = drawing.parents.iter().map(|parent| (parent, other.id()));
            let edges = into_child.chain(into_other);
            // A lot that flows into the tank that it came out of is not made from itself by that.
            let edges = edges.filter(|(parent, child)| parent != child);
            found.extend(edges.map(|(parent, child)| Shared { parent, child, met }));
        }
    }
    found
}

/// R15 and R52 for the edges that follow from sharing a tank.
///
/// It is enough to look at each child alone: of two new edges in a cycle one begins where the other
/// one's child descends from.
pub(crate) fn check(drawing: &TankDrawing, child: &LotId, plant: &Plant) -> Result<(), Rejection> {
    if let Some(lot) = plant.lot(child)
        && lot.goods.card.drawings.len() >= DRAWINGS_PER_LOT_MAX
    {
        return Err(Rejection::TooManyDrawings {
            lot: child.clone(),
            max: DRAWINGS_PER_LOT_MAX,
        });
    }
    let shared = shared(drawing, child, plant);
    let children: BTreeSet<&LotId> = shared.iter().map(|edge| edge.child).collect();
    for child in children {
        let edges = shared.iter().filter(|edge| edge.child == child);
        let parents = edges.map(|edge| edge.parent).collect();
        refuse_cycle(&parents, std::iter::once(child), plant)?;
    }
    Ok(())
}

/// Ties what was in the tank at overlapping times, once [`check`] has allowed it.
pub(crate) fn draw(
    plant: &mut Plant,
    drawing: TankDrawing,
    child: &LotId,
    cause: Cause<'_>,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let edges: Vec<(LotId, LotId, TimeWindow)> = shared(&drawing, child, plant)
        .into_iter()
        .map(|edge| (edge.parent.clone(), edge.child.clone(), edge.met))
        .collect();
    for (parent, child, met) in edges {
        plant.change_lot(&parent, cause, effects, |lot, _, _| {
            lot.go_into(&child, met.from);
            Ok(())
        })?;
        plant.change_lot(&child, cause, effects, |lot, view, effects| {
            let part = Parentage::new(Decimal::ZERO, met, Kinship::Commingled);
            lot.come_from(&parent, part, view, effects);
            lot.tell_gates(effects);
            Ok(())
        })?;
    }
    plant.change_lot(child, cause, effects, |lot, view, effects| {
        view.note_link(None, &lot.goods.id, effects);
        lot.goods.card.drawings.insert(drawing);
        Ok(())
    })
}

impl Plant {
    /// Lots that came out of a tank within a window, or may have: those that were drawn from it
    /// before and after are among them.
    pub(crate) fn drawn_in(
        &self,
        tank: &WorkCenterId,
        window: TimeWindow,
    ) -> impl Iterator<Item = &Lot> {
        let lots = self.productions.at_center(tank, window);
        lots.filter_map(|id| self.lot(id))
    }
}

impl Lot {
    /// The tanks that it came out of.
    #[must_use]
    pub fn drawings(&self) -> &BTreeSet<TankDrawing> {
        &self.goods.card.drawings
    }

    /// Whether it was drawn from a tank within a window.
    pub(crate) fn was_drawn_in(&self, tank: &WorkCenterId, window: TimeWindow) -> bool {
        let mut drawings = self.goods.card.drawings.iter();
        drawings.any(|known| known.tank == *tank && known.window.meets(&window).is_some())
    }
}
