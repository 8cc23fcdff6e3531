//! How many commands a lane may have, and which of them are kept.
//!
//! Facts that never settle would have a process send for ever: one command more than a lane may
//! have is put before a person, who may let the process go on. What takes something back always has
//! room: nobody may be left with what no longer holds. A lane that goes by lots has an end by
//! itself, and keeps its newest commands.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::{Bearing, Next, Process, STEPS_PER_LANE_MAX, StepState};
use crate::{CommandBody, CommandKey, EntityKey, Notice, ProcessRejection};

/// Where a lane stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LaneEnd {
    /// The place of its newest command; `None` before the first.
    pub(super) last: Option<usize>,
    /// Its commands that take nothing back, since a person let it go on.
    sent: usize,
    /// Its commands that are kept.
    kept: usize,
}

impl LaneEnd {
    /// Whether the lane may send one more.
    pub(super) fn has_room_for(self, next: &Next) -> bool {
        self.sent < STEPS_PER_LANE_MAX
            || next.bearing == Bearing::Undoes
            || next.body.goes_by_lots()
    }
}

impl CommandBody {
    /// Whether commands of its kind end with the lots that they are about.
    fn goes_by_lots(&self) -> bool {
        matches!(
            self,
            CommandBody::HoldBlockRequested(_)
                | CommandBody::QuarantineRequested(_)
                | CommandBody::QuarantineEnded(_)
        )
    }
}

impl Process {
    pub(super) fn lanes(&self) -> BTreeMap<SmolStr, LaneEnd> {
        let mut lanes: BTreeMap<SmolStr, LaneEnd> = BTreeMap::new();
        for (at, step) in self.steps.iter().enumerate() {
            let lane = lanes.entry(step.lane.clone()).or_default();
            lane.last = Some(at);
            lane.kept += 1;
            lane.sent += usize::from(step.bearing != Bearing::Undoes);
            if step.let_on {
                lane.sent = 0;
            }
        }
        lanes
    }

    /// Puts what is not sent for lack of room before a person, once; and says so when it is sent, or
    /// no longer wanted.
    pub(super) fn tell_crowded(
        &mut self,
        crowded: BTreeMap<SmolStr, CommandBody>,
        lanes: &BTreeMap<SmolStr, LaneEnd>,
        notices: &mut Vec<Notice>,
    ) {
        let before = std::mem::take(&mut self.crowded);
        let case = |lane: &SmolStr| {
            let last = lanes.get(lane).and_then(|end| end.last);
            let number = last.map_or(0, |last| self.steps[last].number);
            CommandKey::new(self.id.clone(), lane, number.saturating_add(1), 1)
        };
        let over = before.keys().filter(|lane| !crowded.contains_key(*lane));
        notices.extend(over.map(|lane| Notice::PersonNoLongerNeeded { case: case(lane) }));
        let mut waits = BTreeMap::new();
        for (lane, body) in crowded {
            let what = body.what();
            let words = format_smolstr!(
                "a person to let it go on: after {STEPS_PER_LANE_MAX} commands of one kind {what} \
                 is not sent"
            );
            if !before.contains_key(&lane) {
                let problem = ProcessRejection::TooManyCommands {
                    process: self.id.clone(),
                    what,
                    max: STEPS_PER_LANE_MAX,
                };
                notices.push(Notice::PersonNeeded {
                    object: EntityKey::Process(self.id.clone()),
                    case: case(&lane),
                    problem: Box::new(problem.into()),
                    about: Box::new(body),
                });
            }
            waits.insert(lane, words);
        }
        self.crowded = waits;
    }

    /// A person lets a lane go on with what is not sent for lack of room, when `command` names that.
    pub(super) fn let_on(&mut self, command: &CommandKey) -> bool {
        let mut lanes = self.crowded.keys();
        let last = lanes.find_map(|lane| {
            let last = self.last_of(lane)?;
            let next = self.steps[last].number.saturating_add(1);
            command.is_of(lane, next).then_some(last)
        });
        let Some(last) = last else {
            return false;
        };
        self.steps[last].let_on = true;
        let lane = self.steps[last].lane.clone();
        self.crowded.remove(&lane);
        true
    }

    /// Lets go of the oldest commands of lanes that go by lots: what they come to stands in those
    /// that are kept.
    pub(super) fn keep_newest(&mut self) {
        let lanes = self.lanes().into_iter();
        let crowded = lanes.filter(|(_, end)| end.kept > STEPS_PER_LANE_MAX);
        for (lane, end) in crowded.collect::<Vec<_>>() {
            let more = end.kept - STEPS_PER_LANE_MAX;
            for _ in 0..more {
                self.let_go_of_oldest(&lane);
            }
        }
    }

    fn let_go_of_oldest(&mut self, lane: &str) {
        let mut newest = self.lane(lane).rev();
        match newest.next().map(|step| &step.body) {
            Some(CommandBody::HoldBlockRequested(_) | CommandBody::HoldReleaseRequested(_)) => {
                drop(newest);
                if let Some(at) = self.first_covered(lane) {
                    self.steps.remove(at);
                }
            }
            Some(CommandBody::QuarantineRequested(_) | CommandBody::QuarantineEnded(_)) => {
                drop(newest);
                let first = self.steps.iter().position(|step| step.lane == lane);
                if let Some(at) = first.filter(|at| self.steps[*at].state.is_over()) {
                    self.let_go_of_quarantine(at);
                }
            }
            _ => {}
        }
    }

    /// The oldest command of a lane that is no longer wanted, or whose receiver has acknowledged it
    /// and one after it that says as much.
    fn first_covered(&self, lane: &str) -> Option<usize> {
        let steps = self.steps.iter().enumerate();
        let mut of_lane = steps.filter(|(_, step)| step.lane == lane);
        let told = self.lots_told(lane);
        let newest = self.lane(lane).rfind(|step| {
            step.state == StepState::Acknowledged
                && (step.bearing == Bearing::Undoes || step.lots_to as usize == told)
        });
        let newest = newest.map(|step| step.number);
        let over = of_lane.find(|(_, step)| {
            let is_covered = newest.is_some_and(|newest| step.number < newest);
            step.state == StepState::Dropped
                || (step.state == StepState::Acknowledged && is_covered)
        });
        over.map(|(at, _)| at)
    }
}
