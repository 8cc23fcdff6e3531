//! The pending events of a simulation: a heap with defined ties and cancellation.
//!
//! Two events at one instant are taken by class (lower first), then in the order in which they
//! were scheduled. So the order never depends on the heap's inner shape.

use std::mem;

use crate::heap::Heap;

/// The most events that one queue holds at a time.
pub const PENDING_EVENTS_MAX: usize = 1 << 20;

/// Cancelled entries stay in the heap until they are more than this and more than half of it.
const CANCELLED_ENTRIES_KEPT: usize = 64;

/// Names one scheduled event, so that it can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    slot: u32,
    generation: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    at_us: i64,
    class: u8,
    number: u64,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    generation: u32,
    payload: Option<T>,
}

/// Events that wait for their instant, taken in the order of (time, class, scheduling order).
#[derive(Clone, Debug)]
pub struct EventQueue<T> {
    heap: Heap<Key, Ticket>,
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    scheduled: u64,
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        Self {
            heap: Heap::default(),
            slots: Vec::new(),
            free: Vec::new(),
            scheduled: 0,
        }
    }
}

impl<T> EventQueue<T> {
    /// The number of events that wait and are not cancelled.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether no event waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Schedules an event for the instant `at_us` (microseconds since 1970 UTC).
    ///
    /// # Panics
    /// When [`PENDING_EVENTS_MAX`] events wait already: a model that schedules without end.
    pub fn schedule(&mut self, at_us: i64, class: u8, payload: T) -> Ticket {
        assert!(
            self.len() < PENDING_EVENTS_MAX,
            "a model may not schedule without end"
        );
        let ticket = self.occupy(payload);
        let key = Key {
            at_us,
            class,
            number: self.scheduled,
        };
        self.scheduled += 1;
        self.heap.push(key, ticket);
        ticket
    }

    /// Takes back a scheduled event; `None` when it was taken or cancelled before.
    pub fn cancel(&mut self, ticket: Ticket) -> Option<T> {
        let payload = self.vacate(ticket)?;
        let cancelled = self.heap.len() - self.len();
        if cancelled > CANCELLED_ENTRIES_KEPT && cancelled * 2 > self.heap.len() {
            self.compact();
        }
        Some(payload)
    }

    /// The instant of the next event, in microseconds since 1970 UTC.
    pub fn peek_time_us(&mut self) -> Option<i64> {
        self.drop_cancelled_top();
        self.heap.first().map(|(key, _)| key.at_us)
    }

    /// Takes the next event and its instant in microseconds since 1970 UTC.
    pub fn pop(&mut self) -> Option<(i64, T)> {
        while let Some((key, ticket)) = self.heap.pop() {
            if let Some(payload) = self.vacate(ticket) {
                return Some((key.at_us, payload));
            }
        }
        None
    }

    fn occupy(&mut self, payload: T) -> Ticket {
        if let Some(slot) = self.free.pop() {
            let place = &mut self.slots[slot as usize];
            place.payload = Some(payload);
            return Ticket {
                slot,
                generation: place.generation,
            };
        }
        let slot = self.slots.len() as u32;
        self.slots.push(Slot {
            generation: 0,
            payload: Some(payload),
        });
        Ticket {
            slot,
            generation: 0,
        }
    }

    fn vacate(&mut self, ticket: Ticket) -> Option<T> {
        let place = &mut self.slots[ticket.slot as usize];
        if place.generation != ticket.generation {
            return None;
        }
        let payload = mem::take(&mut place.payload)?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(ticket.slot);
        Some(payload)
    }

    fn waits(&self, ticket: Ticket) -> bool {
        let place = &self.slots[ticket.slot as usize];
        place.generation == ticket.generation && place.payload.is_some()
    }

    fn drop_cancelled_top(&mut self) {
        while let Some(&(_, ticket)) = self.heap.first() {
            if self.waits(ticket) {
                return;
            }
            self.heap.pop();
        }
    }

    fn compact(&mut self) {
        let mut heap = mem::take(&mut self.heap);
        heap.retain(|&(_, ticket)| self.waits(ticket));
        self.heap = heap;
    }
}
