//! One moment of the protocol: the plant, what waits, what everybody has been told so far, and what
//! a bystander knows who only hears acknowledgements.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::json;
use twin_model::wire::decode;
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{
    Code, DeliveryId, Event, EventBody, GateDecision, HoldId, HoldScope, LogisticUnitId, LotId,
    Notice, Plant, ShipmentState, Time, Turn, WorkOrderId,
};

use super::shard::{Fate, Log, Shard};

/// What a bystander can know without looking into the plant.
#[derive(Debug, Clone, Default)]
struct Heard {
    /// Holds that were acknowledged and are not over.
    open: BTreeMap<HoldId, HoldScope>,
    /// From each lot to what was made from it, also where the report still waits.
    children: BTreeMap<LotId, BTreeSet<LotId>>,
    lots_of: BTreeMap<WorkOrderId, BTreeSet<LotId>>,
    expiry: BTreeMap<LotId, Time>,
    wanted: BTreeMap<DeliveryId, (Vec<LotId>, Vec<LogisticUnitId>)>,
    /// Lots and units that were put into each unit, also where the report still waits.
    packed: BTreeMap<LogisticUnitId, (BTreeSet<LotId>, BTreeSet<LogisticUnitId>)>,
    /// Tokens that were given out, each with whether a hold has spoiled it since.
    tokens: BTreeMap<DeliveryId, BTreeMap<String, bool>>,
}

impl Heard {
    /// The event was taken in: applied, or kept to wait.
    fn note(&mut self, event: &Event) {
        match &event.body {
            EventBody::LotTransformed(body) => {
                for output in &body.outputs {
                    for input in &body.inputs {
                        let children = self.children.entry(input.lot.clone()).or_default();
                        children.insert(output.lot.clone());
                    }
                    if let Some(order) = &body.order {
                        let lots = self.lots_of.entry(order.clone()).or_default();
                        lots.insert(output.lot.clone());
                    }
                }
            }
            EventBody::LotCreated(body) => {
                if let Some(order) = &body.order {
                    let lots = self.lots_of.entry(order.clone()).or_default();
                    lots.insert(body.lot.clone());
                }
                if let Some(expiry) = body.expiry {
                    self.expiry.insert(body.lot.clone(), expiry);
                }
            }
            EventBody::ShipmentRequested(body) => {
                let lots = body.lots.iter().map(|line| line.lot.clone()).collect();
                let wanted = (lots, body.units.clone());
                self.wanted.insert(body.delivery.clone(), wanted);
            }
            EventBody::LotPacked(body) => {
                let (lots, units) = self.packed.entry(body.unit.clone()).or_default();
                lots.extend(body.lots.iter().map(|line| line.lot.clone()));
                units.extend(body.units.iter().cloned());
            }
            _ => {}
        }
    }

    /// The event was acknowledged as applied.
    fn note_applied(&mut self, event: &Event) {
        match &event.body {
            EventBody::HoldPlaced(body) => {
                self.open.insert(body.hold.clone(), body.scope.clone());
            }
            EventBody::HoldReleased(body) => {
                self.open.remove(&body.hold);
            }
            _ => {}
        }
    }

    fn note_gates(&mut self, turn: &Turn) {
        for notice in &turn.notices {
            if let Notice::GateDecided {
                delivery,
                token: Some(token),
                ..
            } = notice
            {
                let tokens = self.tokens.entry(delivery.clone()).or_default();
                tokens.entry(token.to_string()).or_insert(false);
            }
        }
    }

    /// Every lot that an open hold reaches.
    fn reached(&self) -> BTreeSet<LotId> {
        let mut reached = BTreeSet::new();
        let mut stack: Vec<&LotId> = Vec::new();
        for scope in self.open.values() {
            match scope {
                HoldScope::Lot(lot) => stack.push(lot),
                HoldScope::WorkOrder(order) => {
                    stack.extend(self.lots_of.get(order).into_iter().flatten())
                }
                _ => {}
            }
        }
        while let Some(lot) = stack.pop() {
            if reached.insert(lot.clone()) {
                stack.extend(self.children.get(lot).into_iter().flatten());
            }
        }
        reached
    }

    /// Lots that a delivery takes, also in units.
    fn lots_of_delivery(&self, delivery: &DeliveryId) -> BTreeSet<&LotId> {
        let (lots, units) = &self.wanted[delivery];
        let mut lots: BTreeSet<&LotId> = lots.iter().collect();
        let mut stack: Vec<&LogisticUnitId> = units.iter().collect();
        while let Some(unit) = stack.pop() {
            if let Some((inside, units)) = self.packed.get(unit) {
                lots.extend(inside);
                stack.extend(units);
            }
        }
        lots
    }

