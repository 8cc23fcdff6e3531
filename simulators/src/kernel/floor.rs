//! A shop floor as the kernel runs it: everything numbered, nothing looked up by name.

use std::collections::BTreeMap;

use twin_model::SmolStr;

use crate::law::Law;

/// Stands where a number of something would stand and there is none.
pub(crate) const NONE: u32 = u32::MAX;

/// Lots without a due date are due then or later: microseconds, about 145,000 years, far beyond
/// what a plant file can name.
pub(crate) const NEVER_US: i64 = i64::MAX / 2;

/// A checked shop floor. Made from a plant file; never changes while it runs.
#[derive(Clone, Debug, Default)]
pub struct Floor {
    pub(crate) work_centers: Vec<WorkCenter>,
    pub(crate) machines: Vec<Machine>,
    /// Sorted by machine.
    pub(crate) stops: Vec<Stop>,
    pub(crate) crews: Vec<Crew>,
    pub(crate) families: Vec<Family>,
    /// Setup time by the family before ([`NONE`]: any, or none yet) and the family after.
    pub(crate) setups: BTreeMap<(u32, u32), Law>,
    pub(crate) products: Vec<Product>,
    pub(crate) steps: Vec<Step>,
    /// The work centers of all steps, one step's after the other's.
    pub(crate) choices: Vec<u32>,
    pub(crate) releases: Vec<Release>,
    pub(crate) opening: Vec<OpeningLot>,
}

/// A group of equal machines with one line before them.
#[derive(Clone, Debug)]
pub(crate) struct WorkCenter {
    pub(crate) name: SmolStr,
    pub(crate) first_machine: u32,
    pub(crate) machines: u32,
    pub(crate) rule: Rule,
    /// Lots that find a place here, those in machines included; [`NONE`]: without limit.
    pub(crate) places: u32,
    /// Whether every lot may go to every machine alone, without setup, crew and batch.
    pub(crate) plain: bool,
}

/// One machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) work_center: u32,
    /// Its stops, as a range of [`Floor::stops`].
    pub(crate) stops: (u32, u32),
    /// Whether one of them counts busy time or pieces.
    pub(crate) wears: bool,
}

/// Which of the waiting lots comes first. More urgent lots always come before less urgent ones,
/// and of equal ones the one that came to the floor first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// First in, first out.
    #[default]
    Fifo,
    /// Earliest due date.
    Edd,
    /// Shortest planned time of the step.
    Spt,
    /// Most planned work left.
    Mwkr,
    /// Least (due date - now) / planned work left.
    Cr,
    /// Least setup, then first in, first out.
    LeastSetup,
}

/// Why and when one machine stands still.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) machine: u32,
    /// Random numbers are looked up under it.
    pub(crate) entity: u64,
    pub(crate) cause: Cause,
    pub(crate) basis: Basis,
    pub(crate) first: Law,
    pub(crate) every: Law,
    pub(crate) lasts: Law,
    pub(crate) resume: Resume,
    /// Whether the time to the next one counts from the begin, not from the end, of this one.
    pub(crate) from_begin: bool,
}

/// What kind of stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It broke.
    Breakdown,
    /// It is maintained.
    Maintenance,
    /// Nobody works.
    OffShift,
}

/// What brings a stop about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Time.
    Calendar,
    /// Time in which the machine works.
    Busy,
    /// Pieces that it worked on.
    Pieces,
    /// The closed times of a cycle (begin and end from the begin of the cycle, microseconds),
    /// and the cycle's length.
    Closed(Box<[(i64, i64)]>, i64),
}

/// What becomes of the lot in a machine that stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// The rest of the work is done afterwards.
    #[default]
    Continue,
    /// The work begins anew afterwards.
    Restart,
    /// The machine finishes the lot, and then stops.
    AfterLot,
}

/// People or tools that machines need to work, shared by work centers.
#[derive(Clone, Debug)]
pub(crate) struct Crew {
    pub(crate) count: u32,
}

/// What a machine is set up for.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// So many lots at least run between two setups.
    pub(crate) least_lots: u32,
}

