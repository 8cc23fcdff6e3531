//! Answers as they travel: one file per kind of item, built from domain states.
//!
//! An item shows mostly its own entity. What it shows of others (the lots that a hold reaches,
//! the holds that reach a lot) comes from `Related`, taken when the state was published, so that
//! an item in a list and the same item in the stream never differ.

mod account;
mod dry_run;
mod exception;
mod exception_group;
mod genealogy;
mod hold;
mod inspection;
mod logistic_unit;
mod lot;
mod material;
mod movement;
mod nonconformance;
mod parked;
mod plain;
mod plant;
mod process;
mod related;
mod routing;
mod shipment;
mod why;
mod work_center;
mod work_order;

pub use account::AccountView;
pub use dry_run::{
    CHANGES_SHOWN_MAX, DispositionView, DryRunView, ResolvedView, WouldChangeView, WouldTellView,
};
pub use exception::{ExceptionView, SettledView};
pub use exception_group::{ExceptionGroupView, GROUP_NUMBERS_MAX};
pub use genealogy::{EdgeView, GenealogyView, KinView};
pub use hold::{HoldView, ScopeView};
pub use inspection::{CharacteristicView, DecidedPartView, InspectionDecisionView, InspectionView};
pub use logistic_unit::LogisticUnitView;
pub(crate) use logistic_unit::packing_state;
pub use lot::{LotView, RelativeView};
pub use material::{
    ConversionView, MATERIAL_VERSIONS_SHOWN_MAX, MaterialVersionView, MaterialView,
};
pub use movement::{MovementView, ReversalView};
pub use nonconformance::{DisposedPartView, LotDispositionView, NonconformanceView, SaidView};
pub use parked::ParkedView;
pub use plain::PlainView;
pub use plant::{CountsView, PlantView};
pub use process::{CommandView, ProcessView, RefusalView};
pub use related::{AFFECTED_LOTS_SHOWN_MAX, RELATIVES_SHOWN_MAX, WAITING_SHIPMENTS_SHOWN_MAX};
pub(crate) use related::{Related, SomeIds, Surroundings};
pub use routing::{
    ROUTING_ORDERS_SHOWN_MAX, ROUTING_VERSIONS_SHOWN_MAX, RoutedOperationView, RoutedOrderView,
    RoutingVersionView, RoutingView,
};
pub use shipment::ShipmentView;
pub use why::{CauseView, LateView, SpentView, WhyView};
pub use work_center::{QueuedView, RunningView, WorkCenterView};
pub(crate) use work_order::in_order;
pub use work_order::{DiscrepancyView, OperationView, WorkOrderView};

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use twin_model::{
    Code, Decimal, Discrepancy, Entity, EntityKey, LotId, Reason, SmolStr, Time, Unit,
};
use utoipa::ToSchema;

/// An amount with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuantityView {
    /// Exact decimal.
    #[schema(value_type = String, example = "12.5")]
    pub value: Decimal,
    /// UN/ECE Recommendation 20 code.
    #[schema(value_type = String, example = "H87")]
    pub unit: Unit,
}

impl QuantityView {
    pub(crate) fn new(value: Decimal, unit: Unit) -> QuantityView {
        QuantityView {
            value: value.normalize(),
            unit,
        }
    }
}

/// A quantity of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LotQuantityView {
    /// The lot.
    #[schema(value_type = String)]
    pub lot: LotId,
    /// How much of it.
    pub quantity: QuantityView,
}

/// Why something is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonView {
    /// The rule.
    #[schema(value_type = String, example = "TWIN-R07")]
    pub code: Code,
    /// In business words.
    #[schema(value_type = String)]
    pub text: SmolStr,
}

impl From<&Reason> for ReasonView {
    fn from(reason: &Reason) -> ReasonView {
        ReasonView {
            code: reason.code,
            text: reason.text.clone(),
        }
    }
}

/// Broken soft rules as they are shown.
pub(crate) fn shown(broken: &[Discrepancy]) -> Vec<DiscrepancyView> {
    broken
        .iter()
        .map(|broken| ReasonView {
            code: broken.code(),
            text: broken.to_string().into(),
        })
        .collect()
}

