//! The holds that reach a lot by inheritance. There are few, and many lots have them: they take one
//! piece of memory, which copies of the lot share.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{HoldId, Reach};

/// Holds with how they reach a lot, ascending by hold. They are stored as any other list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reaches(Option<Arc<[(HoldId, Reach)]>>);

impl Reaches {
    fn all(&self) -> &[(HoldId, Reach)] {
        self.0.as_deref().unwrap_or_default()
    }

    fn find(&self, hold: &HoldId) -> Result<usize, usize> {
        self.all().binary_search_by(|(known, _)| known.cmp(hold))
    }

    pub(crate) fn get(&self, hold: &HoldId) -> Option<&Reach> {
        self.find(hold).ok().map(|place| &self.all()[place].1)
    }

    /// Puts a hold in its place; one that is there is replaced.
    pub(crate) fn insert(&mut self, hold: HoldId, reach: Reach) {
        let (before, after) = match self.find(&hold) {
            Ok(place) => (&self.all()[..place], &self.all()[place + 1..]),
            Err(place) => self.all().split_at(place),
        };
        let before = before.iter().cloned();
        let after = after.iter().cloned();
        self.0 = Some(before.chain([(hold, reach)]).chain(after).collect());
    }

    /// Takes a hold away. `false` when it was not there.
    pub(crate) fn remove(&mut self, hold: &HoldId) -> bool {
        if self.find(hold).is_err() {
            return false;
        }
        let rest = self.all().iter().filter(|(known, _)| known != hold);
        let rest: Vec<_> = rest.cloned().collect();
        *self = Reaches::from(rest);
        true
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &HoldId> {
        self.all().iter().map(|(hold, _)| hold)
    }

    /// Whether this one reaches it, and so, and no other.
    pub(crate) fn is_only(&self, hold: &HoldId, reach: &Reach) -> bool {
        matches!(self.all(), [(known, how)] if known == hold && how == reach)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl From<Vec<(HoldId, Reach)>> for Reaches {
    /// From holds in ascending order.
    fn from(reaches: Vec<(HoldId, Reach)>) -> Reaches {
        Reaches((!reaches.is_empty()).then(|| reaches.into()))
    }
}

impl Serialize for Reaches {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reaches {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reaches, D::Error> {
        Vec::deserialize(deserializer).map(Reaches::from)
    }
}
