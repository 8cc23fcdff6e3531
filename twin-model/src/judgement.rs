//! How a gate judges the lots of a delivery as they stand.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::clearance::version_of;
use crate::effect::View;
use crate::{
    Clearance, Decimal, EntityKey, GateDecision, HoldId, Lot, LotId, Plant, Reason, Rejection,
    Shipment, Time, Unit,
};

/// What a gate says to the lots as they stand.
pub(crate) struct Judgement {
    pub(crate) reasons: Vec<Reason>,
    /// There is one exactly when nothing stands against the lots.
    pub(crate) clearance: Option<Clearance>,
    pub(crate) at: Time,
}

/// Holds that came after a delivery has left.
pub(crate) struct Recall {
    pub(crate) reasons: Vec<Reason>,
    /// Each with the shipped lots that it reaches.
    pub(crate) holds: BTreeMap<HoldId, Vec<LotId>>,
    pub(crate) at: Time,
}

impl Shipment {
    /// What is wanted of each lot. A lot may stand in several lines: what counts is the sum.
    pub(crate) fn wanted(&self) -> BTreeMap<(&LotId, Unit), Decimal> {
        let mut wanted = BTreeMap::new();
        for (id, quantity) in &self.lots {
            *wanted.entry((id, quantity.unit)).or_default() += quantity.value.value();
        }
        wanted
    }

    /// Judges the lots of a delivery that has not left; `None` when the standing decision is the
    /// same.
    pub(crate) fn judge(&self, view: View<'_>) -> Option<Judgement> {
        // Whatever is latest: a gate must not clear for a time that is over.
        let at = self.judged_at.max(view.at).max(view.plant.clock());
        let (reasons, valid_until) = self.look_at_lots(view.plant, at);
        let clearance = reasons.is_empty().then(|| {
            let number = match &self.clearance {
                Some(standing) => standing.number,
                None => self.cleared_times + 1,
            };
            let seen = self.versions(view.plant, at, number);
            Clearance::give(&self.id, number, seen, valid_until)
        });
        let undecided = self.clearance.is_none() && self.reasons.is_empty();
        let same = reasons == self.reasons && clearance == self.clearance;
        (undecided || !same).then_some(Judgement {
            reasons,
            clearance,
            at,
        })
    }

    /// Everything that stands against the lots at a time, and the first end of a shelf life.
    pub(crate) fn look_at_lots(&self, plant: &Plant, at: Time) -> (Vec<Reason>, Option<Time>) {
        let mut reasons = Vec::new();
        let mut valid_until = None;
        for ((id, unit), want) in self.wanted() {
            reasons.extend(self.against(id, (want, unit), plant, at));
            let expiry = plant.lot(id).and_then(Lot::expiry);
            valid_until = [valid_until, expiry].into_iter().flatten().min();
        }
        (reasons, valid_until)
    }

    /// The versions of the lots at a time.
    pub(crate) fn versions(&self, plant: &Plant, at: Time, number: u32) -> Vec<(LotId, SmolStr)> {
        let wanted = self.wanted().into_iter();
        wanted
            .map(|((id, unit), want)| {
                let against = self.against(id, (want, unit), plant, at);
                let version = version_of(id, plant.lot(id), (want, unit), &against, number);
                (id.clone(), version)
            })
            .collect()
    }

    /// What stands against one lot.
    fn against(&self, id: &LotId, want: (Decimal, Unit), plant: &Plant, at: Time) -> Vec<Reason> {
        let Some(lot) = plant.lot(id) else {
            return vec![Reason::from(&Rejection::NotKnown {
                object: EntityKey::Lot(id.clone()),
                event: "shipment",
            })];
        };
        let mut reasons = self.hold_reasons(lot, plant);
        if let Some(awaited) = plant.awaited_origins.behind(lot, plant) {
            reasons.push(Reason::from(&Rejection::OriginAwaited {
                lot: id.clone(),
                awaited: awaited.clone(),
                delivery: self.id.clone(),
            }));
        }
        let all = lot.on_hand();
        let in_its_unit = lot.check_unit(want.1).map_or(all, |()| want.0);
        reasons.extend(lot.reasons_against_shipping(in_its_unit, at));
        reasons.extend(self.not_enough(lot, want, plant));
        reasons
    }

    /// R16, R19: what the delivery wants is not there, or promised to others.
    fn not_enough(&self, lot: &Lot, want: (Decimal, Unit), plant: &Plant) -> Option<Reason> {
        let (want, unit) = want;
        if let Err(mismatch) = lot.check_unit(unit) {
            return Some(Reason::from(&mismatch));
        }
        let have = lot.on_hand();
        if want > have {
            return Some(Reason::from(&Rejection::NotEnough {
                lot: lot.id().clone(),
                have,
                want,
                unit,
            }));
        }
        let own = match self.decision {
            GateDecision::Cleared => want,
            GateDecision::Blocked => Decimal::ZERO,
        };
        let reserved = lot.reserved() - own;
        let have = lot.unrestricted();
        // What quality does not set free is told by its own reason.
        if want > have || want <= have - reserved {
            return None;
        }
        let mut others = lot.gates.iter().filter(|other| **other != self.id);
        let by = others.find(|other| plant.shipment(other).is_some_and(Shipment::is_cleared))?;
        Some(Reason::from(&Rejection::Reserved {
            lot: lot.id().clone(),
            have,
            reserved,
            by: by.clone(),
            want,
            unit,
        }))
    }

    /// Looks for holds that reach lots which have left; `None` when that is as it was.
    pub(crate) fn judge_recall(&self, view: View<'_>) -> Option<Recall> {
        let shipped = self.shipped_at()?;
        let mut holds: BTreeMap<HoldId, Vec<LotId>> = BTreeMap::new();
        let mut reasons = Vec::new();
        for ((id, _), _) in self.wanted() {
            for hold in view.plant.lot(id).into_iter().flat_map(Lot::all_holds) {
                holds.entry(hold.clone()).or_default().push(id.clone());
                reasons.push(Reason::from(&Rejection::ShippedBeforeHold {
                    lot: id.clone(),
                    shipped: shipped.whole_seconds(),
                    delivery: self.id.clone(),
                    hold: hold.clone(),
                }));
            }
        }
        let at = self.judged_at.max(view.at).max(view.plant.clock());
        (reasons != self.reasons).then_some(Recall { reasons, holds, at })
    }
}
