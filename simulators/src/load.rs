//! A load: what the systems of a plant say, on its way to the broker, with faults.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use twin_model::{Event, Time, wire};

use crate::faults::bounds::InvalidPlan;
use crate::faults::copies::{Copies, Due};
use crate::faults::dice::Dice;
use crate::faults::fault::{Fault, FaultCounts};
use crate::faults::plan::FaultPlan;
use crate::faults::road::Road;
use crate::faults::schedule::Schedule;
use crate::faults::systems::{Said, Systems};
use crate::message::{Incident, Message, Route, Step, Trouble};

/// The steps of a load, in the order of their instants, over any source of events in the order of
/// their times. It ends when the source has ended and everything that was under way has come.
///
/// The source's events, what the systems make of them, and the messages are three things: a fault
/// of a system (a wrong clock, a cancellation after the start) changes what is true, which
/// [`Load::take_facts`] tells; a fault of the way changes only when and how often a message comes.
/// Switching a fault on changes neither the source nor the random numbers of another fault.
///
/// ```
/// use simulators::faults::plan::FaultPlan;
/// use simulators::{Load, Simulation, demo_model};
///
/// let opening = "2026-03-02T06:00:00Z".parse()?;
/// let plant = Simulation::new(&demo_model(), 42, opening)?;
/// let load = Load::new(plant.take(100), FaultPlan::default(), 42)?;
/// assert_eq!(load.count(), 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Load<S> {
    source: S,
    systems: Systems,
    road: Road,
    copies: Copies,
    troubles: Vec<(Schedule, Fault, Trouble)>,
    counts: FaultCounts,
    /// The instant of the source, in microseconds; `None` before its first event.
    now_us: Option<i64>,
    source_ended: bool,
    under_way: BinaryHeap<Letter>,
    /// Steps whose instant has come, in order, with their instants.
    ready: VecDeque<(i64, Step)>,
    posted: u64,
    /// What was said since the facts were taken.
    said: Vec<Said>,
    due: Vec<Due>,
    firsts: Firsts,
}

/// Events that were said, and those whose message has come.
#[derive(Debug, Clone, Copy, Default)]
struct Firsts {
    said: u64,
    come: u64,
}

/// A step that waits for its instant. The earliest is the greatest; of one instant, the first
/// posted.
struct Letter {
    due_us: i64,
    number: u64,
    step: Step,
}

impl Letter {
    fn rank(&self) -> (i64, u64) {
        (self.due_us, self.number)
    }
}

impl PartialEq for Letter {
    fn eq(&self, other: &Letter) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Letter {}

impl PartialOrd for Letter {
    fn partial_cmp(&self, other: &Letter) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Letter {
    fn cmp(&self, other: &Letter) -> Ordering {
        other.rank().cmp(&self.rank())
    }
}

impl<S: Iterator<Item = Event>> Load<S> {
    /// A load of what `source` says, with the faults of a plan drawn from `seed`.
    ///
    /// # Errors
    /// [`InvalidPlan`] when the plan cannot be carried out.
    pub fn new(source: S, plan: FaultPlan, seed: u64) -> Result<Load<S>, InvalidPlan> {
        plan.check()?;
        Ok(Load {
            source,
            systems: Systems::new(&plan, seed),
            road: Road::new(&plan, seed),
            copies: Copies::new(&plan, seed),
            troubles: troubles(&plan, seed),
            counts: FaultCounts::default(),
            now_us: None,
            source_ended: false,
            under_way: BinaryHeap::new(),
            ready: VecDeque::new(),
            posted: 0,
            said: Vec::new(),
            due: Vec::new(),
            firsts: Firsts::default(),
        })
    }

    /// How often each fault has occurred so far.
    #[must_use]
    pub fn counts(&self) -> &FaultCounts {
        &self.counts
    }

    /// Events that were said and whose message has not come; none at the end.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.firsts.said - self.firsts.come
    }

    /// What has become true since the last call, in an order that keeps each source's own. To be
    /// called after each step, or it grows.
    pub fn take_facts(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.said.drain(..).map(|said| said.event)
    }

