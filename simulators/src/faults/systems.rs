//! What the systems of a plant say when they do not behave: wrong dates, things said twice under
//! two ids, orders cancelled after their start, holds against what is reported as done, counters
//! that begin again, and a second plant with the same ids.
//!
//! What comes out of here is what is true: the twin shall end where these events lead.

use twin_model::{
    EntityKey, Event, EventBody, HoldPlaced, HoldReleased, HoldScope, PlantId, SmolStr, SourceId,
    WorkOrderCancelled,
};

use crate::faults::clock::Clocks;
use crate::faults::dice::Dice;
use crate::faults::fault::{Fault, FaultCounts};
use crate::faults::plan::{Corruption, FaultPlan};
use crate::faults::schedule::Schedule;
use crate::names::named;
use crate::simulation::SECOND_US;
use crate::voices::SEQUENCE_DIGITS;

/// Things that may come of one event of the source, told apart by the last digits of their keys.
const KEYS_PER_EVENT: u64 = 16;
/// Which of them is said a second time under a new id.
const SAID_AGAIN: u64 = 1;
/// Which of them is the cancellation.
const CANCELLED: u64 = 2;
/// Which of them is the hold.
const HELD: u64 = 3;
/// Which of them is the end of the hold.
const LET_GO: u64 = 4;
/// What the second plant says, beside each of them.
const SECOND_PLANT: u64 = 8;

/// Something that a system says.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) event: Event,
    /// When it is said, whatever its date: in microseconds.
    pub(crate) at_us: i64,
    /// What random numbers about it are looked up under.
    pub(crate) key: u64,
}

/// A counter that begins again.
#[derive(Debug, Clone)]
struct Counter {
    source: String,
    starts: Schedule,
    /// Messages since the last start; `None` before the first one.
    said: Option<u64>,
}

/// The systems with their faults.
#[derive(Debug, Clone)]
pub(crate) struct Systems {
    plan: FaultPlan,
    clocks: Option<Clocks>,
    counter: Option<Counter>,
    new_id: Dice,
    cancel: Dice,
    contradiction: Dice,
    no_correlation: Dice,
    erp: SourceId,
    qms: SourceId,
    said: u64,
}

impl Systems {
    pub(crate) fn new(plan: &FaultPlan, seed: u64) -> Systems {
        let dice = |fault| Dice::new(seed, fault);
        let resets = plan.restart.as_ref().filter(|it| it.reset_counter);
        Systems {
            clocks: plan.clock.clone().map(|clock| Clocks::new(clock, seed)),
            counter: resets.map(|restart| Counter {
                source: restart.source.clone(),
                starts: Schedule::new(dice(Fault::RestartResend), restart.every_s, 0),
                said: None,
            }),
            new_id: dice(Fault::NewId),
            cancel: dice(Fault::CancelAfterStart),
            contradiction: dice(Fault::Contradiction),
            no_correlation: dice(Fault::NoCorrelation),
            erp: named("/erp/sap"),
            qms: named("/qms"),
            said: 0,
            plan: plan.clone(),
        }
    }

    /// Adds to `said` what comes of one event of the source, at `at_us`.
    pub(crate) fn say(
        &mut self,
        mut event: Event,
        at_us: i64,
        counts: &mut FaultCounts,
        said: &mut Vec<Said>,
    ) {
        let key = self.said * KEYS_PER_EVENT;
        self.said += 1;
        self.note_sources(&event);
        if let Some(clocks) = &mut self.clocks {
            clocks.date(&mut event, key, counts);
        }
        self.count_anew(&mut event, at_us, counts);
        self.forget_correlation(&mut event, key, counts);
        let first = said.len();
        self.say_more(&event, at_us, key, counts, said);
        said.insert(first, Said { event, at_us, key });
        if let Some(second) = self.plan.same_ids.as_ref().map(|it| it.plant.clone()) {
            for place in first..said.len() {
                counts.count(Fault::SameIds);
                let twin = of_plant(&said[place], &second);
                said.push(twin);
            }
        }
    }

    fn note_sources(&mut self, event: &Event) {
        let known = match &event.body {
            EventBody::WorkOrderReleased(_) => &mut self.erp,
            EventBody::HoldPlaced(_) => &mut self.qms,
            _ => return,
        };
        if *known != event.source {
            *known = event.source.clone();
        }
    }

    fn count_anew(&mut self, event: &mut Event, at_us: i64, counts: &mut FaultCounts) {
        let Some(counter) = &mut self.counter else {
            return;
        };
        while counter.starts.begun(at_us).is_some() {
            counter.said = Some(0);
        }
        if let Some(said) = &mut counter.said
            && event.source.as_str().starts_with(&counter.source)
        {
            *said += 1;
            counts.count(Fault::RestartCounter);
            event.sequence = Some(SmolStr::new(format!("{said:0SEQUENCE_DIGITS$}")));
        }
    }

