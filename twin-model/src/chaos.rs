//! What tests break on purpose, to see that the twin survives it or that a check notices. Without
//! the feature `chaos` nothing can be broken.

use crate::Plant;

/// What a test has broken.
#[cfg(feature = "chaos")]
#[derive(Debug, Clone, Default)]
pub(crate) struct Chaos {
    pub(crate) panic_at: Option<crate::EntityKey>,
    fault: Option<Fault>,
}

/// A rule of holds and gates that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    not(feature = "chaos"),
    expect(unreachable_pub, reason = "exported to tests that ask for it")
)]
pub enum Fault {
    /// Gates are decided as soon as they hear of something, not when the turn is settled.
    GateDecidesInMidTurn,
    /// A gate looks at the holds on the lot itself only.
    GateIgnoresInheritedHolds,
    /// A gate takes every confirmation, whatever its token.
    TokenNotChecked,
    /// A gate that is clear takes the token of the clearance before as well.
    OldTokenTaken,
    /// A waiting transformation blocks no gate.
    OriginNotAwaited,
    /// A lot that is filled from a held lot does not inherit the hold.
    LateLinkInheritsNothing,
    /// A hold on something not yet known is forgotten.
    HoldForgottenBeforeBirth,
    /// A hold goes on to what was made from the lot, and not farther.
    HoldStopsAfterOneStep,
    /// A clearance is good after the shelf life of its lots.
    ClearanceOutlivesItsEnd,
    /// A confirmation that is late because a shelf life has ended is taken, also when a hold came
    /// between.
    TimeForgivesHolds,
}

#[cfg(feature = "chaos")]
impl Fault {
    /// All of them.
    pub const ALL: [Fault; 10] = [
        Fault::GateDecidesInMidTurn,
        Fault::GateIgnoresInheritedHolds,
        Fault::TokenNotChecked,
        Fault::OldTokenTaken,
        Fault::OriginNotAwaited,
        Fault::LateLinkInheritsNothing,
        Fault::HoldForgottenBeforeBirth,
        Fault::HoldStopsAfterOneStep,
        Fault::ClearanceOutlivesItsEnd,
        Fault::TimeForgivesHolds,
    ];
}

#[cfg(feature = "chaos")]
impl Plant {
    /// Makes every handler of `key` panic after it changed its entity; `None` ends that.
    pub fn panic_in_handler_of(&mut self, key: Option<crate::EntityKey>) {
        self.chaos.panic_at = key;
    }

    /// Breaks a rule from now on; `None` breaks none.
    pub fn break_on_purpose(&mut self, fault: Option<Fault>) {
        self.chaos.fault = fault;
    }

    /// Whether a test has broken this rule.
    pub(crate) fn breaks(&self, fault: Fault) -> bool {
        self.chaos.fault == Some(fault)
    }
}

#[cfg(not(feature = "chaos"))]
impl Plant {
    /// Whether a test has broken this rule: without the feature, none can.
    pub(crate) const fn breaks(&self, _: Fault) -> bool {
        false
    }
}
