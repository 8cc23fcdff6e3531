//! A work center: what its machine does, what runs there and what waits. What events do to it
//! stands in [`crate::work_center_facts`], what its time was spent on in [`crate::bucket_walk`].

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::configuration::Configurations;
use crate::counter_series::CounterSeries;
use crate::maintenance::Maintenance;
use crate::run::RunKey;
use crate::time_line::TimeLine;
use crate::{
    Buckets, Claims, Configuration, Discrepancy, EntityKey, HoldId, ItemState, Liveness,
    MaintenanceId, Mode, Oee, PagedMap, Pieces, Rejection, Run, SessionChange, SmolStr, StateFact,
    Time, WorkCenterId, listed,
};

/// A work center. It comes into being when something first speaks of it. Its large parts are
/// shared between copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCenter {
    pub(crate) id: WorkCenterId,
    pub(crate) line: Arc<TimeLine>,
    pub(crate) plan: Arc<Planning>,
    pub(crate) counters: Arc<CounterSeries>,
    pub(crate) runs: PagedMap<RunKey, Run>,
    pub(crate) queue: PagedMap<RunKey, i32>,
    pub(crate) holds: BTreeSet<HoldId>,
    pub(crate) claims: Claims,
    /// What is no longer known in detail.
    pub(crate) folded: Option<Folded>,
    /// The last word before a silence that was told to the outside; no business state.
    pub(crate) told_silent: Option<Time>,
    /// Up to here its figures were told to the outside; no business state.
    pub(crate) told_until: Option<Time>,
    pub(crate) version: u64,
}

/// What others plan for a work center.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Planning {
    pub(crate) configurations: Configurations,
    pub(crate) maintenance: Maintenance,
}

/// The time of a work center that is no longer known in detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folded {
    /// Since when something is known of the work center.
    pub since: Time,
    /// Up to here; nothing that happened before is taken any more.
    pub until: Time,
    /// Time by bucket between both.
    pub buckets: Buckets,
}

impl WorkCenter {
    pub(crate) fn named(id: WorkCenterId) -> WorkCenter {
        WorkCenter {
            id,
            line: Arc::default(),
            plan: Arc::default(),
            counters: Arc::default(),
            runs: PagedMap::default(),
            queue: PagedMap::default(),
            holds: BTreeSet::new(),
            claims: Claims::default(),
            folded: None,
            told_silent: None,
            told_until: None,
            version: 0,
        }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &WorkCenterId {
        &self.id
    }

    /// The state that its machine reported last, since when and why; `None` before the first.
    #[must_use]
    pub fn state(&self) -> Option<&StateFact> {
        self.line.latest()
    }

    /// What the machine does, as reported last.
    #[must_use]
    pub fn item_state(&self) -> ItemState {
        self.state()
            .map_or_else(ItemState::default, |fact| fact.doing.item_state)
    }

    /// What it is used for, as reported last.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.state()
            .map_or_else(Mode::default, |fact| fact.doing.mode)
    }

    /// Why it is in that state, where the source said so.
    #[must_use]
    pub fn reason(&self) -> Option<&SmolStr> {
        self.state()?.reason.as_ref()
    }

    /// Since when it does what it does; `None` when no state was ever reported. A state that is
    /// told again begins nothing new.
    #[must_use]
    pub fn since(&self) -> Option<Time> {
        self.line.since()
    }

    /// Whether its state can be believed at an instant.
    #[must_use]
    pub fn liveness(&self, at: Time) -> Liveness {
        let session = self.line.connection.session(at);
        if session.is_some_and(|change| change.state == crate::SessionState::Death) {
            Liveness::Dead
        } else if self.silent_since(at).is_some() {
            Liveness::Stale
        } else {
            Liveness::Live
        }
    }

    /// The last word before a silence that is too long at an instant.
    fn silent_since(&self, at: Time) -> Option<Time> {
        let last = self.line.connection.last_heard(at)?;
        let end = self.silence_begins(last)?;
        (end <= at).then_some(last)
    }

