//! What one entity tells another within a turn.

use std::collections::{BTreeSet, VecDeque};

use smol_str::SmolStr;

use crate::reaches::Reaches;
use crate::{
    Decimal, DeliveryId, EntityKey, Hold, HoldId, InspectionId, Lot, LotId, MovementKind,
    NonconformanceId, Notice, OperationId, PagedMap, PlannedOperation, Plant, Reach, RoutingWish,
    SourceId, Time, TimeWindow, Unit, Usage, WorkCenterId, WorkOrderId,
};

/// A message from one entity of a plant to another, delivered within the same turn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Message {
    /// To an order, lot or work center: it is on hold.
    HoldPlaced(HoldId),
    /// To an order, lot or work center: that hold is over.
    HoldReleased(HoldId),
    /// To a lot: something it was made from or for is on hold.
    HoldInherited {
        /// The hold.
        hold: HoldId,
        /// The way by which it comes.
        reach: Reach,
    },
    /// To a lot: that hold is over.
    HoldDisinherited(HoldId),
    /// To an order: this lot was made for it.
    LotProduced {
        /// The lot.
        lot: LotId,
        /// Since when at least something of it belongs to the order.
        since: Time,
        /// The operation that made it.
        op: Option<OperationId>,
        /// When it was made.
        made: TimeWindow,
    },
    /// To a lot: it was made at a work center.
    MadeAt {
        /// Where.
        work_center: WorkCenterId,
        /// When.
        made: TimeWindow,
    },
    /// To a lot: an operation of an order made it.
    MadeFor {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        op: OperationId,
        /// When it was done.
        at: Time,
        /// From when to when it was made.
        made: TimeWindow,
    },
    /// To a lot of an order: the order, or one of its operations, was given up.
    WorkGivenUp(WorkOrderId),
    /// To an order: what the counters of a work center come to for one of its operations.
    MachineCounted {
        /// The operation.
        op: OperationId,
        /// Whose counters.
        work_center: WorkCenterId,
        /// Good since the operation began there, in the order's unit.
        good: Decimal,
        /// Scrapped since the operation began there, in the order's unit.
        scrap: Decimal,
    },
    /// To a lot or an order: that inspection says something new of it.
    InspectionChanged(InspectionId),
    /// To an inspection: its lot is there, or the books of its stock have followed the decision.
    LotIsThere,
    /// To a lot or an order: that nonconformance, or how it reaches what the lot was made from,
    /// is no longer as it was.
    NonconformanceChanged(NonconformanceId),
    /// To a lot: one that it may be a part of has another end of its shelf life.
    ShelfLifeChanged,
    /// To a lot: quality, or the warehouse, says something new of one that it came from.
    OriginJudged,
    /// To a lot: a version of its material that may count for it is published. To an order: one of
    /// a material that it moved something of without a lot.
    MaterialPublished,
    /// To a work center: somebody spoke of it.
    Named,
    /// To a lot: a shipment wants to hear when it changes.
    GateOpened(DeliveryId),
    /// To a lot: that shipment does not want to hear of it any more.
    GateClosed(DeliveryId),
    /// To a lot: a gate has cleared for so much of it.
    StockReserved(Decimal),
    /// To a lot: a gate that had cleared for so much of it has not any more.
    StockFreed(Decimal),
    /// To a lot: so much of it has left.
    StockShipped {
        /// How much, in the lot's unit.
        quantity: Decimal,
        /// Whether it had been reserved.
        reserved: bool,
    },
    /// To a hold: it reaches a lot that had left with this shipment.
    RecallRequired(DeliveryId),
    /// To a lot: something of it was moved for an order.
    Moved {
        /// The order.
        order: WorkOrderId,
        /// The operation, where one was told.
        op: Option<OperationId>,
        /// How.
        kind: MovementKind,
        /// How much, in the lot's unit; below zero when a movement is taken back.
        quantity: Decimal,
        /// When.
        at: Time,
        /// The status in stock that the warehouse tells.
        usage: Option<Usage>,
        /// The same as it was measured, in a standing unit; below zero when it is taken back.
        measured: Option<(Decimal, Unit)>,
    },
    /// To a material: it said how far a measurement may be from what was booked.
    Weighed {
        /// When that happened.
        at: Time,
    },
    /// To a material: a quantity was converted by it.
    Converted {
        /// The unit it was told in.
        from: Unit,
        /// The unit of its object.
        to: Unit,
        /// When it happened.
        at: Time,
    },
    /// To the routings of a material: an order takes its operations from there.
    RoutingWanted {
        /// The order.
        order: WorkOrderId,
        /// The version that it was released with.
        wish: RoutingWish,
    },
    /// To the routings of a material: an order no longer does.
    RoutingNotWanted {
        /// The order.
        order: WorkOrderId,
    },
    /// To an order: the operations of the version that it was released with; none where it is
    /// not published.
    RoutingGiven {
        /// The operations.
        operations: Vec<PlannedOperation>,
    },
    /// To a work center: an operation may start there.
    Queued {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        op: OperationId,
        /// The order's priority; lower is more urgent.
        priority: i32,
    },
    /// To a work center: an operation left its queue.
    Dequeued {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        op: OperationId,
    },
    /// To a work center: an operation runs there.
    Started {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        op: OperationId,
        /// Since when.
        since: Time,
    },
    /// To a work center: an operation ran there and no longer does.
    Ran {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        op: OperationId,
        /// Its start.
        since: Time,
        /// Its end.
        until: Time,
    },
    /// To a work center: an operation does not run there, and never did.
    Ended {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        op: OperationId,
    },
    /// To a lot: how that hold reaches it by its orders, or by what it was made from, is no longer
    /// as it was.
    HoldReachChanged(HoldId),
}