    fn forget_correlation(&self, event: &mut Event, key: u64, counts: &mut FaultCounts) {
        let Some(corrupt) = &self.plan.corrupt else {
            return;
        };
        let ways = corrupt.kinds.len() as f64;
        if corrupt.kinds.contains(&Corruption::NoCorrelation)
            && event.correlation.is_some()
            && self
                .no_correlation
                .draw(key, 0)
                .chance(corrupt.probability / ways)
        {
            counts.count(Fault::NoCorrelation);
            event.correlation = None;
        }
    }

    /// What is said because of an event.
    fn say_more(
        &self,
        event: &Event,
        at_us: i64,
        key: u64,
        counts: &mut FaultCounts,
        said: &mut Vec<Said>,
    ) {
        let chance = |dice: &Dice, probability: Option<f64>| {
            probability.is_some_and(|probability| dice.draw(key, 0).chance(probability))
        };
        let again = self.plan.new_id.as_ref().map(|it| it.probability);
        // Goods told twice compete for one stock, and who comes first has it: no order of arrival
        // would be right.
        let is_of_goods = || matches!(event.body.owner(), EntityKey::Lot(_));
        if chance(&self.new_id, again) && !is_of_goods() {
            counts.count(Fault::NewId);
            let again = Event {
                id: named(&format!("{}-again", event.id)),
                ..event.clone()
            };
            said.push(Said {
                event: again,
                at_us,
                key: key + SAID_AGAIN,
            });
        }
        let cancels = self
            .plan
            .cancel_after_start
            .as_ref()
            .map(|it| it.probability);
        if let EventBody::OperationStarted(start) = &event.body
            && chance(&self.cancel, cancels)
        {
            counts.count(Fault::CancelAfterStart);
            let body = EventBody::WorkOrderCancelled(WorkOrderCancelled {
                order: start.order.clone(),
                reason: SmolStr::new_static("the customer withdrew after the start"),
            });
            // Decided a second after the start, by the clock that dated the start.
            let event = derived(event, &self.erp, "cancelled", 1, body);
            said.push(Said {
                event,
                at_us,
                key: key + CANCELLED,
            });
        }
        if let (EventBody::OperationCompleted(done), Some(plan)) =
            (&event.body, &self.plan.contradiction)
            && chance(&self.contradiction, Some(plan.probability))
        {
            counts.count(Fault::Contradiction);
            let hold = named(&format!("QH-AGAINST-{}-{}", done.order, done.op));
            self.hold(
                event,
                at_us,
                key,
                (hold, HoldScope::WorkOrder(done.order.clone())),
                said,
            );
        }
    }

    /// Quality holds something for a while.
    fn hold(
        &self,
        because: &Event,
        at_us: i64,
        key: u64,
        (hold, scope): (twin_model::HoldId, HoldScope),
        said: &mut Vec<Said>,
    ) {
        let Some(plan) = &self.plan.contradiction else {
            return;
        };
        let placed = EventBody::HoldPlaced(HoldPlaced {
            hold: hold.clone(),
            scope,
            reason: SmolStr::new_static("last inspection not passed"),
            placed_by: None,
            ncr: None,
            propagate: true,
        });
        let released = EventBody::HoldReleased(HoldReleased {
            hold,
            disposition: SmolStr::new_static("inspected again"),
            released_by: SmolStr::new_static("QA laboratory"),
        });
        let length_s = i64::from(plan.hold_s);
        let event = derived(because, &self.qms, "held", 0, placed);
        said.push(Said {
            event,
            at_us,
            key: key + HELD,
        });
        let event = derived(because, &self.qms, "let-go", length_s, released);
        let at_us = at_us + length_s * SECOND_US;
        said.push(Said {
            event,
            at_us,
            key: key + LET_GO,
        });
    }
}

/// What `source` says because of another event, so many seconds after it.
fn derived(because: &Event, source: &SourceId, what: &str, after_s: i64, body: EventBody) -> Event {
    Event {
        id: named(&format!("{}-{what}", because.id)),
        source: source.clone(),
        plant: because.plant.clone(),
        time: because.time.plus_seconds(after_s),
        sequence: None,
        correlation: because.correlation.clone(),
        body,
    }
}

/// The same, said of another plant under the same id.
fn of_plant(said: &Said, plant: &PlantId) -> Said {
    Said {
        event: Event {
            plant: plant.clone(),
            ..said.event.clone()
        },
        at_us: said.at_us,
        key: said.key + SECOND_PLANT,
    }
}
