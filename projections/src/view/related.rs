//! What an item shows of entities other than its own.

use std::sync::Arc;

use twin_model::{Entity, LotId, SmolStr};

use super::{LotQuantityView, QuantityView};

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
        parents: Vec<LotQuantityView>,
        children: Vec<LotQuantityView>,
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
                let parents =
                    own.parents()
                        .iter()
                        .take(RELATIVES_SHOWN_MAX)
                        .map(|(id, made_from)| LotQuantityView {
                            lot: id.clone(),
                            quantity: QuantityView::new(made_from.quantity, unit_of(id)),
                        });
                let children = own
                    .children()
                    .keys()
                    .take(RELATIVES_SHOWN_MAX)
                    .filter_map(|id| match lot(id.as_str())?.as_ref() {
                        Entity::Lot(child) => Some(LotQuantityView {
                            lot: id.clone(),
                            quantity: QuantityView::new(
                                child.parents().get(own.id())?.quantity,
                                own.unit(),
                            ),
                        }),
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
