//! What a process would have other systems know now, by the facts as they stand.

use smol_str::SmolStr;

use super::{Bearing, Finding};
use crate::{CommandBody, EntityKey, System, Time};

/// The command that a lane would send next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Next {
    pub(crate) lane: SmolStr,
    pub(crate) to: System,
    pub(crate) bearing: Bearing,
    pub(crate) body: CommandBody,
}

/// Why nothing is told yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Obstacle {
    /// What is waited for, in business words.
    pub(crate) text: SmolStr,
    /// The object whose change may end it, where the process is not told of it anyway.
    pub(crate) awaits: Option<EntityKey>,
}

/// What a process would do now. A function of the facts and of what stands in its lanes, so it
/// does not depend on what came first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    /// At most one for each lane; a lane without any is as it should be.
    pub(crate) nexts: Vec<Next>,
    /// Lanes whose receiver has done by itself what it was asked for last, or something instead: an
    /// answer is no longer waited for.
    pub(crate) overtaken: Vec<SmolStr>,
    pub(crate) obstacles: Vec<Obstacle>,
    /// What the rule finds wrong with the facts.
    pub(crate) findings: Vec<Finding>,
    /// When the passing of time alone may change the plan.
    pub(crate) look_at: Option<Time>,
}

impl Plan {
    pub(crate) fn is_nothing(&self) -> bool {
        self.nexts.is_empty()
            && self.obstacles.is_empty()
            && self.findings.is_empty()
            && self.look_at.is_none()
    }

    pub(crate) fn wait(&mut self, text: impl Into<SmolStr>, awaits: Option<EntityKey>) {
        self.obstacles.push(Obstacle {
            text: text.into(),
            awaits,
        });
    }
}