    fn silence_begins(&self, last: Time) -> Option<Time> {
        let allowed = self.plan.configurations.at(last)?.silent_after_s()?;
        Some(last.plus_seconds(i64::from(allowed)))
    }

    /// When somebody must look at it, if nothing happens to it.
    pub(crate) fn due_at(&self) -> Option<Time> {
        let due = [self.silence_due_at(), self.figures_due_at()];
        due.into_iter().flatten().min()
    }

    /// When it will have been quiet for too long, if nothing is heard and nobody was told yet.
    pub(crate) fn silence_due_at(&self) -> Option<Time> {
        let last = self.last_heard()?;
        let told = self.told_silent == Some(last);
        self.silence_begins(last).filter(|_| !told)
    }

    /// When something was last heard of its machine.
    #[must_use]
    pub fn last_heard(&self) -> Option<Time> {
        self.line.connection.last_heard(Time::MAX)
    }

    /// The session of its edge as told last.
    #[must_use]
    pub fn session(&self) -> Option<&SessionChange> {
        self.line.connection.session(Time::MAX)
    }

    /// Its master data as told last.
    #[must_use]
    pub fn configuration(&self) -> Option<&Configuration> {
        self.plan.configurations.latest()
    }

    /// Whether anybody but orders has spoken of it: its master data, its machine, its edge or
    /// maintenance.
    #[must_use]
    pub fn is_announced(&self) -> bool {
        let maintenance = &self.plan.maintenance;
        self.configuration().is_some()
            || self.last_heard().is_some()
            || !maintenance.plans.is_empty()
            || !maintenance.acts.is_empty()
    }

