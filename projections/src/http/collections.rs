//! The collections that have routes.

use twin_model::EntityKind;
use utoipa::ToSchema;

use super::collection::{Collection, Narrowing};
use crate::view::{
    HoldView, InspectionView, LogisticUnitView, LotView, MaterialView, NonconformanceView,
    ProcessView, RoutingView, ShipmentView, WorkCenterView, WorkOrderView,
};

const STATE: &str = "Only those in this state.";

/// All of them, in the order in which they are described.
pub(super) static ALL: [Collection; 11] = [
    Collection {
        kind: EntityKind::WorkOrder,
        path: "work-orders",
        many: "work orders",
        one: "work order",
        view: WorkOrderView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "created",
                    "released",
                    "in_process",
                    "completed",
                    "tech_complete",
                    "closed",
                    "cancelled",
                    "aborted",
                ]),
                STATE,
            ),
            (
                Narrowing::WorkCenter,
                "Only orders with an operation at this work center.",
            ),
            (Narrowing::Order, "Only this order."),
            (
                Narrowing::Material,
                "Only orders that make or use this material.",
            ),
            (
                Narrowing::Held,
                "Only orders that are on hold, themselves or through one of their lots (`true`), or\n\
                 that are not (`false`).",
            ),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Lot,
        path: "lots",
        many: "lots",
        one: "lot",
        view: LotView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "planned",
                    "in_process",
                    "on_hand",
                    "depleted",
                    "shipped",
                    "scrapped",
                ]),
                STATE,
            ),
            (Narrowing::Order, "Only lots made for this order."),
            (Narrowing::Material, "Only lots of this material."),
            (
                Narrowing::Held,
                "Only lots that are on hold, themselves or by what they were made from (`true`), or\n\
                 that are not (`false`).",
            ),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::WorkCenter,
        path: "work-centers",
        many: "work centers",
        one: "work center",
        view: WorkCenterView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "not_available",
                    "out_of_service",
                    "not_executing",
                    "executing",
                ]),
                STATE,
            ),
            (
                Narrowing::Order,
                "Only work centers where an operation of this order runs or waits.",
            ),
            (
                Narrowing::Held,
                "Only work centers that are on hold (`true`), or that are not (`false`).",
            ),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Hold,
        path: "holds",
        many: "holds",
        one: "hold",
        view: HoldView::name,
        narrowed_by: &[
            (Narrowing::State(&["open", "released"]), STATE),
            (Narrowing::Order, "Only holds placed on this order."),
            (
                Narrowing::WorkCenter,
                "Only holds placed on this work center.",
            ),
            (Narrowing::Lot, "Only open holds that reach this lot."),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Shipment,
        path: "shipments",
        many: "shipments",
        one: "shipment",
        view: ShipmentView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "blocked",
                    "cleared",
                    "shipped",
                    "recall_required",
                    "cancelled",
                ]),
                STATE,
            ),
            (
                Narrowing::Order,
                "Only shipments with a lot made for this order.",
            ),
            (Narrowing::Lot, "Only shipments with this lot."),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Process,
        path: "processes",
        many: "processes",
        one: "process",
        view: ProcessView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "waiting",
                    "asking",
                    "retrying",
                    "with_person",
                    "settled",
                    "undone",
                    "off",
                ]),
                STATE,
            ),
            (
                Narrowing::Kind,
                "Only those of this kind, such as `release`.",
            ),
            (Narrowing::Order, "Only those about this order."),
        ],
        slashed_id: Some("release/WO-1"),
    },
    Collection {
        kind: EntityKind::Inspection,
        path: "inspections",
        many: "inspections",
        one: "inspection",
        view: InspectionView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "requested",
                    "open",
                    "in_progress",
                    "results_complete",
                    "decided",
                    "closed",
                    "cancelled",
                ]),
                STATE,
            ),
            (Narrowing::Order, "Only inspections for this order."),
            (Narrowing::Lot, "Only inspections of this lot."),
            (
                Narrowing::Blocking,
                "Only those that keep their lot from being used now (`true`), or that do not\n\
                 (`false`).",
            ),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Nonconformance,
        path: "nonconformances",
        many: "nonconformances",
        one: "nonconformance",
        view: NonconformanceView::name,
        narrowed_by: &[
            (
                Narrowing::State(&[
                    "open",
                    "contained",
                    "under_review",
                    "dispositioned",
                    "verified",
                    "closed",
                    "cancelled",
                ]),
                STATE,
            ),
            (
                Narrowing::Severity(&["minor", "major", "critical"]),
                "Only those that are so bad.",
            ),
            (
                Narrowing::Order,
                "Only those that name this order or affect a lot made for it.",
            ),
            (
                Narrowing::Lot,
                "Only those that affect this lot, by name or by what it was made from.",
            ),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Material,
        path: "materials",
        many: "materials",
        one: "material",
        view: MaterialView::name,
        narrowed_by: &[],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::Routing,
        path: "routings",
        many: "routings",
        one: "routing",
        view: RoutingView::name,
        narrowed_by: &[
            (
                Narrowing::WorkCenter,
                "Only routings with an operation at this work center.",
            ),
            (
                Narrowing::Order,
                "Only the routing that this order takes its operations from.",
            ),
        ],
        slashed_id: None,
    },
    Collection {
        kind: EntityKind::LogisticUnit,
        path: "logistic-units",
        many: "logistic units",
        one: "logistic unit",
        view: LogisticUnitView::name,
        narrowed_by: &[(Narrowing::State(&["packed", "empty"]), STATE)],
        slashed_id: None,
    },
];
