//! States as they are stored in snapshots and hashed. One struct per entity, one conversion each
//! way; the entities themselves know nothing of serialization.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

mod scope;
mod shipment;

pub use scope::StoredScope;
pub use shipment::{ShipmentState, StoredClearance, StoredEnd, StoredGate};

use crate::{
    Claims, DeliveryId, Entity, EntityKey, Field, Hold, HoldId, HoldRelease, Message,
    NonconformanceId, Owners, Ownership, Plant, PlantId, SourceId, System, Time,
};

pub use crate::wire::snapshot_center::{
    AtWorkCenter, ConfigurationState, CounterSeriesState, StoredTold, WorkCenterState,
};

/// Defines the stored form of a domain struct and the conversions. `via` names the fields that have
/// a stored form of their own; `beside` those that are no business state: they are stored elsewhere
/// and not hashed.
macro_rules! stored {
    ($(#[$doc:meta])* $state:ident of $entity:ident {
        $($field:ident: $type:ty),* $(,)?
    } $(via { $($inner:ident: $inner_type:ty),* })? beside { $($extra:ident: $extra_type:ty),* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "the fields are those of the domain struct")]
        pub struct $state {
            $(pub $field: $type,)*
            $($(pub $inner: $inner_type,)*)?
        }

        impl From<&$entity> for $state {
            fn from(entity: &$entity) -> $state {
                $state {
                    $($field: entity.$field.clone(),)*
                    $($($inner: (&entity.$inner).into(),)*)?
                }
            }
        }

        impl $state {
            pub(super) fn restore(self, $($extra: $extra_type),*) -> $entity {
                $entity {
                    $($field: self.$field,)*
                    $($($inner: self.$inner.restore(),)*)?
                    $($extra,)*
                }
            }
        }
    };
}

mod heritage;
mod logistic_unit;
mod lot;
mod movement;
mod nonconformance;
mod order;
mod planned;
mod process;
mod quality;
mod reference;
mod reversal;

pub use heritage::{HeritageState, InheritedState, WorkGivenUpState};
pub use logistic_unit::LogisticUnitState;
pub use lot::*;
pub use movement::MovementState;
pub use nonconformance::*;
pub use order::*;
pub use planned::{ComponentState, PlannedOperationState};
pub use process::*;
pub use quality::*;
pub use reference::*;
pub use reversal::{DocumentReversalState, ReversalState};

stored! {
    /// A stored [`Ownership`].
    OwnershipState of Ownership {
        table_version: u64,
        sources: BTreeMap<SourceId, System>,
        owners: BTreeMap<Field, Owners>,
        claims: Claims,
    } beside { version: u64 }
}

/// A stored [`Hold`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct HoldState {
    pub id: HoldId,
    pub scope: StoredScope,
    pub reason: SmolStr,
    pub placed_by: SmolStr,
    pub placed_at: Time,
    pub ncr: Option<NonconformanceId>,
    pub propagate: bool,
    /// Disposition, by whom and when.
    pub release: Option<(SmolStr, SmolStr, Time)>,
    pub recalls: BTreeSet<DeliveryId>,
}

/// The business state of one entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntityState {
    /// A work order.
    WorkOrder(Box<WorkOrderState>),
    /// A lot.
    Lot(Box<LotState>),
    /// A work center.
    WorkCenter(Box<WorkCenterState>),
    /// A hold.
    Hold(HoldState),
    /// A shipment.
    Shipment(ShipmentState),
    /// Who owns what.
    Ownership(OwnershipState),
    /// A process.
    Process(ProcessStanding),
    /// Which processes run.
    ProcessRules(ProcessRulesState),
    /// A material.
    Material(MaterialState),
    /// The routings of a material.
    Routing(RoutingState),
    /// An inspection.
    Inspection(Box<InspectionState>),
    /// A nonconformance.
    Nonconformance(Box<NonconformanceState>),
    /// A logistic unit.
    LogisticUnit(LogisticUnitState),
}

/// One entity with what is not business state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEntity {
    /// What is hashed.
    pub state: EntityState,
    /// How many turns changed it.
    pub version: u64,
    /// The gate of a shipment; `None` for other entities.
    pub gate: Option<StoredGate>,
    /// What was told to the outside of a work center.
    pub told: StoredTold,
    /// The commands of a process; `None` for other entities.
    pub process: Option<StoredProcess>,
    /// How the versions of a material were used, in their order; none for other entities.
    pub uses: Vec<StoredUse>,
}

/// A whole plant, stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPlant {
    /// Which plant.
    pub id: PlantId,
    /// Its entities, in the order in which they came into being.
    pub entities: Vec<StoredEntity>,
    /// Messages to entities that do not exist yet.
    pub unborn: Vec<(EntityKey, Vec<Message>)>,
    /// The plant's clock. Not hashed.
    pub clock: Time,
}