    fn held(&self) -> BTreeSet<DeliveryId> {
        let reached = self.reached();
        let held = self.wanted.keys().filter(|delivery| {
            let mut lots = self.lots_of_delivery(delivery).into_iter();
            lots.any(|lot| reached.contains(lot))
        });
        held.cloned().collect()
    }
}

/// A moment of the protocol.
#[derive(Debug, Clone)]
pub(crate) struct World {
    shard: Shard,
    heard: Heard,
    /// Which events of the scenario are still to come, by number.
    pub(crate) to_come: BTreeSet<usize>,
    /// Which have been applied.
    applied: BTreeSet<usize>,
}

/// A broken promise, in words.
pub(crate) type Broken = String;

/// A confirmation that somebody may send.
#[derive(Debug, Clone)]
pub(crate) struct Confirmation {
    delivery: DeliveryId,
    token: String,
    at: Time,
    shipped_at: Time,
}

impl fmt::Display for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Confirmation {
            delivery,
            token,
            at,
            shipped_at,
        } = self;
        write!(f, "{at} {delivery} left at {shipped_at} with {token}")
    }
}

impl World {
    pub(crate) fn new(plant: Plant, events: usize) -> World {
        World {
            shard: Shard::new(plant),
            heard: Heard::default(),
            to_come: (0..events).collect(),
            applied: BTreeSet::new(),
        }
    }

    /// An event of the scenario arrives.
    pub(crate) fn tell(&mut self, number: usize, events: &[Event]) -> Result<(), Broken> {
        self.to_come.remove(&number);
        let mut log = Log::new();
        self.shard.tell(&events[number], &mut log);
        self.heard.note(&events[number]);
        self.follow(log, events)
    }

    /// The clock reaches `now`.
    pub(crate) fn tick(
        &mut self,
        number: usize,
        now: Time,
        events: &[Event],
    ) -> Result<(), Broken> {
        self.to_come.remove(&number);
        let mut log = Log::new();
        self.shard.tick(now, &mut log);
        self.follow(log, events)
    }

    /// Takes over what was acknowledged, and looks for broken promises.
    fn follow(&mut self, log: Log, events: &[Event]) -> Result<(), Broken> {
        for (event, fate) in log {
            let turn = match (&event, fate) {
                (Some(event), Fate::Applied(turn)) => {
                    self.heard.note_applied(event);
                    self.applied
                        .extend(events.iter().position(|other| other.id == event.id));
                    turn
                }
                (_, Fate::Settled(turn)) => turn,
                // The delivery was quicker than its cancellation.
                (Some(event), Fate::Refused(rejection))
                    if matches!(event.body, EventBody::ShipmentCancelled(_))
                        && rejection.code() == Code::R02 =>
                {
                    continue;
                }
                (event, Fate::Refused(rejection)) => {
                    return Err(format!("{event:?} was refused: {rejection}"));
                }
                (None, Fate::Applied(_)) => unreachable!("only events are applied"),
            };
            let held = self.heard.held();
            for notice in &turn.notices {
                if let Notice::GateDecided {
                    delivery,
                    decision: GateDecision::Cleared,
                    ..
                } = notice
                    && held.contains(delivery)
                {
                    return Err(format!(
                        "{delivery} was told to be clear while a hold reaches it"
                    ));
                }
            }
            self.heard.note_gates(&turn);
        }
        self.look()
    }

    /// No gate is clear that a hold reaches; what was given out for it is spoiled.
    fn look(&mut self) -> Result<(), Broken> {
        for delivery in self.heard.held() {
            if let Some(tokens) = self.heard.tokens.get_mut(&delivery) {
                tokens.values_mut().for_each(|spoiled| *spoiled = true);
            }
            let shipment = self.shard.plant.shipment(&delivery);
            if shipment.is_some_and(|s| s.state() == ShipmentState::Cleared) {
                return Err(format!("{delivery} is clear while a hold reaches it"));
            }
        }
        Ok(())
    }

    /// Every confirmation that the warehouse could send: each token that was ever given out, for
    /// goods that left at each of the times.
    pub(crate) fn confirmations(&self, times: &[(Time, Time)]) -> Vec<Confirmation> {
        let mut all = Vec::new();
        for (delivery, tokens) in &self.heard.tokens {
            for token in tokens.keys() {
                for (at, shipped_at) in times {
                    all.push(Confirmation {
                        delivery: delivery.clone(),
                        token: token.clone(),
                        at: *at,
                        shipped_at: *shipped_at,
                    });
                }
            }
        }
        all
    }

