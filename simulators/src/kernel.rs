//! The kernel: a shop floor that runs, one event after the other, in whole microseconds.
//!
//! It decides *when* and *where*: which lot a machine takes, how long that lasts, when the
//! machine stops, which way the lot goes. What that means for an order, a lot of goods or a work
//! center is the twin's business, and there is no second model of their states here: whoever
//! wants them watches ([`Watch`]) and lets `twin-model` apply the events.
//!
//! What is absent here, by design: clocks, input and output, threads and hash maps. A run is a
//! function of floor, seed and replication; it can be copied at any event and go on in both
//! copies.

mod agenda;
mod digest;
mod dispatch;
mod floor;
mod happening;
mod line;
mod lot;
mod moves;
mod opening;
mod release;
mod stops;
mod tally;
mod work;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use agenda::{Agenda, Due};
pub use digest::Digest;
pub(crate) use floor::{
    Basis, Batch, Crew, Family, Inspection, Machine as MachinePlan, NEVER_US, NONE, OpeningLot,
    Product, QueueLimit, Release, Rework, Step, Stop as StopPlan, Stream, WorkCenter,
};
pub use floor::{Cause, Floor, Per, Resume, Rule};
pub use happening::{Happening, Watch};
use line::Line;
pub use lot::Lot;
use lot::Lots;
use release::LOTS_MAX;
pub use tally::{OfProduct, OfWorkCenter, Tally};

use crate::random::Random;

/// Version of the kernel's behaviour: a run is the same only under the same one.
pub const KERNEL_VERSION: u32 = 3;

/// A floor that runs. A copy is a snapshot: both go on alike.
#[derive(Clone, Debug)]
pub struct Kernel {
    floor: Arc<Floor>,
    state: State,
}

/// How many lots came and went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Came to the floor, those of the opening included.
    pub released: u64,
    /// Left it good.
    pub done: u64,
    /// Left it spoilt.
    pub scrapped: u64,
    /// Found no place and went away; not among the released.
    pub turned_away: u64,
}

/// Why a run cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halted {
    /// Nothing can happen any more although lots are on the floor.
    #[error(transparent)]
    Stuck(#[from] Stuck),
    /// More comes than the floor takes.
    #[error(
        "after {at_us} us there are more lots, or more to come, than can be simulated \
         ({LOTS_MAX} lots): the floor takes less than comes to it; give fewer releases, more \
         machines or a shorter horizon"
    )]
    Overfull {
        /// When, microseconds from the begin.
        at_us: i64,
    },
}

/// A floor on which nothing can happen any more although lots are on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "after {at_us} us nothing can happen any more: {lots} lots are on the floor, {blocked} of \
     them finished with a step and without a place at {work_center:?}. Lots wait for each other's \
     places, or for a batch or a crew that never is complete"
)]
pub struct Stuck {
    /// When, microseconds from the begin.
    pub at_us: i64,
    /// Lots on the floor.
    pub lots: usize,
    /// Lots among them that wait for a place.
    pub blocked: usize,
    /// A work center that such lots wait for, or that lots wait before.
    pub work_center: String,
}

#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) now_us: i64,
    pub(crate) random: Random,
    pub(crate) agenda: Agenda,
    pub(crate) lots: Lots,
    pub(crate) machines: Vec<Machine>,
    pub(crate) stops: Vec<Stop>,
    pub(crate) centers: Vec<Center>,
    pub(crate) crews: Vec<CrewLeft>,
    /// Lots released so far, by release.
    pub(crate) released: Vec<u64>,
    /// Work centers that look for work at the end of this instant.
    pub(crate) looking: Vec<u32>,
    pub(crate) counts: Counts,
}

