//! How a shipment ends: it leaves with a clearance, or is cancelled; and what comes after.

use smol_str::SmolStr;

use crate::chaos::Fault;
use crate::effect::{Effects, View};
use crate::judgement::Recall;
use crate::shipment::tell_lots;
use crate::{
    Clearance, EntityKey, GateDecision, GateToken, LotId, Message, Notice, Plant, Rejection,
    Shipment, ShipmentCancelled, ShipmentConfirmed, Time,
};

/// How a requested shipment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShipmentEnd {
    /// It has left the plant.
    Shipped {
        /// When.
        at: Time,
        /// With which clearance.
        token: GateToken,
    },
    /// It does not leave after all.
    Cancelled {
        /// When that was said.
        at: Time,
        /// Why.
        reason: SmolStr,
    },
}

/// Where a shipment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShipmentState {
    /// The lots may not leave.
    Blocked,
    /// The lots may leave.
    Cleared,
    /// The lots have left.
    Shipped,
    /// The lots have left, and a hold reaches one of them.
    RecallRequired,
    /// The lots do not leave after all.
    Cancelled,
}

impl ShipmentState {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ShipmentState::Blocked => "blocked",
            ShipmentState::Cleared => "cleared",
            ShipmentState::Shipped => "shipped",
            ShipmentState::RecallRequired => "recall_required",
            ShipmentState::Cancelled => "cancelled",
        }
    }
}

impl Shipment {
    /// The warehouse has shipped. Only the clearance that stands may be used.
    pub(crate) fn confirm(
        &mut self,
        body: &ShipmentConfirmed,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_after_its_end("a confirmation")?;
        let at = body.shipped_at.unwrap_or(view.at);
        self.check_token(&body.gate_token, at, view.plant)?;
        let reserved = self.is_cleared();
        let leaves = match reserved {
            true => self.promised().to_vec(),
            false => self.wanted_of_lots(view.plant).lots,
        };
        tell_lots(&leaves, effects, |quantity| Message::StockShipped {
            quantity,
            reserved,
        });
        self.load(view.plant, effects);
        self.end_as(ShipmentEnd::Shipped {
            at,
            token: body.gate_token.clone(),
        });
        effects.check_gate(&self.id);
        Ok(())
    }

    /// The delivery does not leave after all: its lots are free for others.
    pub(crate) fn cancel(
        &mut self,
        body: &ShipmentCancelled,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_after_its_end("a cancellation")?;
        let at = view.at;
        tell_lots(self.promised(), effects, Message::StockFreed);
        for (lot, _) in &self.lots {
            let key = EntityKey::Lot(lot.clone());
            effects.tell(key, Message::GateClosed(self.id.clone()));
        }
        let reason = body.reason.clone();
        self.end_as(ShipmentEnd::Cancelled { at, reason });
        Ok(())
    }

    /// Keeps what leaves in units: they may be packed anew, and a hold that comes later must find
    /// what has left.
    fn load(&mut self, plant: &Plant, effects: &mut Effects) {
        let lots = plant.contents(self.units.iter()).lots;
        for (lot, _) in lots.keys() {
            let opened = Message::GateOpened(self.id.clone());
            effects.tell(EntityKey::Lot((*lot).clone()), opened);
        }
        let loaded = lots.into_iter();
        self.loaded = loaded
            .map(|((lot, unit), much)| ((lot.clone(), unit), much))
            .collect();
    }

    fn end_as(&mut self, end: ShipmentEnd) {
        self.end = Some(end);
        self.decision = GateDecision::Blocked;
        self.reasons.clear();
        self.replace_clearance(None);
    }

    fn refuse_after_its_end(&self, action: &'static str) -> Result<(), Rejection> {
        if self.end.is_none() {
            return Ok(());
        }
        Err(Rejection::WrongState {
            object: EntityKey::Shipment(self.id.clone()).to_string(),
            state: self.state().as_str(),
            action,
            allowed: "a request under another delivery number",
        })
    }

    /// R09, R10: a confirmation must carry the clearance that stands. One exception: when nothing
    /// but the end of a shelf life has stood against the lots since and the goods left before, the
    /// confirmation is only late.
    fn check_token(&self, token: &GateToken, at: Time, plant: &Plant) -> Result<(), Rejection> {
        let in_time = |clearance: &Clearance| {
            let lasts = plant.breaks(Fault::ClearanceOutlivesItsEnd);
            lasts || clearance.valid_until.is_none_or(|end| at < end)
        };
        let old = self.former.as_ref().is_some_and(|old| old.token == *token);
        if plant.breaks(Fault::TokenNotChecked)
            || (old && self.is_cleared() && plant.breaks(Fault::OldTokenTaken))
        {
            return Ok(());
        }
        if let Some(standing) = &self.clearance
            && standing.token == *token
        {
            return match in_time(standing) {
                true => Ok(()),
                false => Err(self.expired(standing, at, plant)),
            };
        }
        let Some(former) = self.former.as_ref().filter(|old| old.token == *token) else {
            return Err(Rejection::UnknownToken {
                delivery: self.id.clone(),
                token: token.clone(),
            });
        };
        let time_ended_it = self.clearance.is_none()
            && (self.only_time_since || plant.breaks(Fault::TimeForgivesHolds));
        match time_ended_it {
            true if !in_time(former) => Err(self.expired(former, at, plant)),
            true if self.wanted_of_lots(plant).lots != former.promised => {
                Err(self.what_changed(former, plant))
            }
            true if self.look_at_lots(plant, at).0.is_empty() => Ok(()),
            _ => Err(self.what_changed(former, plant)),
        }
    }