    /// Asks the source for its next event and posts what comes of it, unless that is one message
    /// which comes next anyhow: it is handed out at once.
    fn go_on(&mut self) -> Option<Step> {
        let Some(event) = self.source.next() else {
            self.source_ended = true;
            return None;
        };
        let at_us = event.time.as_micros();
        // A source that goes back in time is taken to say it now.
        let now_us = self.now_us.map_or(at_us, |now_us| now_us.max(at_us));
        self.now_us = Some(now_us);
        self.let_trouble_come(now_us);
        let mut due = std::mem::take(&mut self.due);
        self.copies.sent_again(now_us, &mut self.counts, &mut due);
        let first = self.said.len();
        let said = &mut self.said;
        self.systems.say(event, now_us, &mut self.counts, said);
        for said in &self.said[first..] {
            let due_us = self.road.arrival_us(said, now_us, &mut self.counts);
            let counts = &mut self.counts;
            self.copies
                .with_copies(due_us, message_of(said), said.key, counts, &mut due);
            self.firsts.said += 1;
        }
        let only = due.len() == 1 && self.ready.is_empty();
        let first = due.pop_if(|(due_us, _)| only && self.comes_next(*due_us));
        for (due_us, message) in due.drain(..) {
            self.post(due_us, Step::Send(message));
        }
        self.due = due;
        let (due_us, message) = first?;
        self.posted += 1;
        Some(self.handed_out(due_us, Step::Send(message)))
    }

    /// Whether something that is due then comes before all that is under way.
    fn comes_next(&self, due_us: i64) -> bool {
        let is_due = self.now_us.is_some_and(|now_us| due_us <= now_us);
        let next_us = self.under_way.peek().map_or(i64::MAX, |next| next.due_us);
        is_due && due_us < next_us
    }

    fn let_trouble_come(&mut self, now_us: i64) {
        for place in 0..self.troubles.len() {
            while let Some((start_us, _)) = self.troubles[place].0.begun(now_us) {
                let (_, fault, what) = self.troubles[place];
                self.counts.count(fault);
                let at = Time::from_micros(start_us);
                self.post(start_us, Step::Happen(Incident { at, what }));
            }
        }
    }

    /// Hands a step out at its instant.
    fn post(&mut self, due_us: i64, step: Step) {
        let number = self.posted;
        self.posted += 1;
        let last_us = self.ready.back().map_or(i64::MIN, |(due_us, _)| *due_us);
        if self.comes_next(due_us) && due_us >= last_us {
            self.ready.push_back((due_us, step));
            return;
        }
        self.under_way.push(Letter {
            due_us,
            number,
            step,
        });
    }

    fn handed_out(&mut self, due_us: i64, mut step: Step) -> Step {
        if let Step::Send(message) = &mut step {
            message.at = Time::from_micros(due_us);
            self.firsts.come += u64::from(message.is_first);
        }
        step
    }
}

impl<S: Iterator<Item = Event>> Iterator for Load<S> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some((due_us, step)) = self.ready.pop_front() {
                return Some(self.handed_out(due_us, step));
            }
            let is_due = |letter: &Letter| {
                self.source_ended || self.now_us.is_some_and(|now_us| letter.due_us <= now_us)
            };
            if self.under_way.peek().is_some_and(is_due)
                && let Some(letter) = self.under_way.pop()
            {
                return Some(self.handed_out(letter.due_us, letter.step));
            }
            if self.source_ended {
                return None;
            }
            let step = self.go_on();
            if step.is_some() {
                return step;
            }
        }
    }
}

/// The message that carries an event.
fn message_of(said: &Said) -> Message {
    let event = &said.event;
    Message {
        at: Time::from_micros(said.at_us),
        plant: event.plant.clone(),
        type_name: Cow::Borrowed(event.body.type_name()),
        id: event.id.clone(),
        source: event.source.clone(),
        route: Route::Plant,
        is_first: true,
        spoiled: None,
        body: wire::encode(event).into_bytes(),
    }
}

/// When the broker and whoever takes the messages have trouble.
fn troubles(plan: &FaultPlan, seed: u64) -> Vec<(Schedule, Fault, Trouble)> {
    let schedule = |fault, every_s| Schedule::new(Dice::new(seed, fault), every_s, 0);
    let broker = plan.broker.as_ref();
    let kills = broker.and_then(|it| it.kill_every_s);
    let nacks = broker.and_then(|it| it.nack_every_s);
    let mut troubles = Vec::new();
    for (every_s, fault, trouble) in [
        (kills, Fault::BrokerKill, Trouble::Kill),
        (nacks, Fault::BrokerNack, Trouble::Nack),
    ] {
        troubles.extend(every_s.map(|every_s| (schedule(fault, every_s), fault, trouble)));
    }
    if let Some(slow) = &plan.slow_consumer {
        let length_s = slow.length_s;
        let what = Trouble::SlowConsumer { length_s };
        troubles.push((
            schedule(Fault::SlowConsumer, slow.every_s),
            Fault::SlowConsumer,
            what,
        ));
    }
    troubles
}
