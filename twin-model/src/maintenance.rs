//! What maintenance plans and does at a work center.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{MaintenanceId, MaintenanceKind, Time};

/// Plans, starts and ends that one work center keeps.
pub(crate) const MAINTENANCE_FACTS_MAX: usize = 1_024;

/// A stop as it was planned at a time. It counts from then on, until it is planned anew or begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStop {
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// When it was planned.
    pub at: Time,
    /// Planned start.
    pub from: Time,
    /// Planned end.
    pub to: Time,
    /// Planned or a breakdown.
    pub kind: MaintenanceKind,
}

/// What maintenance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceAct {
    /// It takes the work center.
    Started {
        /// Planned or a breakdown.
        kind: MaintenanceKind,
        /// Expected end.
        until: Option<Time>,
    },
    /// It gives the work center back.
    Finished,
}

/// Something that maintenance did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceDone {
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// When.
    pub at: Time,
    /// What.
    pub act: MaintenanceAct,
}

/// A stretch in which maintenance has the work center.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occupation<'a> {
    pub(crate) maintenance: &'a MaintenanceId,
    pub(crate) from: Time,
    /// [`Time::MAX`] while it goes on.
    pub(crate) to: Time,
    pub(crate) kind: MaintenanceKind,
    pub(crate) until: Option<Time>,
}

impl Occupation<'_> {
    /// What the work center is instead of available.
    pub(crate) fn state(&self) -> &'static str {
        match self.kind {
            MaintenanceKind::Planned => "in maintenance",
            MaintenanceKind::Breakdown => "under repair",
        }
    }
}

/// Plans and acts of maintenance at one work center.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Maintenance {
    pub(crate) plans: BTreeSet<PlannedStop>,
    pub(crate) acts: BTreeSet<MaintenanceDone>,
}

impl Maintenance {
    pub(crate) fn is_full(&self) -> bool {
        self.plans.len() + self.acts.len() >= MAINTENANCE_FACTS_MAX
    }

    /// The stretches in which maintenance has the work center, by order.
    pub(crate) fn occupations(&self) -> impl Iterator<Item = Occupation<'_>> {
        let next = self.acts.iter().skip(1).map(Some).chain([None]);
        self.acts.iter().zip(next).filter_map(|(done, next)| {
            let MaintenanceAct::Started { kind, until } = done.act else {
                return None;
            };
            let next = next.filter(|next| next.maintenance == done.maintenance);
            Some(Occupation {
                maintenance: &done.maintenance,
                from: done.at,
                to: next.map_or(Time::MAX, |next| next.at),
                kind,
                until,
            })
        })
    }

    /// The stretch of maintenance that an instant falls into.
    pub(crate) fn occupation_at(&self, at: Time) -> Option<Occupation<'_>> {
        self.occupations().find(|o| o.from <= at && at < o.to)
    }

    /// The stretches in which the work center is to stop and maintenance has not begun.
    pub(crate) fn planned_stops(&self) -> impl Iterator<Item = (Time, Time)> {
        let next = self.plans.iter().skip(1).map(Some).chain([None]);
        self.plans.iter().zip(next).map(|(plan, next)| {
            let next = next.filter(|next| next.maintenance == plan.maintenance);
            let replanned = next.map_or(Time::MAX, |next| next.at);
            let begun = self.first_act(&plan.maintenance, plan.at);
            let begun = begun.map_or(Time::MAX, |done| done.at);
            (plan.from.max(plan.at), plan.to.min(replanned).min(begun))
        })
    }

    fn first_act(&self, maintenance: &MaintenanceId, from: Time) -> Option<&MaintenanceDone> {
        let least = MaintenanceDone {
            maintenance: maintenance.clone(),
            at: from,
            act: MaintenanceAct::Started {
                kind: MaintenanceKind::Planned,
                until: None,
            },
        };
        let found = self.acts.range(least..).next();
        found.filter(|done| done.maintenance == *maintenance)
    }

    /// Forgets what counts only before `horizon`.
    pub(crate) fn forget_before(&mut self, horizon: Time) {
        let mut last: BTreeMap<&MaintenanceId, &MaintenanceDone> = BTreeMap::new();
        for done in self.acts.iter().filter(|done| done.at <= horizon) {
            last.insert(&done.maintenance, done);
        }
        let mut planned: BTreeMap<&MaintenanceId, &PlannedStop> = BTreeMap::new();
        for plan in self.plans.iter().filter(|plan| plan.at <= horizon) {
            planned.insert(&plan.maintenance, plan);
        }
        let goes_on = |done: &MaintenanceDone| {
            last.get(&done.maintenance) == Some(&done) && done.act != MaintenanceAct::Finished
        };
        let acts = self.acts.iter();
        let acts = acts.filter(|done| done.at > horizon || goes_on(done));
        let stands = |plan: &PlannedStop| {
            let over = last
                .get(&plan.maintenance)
                .is_some_and(|done| plan.at <= done.at);
            planned.get(&plan.maintenance) == Some(&plan) && plan.to > horizon && !over
        };
        let plans = self.plans.iter();
        let plans = plans.filter(|plan| plan.at > horizon || stands(plan));
        *self = Maintenance {
            plans: plans.cloned().collect(),
            acts: acts.cloned().collect(),
        };
    }
}
