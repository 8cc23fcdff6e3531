//! The tables and their columns.

use twin_model::{Entity, EntityKind, Hold, Lot, Operation, Time, WorkCenter, WorkOrder};

use super::row::{Cell, decimal, joined, maybe, text, time, whole};
use super::table::{Column, ColumnType, Table};
use crate::view::{ScopeView, packing_state};

use ColumnType::{Decimal, Flag, Text, Time as At, Whole};

const fn column(name: &'static str, holds: ColumnType) -> Column {
    Column { name, holds }
}

/// All of them.
pub(super) static ALL: [Table; 12] = [
    Table {
        name: "work-orders",
        kind: EntityKind::WorkOrder,
        columns: &[
            column("id", Text),
            column("material", Text),
            column("lifecycle", Text),
            column("unit", Text),
            column("quantity", Decimal),
            column("released_quantity", Decimal),
            column("delivered", Decimal),
            column("scrap", Decimal),
            column("priority", Whole),
            column("sales_order", Text),
            column("planned_start", At),
            column("planned_end", At),
            column("actual_start", At),
            column("actual_end", At),
            column("late", Flag),
            column("holds", Text),
            column("version", Whole),
        ],
        rows: orders,
    },
    Table {
        name: "operations",
        kind: EntityKind::WorkOrder,
        columns: &[
            column("order", Text),
            column("op", Text),
            column("position", Whole),
            column("state", Text),
            column("work_center", Text),
            column("worker", Text),
            column("unit", Text),
            column("good", Decimal),
            column("scrap", Decimal),
            column("rework", Decimal),
            column("mrb", Decimal),
            column("delivers", Flag),
            column("setup_s", Whole),
            column("run_s_per_unit", Decimal),
            column("started_at", At),
            column("ended_at", At),
        ],
        rows: operations,
    },
    Table {
        name: "lots",
        kind: EntityKind::Lot,
        columns: &[
            column("id", Text),
            column("material", Text),
            column("quantity", Decimal),
            column("unit", Text),
            column("lifecycle", Text),
            column("usage", Text),
            column("order", Text),
            column("op", Text),
            column("produced_at", At),
            column("expiry", At),
            column("holds", Text),
            column("inherited_holds", Text),
            column("parents", Text),
            column("children_count", Whole),
            column("shippable", Flag),
            column("version", Whole),
        ],
        rows: lots,
    },
    Table {
        name: "work-centers",
        kind: EntityKind::WorkCenter,
        columns: &[
            column("id", Text),
            column("item_state", Text),
            column("mode", Text),
            column("reason", Text),
            column("since", At),
            column("running_count", Whole),
            column("queue_count", Whole),
            column("holds", Text),
            column("version", Whole),
        ],
        rows: centers,
    },
    Table {
        name: "holds",
        kind: EntityKind::Hold,
        columns: &[
            column("id", Text),
            column("scope_kind", Text),
            column("scope_id", Text),
            column("reason", Text),
            column("placed_by", Text),
            column("placed_at", At),
            column("nonconformance", Text),
            column("state", Text),
            column("disposition", Text),
            column("released_by", Text),
            column("released_at", At),
            column("version", Whole),
        ],
        rows: holds,
    },
    Table {
        name: "shipments",
        kind: EntityKind::Shipment,
        columns: &[
            column("id", Text),
            column("customer", Text),
            column("state", Text),
            column("requested_at", At),
            column("decided_at", At),
            column("valid_until", At),
            column("shipped_at", At),
            column("reasons", Text),
            column("version", Whole),
        ],
        rows: shipments,
    },
    Table {
        name: "processes",
        kind: EntityKind::Process,
        columns: &[
            column("id", Text),
            column("kind", Text),
            column("subject", Text),
            column("state", Text),
            column("due_at", At),
            column("version", Whole),
        ],
        rows: processes,
    },
    Table {
        name: "inspections",
        kind: EntityKind::Inspection,
        columns: &[
            column("id", Text),
            column("lot", Text),
            column("order", Text),
            column("op", Text),
            column("state", Text),
            column("blocking", Flag),
            column("created_at", At),
            column("version", Whole),
        ],
        rows: inspections,
    },
    Table {
        name: "nonconformances",
        kind: EntityKind::Nonconformance,
        columns: &[
            column("id", Text),
            column("order", Text),
            column("defect", Text),
            column("severity", Text),
            column("state", Text),
            column("opened_at", At),
            column("closed_at", At),
            column("lots", Text),
            column("version", Whole),
        ],
        rows: nonconformances,
    },
    Table {
        name: "materials",
        kind: EntityKind::Material,
        columns: &[
            column("id", Text),
            column("base_unit", Text),
            column("versions_count", Whole),
            column("version", Whole),
        ],
        rows: materials,
    },
    Table {
        name: "routings",
        kind: EntityKind::Routing,
        columns: &[column("id", Text), column("version", Whole)],
        rows: routings,
    },
    Table {
        name: "logistic-units",
        kind: EntityKind::LogisticUnit,
        columns: &[
            column("id", Text),
            column("state", Text),
            column("version", Whole),
        ],
        rows: units,
    },
];

