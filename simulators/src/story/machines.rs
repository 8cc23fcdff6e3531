//! What the edge devices of the machines see.

use twin_model::{IdleCause, ItemState, Mode};

use crate::kernel::Cause;

/// What an edge device says of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) item_state: ItemState,
    pub(super) mode: Mode,
    pub(super) idle_cause: Option<IdleCause>,
    pub(super) reason: Option<&'static str>,
}

/// A machine as its edge device sees it.
#[derive(Clone, Debug, Default)]
struct Machine {
    lots: u32,
    changing: bool,
    blocked: bool,
    broken: u32,
    maintained: u32,
    closed: u32,
    told: Option<Seen>,
    /// Whether it is among those to look at.
    changed: bool,
}

/// All machines, and which of them may have something new to tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Machines {
    machines: Vec<Machine>,
    changed: Vec<u32>,
}

impl Machines {
    /// Machines that stand idle and of which nothing was told.
    pub(super) fn new(count: usize) -> Machines {
        let mut machines = Machines {
            machines: vec![Machine::default(); count],
            changed: Vec::new(),
        };
        for machine in 0..count as u32 {
            machines.at(machine);
        }
        machines
    }

    /// A machine that changes.
    fn at(&mut self, machine: u32) -> &mut Machine {
        let state = &mut self.machines[machine as usize];
        if !state.changed {
            state.changed = true;
            self.changed.push(machine);
        }
        state
    }

    pub(super) fn changes_over(&mut self, machine: u32) {
        self.at(machine).changing = true;
    }

    pub(super) fn starts(&mut self, machine: u32) {
        let state = self.at(machine);
        state.changing = false;
        state.lots += 1;
    }

    pub(super) fn ends(&mut self, machine: u32) {
        self.at(machine).lots -= 1;
    }

    pub(super) fn is_blocked(&mut self, machine: u32, blocked: bool) {
        self.at(machine).blocked = blocked;
    }

    pub(super) fn stops(&mut self, machine: u32, cause: Cause, by: i32) {
        let state = self.at(machine);
        let reasons = match cause {
            Cause::Breakdown => &mut state.broken,
            Cause::Maintenance => &mut state.maintained,
            Cause::OffShift => &mut state.closed,
        };
        *reasons = reasons.wrapping_add_signed(by);
    }

    /// The next machine whose device sees something new, with what it sees.
    pub(super) fn next_new(&mut self) -> Option<(u32, Seen)> {
        while let Some(number) = self.changed.pop() {
            let machine = &mut self.machines[number as usize];
            machine.changed = false;
            let seen = machine.seen();
            if machine.told != Some(seen) {
                machine.told = Some(seen);
                return Some((number, seen));
            }
        }
        None
    }
}

impl Machine {
    fn seen(&self) -> Seen {
        let stands = |item_state, mode, reason| Seen {
            item_state,
            mode,
            idle_cause: None,
            reason: Some(reason),
        };
        let runs = |item_state, mode, idle_cause| Seen {
            item_state,
            mode,
            idle_cause,
            reason: None,
        };
        if self.broken > 0 {
            stands(ItemState::OutOfService, Mode::None, "breakdown")
        } else if self.maintained > 0 {
            stands(ItemState::OutOfService, Mode::Maintenance, "maintenance")
        } else if self.closed > 0 {
            stands(ItemState::NotAvailable, Mode::None, "closed")
        } else if self.changing {
            runs(ItemState::NotExecuting, Mode::Setup, None)
        } else if self.lots > 0 {
            runs(ItemState::Executing, Mode::Processing, None)
        } else if self.blocked {
            let cause = Some(IdleCause::Blocked);
            runs(ItemState::NotExecuting, Mode::None, cause)
        } else {
            runs(ItemState::NotExecuting, Mode::None, None)
        }
    }
}