    /// The warehouse confirms. Whether it was accepted.
    pub(crate) fn confirm(
        &mut self,
        confirmation: &Confirmation,
        events: &[Event],
    ) -> Result<bool, Broken> {
        let Confirmation {
            delivery,
            token,
            at,
            shipped_at,
        } = confirmation;
        let text = json!({"specversion": "1.0", "id": "confirm", "source": "/wms", "plant": "P1",
            "type": "mfg.shipment.confirmed.v1", "time": at, "data": {"delivery": delivery,
            "gate_token": token, "shipped_at": shipped_at}});
        let event = decode(text.to_string().as_bytes()).unwrap();
        let held = self.heard.held().contains(delivery);
        let mut log = Log::new();
        if self.shard.tell_at_once(&event, &mut log).is_err() {
            return Ok(false);
        }
        if held {
            return Err(format!("{delivery} was confirmed while a hold reaches it"));
        }
        if self.heard.tokens[delivery][token] {
            return Err(format!(
                "{delivery} was confirmed with {token} from before a hold"
            ));
        }
        for lot in self.heard.lots_of_delivery(delivery) {
            if self
                .heard
                .expiry
                .get(lot)
                .is_some_and(|expiry| shipped_at >= expiry)
            {
                return Err(format!("{delivery} was confirmed, but {lot} was expired"));
            }
        }
        self.follow(log, events)?;
        Ok(true)
    }

    /// Everything that was applied arrives once more, without the net of known ids. A hold, its
    /// release, a request and a creation must say no by themselves.
    pub(crate) fn redeliver(&mut self, events: &[Event]) -> Result<usize, Broken> {
        let mut tried = 0;
        for number in &self.applied {
            let event = &events[*number];
            // What adds up relies on the net.
            let adds = matches!(
                event.body,
                EventBody::LotTransformed(_) | EventBody::LotPacked(_)
            );
            if adds {
                continue;
            }
            tried += 1;
            if self.shard.plant.apply(event).is_ok() {
                return Err(format!(
                    "{} changed the plant twice",
                    event.body.type_name()
                ));
            }
        }
        Ok(tried)
    }

    /// Nothing is lost and nothing stays blocked without reason: when all has been said, every hold
    /// is over and no shelf life has ended, nothing waits and each delivery is clear or gone, or
    /// lacks stock that another one has.
    pub(crate) fn at_the_end(&self) -> Result<(), Broken> {
        if let Some(parked) = self.shard.parked().next() {
            return Err(format!("{} still waits", parked.event.body.type_name()));
        }
        for delivery in self.heard.wanted.keys() {
            let Some(shipment) = self.shard.plant.shipment(delivery) else {
                return Err(format!("{delivery} is lost"));
            };
            let lasting = [Code::R10, Code::R16];
            let mut reasons = shipment.reasons().iter();
            if let Some(reason) = reasons.find(|reason| !lasting.contains(&reason.code)) {
                return Err(format!("{delivery} stays blocked: {}", reason.text));
            }
        }
        Ok(())
    }

    pub(crate) fn states(&self) -> Vec<ShipmentState> {
        let known = self.heard.wanted.keys();
        known
            .filter_map(|id| self.shard.plant.shipment(id))
            .map(|s| s.state())
            .collect()
    }

    /// All that decides what can happen from here on: the stored plant without its counts of
    /// changes, what waits, what is to come and what was told.
    pub(crate) fn key(&self) -> blake3_key::Key {
        let mut stored = StoredPlant::from(&self.shard.plant);
        for entity in &mut stored.entities {
            entity.version = 0;
        }
        let mut entities: Vec<Vec<u8>> = stored
            .entities
            .iter()
            .map(|entity| postcard::to_stdvec(entity).unwrap())
            .collect();
        entities.sort_unstable();
        let parked: Vec<_> = self
            .shard
            .parked()
            .map(|p| (p.event.id.clone(), p.code))
            .collect();
        blake3_key::of(&(
            (entities, stored.unborn, stored.clock, parked),
            (&self.to_come, &self.heard.tokens),
        ))
    }

    /// The same world after the twin was stopped and started again.
    pub(crate) fn restarted(&self) -> World {
        let mut world = self.clone();
        let stored = StoredPlant::from(&self.shard.plant);
        let mut plant = Plant::try_from(stored).unwrap();
        for parked in self.shard.parked() {
            plant.restore_waiting(&parked.event);
        }
        world.shard.plant = plant;
        world
    }
}

mod blake3_key {
    pub(crate) type Key = [u8; 32];

    pub(crate) fn of(value: &impl serde::Serialize) -> Key {
        *blake3::hash(&postcard::to_stdvec(value).unwrap()).as_bytes()
    }
}
