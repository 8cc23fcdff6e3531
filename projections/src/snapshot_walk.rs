//! The items of a plant as of one commit, some at a time.

use std::sync::Arc;

use actors::Cursor;
use serde::Serialize;
use twin_model::{EntityKind, PlantId, SmolStr, Time};
use utoipa::ToSchema;

use crate::read_model::ReadModel;
use crate::selection::Selection;
use crate::sort::{Place, Sort};
use crate::view::ItemView;

/// An item as it is where a subscription begins, as the stream's `snapshot` carries it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// The commit that it is of; the changes behind it follow.
    #[schema(example = "1-42-4294967295")]
    pub(crate) cursor: String,
    /// Such as `work_order`, `lot`, `work_center`, `hold`, `shipment` or `inspection`.
    pub(crate) kind: &'static str,
    /// Which one.
    #[schema(value_type = String)]
    pub(crate) id: SmolStr,
    /// The item as in the lists.
    state: ItemView,
}

/// Every item that is wanted was sent, as the stream's `snapshot.end` says.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotEndView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// The commit that the items are of; the changes behind it follow.
    #[schema(example = "1-42-4294967295")]
    cursor: String,
    /// How many items came.
    items: u64,
}

/// Somebody's way through a copy.
#[derive(Debug)]
pub(crate) struct SnapshotWalk {
    model: Arc<ReadModel>,
    /// Items are shown as of this time.
    now: Time,
    /// Kinds that are not through.
    kinds: Vec<EntityKind>,
    /// The last one of the kind that was given.
    after: Option<SmolStr>,
    given: u64,
}

impl SnapshotWalk {
    pub(crate) fn new(model: Arc<ReadModel>) -> SnapshotWalk {
        let mut kinds = EntityKind::ALL.to_vec();
        kinds.reverse();
        SnapshotWalk {
            now: model.now(),
            model,
            kinds,
            after: None,
            given: 0,
        }
    }

    /// What the items are of.
    pub(crate) fn cursor(&self) -> Cursor {
        self.model.cursor()
    }

    /// Some more items; `None` at the end.
    pub(crate) fn next(&mut self, selection: &Selection, max: usize) -> Option<Vec<SnapshotView>> {
        loop {
            let kind = *self.kinds.last()?;
            let entities = &self.model.entities;
            let after = self.after.as_ref().map(|id| Place {
                rank: None,
                id: id.clone(),
            });
            let place = (Sort::default(), after.as_ref());
            let page = match selection.takes_kind(kind) {
                true => entities.page(kind, None, place, max, |entity| {
                    selection.takes_state(entity)
                }),
                false => crate::entities::Page {
                    items: Vec::new(),
                    next: None,
                },
            };
            self.after = page.next;
            if self.after.is_none() {
                self.kinds.pop();
            }
            if page.items.is_empty() {
                continue;
            }
            self.given += page.items.len() as u64;
            let items = page.items.iter().map(|entity| {
                let key = entity.key();
                SnapshotView {
                    plant: self.model.plant().clone(),
                    cursor: self.cursor().to_string(),
                    kind: key.kind().as_str(),
                    id: SmolStr::new(key.id()),
                    state: ItemView::new(entity, &entities.related(entity), self.now),
                }
            });
            return Some(items.collect());
        }
    }

    /// What to say at the end.
    pub(crate) fn end(&self) -> SnapshotEndView {
        SnapshotEndView {
            plant: self.model.plant().clone(),
            cursor: self.cursor().to_string(),
            items: self.given,
        }
    }
}
