//! Clocks of systems that are wrong: what they date, they date wrongly.

use rustc_hash::FxHashMap;
use twin_model::{Event, EventBody, SourceId, Time};

use crate::faults::dice::Dice;
use crate::faults::fault::{Fault, FaultCounts};
use crate::faults::plan::Clock;
use crate::random::entity_number;
use crate::simulation::SECOND_US;

/// Millionths in one.
const MILLION: i64 = 1_000_000;

/// How one source's clock is wrong.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    skew_us: i64,
    drift_ppm: i64,
    zone_us: i64,
}

/// The clocks of all sources.
#[derive(Debug, Clone)]
pub(crate) struct Clocks {
    plan: Clock,
    skew: Dice,
    drift: Dice,
    zone: Dice,
    future: Dice,
    sources: FxHashMap<SourceId, Wrong>,
    /// When the clocks were right: the first event's time.
    begin_us: Option<i64>,
}

impl Clocks {
    pub(crate) fn new(plan: Clock, seed: u64) -> Clocks {
        let dice = |fault| Dice::new(seed, fault);
        Clocks {
            plan,
            skew: dice(Fault::ClockSkew),
            drift: dice(Fault::ClockDrift),
            zone: dice(Fault::ClockZone),
            future: dice(Fault::ClockFuture),
            sources: FxHashMap::default(),
            begin_us: None,
        }
    }

    /// Dates an event as its source's clock does.
    pub(crate) fn date(&mut self, event: &mut Event, key: u64, counts: &mut FaultCounts) {
        let at_us = event.time.as_micros();
        let begin_us = *self.begin_us.get_or_insert(at_us);
        let wrong = self.of(&event.source);
        let drift_us = (at_us - begin_us) / MILLION * wrong.drift_ppm;
        for (part_us, fault) in [
            (wrong.skew_us, Fault::ClockSkew),
            (drift_us, Fault::ClockDrift),
            (wrong.zone_us, Fault::ClockZone),
        ] {
            if part_us != 0 {
                counts.count(fault);
            }
        }
        shift(event, wrong.skew_us + drift_us + wrong.zone_us);
        // A start that is dated behind its own reports can be waited for by them, and wait for them,
        // when its order was cancelled meanwhile (docs/known-faults.md): no end would be true.
        let is_start = matches!(event.body, EventBody::OperationStarted(_));
        let future = self.future.draw(key, 0);
        if !is_start && future.chance(self.plan.future_probability) {
            counts.count(Fault::ClockFuture);
            // A mistyped date of this one message; what it says of its work stays.
            event.time = event.time.plus_seconds(i64::from(self.plan.future_s));
        }
    }

    fn of(&mut self, source: &SourceId) -> Wrong {
        if let Some(known) = self.sources.get(source) {
            return *known;
        }
        let key = entity_number(source.as_str()) >> 8;
        let within =
            |dice: &Dice, most: u32| dice.draw(key, 0).between(-i64::from(most), most.into());
        let is_local = self.zone.draw(key, 0).chance(self.plan.zone_share);
        let wrong = Wrong {
            skew_us: within(&self.skew, self.plan.skew_s) * SECOND_US,
            drift_ppm: within(&self.drift, self.plan.drift_ppm),
            zone_us: i64::from(is_local) * i64::from(self.plan.zone_min) * 60 * SECOND_US,
        };
        self.sources.insert(source.clone(), wrong);
        wrong
    }
}

/// Moves an event in time, with the times that the same clock has read for it.
fn shift(event: &mut Event, by_us: i64) {
    event.time = moved(event.time, by_us);
    if let EventBody::OperationProgressed(report) | EventBody::OperationCompleted(report) =
        &mut event.body
    {
        report.start = report.start.map(|start| moved(start, by_us));
        report.end = report.end.map(|end| moved(end, by_us));
    }
}

fn moved(time: Time, by_us: i64) -> Time {
    Time::from_micros(time.as_micros() + by_us)
}