impl Message {
    /// Whether the message is kept for an entity that does not exist yet and meets it at birth.
    /// What protects (holds) and what connects (lots, gates) is; the rest presumes existence.
    pub(crate) fn waits_for_birth(&self) -> bool {
        matches!(
            self,
            Message::HoldPlaced(_)
                | Message::HoldReleased(_)
                | Message::LotProduced { .. }
                | Message::MadeFor { .. }
                | Message::InspectionChanged(_)
                | Message::NonconformanceChanged(_)
                | Message::GateOpened(_)
                | Message::GateClosed(_)
                | Message::RoutingWanted { .. }
                | Message::RoutingNotWanted { .. }
        )
    }

    /// Since when the hold of the message for a child reaches that, when something is in the child
    /// since `at`. Children with the same answer get the same message.
    pub(crate) fn since_at_child(&self, at: Time) -> Option<Time> {
        match self {
            Message::HoldInherited { reach, .. } => Some(reach.since.max(at)),
            _ => None,
        }
    }

    /// The message for a child in which something is since `at`: a hold comes one step on.
    pub(crate) fn for_child(&self, at: Time) -> Message {
        match self {
            Message::HoldInherited { hold, reach } => Message::HoldInherited {
                hold: hold.clone(),
                reach: reach.at_child(at),
            },
            other => other.clone(),
        }
    }

    /// Whether it is what an order wants to know of a routing.
    pub(crate) fn is_wish_of(&self, who: &WorkOrderId) -> bool {
        matches!(self, Message::RoutingWanted { order, .. } if order == who)
    }
}

impl Message {
    /// Whether an entity that gets this message learns nothing from `other`: of the same thing told
    /// with two times only the earlier one counts.
    pub(crate) fn says_as_much_as(&self, other: &Message) -> bool {
        match (self, other) {
            (
                Message::LotProduced {
                    lot,
                    since,
                    op,
                    made,
                },
                Message::LotProduced {
                    lot: same,
                    since: later,
                    op: alike,
                    made: within,
                },
            ) => (lot, op) == (same, alike) && since <= later && made.covers(within),
            (
                Message::MadeFor {
                    order,
                    op,
                    at,
                    made,
                },
                Message::MadeFor {
                    order: same,
                    op: alike,
                    at: later,
                    made: within,
                },
            ) => (order, op) == (same, alike) && at <= later && made.covers(within),
            _ => self == other,
        }
    }
}

/// What is to be delivered within the turn.
#[derive(Debug)]
pub(crate) enum Letter {
    /// To one entity.
    One(EntityKey, Message),
    /// To all lots that were made from one, since when something of it is in each. One letter for
    /// thousands of children is as one after the other.
    ToChildren(PagedMap<LotId, Time>, Message),
}

/// Collects what follows from an event while the turn goes on.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) letters: VecDeque<Letter>,
    pub(crate) notices: Vec<Notice>,
    /// Shipments to decide anew when everything else is settled: a gate that was decided in the
    /// middle of a turn could clear before a hold has reached its lot.
    pub(crate) gates: BTreeSet<DeliveryId>,
    /// Edges that the genealogy got in this turn, parent and child, while origins are awaited; no
    /// parent for a lot that came out of a tank.
    pub(crate) links: Vec<(Option<LotId>, LotId)>,
    /// Lots of which something is no longer reserved.
    pub(crate) freed: BTreeSet<LotId>,
    /// Lots that a hold reached (or left) by inheritance in this turn.
    pub(crate) hold_spread: Vec<(HoldId, bool, u32)>,
    /// Orders that a hold on a window came to presume something of in this turn: the index of where
    /// and when orders were worked on hears of their work at its end.
    pub(crate) newly_presuming: Vec<WorkOrderId>,
    /// What the lot was given that a hold reached last as its only one.
    only_reach: Reaches,
}

