//! A quality hold: what is stopped, why, by whom, and how it ended.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::effect::{Effects, View};
use crate::{
    DeliveryId, EntityKey, HoldId, HoldPlaced, HoldReleased, Lot, LotId, MaterialId, Message,
    NonconformanceId, Plant, Rejection, Time, TimeWindow, WorkCenterId, WorkOrderId,
};

/// What a hold stops.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(
    tag = "kind",
    content = "id",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum HoldScope {
    /// One lot, and with it everything made from it.
    Lot(LotId),
    /// One order, and with it every lot made for it.
    WorkOrder(WorkOrderId),
    /// One work center: nothing may start there.
    WorkCenter(WorkCenterId),
    /// Every lot of a material that was made within a window, and everything made from these.
    MaterialWindow(MaterialWindow),
    /// Every lot that was made at a work center within a window, and everything made from these.
    WorkCenterWindow(WorkCenterWindow),
}

/// What was made of a material within a window.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct MaterialWindow {
    /// The material.
    pub material: MaterialId,
    /// When it was made.
    pub window: TimeWindow,
}

/// What was made at a work center within a window.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct WorkCenterWindow {
    /// The work center.
    pub work_center: WorkCenterId,
    /// When it was made there.
    pub window: TimeWindow,
}

impl HoldScope {
    /// The one entity that is held; `None` for what a window takes in.
    #[must_use]
    pub fn target(&self) -> Option<EntityKey> {
        match self {
            HoldScope::Lot(id) => Some(EntityKey::Lot(id.clone())),
            HoldScope::WorkOrder(id) => Some(EntityKey::WorkOrder(id.clone())),
            HoldScope::WorkCenter(id) => Some(EntityKey::WorkCenter(id.clone())),
            HoldScope::MaterialWindow(_) | HoldScope::WorkCenterWindow(_) => None,
        }
    }

    /// The work center, where it is one or what was made at one.
    #[must_use]
    pub fn place(&self) -> Option<&WorkCenterId> {
        match self {
            HoldScope::WorkCenter(id) => Some(id),
            HoldScope::WorkCenterWindow(scope) => Some(&scope.work_center),
            HoldScope::Lot(_) | HoldScope::WorkOrder(_) | HoldScope::MaterialWindow(_) => None,
        }
    }

    /// The window, where it is one.
    #[must_use]
    pub fn window(&self) -> Option<TimeWindow> {
        match self {
            HoldScope::MaterialWindow(scope) => Some(scope.window),
            HoldScope::WorkCenterWindow(scope) => Some(scope.window),
            HoldScope::Lot(_) | HoldScope::WorkOrder(_) | HoldScope::WorkCenter(_) => None,
        }
    }

    /// Everything that it stands on now and that should hear `message`.
    fn tell(&self, message: &Message, plant: &Plant, effects: &mut Effects) {
        let lots = self.lots(plant).into_iter().map(EntityKey::Lot);
        for key in self.target().into_iter().chain(lots) {
            effects.tell(key, message.clone());
        }
    }
}

/// How a hold ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRelease {
    /// What was decided.
    pub disposition: SmolStr,
    /// By whom.
    pub by: SmolStr,
    /// When.
    pub at: Time,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub(crate) id: HoldId,
    pub(crate) scope: HoldScope,
    pub(crate) reason: SmolStr,
    pub(crate) placed_by: SmolStr,
    pub(crate) placed_at: Time,
    pub(crate) ncr: Option<NonconformanceId>,
    pub(crate) propagate: bool,
    pub(crate) release: Option<HoldRelease>,
    /// Shipments that had left with lots that it reaches.
    pub(crate) recalls: BTreeSet<DeliveryId>,
    pub(crate) version: u64,
}

impl Hold {
    /// A hold is placed: it takes effect on its target within this turn.
    pub(crate) fn place(body: &HoldPlaced, view: View<'_>, effects: &mut Effects) -> Hold {
        let placed = Message::HoldPlaced(body.hold.clone());
        body.scope.tell(&placed, view.plant, effects);
        for (lot, order) in body.scope.presumed(view.plant) {
            order.presume(&body.hold, view.at, lot, effects);
        }
        Hold {
            id: body.hold.clone(),
            scope: body.scope.clone(),
            reason: body.reason.clone(),
            placed_by: match &body.placed_by {
                Some(person) => person.clone(),
                None => SmolStr::new(view.source.as_str()),
            },
            placed_at: view.at,
            ncr: body.ncr.clone(),
            propagate: body.propagate,
            release: None,
            recalls: BTreeSet::new(),
            version: 0,
        }
    }

    /// The hold is released.
    pub(crate) fn release(
        &mut self,
        body: &HoldReleased,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if let Some(release) = &self.release {
            return Err(Rejection::AlreadyReleased {
                hold: self.id.clone(),
                at: release.at,
                by: release.by.clone(),
            });
        }
        self.release = Some(HoldRelease {
            disposition: body.disposition.clone(),
            by: body.released_by.clone(),
            at: view.at,
        });
        let released = Message::HoldReleased(self.id.clone());
        self.scope.tell(&released, view.plant, effects);
        for (lot, _) in self.scope.presumed(view.plant) {
            let over = Message::HoldDisinherited(self.id.clone());
            effects.tell(EntityKey::Lot(lot.clone()), over);
        }
        Ok(())
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message) {
        match message {
            Message::RecallRequired(delivery) => {
                self.recalls.insert(delivery.clone());
            }
            other => unreachable!("a hold gets no {other:?}"),
        }
    }

    /// Since when it stands on a lot that it was placed on: its placing, or the time at which the
    /// making of the lot met its window, whichever is later.
    #[must_use]
    pub(crate) fn since_on(&self, lot: &Lot) -> Time {
        let met = self.scope.first_met(lot);
        met.map_or(self.placed_at, |met| met.max(self.placed_at))
    }

    /// Shipments that had left, before the hold was known, with lots that it reaches.
    #[must_use]
    pub fn recalls(&self) -> &BTreeSet<DeliveryId> {
        &self.recalls
    }

    /// Hold number.
    #[must_use]
    pub fn id(&self) -> &HoldId {
        &self.id
    }

    /// What is held.
    #[must_use]
    pub fn scope(&self) -> &HoldScope {
        &self.scope
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &SmolStr {
        &self.reason
    }

    /// By whom: a person, or the source that sent it.
    #[must_use]
    pub fn placed_by(&self) -> &str {
        &self.placed_by
    }

    /// When it was placed.
    #[must_use]
    pub fn placed_at(&self) -> Time {
        self.placed_at
    }

    /// The nonconformance that it was placed for, where one was named.
    #[must_use]
    pub fn nonconformance(&self) -> Option<&NonconformanceId> {
        self.ncr.as_ref()
    }

    /// Whether it goes on to what is made from what is held. Without that it stands on the lot that
    /// it names, or on the lots of its order or window, and on nothing made from them.
    #[must_use]
    pub fn propagates(&self) -> bool {
        self.propagate
    }

    /// How it ended; `None` while it is open.
    #[must_use]
    pub fn release_record(&self) -> Option<&HoldRelease> {
        self.release.as_ref()
    }

    /// Whether it still holds.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.release.is_none()
    }
}
