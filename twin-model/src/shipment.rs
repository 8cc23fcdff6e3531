//! A shipment and its gate: may these lots leave the plant?

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::effect::{Effects, View};
use crate::{
    Claims, Code, DeliveryId, Discrepancy, EntityKey, Lot, LotId, LotQuantity, Message, Notice,
    Plant, Quantity, Rejection, ShipmentRequested, Time, Unit,
};

/// What the gate says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum GateDecision {
    /// The lots may not leave.
    Blocked,
    /// The lots may leave.
    Cleared,
}

impl GateDecision {
    /// The decision's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            GateDecision::Blocked => "blocked",
            GateDecision::Cleared => "cleared",
        }
    }
}

/// Why a gate is blocked: a rejection's code with its text at the time of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The rule.
    pub code: Code,
    /// In business words.
    pub text: SmolStr,
}

impl From<&Rejection> for Reason {
    fn from(rejection: &Rejection) -> Reason {
        Reason {
            code: rejection.code(),
            text: rejection.to_string().into(),
        }
    }
}

/// A requested shipment with the standing decision of its gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    pub(crate) id: DeliveryId,
    pub(crate) customer: Option<SmolStr>,
    pub(crate) lots: Vec<(LotId, Quantity)>,
    pub(crate) requested_at: Time,
    pub(crate) decision: GateDecision,
    pub(crate) reasons: Vec<Reason>,
    /// Plant time of the event that led to the decision. Not part of the state hash: it tells
    /// which of several events came last, which depends on their arrival.
    pub(crate) decided_at: Time,
    /// Latest plant time that the gate has seen; it is judged as of then, so that a late event
    /// does not bring back an expired lot. Not part of the state hash.
    pub(crate) judged_at: Time,
    /// Until when a clearance is good: the first end of a shelf life among the lots. `None` while
    /// blocked, and when nothing expires. It follows from the lots, so it is not hashed.
    pub(crate) valid_until: Option<Time>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

/// What a gate says to the lots as they stand.
pub(crate) struct Judgement {
    decision: GateDecision,
    reasons: Vec<Reason>,
    valid_until: Option<Time>,
    at: Time,
}

