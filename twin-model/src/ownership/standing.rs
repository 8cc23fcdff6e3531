//! What stands in a field, in the words in which a claim about it is kept.

use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::{Claimed, Facet, Field};
use crate::{
    Account, Amount, CountingSource, Inspection, LogisticUnit, LogisticUnitId, Lot, LotDisposition,
    LotId, Material, MaterialId, Nonconformance, Operation, Ownership, ProcessRules, Quantity,
    Routing, Shipment, Tolerance, Unit, UsageDecision, WorkCenter, WorkOrder,
};

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// In words.
    Text(SmolStr),
    /// A sum, in the object's unit.
    Sum(Decimal, Unit),
}

impl Standing {
    fn yes_or_no(is: bool, yes: &str, no: &str) -> Standing {
        Standing::Text(SmolStr::new(if is { yes } else { no }))
    }

    fn or_none(value: Option<&impl ToSmolStr>) -> Standing {
        Standing::Text(value.map_or_else(|| "none".into(), ToSmolStr::to_smolstr))
    }

    /// The claim in words, unless it says what stands.
    pub(crate) fn unless_equal(&self, claimed: &Claimed) -> Option<SmolStr> {
        match (self, claimed) {
            (Standing::Sum(stands, _), Claimed::Sum(said)) if stands == said => None,
            (Standing::Text(stands), Claimed::Value { text, .. }) if stands == text => None,
            (Standing::Sum(_, unit), Claimed::Sum(said)) => Some(amount(*said, *unit)),
            (Standing::Text(_), Claimed::Sum(said)) => Some(said.normalize().to_smolstr()),
            (_, Claimed::Value { text, .. }) => Some(text.clone()),
        }
    }

    pub(crate) fn shown(&self) -> SmolStr {
        match self {
            Standing::Text(text) => text.clone(),
            Standing::Sum(sum, unit) => amount(*sum, *unit),
        }
    }
}

/// An amount in words, one text for one amount.
pub(super) fn amount(value: Decimal, unit: Unit) -> SmolStr {
    format_smolstr!("{} {unit}", value.normalize())
}

pub(super) fn tolerance(tolerance: Tolerance) -> SmolStr {
    let percent = |part: Amount| (part.value() * Decimal::ONE_HUNDRED).normalize();
    format_smolstr!(
        "+{} % -{} %",
        percent(tolerance.over),
        percent(tolerance.under)
    )
}

/// What a delivery is to take, in words.
pub(super) fn asked(lots: &[(LotId, Quantity)], units: &[LogisticUnitId]) -> SmolStr {
    let lots = lots
        .iter()
        .map(|(lot, quantity)| format!("{lot} {quantity}"));
    let units = units.iter().map(|unit| format!("unit {unit}"));
    let mut asked: Vec<String> = lots.chain(units).collect();
    asked.sort_unstable();
    asked.join(", ").into()
}

pub(super) fn origin<'l>(parents: impl Iterator<Item = &'l LotId>) -> SmolStr {
    let mut parents: Vec<&str> = parents.map(LotId::as_str).collect();
    parents.sort_unstable();
    parents.dedup();
    match parents.as_slice() {
        [] => "made from nothing known".into(),
        parents => format_smolstr!("made from {}", parents.join(", ")),
    }
}

/// A usage decision in words, one text for one decision.
pub(super) fn decided(parts: impl Iterator<Item = (Decimal, UsageDecision)>) -> SmolStr {
    let mut parts: Vec<_> = parts
        .map(|(quantity, decision)| (decision, quantity))
        .collect();
    parts.sort_unstable();
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(decision, quantity)| format!("{} {}", quantity.normalize(), decision.as_str()))
        .collect();
    parts.join(", ").into()
}

/// Dispositions in words, one text for the same dispositions.
pub(super) fn disposed<'l>(
    parts: impl Iterator<Item = (&'l LotId, LotDisposition, Option<Decimal>)>,
) -> SmolStr {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_unstable();
    let words = |(lot, what, quantity): (&LotId, LotDisposition, Option<Decimal>)| {
        let much = quantity.map_or_else(|| "all".into(), |much| much.normalize().to_smolstr());
        format!("{much} of {lot} {}", what.as_str())
    };
    let parts: Vec<String> = parts.into_iter().map(words).collect();
    parts.join(", ").into()
}

