//! What is computed from the facts of an inspection: its state, its version, and the decision that
//! stands.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::{Discrepancy, EntityKey, Inspection, InspectionDecision, Time, Verdict};

/// Where an inspection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InspectionState {
    /// Asked for; its lot is not there yet.
    Requested,
    /// There is something to look at.
    Open,
    /// Something was found, or a decision was reopened.
    InProgress,
    /// Everything was looked at.
    ResultsComplete,
    /// Quality has decided.
    Decided,
    /// Quality has decided, and the books of the stock have followed.
    Closed,
    /// Quality does not inspect after all.
    Cancelled,
}

impl InspectionState {
    /// All of them.
    pub const ALL: [InspectionState; 7] = [
        InspectionState::Requested,
        InspectionState::Open,
        InspectionState::InProgress,
        InspectionState::ResultsComplete,
        InspectionState::Decided,
        InspectionState::Closed,
        InspectionState::Cancelled,
    ];

    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            InspectionState::Requested => "requested",
            InspectionState::Open => "open",
            InspectionState::InProgress => "in_progress",
            InspectionState::ResultsComplete => "results_complete",
            InspectionState::Decided => "decided",
            InspectionState::Closed => "closed",
            InspectionState::Cancelled => "cancelled",
        }
    }
}

/// The decisions and reopenings of an inspection, gone through in the order of their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Course<'a> {
    /// The decision that stands.
    pub(crate) standing: Option<&'a InspectionDecision>,
    /// How often a decision was reopened.
    pub(crate) reopened: u32,
    /// What was found up to here belongs to a decision that was reopened.
    pub(crate) since: Option<Time>,
    /// The first decision that has no effect, because another one stood.
    pub(crate) ignored: Option<&'a InspectionDecision>,
}

impl<'a> Course<'a> {
    pub(crate) fn of(
        decisions: &'a [InspectionDecision],
        reopenings: &BTreeSet<(Time, SmolStr)>,
    ) -> Course<'a> {
        let mut course = Course {
            standing: None,
            reopened: 0,
            since: None,
            ignored: None,
        };
        let mut reopenings = reopenings.iter().peekable();
        for decision in decisions {
            // What happens at one time: a decision comes before its reopening.
            while reopenings.next_if(|(at, _)| *at < decision.at).is_some() {
                course.reopen();
            }
            match course.standing {
                None => course.standing = Some(decision),
                Some(_) => course.ignored = course.ignored.or(Some(decision)),
            }
        }
        for _ in reopenings {
            course.reopen();
        }
        course
    }

    fn reopen(&mut self) {
        if let Some(decision) = self.standing.take() {
            self.reopened += 1;
            self.since = Some(decision.at);
            self.ignored = None;
        }
    }
}

impl Inspection {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> InspectionState {
        let course = self.course();
        match course.standing {
            Some(_) if self.followed => return InspectionState::Closed,
            Some(_) => return InspectionState::Decided,
            None => {}
        }
        let in_this_version = |at: Time| course.since.is_none_or(|since| at > since);
        let found = |name: &SmolStr| {
            let result = self.results.get(name);
            result.is_some_and(|result| in_this_version(result.at))
        };
        let said_complete = self.completed_at.is_some_and(in_this_version);
        let planned = &self.characteristics;
        let all_found = !planned.is_empty() && planned.iter().all(|it| found(&it.name));
        if said_complete || all_found {
            InspectionState::ResultsComplete
        } else if course.reopened > 0 || !self.results.is_empty() {
            InspectionState::InProgress
        } else if self.cancelled.is_some() {
            InspectionState::Cancelled
        } else if self.lot.is_some() && !self.lot_known {
            InspectionState::Requested
        } else {
            InspectionState::Open
        }
    }

    /// Whether quality still has to decide.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        !matches!(
            self.state(),
            InspectionState::Decided | InspectionState::Closed | InspectionState::Cancelled
        )
    }

    /// Whether its lot may not be used now.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.blocking && self.is_undecided()
    }

    /// The decision that stands; `None` before there is one, and after it was reopened.
    #[must_use]
    pub fn decision(&self) -> Option<&InspectionDecision> {
        self.course().standing
    }

    /// From 1; each decision that is reopened makes a new version.
    #[must_use]
    pub fn round(&self) -> u32 {
        self.course().reopened + 1
    }

    /// Characteristics that were found outside their limits.
    pub fn failed(&self) -> impl Iterator<Item = &SmolStr> {
        let failed = self.results.iter();
        let failed = failed.filter(|(_, result)| result.verdict == Verdict::Fail);
        failed.map(|(name, _)| name)
    }

    /// Characteristics of the plan that nobody has looked at, in the order of the plan.
    pub fn missing(&self) -> impl Iterator<Item = &SmolStr> {
        let planned = self.characteristics.iter().map(|planned| &planned.name);
        planned.filter(|name| !self.results.contains_key(*name))
    }

    /// The soft rules that the inspection breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let key = || EntityKey::Inspection(self.id.clone());
        let mut found = self.claims.discrepancies(key, |facet| self.standing(facet));
        let course = self.course();
        if let (Some(stands), Some(ignored)) = (course.standing, course.ignored) {
            found.push(Discrepancy::DecidedAgain {
                inspection: self.id.clone(),
                at: ignored.at,
                by: ignored.by.clone(),
                stands: stands.at,
            });
        }
        let mut missing = self.missing();
        if let (Some(stands), Some(first)) = (course.standing, missing.next()) {
            found.push(Discrepancy::DecidedWithoutResults {
                inspection: self.id.clone(),
                at: stands.at,
                missing: 1 + missing.count(),
                first: first.clone(),
            });
        }
        let began = self.results.values().map(|result| result.at);
        let began = began.chain(self.decisions.iter().map(|decision| decision.at));
        if let (Some(cancelled), Some(began)) = (&self.cancelled, began.min()) {
            found.push(Discrepancy::CancelledInVain {
                object: key(),
                at: cancelled.at,
                began,
            });
        }
        found
    }
}
