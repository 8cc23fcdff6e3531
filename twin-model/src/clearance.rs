//! What a gate gives when it clears a delivery, and what it saw of the lots when it did.

use std::collections::BTreeSet;

use serde::Serialize;
use smol_str::{SmolStr, format_smolstr};

use crate::{Code, Decimal, DeliveryId, GateToken, HoldId, Lot, LotId, Reason, Time, Unit};

/// Hexadecimal digits of a token: 128 bits, so that no two clearances meet.
const TOKEN_DIGITS: usize = 32;
/// Hexadecimal digits that name what was seen of a lot, for people.
const VERSION_DIGITS: usize = 8;

/// A clearance that a gate gave out. It is good for the lots as they were then, and for nothing
/// else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    pub(crate) token: GateToken,
    /// The how manieth of the gate it is, from 1.
    pub(crate) number: u32,
    /// What was seen of each lot.
    pub(crate) seen: Vec<(LotId, SmolStr)>,
    pub(crate) valid_until: Option<Time>,
    /// How much of each lot it reserves, in the lot's unit. What is in a unit may change, and what
    /// was reserved must be freed again.
    pub(crate) promised: Vec<(LotId, Decimal)>,
}

impl Clearance {
    /// The clearance of a delivery for lots that were `seen`. Its token follows from all of that,
    /// so a replay gives the same one. The number is part of it: a token from before a hold is not
    /// good after it, even when the lots look as before.
    pub(crate) fn give(
        delivery: &DeliveryId,
        number: u32,
        seen: Vec<(LotId, SmolStr)>,
        valid_until: Option<Time>,
        promised: Vec<(LotId, Decimal)>,
    ) -> Clearance {
        let digest = hex_digest(&(delivery, number, &seen, valid_until), TOKEN_DIGITS);
        let Ok(token) = format!("G-{digest}").parse() else {
            unreachable!("a token is a short text")
        };
        Clearance {
            token,
            number,
            seen,
            valid_until,
            promised,
        }
    }

    /// Proves to the gate that the sender knows this clearance.
    #[must_use]
    pub fn token(&self) -> &GateToken {
        &self.token
    }

    /// The first end of a shelf life among the lots; `None` when none of them expires.
    #[must_use]
    pub fn valid_until(&self) -> Option<Time> {
        self.valid_until
    }

    /// The lots, each with the version that was cleared. A version is a short text that changes
    /// when something changes that counts for shipping, and at each new clearance.
    #[must_use]
    pub fn versions(&self) -> &[(LotId, SmolStr)] {
        &self.seen
    }
}

/// What counts of a lot for one delivery.
#[derive(Serialize)]
struct Seen<'a> {
    lot: &'a LotId,
    want: Decimal,
    unit: Unit,
    expiry: Option<Time>,
    holds: BTreeSet<&'a HoldId>,
    /// Rules that stand against it.
    against: Vec<Code>,
}

/// The version of a lot as a delivery of `want` sees it: `a1b2c3d4/2`, which is a digest of what
/// counts and the number of the clearance. The count of an entity's changes would not do: it also
/// counts what does not matter, and depends on the order of arrival.
pub(crate) fn version_of(
    id: &LotId,
    lot: Option<&Lot>,
    want: (Decimal, Unit),
    against: &[Reason],
    number: u32,
) -> SmolStr {
    let seen = Seen {
        lot: id,
        want: want.0.normalize(),
        unit: want.1,
        expiry: lot.and_then(Lot::expiry),
        holds: lot.into_iter().flat_map(Lot::all_holds).collect(),
        against: against.iter().map(|reason| reason.code).collect(),
    };
    let digest = hex_digest(&seen, VERSION_DIGITS);
    format_smolstr!("{digest}/{number}")
}

fn hex_digest(value: &impl Serialize, digits: usize) -> String {
    let bytes = match postcard::to_stdvec(value) {
        Ok(bytes) => bytes,
        Err(error) => unreachable!("ids and numbers are encodable: {error}"),
    };
    let mut hex = blake3::hash(&bytes).to_hex().to_string();
    hex.truncate(digits);
    hex
}
