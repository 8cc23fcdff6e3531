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

#[cfg(test)]
mod tests {
    use std::slice;

    use proptest::prelude::*;

    use super::*;

    const HORIZON: i64 = 5;

    fn at(micros: i64) -> Time {
        Time::from_micros(micros)
    }

    fn order(number: u8) -> MaintenanceId {
        format!("M{number}").parse().unwrap()
    }

    fn started(number: u8, micros: i64) -> MaintenanceDone {
        let kind = MaintenanceKind::Planned;
        let act = MaintenanceAct::Started { kind, until: None };
        done(number, micros, act)
    }

    fn done(number: u8, micros: i64, act: MaintenanceAct) -> MaintenanceDone {
        MaintenanceDone {
            maintenance: order(number),
            at: at(micros),
            act,
        }
    }

    /// Planned at one time, for a stretch.
    fn planned(number: u8, said: i64, from: i64, to: i64) -> PlannedStop {
        PlannedStop {
            maintenance: order(number),
            at: at(said),
            from: at(from),
            to: at(to),
            kind: MaintenanceKind::Planned,
        }
    }

    /// What of these facts is still kept when nothing before the horizon counts any more.
    fn kept(
        plans: &[&PlannedStop],
        acts: &[MaintenanceDone],
    ) -> (Vec<PlannedStop>, Vec<MaintenanceDone>) {
        let mut all = Maintenance {
            plans: plans.iter().copied().cloned().collect(),
            acts: acts.iter().cloned().collect(),
        };
        all.forget_before(at(HORIZON));
        (
            all.plans.into_iter().collect(),
            all.acts.into_iter().collect(),
        )
    }

    #[test]
    fn a_stop_that_is_over_is_forgotten_and_one_that_goes_on_is_not() {
        let over = done(1, 5, MaintenanceAct::Finished);
        let again = started(2, 4);
        let acts = [
            started(1, 2),
            over,
            started(2, 1),
            done(2, 3, MaintenanceAct::Finished),
            again.clone(),
            started(3, 5),
        ];
        assert_eq!(kept(&[], &acts), (vec![], vec![again, started(3, 5)]));
    }

    #[test]
    fn what_came_after_the_horizon_is_kept() {
        let acts = [started(1, 6), done(1, 7, MaintenanceAct::Finished)];
        let plans = [planned(1, 6, 7, 8), planned(1, 7, 1, 2)];
        let all = [&plans[1], &plans[0]];
        assert_eq!(kept(&all, &acts), (plans.to_vec(), acts.to_vec()));
    }

    #[test]
    fn a_plan_is_kept_while_it_may_stop_the_work_center() {
        let open = planned(1, 2, 4, 9);
        assert_eq!(kept(&[&open], &[]).0.as_slice(), slice::from_ref(&open));
        let past = planned(1, 2, 3, 5);
        assert_eq!(kept(&[&past], &[]).0, [], "its time is over");
        let renewed = planned(1, 3, 6, 9);
        assert_eq!(
            kept(&[&open, &renewed], &[]).0,
            [renewed],
            "it was planned anew"
        );
        let (plans, _) = kept(&[&open], &[started(1, 2)]);
        assert_eq!(plans, [], "it has begun");
        let (plans, _) = kept(&[&open], &[done(1, 1, MaintenanceAct::Finished)]);
        assert_eq!(
            plans.as_slice(),
            slice::from_ref(&open),
            "what began before was another one"
        );
        let (plans, _) = kept(&[&open], &[started(2, 3), started(1, 6)]);
        assert_eq!(plans, [open], "it has not begun at the horizon");
    }

    #[test]
    fn a_work_center_is_full_with_the_last_fact_that_it_can_keep() {
        let plans = (0..MAINTENANCE_FACTS_MAX as i64 - 2).map(|n| planned(1, n, n, n + 1));
        let mut all = Maintenance {
            plans: plans.collect(),
            acts: [started(1, 1)].into(),
        };
        assert!(!all.is_full());
        all.acts.insert(started(1, 2));
        assert!(all.is_full());
    }

    fn some_plan() -> impl Strategy<Value = PlannedStop> {
        (0..3_u8, 0..10_i64, 0..10_i64, 1..5_i64)
            .prop_map(|(number, said, from, long)| planned(number, said, from, from + long))
    }

    fn some_act() -> impl Strategy<Value = MaintenanceDone> {
        (0..3_u8, 0..10_i64, any::<bool>()).prop_map(|(number, micros, starts)| {
            if starts {
                started(number, micros)
            } else {
                done(number, micros, MaintenanceAct::Finished)
            }
        })
    }

    /// What maintenance says of the instants after the horizon.
    fn afterwards(of: &Maintenance) -> Vec<(Vec<MaintenanceId>, usize)> {
        let after = (HORIZON..20).map(at);
        let said = after.map(|now| {
            let has = of.occupations().filter(|o| o.from <= now && now < o.to);
            let stops = of.planned_stops();
            let stops = stops.filter(|(from, to)| *from <= now && now < *to);
            (has.map(|o| o.maintenance.clone()).collect(), stops.count())
        });
        said.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn to_forget_changes_nothing_after_the_horizon(
            plans in prop::collection::btree_set(some_plan(), 0..6),
            acts in prop::collection::btree_set(some_act(), 0..6),
        ) {
            let before = Maintenance { plans, acts };
            let mut after = before.clone();
            after.forget_before(at(HORIZON));
            prop_assert_eq!(afterwards(&after), afterwards(&before));
            prop_assert!(after.plans.is_subset(&before.plans));
            prop_assert!(after.acts.is_subset(&before.acts));
        }
    }
}
