//! Lots whose origin is not booked yet: an event that would tell it waits for something. And units
//! of which a packing waits.
//!
//! Until it is booked the plant cannot know what such a lot was made from, and so not whether a
//! hold reaches it. Nothing made from it ships.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Display;

use rustc_hash::FxHashMap;

use crate::chaos::Fault;
use crate::effect::Effects;
use crate::lot_merge::drawing_of;
use crate::plant::Cause;
use crate::{Event, EventBody, LogisticUnitId, Lot, LotId, Plant, TimeWindow, Turn, WorkCenterId};

/// Lots by the number of waiting events that name them as outputs, tanks that a waiting event
/// names, and every lot that has one of these behind it. It follows from what is parked and from
/// the genealogy, so it is neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct AwaitedOrigins {
    lots: BTreeMap<LotId, u32>,
    /// What was drawn from these tanks in these windows may have more in it than is known.
    drawings: Vec<(WorkCenterId, TimeWindow)>,
    /// Units by the number of waiting events that would tell what is packed into them.
    packings: BTreeMap<LogisticUnitId, u32>,
    /// The nearest awaited lot of each lot that has one among what it was made from. Kept up with
    /// each edge, so that a gate needs no search. Only for look-ups.
    behind: FxHashMap<LotId, Awaited>,
}

/// An awaited lot behind another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Awaited {
    /// Steps along the genealogy.
    steps: u32,
    /// Of two equally near the smaller.
    origin: LotId,
}

impl Awaited {
    fn here(lot: &LotId) -> Awaited {
        Awaited {
            steps: 0,
            origin: lot.clone(),
        }
    }

    fn at_child(&self) -> Awaited {
        Awaited {
            steps: self.steps.saturating_add(1),
            origin: self.origin.clone(),
        }
    }
}

/// A lot with what was behind it before.
pub(crate) type Former = (LotId, Option<Awaited>);

impl AwaitedOrigins {
    /// Whether nothing is awaited.
    pub(crate) fn is_empty(&self) -> bool {
        self.lots.is_empty() && self.drawings.is_empty()
    }

    /// The nearest lot among `lot` and what it was made from whose origin is awaited.
    pub(crate) fn behind<'p>(&'p self, lot: &Lot, plant: &Plant) -> Option<&'p LotId> {
        if plant.breaks(Fault::OriginNotAwaited) {
            return None;
        }
        self.behind.get(lot.id()).map(|awaited| &awaited.origin)
    }

    /// Whether an event that would tell what is in a unit waits.
    pub(crate) fn awaits_packing(&self, unit: &LogisticUnitId) -> bool {
        self.packings.contains_key(unit)
    }

    /// Puts back what a turn changed.
    pub(crate) fn put_back(&mut self, (lot, former): Former) {
        match former {
            Some(awaited) => self.behind.insert(lot, awaited),
            None => self.behind.remove(&lot),
        };
    }

    /// Whether an event that would tell the origin of the lot itself waits.
    fn is_awaited(&self, id: &LotId, plant: &Plant) -> bool {
        self.lots.contains_key(id) || plant.lot(id).is_some_and(|lot| self.shares_a_tank(lot))
    }

    fn shares_a_tank(&self, lot: &Lot) -> bool {
        let mut drawings = self.drawings.iter();
        drawings.any(|(tank, window)| lot.was_drawn_in(tank, *window))
    }

    fn note(&mut self, unknown: &Unknown<'_>, waits: bool) {
        for lot in &unknown.lots {
            count(&mut self.lots, lot, waits);
        }
        if let Some(unit) = unknown.unit {
            count(&mut self.packings, unit, waits);
        }
        if let Some(drawing) = &unknown.drawing {
            if waits {
                self.drawings.push(drawing.clone());
            } else if let Some(place) = self.drawings.iter().position(|known| known == drawing) {
                self.drawings.swap_remove(place);
            }
        }
    }

    /// Tells lots, and everything made from them, what is behind them, the nearest first. Gives
    /// what was behind each lot that learned something.
    fn spread(&mut self, to: impl Iterator<Item = (LotId, Awaited)>, plant: &Plant) -> Vec<Former> {
        let mut learned = Vec::new();
        let mut queue: BTreeSet<(Awaited, LotId)> =
            to.map(|(lot, awaited)| (awaited, lot)).collect();
        while let Some((awaited, id)) = queue.pop_first() {
            if self.behind.get(&id).is_some_and(|known| *known <= awaited) {
                continue;
            }
            for child in plant
                .lot(&id)
                .into_iter()
                .flat_map(|lot| lot.children().keys())
            {
                queue.insert((awaited.at_child(), child.clone()));
            }
            let former = self.behind.insert(id.clone(), awaited);
            learned.push((id, former));
        }
        learned
    }

    /// Looks anew at lots that may not be awaited any more, and at everything made from them.
    fn look_anew(&mut self, lots: &BTreeSet<LotId>, plant: &Plant) {
        let concerned = descendants(lots, plant);
        for id in &concerned {
            self.behind.remove(*id);
        }
        let mut still = Vec::new();
        for id in &concerned {
            if self.is_awaited(id, plant) {
                still.push(((*id).clone(), Awaited::here(id)));
                continue;
            }
            let parents = plant
                .lot(id)
                .into_iter()
                .flat_map(|lot| lot.parents().keys());
            let nearest = parents.filter_map(|parent| self.behind.get(parent)).min();
            still.extend(nearest.map(|nearest| ((*id).clone(), nearest.at_child())));
        }
        self.spread(still.into_iter(), plant);
    }
}

