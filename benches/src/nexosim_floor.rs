//! The peer of `--bin kernel`: the same two models in NeXosim 1.0 on one thread, by hand, with the
//! kernel's random numbers.
//!
//! One model for each source and each stage, connected by ports, as its documentation builds them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use nexosim::Message;
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::Output;
use nexosim::simulation::{EventKey, Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use simulators::random::{Draw, Purpose, Random};

/// Microseconds of one minute.
const MINUTE_US: i64 = 60_000_000;

/// A lot on its way.
#[derive(Clone, Copy, Message, Serialize, Deserialize)]
struct Lot {
    came_us: i64,
    /// X is 0, Y is 1.
    product: usize,
}

/// What left.
#[derive(Default)]
struct Left {
    lots: AtomicU64,
    good: AtomicU64,
    sojourn_us: AtomicU64,
}

fn now_us<M: Model>(context: &Context<M>) -> i64 {
    let since = context.time().duration_since(MonotonicTime::EPOCH);
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Nothing can be scheduled for the present instant.
fn later(us: i64) -> Duration {
    Duration::from_micros(us.max(1).unsigned_abs())
}

/// Random numbers of one model.
#[derive(Serialize, Deserialize)]
struct Dice {
    entity: u64,
    drawn: u64,
}

impl Dice {
    fn new(entity: u64) -> Dice {
        Dice { entity, drawn: 0 }
    }

    fn draw(&mut self) -> Draw {
        self.drawn += 1;
        Random::new(1).draw(self.entity, self.drawn, Purpose::StepTime)
    }
}

/// Where lots come from.
#[derive(Serialize, Deserialize)]
struct Source {
    lots: Output<Lot>,
    every_us: i64,
    product: usize,
    dice: Dice,
}

#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        self.next(context);
    }

    #[nexosim(schedulable)]
    async fn comes(&mut self, _: (), context: &Context<Self>) {
        let came_us = now_us(context);
        let product = self.product;
        self.lots.send(Lot { came_us, product }).await;
        self.next(context);
    }

    fn next(&mut self, context: &Context<Self>) {
        let in_us = self.dice.draw().exponential_us(self.every_us);
        let told = context.schedule_event(later(in_us), schedulable!(Self::comes), ());
        told.unwrap_or_else(|error| unreachable!("it lies ahead: {error}"));
    }
}

/// A machine of a stage.
#[derive(Default, Serialize, Deserialize)]
struct Machine {
    lot: Option<Lot>,
    ends: Option<EventKey>,
    since_us: i64,
    left_us: i64,
    down: bool,
}

/// Where lots of a product go from a stage.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Way {
    /// Through the first port.
    First,
    /// Through the second port.
    Second,
    /// Out; 1 % are scrapped, and 3 % of the others go back: through the first port, or the second.
    Out(bool),
}

/// A stage: equal machines with one line before them.
#[derive(Serialize, Deserialize)]
struct Stage {
    first: Output<Lot>,
    second: Output<Lot>,
    waiting: VecDeque<Lot>,
    machines: Vec<Machine>,
    /// Mean time and way on, by product.
    plan: [(i64, Way); 2],
    breaks: bool,
    judges: bool,
    dice: Dice,
    #[serde(skip)]
    left: Arc<Left>,
}

#[Model]
impl Stage {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        for machine in 0..self.machines.len() {
            self.breaks_next(machine, context);
        }
    }

    fn breaks_next(&mut self, machine: usize, context: &Context<Self>) {
        if self.breaks {
            let in_us = self.dice.draw().exponential_us(480 * MINUTE_US);
            let told = context.schedule_event(later(in_us), schedulable!(Self::stops), machine);
            told.unwrap_or_else(|error| unreachable!("it lies ahead: {error}"));
        }
    }

    async fn arrives(&mut self, lot: Lot, context: &Context<Self>) {
        self.waiting.push_back(lot);
        let idle = |machine: &Machine| machine.lot.is_none() && !machine.down;
        if let Some(machine) = self.machines.iter().position(idle) {
            self.takes(machine, context);
        }
    }

    fn takes(&mut self, machine: usize, context: &Context<Self>) {
        if let Some(lot) = self.waiting.pop_front() {
            let left_us = self.dice.draw().exponential_us(self.plan[lot.product].0);
            self.machines[machine].lot = Some(lot);
            self.machines[machine].left_us = left_us;
            self.works(machine, context);
        }
    }

    fn works(&mut self, machine: usize, context: &Context<Self>) {
        let state = &mut self.machines[machine];
        state.since_us = now_us(context);
        let ends = schedulable!(Self::ends);
        let told = context.schedule_keyed_event(later(state.left_us), ends, machine);
        state.ends = Some(told.unwrap_or_else(|error| unreachable!("it lies ahead: {error}")));
    }

    #[nexosim(schedulable)]
    async fn ends(&mut self, machine: usize, context: &Context<Self>) {
        self.machines[machine].ends = None;
        if let Some(lot) = self.machines[machine].lot.take() {
            self.goes_on(lot, context).await;
        }
        self.takes(machine, context);
    }

    async fn goes_on(&mut self, lot: Lot, context: &Context<Self>) {
        match self.plan[lot.product].1 {
            Way::First => self.first.send(lot).await,
            Way::Second => self.second.send(lot).await,
            Way::Out(back_by_first) => {
                let scrapped = self.judges && self.dice.draw().chance(0.01);
                if !scrapped && self.judges && self.dice.draw().chance(0.03) {
                    return match back_by_first {
                        true => self.first.send(lot).await,
                        false => self.second.send(lot).await,
                    };
                }
                self.left.lots.fetch_add(1, Ordering::Relaxed);
                if !scrapped {
                    let stay_us = now_us(context) - lot.came_us;
                    self.left.good.fetch_add(1, Ordering::Relaxed);
                    let sum = &self.left.sojourn_us;
                    sum.fetch_add(stay_us.unsigned_abs(), Ordering::Relaxed);
                }
            }
        }
    }

    #[nexosim(schedulable)]
    async fn stops(&mut self, machine: usize, context: &Context<Self>) {
        let state = &mut self.machines[machine];
        state.down = true;
        if let Some(ends) = state.ends.take() {
            ends.cancel();
            state.left_us -= now_us(context) - state.since_us;
        }
        let in_us = self.dice.draw().exponential_us(30 * MINUTE_US);
        let told = context.schedule_event(later(in_us), schedulable!(Self::is_repaired), machine);
        told.unwrap_or_else(|error| unreachable!("it lies ahead: {error}"));
    }

    #[nexosim(schedulable)]
    async fn is_repaired(&mut self, machine: usize, context: &Context<Self>) {
        self.machines[machine].down = false;
        match self.machines[machine].lot {
            Some(_) => self.works(machine, context),
            None => self.takes(machine, context),
        }
        self.breaks_next(machine, context);
    }
}

