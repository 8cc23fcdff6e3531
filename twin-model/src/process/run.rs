//! The processes of a plant: looked at when everything else in a turn is settled.

use std::collections::BTreeSet;

use super::{
    Plan, Process, confirmation, deviation, hold, maintenance, release, scrap, usage, variance,
};
use crate::effect::Effects;
use crate::plant::Cause;
use crate::{
    Entity, EntityKey, Event, EventBody, HoldId, Lot, Plant, ProcessId, ProcessKind, ProcessRules,
    Rejection, Rule, Time,
};

impl Plant {
    /// Looks at every process that something in this turn concerns.
    pub(crate) fn run_processes(
        &mut self,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let Some(rules) = self.process_rules() else {
            return Ok(());
        };
        let mut concerned = BTreeSet::new();
        for (key, former) in self.touched() {
            concerned.extend(self.waiting.for_(&key).cloned());
            match self.get(&key) {
                // Rules that came late find what they would have found before.
                Some(Entity::ProcessRules(_)) => {
                    for entity in self.entities() {
                        concern(None, entity, rules, &mut concerned);
                    }
                }
                Some(entity) => concern(former, entity, rules, &mut concerned),
                None => {}
            }
        }
        for id in concerned {
            self.run_process(&id, cause, effects)?;
        }
        Ok(())
    }

    fn run_process(
        &mut self,
        id: &ProcessId,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let known = self.process(id);
        let now = self.now(cause.at);
        let (process, notices) = match self.process_rule(id.kind()) {
            Some(rule) => {
                let plan = self.plan(id, known, rule, now);
                if known.is_none() && plan.is_nothing() {
                    return Ok(());
                }
                let mut process = known
                    .cloned()
                    .unwrap_or_else(|| Process::new(id.clone(), cause.correlation.cloned()));
                let notices = process.carry_out(plan, rule, now);
                (process, notices)
            }
            None => {
                let Some(mut process) = known.cloned() else {
                    return Ok(());
                };
                process.switch_off();
                (process, Vec::new())
            }
        };
        if known == Some(&process) {
            return Ok(());
        }
        effects.notices.extend(notices);
        let key = EntityKey::Process(id.clone());
        if known.is_none() {
            self.give_birth(process.into(), effects);
            return Ok(());
        }
        self.change(&key, cause, effects, |entity, _, _| {
            *entity = process.into();
            Ok(())
        })
    }

    fn plan(&self, id: &ProcessId, known: Option<&Process>, rule: Rule, now: Time) -> Plan {
        match id.kind() {
            ProcessKind::Release => release::plan(self, id.subject(), known, rule, now),
            ProcessKind::Confirmation => confirmation::plan(self, id.subject(), known, rule, now),
            ProcessKind::Hold => hold::plan(self, id.subject(), known, rule),
            ProcessKind::Maintenance => maintenance::plan(self, id.subject(), known, rule, now),
            ProcessKind::Deviation => deviation::plan(self, id.subject(), known, rule, now),
            ProcessKind::Usage => usage::plan(self, id.subject(), known, rule),
            ProcessKind::Variance => variance::plan(self, id.subject(), known, rule),
            ProcessKind::Scrap => scrap::plan(self, id.subject(), known, rule),
        }
    }

    /// An answer to a command.
    pub(crate) fn answer(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let command = match &event.body {
            EventBody::PostingAcknowledged(body) => &body.command,
            EventBody::PostingRefused(body) => &body.command,
            _ => unreachable!("{} answers no command", event.body.type_name()),
        };
        if self.process(command.process()).is_none() {
            return Err(super::answer::not_sent(command, event.body.type_name()));
        }
        let key = event.body.owner();
        self.change(&key, cause, effects, |entity, view, effects| {
            let Entity::Process(process) = entity else {
                unreachable!("a process' key names a process")
            };
            match &event.body {
                EventBody::PostingAcknowledged(body) => process.acknowledge(body, view, effects),
                EventBody::PostingRefused(body) => process.refuse(body, view, effects),
                _ => unreachable!("checked above"),
            }
        })
    }

    /// The plant's operator publishes which processes run.
    pub(crate) fn publish_process_rules(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let EventBody::ProcessRulesPublished(body) = &event.body else {
            unreachable!("only a publication publishes")
        };
        if self.process_rules().is_none() {
            self.give_birth(ProcessRules::default().into(), effects);
        }
        self.change(
            &EntityKey::ProcessRules,
            cause,
            effects,
            |entity, view, _| match entity {
                Entity::ProcessRules(rules) => rules.publish(body, view.at),
                _ => unreachable!("the rules' key names the rules"),
            },
        )
    }

    /// How a kind of process runs; `None` when it is off.
    pub(crate) fn process_rule(&self, kind: ProcessKind) -> Option<Rule> {
        self.process_rules()?.of(kind)
    }

    /// The plant's now as far as an event from `at` can tell.
    pub(crate) fn now(&self, at: Time) -> Time {
        self.clock.max(at)
    }
}

/// The processes that are about an entity, as far as its change may matter to them.
fn concern(
    former: Option<&Entity>,
    entity: &Entity,
    rules: &ProcessRules,
    concerned: &mut BTreeSet<ProcessId>,
) {
    let mut about = |kind: ProcessKind, subject: &str| {
        if rules.of(kind).is_some() {
            concerned.insert(ProcessId::new(kind, subject));
        }
    };
    match entity {
        Entity::WorkOrder(order) => {
            about(ProcessKind::Release, order.id().as_str());
            about(ProcessKind::Confirmation, order.id().as_str());
            about(ProcessKind::Variance, order.id().as_str());
            about(ProcessKind::Scrap, order.id().as_str());
        }
        Entity::Nonconformance(found) => about(ProcessKind::Deviation, found.id().as_str()),
        Entity::Hold(hold) => about(ProcessKind::Hold, hold.id().as_str()),
        Entity::Lot(lot) => {
            let had = |hold: &HoldId| match former {
                Some(Entity::Lot(former)) => former.all_holds().any(|known| known == hold),
                _ => false,
            };
            for hold in lot.all_holds().filter(|hold| !had(hold)) {
                about(ProcessKind::Hold, hold.as_str());
            }
            let before = match former {
                Some(Entity::Lot(former)) => Some(former.as_ref()),
                _ => None,
            };
            if lot.inspections().next().is_some() {
                about(ProcessKind::Usage, lot.id().as_str());
            }
            // What a board decided may cover a lot of which something has left.
            let same = before.is_some_and(|before| {
                before.nonconformances().eq(lot.nonconformances())
                    && before.on_hand() == lot.on_hand()
            });
            if !same {
                let before = before.into_iter().flat_map(Lot::nonconformances);
                for (id, _) in before.chain(lot.nonconformances()) {
                    about(ProcessKind::Deviation, id.as_str());
                }
            }
        }
        Entity::WorkCenter(center) if rules.of(ProcessKind::Maintenance).is_some() => {
            concerned.extend(maintenance::processes(center));
        }
        // Also one that is to be switched off.
        Entity::Process(process) => {
            concerned.insert(process.id.clone());
        }
        _ => {}
    }
}