/// Nothing is known of the field: whatever is claimed differs.
fn unknown() -> Standing {
    Standing::Text("something else".into())
}

impl WorkOrder {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        if facet.field.entity() == "operation" {
            let known = self
                .operations()
                .iter()
                .find(|op| op.id().as_str() == facet.place);
            return operation(known.map(AsRef::as_ref), facet.field, self.unit());
        }
        match facet.field {
            Field::OrderMaterial => Standing::Text(self.material().to_smolstr()),
            Field::OrderQuantity => Standing::Text(amount(self.ordered(), self.unit())),
            Field::OrderTolerance => Standing::Text(tolerance(self.tolerance())),
            Field::OrderPlannedStart => Standing::or_none(self.planned_start().as_ref()),
            Field::OrderPlannedEnd => Standing::or_none(self.planned_end().as_ref()),
            Field::OrderPriority => Standing::Text(self.priority().to_smolstr()),
            Field::OrderSalesOrder => Standing::or_none(self.sales_order()),
            Field::OrderRoutingVersion => Standing::or_none(self.routing_version()),
            Field::OrderBomVersion => Standing::or_none(self.bom_version()),
            Field::OrderRelease => {
                Standing::yes_or_no(self.released().is_some(), "released", "not released")
            }
            Field::OrderReleasedQuantity => match self.released() {
                Some(released) => Standing::Text(amount(released, self.unit())),
                None => Standing::Text("not released".into()),
            },
            Field::OrderCancellation => {
                Standing::yes_or_no(self.cancellation().is_some(), "cancelled", "not cancelled")
            }
            Field::OrderAbort => {
                Standing::yes_or_no(self.abort().is_some(), "given up", "not given up")
            }
            Field::OrderTechCompletion => {
                Standing::yes_or_no(self.tech_completion().is_some(), "complete", "open")
            }
            Field::OrderClosing => Standing::yes_or_no(self.closing().is_some(), "closed", "open"),
            Field::OrderCounting => Standing::Text(counting(self.counting()).into()),
            Field::OrderReceived if facet.place.is_empty() => {
                Standing::Sum(self.received(), self.unit())
            }
            Field::OrderIssued | Field::OrderConsumed | Field::OrderReceived => {
                self.moved_standing(facet)
            }
            _ => unknown(),
        }
    }
}

impl WorkOrder {
    fn moved_standing(&self, facet: &Facet) -> Standing {
        let accounts = self.accounts();
        let named =
            |account: &&Account| account_name(&account.material, account.unit) == facet.place;
        let Some(account) = accounts.iter().find(named) else {
            return unknown();
        };
        let sum = match facet.field {
            Field::OrderIssued => account.sums.issued - account.sums.returned,
            Field::OrderConsumed => account.consumed(),
            _ => account.sums.received,
        };
        Standing::Sum(sum, account.unit)
    }
}

/// How a claim names an account of an order.
pub(super) fn account_name(material: &MaterialId, unit: Unit) -> SmolStr {
    format_smolstr!("{material} in {unit}")
}

pub(super) fn counting(counting: CountingSource) -> &'static str {
    match counting {
        CountingSource::Operator => "operator",
        CountingSource::Machine => "machine",
        CountingSource::Both => "both",
    }
}

fn operation(known: Option<&Operation>, field: Field, unit: Unit) -> Standing {
    let sum = |of: fn(&Operation) -> Decimal| Standing::Sum(known.map_or(Decimal::ZERO, of), unit);
    match field {
        Field::OperationStart => Standing::yes_or_no(
            known.is_some_and(|op| op.started_at().is_some()),
            "started",
            "not started",
        ),
        Field::OperationEnd => Standing::yes_or_no(
            known.is_some_and(|op| op.ended_at().is_some()),
            "ended",
            "not ended",
        ),
        Field::OperationGood => sum(Operation::good),
        Field::OperationScrap => sum(Operation::scrap),
        Field::OperationRework => sum(Operation::rework),
        Field::OperationDispatch => {
            let dispatch = known.and_then(Operation::dispatch);
            Standing::or_none(dispatch.map(|dispatch| &dispatch.work_center))
        }
        Field::OperationSetup => Standing::yes_or_no(
            known.is_some_and(|op| op.set_up().is_some()),
            "set up",
            "not set up",
        ),
        Field::OperationInterruption => {
            let word = known.and_then(Operation::standstill);
            let stands = word.is_some_and(|word| word.kind.is_some());
            Standing::yes_or_no(stands, "interrupted", "not interrupted")
        }
        Field::OperationAbort | Field::OperationSkip => {
            let wanted = field == Field::OperationAbort;
            let given_up = known.and_then(Operation::given_up);
            let is = given_up.is_some_and(|end| end.wip_disposition.is_some() == wanted);
            let (yes, no) = match wanted {
                true => ("aborted", "not aborted"),
                false => ("skipped", "not skipped"),
            };
            Standing::yes_or_no(is, yes, no)
        }
        _ => unknown(),
    }
}

