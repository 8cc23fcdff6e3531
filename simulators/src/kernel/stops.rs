//! How machines stand still: breakdowns, maintenance, closed shifts.

use super::Run;
use super::agenda::Due;
use super::floor::{Basis, NONE, Resume};
use super::happening::{Happening, Watch};
use crate::random::Purpose;

impl<W: Watch> Run<'_, W> {
    fn stops_of(&self, machine: u32) -> std::ops::Range<u32> {
        let (from, to) = self.floor.machines[machine as usize].stops;
        from..to
    }

    /// Puts the first begin of a stop on the agenda, or begins it when it holds at the begin.
    pub(crate) fn opens_stop(&mut self, number: u32) {
        let plan = &self.floor.stops[number as usize];
        let draw = self.state.random.draw(plan.entity, 0, Purpose::FirstStop);
        let first = plan.first.sample(draw);
        match plan.basis {
            Basis::Calendar => self.schedule_stop(number, first),
            Basis::Busy | Basis::Pieces => self.state.stops[number as usize].left = first.max(1),
            Basis::Closed(..) => self.schedule_closing(number),
        }
    }

    fn schedule_stop(&mut self, number: u32, in_us: i64) {
        let generation = self.state.stops[number as usize].generation;
        let at_us = self.state.now_us.saturating_add(in_us);
        self.state
            .agenda
            .schedule(at_us, Due::StopBegins(number, generation));
    }

    /// Puts the next closed time that has not begun yet on the agenda. One that ends now has begun
    /// before; one that ends with the cycle may be followed at once by that of the next one.
    fn schedule_closing(&mut self, number: u32) {
        let Basis::Closed(closed, cycle_us) = &self.floor.stops[number as usize].basis else {
            return;
        };
        let now_us = self.state.now_us;
        let in_cycle_us = now_us.rem_euclid(*cycle_us);
        let next = closed
            .iter()
            .map(|&(begin, _)| begin)
            .find(|&begin| begin >= in_cycle_us);
        let begin =
            next.unwrap_or_else(|| cycle_us + closed.first().map_or(0, |&(begin, _)| begin));
        self.schedule_stop(number, begin - in_cycle_us);
    }

    /// How long a stop lasts that begins now, microseconds.
    fn length_us(&self, number: u32) -> i64 {
        let plan = &self.floor.stops[number as usize];
        if let Basis::Closed(closed, cycle_us) = &plan.basis {
            let in_cycle_us = self.state.now_us.rem_euclid(*cycle_us);
            // A stop that had to wait for a lot ends with the closed time all the same.
            let end = closed
                .iter()
                .find(|&&(begin, end)| begin <= in_cycle_us && in_cycle_us < end)
                .map(|&(_, end)| end - in_cycle_us);
            return end.unwrap_or(0);
        }
        let count = self.state.stops[number as usize].count;
        let draw = self
            .state
            .random
            .draw(plan.entity, count, Purpose::StopLength);
        plan.lasts.sample(draw)
    }

    /// A stop is due, unless what it was due by was interrupted.
    pub(crate) fn stop_is_due(&mut self, number: u32, generation: u32) {
        let stop = &self.state.stops[number as usize];
        if stop.generation != generation || stop.holds || stop.due {
            return;
        }
        let plan = &self.floor.stops[number as usize];
        let machine = &mut self.state.machines[plan.machine as usize];
        if plan.resume == Resume::AfterLot && (machine.lot != NONE || machine.blocked > 0) {
            machine.stops_due += 1;
            self.state.stops[number as usize].due = true;
            return;
        }
        self.stop_begins(number);
    }

    pub(crate) fn begins_due_stops(&mut self, machine: u32) {
        for number in self.stops_of(machine) {
            if self.state.stops[number as usize].due {
                self.state.stops[number as usize].due = false;
                self.state.machines[machine as usize].stops_due -= 1;
                self.stop_begins(number);
            }
        }
    }

    fn stop_begins(&mut self, number: u32) {
        let length_us = self.length_us(number);
        self.stop_holds(number, length_us);
    }

    /// A machine stands still from now on for so many microseconds.
    pub(crate) fn stop_holds(&mut self, number: u32, length_us: i64) {
        let now_us = self.state.now_us;
        let plan = &self.floor.stops[number as usize];
        let machine = plan.machine;
        let state = &self.state.machines[machine as usize];
        let (runs, lot, idle) = (state.stops == 0, state.lot, state.idle);
        if runs && lot != NONE {
            self.stretch_is_over(machine);
        }
        if runs && idle {
            self.state.machines[machine as usize].idle = false;
            let center = self.floor.machines[machine as usize].work_center;
            self.state.centers[center as usize].idle -= 1;
        }
        let state = &mut self.state.machines[machine as usize];
        state.stops += 1;
        state.restarts |= plan.resume == Resume::Restart;
        let stop = &mut self.state.stops[number as usize];
        stop.holds = true;
        stop.began_us = now_us;
        stop.count += 1;
        stop.generation = stop.generation.wrapping_add(1);
        self.state
            .agenda
            .schedule(now_us.saturating_add(length_us), Due::StopEnds(number));
        let cause = plan.cause;
        self.sees(Happening::Stopped { machine, cause });
    }

    /// A reason to stand still has ended; the next time of it is drawn.
    pub(crate) fn stop_ends(&mut self, number: u32) {
        let plan = &self.floor.stops[number as usize];
        let machine = plan.machine;
        let stop = &mut self.state.stops[number as usize];
        stop.holds = false;
        let (count, began_us) = (stop.count, stop.began_us);
        let draw = self.state.random.draw(plan.entity, count, Purpose::StopGap);
        match plan.basis {
            Basis::Calendar => {
                let lasted_us = self.state.now_us - began_us;
                let gap_us = plan.every.sample(draw);
                let in_us = if plan.from_begin {
                    (gap_us - lasted_us).max(0)
                } else {
                    gap_us
                };
                self.schedule_stop(number, in_us);
            }
            Basis::Busy | Basis::Pieces => {
                self.state.stops[number as usize].left = plan.every.sample(draw).max(1);
            }
            Basis::Closed(..) => self.schedule_closing(number),
        }
        let state = &mut self.state.machines[machine as usize];
        state.stops -= 1;
        let (runs, lot) = (state.stops == 0, state.lot);
        if runs && state.restarts {
            state.restarts = false;
            state.left_us = state.stage_us;
        }
        let cause = plan.cause;
        self.sees(Happening::Ready { machine, cause });
        if runs && lot != NONE {
            self.goes_on(machine);
        } else if runs {
            self.is_free(machine);
        }
    }

    /// Puts those stops by busy time on the agenda that come within the stretch that begins.
    pub(crate) fn wears_out_within(&mut self, machine: u32, stretch_us: i64) {
        for number in self.stops_of(machine) {
            let stop = &self.state.stops[number as usize];
            let by_busy_time = self.floor.stops[number as usize].basis == Basis::Busy;
            if by_busy_time && !stop.holds && !stop.due && stop.left <= stretch_us {
                let left_us = stop.left.max(0);
                self.schedule_stop(number, left_us);
            }
        }
    }

    /// Counts what a machine did for the stops that go by it; those by pieces begin at once.
    pub(crate) fn wears(&mut self, machine: u32, basis: &Basis, amount: i64) {
        for number in self.stops_of(machine) {
            let stop = &mut self.state.stops[number as usize];
            if self.floor.stops[number as usize].basis != *basis || stop.holds || stop.due {
                continue;
            }
            stop.left -= amount;
            if *basis == Basis::Busy {
                // What was on the agenda for this stretch may be due now; it holds for it only.
                if stop.left > 0 {
                    stop.generation = stop.generation.wrapping_add(1);
                }
            } else if stop.left <= 0 {
                stop.due = true;
                self.state.machines[machine as usize].stops_due += 1;
            }
        }
    }
}