/// A machine, as far as the kernel has to know it.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// The first lot in it; [`NONE`]: it is empty.
    pub(crate) lot: u32,
    /// Whether it changes over before it works.
    pub(crate) changing: bool,
    /// Finished lots in it that have no place to go to.
    pub(crate) blocked: u32,
    /// Reasons to stand still that hold now.
    pub(crate) stops: u32,
    /// Stops that wait until it is empty.
    pub(crate) stops_due: u32,
    /// Whether it is empty and runs.
    pub(crate) idle: bool,
    /// Grows with each interruption, so that what was due before is not any more.
    pub(crate) generation: u32,
    /// When the present stretch of work began, microseconds.
    pub(crate) since_us: i64,
    /// Work that is left, counted from `since_us`; microseconds.
    pub(crate) left_us: i64,
    /// All the work of the present stage, microseconds.
    pub(crate) stage_us: i64,
    /// Whether the stage begins anew after the stop.
    pub(crate) restarts: bool,
    pub(crate) family: u32,
    /// Lots since the last setup.
    pub(crate) lots_since_setup: u32,
}

/// A stop of a machine.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) count: u64,
    pub(crate) holds: bool,
    pub(crate) due: bool,
    pub(crate) generation: u32,
    /// Busy microseconds or pieces until the next one.
    pub(crate) left: i64,
    pub(crate) began_us: i64,
}

/// A work center: its line and its places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Center {
    pub(crate) line: Line,
    pub(crate) idle: u32,
    /// Lots that have a place here: on the way, in the line, in machines.
    pub(crate) inside: u32,
    /// Lots that are through elsewhere and wait for a place here.
    pub(crate) blocked: VecDeque<u32>,
    pub(crate) looks: bool,
}

/// What is free of a crew.
#[derive(Clone, Debug)]
pub(crate) struct CrewLeft {
    pub(crate) free: u32,
    /// Work centers that wait for it.
    pub(crate) wanted_by: Vec<u32>,
}

/// One step of a run: the state, the floor that it runs on and who looks on.
pub(crate) struct Run<'a, W> {
    pub(crate) floor: &'a Floor,
    pub(crate) state: &'a mut State,
    pub(crate) watch: &'a mut W,
}

impl Kernel {
    /// A floor as it stands when the simulation begins, at zero microseconds.
    pub fn new(floor: Arc<Floor>, seed: u64, replication: u64, watch: &mut impl Watch) -> Self {
        let random = Random::new(seed).of_replication(replication);
        let mut state = State::new(&floor, random);
        Run {
            floor: &floor,
            state: &mut state,
            watch,
        }
        .open();
        Self { floor, state }
    }

    /// The floor.
    pub fn floor(&self) -> &Arc<Floor> {
        &self.floor
    }

    /// The present instant, microseconds from the begin.
    pub fn now_us(&self) -> i64 {
        self.state.now_us
    }

    /// How many lots came and went so far.
    pub fn counts(&self) -> Counts {
        self.state.counts
    }

    /// How many lots are on the floor.
    pub fn lots_on_floor(&self) -> usize {
        self.state.lots.count()
    }

    /// When something is due next, microseconds from the begin.
    pub fn next_us(&self) -> Option<i64> {
        if self.state.looking.is_empty() {
            self.state.agenda.next_us()
        } else {
            Some(self.state.now_us)
        }
    }

    /// Lets the next thing happen. False when nothing can happen any more.
    #[inline]
    pub fn step(&mut self, watch: &mut impl Watch) -> bool {
        Run {
            floor: &self.floor,
            state: &mut self.state,
            watch,
        }
        .step()
    }

    /// Lets everything happen that is due up to and including an instant (microseconds from the
    /// begin), which is the present one then.
    ///
    /// # Errors
    /// [`Halted`] when it cannot come so far.
    pub fn run_until(&mut self, until_us: i64, watch: &mut impl Watch) -> Result<(), Halted> {
        let mut run = Run {
            floor: &self.floor,
            state: &mut self.state,
            watch,
        };
        while run.next_is_due_by(until_us) {
            run.step();
        }
        if self.next_us().is_none() {
            self.has_ended_well()?;
        }
        self.state.now_us = self.state.now_us.max(until_us);
        Ok(())
    }

