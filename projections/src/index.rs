//! Ids under a label, for lists that are narrower than the whole plant.

use std::collections::{BTreeMap, BTreeSet};

use twin_model::SmolStr;

static EMPTY: BTreeSet<SmolStr> = BTreeSet::new();

/// Sets of ids by label. A label without ids takes no room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Index(BTreeMap<SmolStr, BTreeSet<SmolStr>>);

impl Index {
    pub(crate) fn insert(&mut self, label: &str, id: &str) {
        match self.0.get_mut(label) {
            Some(ids) => ids.insert(id.into()),
            None => self.0.entry(label.into()).or_default().insert(id.into()),
        };
    }

    pub(crate) fn remove(&mut self, label: &str, id: &str) {
        if let Some(ids) = self.0.get_mut(label) {
            ids.remove(id);
            if ids.is_empty() {
                self.0.remove(label);
            }
        }
    }

    /// Puts `id` under `label`, or takes it away from there.
    pub(crate) fn set(&mut self, label: &str, id: &str, is_there: bool) {
        match is_there {
            true => self.insert(label, id),
            false => self.remove(label, id),
        }
    }

    /// Moves `id` from one label to another.
    pub(crate) fn move_to(&mut self, id: &str, old: Option<&str>, new: Option<&str>) {
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.remove(old, id);
        }
        if let Some(new) = new {
            self.insert(new, id);
        }
    }

    /// The ids under `label`, ascending.
    pub(crate) fn get(&self, label: &str) -> &BTreeSet<SmolStr> {
        self.0.get(label).unwrap_or(&EMPTY)
    }
}
