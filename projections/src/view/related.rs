//! What an item shows of entities other than its own.

use twin_model::{Entity, LotId, SmolStr};

use super::RelativeView;

/// Most parents, and most children, that a lot's item lists; its counts tell how many there are.
pub const RELATIVES_SHOWN_MAX: usize = 200;
/// Most affected lots that a hold's item, or a nonconformance's, lists; its count tells how many
/// there are.
pub const AFFECTED_LOTS_SHOWN_MAX: usize = 1_000;
/// Most deliveries that an inspection's item lists; its count tells how many there are.
pub const WAITING_SHIPMENTS_SHOWN_MAX: usize = 200;

/// The first of some ids, ascending, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SomeIds {
    pub(crate) shown: Vec<SmolStr>,
    pub(crate) count: usize,
}

/// Where what stands around an entity is looked up.
pub(crate) trait Surroundings {
    /// A lot by its id.
    fn lot(&self, id: &str) -> Option<&Entity>;
    /// A hold by its id.
    fn hold(&self, id: &str) -> Option<&Entity>;
    /// The lots that a hold reaches.
    fn lots_on_hold(&self, hold: &str) -> SomeIds;
    /// The lots that a nonconformance affects.
    fn lots_affected(&self, nonconformance: &str) -> SomeIds;
    /// Of these, those of which something has no disposition.
    fn lots_undisposed(&self, nonconformance: &str) -> SomeIds;
    /// The deliveries that have not left and want something of a lot.
    fn shipments_of(&self, lot: &str) -> SomeIds;
}

/// What an item shows of others, taken when its state was published.
#[derive(Debug, Clone, Default)]
pub(crate) enum Related {
    /// The entity speaks for itself.
    #[default]
    Nothing,
    /// Of a lot.
    Lot {
        parents: Vec<RelativeView>,
        children: Vec<RelativeView>,
        /// The holds on it or on what it was made from, open ones only.
        holds: Vec<Entity>,
    },
    /// Of a hold: the lots that it reaches.
    Hold { affected: SomeIds },
    /// Of an inspection: the deliveries that wait for it.
    Inspection { waiting: SomeIds },
    /// Of a nonconformance: the lots that it affects, and those without a disposition.
    Nonconformance {
        affected: SomeIds,
        undisposed: SomeIds,
    },
}

impl Related {
    /// Looks up what `entity`'s item shows of others.
    pub(crate) fn of(entity: &Entity, around: &impl Surroundings) -> Related {
        match entity {
            Entity::Lot(own) => {
                let unit_of = |id: &LotId| match around.lot(id.as_str()) {
                    Some(Entity::Lot(parent)) => parent.unit(),
                    _ => own.unit(),
                };
                let parents = own.parents().iter().take(RELATIVES_SHOWN_MAX);
                let parents = parents.map(|(id, part)| RelativeView::new(id, part, unit_of(id)));
                let children = own.children().keys().take(RELATIVES_SHOWN_MAX);
                let children = children.filter_map(|id| match around.lot(id.as_str())? {
                    Entity::Lot(child) => {
                        let part = child.parents().get(own.id())?;
                        Some(RelativeView::new(id, part, own.unit()))
                    }
                    _ => None,
                });
                Related::Lot {
                    parents: parents.collect(),
                    children: children.collect(),
                    holds: own
                        .all_holds()
                        .filter_map(|id| around.hold(id.as_str()).cloned())
                        .collect(),
                }
            }
            Entity::Hold(hold) => Related::Hold {
                affected: around.lots_on_hold(hold.id().as_str()),
            },
            Entity::Inspection(inspection) => {
                let lot = inspection.lot().filter(|_| inspection.blocks());
                let waiting = lot.map(|lot| around.shipments_of(lot.as_str()));
                Related::Inspection {
                    waiting: waiting.unwrap_or_default(),
                }
            }
            Entity::Nonconformance(found) => {
                let id = found.id().as_str();
                Related::Nonconformance {
                    affected: around.lots_affected(id),
                    undisposed: around.lots_undisposed(id),
                }
            }
            _ => Related::Nothing,
        }
    }
}
