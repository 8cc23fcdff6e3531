//! A lot: how much there is, whether it may be used, what it was made from and became.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::chronicle::Chronicle;
use crate::effect::{Effects, View};
use crate::lot_stock::User;
use crate::paged::Paged;
use crate::{
    Claims, Creation, DeliveryId, Discrepancy, EntityKey, HoldId, Kinship, LotCreated, LotId,
    LotQuality, LotStock, LotWeight, MaterialId, MaterialRejection, Message,
    OPERATIONS_PER_TAKE_MAX, OperationId, PagedMap, Parentage, Reaches, Reason, Rejection, Shared,
    StockCount, TankDrawing, Time, TimeWindow, Unit, WorkCenterId, WorkOrderId,
};

/// Usage status of a lot in stock (SAP stock types; ISA-95 disposition).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Free to use and ship.
    #[default]
    Unrestricted,
    /// Usable under a concession; may not ship.
    Restricted,
    /// Waiting for quality.
    QualityInspection,
    /// Blocked stock.
    Blocked,
    /// Rejected by quality.
    Rejected,
}

impl Usage {
    /// The status in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Usage::Unrestricted => "unrestricted",
            Usage::Restricted => "restricted",
            Usage::QualityInspection => "in quality inspection",
            Usage::Blocked => "blocked",
            Usage::Rejected => "rejected",
        }
    }
}

/// Lifecycle of a lot, computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LotLifecycle {
    /// Announced, and nothing of it is there yet.
    Planned,
    /// Being worked on.
    InProcess,
    /// Something of it is there.
    OnHand,
    /// All of it went into other lots.
    Depleted,
    /// All that was left of it was shipped.
    Shipped,
    /// All that was left of it was scrapped.
    Scrapped,
}

impl LotLifecycle {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LotLifecycle::Planned => "planned",
            LotLifecycle::InProcess => "in_process",
            LotLifecycle::OnHand => "on_hand",
            LotLifecycle::Depleted => "depleted",
            LotLifecycle::Shipped => "shipped",
            LotLifecycle::Scrapped => "scrapped",
        }
    }
}

/// What a lot is, where it came from and went: what hardly changes once the lot is there. Copies of
/// the lot share it, so that a hold which reaches thousands of lots copies none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LotCard {
    pub(crate) material: MaterialId,
    pub(crate) unit: Unit,
    pub(crate) order: Option<WorkOrderId>,
    pub(crate) op: Option<OperationId>,
    /// From its first making to its last.
    pub(crate) production: Option<TimeWindow>,
    /// The work centers that it was made at, with the first and the last time of that.
    pub(crate) made_at: PagedMap<WorkCenterId, TimeWindow>,
    /// End of its shelf life as it was told of the lot itself.
    pub(crate) expiry: Option<Time>,
    /// The end that its material gives it, from when its making began.
    pub(crate) material_expiry: Option<Time>,
    /// The earliest end among the lots that it is a part of.
    pub(crate) whole_expiry: Option<Time>,
    /// The usage status that it began with.
    pub(crate) usage: Usage,
    /// Lots it was made from.
    pub(crate) parents: PagedMap<LotId, Parentage>,
    /// The tanks that it came out of.
    pub(crate) drawings: BTreeSet<TankDrawing>,
    /// What was weighed of it, by the unit that stands for what was measured.
    pub(crate) weighed: BTreeMap<Unit, LotWeight>,
    pub(crate) claims: Claims,
}

/// All of a lot that a hold does not change. A hold looks at the first three, so they stand
/// together at the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct LotGoods {
    pub(crate) id: LotId,
    /// Lots made from it, with since when at least something of it is in each.
    pub(crate) children: PagedMap<LotId, Time>,
    /// Shipments that want to hear of changes.
    pub(crate) gates: Chronicle<DeliveryId>,
    pub(crate) card: Shared<LotCard>,
    /// Where its quantity came from and went.
    pub(crate) stock: LotStock,
    /// What the warehouse counted, ascending by time.
    pub(crate) counts: Paged<StockCount>,
    /// Promised to shipments whose gate is cleared.
    pub(crate) reserved: Decimal,
    /// What quality says of it; `None` where it says nothing.
    pub(crate) quality: Option<Shared<LotQuality>>,
}

/// A lot of material. A hold over a large genealogy copies each lot in it: what it changes stands
/// here, apart from all else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub(crate) goods: Shared<LotGoods>,
    pub(crate) holds: BTreeSet<HoldId>,
    /// Holds on what it was made from or for, kept up by the messages of its parents.
    pub(crate) inherited: Reaches,
    pub(crate) version: u64,
}

impl Lot {
    /// A lot that nothing is known of but its name, material and unit.
    pub(crate) fn named(id: LotId, material: MaterialId, unit: Unit) -> Lot {
        let card = LotCard {
            material,
            unit,
            order: None,
            op: None,
            production: None,
            made_at: PagedMap::default(),
            expiry: None,
            material_expiry: None,
            whole_expiry: None,
            usage: Usage::Unrestricted,
            parents: PagedMap::default(),
            drawings: BTreeSet::new(),
            weighed: BTreeMap::new(),
            claims: Claims::default(),
        };
        let goods = LotGoods {
            id,
            children: PagedMap::default(),
            gates: Chronicle::default(),
            card: Shared::new(card),
            stock: LotStock::default(),
            counts: Paged::default(),
            reserved: Decimal::ZERO,
            quality: None,
        };
        Lot {
            goods: Shared::new(goods),
            holds: BTreeSet::new(),
            inherited: Reaches::default(),
            version: 0,
        }
    }

