//! Deadlines of a process: what nobody answered is sent again, and at last put before a person.

use super::{Process, StepState};
use crate::effect::{Effects, View};
use crate::{ProcessRejection, Time};

impl Process {
    /// The plant's clock (`view.at`) has reached [`Process::due_at`].
    pub(crate) fn fall_due(&mut self, view: View<'_>, effects: &mut Effects) {
        let now = view.at;
        let rule = view.plant.process_rule(self.id.kind());
        let is_due = |due: Option<Time>| due.is_some_and(|due| due <= now);
        if is_due(self.look_at) {
            // The plan is made anew at the end of the turn.
            self.look_at = None;
        }
        for at in 0..self.steps.len() {
            let step = &mut self.steps[at];
            if !is_due(step.due) {
                continue;
            }
            step.due = None;
            let Some(rule) = rule else { continue };
            match step.state {
                StepState::Sent if step.sent >= rule.tries_max => {
                    step.state = StepState::TimedOut;
                    let problem = self.unanswered(at);
                    self.ask_person(at, problem, &mut effects.notices);
                }
                StepState::Sent => self.send(at, rule, now, &mut effects.notices),
                StepState::Refused => {
                    step.attempt += 1;
                    step.sent = 0;
                    self.send(at, rule, now, &mut effects.notices);
                }
                StepState::Acknowledged
                | StepState::GivenUp
                | StepState::TimedOut
                | StepState::Dropped => {}
            }
        }
    }

    fn unanswered(&self, at: usize) -> ProcessRejection {
        let step = &self.steps[at];
        ProcessRejection::Unanswered {
            system: step.to,
            what: step.body.what(),
            command: self.key_of(step),
            sent: step.sent,
            since: step.first_sent_at.whole_seconds(),
        }
    }
}
