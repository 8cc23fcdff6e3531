//! Which processes wait for which objects.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Entity, EntityKey, ProcessId};

/// Processes by the objects whose change may end what they wait for. It follows from their states,
/// so it is neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(BTreeMap<EntityKey, BTreeSet<ProcessId>>);

impl Waiting {
    /// Follows an entity from its former state (`None` at its birth) to the one it has now.
    pub(crate) fn moved(&mut self, former: Option<&Entity>, now: &Entity) {
        let Entity::Process(process) = now else {
            return;
        };
        let waited = former.map(awaited).unwrap_or_default();
        let waits = awaited(now);
        for key in waited.difference(&waits) {
            if let Some(waiting) = self.0.get_mut(key) {
                waiting.remove(&process.id);
                if waiting.is_empty() {
                    self.0.remove(key);
                }
            }
        }
        for key in waits.difference(&waited) {
            let waiting = self.0.entry(key.clone()).or_default();
            waiting.insert(process.id.clone());
        }
    }

    /// The processes that wait for an object.
    pub(crate) fn for_(&self, key: &EntityKey) -> impl Iterator<Item = &ProcessId> {
        self.0.get(key).into_iter().flatten()
    }
}

fn awaited(entity: &Entity) -> BTreeSet<EntityKey> {
    match entity {
        Entity::Process(process) => {
            let obstacles = process.obstacles.iter();
            obstacles.filter_map(|o| o.awaits.clone()).collect()
        }
        _ => BTreeSet::new(),
    }
}
