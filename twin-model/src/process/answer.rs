//! Answers to the commands of a process.

use smol_str::{SmolStr, ToSmolStr};

use super::{DOCUMENTS_PER_STEP_MAX, Process, Refusal, Step, StepState};
use crate::effect::{Effects, View};
use crate::{
    CommandBody, CommandKey, EntityKey, PostingAcknowledged, PostingRefused, ProcessRejection,
    Rejection, Shared,
};

impl Process {
    /// A system has carried out a command.
    pub(crate) fn acknowledge(
        &mut self,
        body: &PostingAcknowledged,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let known = self.find(&body.command, "mfg.posting.acknowledged.v1")?;
        let Some(at) = known.or_else(|| self.take_up_again(&body.command)) else {
            return Ok(());
        };
        let step = &mut self.steps[at];
        let again = step.state == StepState::Acknowledged;
        step.answered_at = Some(body.posted_at.unwrap_or(view.at));
        let news = body.document.as_ref().filter(|document| {
            !step.documents.contains(document) && step.documents.len() < DOCUMENTS_PER_STEP_MAX
        });
        step.documents.extend(news.cloned());
        if again {
            // An answer that is given again says nothing new; a second document does.
            if news.is_some() && step.documents.len() > 1 {
                let problem = ProcessRejection::PostedTwice {
                    system: step.to,
                    what: step.body.what(),
                    documents: step.documents.join(", ").into(),
                };
                self.ask_person(at, problem, &mut effects.notices);
            }
            return Ok(());
        }
        step.state = StepState::Acknowledged;
        step.due = None;
        self.tell_over(at, &mut effects.notices);
        Ok(())
    }

    /// A system has refused a command.
    pub(crate) fn refuse(
        &mut self,
        body: &PostingRefused,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let Some(at) = self.find(&body.command, "mfg.posting.refused.v1")? else {
            return Ok(());
        };
        let step = &mut self.steps[at];
        match step.state {
            StepState::Acknowledged => {
                return Err(Rejection::WrongState {
                    object: format!("Command {}", body.command),
                    state: "acknowledged",
                    action: "a refusal",
                    allowed: "a reversal in the system that posted it",
                });
            }
            StepState::Sent | StepState::TimedOut if body.command.attempt() == step.attempt => {}
            // Said again, or of a try that was refused before.
            _ => return Ok(()),
        }
        step.refusal = Some(Refusal {
            code: body.erp_code.clone(),
            text: body.erp_text.clone(),
            at: view.at,
        });
        step.answered_at = Some(view.at);
        let rule = view.plant.process_rule(self.id.kind());
        step.due = rule.and_then(|rule| {
            let tries_left = step.attempt < rule.tries_max;
            tries_left.then(|| rule.next_try(step.attempt, view.plant.now(view.at)))
        });
        let may_come_back = step.due.is_some() || rule.is_none();
        step.state = match may_come_back {
            true => StepState::Refused,
            false => StepState::GivenUp,
        };
        let problem = ProcessRejection::PostingRefused {
            system: step.to,
            what: step.body.what(),
            erp_text: body.erp_text.clone(),
            erp_code: body.erp_code.clone(),
            tries: step.attempt,
            next: match step.due {
                Some(due) => due.whole_seconds().to_smolstr(),
                None => SmolStr::new_static("none: a person must decide"),
            },
        };
        self.ask_person(at, problem, &mut effects.notices);
        Ok(())
    }

    /// The command that an answer names; `None` for one that was answered and is kept no more.
    fn find(&self, command: &CommandKey, event: &'static str) -> Result<Option<usize>, Rejection> {
        let mut steps = self.steps.iter();
        let known = steps.position(|step| {
            command.is_of(&step.lane, step.number)
                && (1..=step.attempt).contains(&command.attempt())
        });
        match known {
            Some(at) => Ok(Some(at)),
            None if self.has_let_go_of(command) => Ok(None),
            None => Err(not_sent(command, event)),
        }
    }

    /// Keeps a block again that was let go because it was no longer wanted, and was carried out all
    /// the same: its receiver must be told of the release. As long as he has acknowledged none of its
    /// lane it is one of those; where he has, that one says what stands. Which lots it named is known
    /// no more, so as far as the process knows he has blocked none.
    fn take_up_again(&mut self, command: &CommandKey) -> Option<usize> {
        let is_of_lane = |step: &&Shared<Step>| command.is_before(&step.lane, step.number);
        let lane = self.steps.iter().find(is_of_lane)?.lane.clone();
        let is_acknowledged = |step: &Step| step.state == StepState::Acknowledged;
        if self.lane(&lane).any(is_acknowledged) {
            return None;
        }
        let first = self.steps.iter().position(|step| step.lane == lane)?;
        let mut again = Step::clone(&self.steps[first]);
        let CommandBody::HoldBlockRequested(body) = &mut again.body else {
            return None;
        };
        body.lots.clear();
        again.lots_to = 0;
        (again.number, again.attempt) = command.serial();
        (again.due, again.refusal, again.raised) = (None, None, false);
        self.steps.insert(first, Shared::new(again));
        Some(first)
    }

    /// Whether a command was sent and is kept no more: its lane has a newer one, and not it.
    pub(super) fn has_let_go_of(&self, command: &CommandKey) -> bool {
        let mut newer = self
            .steps
            .iter()
            .filter(|step| command.is_before(&step.lane, step.number));
        newer.next().is_some()
            && !self
                .steps
                .iter()
                .any(|step| command.is_of(&step.lane, step.number))
    }
}

/// R61: the twin has not sent the command that an answer names.
pub(super) fn not_sent(command: &CommandKey, event: &'static str) -> Rejection {
    Rejection::Process(ProcessRejection::CommandNotKnown {
        object: EntityKey::Process(command.process().clone()),
        command: command.clone(),
        event,
    })
}
