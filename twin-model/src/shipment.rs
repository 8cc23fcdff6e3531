//! A shipment and its gate: may these lots leave the plant?

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::chaos::Fault;
use crate::effect::{Effects, View};
use crate::judgement::Judgement;
use crate::{
    Claims, Clearance, Code, Decimal, DeliveryId, Discrepancy, EntityKey, HoldId, LogisticUnitId,
    Lot, LotId, LotQuantity, Message, NonconformanceId, Notice, PackingRejection, Plant,
    QualityRejection, Quantity, Rejection, ShipmentEnd, ShipmentRequested, Time, Unit,
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

impl From<PackingRejection> for Reason {
    fn from(rejection: PackingRejection) -> Reason {
        Reason::from(&Rejection::from(rejection))
    }
}

impl From<QualityRejection> for Reason {
    fn from(rejection: QualityRejection) -> Reason {
        Reason::from(&Rejection::from(rejection))
    }
}

/// A requested shipment with the standing decision of its gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    pub(crate) id: DeliveryId,
    pub(crate) customer: Option<SmolStr>,
    pub(crate) lots: Vec<(LotId, Quantity)>,
    /// Packing units that go with all that is in them.
    pub(crate) units: Vec<LogisticUnitId>,
    /// What was in the units when they left.
    pub(crate) loaded: BTreeMap<(LotId, Unit), Decimal>,
    pub(crate) requested_at: Time,
    /// Blocked once it has ended.
    pub(crate) decision: GateDecision,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) end: Option<ShipmentEnd>,
    /// Holds that came after it had left, those that are over included.
    pub(crate) recalls: BTreeSet<HoldId>,
    /// Nonconformances that came after it had left, those that are over included.
    pub(crate) nonconforming: BTreeSet<NonconformanceId>,
    /// Plant time of the event that led to the decision. Not part of the state hash: it tells
    /// which of several events came last, which depends on their arrival.
    pub(crate) decided_at: Time,
    /// Latest plant time that the gate has seen; it is judged as of then, so that a late event
    /// does not bring back an expired lot. Not part of the state hash.
    pub(crate) judged_at: Time,
    /// The standing clearance; there is one exactly while the gate is cleared. It follows from the
    /// decisions that were given out, so it is not part of the state hash.
    pub(crate) clearance: Option<Clearance>,
    /// The clearance before, to say what has changed since. Not part of the state hash.
    pub(crate) former: Option<Clearance>,
    /// Whether nothing but the end of a shelf life has stood against the lots since that clearance
    /// ended. Not part of the state hash.
    pub(crate) only_time_since: bool,
    /// How often the gate has cleared. Not part of the state hash.
    pub(crate) cleared_times: u32,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
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
            units: body.units.clone(),
            loaded: BTreeMap::new(),
            requested_at: view.at,
            decision: GateDecision::Blocked,
            reasons: Vec::new(),
            end: None,
            recalls: BTreeSet::new(),
            nonconforming: BTreeSet::new(),
            decided_at: view.at,
            judged_at: view.at,
            clearance: None,
            former: None,
            only_time_since: true,
            cleared_times: 0,
            claims: Claims::default(),
            version: 0,
        })
    }

    /// Takes a judgement over, and says so. A clearance reserves what it is for.
    pub(crate) fn decide(&mut self, judged: Judgement, effects: &mut Effects) {
        let Judgement {
            reasons,
            clearance,
            wanted,
            at,
        } = judged;
        let clears = clearance.is_some();
        let promised = clearance.as_ref().map_or(&[][..], |new| &new.promised);
        if self.promised() != promised {
            tell_lots(self.promised(), effects, Message::StockFreed);
            tell_lots(promised, effects, Message::StockReserved);
        }
        if clears {
            // What is reserved now must be what is freed or shipped later.
            wanted.note_conversions(self.requested_at, effects);
        }
        self.decision = match clears {
            true => GateDecision::Cleared,
            false => GateDecision::Blocked,
        };
        let only_time = reasons.iter().all(|reason| reason.code == Code::R10);
        self.only_time_since = only_time && (clears || self.only_time_since);
        self.reasons.clone_from(&reasons);
        self.decided_at = at;
        self.judged_at = at;
        self.replace_clearance(clearance);
        let standing = self.clearance.as_ref();
        effects.notice(Notice::GateDecided {
            delivery: self.id.clone(),
            decision: self.decision,
            reasons,
            token: standing.map(|clearance| clearance.token.clone()),
            valid_until: standing.and_then(|clearance| clearance.valid_until),
        });
    }

    pub(crate) fn replace_clearance(&mut self, clearance: Option<Clearance>) {
        if let Some(clearance) = &clearance {
            self.cleared_times = clearance.number;
        }
        if let Some(over) = std::mem::replace(&mut self.clearance, clearance) {
            self.former = Some(over);
        }
    }

    /// What the standing clearance has reserved; nothing while there is none.
    pub(crate) fn promised(&self) -> &[(LotId, Decimal)] {
        let standing = self.clearance.as_ref();
        standing.map_or(&[], |clearance| &clearance.promised)
    }

    /// When the gate must be judged again even if nothing happens.
    pub(crate) fn due_at(&self) -> Option<Time> {
        self.valid_until()
    }

    /// R07 for holds on the lot, R08 for holds on what it was made from or for.
    pub(crate) fn hold_reasons(&self, lot: &Lot, plant: &Plant) -> Vec<Reason> {
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
        let heeded = |id: &&HoldId| {
            !lot.holds().contains(*id) && !plant.breaks(Fault::GateIgnoresInheritedHolds)
        };
        for id in lot.inherited_holds().filter(heeded) {
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

    /// Packing units that go with all that is in them.
    #[must_use]
    pub fn units(&self) -> &[LogisticUnitId] {
        &self.units
    }

    /// When it was asked for.
    #[must_use]
    pub fn requested_at(&self) -> Time {
        self.requested_at
    }

    /// Holds that came after it had left, those that are over included.
    #[must_use]
    pub fn recalls(&self) -> &BTreeSet<HoldId> {
        &self.recalls
    }

    /// Nonconformances that came after it had left, those that are over included.
    #[must_use]
    pub fn nonconforming(&self) -> &BTreeSet<NonconformanceId> {
        &self.nonconforming
    }

    /// The clearance that stands; there is one exactly while the gate is cleared.
    #[must_use]
    pub fn clearance(&self) -> Option<&Clearance> {
        self.clearance.as_ref()
    }

    pub(crate) fn is_cleared(&self) -> bool {
        self.decision == GateDecision::Cleared
    }

    /// The standing decision; blocked once the delivery has left or was cancelled: nothing of it
    /// may leave any more.
    #[must_use]
    pub fn decision(&self) -> GateDecision {
        self.decision
    }

    /// Why it is blocked, or why it must be recalled.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Until when a clearance is good; `None` while blocked, and when none of the lots expires.
    #[must_use]
    pub fn valid_until(&self) -> Option<Time> {
        self.clearance.as_ref().and_then(Clearance::valid_until)
    }

    /// Plant time of the event that led to the decision.
    #[must_use]
    pub fn decided_at(&self) -> Time {
        self.decided_at
    }
}

/// Tells lots how much of each is meant.
pub(crate) fn tell_lots(
    amounts: &[(LotId, Decimal)],
    effects: &mut Effects,
    message: impl Fn(Decimal) -> Message,
) {
    for (lot, amount) in amounts {
        effects.tell(EntityKey::Lot(lot.clone()), message(*amount));
    }
}
