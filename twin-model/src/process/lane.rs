//! The lanes of a process: commands that follow each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bearing, Process, Step, StepState};
use crate::{PostedAs, System};

impl Process {
    /// The commands of a lane, oldest first.
    pub(crate) fn lane<'p>(&'p self, lane: &'p str) -> impl DoubleEndedIterator<Item = &'p Step> {
        let steps = self.steps.iter().map(AsRef::as_ref);
        steps.filter(move |step: &&Step| step.lane == lane)
    }

    /// What the receiver of a lane has acknowledged and was not taken back since, oldest first.
    pub(crate) fn standing(&self, lane: &str) -> Vec<&Step> {
        let mut standing = Vec::new();
        for step in self.steps.iter().filter(|step| step.lane == lane) {
            stand(&mut standing, step);
        }
        standing
    }

    /// What stands in each lane, oldest first; lanes in which nothing stands are left out.
    pub(crate) fn standings(&self) -> BTreeMap<&str, Vec<&Step>> {
        let mut lanes: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
        for step in &self.steps {
            stand(lanes.entry(step.lane.as_str()).or_default(), step);
        }
        lanes.retain(|_, standing| !standing.is_empty());
        lanes
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

    /// The newest command of each lane, in the order in which they were first sent.
    pub(crate) fn last_steps(&self) -> impl Iterator<Item = &Step> {
        let mut seen = BTreeSet::new();
        let newest = self.steps.iter().map(AsRef::as_ref).rev();
        let newest = newest.filter(|step: &&Step| seen.insert(&step.lane));
        let mut last: Vec<&Step> = newest.collect();
        last.reverse();
        last.into_iter()
    }

    /// The place of the newest command of a lane.
    pub(crate) fn last_of(&self, lane: &str) -> Option<usize> {
        self.steps.iter().rposition(|step| step.lane == lane)
    }

    /// Whether any receiver has something that stands.
    pub(crate) fn stands_anywhere(&self) -> bool {
        !self.standings().is_empty()
    }
}

/// Goes on with what stands in a lane by the next of its commands.
fn stand<'p>(standing: &mut Vec<&'p Step>, step: &'p Step) {
    if step.state != StepState::Acknowledged {
        return;
    }
    if step.bearing != Bearing::Adds {
        standing.clear();
    }
    if step.bearing != Bearing::Undoes {
        standing.push(step);
    }
}

/// The lane of a system, where a process has one for each.
pub(super) fn lane_of(system: System) -> &'static str {
    match system {
        System::Erp => "erp",
        System::Mes => "mes",
        System::Qms => "qms",
        System::Wms => "wms",
        System::Cmms => "cmms",
        System::Edge => "edge",
        System::Twin => "twin",
    }
}

/// What stands in a lane, as a later command names it.
pub(super) fn posted_as(known: Option<&Process>, standing: &[&Step]) -> Vec<PostedAs> {
    let Some(process) = known else {
        return Vec::new();
    };
    let named = standing.iter().map(|step| PostedAs {
        command: process.key_of(step),
        document: step.documents.first().cloned(),
    });
    named.collect()
}