/// What is made, and how.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) name: SmolStr,
    /// Its steps, as a range of [`Floor::steps`].
    pub(crate) steps: (u32, u32),
    /// How many machines, and instants, a lot of it has to remember.
    pub(crate) memories: u32,
}

/// One step of a product.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: SmolStr,
    pub(crate) product: u32,
    /// Where it can be done, as a range of [`Floor::choices`].
    pub(crate) work_centers: (u32, u32),
    pub(crate) time: Law,
    pub(crate) per: Per,
    /// The next lot may follow so much later, while this one is still inside; see
    /// [`Step::work_of`].
    pub(crate) interval_us: Option<i64>,
    pub(crate) batch: Option<Batch>,
    /// [`NONE`]: the machine needs no setup.
    pub(crate) family: u32,
    /// Crew and how many of it; [`NONE`]: nobody.
    pub(crate) crew: (u32, u32),
    /// Fraction of the lots that take the step.
    pub(crate) sample: f64,
    /// Whether nothing of what follows applies: a lot that ends simply goes on.
    pub(crate) always_good: bool,
    /// Fraction of pieces that stay good.
    pub(crate) piece_yield: f64,
    /// Probability that the lot is scrapped.
    pub(crate) scrap: f64,
    pub(crate) rework: Option<Rework>,
    pub(crate) inspection: Option<Inspection>,
    /// The machine is remembered here; [`NONE`]: it is not.
    pub(crate) remembers: u32,
    /// The step needs the machine that is remembered here; [`NONE`]: any.
    pub(crate) same_machine: u32,
    /// The end is remembered here; [`NONE`]: it is not.
    pub(crate) marks_end: u32,
    pub(crate) limit: Option<QueueLimit>,
    /// The way from here to the next step.
    pub(crate) transport: Law,
    /// Planned time of the step for a lot of the product's usual size, microseconds.
    pub(crate) planned_us: i64,
    /// Planned time from the begin of this step to the end of the last one, microseconds.
    pub(crate) left_us: i64,
}

/// What a step's time is the time of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// A lot, or a batch of them.
    #[default]
    Lot,
    /// A piece of a lot.
    Piece,
}

/// Lots that are worked on together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    /// Lots with the same number may be together.
    pub(crate) kind: u32,
    pub(crate) least: u32,
    pub(crate) most: u32,
    /// A smaller batch starts when its first lot waited so long.
    pub(crate) wait_us: Option<i64>,
}

/// Some lots go back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rework {
    pub(crate) probability: f64,
    /// Step.
    pub(crate) to: u32,
}

/// Some lots are kept until somebody decides.
#[derive(Clone, Debug)]
pub(crate) struct Inspection {
    /// Probability that a lot is kept.
    pub(crate) keeps: f64,
    pub(crate) lasts: Law,
    /// Probability that a kept lot is scrapped.
    pub(crate) scrap: f64,
    pub(crate) rework: Option<Rework>,
}

/// The longest time between the end of an earlier step and the start of this one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimit {
    /// Where the lot remembers that end.
    pub(crate) since: u32,
    pub(crate) most_us: i64,
    /// Where a late lot goes instead of starting; [`NONE`]: it is only counted.
    pub(crate) late_to: u32,
}

/// How lots come to the floor.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) product: u32,
    pub(crate) entity: u64,
    pub(crate) first_us: i64,
    pub(crate) how: Stream,
    pub(crate) lots: u32,
    pub(crate) pieces: u32,
    pub(crate) priority: i32,
    /// Due so long after the release.
    pub(crate) due_us: i64,
    /// No more lots than this; `u64::MAX`: without end.
    pub(crate) most: u64,
    /// Whether lots that find no place go away, instead of waiting outside.
    pub(crate) turns_away: bool,
}

/// What brings about the next release.
#[derive(Clone, Debug)]
pub(crate) enum Stream {
    /// Time.
    Every(Law),
    /// A lot of this release that leaves.
    Kept,
}

