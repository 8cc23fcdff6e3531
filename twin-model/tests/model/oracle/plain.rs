//! What must come out, worked out the plain way: every answer is computed anew from everything
//! that was accepted, with no state that could go stale.

use std::collections::{BTreeMap, BTreeSet};

use super::step::{Decision, Step};

/// What was accepted so far, and nothing else.
#[derive(Debug, Default, Clone)]
pub(crate) struct Plain {
    pub(super) accepted: Vec<Step>,
    /// Gates that were told to be clear: what was given out cannot be worked out anew.
    cleared: BTreeSet<u8>,
}

/// An order as its accepted steps make it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct PlainOrder {
    pub(crate) quantity: u32,
    pub(crate) over: u32,
    /// Whether it was released, and whether that was withdrawn since.
    pub(crate) release: Option<bool>,
    pub(crate) cancelled: bool,
    pub(crate) aborted: bool,
    pub(crate) tech_completed: bool,
    pub(crate) closed: bool,
    pub(crate) good: BTreeMap<u8, u32>,
    pub(crate) scrap: BTreeMap<u8, u32>,
    pub(crate) started: BTreeSet<u8>,
    pub(crate) start_reported: BTreeSet<u8>,
    pub(crate) ended: BTreeSet<u8>,
    pub(crate) reports: Vec<PlainReport>,
}

/// One report on an operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlainReport {
    pub(crate) op: u8,
    pub(crate) good: u32,
    pub(crate) scrap: u32,
    pub(crate) completes: bool,
    pub(crate) document: u8,
    pub(crate) taken_back: bool,
}

impl Plain {
    pub(crate) fn order(&self, wanted: u8) -> Option<PlainOrder> {
        let mut found: Option<PlainOrder> = None;
        for step in &self.accepted {
            match step {
                Step::Create {
                    order,
                    quantity,
                    over,
                } if *order == wanted => {
                    found = Some(PlainOrder {
                        quantity: *quantity,
                        over: *over,
                        ..PlainOrder::default()
                    });
                }
                Step::Release { order } if *order == wanted => {
                    if let Some(order) = &mut found {
                        order.release = Some(false);
                    }
                }
                Step::Decide { order, what } if *order == wanted => {
                    if let Some(order) = &mut found {
                        order.decide(*what);
                    }
                }
                Step::Start { order, op, .. } if *order == wanted => {
                    if let Some(order) = &mut found {
                        order.start_reported.insert(*op);
                    }
                }
                Step::Report { order, .. } | Step::Reverse { order, .. } if *order == wanted => {
                    if let Some(order) = &mut found {
                        order.report(step);
                    }
                }
                _ => {}
            }
        }
        found.map(PlainOrder::counted)
    }

    pub(crate) fn lots(&self) -> BTreeSet<u8> {
        let mut lots = BTreeSet::new();
        for step in &self.accepted {
            match step {
                Step::Receive { lot, .. } => {
                    lots.insert(*lot);
                }
                Step::Transform { outputs, .. }
                | Step::Split {
                    children: outputs, ..
                } => lots.extend(outputs.iter().map(|(lot, _)| *lot)),
                Step::Merge { child, .. } => {
                    lots.insert(*child);
                }
                _ => {}
            }
        }
        lots
    }

    fn parents(&self, wanted: u8) -> BTreeSet<u8> {
        let mut parents = BTreeSet::new();
        let names = |lots: &[(u8, u32)]| lots.iter().any(|(lot, _)| *lot == wanted);
        for step in &self.accepted {
            match step {
                Step::Transform {
                    inputs, outputs, ..
                } if names(outputs) => parents.extend(inputs.iter().map(|(lot, _)| *lot)),
                Step::Split { parent, children } if names(children) => {
                    parents.insert(*parent);
                }
                Step::Merge {
                    parents: from,
                    child,
                } if *child == wanted => parents.extend(from.iter().map(|(lot, _)| *lot)),
                _ => {}
            }
        }
        parents
    }

    /// The lot and everything that it was made from.
    fn origins(&self, wanted: u8) -> BTreeSet<u8> {
        let mut all = BTreeSet::from([wanted]);
        loop {
            let more: BTreeSet<u8> = all.iter().flat_map(|lot| self.parents(*lot)).collect();
            let before = all.len();
            all.extend(more);
            if all.len() == before {
                return all;
            }
        }
    }

