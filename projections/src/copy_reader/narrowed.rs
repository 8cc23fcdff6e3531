//! Lists narrowed by what their items say. What items do not say, or only up to a number of it,
//! cannot be answered from them, and is refused by name.

use serde_json::Value;
use twin_model::{EntityKind, ProcessKind};

use crate::filter::Filter;

/// Processes whose subject is an order.
const OF_ORDERS: [ProcessKind; 4] = [
    ProcessKind::Release,
    ProcessKind::Confirmation,
    ProcessKind::Variance,
    ProcessKind::Scrap,
];

/// What a list is narrowed to, as something that items say. Every part must hold.
#[derive(Debug)]
pub(super) struct Narrowed {
    kind: EntityKind,
    filter: Filter,
}

impl Narrowed {
    /// The narrowing of a list of `kind`; the parameter that its items do not answer otherwise.
    pub(super) fn new(kind: EntityKind, filter: Filter) -> Result<Narrowed, &'static str> {
        // By name, so that a parameter that comes new is thought of here.
        let Filter {
            state: _,
            severity: _,
            work_center,
            order,
            lot,
            material,
            held,
            blocking,
            process_kind: _,
            words,
        } = &filter;
        let asked = [
            ("work_center", work_center.is_some()),
            ("order", order.is_some()),
            ("lot", lot.is_some()),
            ("material", material.is_some()),
            ("held", held.is_some()),
            ("blocking", blocking.is_some()),
            ("q", words.is_some()),
        ];
        let silent = asked
            .into_iter()
            .find(|(name, asked)| *asked && !is_said(kind, name));
        match silent {
            Some((name, _)) => Err(name),
            None => Ok(Narrowed { kind, filter }),
        }
    }

    /// Whether it takes everything.
    pub(super) fn is_none(&self) -> bool {
        self.filter == Filter::default()
    }

    /// Whether the list shows `item`.
    pub(super) fn takes(&self, item: &Value) -> bool {
        let Filter {
            state,
            severity,
            work_center,
            order,
            lot,
            material,
            held,
            blocking: _,
            process_kind,
            words: _,
        } = &self.filter;
        let says = |name: &str, wanted: &str| item[name].as_str() == Some(wanted);
        let state_field = match self.kind {
            EntityKind::WorkOrder | EntityKind::Lot => "lifecycle",
            EntityKind::WorkCenter => "item_state",
            _ => "state",
        };
        state.is_none_or(|wanted| says(state_field, wanted))
            && severity.is_none_or(|wanted| says("severity", wanted))
            && process_kind.is_none_or(|wanted| says("kind", wanted.as_str()))
            && told(lot, |wanted| says("lot", wanted))
            && told(material, |wanted| says("material", wanted))
            && told(order, |wanted| is_of_order(self.kind, item, wanted))
            && told(work_center, |wanted| is_at(self.kind, item, wanted))
            && held.is_none_or(|wanted| wanted == is_held(item))
    }
}

fn told(wanted: &Option<String>, is_so: impl Fn(&str) -> bool) -> bool {
    wanted.as_deref().is_none_or(is_so)
}

/// Whether the items of a kind say all that the parameter asks for. Those of orders do not tell of
/// the holds of their lots, those of shipments not of the lots in their units, and reached lots,
/// versions and the like are told up to a number only.
pub(super) fn is_said(kind: EntityKind, parameter: &str) -> bool {
    use EntityKind as Kind;
    match parameter {
        "state" | "severity" | "kind" => true,
        "order" => matches!(
            kind,
            Kind::WorkOrder
                | Kind::Lot
                | Kind::WorkCenter
                | Kind::Hold
                | Kind::Process
                | Kind::Inspection
        ),
        "work_center" => matches!(kind, Kind::WorkOrder | Kind::Hold),
        "lot" => kind == Kind::Inspection,
        "material" => kind == Kind::Lot,
        "held" => matches!(kind, Kind::Lot | Kind::WorkCenter),
        _ => false,
    }
}

fn is_of_order(kind: EntityKind, item: &Value, order: &str) -> bool {
    let any = |name: &str| some(item, name).any(|part| part["order"] == order);
    match kind {
        EntityKind::WorkOrder => item["id"] == order,
        EntityKind::WorkCenter => any("running") || any("queue"),
        EntityKind::Hold => item["scope"]["kind"] == "work_order" && item["scope"]["id"] == order,
        EntityKind::Process => {
            let about = OF_ORDERS.iter().any(|kind| item["kind"] == kind.as_str());
            about && item["subject"] == order
        }
        _ => item["order"] == order,
    }
}

fn is_at(kind: EntityKind, item: &Value, work_center: &str) -> bool {
    let scope = &item["scope"];
    match kind {
        EntityKind::Hold => {
            let place = scope["kind"] == "work_center" || scope["kind"] == "work_center_window";
            place && scope["id"] == work_center
        }
        _ => some(item, "operations").any(|op| op["work_center"] == work_center),
    }
}

fn is_held(item: &Value) -> bool {
    some(item, "holds")
        .chain(some(item, "inherited_holds"))
        .next()
        .is_some()
}

fn some<'i>(item: &'i Value, name: &str) -> impl Iterator<Item = &'i Value> {
    item[name].as_array().into_iter().flatten()
}
