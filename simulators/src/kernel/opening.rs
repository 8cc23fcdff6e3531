//! The floor at the begin: lots that are there, machines that work or stand still, first stops
//! and first releases.

use super::Run;
use super::agenda::Due;
use super::floor::{NONE, OpeningLot, Stream};
use super::happening::{Happening, Watch};
use super::lot::Lot;
use super::release::memories;
use crate::law::Law;
use crate::random::{Draw, Purpose};

/// So often a time is drawn again until it is longer than what has gone by already.
const CONDITIONAL_DRAWS_MAX: u32 = 1_000;

impl<W: Watch> Run<'_, W> {
    pub(crate) fn open(&mut self) {
        let floor = self.floor;
        for number in 0..floor.stops.len() as u32 {
            self.opens_stop(number);
        }
        for lot in &floor.opening {
            self.opens_lot(lot);
        }
        for (number, plan) in (0_u32..).zip(&floor.releases) {
            match plan.how {
                Stream::Every(_) => self
                    .state
                    .agenda
                    .schedule(plan.first_us, Due::Release(number)),
                Stream::Kept => {
                    for _ in 0..u64::from(plan.lots).min(plan.most) {
                        self.release_lot(number);
                    }
                }
            }
        }
    }

    fn opens_lot(&mut self, plan: &OpeningLot) {
        let step = &self.floor.steps[plan.step as usize];
        let product = &self.floor.products[step.product as usize];
        let lot = self.state.lots.add(Lot {
            number: self.state.counts.released,
            draws: self.state.random.of_entity(plan.entity),
            product: step.product,
            step: plan.step,
            release: NONE,
            priority: plan.priority,
            pieces: plan.pieces,
            released_us: plan.released_us,
            due_us: plan.due_us,
            queued_us: 0,
            work_us: 0,
            taken_us: 0,
            visit: u64::from(plan.step - product.steps.0),
            work_center: NONE,
            wants: NONE,
            with: NONE,
            memories: memories(product.memories),
        });
        self.state.counts.released += 1;
        self.watch
            .sees(0, Happening::Released(self.state.lots.at(lot)));
        if let Some((machine, elapsed_us)) = plan.in_work {
            return self.opens_work(lot, machine, elapsed_us);
        }
        let work_center = self.floor.choices[step.work_centers.0 as usize];
        let place = self.state.lots.at_mut(lot);
        place.work_center = work_center;
        self.state.centers[work_center as usize].inside += 1;
        self.state.agenda.schedule(plan.ready_us, Due::Arrives(lot));
    }

    /// A machine works on a lot since some time: what is left is drawn under the condition that
    /// it takes longer than that.
    fn opens_work(&mut self, lot: u32, machine: u32, elapsed_us: i64) {
        let work_center = self.floor.machines[machine as usize].work_center;
        let place = self.state.lots.at_mut(lot);
        place.work_center = work_center;
        place.visit += 1;
        let step = &self.floor.steps[place.step as usize];
        let draw = place.draws.draw(place.visit, Purpose::StepTime);
        let pieces = place.pieces;
        let whole = longer_than(&step.time, draw, |time_us| {
            step.work_of(time_us, pieces).1 > elapsed_us
        });
        let (work_us, taken_us) =
            whole.map_or((elapsed_us, elapsed_us), |time| step.work_of(time, pieces));
        place.work_us = work_us - elapsed_us;
        place.taken_us = taken_us - elapsed_us;
        let family = step.family;
        let (crew, wanted) = step.crew;
        self.state.centers[work_center as usize].inside += 1;
        self.watch.sees(
            0,
            Happening::Queued {
                lot: self.state.lots.at(lot),
                work_center,
            },
        );
        let people = crew == NONE || self.state.crews[crew as usize].free >= wanted;
        let Some(machine) = self.idle_machine(work_center, machine).filter(|_| people) else {
            // The opening has more work than machines or people: the lot waits.
            let place = self.state.lots.at(lot);
            self.watch.sees(
                0,
                Happening::Withdrawn {
                    lot: place,
                    work_center,
                },
            );
            return self.state.agenda.schedule(0, Due::Arrives(lot));
        };
        self.state.machines[machine as usize].family = family;
        self.begins(machine, lot);
    }

    /// The wanted machine when it is idle, else another one of its work center.
    fn idle_machine(&self, work_center: u32, wanted: u32) -> Option<u32> {
        let plan = &self.floor.work_centers[work_center as usize];
        let others = plan.first_machine..plan.first_machine + plan.machines;
        let is_idle = |&machine: &u32| self.state.machines[machine as usize].idle;
        std::iter::once(wanted).chain(others).find(is_idle)
    }
}

/// A time of a law under a condition; `None` when it never came.
fn longer_than(law: &Law, draw: Draw, holds: impl Fn(i64) -> bool) -> Option<i64> {
    let mut draw = draw;
    for _ in 0..CONDITIONAL_DRAWS_MAX {
        let time_us = law.sample(draw);
        if holds(time_us) {
            return Some(time_us);
        }
        draw = draw.again();
    }
    None
}
