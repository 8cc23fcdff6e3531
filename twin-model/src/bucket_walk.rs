//! From what is known of a work center to what its time was spent on.

use crate::spans::Spans;
use crate::{
    Bucket, Buckets, IdleCause, ItemState, MaintenanceKind, Mode, Period, Time, WorkCenter,
};

/// All that decides the bucket of an instant, but for the machine's own state.
struct Circumstances {
    repaired: Spans,
    maintained: Spans,
    to_stop: Spans,
    staffed: Spans,
    /// No session, or silence.
    lost: Spans,
    running: Spans,
}

impl Circumstances {
    fn of(center: &WorkCenter, from: Time, to: Time) -> Circumstances {
        let plan = &center.plan;
        let occupied = |kind: MaintenanceKind| {
            let all = plan
                .maintenance
                .occupations()
                .filter(move |o| o.kind == kind);
            Spans::covering(all.map(|o| (o.from, o.to)))
        };
        let connection = &center.line.connection;
        let allowed = |at: Time| plan.configurations.at(at)?.silent_after_s();
        Circumstances {
            repaired: occupied(MaintenanceKind::Breakdown),
            maintained: occupied(MaintenanceKind::Planned),
            to_stop: Spans::covering(plan.maintenance.planned_stops()),
            staffed: Spans::covering(plan.configurations.staffed(from, to)),
            lost: Spans::covering(connection.dead().chain(connection.silent(allowed))),
            running: Spans::covering(center.runs.values().map(|run| (run.since, run.end()))),
        }
    }

    fn edges(&self) -> impl Iterator<Item = Time> {
        let all = [
            &self.repaired,
            &self.maintained,
            &self.to_stop,
            &self.staffed,
            &self.lost,
            &self.running,
        ];
        all.into_iter().flat_map(Spans::edges)
    }
}

impl WorkCenter {
    /// What the work center spent a window on, ascending and without gaps. `None` when the window
    /// begins before what is still known in detail, or is empty.
    #[must_use]
    pub fn periods(&self, from: Time, to: Time) -> Option<Vec<Period>> {
        let known = self
            .folded
            .as_ref()
            .is_none_or(|folded| folded.until <= from);
        (known && from < to).then(|| self.walk(from, to))
    }

    /// Time by bucket in a window: the sum is the window. `None` as for [`WorkCenter::periods`].
    #[must_use]
    pub fn buckets(&self, from: Time, to: Time) -> Option<Buckets> {
        let mut buckets = Buckets::default();
        for period in self.periods(from, to)? {
            buckets.add(period.bucket, period.to.micros_since(period.from));
        }
        Some(buckets)
    }

    pub(crate) fn walk(&self, from: Time, to: Time) -> Vec<Period> {
        let around = Circumstances::of(self, from, to);
        let within = from..to;
        let states = self.line.states.after_past(|fact| fact.at <= from);
        let states = states.map(|fact| fact.at);
        let mut cuts: Vec<Time> = around
            .edges()
            .filter(|at| within.contains(at))
            .chain(states.take_while(|at| within.contains(at)))
            .chain([from, to])
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut periods: Vec<Period> = Vec::new();
        for cut in cuts.windows(2) {
            let bucket = self.bucket(&around, cut[0]);
            match periods.last_mut() {
                Some(last) if last.bucket == bucket => last.to = cut[1],
                _ => periods.push(Period {
                    from: cut[0],
                    to: cut[1],
                    bucket,
                }),
            }
        }
        periods
    }

    /// The first of these that holds. Maintenance comes first, because it is said by those who do
    /// it; work comes before every plan, because it was done; the calendar comes before silence,
    /// because machines are switched off at night.
    fn bucket(&self, around: &Circumstances, at: Time) -> Bucket {
        let told = self.line.state_at(at);
        let lost = around.lost.contains(at);
        let doing = told.map(|fact| fact.doing).filter(|_| !lost);
        // Without a machine that speaks, the MES says what happens.
        let by_hand = told.is_none() && !lost;
        let running = around.running.contains(at);
        let works = doing.is_some_and(|doing| doing.item_state == ItemState::Executing);
        if around.repaired.contains(at) {
            Bucket::UnplannedDown
        } else if around.maintained.contains(at)
            || doing.is_some_and(|doing| doing.mode == Mode::Maintenance)
        {
            Bucket::Maintenance
        } else if works && doing.is_some_and(|doing| doing.mode == Mode::Setup) {
            Bucket::Setup
        } else if works || (by_hand && running) {
            Bucket::Producing
        } else if around.to_stop.contains(at) {
            Bucket::PlannedDown
        } else if !around.staffed.contains(at) {
            Bucket::NotScheduled
        } else {
            match doing {
                None => Bucket::Unknown,
                Some(doing) if doing.item_state != ItemState::NotExecuting => Bucket::UnplannedDown,
                Some(doing) if doing.mode == Mode::Setup => Bucket::Setup,
                Some(doing) => match doing.idle_cause {
                    Some(IdleCause::Starved) => Bucket::IdleStarved,
                    Some(IdleCause::Blocked) => Bucket::IdleBlocked,
                    None if running => Bucket::Idle,
                    None => Bucket::IdleStarved,
                },
            }
        }
    }
}
