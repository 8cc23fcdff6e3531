//! What is due, in the order of (instant, class, order of scheduling): ties are defined.

use crate::heap::Heap;

/// The most entries that wait at a time. A model that schedules more schedules without end.
const AGENDA_ENTRIES_MAX: usize = 1 << 22;

/// Something that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A stop of a machine begins (number of the stop, its generation).
    StopBegins(u32, u32),
    /// A stop of a machine ends (number of the stop).
    StopEnds(u32),
    /// The stage that a machine works on ends (machine, its generation).
    StageEnds(u32, u32),
    /// A lot that left its machine before it was done is done (lot).
    LotIsDone(u32),
    /// An inspection gives a lot back (lot).
    InspectionEnds(u32),
    /// A lot arrives at the work center of its step (lot).
    Arrives(u32),
    /// A release is due (number of the release).
    Release(u32),
    /// A machine looks for work: a lot may start although its batch is not full.
    BatchWaitEnds(u32),
}

impl Due {
    /// The rank among what is due at one instant: repair before completion before arrival before
    /// release. Machines choose afterwards, among everything that the instant brought.
    fn class(self) -> u64 {
        match self {
            Due::StopBegins(..) | Due::StopEnds(_) => 0,
            Due::StageEnds(..) | Due::LotIsDone(_) => 1,
            Due::InspectionEnds(_) => 2,
            Due::Arrives(_) => 3,
            Due::Release(_) | Due::BatchWaitEnds(_) => 4,
        }
    }
}

/// Bits of the order of scheduling beneath the class: enough for 10^16 entries.
const ORDER_BITS: u32 = 56;

/// Everything that is due and not carried out yet.
#[derive(Clone, Debug)]
pub(crate) struct Agenda {
    /// By instant, class and order of scheduling in one number, which is compared without a
    /// branch: nobody can foresee which of two instants comes first.
    heap: Heap<u128, Due>,
    /// Whether the first entry of the heap was taken already. Mostly something is scheduled next
    /// and takes its place, which is one way through the heap instead of two.
    first_is_taken: bool,
    scheduled: u64,
    /// None at all once it has given up.
    entries_max: usize,
}

impl Default for Agenda {
    fn default() -> Self {
        Self {
            heap: Heap::default(),
            first_is_taken: false,
            scheduled: 0,
            entries_max: AGENDA_ENTRIES_MAX,
        }
    }
}

impl Agenda {
    /// Puts something on the agenda of the instant `at_us`.
    ///
    /// When [`AGENDA_ENTRIES_MAX`] entries wait already, it [gives up](Agenda::give_up).
    #[inline]
    pub(crate) fn schedule(&mut self, at_us: i64, due: Due) {
        if self.heap.len() >= self.entries_max {
            return self.give_up();
        }
        debug_assert!(at_us >= 0, "nothing is due before the begin");
        let order = due.class() << ORDER_BITS | self.scheduled;
        let key = u128::from(at_us as u64) << u64::BITS | u128::from(order);
        if std::mem::take(&mut self.first_is_taken) {
            self.heap.replace_first(key, due);
        } else {
            self.heap.push(key, due);
        }
        self.scheduled += 1;
    }

    /// Lets go of everything and takes nothing any more: the run ends, and says why.
    #[cold]
    pub(crate) fn give_up(&mut self) {
        self.heap = Heap::default();
        self.first_is_taken = false;
        self.entries_max = 0;
    }

    /// Whether it has given up.
    pub(crate) fn has_given_up(&self) -> bool {
        self.entries_max == 0
    }

    /// The instant of what is due next.
    #[inline]
    pub(crate) fn next_us(&self) -> Option<i64> {
        let next = match self.first_is_taken {
            true => self.heap.second(),
            false => self.heap.first(),
        };
        next.map(|&(key, _)| instant_of(key))
    }

    /// Takes what is due next, with its instant.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<(i64, Due)> {
        if std::mem::take(&mut self.first_is_taken) {
            self.heap.pop();
        }
        let &(key, due) = self.heap.first()?;
        self.first_is_taken = true;
        Some((instant_of(key), due))
    }
}

fn instant_of(key: u128) -> i64 {
    (key >> u64::BITS) as i64
}