/// The part of an entity that counts as business state.
#[must_use]
pub fn business_state(entity: &Entity) -> EntityState {
    match entity {
        Entity::WorkOrder(order) => EntityState::WorkOrder(Box::new(order.as_ref().into())),
        Entity::Lot(lot) => EntityState::Lot(Box::new(lot.as_ref().into())),
        Entity::WorkCenter(center) => EntityState::WorkCenter(Box::new(center.as_ref().into())),
        Entity::Ownership(ownership) => EntityState::Ownership(ownership.as_ref().into()),
        Entity::Material(material) => EntityState::Material(material.as_ref().into()),
        Entity::Routing(routing) => EntityState::Routing(routing.as_ref().into()),
        Entity::Inspection(inspection) => {
            EntityState::Inspection(Box::new(inspection.as_ref().into()))
        }
        Entity::Nonconformance(found) => {
            EntityState::Nonconformance(Box::new(found.as_ref().into()))
        }
        Entity::LogisticUnit(unit) => EntityState::LogisticUnit(unit.as_ref().into()),
        Entity::Hold(hold) => EntityState::Hold(HoldState {
            id: hold.id.clone(),
            scope: (&hold.scope).into(),
            reason: hold.reason.clone(),
            placed_by: hold.placed_by.clone(),
            placed_at: hold.placed_at,
            ncr: hold.ncr.clone(),
            propagate: hold.propagate,
            release: hold
                .release
                .as_ref()
                .map(|release| (release.disposition.clone(), release.by.clone(), release.at)),
            recalls: hold.recalls.clone(),
        }),
        Entity::Shipment(shipment) => EntityState::Shipment(shipment.as_ref().into()),
        Entity::Process(process) => EntityState::Process(process.as_ref().into()),
        Entity::ProcessRules(rules) => EntityState::ProcessRules(rules.as_ref().into()),
    }
}

/// A stored state that no entity can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hold {hold} is stored with a window that ends before it begins")]
pub struct InvalidState {
    hold: HoldId,
}

impl From<&Entity> for StoredEntity {
    fn from(entity: &Entity) -> StoredEntity {
        StoredEntity {
            state: business_state(entity),
            version: entity.version(),
            told: match entity {
                Entity::WorkCenter(center) => StoredTold {
                    silent: center.told_silent,
                    until: center.told_until,
                },
                _ => StoredTold::default(),
            },
            gate: match entity {
                Entity::Shipment(shipment) => Some(shipment.as_ref().into()),
                _ => None,
            },
            process: match entity {
                Entity::Process(process) => Some(process.as_ref().into()),
                _ => None,
            },
            uses: match entity {
                Entity::Material(material) => material.versions().iter().map(Into::into).collect(),
                _ => Vec::new(),
            },
        }
    }
}

impl TryFrom<StoredEntity> for Entity {
    type Error = InvalidState;

    fn try_from(stored: StoredEntity) -> Result<Entity, InvalidState> {
        let version = stored.version;
        Ok(match stored.state {
            EntityState::WorkOrder(state) => state.restore(version).into(),
            EntityState::Lot(state) => state.restore(version).into(),
            EntityState::WorkCenter(state) => state.restore(stored.told, version).into(),
            EntityState::Ownership(state) => state.restore(version).into(),
            EntityState::Material(state) => state.restore(stored.uses, version).into(),
            EntityState::Routing(state) => state.restore(version).into(),
            EntityState::Inspection(state) => state.restore(version).into(),
            EntityState::Nonconformance(state) => state.restore(version).into(),
            EntityState::LogisticUnit(state) => state.restore(version).into(),
            EntityState::Hold(state) => restore_hold(state, version)?.into(),
            EntityState::Shipment(state) => state.restore(stored.gate, version).into(),
            EntityState::Process(state) => state.restore(stored.process, version).into(),
            EntityState::ProcessRules(state) => state.restore(version).into(),
        })
    }
}

fn restore_hold(state: HoldState, version: u64) -> Result<Hold, InvalidState> {
    let scope = state.scope.restore();
    let window = scope.window();
    if window.is_some_and(|window| window.to < window.from) {
        return Err(InvalidState { hold: state.id });
    }
    Ok(Hold {
        id: state.id,
        scope,
        reason: state.reason,
        placed_by: state.placed_by,
        placed_at: state.placed_at,
        ncr: state.ncr,
        propagate: state.propagate,
        release: state.release.map(|(disposition, by, at)| HoldRelease {
            disposition,
            by,
            at,
        }),
        recalls: state.recalls,
        version,
    })
}

impl From<&Plant> for StoredPlant {
    fn from(plant: &Plant) -> StoredPlant {
        StoredPlant {
            id: plant.id().clone(),
            entities: plant.entities().map(StoredEntity::from).collect(),
            unborn: plant
                .unborn()
                .iter()
                .map(|(key, kept)| (key.clone(), kept.iter().cloned().collect()))
                .collect(),
            clock: plant.clock(),
        }
    }
}

impl TryFrom<StoredPlant> for Plant {
    type Error = InvalidState;

    fn try_from(stored: StoredPlant) -> Result<Plant, InvalidState> {
        let entities = stored
            .entities
            .into_iter()
            .map(Entity::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Plant::from_parts(
            stored.id,
            entities,
            stored
                .unborn
                .into_iter()
                .map(|(key, messages)| (key, messages.into_iter().collect()))
                .collect(),
            stored.clock,
        ))
    }
}
