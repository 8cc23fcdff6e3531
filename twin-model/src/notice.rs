//! What a turn tells the outside beside the changed states.

use smol_str::SmolStr;

use crate::{
    Code, CommandBody, CommandKey, DeliveryId, EntityKey, GateDecision, GateToken, HoldId,
    KpiClosed, LotId, NonconformanceId, Reason, Rejection, System, Time,
};

/// Something that people or systems outside should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A shipment was cleared or blocked.
    GateDecided {
        /// The delivery.
        delivery: DeliveryId,
        /// What was decided.
        decision: GateDecision,
        /// Why, when blocked.
        reasons: Vec<Reason>,
        /// What the confirmation of the shipment must carry, when cleared.
        token: Option<GateToken>,
        /// Until when the clearance is good; `None` when nothing expires.
        valid_until: Option<Time>,
    },
    /// A hold reaches lots that have left.
    RecallRequired {
        /// The delivery that they left with.
        delivery: DeliveryId,
        /// For whom it was.
        customer: Option<SmolStr>,
        /// The hold.
        hold: HoldId,
        /// The lots of the delivery that it reaches.
        lots: Vec<LotId>,
        /// When they left.
        shipped_at: Time,
    },
    /// A nonconformance reaches lots that have left, and nothing is decided of them.
    RecallDecisionRequired {
        /// The delivery that they left with.
        delivery: DeliveryId,
        /// For whom it was.
        customer: Option<SmolStr>,
        /// The nonconformance.
        nonconformance: NonconformanceId,
        /// The lots of the delivery that it reaches.
        lots: Vec<LotId>,
        /// When they left.
        shipped_at: Time,
    },
    /// A hold reached (or left) further lots along the genealogy.
    HoldPropagated {
        /// The hold.
        hold: HoldId,
        /// How many lots inherit it or no longer do, beside the one it was placed on.
        lots: u32,
        /// Whether it was placed (true) or released (false).
        placed: bool,
    },
    /// Sources disagree, or a soft rule is broken.
    DiscrepancyFound {
        /// Where.
        object: EntityKey,
        /// Which rule.
        code: Code,
        /// In business words.
        text: SmolStr,
    },
    /// Something that was told before has been corrected: a late event or a reversal.
    Corrected {
        /// What was recomputed.
        object: EntityKey,
        /// Which rule, where one speaks of it.
        code: Option<Code>,
        /// From when on it is different.
        from: Time,
        /// In business words.
        text: SmolStr,
    },
    /// A discrepancy went away by itself.
    DiscrepancyHealed {
        /// Where.
        object: EntityKey,
        /// Which rule.
        code: Code,
        /// What it concerned.
        text: SmolStr,
    },
    /// A window of a work center's time is over.
    KpiClosed {
        /// Its figures.
        figures: Box<KpiClosed>,
    },
    /// A process asks a system for something.
    CommandIssued {
        /// The command. The same facts give the same id, and a command that is sent again for lack
        /// of an answer keeps it.
        command: CommandKey,
        /// Who is asked.
        to: System,
        /// The business transaction that it belongs to.
        correlation: SmolStr,
        /// What it says.
        body: Box<CommandBody>,
    },
    /// A person must look at something that is no message.
    PersonNeeded {
        /// What it concerns.
        object: EntityKey,
        /// What is told again or ended under the same name.
        case: CommandKey,
        /// Why, in business words.
        problem: Box<Rejection>,
        /// The command that it is about.
        about: Box<CommandBody>,
    },
    /// What a person was asked to look at is over.
    PersonNoLongerNeeded {
        /// The case.
        case: CommandKey,
    },
}
