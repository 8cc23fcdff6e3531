//! The fields that have owners, and the owners that they have where a plant says nothing else.

use std::fmt;
use std::str::FromStr;

use super::{Owners, System};

const ERP: Owners = Owners::NONE.and(System::Erp);
const MES: Owners = Owners::NONE.and(System::Mes);
const QMS: Owners = Owners::NONE.and(System::Qms);
const WMS: Owners = Owners::NONE.and(System::Wms);
const CMMS: Owners = Owners::NONE.and(System::Cmms);
const EDGE: Owners = Owners::NONE.and(System::Edge);
const TWIN: Owners = Owners::NONE.and(System::Twin);

macro_rules! fields {
    ($($variant:ident = $entity:literal, $field:literal, $owners:expr;)+) => {
        /// A field of an entity, as ownership sees it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $entity, ".", $field, "`")] $variant,)+
        }

        impl Field {
            /// All fields, by entity.
            pub const ALL: &'static [Field] = &[$(Field::$variant),+];

            /// Kind of the object, such as `work_order`.
            #[must_use]
            pub fn entity(self) -> &'static str {
                match self {
                    $(Field::$variant => $entity,)+
                }
            }

            /// The field's name, such as `quantity`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Field::$variant => $field,)+
                }
            }

            /// The owners where the plant has published no others.
            #[must_use]
            pub const fn default_owners(self) -> Owners {
                match self {
                    $(Field::$variant => $owners,)+
                }
            }
        }
    };
}

fields! {
    OrderCreation = "work_order", "creation", ERP;
    OrderMaterial = "work_order", "material", ERP;
    OrderQuantity = "work_order", "quantity", ERP;
    OrderTolerance = "work_order", "tolerance", ERP;
    OrderPlannedStart = "work_order", "planned_start", ERP;
    OrderPlannedEnd = "work_order", "planned_end", ERP;
    OrderPriority = "work_order", "priority", ERP;
    OrderSalesOrder = "work_order", "sales_order", ERP;
    OrderRoutingVersion = "work_order", "routing_version", ERP;
    OrderBomVersion = "work_order", "bom_version", ERP;
    OrderRelease = "work_order", "release", ERP;
    OrderReleasedQuantity = "work_order", "released_quantity", ERP;
    OrderCancellation = "work_order", "cancellation", ERP;
    OrderAbort = "work_order", "abort", ERP.and(System::Mes);
    OrderTechCompletion = "work_order", "tech_completion", ERP;
    OrderClosing = "work_order", "closing", ERP;
    OrderCounting = "work_order", "counting", ERP.and(System::Mes);
    OrderIssued = "work_order", "issued", WMS;
    OrderConsumed = "work_order", "consumed", MES;
    OrderReceived = "work_order", "received", WMS;
    OrderMovementReversal = "work_order", "movement_reversal", WMS.and(System::Mes);
    OperationDispatch = "operation", "dispatch", MES;
    OperationSetup = "operation", "setup", MES;
    OperationStart = "operation", "start", MES;
    OperationGood = "operation", "good", MES;
    OperationScrap = "operation", "scrap", MES;
    OperationRework = "operation", "rework", MES;
    OperationEnd = "operation", "end", MES;
    OperationInterruption = "operation", "interruption", MES;
    OperationAbort = "operation", "abort", MES;
    OperationSkip = "operation", "skip", MES;
    OperationReversal = "operation", "reversal", MES.and(System::Erp);
    LotCreation = "lot", "creation", MES.and(System::Wms);
    LotMaterial = "lot", "material", MES.and(System::Wms);
    LotQuantity = "lot", "quantity", MES.and(System::Wms);
    LotOrigin = "lot", "origin", MES.and(System::Wms);
    LotPacking = "lot", "packing", MES.and(System::Wms);
    LotUsage = "lot", "usage", QMS.and(System::Wms).and(System::Erp);
    LotStock = "lot", "stock", WMS;
    WorkCenterState = "work_center", "state", EDGE.and(System::Mes);
    WorkCenterCounters = "work_center", "counters", EDGE;
    WorkCenterSession = "work_center", "session", EDGE;
    WorkCenterMaintenance = "work_center", "maintenance", CMMS;
    WorkCenterConfiguration = "work_center", "configuration", ERP;
    InspectionPlan = "inspection", "plan", QMS;
    InspectionResult = "inspection", "result", QMS.and(System::Mes);
    InspectionDecision = "inspection", "decision", QMS;
    NonconformanceRecord = "nonconformance", "record", QMS;
    NonconformanceContainment = "nonconformance", "containment", QMS.and(System::Mes);
    NonconformanceDisposition = "nonconformance", "disposition", QMS;
    HoldPlacing = "hold", "placing", Owners::ANYBODY;
    HoldRelease = "hold", "release", QMS;
    ShipmentRequest = "shipment", "request", WMS.and(System::Erp);
    ShipmentConfirmation = "shipment", "confirmation", WMS;
    MaterialMaster = "material", "master", ERP;
    RoutingMaster = "routing", "master", ERP.and(System::Mes);
    OwnershipTable = "ownership", "table", TWIN;
    ProcessRulesTable = "process_rules", "table", TWIN;
    ProcessAnswer = "process", "answer",
        ERP.and(System::Mes).and(System::Qms).and(System::Wms).and(System::Cmms);
}

impl Field {
    /// The field of that name.
    #[must_use]
    pub fn named(entity: &str, field: &str) -> Option<Field> {
        Field::ALL
            .iter()
            .copied()
            .find(|known| known.entity() == entity && known.name() == field)
    }
}

/// `work_order.quantity`
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.entity(), self.name())
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no field with an owner (like work_order.quantity)")]
pub struct UnknownField;

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Field, UnknownField> {
        let (entity, field) = text.split_once('.').ok_or(UnknownField)?;
        Field::named(entity, field).ok_or(UnknownField)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_name_and_an_owner() {
        for (n, field) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, n, "{field} stands at its number");
            assert_eq!(field.to_string().parse(), Ok(*field));
            assert_ne!(field.default_owners(), Owners::NONE, "{field}");
        }
    }
}
