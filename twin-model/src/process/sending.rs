//! From the plan of a process to its commands.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::crowded::LaneEnd;
use super::{Next, Plan, Process, Rule, Step, StepState};
use crate::{CommandBody, CommandKey, EntityKey, Notice, ProcessRejection, Shared, Time};

impl Process {
    /// Sends what the plan lacks, and drops what it no longer wants. Gives what the outside hears
    /// of it.
    pub(crate) fn carry_out(&mut self, plan: Plan, rule: Rule, now: Time) -> Vec<Notice> {
        let mut notices = Vec::new();
        self.wake(rule, now);
        for lane in &plan.overtaken {
            self.drop_overtaken(lane, &mut notices);
        }
        let wanted: BTreeMap<&SmolStr, &CommandBody> = plan
            .nexts
            .iter()
            .map(|next| (&next.lane, &next.body))
            .collect();
        for at in 0..self.steps.len() {
            self.drop_unwanted(at, &wanted, &mut notices);
        }
        let lanes = self.lanes();
        let mut crowded = BTreeMap::new();
        for next in plan.nexts {
            let known = lanes.get(&next.lane).copied().unwrap_or_default();
            if known
                .last
                .is_some_and(|last| !self.steps[last].state.is_over())
            {
                continue;
            }
            match known.has_room_for(&next) {
                true => self.send_new(next, known, rule, now, &mut notices),
                false => {
                    crowded.insert(next.lane, next.body);
                }
            }
        }
        self.tell_crowded(crowded, &lanes, &mut notices);
        self.keep_newest();
        self.obstacles = plan.obstacles;
        self.findings = plan.findings;
        self.look_at = plan.look_at;
        notices
    }

    /// The plant's rules switch the kind off: what is under way may still be answered, and nothing
    /// is sent. Gives what the outside hears of it: nobody can let go on what was not sent for lack
    /// of room.
    pub(crate) fn switch_off(&mut self) -> Vec<Notice> {
        let mut notices = Vec::new();
        self.off = true;
        self.obstacles.clear();
        self.tell_crowded(BTreeMap::new(), &self.lanes(), &mut notices);
        self.findings.clear();
        self.look_at = None;
        for step in &mut self.steps {
            step.due = None;
        }
        notices
    }

    /// After it was off, what is under way has its deadlines again.
    fn wake(&mut self, rule: Rule, now: Time) {
        if !std::mem::take(&mut self.off) {
            return;
        }
        for step in &mut self.steps {
            if matches!(step.state, StepState::Sent | StepState::Refused) {
                step.due = Some(rule.next_try(step.sent, now));
            }
        }
    }

    /// A refused command that the plan would no longer send is not tried again.
    fn drop_unwanted(
        &mut self,
        at: usize,
        wanted: &BTreeMap<&SmolStr, &CommandBody>,
        notices: &mut Vec<Notice>,
    ) {
        let step = &self.steps[at];
        if !matches!(step.state, StepState::Refused | StepState::GivenUp) {
            return;
        }
        if wanted
            .get(&step.lane)
            .is_some_and(|body| **body == step.body)
        {
            return;
        }
        let step = &mut self.steps[at];
        step.state = StepState::Dropped;
        step.due = None;
        self.tell_over(at, notices);
    }

    /// What the facts have answered needs no answer. One that comes late is taken all the same.
    fn drop_overtaken(&mut self, lane: &str, notices: &mut Vec<Notice>) {
        let Some(at) = self.last_of(lane) else {
            return;
        };
        let step = &mut self.steps[at];
        match step.state {
            StepState::Acknowledged | StepState::Dropped => {}
            StepState::Sent | StepState::TimedOut | StepState::Refused | StepState::GivenUp => {
                step.state = StepState::Dropped;
                step.due = None;
                self.tell_over(at, notices);
            }
        }
    }

    /// Sends one more command in a lane that has nothing under way.
    fn send_new(
        &mut self,
        next: Next,
        lane: LaneEnd,
        rule: Rule,
        now: Time,
        notices: &mut Vec<Notice>,
    ) {
        let before = lane.last.map_or(0, |last| self.steps[last].number);
        let lots_to = match &next.body {
            CommandBody::HoldBlockRequested(body) => self.lots_told(&next.lane) + body.lots.len(),
            _ => 0,
        };
        self.steps.push(Shared::new(Step {
            lane: next.lane,
            number: before.saturating_add(1),
            to: next.to,
            bearing: next.bearing,
            body: next.body,
            attempt: 1,
            sent: 0,
            first_sent_at: now,
            due: None,
            state: StepState::Sent,
            documents: Vec::new(),
            refusal: None,
            answered_at: None,
            raised: false,
            lots_to: u32::try_from(lots_to).unwrap_or(u32::MAX),
            let_on: false,
        }));
        self.send(self.steps.len() - 1, rule, now, notices);
    }

    /// Sends a command, for the first time or again.
    pub(crate) fn send(&mut self, at: usize, rule: Rule, now: Time, notices: &mut Vec<Notice>) {
        let step = &mut self.steps[at];
        step.state = StepState::Sent;
        step.sent += 1;
        step.due = Some(rule.next_try(step.sent, now));
        let step = &self.steps[at];
        notices.push(Notice::CommandIssued {
            command: self.key_of(step),
            to: step.to,
            correlation: self.correlation().into(),
            body: Box::new(step.body.clone()),
        });
    }

    /// Puts a command before a person.
    pub(crate) fn ask_person(
        &mut self,
        at: usize,
        problem: ProcessRejection,
        notices: &mut Vec<Notice>,
    ) {
        self.steps[at].raised = true;
        notices.push(Notice::PersonNeeded {
            object: EntityKey::Process(self.id.clone()),
            case: self.case_of(at),
            problem: Box::new(problem.into()),
            about: Box::new(self.steps[at].body.clone()),
        });
    }

    /// What a person was asked to look at is over.
    pub(crate) fn tell_over(&mut self, at: usize, notices: &mut Vec<Notice>) {
        if std::mem::take(&mut self.steps[at].raised) {
            notices.push(Notice::PersonNoLongerNeeded {
                case: self.case_of(at),
            });
        }
    }

    /// A command has one case however often it is tried.
    fn case_of(&self, at: usize) -> CommandKey {
        let step = &self.steps[at];
        CommandKey::new(self.id.clone(), &step.lane, step.number, 1)
    }
}
