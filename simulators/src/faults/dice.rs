//! The random numbers of one fault.

use crate::faults::fault::Fault;
use crate::random::{Draw, Purpose, Random, entity_number};

/// Questions that one fault may ask about one event; more would meet those of the next event.
const PARTS: u64 = 8;

/// The numbers of one fault, looked up by event and question: no fault changes what another one
/// draws, and none of them what the plant draws.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dice {
    base: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64, fault: Fault) -> Dice {
        let entity = entity_number(fault.name());
        let draw = Random::new(seed).draw(entity, 0, Purpose::Fault);
        Dice { base: draw.bits() }
    }

    /// The number for the event with this key and one question about it.
    pub(crate) fn draw(&self, key: u64, part: u64) -> Draw {
        debug_assert!(part < PARTS, "a fault asks at most {PARTS} questions");
        Draw::at(self.base, key * PARTS + part)
    }
}