    /// Lets everything happen until nothing is due any more.
    ///
    /// # Errors
    /// [`Halted`] when lots are left on the floor then.
    pub fn run_to_end(&mut self, watch: &mut impl Watch) -> Result<(), Halted> {
        while self.step(watch) {}
        self.has_ended_well()
    }

    /// Looks why nothing happens any more.
    fn has_ended_well(&self) -> Result<(), Halted> {
        if self.state.agenda.has_given_up() {
            let at_us = self.state.now_us;
            return Err(Halted::Overfull { at_us });
        }
        match self.lots_on_floor() {
            0 => Ok(()),
            _ => Err(self.stuck().into()),
        }
    }

    fn stuck(&self) -> Stuck {
        let centers = || self.state.centers.iter().zip(&self.floor.work_centers);
        let blocking = centers().max_by_key(|(center, _)| center.blocked.len());
        let waited = centers().max_by_key(|(center, _)| center.line.waiting);
        let named = blocking
            .filter(|(center, _)| !center.blocked.is_empty())
            .or(waited);
        Stuck {
            at_us: self.state.now_us,
            lots: self.lots_on_floor(),
            // One that could go to several work centers waits for each.
            blocked: centers()
                .flat_map(|(center, _)| center.blocked.iter())
                .collect::<BTreeSet<_>>()
                .len(),
            work_center: named.map_or_else(String::new, |(_, plan)| plan.name.to_string()),
        }
    }
}

impl State {
    fn new(floor: &Floor, random: Random) -> Self {
        let machine = Machine {
            lot: NONE,
            changing: false,
            blocked: 0,
            stops: 0,
            stops_due: 0,
            idle: true,
            generation: 0,
            since_us: 0,
            left_us: 0,
            stage_us: 0,
            restarts: false,
            family: NONE,
            lots_since_setup: 0,
        };
        let stop = Stop {
            count: 0,
            holds: false,
            due: false,
            generation: 0,
            left: 0,
            began_us: 0,
        };
        let center = |plan: &WorkCenter| Center {
            idle: plan.machines,
            ..Center::default()
        };
        let crew = |plan: &Crew| CrewLeft {
            free: plan.count,
            wanted_by: Vec::new(),
        };
        Self {
            now_us: 0,
            random,
            agenda: Agenda::default(),
            lots: Lots::default(),
            machines: vec![machine; floor.machines.len()],
            stops: vec![stop; floor.stops.len()],
            centers: floor.work_centers.iter().map(center).collect(),
            crews: floor.crews.iter().map(crew).collect(),
            released: vec![0; floor.releases.len()],
            looking: Vec::new(),
            counts: Counts::default(),
        }
    }
}

impl<W: Watch> Run<'_, W> {
    #[inline]
    pub(crate) fn sees(&mut self, what: Happening<'_>) {
        self.watch.sees(self.state.now_us, what);
    }

    #[inline]
    fn next_is_due_by(&self, until_us: i64) -> bool {
        !self.state.looking.is_empty()
            || self
                .state
                .agenda
                .next_us()
                .is_some_and(|next| next <= until_us)
    }

    /// Carries out what is due next; machines choose when an instant has brought all it brings.
    #[inline]
    fn step(&mut self) -> bool {
        let next = self.state.agenda.next_us();
        if !self.state.looking.is_empty() && next != Some(self.state.now_us) {
            self.look_for_work();
            return true;
        }
        let Some((at_us, due)) = self.state.agenda.take() else {
            return false;
        };
        debug_assert!(at_us >= self.state.now_us, "time never goes back");
        self.state.now_us = at_us;
        match due {
            Due::StageEnds(machine, generation) => self.stage_ends(machine, generation),
            Due::Release(release) => self.release(release),
            Due::Arrives(lot) => self.arrives(lot),
            Due::StopBegins(stop, generation) => self.stop_is_due(stop, generation),
            Due::StopEnds(stop) => self.stop_ends(stop),
            Due::LotIsDone(lot) => self.lot_is_done(lot, None),
            Due::InspectionEnds(lot) => self.inspection_ends(lot),
            Due::BatchWaitEnds(work_center) => self.looks(work_center),
        }
        true
    }
}