    /// The lot's own creation is reported, of so much in its unit. It may follow a transformation
    /// that made the lot: both add up, in either order. Of what is known by a split or a merger it
    /// is the announcement ([`LotStock::inflow`]).
    pub(crate) fn announce(
        &mut self,
        body: &LotCreated,
        quantity: Decimal,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = EntityKey::Lot(self.goods.id.clone());
        if self.goods.card.material != body.material {
            return Err(Rejection::IdentifierTaken { object: key });
        }
        let told = (body.quantity, body.measured);
        view.check_weight(told, &self.goods.card.material, &key, effects)?;
        let at = view.at;
        self.goods.stock.created = Some(Creation {
            quantity: quantity.normalize(),
            at,
        });
        if let Some(measured) = body.measured {
            self.weigh_created(measured);
        }
        self.note_origin(body.order.as_ref(), body.op.as_ref());
        let made_at = body.produced_at.unwrap_or(view.at);
        let made = TimeWindow::at(made_at);
        self.note_production(made, None, view, effects);
        self.set_expiry(body.expiry, effects);
        self.goods.card.usage = self.goods.card.usage.max(body.usage);
        if let Some(order) = &body.order {
            self.join_order((order, body.op.as_ref()), made_at, made, effects);
        }
        self.look_at_own_goods(view, effects);
        self.look_at_presumptions(view, effects);
        self.tell_of_more(effects);
        Ok(())
    }

    /// A transformation made (more of) this lot.
    pub(crate) fn produced(
        &mut self,
        quantity: Decimal,
        from: &[(LotId, Decimal)],
        made_by: (Option<&WorkOrderId>, Option<&OperationId>),
        view: View<'_>,
        effects: &mut Effects,
    ) {
        self.goods.stock.produce(quantity);
        self.note_origin(made_by.0, made_by.1);
        let made = TimeWindow::at(view.at);
        self.note_production(made, None, view, effects);
        for (parent, amount) in from {
            let part = Parentage::new(*amount, made, Kinship::Transformed);
            self.come_from(parent, part, view, effects);
        }
        if let Some(order) = made_by.0 {
            self.join_order((order, made_by.1), view.at, made, effects);
        }
        self.look_at_own_goods(view, effects);
        self.tell_of_more(effects);
    }

