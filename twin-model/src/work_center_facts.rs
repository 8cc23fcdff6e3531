//! What events and messages do to a work center: each adds what it says to what is known, at its
//! own time. Everything else is computed.

use std::sync::Arc;

use crate::effect::Effects;
use crate::maintenance::{MaintenanceAct, MaintenanceDone, PlannedStop};
use crate::run::{self, RunKey};
use crate::time_line::rank_of;
use crate::work_center::Folded;
use crate::{
    Configuration, Doing, EdgeSession, EntityKey, Event, MaintenanceFinished, MaintenanceScheduled,
    MaintenanceStarted, Message, PagedMap, Pieces, Rejection, Run, Sample, SessionChange,
    SessionState, StateFact, Time, WorkCenter, WorkCenterConfigured, WorkCenterCounterSampled,
    WorkCenterStateChanged,
};

/// Where a work center's time is cut, seconds.
const FOLD_STEP_S: i64 = 60;

impl WorkCenter {
    /// The machine changes its state.
    pub(crate) fn change_state(
        &mut self,
        body: &WorkCenterStateChanged,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.learn(event, effects, |center| {
            let fact = StateFact {
                at: body.since.unwrap_or(event.time),
                rank: rank_of(event.sequence.as_ref()),
                doing: Doing {
                    item_state: body.item_state,
                    mode: body.mode,
                    idle_cause: body.idle_cause,
                },
                reason: body.reason.clone(),
            };
            let horizon = center.horizon();
            Arc::make_mut(&mut center.line).note_state(fact, event.time, horizon);
            center.hear(event.time);
            Ok(())
        })
    }

    /// The edge reads the machine's counters.
    pub(crate) fn sample(
        &mut self,
        body: &WorkCenterCounterSampled,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if let Some(horizon) = self.counters.horizon.filter(|known| event.time <= *known) {
            return Err(self.too_old(event, horizon));
        }
        self.learn(event, effects, |center| {
            let sample = Sample {
                at: event.time,
                rank: rank_of(event.sequence.as_ref()),
                epoch: body.epoch,
                counters: body.counters.into(),
            };
            let counters = Arc::make_mut(&mut center.counters);
            let told = &center.plan.configurations;
            counters.note(sample, &mut center.runs, told);
            counters.fold_if_crowded(told);
            center.hear(event.time);
            Ok(())
        })
    }

    /// The edge comes or goes.
    pub(crate) fn change_session(
        &mut self,
        body: &EdgeSession,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.learn(event, effects, |center| {
            let change = SessionChange {
                at: event.time,
                session_no: body.session_no,
                state: body.state,
                last_sequence: body.last_sequence.clone(),
            };
            Arc::make_mut(&mut center.line)
                .connection
                .note_session(change);
            // Its end may be said by somebody else: a broker, that lost it.
            if body.state == SessionState::Birth {
                center.hear(event.time);
            }
            Ok(())
        })
    }

    /// The ERP says what the work center is.
    pub(crate) fn configure(
        &mut self,
        body: &WorkCenterConfigured,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let version = Configuration::told(body, event.time);
        let modulus = self.plan.configurations.counter_modulus(event.time);
        let counts_otherwise = version.counter_modulus() != modulus;
        // What was counted by then is kept in sums, which cannot be counted anew.
        if counts_otherwise
            && let Some(horizon) = self.counters.horizon.filter(|known| event.time <= *known)
        {
            return Err(self.too_old(event, horizon));
        }
        self.learn(event, effects, |center| {
            Arc::make_mut(&mut center.plan).configurations.note(version);
            if counts_otherwise {
                let counters = Arc::make_mut(&mut center.counters);
                counters.recount(&center.plan.configurations);
                counters.attribute(&mut center.runs);
            }
            Ok(())
        })
    }

