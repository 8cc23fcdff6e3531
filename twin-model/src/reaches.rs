//! The holds that reach a lot by inheritance. There are few, and many lots have them: a list takes
//! a tenth of the room of a map, in every copy that a hold over a large genealogy makes.

use serde::{Deserialize, Serialize};

use crate::{HoldId, Reach};

/// Holds with how they reach a lot, ascending by hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reaches(Vec<(HoldId, Reach)>);

impl Reaches {
    fn find(&self, hold: &HoldId) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(hold))
    }

    pub(crate) fn get(&self, hold: &HoldId) -> Option<&Reach> {
        self.find(hold).ok().map(|place| &self.0[place].1)
    }

    pub(crate) fn get_mut(&mut self, hold: &HoldId) -> Option<&mut Reach> {
        let place = self.find(hold).ok()?;
        Some(&mut self.0[place].1)
    }

    /// Puts a hold in its place; one that is there is replaced.
    pub(crate) fn insert(&mut self, hold: HoldId, reach: Reach) {
        match self.find(&hold) {
            Ok(place) => self.0[place].1 = reach,
            Err(place) => {
                self.0.reserve_exact(1);
                self.0.insert(place, (hold, reach));
            }
        }
    }

    pub(crate) fn remove(&mut self, hold: &HoldId) -> Option<Reach> {
        let place = self.find(hold).ok()?;
        Some(self.0.remove(place).1)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &HoldId> {
        self.0.iter().map(|(hold, _)| hold)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
