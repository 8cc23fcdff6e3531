//! Who worked on what from when to when: the begin of a run as bars.

use std::collections::BTreeMap;

use crate::kernel::{Happening, Watch};

/// The most bars that are kept; later work is left out.
pub const BARS_MAX: usize = 500;

/// A machine that works on a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The machine, a number of the floor.
    pub machine: u32,
    /// The lot's number.
    pub lot: u64,
    /// The product, a number of the floor.
    pub product: u32,
    /// The step, a number of the floor.
    pub step: u32,
    /// When it started, microseconds from the begin.
    pub from_us: i64,
    /// When it ended, interruptions included, microseconds from the begin.
    pub to_us: i64,
}

/// The bars of a run, in the order in which they ended.
#[derive(Clone, Debug, Default)]
pub struct Gantt {
    bars: Vec<Bar>,
    open: BTreeMap<u64, i64>,
}

impl Gantt {
    /// The bars.
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }
}

impl Watch for Gantt {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Started { lot, .. } if self.bars.len() < BARS_MAX => {
                self.open.insert(lot.number, at_us);
            }
            Happening::Ended { machine, lot } => {
                let Some(from_us) = self.open.remove(&lot.number) else {
                    return;
                };
                if self.bars.len() < BARS_MAX {
                    self.bars.push(Bar {
                        machine,
                        lot: lot.number,
                        product: lot.product,
                        step: lot.step,
                        from_us,
                        to_us: at_us,
                    });
                }
            }
            _ => {}
        }
    }
}
