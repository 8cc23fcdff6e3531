//! What the kernel's own happenings say of lots and machines, kept without any word of the story.

use std::collections::BTreeMap;
use std::sync::Arc;

use simulators::kernel::{Cause, Floor, Happening, Watch};

/// A step of one lot from where it was begun to where it was passed, or to the inspection after
/// it: a rework that comes before that belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) good: u32,
    pub(crate) spoilt: u32,
    /// Pieces that were sent back.
    pub(crate) sent_back: u32,
    /// Whether they were sent back last, and the step not passed since.
    open: bool,
}

/// What is known of one lot at one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visits {
    pub(crate) last_end_us: i64,
    /// In the order in which they were begun.
    pub(crate) passes: Vec<Pass>,
}

impl Visits {
    fn open(&mut self) -> Option<&mut Pass> {
        self.passes.last_mut().filter(|pass| pass.open)
    }
}

/// A lot, on the floor or gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfLot {
    pub(crate) steps: BTreeMap<u32, Visits>,
    /// The step that it is worked on for.
    pub(crate) works_at: Option<u32>,
    pub(crate) kept: bool,
    /// When it left, and with how many good pieces.
    pub(crate) left: Option<(i64, u32)>,
    entered: u32,
}

/// A machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfMachine {
    pub(crate) lots: i32,
    pub(crate) changing: bool,
    pub(crate) blocked: bool,
    pub(crate) causes: Vec<Cause>,
}

#[derive(Clone, Debug)]
pub(crate) struct Shadow {
    floor: Arc<Floor>,
    pub(crate) lots: BTreeMap<u64, OfLot>,
    pub(crate) machines: Vec<OfMachine>,
}

impl Shadow {
    pub(crate) fn new(floor: &Arc<Floor>) -> Shadow {
        Shadow {
            floor: Arc::clone(floor),
            lots: BTreeMap::new(),
            machines: vec![OfMachine::default(); floor.machines()],
        }
    }

    pub(crate) fn step_name(&self, step: u32) -> &str {
        self.floor.step_name(step)
    }

    /// Lots that came and did not leave.
    pub(crate) fn on_floor(&self) -> usize {
        self.lots.values().filter(|lot| lot.left.is_none()).count()
    }

    fn ends(&mut self, at_us: i64, number: u64, step: u32, good: u32, back: bool) {
        let lot = self.lots.get_mut(&number).unwrap();
        if lot.works_at.take().is_none() {
            return;
        }
        let visits = lot.steps.get_mut(&step).unwrap();
        visits.last_end_us = at_us;
        let pass = visits.passes.last_mut().unwrap();
        pass.spoilt += lot.entered - good;
        pass.open = back;
        match back {
            true => pass.sent_back += good,
            false => pass.good += good,
        }
    }

    /// A lot is at a step, or behind all of them: rework before it that it was not sampled for
    /// ends with that, and with so many pieces.
    fn is_at(&mut self, at_us: i64, number: u64, step: u32, pieces: u32) {
        let lot = self.lots.get_mut(&number).unwrap();
        for (_, visits) in lot.steps.range_mut(..step) {
            if let Some(pass) = visits.open() {
                pass.open = false;
                pass.good += pieces;
                visits.last_end_us = at_us;
            }
        }
    }
}

impl Watch for Shadow {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Released(lot) => {
                self.lots.insert(lot.number, OfLot::default());
            }
            Happening::SetupBegan { machine, .. } => {
                self.machines[machine as usize].changing = true;
            }
            Happening::Started { machine, lot } => {
                self.machines[machine as usize].changing = false;
                self.machines[machine as usize].lots += 1;
                let of = self.lots.get_mut(&lot.number).unwrap();
                of.works_at = Some(lot.step);
                of.entered = lot.pieces;
                let visits = of.steps.entry(lot.step).or_default();
                if visits.open().is_none() {
                    visits.passes.push(Pass::default());
                }
            }
            Happening::Ended { machine, .. } => self.machines[machine as usize].lots -= 1,
            Happening::Emptied { machine } => self.machines[machine as usize].blocked = false,
            Happening::Blocked {
                machine: Some(machine),
                ..
            } => self.machines[machine as usize].blocked = true,
            Happening::Stopped { machine, cause } => {
                self.machines[machine as usize].causes.push(cause);
            }
            Happening::Ready { machine, cause } => {
                let causes = &mut self.machines[machine as usize].causes;
                let place = causes.iter().position(|known| *known == cause).unwrap();
                causes.remove(place);
            }
            Happening::Passed(lot) => {
                self.ends(at_us, lot.number, lot.step, lot.pieces, false);
                self.lots.get_mut(&lot.number).unwrap().kept = false;
            }
            Happening::Kept { lot } => {
                self.ends(at_us, lot.number, lot.step, lot.pieces, false);
                self.lots.get_mut(&lot.number).unwrap().kept = true;
            }
            Happening::SentBack { lot, .. } => {
                self.ends(at_us, lot.number, lot.step, lot.pieces, true);
                self.lots.get_mut(&lot.number).unwrap().kept = false;
            }
            Happening::Queued { lot, .. } => self.is_at(at_us, lot.number, lot.step, lot.pieces),
            Happening::Done(lot) => {
                self.is_at(at_us, lot.number, u32::MAX, lot.pieces);
                self.lots.get_mut(&lot.number).unwrap().left = Some((at_us, lot.pieces));
            }
            Happening::Scrapped(lot) => {
                self.ends(at_us, lot.number, lot.step, 0, false);
                self.is_at(at_us, lot.number, u32::MAX, 0);
                let of = self.lots.get_mut(&lot.number).unwrap();
                of.kept = false;
                of.left = Some((at_us, 0));
            }
            Happening::TurnedAway { .. }
            | Happening::Withdrawn { .. }
            | Happening::Late { .. }
            | Happening::Blocked { machine: None, .. } => {}
        }
    }
}