    /// Maintenance plans a stop.
    pub(crate) fn plan_maintenance(
        &mut self,
        body: &MaintenanceScheduled,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.learn(event, effects, |center| {
            center.refuse_crowded_maintenance()?;
            let plan = PlannedStop {
                maintenance: body.maintenance.clone(),
                at: event.time,
                from: body.from,
                to: body.to,
                kind: body.kind,
            };
            Arc::make_mut(&mut center.plan)
                .maintenance
                .plans
                .insert(plan);
            Ok(())
        })
    }

    /// Maintenance takes the work center.
    pub(crate) fn start_maintenance(
        &mut self,
        body: &MaintenanceStarted,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let act = MaintenanceAct::Started {
            kind: body.kind,
            until: body.until,
        };
        self.maintain(&body.maintenance, act, event, effects)
    }

    /// Maintenance gives the work center back.
    pub(crate) fn finish_maintenance(
        &mut self,
        body: &MaintenanceFinished,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.maintain(&body.maintenance, MaintenanceAct::Finished, event, effects)
    }

    fn maintain(
        &mut self,
        maintenance: &crate::MaintenanceId,
        act: MaintenanceAct,
        event: &Event,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.learn(event, effects, |center| {
            center.refuse_crowded_maintenance()?;
            let done = MaintenanceDone {
                maintenance: maintenance.clone(),
                at: event.time,
                act,
            };
            Arc::make_mut(&mut center.plan)
                .maintenance
                .acts
                .insert(done);
            Ok(())
        })
    }

    fn refuse_crowded_maintenance(&self) -> Result<(), Rejection> {
        if !self.plan.maintenance.is_full() {
            return Ok(());
        }
        Err(Rejection::WrongState {
            object: EntityKey::WorkCenter(self.id.clone()).to_string(),
            state: "full of maintenance orders that are not over",
            action: "another one",
            allowed: "finish or drop the open ones",
        })
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message, effects: &mut Effects) {
        match message {
            Message::Queued {
                order,
                op,
                priority,
            } => {
                self.queue.insert((order.clone(), op.clone()), *priority);
            }
            Message::Dequeued { order, op } => {
                self.queue.remove(&(order.clone(), op.clone()));
            }
            Message::Started { order, op, since } => {
                let run = Run::between(*since, None);
                self.run((order.clone(), op.clone()), Some(run), effects);
            }
            Message::Ran {
                order,
                op,
                since,
                until,
            } => {
                let run = Run::between(*since, Some(*until));
                self.run((order.clone(), op.clone()), Some(run), effects);
            }
            Message::Ended { order, op } => {
                self.run((order.clone(), op.clone()), None, effects);
            }
            Message::Named => {}
            Message::HoldPlaced(hold) => {
                self.holds.insert(hold.clone());
            }
            Message::HoldReleased(hold) => {
                self.holds.remove(hold);
            }
            other => unreachable!("a work center gets no {other:?}"),
        }
    }

    /// When an operation runs or ran there is what its order says; `None`: it never did.
    fn run(&mut self, key: RunKey, run: Option<Run>, effects: &mut Effects) {
        if self.counters.is_empty() {
            // Nothing was counted, so no operation gets other pieces.
            self.note_run(&key, run);
            self.fold_if_due();
            return;
        }
        let before = self.runs.clone();
        self.note_run(&key, run);
        self.counters.attribute(&mut self.runs);
        let gone = !self.runs.contains_key(&key) && before.contains_key(&key);
        self.fold_if_due();
        self.tell_counts(&before, effects);
        let none = Pieces::default();
        if gone && before.get(&key).is_some_and(|run| run.counted != none) {
            self.tell_count(&key, 0, 0, effects);
        }
    }

    fn note_run(&mut self, key: &RunKey, run: Option<Run>) {
        match run {
            Some(run) => {
                let known = self.runs.get(key);
                let settled = known.map(|known| known.settled).unwrap_or_default();
                self.runs.insert(key.clone(), Run { settled, ..run });
            }
            None => {
                self.runs.remove(key);
            }
        }
    }

