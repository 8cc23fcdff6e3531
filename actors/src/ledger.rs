//! The audit trail: the journal's records are chained by their hashes.

use std::fmt;

use crate::door::Door;

/// The newest record of the chain. Kept outside the machine, it proves later that nothing before
/// it was changed, dropped or reordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerHead {
    /// Number of the newest commit; 0 before the first.
    pub commit_no: u64,
    /// BLAKE3 of that record, which contains the hash of the record before it.
    pub hash: [u8; 32],
}

impl fmt::Display for LedgerHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}",
            self.commit_no,
            blake3::Hash::from_bytes(self.hash).to_hex()
        )
    }
}

/// The door to the audit trail of a plant.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(crate) door: Door,
}

impl Ledger {
    /// The newest record on stable storage.
    #[must_use]
    pub fn head(&self) -> LedgerHead {
        self.door.head()
    }
}