fn orders(entity: &Entity, now: Time) -> Vec<Vec<Cell>> {
    let Entity::WorkOrder(order) = entity else {
        return Vec::new();
    };
    let order: &WorkOrder = order;
    let scrap = order.operations().iter().map(|op| op.scrap()).sum();
    vec![vec![
        text(order.id()),
        text(order.material()),
        text(order.lifecycle().as_str()),
        text(order.unit()),
        decimal(order.ordered()),
        order.released().map_or(Cell::Unknown, decimal),
        decimal(order.delivered()),
        decimal(scrap),
        whole(order.priority()),
        maybe(order.sales_order()),
        time(order.planned_start()),
        time(order.planned_end()),
        time(order.actual_start()),
        time(order.actual_end()),
        Cell::Flag(order.is_late(now)),
        joined(order.holds().iter()),
        whole(entity.version()),
    ]]
}

fn operations(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::WorkOrder(order) = entity else {
        return Vec::new();
    };
    let row = |op: &Operation| {
        vec![
            text(order.id()),
            text(op.id()),
            op.position().map_or(Cell::Unknown, whole),
            text(order.operation_state(op).as_str()),
            maybe(op.work_center()),
            maybe(op.worker()),
            text(order.unit()),
            decimal(op.good()),
            decimal(op.scrap()),
            decimal(op.rework()),
            decimal(op.mrb()),
            Cell::Flag(op.delivers()),
            op.setup_s().map_or(Cell::Unknown, whole),
            op.run_s_per_unit().map_or(Cell::Unknown, decimal),
            time(op.started_at()),
            time(op.ended_at()),
        ]
    };
    order.operations().iter().map(|op| row(op)).collect()
}

fn lots(entity: &Entity, now: Time) -> Vec<Vec<Cell>> {
    let Entity::Lot(lot) = entity else {
        return Vec::new();
    };
    let lot: &Lot = lot;
    vec![vec![
        text(lot.id()),
        text(lot.material()),
        decimal(lot.on_hand()),
        text(lot.unit()),
        text(lot.lifecycle().as_str()),
        text(lot.usage().as_str()),
        maybe(lot.order()),
        maybe(lot.op()),
        time(lot.produced_at()),
        time(lot.expiry()),
        joined(lot.holds().iter()),
        joined(lot.inherited_holds()),
        joined(lot.parents().iter().map(|(parent, _)| parent)),
        whole(lot.children().len()),
        Cell::Flag(lot.is_shippable(now)),
        whole(entity.version()),
    ]]
}

fn centers(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::WorkCenter(center) = entity else {
        return Vec::new();
    };
    let center: &WorkCenter = center;
    vec![vec![
        text(center.id()),
        text(center.item_state().as_str()),
        text(center.mode().as_str()),
        maybe(center.reason()),
        time(center.since()),
        whole(center.running().count()),
        whole(center.queue().len()),
        joined(center.holds().iter()),
        whole(entity.version()),
    ]]
}

fn holds(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::Hold(hold) = entity else {
        return Vec::new();
    };
    let hold: &Hold = hold;
    let scope = ScopeView::new(hold.scope());
    let release = hold.release_record();
    vec![vec![
        text(hold.id()),
        text(scope.kind),
        text(&scope.id),
        text(hold.reason()),
        text(hold.placed_by()),
        time(hold.placed_at()),
        maybe(hold.nonconformance()),
        text(if hold.is_open() { "open" } else { "released" }),
        maybe(release.map(|release| &release.disposition)),
        maybe(release.map(|release| &release.by)),
        time(release.map(|release| release.at)),
        whole(entity.version()),
    ]]
}

fn shipments(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::Shipment(shipment) = entity else {
        return Vec::new();
    };
    vec![vec![
        text(shipment.id()),
        maybe(shipment.customer()),
        text(shipment.state().as_str()),
        time(shipment.requested_at()),
        time(shipment.decided_at()),
        time(shipment.valid_until()),
        time(shipment.shipped_at()),
        joined(shipment.reasons().iter().map(|reason| reason.code)),
        whole(entity.version()),
    ]]
}

fn processes(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::Process(process) = entity else {
        return Vec::new();
    };
    vec![vec![
        text(process.id()),
        text(process.id().kind().as_str()),
        text(process.id().subject()),
        text(process.state().as_str()),
        time(process.due_at()),
        whole(entity.version()),
    ]]
}

fn inspections(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::Inspection(inspection) = entity else {
        return Vec::new();
    };
    vec![vec![
        text(inspection.id()),
        maybe(inspection.lot()),
        maybe(inspection.order()),
        maybe(inspection.op()),
        text(inspection.state().as_str()),
        Cell::Flag(inspection.is_blocking()),
        time(inspection.created_at()),
        whole(entity.version()),
    ]]
}

fn nonconformances(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::Nonconformance(found) = entity else {
        return Vec::new();
    };
    vec![vec![
        text(found.id()),
        maybe(found.order()),
        text(found.defect()),
        text(found.severity().as_str()),
        text(found.state().as_str()),
        time(found.opened_at()),
        time(found.closed_at()),
        joined(found.lots().iter()),
        whole(entity.version()),
    ]]
}

fn materials(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::Material(material) = entity else {
        return Vec::new();
    };
    vec![vec![
        text(material.id()),
        maybe(material.latest().map(|latest| latest.base_unit())),
        whole(material.versions().len()),
        whole(entity.version()),
    ]]
}

fn routings(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let key = entity.key();
    vec![vec![text(key.id()), whole(entity.version())]]
}

fn units(entity: &Entity, _: Time) -> Vec<Vec<Cell>> {
    let Entity::LogisticUnit(unit) = entity else {
        return Vec::new();
    };
    vec![vec![
        text(unit.id()),
        text(packing_state(unit)),
        whole(entity.version()),
    ]]
}
