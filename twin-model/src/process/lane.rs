//! The lanes of a process: commands that follow each other.

use smol_str::SmolStr;

use super::{Bearing, Process, Step, StepState};

impl Process {
    /// The commands of a lane, oldest first.
    pub(crate) fn lane<'p>(&'p self, lane: &'p str) -> impl DoubleEndedIterator<Item = &'p Step> {
        self.steps.iter().filter(move |step| step.lane == lane)
    }

    /// What the receiver of a lane has acknowledged and was not taken back since, oldest first.
    pub(crate) fn standing(&self, lane: &str) -> Vec<&Step> {
        let mut standing = Vec::new();
        for step in &self.steps {
            if step.lane != lane || step.state != StepState::Acknowledged {
                continue;
            }
            if step.bearing != Bearing::Adds {
                standing.clear();
            }
            if step.bearing != Bearing::Undoes {
                standing.push(step);
            }
        }
        standing
    }

    /// How a command that was acknowledged has ended since: whether it stands, was replaced or was
    /// compensated.
    #[must_use]
    pub fn fate(&self, step: &Step) -> &'static str {
        if step.state != StepState::Acknowledged || step.bearing == Bearing::Undoes {
            return step.state.as_str();
        }
        let later = self
            .lane(&step.lane)
            .filter(|other| other.number > step.number && other.state == StepState::Acknowledged);
        let over = later
            .map(|other| other.bearing)
            .find(|bearing| *bearing != Bearing::Adds);
        match over {
            None | Some(Bearing::Adds) => step.state.as_str(),
            Some(Bearing::Replaces) => "replaced",
            Some(Bearing::Undoes) => "compensated",
        }
    }

    /// The names of its lanes, ascending.
    pub(crate) fn lanes(&self) -> Vec<&SmolStr> {
        let mut lanes: Vec<&SmolStr> = self.steps.iter().map(|step| &step.lane).collect();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    /// The newest command of each lane.
    pub(crate) fn last_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().enumerate().filter_map(|(at, step)| {
            let later = &self.steps[at + 1..];
            (!later.iter().any(|other| other.lane == step.lane)).then_some(step)
        })
    }

    /// The place of the newest command of a lane.
    pub(crate) fn last_of(&self, lane: &str) -> Option<usize> {
        self.steps.iter().rposition(|step| step.lane == lane)
    }

    /// Whether any receiver has something that stands.
    pub(crate) fn stands_anywhere(&self) -> bool {
        self.lanes()
            .iter()
            .any(|lane| !self.standing(lane).is_empty())
    }
}
