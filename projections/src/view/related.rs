//! What an item shows of entities other than its own.

use std::sync::Arc;

use twin_model::{Entity, LotId, SmolStr};

use super::RelativeView;

/// Most parents, and most children, that a lot's item lists; its counts tell how many there are.
pub const RELATIVES_SHOWN_MAX: usize = 200;
/// Most affected lots that a hold's item lists; its count tells how many there are.
pub const AFFECTED_LOTS_SHOWN_MAX: usize = 1_000;

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
        holds: Vec<Arc<Entity>>,
    },
    /// Of a hold: the first lots that it reaches, ascending, and how many there are.
    Hold {
        affected: Vec<SmolStr>,
        affected_count: usize,
    },
}

impl Related {
    /// Looks up what `entity`'s item shows of others. `lot` and `hold` find an entity by its id;
    /// `affected` gives the lots that a hold reaches.
    pub(crate) fn of<'m>(
        entity: &Entity,
        lot: impl Fn(&str) -> Option<&'m Arc<Entity>>,
        hold: impl Fn(&str) -> Option<&'m Arc<Entity>>,
        affected: impl FnOnce(&str) -> (Vec<SmolStr>, usize),
    ) -> Related {
        match entity {
            Entity::Lot(own) => {
                let unit_of = |id: &LotId| match lot(id.as_str()).map(AsRef::as_ref) {
                    Some(Entity::Lot(parent)) => parent.unit(),
                    _ => own.unit(),
                };
                let parents = own.parents().iter().take(RELATIVES_SHOWN_MAX);
                let parents = parents.map(|(id, part)| RelativeView::new(id, part, unit_of(id)));
                let children = own.children().keys().take(RELATIVES_SHOWN_MAX);
                let children = children.filter_map(|id| match lot(id.as_str())?.as_ref() {
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
                        .filter_map(|id| hold(id.as_str()).cloned())
                        .collect(),
                }
            }
            Entity::Hold(hold) => {
                let (affected, affected_count) = affected(hold.id().as_str());
                Related::Hold {
                    affected,
                    affected_count,
                }
            }
            _ => Related::Nothing,
        }
    }
}
