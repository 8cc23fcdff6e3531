//! Counts what happens: cycle times, waits, and where the time of machines goes.
//!
//! All sums are whole microseconds, so that Little's law and conservation hold exactly and not
//! only nearly.

use super::floor::{Cause, Floor};
use super::happening::{Happening, Watch};

/// What was counted of one product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfProduct {
    /// Lots that came.
    pub released: u64,
    /// Lots that left good.
    pub done: u64,
    /// Lots that left spoilt.
    pub scrapped: u64,
    /// Good lots that left after they were due.
    pub late: u64,
    /// Sum of the times from release to leaving of the good lots, microseconds.
    pub sojourn_us: i128,
}

/// What was counted at one work center.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfWorkCenter {
    /// Lots that began to wait.
    pub queued: u64,
    /// Lots that a machine began to work on.
    pub started: u64,
    /// Lots that a machine was through with.
    pub ended: u64,
    /// Sum of the waits of the lots that started, microseconds.
    pub waited_us: i128,
    /// Microseconds times waiting lots.
    pub line_area: i128,
    /// Microseconds of all machines that worked.
    pub busy_us: i128,
    /// Microseconds of all machines that changed over.
    pub setup_us: i128,
    /// Microseconds of all machines that were broken.
    pub broken_us: i128,
    /// Microseconds of all machines in maintenance and not broken.
    pub maintained_us: i128,
    /// Microseconds of all machines that were closed, and neither broken nor maintained.
    pub closed_us: i128,
    /// Microseconds of all machines that held finished lots without a place, and ran.
    pub blocked_us: i128,
}

#[derive(Clone, Copy, Debug, Default)]
struct MachineNow {
    since_us: i64,
    lots: u32,
    changing: bool,
    broken: u32,
    maintained: u32,
    closed: u32,
    blocked: u32,
}

/// A tally from an instant on.
#[derive(Clone, Debug)]
pub struct Tally {
    from_us: i64,
    at_us: i64,
    products: Vec<OfProduct>,
    centers: Vec<OfWorkCenter>,
    /// Waiting lots and since when they are so many, by work center.
    lines: Vec<(i64, i64)>,
    machines: Vec<MachineNow>,
    center_of: Vec<u32>,
    on_floor: (i64, i64),
    floor_area: i128,
    /// Lots that started later than their queue-time limit.
    pub late_starts: u64,
}

impl Tally {
    /// Counts what happens from `from_us` (microseconds from the begin) on; it must see
    /// everything from the begin on.
    pub fn new(floor: &Floor, from_us: i64) -> Self {
        Self {
            from_us,
            at_us: 0,
            products: vec![OfProduct::default(); floor.products().len()],
            centers: vec![OfWorkCenter::default(); floor.work_centers().len()],
            lines: vec![(0, 0); floor.work_centers().len()],
            machines: vec![MachineNow::default(); floor.machines()],
            center_of: (0..floor.machines() as u32)
                .map(|machine| floor.work_center_of(machine))
                .collect(),
            on_floor: (0, 0),
            floor_area: 0,
            late_starts: 0,
        }
    }

    /// Counts the time up to an instant (microseconds from the begin), the end of what is
    /// counted.
    pub fn close(&mut self, at_us: i64) {
        self.at_us = at_us;
        for center in 0..self.lines.len() {
            self.line_changes(center, at_us, 0);
        }
        for machine in 0..self.machines.len() {
            self.settle(machine, at_us);
        }
        self.floor_changes(at_us, 0);
    }

    /// The products, by number.
    pub fn products(&self) -> &[OfProduct] {
        &self.products
    }

    /// The work centers, by number.
    pub fn work_centers(&self) -> &[OfWorkCenter] {
        &self.centers
    }

    /// Microseconds that were counted, up to the last [`Tally::close`].
    pub fn span_us(&self) -> i64 {
        (self.at_us - self.from_us).max(0)
    }

    /// Microseconds times lots on the floor, up to the last [`Tally::close`].
    pub fn floor_area(&self) -> i128 {
        self.floor_area
    }

    /// What lies between two instants and is counted, microseconds.
    #[inline]
    fn counted(&self, since_us: i64, at_us: i64) -> i64 {
        (at_us - since_us.max(self.from_us)).max(0)
    }

