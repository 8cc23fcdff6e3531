//! A lot on the floor.

use super::floor::NONE;
use crate::random::OfEntity;

/// A lot that moves from step to step.
#[derive(Clone, Debug)]
pub struct Lot {
    /// Counts the lots of a run, from zero.
    pub number: u64,
    /// Its random numbers; equal lots of two runs have the same.
    pub(crate) draws: OfEntity,
    /// The product, a number of the floor.
    pub product: u32,
    /// The step that it waits for or is at, a number of the floor.
    pub step: u32,
    /// The release that it came by; [`NONE`] for a lot of the opening.
    pub(crate) release: u32,
    /// More comes first.
    pub priority: i32,
    /// Good pieces.
    pub pieces: u32,
    /// When it came to the floor, microseconds.
    pub released_us: i64,
    /// When it is due, microseconds.
    pub due_us: i64,
    /// When it began to wait for its present step, microseconds.
    pub queued_us: i64,
    /// How long its present step takes it, microseconds.
    pub work_us: i64,
    /// How long its present step takes the machine, microseconds.
    pub(crate) taken_us: i64,
    /// Steps so far, repeated ones included.
    pub(crate) visit: u64,
    /// Where it is or waits to be; [`NONE`] outside.
    pub(crate) work_center: u32,
    /// The step that it waits for a place for.
    pub(crate) wants: u32,
    /// The next lot of its batch, or the machine that it blocks.
    pub(crate) with: u32,
    /// Machines and ends that it has to remember.
    pub(crate) memories: Box<[i64]>,
}

impl Lot {
    /// How long it has been on the floor, microseconds.
    #[inline]
    pub fn sojourn_us(&self, now_us: i64) -> i64 {
        now_us - self.released_us
    }
}

/// All lots of a run; places of lots that left are used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lots {
    places: Vec<Lot>,
    free: Vec<u32>,
}

impl Lots {
    #[inline]
    pub(crate) fn add(&mut self, lot: Lot) -> u32 {
        if let Some(place) = self.free.pop() {
            self.places[place as usize] = lot;
            return place;
        }
        assert!(
            self.places.len() < NONE as usize,
            "too many lots on the floor"
        );
        self.places.push(lot);
        (self.places.len() - 1) as u32
    }

    #[inline]
    pub(crate) fn remove(&mut self, place: u32) {
        self.free.push(place);
    }

    pub(crate) fn count(&self) -> usize {
        self.places.len() - self.free.len()
    }

    #[inline]
    pub(crate) fn at(&self, place: u32) -> &Lot {
        &self.places[place as usize]
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, place: u32) -> &mut Lot {
        &mut self.places[place as usize]
    }
}