    /// R10 for the first lot that was expired at `at`.
    fn expired(&self, clearance: &Clearance, at: Time, plant: &Plant) -> Rejection {
        let mut lots = self.wanted_lots(plant).filter_map(|id| plant.lot(id));
        let over = lots.find_map(|lot| {
            let expiry = lot.expiry().filter(|expiry| at >= *expiry)?;
            let lot = lot.id().clone();
            Some(Rejection::Expired { lot, expiry })
        });
        // Without such a lot its life was prolonged after the clearance had ended.
        over.unwrap_or_else(|| self.what_changed(clearance, plant))
    }

    /// R09: which lot is no longer what was cleared.
    fn what_changed(&self, former: &Clearance, plant: &Plant) -> Rejection {
        let delivery = self.id.clone();
        let now = match &self.clearance {
            Some(standing) => standing.seen.clone(),
            None => self.versions(plant, self.judged_at, former.number),
        };
        match first_change(&former.seen, &now) {
            Some((lot, cleared, now)) => Rejection::ClearedAnotherVersion {
                delivery,
                lot,
                cleared,
                now,
            },
            None => {
                let token = former.token.clone();
                Rejection::UnknownToken { delivery, token }
            }
        }
    }

    /// Notes the holds and nonconformances that reach lots which have left, and asks for a recall
    /// where one is new.
    pub(crate) fn note_recall(&mut self, recall: Recall, effects: &mut Effects) {
        let Recall {
            reasons,
            nonconformances,
            holds,
            at,
        } = recall;
        self.reasons = reasons;
        self.decided_at = at;
        self.judged_at = at;
        let shipped_at = self.shipped_at().unwrap_or(self.requested_at);
        for (nonconformance, lots) in nonconformances {
            if self.nonconforming.insert(nonconformance.clone()) {
                effects.notice(Notice::RecallDecisionRequired {
                    delivery: self.id.clone(),
                    customer: self.customer.clone(),
                    nonconformance,
                    lots,
                    shipped_at,
                });
            }
        }
        for (hold, lots) in holds {
            if !self.recalls.insert(hold.clone()) {
                continue;
            }
            let key = EntityKey::Hold(hold.clone());
            effects.tell(key, Message::RecallRequired(self.id.clone()));
            effects.notice(Notice::RecallRequired {
                delivery: self.id.clone(),
                customer: self.customer.clone(),
                hold,
                lots,
                shipped_at,
            });
        }
    }
}

/// Plain answers.
impl Shipment {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ShipmentState {
        match (&self.end, self.decision) {
            (None, GateDecision::Blocked) => ShipmentState::Blocked,
            (None, GateDecision::Cleared) => ShipmentState::Cleared,
            (Some(ShipmentEnd::Cancelled { .. }), _) => ShipmentState::Cancelled,
            (Some(ShipmentEnd::Shipped { .. }), _) if self.reasons.is_empty() => {
                ShipmentState::Shipped
            }
            (Some(ShipmentEnd::Shipped { .. }), _) => ShipmentState::RecallRequired,
        }
    }

    /// How it ended; `None` while the gate is open.
    #[must_use]
    pub fn end(&self) -> Option<&ShipmentEnd> {
        self.end.as_ref()
    }

    /// When it left; `None` when it has not.
    #[must_use]
    pub fn shipped_at(&self) -> Option<Time> {
        match &self.end {
            Some(ShipmentEnd::Shipped { at, .. }) => Some(*at),
            Some(ShipmentEnd::Cancelled { .. }) | None => None,
        }
    }
}

/// What a lot is that the delivery does not want, or did not.
const NOT_IN_IT: SmolStr = SmolStr::new_static("not in it");

/// The first lot whose version is not as it was, with the former one and that of now. What is in a
/// unit may have come or gone.
fn first_change(
    former: &[(LotId, SmolStr)],
    now: &[(LotId, SmolStr)],
) -> Option<(LotId, SmolStr, SmolStr)> {
    // A lot may be wanted in several units of measure.
    let of = |seen: &[(LotId, SmolStr)], lot: &LotId| {
        let found = seen.iter().filter(|(known, _)| known == lot);
        let found: Vec<&str> = found.map(|(_, version)| version.as_str()).collect();
        match found.as_slice() {
            [] => NOT_IN_IT,
            versions => SmolStr::new(versions.join(" and ")),
        }
    };
    let mut lots = former.iter().chain(now).map(|(lot, _)| lot);
    lots.find_map(|lot| {
        let (was, is) = (of(former, lot), of(now, lot));
        (was != is).then(|| (lot.clone(), was, is))
    })
}