    #[inline]
    fn line_changes(&mut self, center: usize, at_us: i64, by: i64) {
        let (waiting, since_us) = self.lines[center];
        debug_assert!(waiting + by >= 0, "a line has no fewer than no lots");
        self.centers[center].line_area +=
            i128::from(waiting) * i128::from(self.counted(since_us, at_us));
        self.lines[center] = (waiting + by, at_us);
    }

    #[inline]
    fn floor_changes(&mut self, at_us: i64, by: i64) {
        let (lots, since_us) = self.on_floor;
        self.floor_area += i128::from(lots) * i128::from(self.counted(since_us, at_us));
        self.on_floor = (lots + by, at_us);
    }

    /// Adds the time since the machine's last change to what it spent it on.
    #[inline]
    fn settle(&mut self, machine: usize, at_us: i64) -> &mut MachineNow {
        let now = self.machines[machine];
        let spent = i128::from(self.counted(now.since_us, at_us));
        let center = &mut self.centers[self.center_of[machine] as usize];
        if now.broken > 0 {
            center.broken_us += spent;
        } else if now.maintained > 0 {
            center.maintained_us += spent;
        } else if now.closed > 0 {
            center.closed_us += spent;
        } else if now.changing {
            center.setup_us += spent;
        } else if now.lots > 0 {
            center.busy_us += spent;
        } else if now.blocked > 0 {
            center.blocked_us += spent;
        }
        let now = &mut self.machines[machine];
        now.since_us = at_us;
        now
    }

    fn stopped(&mut self, machine: u32, at_us: i64, cause: Cause, by: i32) {
        let now = self.settle(machine as usize, at_us);
        let reasons = match cause {
            Cause::Breakdown => &mut now.broken,
            Cause::Maintenance => &mut now.maintained,
            Cause::OffShift => &mut now.closed,
        };
        *reasons = reasons.wrapping_add_signed(by);
    }

    fn leaves(&mut self, at_us: i64, lot: &super::Lot, good: bool) {
        self.floor_changes(at_us, -1);
        if at_us < self.from_us {
            return;
        }
        let product = &mut self.products[lot.product as usize];
        if good {
            product.done += 1;
            product.late += u64::from(at_us > lot.due_us);
            product.sojourn_us += i128::from(lot.sojourn_us(at_us));
        } else {
            product.scrapped += 1;
        }
    }
}

impl Watch for Tally {
    // Who tells it knows what happened: there, one arm is left of all.
    #[inline(always)]
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        let counts = u64::from(at_us >= self.from_us);
        match what {
            Happening::Released(lot) => {
                self.floor_changes(at_us, 1);
                self.products[lot.product as usize].released += counts;
            }
            Happening::Queued { work_center, .. } => {
                self.line_changes(work_center as usize, at_us, 1);
                self.centers[work_center as usize].queued += counts;
            }
            Happening::Withdrawn { work_center, .. } => {
                self.line_changes(work_center as usize, at_us, -1);
            }
            Happening::SetupBegan { machine, .. } => {
                self.settle(machine as usize, at_us).changing = true
            }
            Happening::Started { machine, lot } => {
                let now = self.settle(machine as usize, at_us);
                now.changing = false;
                now.lots += 1;
                let center = self.center_of[machine as usize] as usize;
                // The lot left the line when the machine took it; with a setup that was before.
                self.line_changes(center, at_us, -1);
                self.centers[center].started += counts;
                if counts > 0 {
                    self.centers[center].waited_us += i128::from(at_us - lot.queued_us);
                }
            }
            Happening::Ended { machine, .. } => {
                self.settle(machine as usize, at_us).lots -= 1;
                self.centers[self.center_of[machine as usize] as usize].ended += counts;
            }
            Happening::Blocked {
                machine: Some(machine),
                ..
            } => self.settle(machine as usize, at_us).blocked += 1,
            Happening::Emptied { machine } => self.settle(machine as usize, at_us).blocked = 0,
            Happening::Stopped { machine, cause } => self.stopped(machine, at_us, cause, 1),
            Happening::Ready { machine, cause } => self.stopped(machine, at_us, cause, -1),
            Happening::Done(lot) => self.leaves(at_us, lot, true),
            Happening::Scrapped(lot) => self.leaves(at_us, lot, false),
            Happening::Late { lot: _ } => self.late_starts += counts,
            Happening::SentBack { .. }
            | Happening::Kept { .. }
            | Happening::Passed(_)
            | Happening::TurnedAway { .. }
            | Happening::Blocked { machine: None, .. } => {}
        }
    }
}
