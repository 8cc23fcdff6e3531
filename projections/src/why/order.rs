//! An order: its holds, its release, its operations, and what was told of it in vain.

use twin_model::{
    Code, Entity, EntityKey, EntityKind, Lifecycle, NonconformanceState, Process, ProcessState,
    Time, WorkOrder,
};

use super::{Cause, SIDE_BY_SIDE_MAX, Walk};
use crate::view::shown;

impl Walk<'_> {
    /// The order itself, and everything that keeps it.
    pub(super) fn order(&mut self, order: &WorkOrder) {
        let key = EntityKey::WorkOrder(order.id().clone());
        let state = order.lifecycle().as_str().replace('_', " ");
        let text = match order.waiting_for() {
            Some(what) => format!("Order {} is {state} and waits for {what}.", order.id()),
            None => format!("Order {} is {state}.", order.id()),
        };
        let link = self.about(&key, text);
        self.add(0, "order", link);
        if order.lifecycle().is_over() {
            return;
        }
        for hold in order.holds() {
            self.hold(1, hold);
        }
        match order.lifecycle() {
            Lifecycle::Created => self.not_released(order),
            Lifecycle::Released | Lifecycle::InProcess => self.operations(1, order),
            _ => {}
        }
        self.quality_of_order(order);
        self.processes(order);
        self.told_in_vain();
        for found in shown(&order.discrepancies()) {
            let link = self.about(&key, found.text.as_str()).code(found.code);
            self.add(1, &found.code.to_string(), link);
        }
    }

    fn not_released(&mut self, order: &WorkOrder) {
        let key = EntityKey::WorkOrder(order.id().clone());
        let withdrawn = order.release_withdrawal();
        let text = match withdrawn {
            Some(said) if !said.reason.is_empty() => {
                format!("ERP took the release of it back: {}.", said.reason)
            }
            Some(_) => "ERP took the release of it back.".to_owned(),
            None => "ERP has not released it.".to_owned(),
        };
        let link = self.about(&key, text).code(Code::R03);
        let link = link.since(withdrawn.map(|said| said.at));
        self.add(1, "release", link);
    }

    /// Inspections that quality has not decided, and open nonconformances, of the order.
    fn quality_of_order(&mut self, order: &WorkOrder) {
        for (id, inspection) in order.inspections().take(SIDE_BY_SIDE_MAX) {
            if inspection.undecided {
                self.inspection(1, id);
            }
        }
        for id in order.nonconformances().iter().take(SIDE_BY_SIDE_MAX) {
            let known = self.known.entities;
            let found = known.get(EntityKind::Nonconformance, id.as_str());
            if let Some(Entity::Nonconformance(found)) = found
                && !matches!(
                    found.state(),
                    NonconformanceState::Closed | NonconformanceState::Cancelled
                )
            {
                self.nonconformance(1, id);
            }
        }
    }

    /// What the twin asks of other systems about the order, where that does not go on.
    fn processes(&mut self, order: &WorkOrder) {
        for kind in ["release", "confirmation", "variance", "scrap"] {
            let id = format!("{kind}/{}", order.id());
            let found = self.known.entities.get(EntityKind::Process, &id);
            if let Some(Entity::Process(process)) = found {
                self.process(process, kind == "release");
            }
        }
    }

    /// A release keeps the order from the MES already while it waits; the others only once a
    /// person must look.
    fn process(&mut self, process: &Process, is_release: bool) {
        let key = EntityKey::Process(process.id().clone());
        let refused = process
            .steps()
            .iter()
            .rev()
            .find(|step| step.refusal().is_some());
        let open = process
            .steps()
            .iter()
            .rev()
            .find(|step| step.due().is_some());
        let since = open.or(refused).map(|step| step.first_sent_at());
        let text = match process.state() {
            ProcessState::Waiting if is_release => {
                let waits: Vec<&str> = process.waits_for().map(|text| text.as_str()).collect();
                if waits.is_empty() {
                    return;
                }
                format!(
                    "It was not told to the MES: that waits for {}.",
                    waits.join("; for ")
                )
            }
            ProcessState::Asking if is_release => "The MES has not acknowledged it yet.".to_owned(),
            ProcessState::Retrying | ProcessState::WithPerson => match refused {
                Some(step) => {
                    let said = step.refusal().map(|no| (no.text.clone(), no.code.clone()));
                    let (text, code) = said.unwrap_or_default();
                    let (to, what) = (step.to(), step.body().what());
                    format!("{to} refused {what}: \"{text}\" ({code}).")
                }
                None => format!("Process {} waits for an answer or a person.", process.id()),
            },
            _ => return,
        };
        let link = self.about(&key, text).since(since);
        let link = match process.state() {
            ProcessState::Retrying | ProcessState::WithPerson => link.code(Code::R32),
            ProcessState::Asking => link.code(Code::R62),
            _ => link.owned_by(
                "whoever the sentence names",
                "Do what the sentence says; the twin tells the MES by itself then.",
            ),
        };
        self.add(1, "process", link);
    }

    /// Events about the order that wait, and messages about it that need a person.
    fn told_in_vain(&mut self) {
        let known = self.known;
        self.truncated |= known.parked.len() > SIDE_BY_SIDE_MAX;
        for parked in known.parked.iter().take(SIDE_BY_SIDE_MAX) {
            let event = parked.event();
            let (name, source) = (event.body.type_name(), event.source.as_str());
            let link = Cause {
                kind: "parked_event",
                id: format!("{source} {}", event.id),
                href: format!("/api/v1/plants/{}/parked", known.plant),
                text: format!("{name} of {source} waits: {}", parked.text),
                code: None,
                // A plant that was never told the time cannot say since when.
                since: Some(match parked.since {
                    Time::EPOCH => event.time,
                    since => since,
                }),
                owner: None,
                what_to_do: None,
            };
            if self.add(1, "parked", link.code(parked.code)) {
                match &parked.waits_for {
                    EntityKey::Lot(lot) => self.lot(2, lot),
                    EntityKey::Hold(hold) => self.hold(2, hold),
                    EntityKey::WorkCenter(center) => self.center(2, center, None),
                    _ => {}
                }
            }
        }
        self.truncated |= known.exceptions.len() > SIDE_BY_SIDE_MAX;
        for entry in known.exceptions.iter().take(SIDE_BY_SIDE_MAX) {
            let what = entry.event_type.as_deref().unwrap_or("A command");
            let mut link = Cause {
                kind: "exception",
                id: entry.id.to_string(),
                href: format!("/api/v1/plants/{}/exceptions/{}", known.plant, entry.id),
                text: format!("{what} has no effect: {}", entry.text),
                code: None,
                since: Some(entry.first_seen),
                owner: None,
                what_to_do: None,
            }
            .code(entry.code);
            link.what_to_do = Some(entry.what_to_do);
            self.add(1, "exception", link);
        }
    }
}
