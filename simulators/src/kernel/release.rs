//! How lots come to the floor, and how they leave it.

use super::Run;
use super::agenda::Due;
use super::floor::{NONE, Stream};
use super::happening::{Happening, Watch};
use super::lot::Lot;
use crate::random::Purpose;

/// The most lots on a floor at a time. A floor with more takes less than comes to it.
pub(super) const LOTS_MAX: usize = 1 << 21;

impl<W: Watch> Run<'_, W> {
    /// A release by time is due.
    #[inline]
    pub(crate) fn release(&mut self, number: u32) {
        let plan = &self.floor.releases[number as usize];
        for _ in 0..plan.lots {
            if self.state.released[number as usize] == plan.most {
                return;
            }
            self.release_lot(number);
        }
        if self.state.released[number as usize] < plan.most {
            self.schedule_release(number);
        }
    }

    /// Puts the next release by time on the agenda.
    #[inline]
    fn schedule_release(&mut self, number: u32) {
        let plan = &self.floor.releases[number as usize];
        if let Stream::Every(law) = &plan.how {
            let made = self.state.released[number as usize];
            let draw = self
                .state
                .random
                .draw(plan.entity, made, Purpose::ReleaseGap);
            let at_us = self.state.now_us.saturating_add(law.sample(draw));
            self.state.agenda.schedule(at_us, Due::Release(number));
        }
    }

    #[inline]
    pub(crate) fn release_lot(&mut self, number: u32) {
        if self.state.lots.count() >= LOTS_MAX {
            return self.state.agenda.give_up();
        }
        let plan = &self.floor.releases[number as usize];
        let product = &self.floor.products[plan.product as usize];
        let made = self.state.released[number as usize];
        self.state.released[number as usize] = made + 1;
        let now_us = self.state.now_us;
        let entity = plan.entity ^ made.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let lot = self.state.lots.add(Lot {
            number: self.state.counts.released,
            draws: self.state.random.of_entity(entity),
            product: plan.product,
            step: product.steps.0,
            release: number,
            priority: plan.priority,
            pieces: plan.pieces,
            released_us: now_us,
            due_us: now_us.saturating_add(plan.due_us),
            queued_us: now_us,
            work_us: 0,
            taken_us: 0,
            visit: 0,
            work_center: NONE,
            wants: NONE,
            with: NONE,
            memories: memories(product.memories),
        });
        let step = self.first_taken(lot, product.steps.0);
        if plan.turns_away && step != NONE && self.place_for(lot, step, NONE).is_none() {
            self.state.lots.remove(lot);
            self.state.counts.turned_away += 1;
            return self.sees(Happening::TurnedAway { release: number });
        }
        self.state.counts.released += 1;
        self.watch
            .sees(now_us, Happening::Released(self.state.lots.at(lot)));
        self.goes_to(lot, step, None);
    }

    /// A lot leaves the floor: good, or spoilt.
    #[inline]
    pub(crate) fn leaves(&mut self, lot: u32, good: bool) {
        let left = self.state.lots.at(lot);
        let (release, work_center) = (left.release, left.work_center);
        if good {
            self.state.counts.done += 1;
            self.watch.sees(self.state.now_us, Happening::Done(left));
        } else {
            self.state.counts.scrapped += 1;
            self.watch
                .sees(self.state.now_us, Happening::Scrapped(left));
        }
        self.state.lots.remove(lot);
        if work_center != NONE {
            self.gives_place_back(work_center);
        }
        if release != NONE {
            let plan = &self.floor.releases[release as usize];
            let made = self.state.released[release as usize];
            if matches!(plan.how, Stream::Kept) && made < plan.most {
                self.release_lot(release);
            }
        }
    }
}

/// Room for what a lot has to remember; nothing is allocated for lots without memories.
pub(super) fn memories(count: u32) -> Box<[i64]> {
    vec![i64::from(NONE); count as usize].into_boxed_slice()
}
