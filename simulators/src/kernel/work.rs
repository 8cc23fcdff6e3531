//! What machines do with lots: change over, work, end, and what becomes of the lot then.

use super::Run;
use super::agenda::Due;
use super::floor::{Basis, NONE, Rework};
use super::happening::{Happening, Watch};
use crate::random::Purpose;

impl<W: Watch> Run<'_, W> {
    /// A machine takes a chain of lots that were taken from its line.
    #[inline]
    pub(crate) fn begins(&mut self, machine: u32, lot: u32) {
        let step = &self.floor.steps[self.state.lots.at(lot).step as usize];
        let (crew, wanted) = step.crew;
        if crew != NONE {
            self.state.crews[crew as usize].free -= wanted;
        }
        let center = self.floor.machines[machine as usize].work_center;
        self.state.centers[center as usize].idle -= 1;
        let state = &mut self.state.machines[machine as usize];
        state.idle = false;
        state.lot = lot;
        state.restarts = false;
        if step.family != NONE && state.family != step.family {
            let from = state.family;
            let setup_us = self.setup_us(machine, from, step.family);
            let state = &mut self.state.machines[machine as usize];
            state.family = step.family;
            state.lots_since_setup = 0;
            if setup_us > 0 {
                state.changing = true;
                let lot = self.state.lots.at(lot);
                self.watch
                    .sees(self.state.now_us, Happening::SetupBegan { machine, lot });
                return self.begins_stage(machine, setup_us);
            }
        }
        self.begins_run(machine, lot);
    }

    /// The time to change over between two families, microseconds.
    fn setup_us(&self, machine: u32, from: u32, to: u32) -> i64 {
        let Some(law) = self.setup(from, to) else {
            return 0;
        };
        let state = &self.state.machines[machine as usize];
        let visit = u64::from(state.generation);
        let entity = u64::from(machine) ^ 0x5e70_0000_0000_0000;
        law.sample(self.state.random.draw(entity, visit, Purpose::SetupTime))
    }

    pub(crate) fn setup(&self, from: u32, to: u32) -> Option<&crate::law::Law> {
        let setups = &self.floor.setups;
        setups.get(&(from, to)).or_else(|| setups.get(&(NONE, to)))
    }

    /// The work itself begins.
    #[inline]
    fn begins_run(&mut self, machine: u32, lot: u32) {
        let now_us = self.state.now_us;
        let mut taken_us = 0;
        let mut at = lot;
        while at != NONE {
            let place = self.state.lots.at(at);
            let step = &self.floor.steps[place.step as usize];
            taken_us = taken_us.max(place.taken_us);
            let (remembers, next) = (step.remembers, place.with);
            self.watch.sees(
                now_us,
                Happening::Started {
                    machine,
                    lot: place,
                },
            );
            if remembers != NONE {
                self.state.lots.at_mut(at).memories[remembers as usize] = i64::from(machine);
            }
            self.state.machines[machine as usize].lots_since_setup += 1;
            at = next;
        }
        self.state.machines[machine as usize].changing = false;
        self.begins_stage(machine, taken_us);
    }

    #[inline]
    pub(crate) fn begins_stage(&mut self, machine: u32, stage_us: i64) {
        let state = &mut self.state.machines[machine as usize];
        state.stage_us = stage_us;
        state.left_us = stage_us;
        self.goes_on(machine);
    }

    /// The stretch of work that is left begins now.
    #[inline]
    pub(crate) fn goes_on(&mut self, machine: u32) {
        let now_us = self.state.now_us;
        let state = &mut self.state.machines[machine as usize];
        state.since_us = now_us;
        state.generation = state.generation.wrapping_add(1);
        let (left_us, changing) = (state.left_us, state.changing);
        let due = Due::StageEnds(machine, state.generation);
        self.state
            .agenda
            .schedule(now_us.saturating_add(left_us), due);
        let plan = &self.floor.machines[machine as usize];
        if plan.wears && !changing {
            self.wears_out_within(machine, left_us);
        }
    }

    /// A stretch of work is over, because its end was due or something interrupts it.
    #[inline]
    pub(crate) fn stretch_is_over(&mut self, machine: u32) {
        let now_us = self.state.now_us;
        let plan = &self.floor.machines[machine as usize];
        let state = &mut self.state.machines[machine as usize];
        let worked_us = now_us - state.since_us;
        state.left_us -= worked_us;
        state.generation = state.generation.wrapping_add(1);
        if plan.wears && !state.changing {
            self.wears(machine, &Basis::Busy, worked_us);
        }
    }

    /// What a machine was to do by now is done, unless it was interrupted.
    #[inline]
    pub(crate) fn stage_ends(&mut self, machine: u32, generation: u32) {
        let state = &self.state.machines[machine as usize];
        if state.generation != generation {
            return;
        }
        let (lot, changing) = (state.lot, state.changing);
        self.stretch_is_over(machine);
        if changing {
            return self.begins_run(machine, lot);
        }
        self.work_ends(machine, lot);
    }

    #[inline]
    fn work_ends(&mut self, machine: u32, first: u32) {
        let now_us = self.state.now_us;
        self.state.machines[machine as usize].lot = NONE;
        let step = &self.floor.steps[self.state.lots.at(first).step as usize];
        let (crew, wanted) = step.crew;
        if crew != NONE {
            self.frees_crew(crew, wanted);
        }
        let mut pieces = 0;
        let mut at = first;
        while at != NONE {
            let place = self.state.lots.at_mut(at);
            let next = place.with;
            place.with = NONE;
            pieces += i64::from(place.pieces);
            let rest_us = place.work_us - place.taken_us;
            self.watch.sees(
                now_us,
                Happening::Ended {
                    machine,
                    lot: place,
                },
            );
            if rest_us > 0 {
                self.state
                    .agenda
                    .schedule(now_us.saturating_add(rest_us), Due::LotIsDone(at));
            } else {
                self.lot_is_done(at, Some(machine));
            }
            at = next;
        }
        if self.floor.machines[machine as usize].wears {
            self.wears(machine, &Basis::Pieces, pieces);
        }
        if self.state.machines[machine as usize].blocked == 0 {
            self.is_empty(machine);
        }
    }

    /// A machine has nothing in it any more: stops that waited for that begin, else it looks for
    /// work.
    #[inline]
    pub(crate) fn is_empty(&mut self, machine: u32) {
        let state = &mut self.state.machines[machine as usize];
        debug_assert!(state.lot == NONE, "an empty machine holds nothing");
        if state.idle {
            return;
        }
        self.watch
            .sees(self.state.now_us, Happening::Emptied { machine });
        if state.stops_due > 0 {
            self.begins_due_stops(machine);
        }
        self.is_free(machine);
    }

    /// A machine is free when it is empty and nothing stops it.
    #[inline]
    pub(crate) fn is_free(&mut self, machine: u32) {
        let state = &mut self.state.machines[machine as usize];
        if state.idle || state.stops > 0 || state.blocked > 0 || state.lot != NONE {
            return;
        }
        state.idle = true;
        let work_center = self.floor.machines[machine as usize].work_center;
        self.state.centers[work_center as usize].idle += 1;
        self.looks(work_center);
    }

    fn frees_crew(&mut self, crew: u32, count: u32) {
        let left = &mut self.state.crews[crew as usize];
        left.free += count;
        for work_center in std::mem::take(&mut left.wanted_by) {
            self.looks(work_center);
        }
    }

    /// A lot is through with a step: it is spoilt, kept, sent back, or goes on.
    #[inline]
    pub(crate) fn lot_is_done(&mut self, lot: u32, machine: Option<u32>) {
        let place = self.state.lots.at_mut(lot);
        let number = place.step;
        let step = &self.floor.steps[number as usize];
        if step.marks_end != NONE {
            place.memories[step.marks_end as usize] = self.state.now_us;
        }
        if !step.always_good {
            return self.is_judged(lot, machine);
        }
        self.watch.sees(self.state.now_us, Happening::Passed(place));
        let next = self.first_taken(lot, number + 1);
        self.goes_to(lot, next, machine);
    }

    fn is_judged(&mut self, lot: u32, machine: Option<u32>) {
        let place = self.state.lots.at(lot);
        let (draws, visit, pieces, number) = (place.draws, place.visit, place.pieces, place.step);
        let step = &self.floor.steps[number as usize];
        let draw = |purpose| draws.draw(visit, purpose);
        if step.piece_yield < 1.0 {
            let mut piece = draw(Purpose::StepYield);
            let mut good = 0;
            for _ in 0..pieces {
                good += u32::from(piece.chance(step.piece_yield));
                piece = piece.again();
            }
            self.state.lots.at_mut(lot).pieces = good;
            if good == 0 {
                return self.leaves(lot, false);
            }
        }
        if step.scrap > 0.0 && draw(Purpose::StepScrap).chance(step.scrap) {
            return self.leaves(lot, false);
        }
        if let Some(inspection) = &step.inspection
            && draw(Purpose::InspectionHold).chance(inspection.keeps)
        {
            return self.is_kept(lot);
        }
        let sent_back = step
            .rework
            .filter(|rework| draw(Purpose::StepRework).chance(rework.probability));
        self.goes_back_or_on(lot, sent_back, machine);
    }

    /// A judged lot goes back where its judgement sends it, else to its next step.
    fn goes_back_or_on(&mut self, lot: u32, back: Option<Rework>, machine: Option<u32>) {
        let now_us = self.state.now_us;
        let place = self.state.lots.at(lot);
        let Some(Rework { to, .. }) = back else {
            self.watch.sees(now_us, Happening::Passed(place));
            let next = self.first_taken(lot, place.step + 1);
            return self.goes_to(lot, next, machine);
        };
        self.watch
            .sees(now_us, Happening::SentBack { lot: place, to });
        self.goes_to(lot, to, machine);
    }

    /// An inspection keeps a lot beside the machine; its place is free meanwhile.
    fn is_kept(&mut self, lot: u32) {
        let now_us = self.state.now_us;
        let place = self.state.lots.at_mut(lot);
        let step = &self.floor.steps[place.step as usize];
        let left = std::mem::replace(&mut place.work_center, NONE);
        if let Some(inspection) = &step.inspection {
            let draw = place.draws.draw(place.visit, Purpose::InspectionLength);
            let at_us = now_us.saturating_add(inspection.lasts.sample(draw));
            self.state.agenda.schedule(at_us, Due::InspectionEnds(lot));
        }
        self.watch.sees(
            now_us,
            Happening::Kept {
                lot: self.state.lots.at(lot),
            },
        );
        if left != NONE {
            self.gives_place_back(left);
        }
    }

    /// An inspection has decided: scrap, back, or on.
    pub(crate) fn inspection_ends(&mut self, lot: u32) {
        let place = self.state.lots.at(lot);
        let number = place.step;
        let draw = place.draws.draw(place.visit, Purpose::InspectionOutcome);
        let mut back = None;
        if let Some(inspection) = &self.floor.steps[number as usize].inspection {
            if draw.chance(inspection.scrap) {
                return self.leaves(lot, false);
            }
            let again = inspection.rework;
            back = again.filter(|rework| draw.again().chance(rework.probability));
        }
        self.goes_back_or_on(lot, back, None);
    }
}