    /// Some of this lot went into `children` at `at`, for an order where one is named.
    pub(crate) fn consumed_into<'c>(
        &mut self,
        quantity: Decimal,
        user: User<'_>,
        children: impl Iterator<Item = &'c LotId>,
        at: Time,
        effects: &mut Effects,
    ) {
        self.goods.stock.consume(user, quantity);
        self.goods
            .stock
            .assert_covered(&self.goods.id, self.goods.card.unit);
        for child in children {
            self.go_into(child, at);
        }
        self.tell_of_more(effects);
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message, view: View<'_>, effects: &mut Effects) {
        match message {
            Message::HoldPlaced(hold) => self.hold_placed(hold, view, effects),
            Message::HoldReleased(hold) => self.hold_released(hold, effects),
            Message::HoldInherited { hold, reach } => self.inherit(hold, reach, view, effects),
            Message::HoldDisinherited(hold) => self.disinherit(hold, effects),
            Message::HoldReachChanged(hold) => self.look_at_reach(hold, view, effects),
            Message::MadeFor {
                order,
                op,
                at,
                made,
            } => {
                self.note_origin(Some(order), Some(op));
                self.note_production(*made, None, view, effects);
                self.join_order((order, Some(op)), *at, *made, effects);
            }
            Message::MadeAt { work_center, made } => {
                self.note_production(*made, Some(work_center), view, effects);
            }
            Message::InspectionChanged(id) => self.look_at_inspection(id, view, effects),
            Message::NonconformanceChanged(id) => self.look_at_nonconformance(id, view, effects),
            Message::Moved { .. } => self.book_movement(message, view, effects),
            Message::ShelfLifeChanged => self.look_at_shelf_life(view, effects),
            Message::WorkGivenUp(order) => self.look_at_work(order, view, effects),
            Message::OriginJudged => self.look_at_origins(view, effects),
            Message::MaterialPublished => self.look_at_material(view, effects),
            other => self.hear_of_shipment(other, effects),
        }
    }

    /// A lot can be filled more than once. What is shown as its origin and its production time must
    /// not depend on which report came first: the smallest order and operation, the earliest time.
    pub(crate) fn note_origin(&mut self, order: Option<&WorkOrderId>, op: Option<&OperationId>) {
        let known = self
            .goods
            .card
            .order
            .as_ref()
            .map(|order| (order, self.goods.card.op.as_ref()));
        if let Some(order) = order
            && known.is_none_or(|known| (order, op) < known)
        {
            self.goods.card.order = Some(order.clone());
            self.goods.card.op = op.cloned();
        }
    }

    pub(crate) fn join_order(
        &self,
        (order, op): (&WorkOrderId, Option<&OperationId>),
        since: Time,
        made: TimeWindow,
        effects: &mut Effects,
    ) {
        let key = EntityKey::WorkOrder(order.clone());
        let produced = Message::LotProduced {
            lot: self.goods.id.clone(),
            since,
            op: op.cloned(),
            made,
        };
        effects.tell(key, produced);
    }

    pub(crate) fn tell_children(&self, message: Message, effects: &mut Effects) {
        effects.tell_children(self, message);
    }

    pub(crate) fn tell_gates(&self, effects: &mut Effects) {
        for delivery in self.goods.gates.iter() {
            effects.check_gate(delivery);
        }
    }

    /// R52: the lot keeps what each operation used apart, of so many operations of an order.
    pub(crate) fn refuse_crowded(&self, (order, op): User<'_>) -> Result<(), Rejection> {
        let take = order.and_then(|order| Some((order, self.goods.stock.orders().get(order)?)));
        match take {
            Some((order, take)) if take.is_full_for(op) => {
                Err(Rejection::from(MaterialRejection::TooManyTakings {
                    lot: self.goods.id.clone(),
                    order: order.clone(),
                    max: OPERATIONS_PER_TAKE_MAX,
                }))
            }
            _ => Ok(()),
        }
    }

    /// R17: a fact may still be waiting for the report of a receipt.
    pub(crate) fn require_on_hand(&self, want: Decimal) -> Result<(), Rejection> {
        let have = self.on_hand();
        if want <= have {
            return Ok(());
        }
        Err(Rejection::NotEnoughYet {
            lot: self.goods.id.clone(),
            have,
            want,
            unit: self.goods.card.unit,
        })
    }

    /// Why so much of the lot may not ship now; holds are judged by the shipment, which knows the
    /// genealogy.
    pub(crate) fn reasons_against_shipping(&self, want: Decimal, at: Time) -> Vec<Reason> {
        let mut reasons = self.reasons_of_quality(want);
        if let Some(expiry) = self.expiry()
            && at >= expiry
        {
            reasons.push(Reason::from(&Rejection::Expired {
                lot: self.goods.id.clone(),
                expiry,
            }));
        }
        reasons
    }
}

/// Plain answers.
impl Lot {
    /// Lot number.
    #[must_use]
    pub fn id(&self) -> &LotId {
        &self.goods.id
    }

    /// Of which material.
    #[must_use]
    pub fn material(&self) -> &MaterialId {
        &self.goods.card.material
    }

    /// Unit of every quantity of the lot.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.goods.card.unit
    }

    /// What is in stock, in the lot's unit.
    #[must_use]
    pub fn on_hand(&self) -> Decimal {
        self.goods.stock.on_hand()
    }

    /// Created plus produced, in the lot's unit.
    #[must_use]
    pub fn received(&self) -> Decimal {
        self.goods.stock.received()
    }

    /// Where its quantity came from and went, in the lot's unit.
    #[must_use]
    pub fn stock(&self) -> &LotStock {
        &self.goods.stock
    }

    /// Lifecycle, computed.
    #[must_use]
    pub fn lifecycle(&self) -> LotLifecycle {
        let flows = self.goods.stock.flows();
        if !self.on_hand().is_zero() {
            LotLifecycle::OnHand
        } else if self.goods.stock.at_line() > Decimal::ZERO {
            LotLifecycle::InProcess
        } else if self.goods.stock.is_untouched() {
            LotLifecycle::Planned
        } else if flows.shipped > Decimal::ZERO {
            LotLifecycle::Shipped
        } else if flows.scrapped > Decimal::ZERO {
            LotLifecycle::Scrapped
        } else {
            LotLifecycle::Depleted
        }
    }

    /// The order that made it.
    #[must_use]
    pub fn order(&self) -> Option<&WorkOrderId> {
        self.goods.card.order.as_ref()
    }

    /// The operation that made it.
    #[must_use]
    pub fn op(&self) -> Option<&OperationId> {
        self.goods.card.op.as_ref()
    }

    /// Holds on the lot itself.
    #[must_use]
    pub fn holds(&self) -> &BTreeSet<HoldId> {
        &self.holds
    }

    /// The soft rules that the lot breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let mut found = self.goods.card.claims.discrepancies(
            || EntityKey::Lot(self.goods.id.clone()),
            |facet| self.standing(facet),
        );
        found.extend(self.moved_without_being_there());
        found.extend(self.used_before_free());
        found
    }

    /// Whether something of the lot could ship at `at`: unrestricted, not expired, no hold of its
    /// own or inherited.
    #[must_use]
    pub fn is_shippable(&self, at: Time) -> bool {
        self.unrestricted() > Decimal::ZERO
            && self.expiry().is_none_or(|expiry| at < expiry)
            && self.holds.is_empty()
            && self.inherited.is_empty()
    }
}