fn stage(entity: u64, machines: usize, plan: [(i64, Way); 2], left: &Arc<Left>) -> Stage {
    Stage {
        first: Output::default(),
        second: Output::default(),
        waiting: VecDeque::new(),
        machines: (0..machines).map(|_| Machine::default()).collect(),
        plan: plan.map(|(minutes, way)| (minutes * MINUTE_US, way)),
        breaks: true,
        judges: true,
        dice: Dice::new(entity),
        left: Arc::clone(left),
    }
}

fn source(entity: u64, every_us: i64, product: usize) -> Source {
    Source {
        lots: Output::default(),
        every_us,
        product,
        dice: Dice::new(entity),
    }
}

/// One machine at a load of 0.8.
fn one_machine(left: &Arc<Left>) -> Result<Simulation> {
    let mut stage = stage(1, 1, [(1, Way::Out(true)); 2], left);
    (stage.breaks, stage.judges) = (false, false);
    let mut source = source(2, 75_000_000, 0);
    let (at_stage, at_source) = (Mailbox::new(), Mailbox::new());
    source.lots.connect(Stage::arrives, &at_stage);
    let bench = SimInit::with_num_threads(1)
        .add_model(source, at_source, "source")
        .add_model(stage, at_stage, "machine");
    bench
        .init(MonotonicTime::EPOCH)
        .map_err(|error| anyhow!("NeXosim: {error}"))
}

/// Three stages, two routings, breakdowns that are resumed, 3 % rework, 1 % scrap.
fn line(left: &Arc<Left>) -> Result<Simulation> {
    let mut a = stage(1, 2, [(6, Way::First), (5, Way::Second)], left);
    let mut b = stage(2, 3, [(9, Way::First); 2], left);
    let mut c = stage(3, 2, [(6, Way::Out(true)), (5, Way::Out(false))], left);
    let (at_a, at_b, at_c) = (Mailbox::new(), Mailbox::new(), Mailbox::new());
    a.first.connect(Stage::arrives, &at_b);
    a.second.connect(Stage::arrives, &at_c);
    b.first.connect(Stage::arrives, &at_c);
    c.first.connect(Stage::arrives, &at_b);
    c.second.connect(Stage::arrives, &at_a);
    let mut sources = [source(4, 8 * MINUTE_US, 0), source(5, 8 * MINUTE_US, 1)];
    for source in &mut sources {
        source.lots.connect(Stage::arrives, &at_a);
    }
    let [x, y] = sources;
    let bench = SimInit::with_num_threads(1)
        .add_model(x, Mailbox::new(), "X")
        .add_model(y, Mailbox::new(), "Y")
        .add_model(a, at_a, "A")
        .add_model(b, at_b, "B")
        .add_model(c, at_c, "C");
    bench
        .init(MonotonicTime::EPOCH)
        .map_err(|error| anyhow!("NeXosim: {error}"))
}

/// Lots per second of one of the two models over so many minutes, and the mean time of a good lot
/// in minutes.
///
/// # Errors
/// What NeXosim says.
pub fn run(three_stages: bool, minutes: f64) -> Result<(f64, f64)> {
    let begun = Instant::now();
    let left = Arc::new(Left::default());
    let mut simulation = match three_stages {
        true => line(&left)?,
        false => one_machine(&left)?,
    };
    simulation
        .step_until(Duration::from_secs_f64(minutes * 60.0))
        .map_err(|error| anyhow!("NeXosim: {error}"))?;
    let lots = left.lots.load(Ordering::Relaxed) as f64;
    let rate = lots / begun.elapsed().as_secs_f64();
    let good = left.good.load(Ordering::Relaxed).max(1) as f64;
    let sojourn_us = left.sojourn_us.load(Ordering::Relaxed) as f64;
    Ok((rate, sojourn_us / good / MINUTE_US as f64))
}