/// One entity as it stands in a list, an answer or a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ItemView {
    /// A work order.
    WorkOrder(WorkOrderView),
    /// A lot.
    Lot(LotView),
    /// A work center.
    WorkCenter(WorkCenterView),
    /// A hold.
    Hold(HoldView),
    /// A shipment.
    Shipment(ShipmentView),
    /// A process.
    Process(ProcessView),
    /// An inspection.
    Inspection(InspectionView),
    /// A nonconformance.
    Nonconformance(NonconformanceView),
    /// A material.
    Material(MaterialView),
    /// The routings of a material.
    Routing(RoutingView),
    /// A logistic unit.
    LogisticUnit(LogisticUnitView),
    /// Anything else.
    Plain(PlainView),
}

impl ItemView {
    /// The item of `entity` at plant time `now`.
    pub(crate) fn new(entity: &Entity, related: &Related, now: Time) -> ItemView {
        let version = entity.version();
        match entity {
            Entity::WorkOrder(order) => {
                ItemView::WorkOrder(WorkOrderView::new(order, version, now))
            }
            Entity::Lot(lot) => ItemView::Lot(LotView::new(lot, version, related, now)),
            Entity::WorkCenter(center) => {
                ItemView::WorkCenter(WorkCenterView::new(center, version))
            }
            Entity::Hold(hold) => ItemView::Hold(HoldView::new(hold, version, related)),
            Entity::Shipment(shipment) => ItemView::Shipment(ShipmentView::new(shipment, version)),
            Entity::Process(process) => ItemView::Process(ProcessView::new(process, version)),
            Entity::Inspection(inspection) => {
                ItemView::Inspection(InspectionView::new(inspection, version, related))
            }
            Entity::Nonconformance(found) => {
                ItemView::Nonconformance(NonconformanceView::new(found, version, related))
            }
            Entity::Material(material) => ItemView::Material(MaterialView::new(material, version)),
            Entity::Routing(routing) => ItemView::Routing(RoutingView::new(routing, version)),
            Entity::LogisticUnit(unit) => {
                ItemView::LogisticUnit(LogisticUnitView::new(unit, version))
            }
            other => ItemView::Plain(PlainView::new(other, version)),
        }
    }
}

impl ItemView {
    /// What identifies this content among all contents that the entity's item ever had within an
    /// epoch: the version, and what changes without the entity.
    pub(crate) fn tag(&self) -> String {
        match self {
            ItemView::WorkOrder(order) if order.late => format!("{}-late", order.version),
            ItemView::WorkOrder(order) => order.version.to_string(),
            ItemView::Lot(lot) => {
                format!("{}-{}", lot.version, lot.not_shippable_because.len())
            }
            ItemView::WorkCenter(center) => center.version.to_string(),
            ItemView::Hold(hold) => around(
                hold.version,
                (&hold.affected_lots, hold.affected_lots_count),
            ),
            ItemView::Shipment(shipment) => shipment.version.to_string(),
            ItemView::Process(process) => process.version.to_string(),
            ItemView::Inspection(inspection) => around(
                inspection.version,
                (&inspection.keeps, inspection.shipments_count),
            ),
            ItemView::Nonconformance(found) => around(
                found.version,
                (
                    (&found.affected_lots, found.affected_lots_count),
                    (&found.undisposed_lots, found.undisposed_lots_count),
                ),
            ),
            ItemView::Material(material) => material.version.to_string(),
            ItemView::Routing(routing) => routing.version.to_string(),
            ItemView::LogisticUnit(unit) => unit.version.to_string(),
            ItemView::Plain(plain) => plain.version.to_string(),
        }
    }
}

/// A tag for a version and what stands around it.
fn around(version: u64, neighbours: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    neighbours.hash(&mut hasher);
    format!("{version}-{:016x}", hasher.finish())
}

/// An entity as programs name it: `work_order/WO-1`.
pub(crate) fn object_path(key: &EntityKey) -> String {
    format!("{}/{}", key.kind().as_str(), key.id())
}