impl Shipment {
    /// Somebody asks. Blocked until every lot has been looked at, within this turn.
    pub(crate) fn request(
        body: &ShipmentRequested,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<Shipment, Rejection> {
        for line in &body.lots {
            line.quantity.check("lots.quantity")?;
        }
        for line in &body.lots {
            let key = EntityKey::Lot(line.lot.clone());
            effects.tell(key, Message::GateOpened(body.delivery.clone()));
        }
        effects.check_gate(&body.delivery);
        Ok(Shipment {
            id: body.delivery.clone(),
            customer: body.customer.clone(),
            lots: body
                .lots
                .iter()
                .map(|LotQuantity { lot, quantity }| (lot.clone(), *quantity))
                .collect(),
            requested_at: view.at,
            decision: GateDecision::Blocked,
            reasons: Vec::new(),
            decided_at: view.at,
            judged_at: view.at,
            valid_until: None,
            claims: Claims::default(),
            version: 0,
        })
    }

    /// Judges the lots as they stand; `None` when the standing decision is the same.
    pub(crate) fn judge(&self, view: View<'_>) -> Option<Judgement> {
        // Whatever is latest: a gate must not clear for a time that is over.
        let at = self.judged_at.max(view.at).max(view.plant.clock());
        let mut wanted: BTreeMap<(&LotId, Unit), Decimal> = BTreeMap::new();
        for (id, quantity) in &self.lots {
            // A lot may stand in several lines: what counts is the sum.
            *wanted.entry((id, quantity.unit)).or_default() += quantity.value.value();
        }
        let mut reasons = Vec::new();
        let mut valid_until = None;
        for ((id, unit), want) in wanted {
            let Some(lot) = view.plant.lot(id) else {
                reasons.push(Reason::from(&Rejection::NotKnown {
                    object: EntityKey::Lot(id.clone()),
                    event: "shipment",
                }));
                continue;
            };
            reasons.extend(self.hold_reasons(lot, view.plant));
            if let Some(awaited) = view.plant.awaited_origins.behind(lot, view.plant) {
                reasons.push(Reason::from(&Rejection::OriginAwaited {
                    lot: id.clone(),
                    awaited: awaited.clone(),
                    delivery: self.id.clone(),
                }));
            }
            reasons.extend(lot.reasons_against_shipping(want, unit, at));
            valid_until = [valid_until, lot.expiry()].into_iter().flatten().min();
        }
        let decision = if reasons.is_empty() {
            GateDecision::Cleared
        } else {
            valid_until = None;
            GateDecision::Blocked
        };
        let undecided = self.decision == GateDecision::Blocked && self.reasons.is_empty();
        let same =
            decision == self.decision && reasons == self.reasons && valid_until == self.valid_until;
        (undecided || !same).then_some(Judgement {
            decision,
            reasons,
            valid_until,
            at,
        })
    }

    /// Takes a judgement over, and says so.
    pub(crate) fn decide(&mut self, judged: Judgement, effects: &mut Effects) {
        let Judgement {
            decision,
            reasons,
            valid_until,
            at,
        } = judged;
        self.decision = decision;
        self.reasons.clone_from(&reasons);
        self.decided_at = at;
        self.judged_at = at;
        self.valid_until = valid_until;
        effects.notice(Notice::GateDecided {
            delivery: self.id.clone(),
            decision,
            reasons,
        });
    }

    /// When the gate must be judged again even if nothing happens.
    pub(crate) fn due_at(&self) -> Option<Time> {
        self.valid_until
    }

    /// R07 for holds on the lot, R08 for holds on what it was made from or for.
    fn hold_reasons(&self, lot: &Lot, plant: &Plant) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for id in lot.holds() {
            let Some(hold) = plant.hold(id) else { continue };
            reasons.push(Reason::from(&Rejection::OnHold {
                object: EntityKey::Lot(lot.id().clone()),
                hold: id.clone(),
                reason: hold.reason().clone(),
                since: hold.placed_at().whole_seconds(),
                by: SmolStr::new(hold.placed_by()),
                action: "shipped",
            }));
        }
        for id in lot
            .inherited_holds()
            .filter(|id| !lot.holds().contains(*id))
        {
            let Some(reach) = lot.reach_of(id) else {
                continue;
            };
            reasons.push(Reason::from(&Rejection::AncestorOnHold {
                lot: lot.id().clone(),
                ancestor: reach.from.clone(),
                steps: reach.steps,
                hold: id.clone(),
                delivery: self.id.clone(),
            }));
        }
        reasons
    }

    /// The soft rules that the shipment breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        self.claims.discrepancies(
            || EntityKey::Shipment(self.id.clone()),
            |facet| self.standing(facet),
        )
    }

    /// Delivery number.
    #[must_use]
    pub fn id(&self) -> &DeliveryId {
        &self.id
    }

    /// For whom.
    #[must_use]
    pub fn customer(&self) -> Option<&SmolStr> {
        self.customer.as_ref()
    }

    /// Which lots, and how much of each.
    #[must_use]
    pub fn lots(&self) -> &[(LotId, Quantity)] {
        &self.lots
    }

    /// When it was asked for.
    #[must_use]
    pub fn requested_at(&self) -> Time {
        self.requested_at
    }

    /// The standing decision.
    #[must_use]
    pub fn decision(&self) -> GateDecision {
        self.decision
    }

    /// Why it is blocked; empty when cleared.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Until when a clearance is good; `None` while blocked, and when none of the lots expires.
    #[must_use]
    pub fn valid_until(&self) -> Option<Time> {
        self.valid_until
    }

    /// Plant time of the event that led to the decision.
    #[must_use]
    pub fn decided_at(&self) -> Time {
        self.decided_at
    }
}