    /// The plant's clock has reached [`WorkCenter::due_at`].
    pub(crate) fn fall_due(&mut self, now: Time, effects: &mut Effects) {
        if self.silence_due_at().is_some_and(|due| due <= now) {
            self.told_silent = self.last_heard();
        }
        self.tell_figures(now, effects);
    }

    /// Something was heard of the machine: an alarm about its silence is over.
    fn hear(&mut self, at: Time) {
        Arc::make_mut(&mut self.line).connection.note_heard(at);
        if self.told_silent.is_some_and(|last| last < at) {
            self.told_silent = None;
        }
    }

    /// Up to here nothing is taken any more.
    fn horizon(&self) -> Option<Time> {
        self.folded.map(|folded| folded.until)
    }

    fn too_old(&self, event: &Event, horizon: Time) -> Rejection {
        Rejection::BeyondRecall {
            event: event.body.type_name(),
            time: event.time,
            object: EntityKey::WorkCenter(self.id.clone()),
            horizon,
        }
    }

    /// Lets `change` add what an event says, if that can still be placed.
    fn learn(
        &mut self,
        event: &Event,
        effects: &mut Effects,
        change: impl FnOnce(&mut WorkCenter) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        if let Some(horizon) = self.horizon().filter(|known| event.time <= *known) {
            return Err(self.too_old(event, horizon));
        }
        let before = self.runs.clone();
        change(self)?;
        self.fold_if_due();
        self.tell_counts(&before, effects);
        Ok(())
    }

    /// Tells the orders what the counters give their operations, where that has changed.
    fn tell_counts(&self, before: &PagedMap<RunKey, Run>, effects: &mut Effects) {
        let pieces = |run: Option<&Run>| {
            let counted = run.map(|run| run.counted).unwrap_or_default();
            let good = counted.good_pieces().unwrap_or(0);
            (good, counted.scrapped_pieces().unwrap_or(0))
        };
        if before.is_same(&self.runs) {
            return;
        }
        for (key, run) in self.runs.iter() {
            let (good, scrap) = pieces(Some(run));
            if (good, scrap) != pieces(before.get(key)) {
                self.tell_count(key, good, scrap, effects);
            }
        }
    }

    fn tell_count(&self, (order, op): &RunKey, good: u64, scrap: u64, effects: &mut Effects) {
        let counted = Message::MachineCounted {
            op: op.clone(),
            work_center: self.id.clone(),
            good: good.into(),
            scrap: scrap.into(),
        };
        effects.tell(EntityKey::WorkOrder(order.clone()), counted);
    }

    /// Keeps sums of what can no longer be recomputed.
    fn fold_if_due(&mut self) {
        let due = [
            self.line.due(),
            self.plan.configurations.overflow(),
            run::overflow(&self.runs),
        ];
        let Some(exact) = due.into_iter().flatten().max() else {
            return;
        };
        let Some(from) = self.horizon().or_else(|| self.known_since()) else {
            return;
        };
        let whole = exact.whole(FOLD_STEP_S);
        // More in one minute than is kept is cut within the minute.
        let until = if whole > from { whole } else { exact };
        if until > from {
            self.fold(from, until);
        }
    }

    fn fold(&mut self, from: Time, until: Time) {
        let mut folded = self.folded.unwrap_or(Folded {
            since: from,
            until,
            buckets: crate::Buckets::default(),
        });
        for period in self.walk(from, until) {
            let micros = period.to.micros_since(period.from);
            folded.buckets.add(period.bucket, micros);
        }
        folded.until = until;
        self.folded = Some(folded);
        Arc::make_mut(&mut self.line).forget_before(until);
        let plan = Arc::make_mut(&mut self.plan);
        // Counters are read by the versions that are forgotten after that.
        let counters = Arc::make_mut(&mut self.counters);
        counters.settle(until, &mut self.runs, &plan.configurations);
        plan.configurations.forget_before(until);
        plan.maintenance.forget_before(until);
        self.runs.retain(|run| run.end() > until);
    }
}