/// A lot that is on the floor at the begin.
#[derive(Clone, Debug)]
pub(crate) struct OpeningLot {
    pub(crate) step: u32,
    pub(crate) entity: u64,
    pub(crate) ready_us: i64,
    pub(crate) released_us: i64,
    pub(crate) due_us: i64,
    pub(crate) priority: i32,
    pub(crate) pieces: u32,
    /// The machine that works on it, and for how long it has done so (microseconds).
    pub(crate) in_work: Option<(u32, i64)>,
}

impl Step {
    /// Whether no lot gets further.
    fn spoils_all(&self) -> bool {
        let inspected = self
            .inspection
            .as_ref()
            .is_some_and(|rule| rule.keeps >= 1.0 && rule.scrap >= 1.0);
        self.scrap >= 1.0 || self.piece_yield <= 0.0 || inspected
    }

    /// How long a lot of `pieces` takes when the step's own time is `time_us`, and how long it
    /// takes the machine; both microseconds.
    ///
    /// Without an interval both are the time, times the pieces where it is that of a piece. With
    /// one, pieces follow each other at that interval (cascading): the lot needs `time +
    /// (pieces - 1) * interval`, the machine is free after `pieces * interval`; a time of a whole
    /// lot counts as one piece.
    #[inline]
    pub(crate) fn work_of(&self, time_us: i64, pieces: u32) -> (i64, i64) {
        let pieces = match self.per {
            Per::Lot => 1,
            Per::Piece => i64::from(pieces),
        };
        match self.interval_us {
            None => {
                let time_us = time_us.saturating_mul(pieces);
                (time_us, time_us)
            }
            Some(interval) => {
                let others_us = (pieces - 1).max(0).saturating_mul(interval);
                let lot = time_us.saturating_add(others_us);
                (lot, pieces.saturating_mul(interval).min(lot))
            }
        }
    }
}

impl Floor {
    /// Whether every lot of a product is on the floor for some time: it comes to a step that
    /// takes time before one that spoils all of them.
    pub(crate) fn takes_time(&self, product: u32) -> bool {
        let (from, to) = self.products[product as usize].steps;
        let steps = &self.steps[from as usize..to as usize];
        let decides = steps
            .iter()
            .filter(|step| step.sample >= 1.0)
            .find(|step| step.time.mean_us() >= 1.0 || step.spoils_all());
        decides.is_some_and(|step| step.time.mean_us() >= 1.0)
    }

    /// How many machines there are.
    pub fn machines(&self) -> usize {
        self.machines.len()
    }

    /// The names of the work centers, by number.
    pub fn work_centers(&self) -> impl ExactSizeIterator<Item = &str> {
        self.work_centers.iter().map(|center| center.name.as_str())
    }

    /// The names of the products, by number.
    pub fn products(&self) -> impl ExactSizeIterator<Item = &str> {
        self.products.iter().map(|product| product.name.as_str())
    }

    /// The work center of a machine, both by number.
    ///
    /// # Panics
    /// When there is no such machine.
    pub fn work_center_of(&self, machine: u32) -> u32 {
        self.machines[machine as usize].work_center
    }

    /// The name of a work center, by its number.
    ///
    /// # Panics
    /// When there is no such work center.
    pub fn work_center_name(&self, work_center: u32) -> &str {
        &self.work_centers[work_center as usize].name
    }

    /// The first machine of a work center, both by number; its others follow.
    ///
    /// # Panics
    /// When there is no such work center.
    pub fn first_machine_of(&self, work_center: u32) -> u32 {
        self.work_centers[work_center as usize].first_machine
    }

    /// The name of a product, by its number.
    ///
    /// # Panics
    /// When there is no such product.
    pub fn product_name(&self, product: u32) -> &str {
        &self.products[product as usize].name
    }

    /// The name of a step, by its number on the whole floor.
    ///
    /// # Panics
    /// When there is no such step.
    pub fn step_name(&self, step: u32) -> &str {
        &self.steps[step as usize].name
    }

    /// How many machines a work center has.
    ///
    /// # Panics
    /// When there is no such work center.
    pub fn machines_of(&self, work_center: u32) -> u32 {
        self.work_centers[work_center as usize].machines
    }
}
