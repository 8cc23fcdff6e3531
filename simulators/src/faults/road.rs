//! How long messages are on their way: overtaken, late, lost and sent again, held back by an
//! outage.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use twin_model::{Event, EventBody};

use crate::faults::dice::Dice;
use crate::faults::fault::{Fault, FaultCounts};
use crate::faults::plan::FaultPlan;
use crate::faults::schedule::Schedule;
use crate::faults::systems::Said;
use crate::simulation::SECOND_US;

/// After an outage that does not keep the order, what was stored comes within this time.
const BURST_US: i64 = 60 * SECOND_US;
/// At least so many streams are kept before those that are through are forgotten; then twice as many
/// as have something on its way.
const STREAMS_KEPT_MIN: usize = 128;

/// The way from the systems to the broker.
#[derive(Debug, Clone)]
pub(crate) struct Road {
    plan: FaultPlan,
    reorder: Dice,
    delay: Dice,
    loss: Dice,
    burst: Dice,
    late_release: Dice,
    outages: Option<Schedule>,
    /// When the last message of a stream arrives: those behind it must not overtake it. Only looked
    /// up; what is forgotten does not depend on the order in which it is found.
    streams: FxHashMap<u64, i64>,
    streams_kept: usize,
    can_delay: bool,
}

impl Road {
    pub(crate) fn new(plan: &FaultPlan, seed: u64) -> Road {
        let dice = |fault| Dice::new(seed, fault);
        let outages = plan.outage.as_ref();
        Road {
            reorder: dice(Fault::Reorder),
            delay: dice(Fault::Delay),
            loss: dice(Fault::Loss),
            burst: dice(Fault::Outage),
            late_release: dice(Fault::LateRelease),
            outages: outages.map(|it| Schedule::new(dice(Fault::Outage), it.every_s, it.length_s)),
            streams: FxHashMap::default(),
            streams_kept: STREAMS_KEPT_MIN,
            can_delay: plan.reorder.is_some()
                || plan.delay.is_some()
                || plan.loss.is_some()
                || plan.outage.is_some()
                || plan.late_release.is_some()
                || plan.contradiction.is_some(),
            plan: plan.clone(),
        }
    }

    /// When what is said arrives, in microseconds; nothing that is asked for later was said before
    /// `now_us`.
    pub(crate) fn arrival_us(&mut self, said: &Said, now_us: i64, counts: &mut FaultCounts) -> i64 {
        if !self.can_delay {
            return said.at_us;
        }
        let mut due_us = said.at_us + self.delay_us(said, counts);
        if let Some(loss) = &self.plan.loss
            && self.loss.draw(said.key, 0).chance(loss.probability)
        {
            counts.count(Fault::Loss);
            let every_us = i64::from(loss.look_every_s) * SECOND_US;
            due_us = (due_us.div_euclid(every_us) + 1) * every_us;
        }
        if let Some(outages) = &mut self.outages {
            outages.forget_before(now_us);
            if let Some((_, end_us)) = outages.covering(due_us) {
                counts.count(Fault::Outage);
                let ordered = self.plan.outage.as_ref().is_none_or(|it| it.ordered);
                let spread = self.burst.draw(said.key, 1).between(0, BURST_US);
                due_us = end_us + if ordered { 0 } else { spread };
            }
        }
        self.in_stream(&said.event, due_us, now_us)
    }

    /// How long a message is on its way, in microseconds.
    fn delay_us(&self, said: &Said, counts: &mut FaultCounts) -> i64 {
        let mut delay_us = 0;
        if let Some(reorder) = &self.plan.reorder
            && self.reorder.draw(said.key, 0).chance(reorder.probability)
        {
            counts.count(Fault::Reorder);
            let window_us = i64::from(reorder.window_s) * SECOND_US;
            delay_us += self.reorder.draw(said.key, 1).between(0, window_us);
        }
        if let Some(delay) = &self.plan.delay
            && self.delay.draw(said.key, 0).chance(delay.probability)
        {
            counts.count(Fault::Delay);
            let u = self.delay.draw(said.key, 1).fraction();
            let seconds = f64::from(delay.least_s) * libm::pow(u, -1.0 / delay.tail);
            let most_us = i64::from(delay.most_s) * SECOND_US;
            // The conversion saturates, so the heaviest tail ends at the most as well.
            delay_us += ((seconds * SECOND_US as f64) as i64).min(most_us);
        }
        if let (EventBody::WorkOrderReleased(_), Some(late)) =
            (&said.event.body, &self.plan.late_release)
            && self.late_release.draw(said.key, 0).chance(late.probability)
        {
            counts.count(Fault::LateRelease);
            delay_us += i64::from(late.delay_s) * SECOND_US;
        }
        delay_us
    }

    /// The arrival, not before that of what its source said earlier of the same operation or
    /// object.
    fn in_stream(&mut self, event: &Event, due_us: i64, now_us: i64) -> i64 {
        let mut hasher = FxHasher::default();
        let stream = (
            &event.plant,
            &event.source,
            event.body.owner(),
            event.body.operation(),
        );
        stream.hash(&mut hasher);
        let stream = hasher.finish();
        let due_us = match self.streams.get(&stream) {
            Some(last_us) => due_us.max(*last_us),
            None => due_us,
        };
        if due_us > now_us {
            if self.streams.len() >= self.streams_kept {
                self.streams.retain(|_, last_us| *last_us > now_us);
                self.streams_kept = (2 * self.streams.len()).max(STREAMS_KEPT_MIN);
            }
            self.streams.insert(stream, due_us);
        }
        due_us
    }
}
