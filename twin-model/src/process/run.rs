//! The processes of a plant: looked at when everything else in a turn is settled.

use super::concern::Concerned;
use super::joined::LotNews;
use super::{
    Plan, Process, confirmation, deviation, hold, maintenance, release, scrap, usage, variance,
};
use crate::effect::Effects;
use crate::plant::Cause;
use crate::{
    Entity, EntityKey, Event, EventBody, Plant, ProcessId, ProcessKind, ProcessRules, Rejection,
    Rule, Time,
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
        let mut concerned = Concerned::default();
        for (key, former) in self.touched() {
            concerned.know(self.waiting.for_(&key));
            match self.get(&key) {
                // Rules that came late find what they would have found before.
                Some(Entity::ProcessRules(_)) => concerned.look_at_all(self.entities(), rules),
                Some(entity) => concerned.look_at(former, entity, rules),
                None => {}
            }
        }
        for (id, news) in concerned.processes() {
            self.run_process(&id, news, cause, effects)?;
        }
        Ok(())
    }

    fn run_process(
        &mut self,
        id: &ProcessId,
        news: LotNews,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let known = self.process(id);
        let now = self.now(cause.at);
        let new = || Process::new(id.clone(), cause.correlation.cloned());
        let mut process = known.cloned().unwrap_or_else(new);
        process.hear_of_lots(news);
        let notices = match self.process_rule(id.kind()) {
            Some(rule) => {
                let plan = self.plan(&process, rule, now);
                if known.is_none() && plan.is_nothing() {
                    return Ok(());
                }
                process.carry_out(plan, rule, now)
            }
            None if known.is_none() => return Ok(()),
            None => process.switch_off(),
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

    fn plan(&self, process: &Process, rule: Rule, now: Time) -> Plan {
        let (id, known) = (process.id(), Some(process));
        match id.kind() {
            ProcessKind::Release => release::plan(self, id.subject(), known, rule, now),
            ProcessKind::Confirmation => confirmation::plan(self, id.subject(), known, rule, now),
            ProcessKind::Hold => hold::plan(self, process, rule),
            ProcessKind::Maintenance => maintenance::plan(self, id.subject(), known, rule, now),
            ProcessKind::Deviation => deviation::plan(self, process, rule, now),
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
