//! What must hold in every state of a plant, each rule with the number it has in the project's
//! catalogue. One predicate serves tests, chaos runs and metrics.
//!
//! The predicates work everything out anew from the recorded facts (who was made from what, which
//! holds are open); they do not trust what entities keep for speed, such as inherited holds.

mod centers;
mod claims;
mod decisions;
mod gates;
mod lots;
mod operations;
mod order_accounts;
mod orders;
mod succession;
mod units;
mod versions;

use std::fmt;

use crate::{EntityKey, Plant};

/// A rule that no state of a plant may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// What an order was given is used, scrapped, given back or at the line.
    OrderConservation,
    /// A lot never holds less than nothing.
    LotBalance,
    /// No more is delivered than was released and tolerated.
    OrderDelivery,
    /// An operation that made more than was released is shown, and no other.
    SurplusIsShown,
    /// An operation that is ahead of one before it is shown, and no other.
    AheadIsShown,
    /// An order that was closed with more than there can be is shown, and no other.
    ClosedWithMoreIsShown,
    /// No gate is clear for a lot that a hold reaches.
    NoShipOnHold,
    /// Every hold is known at every descendant of what it holds.
    HoldReachesAll,
    /// What a blocking inspection looks at is neither cleared nor free before the decision.
    NothingBeforeDecision,
    /// No lot comes from itself.
    Acyclic,
    /// What is decided of an inspection comes to what was inspected.
    DecisionsAddUp,
    /// More at work than there is room for is shown, and nothing else.
    OverlapIsShown,
    /// Nothing starts before the release.
    NoStartBeforeRelease,
    /// Nothing starts before there was something to work on.
    PredecessorsFirst,
    /// A report is taken back once, and only one that there is.
    ReversedOnce,
    /// Every quantity converts into the unit of its object.
    Convertible,
    /// What is kept as a claim comes from somebody who does not own the field.
    OwnerDecides,
    /// Versions do not go back.
    VersionsAscend,
    /// The time of a work center is the sum of what it was spent on.
    TimeIsDivided,
    /// No machine is available for more than all of its time.
    FactorsAreShares,
    /// What an operation or an order shows is what its reports come to.
    LayersAgree,
}

impl Invariant {
    /// All of them, in the order of their numbers.
    pub const ALL: [Invariant; 21] = [
        Invariant::OrderConservation,
        Invariant::LotBalance,
        Invariant::OrderDelivery,
        Invariant::SurplusIsShown,
        Invariant::AheadIsShown,
        Invariant::ClosedWithMoreIsShown,
        Invariant::NoShipOnHold,
        Invariant::HoldReachesAll,
        Invariant::NothingBeforeDecision,
        Invariant::Acyclic,
        Invariant::DecisionsAddUp,
        Invariant::OverlapIsShown,
        Invariant::NoStartBeforeRelease,
        Invariant::PredecessorsFirst,
        Invariant::ReversedOnce,
        Invariant::Convertible,
        Invariant::OwnerDecides,
        Invariant::VersionsAscend,
        Invariant::TimeIsDivided,
        Invariant::FactorsAreShares,
        Invariant::LayersAgree,
    ];

    /// The number in the catalogue, such as `I07`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Invariant::OrderConservation => "I01",
            Invariant::LotBalance => "I02",
            Invariant::OrderDelivery => "I03",
            Invariant::SurplusIsShown => "I04",
            Invariant::AheadIsShown => "I05",
            Invariant::ClosedWithMoreIsShown => "I06",
            Invariant::NoShipOnHold => "I07",
            Invariant::HoldReachesAll => "I08",
            Invariant::NothingBeforeDecision => "I09",
            Invariant::Acyclic => "I10",
            Invariant::DecisionsAddUp => "I11",
            Invariant::OverlapIsShown => "I12",
            Invariant::NoStartBeforeRelease => "I13",
            Invariant::PredecessorsFirst => "I14",
            Invariant::ReversedOnce => "I15",
            Invariant::Convertible => "I16",
            Invariant::OwnerDecides => "I17",
            Invariant::VersionsAscend => "I18",
            Invariant::TimeIsDivided => "I19",
            Invariant::FactorsAreShares => "I21",
            Invariant::LayersAgree => "I22",
        }
    }

    /// Where the rule is broken in `plant`.
    #[must_use]
    pub fn breaches(self, plant: &Plant) -> Vec<Breach> {
        let mut found = Vec::new();
        let mut tell = |object: EntityKey, text: String| {
            found.push(Breach {
                invariant: self,
                object,
                text,
            });
        };
        match self {
            Invariant::OrderConservation => order_accounts::conservation(plant, &mut tell),
            Invariant::LotBalance => lots::balance(plant, &mut tell),
            Invariant::OrderDelivery => orders::delivery(plant, &mut tell),
            Invariant::SurplusIsShown => operations::surplus_is_shown(plant, &mut tell),
            Invariant::AheadIsShown => operations::ahead_is_shown(plant, &mut tell),
            Invariant::ClosedWithMoreIsShown => operations::closed_with_more(plant, &mut tell),
            Invariant::NoShipOnHold => gates::no_ship_on_hold(plant, &mut tell),
            Invariant::HoldReachesAll => gates::hold_reaches_all(plant, &mut tell),
            Invariant::NothingBeforeDecision => decisions::nothing_before(plant, &mut tell),
            Invariant::Acyclic => lots::acyclic(plant, &mut tell),
            Invariant::DecisionsAddUp => decisions::add_up(plant, &mut tell),
            Invariant::OverlapIsShown => centers::overlap_is_shown(plant, &mut tell),
            Invariant::ReversedOnce => operations::reversed_once(plant, &mut tell),
            Invariant::NoStartBeforeRelease => orders::no_start_before_release(plant, &mut tell),
            // Of a state it cannot be said: a plan may have changed since. See `breaches_since`.
            Invariant::PredecessorsFirst => {}
            Invariant::Convertible => units::convertible(plant, &mut tell),
            Invariant::OwnerDecides => claims::owner_decides(plant, &mut tell),
            Invariant::VersionsAscend => versions::never_back(plant, &mut tell),
            Invariant::TimeIsDivided => centers::time_is_divided(plant, &mut tell),
            Invariant::FactorsAreShares => centers::factors_are_shares(plant, &mut tell),
            Invariant::LayersAgree => operations::layers_agree(plant, &mut tell),
        }
        found
    }
}

/// Takes what a predicate finds: where, and what is wrong there.
type Tell<'a> = &'a mut dyn FnMut(EntityKey, String);

/// A broken rule. There is none in a plant without a fault in the twin itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which rule.
    pub invariant: Invariant,
    /// Where.
    pub object: EntityKey,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}: {}",
            self.invariant.id(),
            self.object,
            self.text
        )
    }
}

impl Plant {
    /// Every broken rule. Costs passes over all entities.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let rules = Invariant::ALL.iter();
        rules.flat_map(|rule| rule.breaches(self)).collect()
    }
}

#[cfg(test)]
#[path = "invariant/tests.rs"]
mod tests;