/// Counts one more event that would tell something of `what`, or one less.
fn count<K: Ord + Clone + Display>(counts: &mut BTreeMap<K, u32>, what: &K, more: bool) {
    if more {
        *counts.entry(what.clone()).or_default() += 1;
        return;
    }
    let Some(count) = counts.get_mut(what) else {
        unreachable!("{what} was noted as awaited before")
    };
    *count -= 1;
    if *count == 0 {
        counts.remove(what);
    }
}

/// These lots and everything made from them.
fn descendants<'p>(lots: &'p BTreeSet<LotId>, plant: &'p Plant) -> BTreeSet<&'p LotId> {
    let mut seen: BTreeSet<&LotId> = lots.iter().collect();
    let mut queue: VecDeque<&LotId> = lots.iter().collect();
    while let Some(id) = queue.pop_front() {
        for child in plant
            .lot(id)
            .into_iter()
            .flat_map(|lot| lot.children().keys())
        {
            if seen.insert(child) {
                queue.push_back(child);
            }
        }
    }
    seen
}

/// What is not known as long as an event waits.
struct Unknown<'e> {
    /// Lots of which it would say what they were made from.
    lots: Vec<&'e LotId>,
    /// A tank in which lots of other events may have met its parents.
    drawing: Option<(WorkCenterId, TimeWindow)>,
    /// A unit of which it would say what is in it.
    unit: Option<&'e LogisticUnitId>,
}

impl Unknown<'_> {
    /// `None` for events that say nothing of that kind.
    fn without(event: &Event) -> Option<Unknown<'_>> {
        let mut unknown = Unknown {
            lots: Vec::new(),
            drawing: None,
            unit: None,
        };
        match &event.body {
            EventBody::LotTransformed(body) => {
                unknown.lots = body.outputs.iter().map(|output| &output.lot).collect();
            }
            EventBody::LotSplit(body) => {
                unknown.lots = body.children.iter().map(|child| &child.lot).collect();
            }
            EventBody::LotMerged(body) => {
                let drawing = drawing_of(body, event.time);
                unknown.drawing = drawing.map(|drawing| (drawing.tank, drawing.window));
                unknown.lots = vec![&body.child.lot];
            }
            EventBody::LotPacked(body) => unknown.unit = Some(&body.unit),
            _ => return None,
        }
        Some(unknown)
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
        let Some(lots) = self.await_origins(event, waits) else {
            return Turn::default();
        };
        let mut effects = Effects::default();
        for lot in descendants(&lots, self) {
            effects.gates.extend(self.gates_of(lot));
        }
        if let EventBody::LotPacked(body) = &event.body {
            effects.gates.extend(self.gates_around(&body.unit));
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
        self.await_origins(event, true);
    }

    /// Notes what is not known as long as an event waits, or no longer is unknown; gives the lots
    /// that it is about. `None` for events that say nothing of that kind.
    fn await_origins(&mut self, event: &Event, waits: bool) -> Option<BTreeSet<LotId>> {
        let unknown = Unknown::without(event)?;
        let mut lots: BTreeSet<LotId> = unknown.lots.iter().map(|lot| (*lot).clone()).collect();
        if let Some((tank, window)) = &unknown.drawing {
            let drawn = self.drawn_in(tank, *window);
            let drawn = drawn.filter(|lot| lot.was_drawn_in(tank, *window));
            lots.extend(drawn.map(|lot| lot.id().clone()));
        }
        let mut awaited = std::mem::take(&mut self.awaited_origins);
        awaited.note(&unknown, waits);
        if waits {
            let here = lots.iter().map(|lot| (lot.clone(), Awaited::here(lot)));
            awaited.spread(here, self);
        } else {
            awaited.look_anew(&lots, self);
        }
        self.awaited_origins = awaited;
        Some(lots)
    }

    /// Follows the edges that this turn has added to the genealogy: a lot may have an awaited one
    /// behind it that it had not before.
    pub(crate) fn follow_links(&mut self, effects: &mut Effects) {
        let links = std::mem::take(&mut effects.links);
        if links.is_empty() || self.awaited_origins.is_empty() {
            return;
        }
        let mut awaited = std::mem::take(&mut self.awaited_origins);
        let found = links
            .into_iter()
            .filter_map(|(parent, child)| match parent {
                Some(parent) => {
                    let known = awaited.behind.get(&parent)?;
                    Some((child, known.at_child()))
                }
                None => {
                    let here = Awaited::here(&child);
                    awaited.is_awaited(&child, self).then_some((child, here))
                }
            });
        let found: Vec<_> = found.collect();
        let learned = awaited.spread(found.into_iter(), self);
        self.awaited_origins = awaited;
        for (lot, _) in &learned {
            effects.gates.extend(self.gates_of(lot));
        }
        self.undo.awaited.extend(learned);
    }
}