    /// Operations that may run there at once.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.plan.configurations.capacity()
    }

    /// The maintenance that has it at an instant, with its expected end where that was told.
    #[must_use]
    pub fn maintenance_at(&self, at: Time) -> Option<(&MaintenanceId, Option<Time>)> {
        let occupation = self.plan.maintenance.occupation_at(at)?;
        Some((occupation.maintenance, occupation.until))
    }

    /// Whether an operation may start there at an instant, as far as the work center is concerned.
    ///
    /// # Errors
    /// [`Rejection::InMaintenance`] (R23).
    pub fn may_start(&self, at: Time) -> Result<(), Rejection> {
        let Some(occupation) = self.plan.maintenance.occupation_at(at) else {
            return Ok(());
        };
        Err(Rejection::InMaintenance {
            work_center: self.id.clone(),
            state: occupation.state(),
            until: match occupation.until {
                Some(until) => SmolStr::new(until.to_string()),
                None => SmolStr::new_static("maintenance gives it back"),
            },
            maintenance: occupation.maintenance.clone(),
        })
    }

    /// Operations that run there, with their start.
    pub fn running(&self) -> impl Iterator<Item = (&RunKey, Time)> {
        let open = self.runs.iter().filter(|(_, run)| run.until.is_none());
        open.map(|(key, run)| (key, run.since))
    }

    /// Operations that run there, and those that ended within what is kept.
    #[must_use]
    pub fn runs(&self) -> &PagedMap<RunKey, Run> {
        &self.runs
    }

    /// Operations that may start there now, with the priority of their order.
    #[must_use]
    pub fn queue(&self) -> &PagedMap<RunKey, i32> {
        &self.queue
    }

    /// Holds on the work center.
    #[must_use]
    pub fn holds(&self) -> &BTreeSet<HoldId> {
        &self.holds
    }

    /// What is known of it only in sums.
    #[must_use]
    pub fn folded(&self) -> Option<&Folded> {
        self.folded.as_ref()
    }

    /// Since when something is known of it.
    #[must_use]
    pub fn known_since(&self) -> Option<Time> {
        if let Some(folded) = &self.folded {
            return Some(folded.since);
        }
        let line = self.line.ends().map(|(first, _)| first);
        let runs = self.runs.values().map(|run| run.since).min();
        match (line, runs) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// All its time up to `to` by bucket; the sum is the time since [`WorkCenter::known_since`].
    #[must_use]
    pub fn buckets_in_all(&self, to: Time) -> Buckets {
        let mut buckets = self
            .folded
            .map_or_else(Buckets::default, |folded| folded.buckets);
        let from = self
            .folded
            .map(|folded| folded.until)
            .or_else(|| self.known_since());
        if let Some(more) = from.and_then(|from| self.buckets(from, to)) {
            buckets += &more;
        }
        buckets
    }

    /// Pieces counted in a window, by whole minutes; `None` when the window begins before what is
    /// still known in detail.
    #[must_use]
    pub fn counted(&self, from: Time, to: Time) -> Option<Pieces> {
        let known = self.folded.is_none_or(|folded| folded.until <= from);
        known.then(|| self.counters.counted(from, to))
    }

    /// Pieces counted since the first reading of each counter.
    #[must_use]
    pub fn counted_in_all(&self) -> Pieces {
        self.counters.counted_in_all()
    }

    /// Overall equipment effectiveness of a window; `None` when the window begins before what is
    /// still known in detail, or is empty.
    #[must_use]
    pub fn oee(&self, from: Time, to: Time) -> Option<Oee> {
        let buckets = self.buckets(from, to)?;
        let counted = self.counted(from, to)?;
        let told = self.plan.configurations.at(to);
        let ideal = told.and_then(Configuration::ideal_s_per_unit);
        Some(Oee::of(&buckets, &counted, ideal))
    }

    /// The soft rules that the work center breaks now; a silence from when the plant's clock has
    /// told it.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let object = || EntityKey::WorkCenter(self.id.clone());
        let mut found = self
            .claims
            .discrepancies(object, |facet| self.standing(facet));
        found.extend(self.silence());
        self.add_falls(&mut found);
        self.add_overlap(&mut found);
        self.add_starts_in_maintenance(&mut found);
        found
    }

    /// Whether nothing that its soft rules look at is other than in a former state.
    pub(crate) fn breaks_the_same(&self, former: &WorkCenter) -> bool {
        let nobody_claims = self.claims.is_empty() && former.claims.is_empty();
        let never_silent = self.told_silent.is_none() && former.told_silent.is_none();
        nobody_claims
            && never_silent
            && self.runs.is_same(&former.runs)
            && Arc::ptr_eq(&self.plan, &former.plan)
            && Arc::ptr_eq(&self.counters, &former.counters)
    }

    fn silence(&self) -> Option<Discrepancy> {
        let last = self.told_silent?;
        Some(Discrepancy::Silent {
            work_center: self.id.clone(),
            silent_s: self.silence_begins(last)?.micros_since(last) / 1_000_000,
            state: self.item_state().as_str(),
        })
    }

    fn add_falls(&self, found: &mut Vec<Discrepancy>) {
        for (counter, fall) in self.counters.falls() {
            found.push(Discrepancy::CounterFell {
                work_center: self.id.clone(),
                counter: counter.as_str(),
                from: fall.from,
                to: fall.to,
                epoch: fall.restart,
            });
        }
    }

    fn add_overlap(&self, found: &mut Vec<Discrepancy>) {
        let count = self.running().count();
        if count > usize::try_from(self.capacity()).unwrap_or(usize::MAX) {
            // Written only where they are shown: there may be hundreds.
            let names = self
                .running()
                .map(|((order, op), _)| fmt::from_fn(move |text| write!(text, "{order}/{op}")));
            found.push(Discrepancy::Overlap {
                work_center: self.id.clone(),
                count,
                running: listed(names),
                capacity: self.capacity(),
            });
        }
    }

    fn add_starts_in_maintenance(&self, found: &mut Vec<Discrepancy>) {
        for ((order, operation), since) in self.running() {
            if let Some(occupation) = self.plan.maintenance.occupation_at(since) {
                found.push(Discrepancy::StartedInMaintenance {
                    work_center: self.id.clone(),
                    order: order.clone(),
                    operation: operation.clone(),
                    since,
                    state: occupation.state(),
                    maintenance: occupation.maintenance.clone(),
                });
            }
        }
    }
}
