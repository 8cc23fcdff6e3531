//! Which soft rules a change of an entity breaks, and which it heals.

use crate::effect::Effects;
use crate::{Discrepancy, Entity, Notice};

/// Says which soft rules an entity breaks now and did not before, and which healed.
pub(crate) fn tell_change(former: Option<&Entity>, now: &Entity, effects: &mut Effects) {
    if former.is_some_and(|former| breaks_the_same(former, now)) {
        return;
    }
    let before = former.map_or_else(Vec::new, untold);
    let after = untold(now);
    let lacks = |list: &[Discrepancy], case: &Discrepancy| !list.iter().any(|d| d.same_case(case));
    for found in after.iter().filter(|new| lacks(&before, new)) {
        effects.notice(Notice::DiscrepancyFound {
            object: now.key(),
            code: found.code(),
            text: found.to_string().into(),
        });
    }
    for healed in before.iter().filter(|old| lacks(&after, old)) {
        effects.notice(Notice::DiscrepancyHealed {
            object: now.key(),
            code: healed.code(),
            text: healed.to_string().into(),
        });
    }
}

/// Whether it is plain that nothing changed that a soft rule looks at. So it is with each of the
/// thousands of lots that a hold reaches, and with a machine that changes its state.
fn breaks_the_same(former: &Entity, now: &Entity) -> bool {
    match (former, now) {
        (Entity::Lot(former), Entity::Lot(now)) => former.goods.is_same(&now.goods),
        (Entity::WorkCenter(former), Entity::WorkCenter(now)) => now.breaks_the_same(former),
        _ => false,
    }
}

/// The soft rules that an entity does not tell of by itself.
fn untold(entity: &Entity) -> Vec<Discrepancy> {
    match entity {
        // An order knows which of its many rules a report can touch.
        Entity::WorkOrder(order) => order.disputes(),
        other => other.discrepancies(),
    }
}