    fn orders_of(&self, wanted: u8) -> BTreeSet<u8> {
        let mut orders = BTreeSet::new();
        for step in &self.accepted {
            match step {
                Step::Receive {
                    lot,
                    order: Some(order),
                    ..
                } if *lot == wanted => {
                    orders.insert(*order);
                }
                Step::Transform {
                    outputs,
                    order: Some(order),
                    ..
                } if outputs.iter().any(|(lot, _)| *lot == wanted) => {
                    orders.insert(*order);
                }
                _ => {}
            }
        }
        orders
    }

    fn hold_is_known(&self, wanted: u8) -> bool {
        self.accepted.iter().any(|step| {
            matches!(step, Step::HoldLot { hold, .. } | Step::HoldOrder { hold, .. } if *hold == wanted)
        })
    }

    fn hold_is_open(&self, wanted: u8) -> bool {
        let released = |step: &Step| matches!(step, Step::ReleaseHold { hold } if *hold == wanted);
        self.hold_is_known(wanted) && !self.accepted.iter().any(released)
    }

    /// Open holds on the lot itself.
    pub(crate) fn own_holds(&self, wanted: u8) -> BTreeSet<u8> {
        let mut holds = BTreeSet::new();
        for step in &self.accepted {
            if let Step::HoldLot { hold, lot } = step
                && *lot == wanted
            {
                holds.insert(*hold);
            }
        }
        holds.retain(|hold| self.hold_is_open(*hold));
        holds
    }

    fn order_holds(&self, wanted: u8) -> BTreeSet<u8> {
        let mut holds = BTreeSet::new();
        for step in &self.accepted {
            if let Step::HoldOrder { hold, order } = step
                && *order == wanted
            {
                holds.insert(*hold);
            }
        }
        holds.retain(|hold| self.hold_is_open(*hold));
        holds
    }

    /// Open holds on what the lot was made from, or on the orders of any of it, each with the
    /// fewest steps to what is held, and which that is.
    pub(crate) fn inherited_holds(&self, wanted: u8) -> BTreeMap<u8, (u32, String)> {
        let mut holds: BTreeMap<u8, (u32, String)> = BTreeMap::new();
        let mut found = |hold: u8, way: (u32, String)| {
            let known = holds.entry(hold).or_insert_with(|| way.clone());
            *known = way.min(known.clone());
        };
        let mut level = BTreeSet::from([wanted]);
        let mut seen = BTreeSet::new();
        for steps in 0.. {
            if level.is_empty() {
                break;
            }
            for lot in &level {
                for hold in self.own_holds(*lot).into_iter().filter(|_| steps > 0) {
                    found(hold, (steps, format!("lot/L{lot}")));
                }
                // An order that nobody has announced holds nothing yet, but its lots all the same.
                for order in self.orders_of(*lot) {
                    for hold in self.order_holds(order) {
                        found(hold, (steps + 1, format!("work_order/O{order}")));
                    }
                }
            }
            seen.extend(level.iter().copied());
            level = level.iter().flat_map(|lot| self.parents(*lot)).collect();
            level.retain(|lot| !seen.contains(lot));
        }
        holds
    }

    fn held(&self, lot: u8) -> bool {
        !self.own_holds(lot).is_empty() || !self.inherited_holds(lot).is_empty()
    }

    /// Whether it waits for what becomes of work that was given up, its own or what it came from:
    /// somebody would have to say so, and nobody does.
    fn given_up(&self, lot: u8) -> bool {
        self.given_up_before(lot, usize::MAX) || self.came_from_given_up(lot)
    }

    /// Whether an order that it was made for was given up before the step at this place.
    fn given_up_before(&self, lot: u8, place: usize) -> bool {
        let orders = self.orders_of(lot);
        let mut before = self.accepted.iter().take(place);
        before.any(|step| match step {
            Step::Decide { order, what } => *what == Decision::Abort && orders.contains(order),
            _ => false,
        })
    }

    /// Parts have what their wholes have. What was used before the work was given up was none.
    fn came_from_given_up(&self, wanted: u8) -> bool {
        let names = |lots: &[(u8, u32)]| lots.iter().any(|(lot, _)| *lot == wanted);
        let used_bad = |(lot, _): &(u8, u32)| {
            let first = self.accepted.iter().position(|step| match step {
                Step::Transform {
                    inputs, outputs, ..
                } => names(outputs) && inputs.iter().any(|(input, _)| input == lot),
                _ => false,
            });
            self.given_up_before(*lot, first.unwrap_or(0)) || self.came_from_given_up(*lot)
        };
        self.accepted.iter().any(|step| match step {
            Step::Transform {
                inputs, outputs, ..
            } => names(outputs) && inputs.iter().any(used_bad),
            Step::Split { parent, children } => names(children) && self.given_up(*parent),
            Step::Merge { parents, child } => {
                *child == wanted && parents.iter().any(|(lot, _)| self.given_up(*lot))
            }
            _ => false,
        })
    }

