//! How lots move: from step to step, into lines, and into places that others leave.

use super::Run;
use super::agenda::Due;
use super::floor::{NONE, Rule};
use super::happening::{Happening, Watch};
use super::line::{Alike, Turn};
use crate::random::Purpose;

impl<W: Watch> Run<'_, W> {
    /// The first step from `step` on that a lot takes: steps that only some lots take may be left
    /// out. [`NONE`] behind the last one.
    #[inline]
    pub(crate) fn first_taken(&mut self, lot: u32, step: u32) -> u32 {
        let place = self.state.lots.at(lot);
        let last = self.floor.products[place.product as usize].steps.1;
        let (draws, visit) = (place.draws, place.visit);
        let mut step = step;
        while step < last {
            let sample = self.floor.steps[step as usize].sample;
            if sample >= 1.0 {
                return step;
            }
            let key = visit << 20 | u64::from(step);
            let draw = draws.draw(key, Purpose::StepSample);
            if draw.chance(sample) {
                return step;
            }
            step += 1;
        }
        NONE
    }

    /// Where a step can be done for a lot: its work centers, or the one of the machine that it
    /// needs again.
    #[inline]
    fn choices_for(&self, lot: u32, step: u32) -> &[u32] {
        let plan = &self.floor.steps[step as usize];
        if plan.same_machine != NONE {
            let memories = &self.state.lots.at(lot).memories;
            let machine = memories[plan.same_machine as usize] as u32;
            if machine != NONE {
                let center = &self.floor.machines[machine as usize].work_center;
                return std::slice::from_ref(center);
            }
        }
        let (from, to) = plan.work_centers;
        &self.floor.choices[from as usize..to as usize]
    }

    /// Where a step is done for a lot now: the work center with an idle machine, else the one with
    /// the fewest lots inside for its machines. `None` when no place is free; a lot that stays at
    /// its work center (`own`) keeps its place.
    #[inline]
    pub(crate) fn place_for(&self, lot: u32, step: u32, own: u32) -> Option<u32> {
        let choices = self.choices_for(lot, step);
        if let &[only] = choices {
            return (only == own || self.has_place(only)).then_some(only);
        }
        let free = choices
            .iter()
            .copied()
            .filter(|&at| at == own || self.has_place(at));
        free.min_by_key(|&at| {
            let center = &self.state.centers[at as usize];
            let machines = u64::from(self.floor.work_centers[at as usize].machines);
            let load = (u64::from(center.inside) << 20) / machines;
            (center.idle == 0 || center.line.waiting >= center.idle, load)
        })
    }

    #[inline]
    fn has_place(&self, work_center: u32) -> bool {
        let places = self.floor.work_centers[work_center as usize].places;
        places == NONE || self.state.centers[work_center as usize].inside < places
    }

    /// A lot goes to a step, or leaves when there is none. A lot that finds no place waits, in
    /// the machine that it is in.
    #[inline]
    pub(crate) fn goes_to(&mut self, lot: u32, step: u32, machine: Option<u32>) {
        if step == NONE {
            return self.leaves(lot, true);
        }
        let own = self.state.lots.at(lot).work_center;
        let Some(work_center) = self.place_for(lot, step, own) else {
            return self.is_blocked(lot, step, machine);
        };
        self.moves(lot, step, work_center);
    }

    /// A lot takes a place that is free.
    #[inline]
    fn moves(&mut self, lot: u32, step: u32, work_center: u32) {
        self.state.centers[work_center as usize].inside += 1;
        let place = self.state.lots.at_mut(lot);
        let left = place.work_center;
        let transport = if left == NONE {
            None
        } else {
            Some(&self.floor.steps[place.step as usize].transport).filter(|law| !law.is_nothing())
        };
        place.step = step;
        place.work_center = work_center;
        match transport {
            None => self.arrives(lot),
            Some(law) => {
                let draw = place.draws.draw(place.visit, Purpose::TransportTime);
                let at_us = self.state.now_us.saturating_add(law.sample(draw));
                self.state.agenda.schedule(at_us, Due::Arrives(lot));
            }
        }
        if left != NONE {
            self.gives_place_back(left);
        }
    }

    #[cold]
    fn is_blocked(&mut self, lot: u32, step: u32, machine: Option<u32>) {
        for wanted in self.choices_for(lot, step).to_vec() {
            self.state.centers[wanted as usize].blocked.push_back(lot);
        }
        // The lot is still where it was: its next step is found again when a place is free.
        if let Some(machine) = machine {
            self.state.machines[machine as usize].blocked += 1;
        }
        let place = self.state.lots.at_mut(lot);
        place.with = machine.unwrap_or(NONE);
        place.wants = step;
        let now_us = self.state.now_us;
        let lot = self.state.lots.at(lot);
        self.watch.sees(now_us, Happening::Blocked { lot, machine });
    }

    /// A place of a work center is free: whoever waits for it longest takes it, and leaves one
    /// behind for the next.
    #[inline]
    pub(crate) fn gives_place_back(&mut self, work_center: u32) {
        let center = &mut self.state.centers[work_center as usize];
        center.inside -= 1;
        if !center.blocked.is_empty() {
            self.fills_place(work_center);
        }
    }

    #[cold]
    fn fills_place(&mut self, work_center: u32) {
        while self.has_place(work_center) {
            let Some(lot) = self.state.centers[work_center as usize].blocked.pop_front() else {
                return;
            };
            let step = self.state.lots.at(lot).wants;
            for other in self.choices_for(lot, step).to_vec() {
                let waiting = &mut self.state.centers[other as usize].blocked;
                waiting.retain(|&waits| waits != lot);
            }
            let place = self.state.lots.at_mut(lot);
            let machine = place.with;
            place.with = NONE;
            if machine != NONE {
                let holder = &mut self.state.machines[machine as usize];
                holder.blocked -= 1;
                if holder.blocked == 0 {
                    self.is_empty(machine);
                }
            }
            self.moves(lot, step, work_center);
        }
    }

    /// A lot arrives at the work center of its step and waits.
    #[inline]
    pub(crate) fn arrives(&mut self, lot: u32) {
        let now_us = self.state.now_us;
        let place = self.state.lots.at_mut(lot);
        let step = &self.floor.steps[place.step as usize];
        place.visit += 1;
        place.queued_us = now_us;
        let draw = place.draws.draw(place.visit, Purpose::StepTime);
        let time_us = step.time.sample(draw);
        (place.work_us, place.taken_us) = step.work_of(time_us, place.pieces);
        let work_center = place.work_center;
        let center = &mut self.state.centers[work_center as usize];
        let rank = match self.floor.work_centers[work_center as usize].rule {
            Rule::Fifo | Rule::LeastSetup => now_us,
            Rule::Cr => 0,
            Rule::Edd => place.due_us,
            Rule::Spt => step.planned_us,
            Rule::Mwkr => -step.left_us,
        };
        let turn = Turn {
            after: !place.priority,
            rank,
            number: place.number,
        };
        let machine = if step.same_machine == NONE {
            NONE
        } else {
            place.memories[step.same_machine as usize] as u32
        };
        let alike = Alike {
            family: step.family,
            batch: step.batch.map_or(NONE, |batch| batch.kind),
            machine,
            crew: step.crew,
        };
        center.line.push(alike, turn, lot);
        if let Some(wait_us) = step.batch.and_then(|batch| batch.wait_us) {
            let at_us = now_us.saturating_add(wait_us);
            self.state
                .agenda
                .schedule(at_us, Due::BatchWaitEnds(work_center));
        }
        let lot = self.state.lots.at(lot);
        self.watch
            .sees(now_us, Happening::Queued { lot, work_center });
        self.looks(work_center);
    }

    /// A work center will look for work at the end of this instant.
    #[inline]
    pub(crate) fn looks(&mut self, work_center: u32) {
        let center = &mut self.state.centers[work_center as usize];
        if !center.looks && center.idle > 0 && center.line.waiting > 0 {
            center.looks = true;
            self.state.looking.push(work_center);
        }
    }
}
