//! Lots whose origin is not booked yet: a transformation that names them waits for something.
//!
//! Until it is booked the plant cannot know what such a lot was made from, and so not whether a
//! hold reaches it. Nothing made from it ships.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::chaos::Fault;
use crate::effect::Effects;
use crate::plant::Cause;
use crate::{Event, EventBody, Lot, LotId, Plant, Turn};

/// Lots by the number of waiting transformations that name them as outputs. It follows from what
/// is parked, so it is neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct AwaitedOrigins(BTreeMap<LotId, u32>);

impl AwaitedOrigins {
    /// The nearest lot among `lot` and what it was made from whose origin is awaited.
    pub(crate) fn behind<'p>(&self, lot: &'p Lot, plant: &'p Plant) -> Option<&'p LotId> {
        if self.0.is_empty() || plant.breaks(Fault::OriginNotAwaited) {
            return None;
        }
        let mut seen: BTreeSet<&LotId> = BTreeSet::from([lot.id()]);
        let mut queue: VecDeque<&LotId> = VecDeque::from([lot.id()]);
        while let Some(id) = queue.pop_front() {
            if self.0.contains_key(id) {
                return Some(id);
            }
            for parent in plant
                .lot(id)
                .into_iter()
                .flat_map(|lot| lot.parents().keys())
            {
                if seen.insert(parent) {
                    queue.push_back(parent);
                }
            }
        }
        None
    }
}

impl Plant {
    /// Notes that an event waits (`waits`), or no longer does. A waiting transformation blocks the
    /// gates of its outputs and of everything made from them. Gives what this changed.
    ///
    /// # Panics
    /// When an event is noted as no longer waiting that was never noted as waiting.
    pub fn note_waiting(&mut self, event: &Event, waits: bool) -> Turn {
        let EventBody::LotTransformed(body) = &event.body else {
            return Turn::default();
        };
        let mut effects = Effects::default();
        for output in &body.outputs {
            let awaited = &mut self.awaited_origins.0;
            if waits {
                *awaited.entry(output.lot.clone()).or_default() += 1;
            } else {
                let Some(count) = awaited.get_mut(&output.lot) else {
                    unreachable!("lot {} was noted as awaited before", output.lot)
                };
                *count -= 1;
                if *count == 0 {
                    awaited.remove(&output.lot);
                }
            }
            self.gates_behind(&output.lot, &mut effects);
        }
        self.settle(
            Cause {
                at: event.time,
                source: &event.source,
                correlation: event.correlation.as_ref(),
            },
            effects,
        )
    }

    /// Notes that an event waits in a plant that comes from a snapshot: its gates have been judged.
    pub fn restore_waiting(&mut self, event: &Event) {
        if let EventBody::LotTransformed(body) = &event.body {
            for output in &body.outputs {
                *self
                    .awaited_origins
                    .0
                    .entry(output.lot.clone())
                    .or_default() += 1;
            }
        }
    }

    /// Collects the gates of a lot and of everything made from it.
    fn gates_behind(&self, lot: &LotId, effects: &mut Effects) {
        let mut seen: BTreeSet<&LotId> = BTreeSet::from([lot]);
        let mut queue: VecDeque<&LotId> = VecDeque::from([lot]);
        while let Some(lot) = queue.pop_front().and_then(|id| self.lot(id)) {
            effects.gates.extend(lot.gates.iter().cloned());
            for child in lot.children.keys() {
                if seen.insert(child) {
                    queue.push_back(child);
                }
            }
        }
    }
}
