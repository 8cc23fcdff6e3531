//! What the kernel's own happenings say of lots and machines, kept without any word of the story.

use std::collections::BTreeMap;
use std::sync::Arc;

use simulators::kernel::{Cause, Floor, Happening, Watch};

/// What is known of the visits of one lot to one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visits {
    pub(crate) begun: u32,
    pub(crate) ended: u32,
    pub(crate) last_end_us: i64,
    /// Good pieces of the last visit that was not sent back.
    pub(crate) good: u32,
    /// Pieces that were sent back.
    pub(crate) sent_back: u32,
    pub(crate) spoilt: u32,
}

/// A lot, on the floor or gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfLot {
    pub(crate) product: u32,
    pub(crate) released_us: i64,
    /// The step that it stood at when it came.
    pub(crate) first_step: u32,
    pub(crate) pieces: u32,
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
        let spoilt = lot.entered - good;
        lot.pieces = good;
        let visits = lot.steps.entry(step).or_default();
        visits.ended += 1;
        visits.last_end_us = at_us;
        visits.spoilt += spoilt;
        match back {
            true => visits.sent_back += good,
            false => visits.good = good,
        }
    }
}

impl Watch for Shadow {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Released(lot) => {
                let new = OfLot {
                    product: lot.product,
                    released_us: lot.released_us,
                    first_step: lot.step,
                    pieces: lot.pieces,
                    ..OfLot::default()
                };
                self.lots.insert(lot.number, new);
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
                of.steps.entry(lot.step).or_default().begun += 1;
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
            Happening::Done(lot) => {
                self.lots.get_mut(&lot.number).unwrap().left = Some((at_us, lot.pieces));
            }
            Happening::Scrapped(lot) => {
                self.ends(at_us, lot.number, lot.step, 0, false);
                let of = self.lots.get_mut(&lot.number).unwrap();
                of.kept = false;
                of.left = Some((at_us, 0));
            }
            Happening::TurnedAway { .. }
            | Happening::Queued { .. }
            | Happening::Withdrawn { .. }
            | Happening::Late { .. }
            | Happening::Blocked { machine: None, .. } => {}
        }
    }
}
