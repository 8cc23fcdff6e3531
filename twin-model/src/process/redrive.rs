//! A command that was given up, or that nobody answered, is sent again because a person says so;
//! and one that was not sent because there were so many of its kind goes out.

use super::{Process, StepState};
use crate::effect::{Effects, View};
use crate::plant::Cause;
use crate::{CommandKey, Entity, EntityKey, Plant, Rejection, Time, Turn};

impl Plant {
    /// Sends a command of a process again, as of `now` by the plant's clock. One that nobody has
    /// answered keeps its id; after a refusal, which is definite, it is a new try with the next
    /// id. One that was not sent for lack of room goes out, as its facts stand now, and as many of
    /// its kind after it as at first.
    ///
    /// # Errors
    /// R01 when the twin knows no such process, R02 when the command is not one that waits for a
    /// person, or its kind of process is switched off. The plant is then as before.
    ///
    /// # Panics
    /// A panic in a handler passes through. Call [`Plant::roll_back`] then; the plant is as before
    /// afterwards.
    pub fn redrive(&mut self, command: &CommandKey, now: Time) -> Result<Turn, Rejection> {
        let key = EntityKey::Process(command.process().clone());
        if self.process(command.process()).is_none() {
            return Err(Rejection::NotKnown {
                object: key,
                event: "replay of a command",
            });
        }
        let source = self.own_source();
        let cause = Cause {
            at: self.now(now),
            source: &source,
            correlation: None,
        };
        self.turn_of(cause, |plant, effects| {
            plant.change(&key, cause, effects, |entity, view, effects| match entity {
                Entity::Process(process) => process.redrive(command, view, effects),
                _ => unreachable!("a process' key names a process"),
            })
        })
    }
}

impl Process {
    fn redrive(
        &mut self,
        command: &CommandKey,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let refused = |state: &'static str| Rejection::WrongState {
            object: format!("Command {command}"),
            state,
            action: "sending it again",
            allowed: "what its process does by itself",
        };
        let rule = view.plant.process_rule(self.id.kind());
        let Some(rule) = rule else {
            return Err(refused("switched off"));
        };
        let mut steps = self.steps.iter();
        let at = steps.position(|step| command.is_of(&step.lane, step.number));
        let Some(at) = at else {
            // What its lane would send goes out at the end of the turn.
            if self.let_on(command) {
                return Ok(());
            }
            return match self.has_let_go_of(command) {
                true => Err(refused(StepState::Acknowledged.as_str())),
                false => Err(super::answer::not_sent(command, "replay")),
            };
        };
        let step = &mut self.steps[at];
        match step.state {
            StepState::TimedOut => {}
            StepState::GivenUp | StepState::Refused => step.attempt += 1,
            StepState::Sent | StepState::Acknowledged | StepState::Dropped => {
                return Err(refused(step.state.as_str()));
            }
        }
        step.sent = 0;
        // Who replays it settles the exception; what goes wrong next is told anew.
        step.raised = false;
        self.send(at, rule, view.at, &mut effects.notices);
        Ok(())
    }
}
