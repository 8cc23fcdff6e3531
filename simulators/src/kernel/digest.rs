//! One number for a whole run: equal runs have equal ones.

use sha2::{Digest as _, Sha256};

use super::floor::{Cause, NONE};
use super::happening::{Happening, Watch};

/// SHA-256 over everything that happened, in its order.
///
/// Each happening is its instant, its kind, and the numbers in it, as little-endian bytes; so the
/// digest does not depend on how a platform lays out or prints anything.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    hash: Sha256,
}

impl Digest {
    /// The digest of what was seen so far.
    pub fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

impl Watch for Digest {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        let cause = |cause: Cause| cause as u64;
        let (kind, a, b): (u8, u64, u64) = match what {
            Happening::Released(lot) => (1, lot.number, u64::from(lot.product)),
            Happening::TurnedAway { release } => (2, u64::from(release), 0),
            Happening::Queued { lot, work_center } => (3, lot.number, u64::from(work_center)),
            Happening::SetupBegan { machine, .. } => (4, u64::from(machine), 0),
            Happening::Started { machine, lot } => (5, lot.number, u64::from(machine)),
            Happening::Ended { machine, lot } => (6, lot.number, u64::from(machine)),
            Happening::Emptied { machine } => (7, u64::from(machine), 0),
            Happening::Blocked { lot, machine } => {
                (8, lot.number, u64::from(machine.unwrap_or(NONE)))
            }
            Happening::Stopped {
                machine,
                cause: why,
            } => (9, u64::from(machine), cause(why)),
            Happening::Ready {
                machine,
                cause: why,
            } => (10, u64::from(machine), cause(why)),
            Happening::Late { lot } => (11, lot.number, 0),
            Happening::Kept { lot } => (12, lot.number, 0),
            Happening::SentBack { lot, to } => (13, lot.number, u64::from(to)),
            Happening::Done(lot) => (14, lot.number, u64::from(lot.pieces)),
            Happening::Scrapped(lot) => (15, lot.number, 0),
            // It follows from where the lot is next, or that it left.
            Happening::Passed(_) => return,
            Happening::Withdrawn { lot, work_center } => (16, lot.number, u64::from(work_center)),
        };
        let mut bytes = [0; 25];
        bytes[..8].copy_from_slice(&at_us.to_le_bytes());
        bytes[8] = kind;
        bytes[9..17].copy_from_slice(&a.to_le_bytes());
        bytes[17..].copy_from_slice(&b.to_le_bytes());
        self.hash.update(bytes);
    }
}