impl Effects {
    pub(crate) fn tell(&mut self, to: EntityKey, message: Message) {
        self.letters.push_back(Letter::One(to, message));
    }

    pub(crate) fn tell_children(&mut self, lot: &Lot, message: Message) {
        if !lot.children().is_empty() {
            let children = lot.children().clone();
            self.letters
                .push_back(Letter::ToChildren(children, message));
        }
    }

    pub(crate) fn check_gate(&mut self, delivery: &DeliveryId) {
        self.gates.insert(delivery.clone());
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// All that the outside should hear of.
    pub(crate) fn into_notices(self) -> Vec<Notice> {
        let mut notices = self.notices;
        for (hold, placed, lots) in self.hold_spread {
            notices.push(Notice::HoldPropagated { hold, lots, placed });
        }
        notices
    }

    /// The one hold that reaches a lot. Thousands of lots may be reached alike by it: they share
    /// what says so.
    pub(crate) fn only_reach(&mut self, hold: &HoldId, reach: &Reach) -> Reaches {
        if !self.only_reach.is_only(hold, reach) {
            self.only_reach = Reaches::from(vec![(hold.clone(), reach.clone())]);
        }
        self.only_reach.clone()
    }

    pub(crate) fn hold_spread_to_one_more(&mut self, hold: &HoldId, placed: bool) {
        match self
            .hold_spread
            .iter_mut()
            .find(|(h, p, _)| h == hold && *p == placed)
        {
            Some((_, _, lots)) => *lots += 1,
            None => self.hold_spread.push((hold.clone(), placed, 1)),
        }
    }
}

/// What an entity may see while it handles something: when it happened, who said it, and the
/// other entities of the plant as they stand at this point of the turn. Read only: an entity
/// changes others only through [`Effects`].
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) at: Time,
    pub(crate) source: &'a SourceId,
    pub(crate) plant: &'a Plant,
}

impl View<'_> {
    /// Notes an edge that the genealogy gets in this turn, where somebody may wait for it.
    pub(crate) fn note_link(&self, parent: Option<&LotId>, child: &LotId, effects: &mut Effects) {
        if !self.plant.awaited_origins.is_empty() {
            effects.links.push((parent.cloned(), child.clone()));
        }
    }

    /// Refuses an action on an order or a work center that happened at or after the placing of a
    /// hold that is still open. An action from before the hold is a late report: it is accepted,
    /// and the hold spreads to it.
    pub(crate) fn refuse_if_held<'h>(
        &self,
        object: &EntityKey,
        holds: impl Iterator<Item = &'h HoldId>,
        action: &'static str,
    ) -> Result<(), crate::Rejection> {
        let open = holds.filter_map(|id| self.plant.hold(id));
        self.refuse_since(object, open.map(|hold| (hold, hold.placed_at())), action)
    }

    /// The same for a lot. A hold may have reached it by something that happened after the hold
    /// was placed: what was done with the lot before that is a late report as well.
    pub(crate) fn refuse_if_lot_held(
        &self,
        lot: &Lot,
        action: &'static str,
    ) -> Result<(), crate::Rejection> {
        let known = lot.all_holds().filter_map(|id| self.plant.hold(id));
        let since = known.filter_map(|hold| Some((hold, lot.held_since(hold)?)));
        self.refuse_since(&EntityKey::Lot(lot.id().clone()), since, action)
    }

    /// The same for a lot that may not be known yet: a hold that waits for it counts as well.
    pub(crate) fn refuse_if_held_at_all(
        &self,
        id: &LotId,
        action: &'static str,
    ) -> Result<(), crate::Rejection> {
        if let Some(lot) = self.plant.lot(id) {
            return self.refuse_if_lot_held(lot, action);
        }
        let key = EntityKey::Lot(id.clone());
        self.refuse_if_held(&key, self.plant.holds_before_birth(&key), action)?;
        self.refuse_since(&key, self.plant.holds_by_order_before_birth(&key), action)
    }

    fn refuse_since<'h>(
        &self,
        object: &EntityKey,
        holds: impl Iterator<Item = (&'h Hold, Time)>,
        action: &'static str,
    ) -> Result<(), crate::Rejection> {
        for (hold, since) in holds {
            if hold.is_open() && self.at >= since {
                return Err(crate::Rejection::OnHold {
                    object: object.clone(),
                    hold: hold.id().clone(),
                    reason: hold.reason().clone(),
                    since: hold.placed_at().whole_seconds(),
                    by: SmolStr::new(hold.placed_by()),
                    action,
                });
            }
        }
        Ok(())
    }
}
