//! The stored form of what a lot has from its origins and the work that made it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{EntityKey, Heritage, Inherited, InspectionId, LotId, Time, Usage, WorkGivenUp};

stored! {
    /// A stored [`Inherited`].
    InheritedState of Inherited {
        at: Time,
        from: EntityKey,
    } beside {}
}

stored! {
    /// A stored [`WorkGivenUp`].
    WorkGivenUpState of WorkGivenUp {
        usage: Usage,
        at: Time,
    } beside {}
}

/// A stored [`Heritage`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct HeritageState {
    pub statuses: BTreeMap<Usage, InheritedState>,
    pub inspections: BTreeSet<(InspectionId, LotId)>,
}

impl From<&Heritage> for HeritageState {
    fn from(heritage: &Heritage) -> HeritageState {
        let statuses = heritage.statuses.iter();
        HeritageState {
            statuses: statuses.map(|(usage, it)| (*usage, it.into())).collect(),
            inspections: heritage.inspections.clone(),
        }
    }
}

impl HeritageState {
    pub(super) fn restore(self) -> Heritage {
        let statuses = self.statuses.into_iter();
        Heritage {
            statuses: statuses.map(|(usage, it)| (usage, it.restore())).collect(),
            inspections: self.inspections,
        }
    }
}
