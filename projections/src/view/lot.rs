//! A lot: how much there is, whether it may ship, where it came from and went.

use serde::Serialize;
use twin_model::{
    Code, Decimal, Entity, EntityKey, Hold, HoldId, Lot, LotId, MaterialId, OperationId, Parentage,
    Reason, Rejection, SmolStr, Time, Unit, Usage, WorkOrderId,
};
use utoipa::ToSchema;

use super::{DiscrepancyView, QuantityView, ReasonView, Related};

/// A lot that another one was made from, or that was made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RelativeView {
    /// The lot.
    #[schema(value_type = String)]
    pub lot: LotId,
    /// How much of the older one went into the younger one; zero where they only shared a tank.
    pub quantity: QuantityView,
    /// `transformed`, `split`, `merged`, or `commingled`: they were in one tank at overlapping
    /// times.
    pub by: &'static str,
    /// When the first of it went in.
    #[schema(value_type = String, format = DateTime)]
    pub since: Time,
}

impl RelativeView {
    pub(super) fn new(lot: &LotId, part: &Parentage, unit: Unit) -> RelativeView {
        RelativeView {
            lot: lot.clone(),
            quantity: QuantityView::new(part.quantity, unit),
            by: part.by.as_str(),
            since: part.since,
        }
    }
}

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LotView {
    /// Lot number.
    #[schema(value_type = String)]
    pub id: LotId,
    /// Of which material.
    #[schema(value_type = String)]
    pub material: MaterialId,
    /// On hand.
    pub quantity: QuantityView,
    /// What should be there by weight, where it was weighed: one quantity per unit.
    pub weighed: Vec<QuantityView>,
    /// `planned`, `in_process`, `on_hand`, `depleted`, `shipped` or `scrapped`.
    pub lifecycle: &'static str,
    /// `unrestricted`, `restricted`, `quality_inspection`, `blocked` or `rejected`.
    #[schema(value_type = String)]
    pub usage: Usage,
    /// The order that made it.
    #[schema(value_type = Option<String>)]
    pub order: Option<WorkOrderId>,
    /// The operation that made it.
    #[schema(value_type = Option<String>)]
    pub op: Option<OperationId>,
    /// When it was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub produced_at: Option<Time>,
    /// End of its shelf life.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expiry: Option<Time>,
    /// Holds on the lot itself.
    #[schema(value_type = Vec<String>)]
    pub holds: Vec<HoldId>,
    /// Holds on what it was made from or for.
    #[schema(value_type = Vec<String>)]
    pub inherited_holds: Vec<HoldId>,
    /// Lots it was made from, with how much of each went in; the first 200.
    pub parents: Vec<RelativeView>,
    /// How many lots it was made from.
    pub parents_count: usize,
    /// Lots made from it, with how much of this lot went into each; the first 200.
    pub children: Vec<RelativeView>,
    /// How many lots were made from it.
    pub children_count: usize,
    /// Whether it may ship now, by the plant's clock.
    pub shippable: bool,
    /// Why not.
    pub not_shippable_because: Vec<ReasonView>,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the lot.
    pub version: u64,
}

impl LotView {
    pub(crate) fn new(lot: &Lot, version: u64, related: &Related, now: Time) -> LotView {
        let (parents, children, holds) = match related {
            Related::Lot {
                parents,
                children,
                holds,
            } => (parents.clone(), children.clone(), holds.as_slice()),
            _ => (Vec::new(), Vec::new(), [].as_slice()),
        };
        LotView {
            id: lot.id().clone(),
            material: lot.material().clone(),
            quantity: QuantityView::new(lot.on_hand(), lot.unit()),
            weighed: lot
                .weights()
                .map(|(unit, weight)| QuantityView::new(weight.on_hand(), unit))
                .collect(),
            lifecycle: lot.lifecycle().as_str(),
            usage: lot.usage(),
            order: lot.order().cloned(),
            op: lot.op().cloned(),
            produced_at: lot.produced_at(),
            expiry: lot.expiry(),
            holds: lot.holds().iter().cloned().collect(),
            inherited_holds: lot.inherited_holds().cloned().collect(),
            parents,
            parents_count: lot.parents().len(),
            children,
            children_count: lot.children().len(),
            shippable: lot.is_shippable(now),
            not_shippable_because: reasons(lot, holds, now),
            discrepancies: super::shown(&lot.discrepancies()),
            version,
        }
    }
}

/// Every rule that keeps the lot from shipping; empty exactly when it is shippable.
fn reasons(lot: &Lot, holds: &[Entity], now: Time) -> Vec<ReasonView> {
    let mut reasons = Vec::new();
    for id in lot.holds() {
        reasons.push(match find(holds, id) {
            Some(hold) => ReasonView::from(&Reason::from(&Rejection::OnHold {
                object: EntityKey::Lot(lot.id().clone()),
                hold: id.clone(),
                reason: hold.reason().clone(),
                since: hold.placed_at(),
                by: SmolStr::new(hold.placed_by()),
                action: "shipped",
            })),
            None => reason(Code::R07, format!("Lot {} is on hold {id}.", lot.id())),
        });
    }
    for id in lot.inherited_holds() {
        let (Some(reach), false) = (lot.reach_of(id), lot.holds().contains(id)) else {
            continue;
        };
        let text = match find(holds, id) {
            Some(hold) => format!(
                "Lot {} goes back to {} ({} steps), which is on hold {id} ({}, since {}, by {}).",
                lot.id(),
                reach.from,
                reach.steps,
                hold.reason(),
                hold.placed_at(),
                hold.placed_by()
            ),
            None => format!("Lot {} goes back to something on hold {id}.", lot.id()),
        };
        reasons.push(reason(Code::R08, text));
    }
    // Something of it may ship when anything is unrestricted.
    let quality = match lot.unrestricted().is_zero() {
        true => lot.reasons_of_quality(lot.on_hand()),
        false => Vec::new(),
    };
    reasons.extend(quality.iter().map(ReasonView::from));
    if let Some(expiry) = lot.expiry()
        && now >= expiry
    {
        reasons.push(ReasonView::from(&Reason::from(&Rejection::Expired {
            lot: lot.id().clone(),
            expiry,
        })));
    }
    if lot.on_hand() <= Decimal::ZERO {
        let text = format!("Nothing is left of lot {}.", lot.id());
        reasons.push(reason(Code::R16, text));
    }
    reasons
}

fn reason(code: Code, text: String) -> ReasonView {
    ReasonView {
        code,
        text: text.into(),
    }
}

fn find<'h>(holds: &'h [Entity], id: &HoldId) -> Option<&'h Hold> {
    holds.iter().find_map(|entity| match entity {
        Entity::Hold(hold) if hold.id() == id => Some(hold.as_ref()),
        _ => None,
    })
}