impl Lot {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match facet.field {
            Field::LotMaterial => Standing::Text(self.material().to_smolstr()),
            Field::LotQuantity => Standing::Sum(self.received(), self.unit()),
            Field::LotOrigin => Standing::Text(origin(self.parents().keys())),
            Field::LotUsage => Standing::Text(self.usage().as_str().into()),
            Field::LotStock => Standing::Text(amount(self.on_hand(), self.unit())),
            _ => unknown(),
        }
    }
}

impl Inspection {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match facet.field {
            Field::InspectionResult => {
                let result = self.results().get(&facet.place);
                Standing::or_none(result.map(|result| result.verdict.as_str()).as_ref())
            }
            Field::InspectionDecision => Standing::Text(match self.decision() {
                None => "not decided".into(),
                Some(decision) => decided(
                    decision
                        .parts
                        .iter()
                        .map(|part| (part.quantity, part.decision)),
                ),
            }),
            Field::InspectionPlan => Standing::Text(self.state().as_str().into()),
            _ => unknown(),
        }
    }
}

impl Nonconformance {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match facet.field {
            Field::NonconformanceRecord => Standing::Text(self.state().as_str().into()),
            Field::NonconformanceContainment => {
                Standing::yes_or_no(self.containment().is_some(), "contained", "not contained")
            }
            Field::NonconformanceDisposition => Standing::Text(disposed(
                self.dispositions().iter().flat_map(|(lot, disposed)| {
                    let parts = disposed.parts.iter();
                    parts.map(|(what, quantity)| (*lot, *what, *quantity))
                }),
            )),
            _ => unknown(),
        }
    }
}

impl WorkCenter {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match facet.field {
            Field::WorkCenterState => Standing::Text(format_smolstr!(
                "{}, {}",
                self.item_state().as_str(),
                self.mode().as_str()
            )),
            _ => unknown(),
        }
    }
}

impl Shipment {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match facet.field {
            Field::ShipmentRequest => Standing::Text(asked(self.lots(), self.units())),
            _ => unknown(),
        }
    }
}

impl LogisticUnit {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match facet.field {
            Field::LotPacking => {
                let lots = self.lots().into_iter();
                let lots = lots.map(|(lot, unit, much)| format!("{lot} {}", amount(much, unit)));
                let units = self.units().map(|unit| format!("unit {unit}"));
                let inside: Vec<String> = lots.chain(units).collect();
                Standing::Text(inside.join(", ").into())
            }
            _ => unknown(),
        }
    }
}

impl ProcessRules {
    /// What stands in its only field.
    pub(crate) fn standing(&self) -> Standing {
        Standing::Text(format_smolstr!("version {}", self.table_version()))
    }
}

impl Material {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        match (facet.field, self.latest()) {
            (Field::MaterialMaster, Some(latest)) => {
                Standing::Text(format_smolstr!("version {}", latest.number()))
            }
            _ => unknown(),
        }
    }
}

impl Routing {
    /// What stands in one of its fields.
    pub(crate) fn standing(&self, facet: &Facet) -> Standing {
        let latest = self.versions().iter().max_by_key(|version| version.from());
        match (facet.field, latest) {
            (Field::RoutingMaster, Some(latest)) => {
                Standing::Text(format_smolstr!("version {}", latest.version()))
            }
            _ => unknown(),
        }
    }
}

impl Ownership {
    /// What stands in its only field.
    pub(crate) fn standing(&self) -> Standing {
        Standing::Text(format_smolstr!("version {}", self.table_version()))
    }
}
