//! The stored form of reference data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PlannedOperationState;
use crate::{
    Claims, Conversion, Decimal, Material, MaterialId, MaterialVersion, Ratio, Routing,
    RoutingVersion, RoutingWish, Time, Unit, WorkOrderId,
};

stored! {
    /// A stored [`Conversion`].
    ConversionState of Conversion {
        unit: Unit,
        ratio: Ratio,
        is_nominal: bool,
        from: Option<Time>,
        to: Option<Time>,
    } beside {}
}

/// A stored [`MaterialVersion`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct MaterialVersionState {
    pub number: u64,
    pub at: Time,
    pub base_unit: Unit,
    pub conversions: Vec<ConversionState>,
    pub shelf_life_days: Option<u32>,
    pub inspection_required: bool,
    pub lot_controlled: bool,
    pub catch_weight_tolerance: Option<Decimal>,
}

/// Until when a version of a material was used. Which of several that agree was there when it was
/// needed hangs on their arrival, so it is no business state: it is what was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredUse {
    /// When its factor from one unit to another was used last.
    pub used: Vec<(Unit, Unit, Time)>,
    /// When its tolerance judged a measurement last.
    pub weighed: Option<Time>,
}

impl From<&MaterialVersion> for StoredUse {
    fn from(version: &MaterialVersion) -> StoredUse {
        let used = version.used.iter();
        StoredUse {
            used: used.map(|((from, to), at)| (*from, *to, *at)).collect(),
            weighed: version.weighed,
        }
    }
}

impl From<&MaterialVersion> for MaterialVersionState {
    fn from(version: &MaterialVersion) -> MaterialVersionState {
        MaterialVersionState {
            number: version.number,
            at: version.at,
            base_unit: version.base_unit,
            conversions: version.conversions.iter().map(Into::into).collect(),
            shelf_life_days: version.shelf_life_days,
            inspection_required: version.inspection_required,
            lot_controlled: version.lot_controlled,
            catch_weight_tolerance: version.catch_weight_tolerance,
        }
    }
}

impl MaterialVersionState {
    fn restore(self, stored: Option<StoredUse>) -> MaterialVersion {
        let conversions = self.conversions.into_iter();
        let weighed = stored.as_ref().and_then(|stored| stored.weighed);
        let used = stored.into_iter().flat_map(|stored| stored.used);
        MaterialVersion {
            number: self.number,
            at: self.at,
            base_unit: self.base_unit,
            conversions: conversions.map(ConversionState::restore).collect(),
            shelf_life_days: self.shelf_life_days,
            inspection_required: self.inspection_required,
            lot_controlled: self.lot_controlled,
            catch_weight_tolerance: self.catch_weight_tolerance,
            used: used.map(|(from, to, at)| ((from, to), at)).collect(),
            weighed,
        }
    }
}

/// A stored [`Material`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct MaterialState {
    pub id: MaterialId,
    pub versions: Vec<MaterialVersionState>,
    pub claims: Claims,
}

impl From<&Material> for MaterialState {
    fn from(material: &Material) -> MaterialState {
        MaterialState {
            id: material.id.clone(),
            versions: material.versions.iter().map(Into::into).collect(),
            claims: material.claims.clone(),
        }
    }
}

impl MaterialState {
    pub(super) fn restore(self, uses: Vec<StoredUse>, version: u64) -> Material {
        let mut uses = uses.into_iter();
        let versions = self.versions.into_iter();
        Material {
            id: self.id,
            versions: versions.map(|state| state.restore(uses.next())).collect(),
            claims: self.claims,
            version,
        }
    }
}

/// A stored [`RoutingVersion`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct RoutingVersionState {
    pub version: SmolStr,
    pub from: Time,
    pub at: Time,
    pub name: SmolStr,
    pub operations: Vec<PlannedOperationState>,
}

/// A stored [`Routing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct RoutingState {
    pub id: MaterialId,
    pub versions: Vec<RoutingVersionState>,
    pub wishes: BTreeMap<WorkOrderId, RoutingWish>,
    pub claims: Claims,
}

impl From<&Routing> for RoutingState {
    fn from(routing: &Routing) -> RoutingState {
        let stored = |version: &RoutingVersion| RoutingVersionState {
            version: version.version.clone(),
            from: version.from,
            at: version.at,
            name: version.name.clone(),
            operations: version
                .operations
                .iter()
                .map(PlannedOperationState::from)
                .collect(),
        };
        RoutingState {
            id: routing.id.clone(),
            versions: routing.versions.iter().map(stored).collect(),
            wishes: routing.wishes.clone(),
            claims: routing.claims.clone(),
        }
    }
}

impl RoutingState {
    pub(super) fn restore(self, version: u64) -> Routing {
        let restored = |version: RoutingVersionState| RoutingVersion {
            version: version.version,
            from: version.from,
            at: version.at,
            name: version.name,
            operations: version
                .operations
                .into_iter()
                .map(PlannedOperationState::restore)
                .collect(),
        };
        Routing {
            id: self.id,
            versions: self.versions.into_iter().map(restored).collect(),
            wishes: self.wishes,
            claims: self.claims,
            version,
        }
    }
}