    fn request(&self, wanted: u8) -> Option<&[(u8, u32)]> {
        self.accepted.iter().find_map(|step| match step {
            Step::Request { delivery, lots } if *delivery == wanted => Some(lots.as_slice()),
            _ => None,
        })
    }

    /// How much of a lot a delivery wants.
    pub(super) fn asked(&self, delivery: u8, wanted: u8) -> i64 {
        let lines = self.request(delivery).unwrap_or_default().iter();
        let lines = lines.filter(|(lot, _)| *lot == wanted);
        lines.map(|(_, n)| i64::from(*n)).sum()
    }

    /// Deliveries, the first request first.
    fn deliveries(&self) -> Vec<u8> {
        let requests = self.accepted.iter().filter_map(|step| match step {
            Step::Request { delivery, .. } => Some(*delivery),
            _ => None,
        });
        requests.collect()
    }

    fn shipped(&self, wanted: u8) -> bool {
        let ships =
            |step: &Step| matches!(step, Step::Ship { delivery, .. } if *delivery == wanted);
        self.accepted.iter().any(ships)
    }

    fn ended(&self, wanted: u8) -> bool {
        let cancels =
            |step: &Step| matches!(step, Step::Cancel { delivery } if *delivery == wanted);
        self.shipped(wanted) || self.accepted.iter().any(cancels)
    }

    /// Whether nothing stands against a delivery, beside what others were promised.
    fn fits(&self, delivery: u8) -> bool {
        let known = self.lots();
        let lots = self.request(delivery).unwrap_or_default();
        lots.iter().all(|(lot, _)| {
            let others = self.cleared.iter().filter(|other| **other != delivery);
            let reserved: i64 = others.map(|other| self.asked(*other, *lot)).sum();
            known.contains(lot)
                && !self.held(*lot)
                && !self.given_up(*lot)
                && self.on_hand(*lot) - reserved >= self.asked(delivery, *lot)
        })
    }

