//! Lots whose origin is not booked yet: an event that would tell it waits for something.
//!
//! Until it is booked the plant cannot know what such a lot was made from, and so not whether a
//! hold reaches it. Nothing made from it ships.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::chaos::Fault;
use crate::effect::Effects;
use crate::lot_merge::drawing_of;
use crate::plant::Cause;
use crate::{Event, EventBody, Lot, LotId, Plant, TimeWindow, Turn, WorkCenterId};

/// Lots by the number of waiting events that name them as outputs, and tanks that a waiting event
/// names. It follows from what is parked, so it is neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct AwaitedOrigins {
    lots: BTreeMap<LotId, u32>,
    /// What was drawn from these tanks in these windows may have more in it than is known.
    drawings: Vec<(WorkCenterId, TimeWindow)>,
}

impl AwaitedOrigins {
    /// The nearest lot among `lot` and what it was made from whose origin is awaited.
    pub(crate) fn behind<'p>(&self, lot: &'p Lot, plant: &'p Plant) -> Option<&'p LotId> {
        let nothing = self.lots.is_empty() && self.drawings.is_empty();
        if nothing || plant.breaks(Fault::OriginNotAwaited) {
            return None;
        }
        let mut seen: BTreeSet<&LotId> = BTreeSet::from([lot.id()]);
        let mut queue: VecDeque<&LotId> = VecDeque::from([lot.id()]);
        while let Some(id) = queue.pop_front() {
            let lot = plant.lot(id);
            if self.lots.contains_key(id) || lot.is_some_and(|lot| self.shares_a_tank(lot)) {
                return Some(id);
            }
            for parent in lot.into_iter().flat_map(|lot| lot.parents().keys()) {
                if seen.insert(parent) {
                    queue.push_back(parent);
                }
            }
        }
        None
    }

    fn shares_a_tank(&self, lot: &Lot) -> bool {
        let mut drawings = self.drawings.iter();
        drawings.any(|(tank, window)| lot.was_drawn_in(tank, *window))
    }

    fn note(&mut self, unknown: &Unknown<'_>, waits: bool) {
        for lot in &unknown.lots {
            if waits {
                *self.lots.entry((*lot).clone()).or_default() += 1;
                continue;
            }
            let Some(count) = self.lots.get_mut(*lot) else {
                unreachable!("lot {lot} was noted as awaited before")
            };
            *count -= 1;
            if *count == 0 {
                self.lots.remove(*lot);
            }
        }
        if let Some(drawing) = &unknown.drawing {
            if waits {
                self.drawings.push(drawing.clone());
            } else if let Some(place) = self.drawings.iter().position(|known| known == drawing) {
                self.drawings.swap_remove(place);
            }
        }
    }
}

/// What is not known as long as an event waits.
struct Unknown<'e> {
    /// Lots of which it would say what they were made from.
    lots: Vec<&'e LotId>,
    /// A tank in which lots of other events may have met its parents.
    drawing: Option<(WorkCenterId, TimeWindow)>,
}

impl Unknown<'_> {
    /// `None` for events that say nothing of that kind.
    fn without(event: &Event) -> Option<Unknown<'_>> {
        let (lots, drawing) = match &event.body {
            EventBody::LotTransformed(body) => (
                body.outputs.iter().map(|output| &output.lot).collect(),
                None,
            ),
            EventBody::LotSplit(body) => {
                (body.children.iter().map(|child| &child.lot).collect(), None)
            }
            EventBody::LotMerged(body) => {
                let drawing = drawing_of(body, event.time);
                let drawing = drawing.map(|drawing| (drawing.tank, drawing.window));
                (vec![&body.child.lot], drawing)
            }
            _ => return None,
        };
        Some(Unknown { lots, drawing })
    }
}

impl Plant {
    /// Notes that an event waits (`waits`), or no longer does. An event that would tell what lots
    /// were made from blocks, as long as it waits, the gates of these lots and of everything made
    /// from them. Gives what this changed.
    ///
    /// # Panics
    /// When an event is noted as no longer waiting that was never noted as waiting.
    pub fn note_waiting(&mut self, event: &Event, waits: bool) -> Turn {
        let Some(unknown) = Unknown::without(event) else {
            return Turn::default();
        };
        self.awaited_origins.note(&unknown, waits);
        let mut effects = Effects::default();
        for lot in &unknown.lots {
            self.gates_behind(lot, &mut effects);
        }
        if let Some((tank, window)) = &unknown.drawing {
            for lot in self.drawn_in(tank, *window) {
                self.gates_behind(lot.id(), &mut effects);
            }
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
        if let Some(unknown) = Unknown::without(event) {
            self.awaited_origins.note(&unknown, true);
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
