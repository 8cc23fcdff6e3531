//! What happens on the floor, told to whoever watches.

use super::floor::Cause;
use super::lot::Lot;

/// One thing that happened. Machines, work centers and steps are numbers of the floor.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    /// A lot came to the floor.
    Released(&'a Lot),
    /// A lot found no place and went away.
    TurnedAway {
        /// Number of the release.
        release: u32,
    },
    /// A lot waits for a machine.
    Queued {
        /// The lot.
        lot: &'a Lot,
        /// Where.
        work_center: u32,
    },
    /// A lot waits no longer, although no machine takes it.
    Withdrawn {
        /// The lot.
        lot: &'a Lot,
        /// Where it waited.
        work_center: u32,
    },
    /// A machine begins to change over.
    SetupBegan {
        /// The machine.
        machine: u32,
        /// The lot that it will begin with.
        lot: &'a Lot,
    },
    /// A machine begins to work on a lot; lots of one batch begin one after the other.
    Started {
        /// The machine.
        machine: u32,
        /// The lot.
        lot: &'a Lot,
    },
    /// A machine is through with a lot.
    Ended {
        /// The machine.
        machine: u32,
        /// The lot, still at that step.
        lot: &'a Lot,
    },
    /// A machine has nothing in it any more.
    Emptied {
        /// The machine.
        machine: u32,
    },
    /// A lot is through with a step and finds no place at the next.
    Blocked {
        /// The lot.
        lot: &'a Lot,
        /// The machine that it stays in, unless it waits beside one.
        machine: Option<u32>,
    },
    /// A machine stops.
    Stopped {
        /// The machine.
        machine: u32,
        /// Why.
        cause: Cause,
    },
    /// A reason for a machine to stand still has ended.
    Ready {
        /// The machine.
        machine: u32,
        /// Why it had stopped.
        cause: Cause,
    },
    /// A lot started later than its queue-time limit.
    Late {
        /// The lot.
        lot: &'a Lot,
    },
    /// An inspection keeps a lot.
    Kept {
        /// The lot.
        lot: &'a Lot,
    },
    /// A lot is through with a step and goes on from it, or an inspection lets it go on.
    Passed(&'a Lot),
    /// A lot goes back to an earlier step.
    SentBack {
        /// The lot.
        lot: &'a Lot,
        /// The step.
        to: u32,
    },
    /// A lot left the floor, good.
    Done(&'a Lot),
    /// A lot left the floor, spoilt.
    Scrapped(&'a Lot),
}

/// Somebody who looks on and changes nothing.
pub trait Watch {
    /// Is told of one thing at its instant, microseconds from the begin of the simulation.
    fn sees(&mut self, at_us: i64, what: Happening<'_>);
}

/// Nobody looks on.
impl Watch for () {
    #[inline]
    fn sees(&mut self, _: i64, _: Happening<'_>) {}
}

/// Two look on, one after the other.
impl<A: Watch, B: Watch> Watch for (&mut A, &mut B) {
    #[inline(always)]
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        self.0.sees(at_us, what);
        self.1.sees(at_us, what);
    }
}