    /// Where a delivery stands.
    pub(crate) fn state(&self, delivery: u8) -> Option<&'static str> {
        let lots = self.request(delivery)?;
        Some(match (self.shipped(delivery), self.ended(delivery)) {
            (true, _) if lots.iter().any(|(lot, _)| self.held(*lot)) => "recall_required",
            (true, _) => "shipped",
            (false, true) => "cancelled",
            (false, false) if self.cleared.contains(&delivery) => "cleared",
            (false, false) => "blocked",
        })
    }

    /// Which rule the step meets, if any: the number of its code.
    pub(crate) fn rule_against(&self, step: &Step) -> Option<u8> {
        match step {
            Step::Create { order, .. } => self.order(*order).map(|_| 43),
            Step::Release { order } => match self.order(*order) {
                None => Some(1),
                Some(order) => order.rule_against_release(),
            },
            Step::Decide { order, what } => match self.order(*order) {
                None => Some(1),
                Some(state) => {
                    let held = !self.order_holds(*order).is_empty();
                    state.rule_against(*what, held)
                }
            },
            Step::Reverse { order, document } => match self.order(*order) {
                None => Some(1),
                Some(order) => order.rule_against_reversal(*document),
            },
            Step::Start { order, op, input } => self.rule_against_start(*order, *op, *input),
            Step::Report {
                order, op, good, ..
            } => self.rule_against_report(*order, *op, *good),
            Step::Receive { lot, .. } => {
                let announced =
                    |step: &Step| matches!(step, Step::Receive { lot: known, .. } if known == lot);
                self.accepted.iter().any(announced).then_some(43)
            }
            Step::Transform {
                inputs, outputs, ..
            } => self.rule_against_transform(inputs, outputs),
            Step::Split { parent, children } => self.rule_against_parting(
                &[(*parent, children.iter().map(|(_, n)| n).sum())],
                children,
            ),
            Step::Merge { parents, child } => self.rule_against_parting(parents, &[(*child, 0)]),
            Step::HoldLot { hold, .. } | Step::HoldOrder { hold, .. } => {
                self.hold_is_known(*hold).then_some(43)
            }
            Step::ReleaseHold { hold } => {
                match (self.hold_is_known(*hold), self.hold_is_open(*hold)) {
                    (false, _) => Some(1),
                    (true, false) => Some(14),
                    (true, true) => None,
                }
            }
            Step::Request { delivery, .. } => self.request(*delivery).map(|_| 43),
            Step::Ship { delivery, last } => match self.state(*delivery) {
                None => Some(1),
                Some("shipped" | "recall_required" | "cancelled") => Some(2),
                Some(state) => (state != "cleared" || !last).then_some(9),
            },
            Step::Cancel { delivery } => match self.request(*delivery) {
                None => Some(1),
                Some(_) => self.ended(*delivery).then_some(2),
            },
        }
    }

    fn rule_against_start(&self, order: u8, op: u8, input: Option<u8>) -> Option<u8> {
        let Some(state) = self.order(order) else {
            return Some(1);
        };
        if let Some(rule) = state.rule_against_work() {
            return Some(rule);
        }
        if !self.order_holds(order).is_empty() {
            return Some(7);
        }
        if input.is_some_and(|lot| self.held(lot)) {
            return Some(7);
        }
        if state.ended.contains(&op) || state.start_reported.contains(&op) {
            return Some(2);
        }
        (op == 20 && !state.was_ever_ready(10) && !state.started.contains(&op)).then_some(6)
    }

    fn rule_against_report(&self, order: u8, op: u8, good: u32) -> Option<u8> {
        let Some(state) = self.order(order) else {
            return Some(1);
        };
        if let Some(rule) = state.rule_against_work() {
            return Some(rule);
        }
        if state.ended.contains(&op) {
            return Some(2);
        }
        if !state.started.contains(&op) && !self.order_holds(order).is_empty() {
            return Some(7);
        }
        let total = u64::from(state.good.get(&20).copied().unwrap_or(0) + good);
        let most = u64::from(state.quantity) * u64::from(100 + state.over);
        (op == 20 && good > 0 && total * 100 > most).then_some(4)
    }

    fn rule_against_transform(&self, inputs: &[(u8, u32)], outputs: &[(u8, u32)]) -> Option<u8> {
        let known = self.lots();
        let mut taken: BTreeMap<u8, i64> = BTreeMap::new();
        for (lot, n) in inputs {
            if !known.contains(lot) {
                return Some(1);
            }
            if self.held(*lot) {
                return Some(7);
            }
            *taken.entry(*lot).or_default() += i64::from(*n);
            if self.on_hand(*lot) < taken[lot] {
                return Some(17);
            }
        }
        let origins: BTreeSet<u8> = inputs
            .iter()
            .flat_map(|(lot, _)| self.origins(*lot))
            .collect();
        outputs
            .iter()
            .any(|(lot, _)| origins.contains(lot))
            .then_some(15)
    }

    /// Splits and merges use nothing up, so holds do not stand against them.
    fn rule_against_parting(&self, from: &[(u8, u32)], into: &[(u8, u32)]) -> Option<u8> {
        let known = self.lots();
        if from.iter().any(|(lot, _)| !known.contains(lot)) {
            return Some(1);
        }
        let mut taken: BTreeMap<u8, i64> = BTreeMap::new();
        for (lot, n) in from {
            *taken.entry(*lot).or_default() += i64::from(*n);
        }
        if taken.iter().any(|(lot, n)| self.on_hand(*lot) < *n) {
            return Some(17);
        }
        let origins: BTreeSet<u8> = taken.keys().flat_map(|lot| self.origins(*lot)).collect();
        into.iter()
            .any(|(lot, _)| origins.contains(lot))
            .then_some(15)
    }

    pub(crate) fn accept(&mut self, step: &Step) {
        self.accepted.push(step.clone());
        let (deliveries, ended): (Vec<u8>, Vec<u8>) =
            self.deliveries().into_iter().partition(|d| !self.ended(*d));
        self.cleared.retain(|delivery| !ended.contains(delivery));
        for delivery in deliveries.iter().rev() {
            if self.cleared.contains(delivery) && !self.fits(*delivery) {
                self.cleared.remove(delivery);
            }
        }
        for delivery in deliveries {
            if self.fits(delivery) {
                self.cleared.insert(delivery);
            }
        }
    }
}
