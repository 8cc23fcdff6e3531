//! What must hold in every state of a plant, each rule with the number it has in the project's
//! catalogue. One predicate serves tests, chaos runs and metrics.
//!
//! The predicates work everything out anew from the recorded facts (who was made from what, which
//! holds are open); they do not trust what entities keep for speed, such as inherited holds.

mod claims;
mod gates;
mod lots;
mod orders;
mod units;
mod versions;

use std::fmt;

use crate::{EntityKey, Plant};

/// A rule that no state of a plant may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// A lot never holds less than nothing.
    LotBalance,
    /// No more is delivered than was released and tolerated.
    OrderDelivery,
    /// No gate is clear for a lot that a hold reaches.
    NoShipOnHold,
    /// Every hold is known at every descendant of what it holds.
    HoldReachesAll,
    /// No lot comes from itself.
    Acyclic,
    /// Nothing starts before the release.
    NoStartBeforeRelease,
    /// Every quantity converts into the unit of its object.
    Convertible,
    /// What is kept as a claim comes from somebody who does not own the field.
    OwnerDecides,
    /// Versions do not go back.
    VersionsAscend,
}

impl Invariant {
    /// All of them, in the order of their numbers.
    pub const ALL: [Invariant; 9] = [
        Invariant::LotBalance,
        Invariant::OrderDelivery,
        Invariant::NoShipOnHold,
        Invariant::HoldReachesAll,
        Invariant::Acyclic,
        Invariant::NoStartBeforeRelease,
        Invariant::Convertible,
        Invariant::OwnerDecides,
        Invariant::VersionsAscend,
    ];

    /// The number in the catalogue, such as `I07`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Invariant::LotBalance => "I02",
            Invariant::OrderDelivery => "I03",
            Invariant::NoShipOnHold => "I07",
            Invariant::HoldReachesAll => "I08",
            Invariant::Acyclic => "I10",
            Invariant::NoStartBeforeRelease => "I13",
            Invariant::Convertible => "I16",
            Invariant::OwnerDecides => "I17",
            Invariant::VersionsAscend => "I18",
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
            Invariant::LotBalance => lots::balance(plant, &mut tell),
            Invariant::OrderDelivery => orders::delivery(plant, &mut tell),
            Invariant::NoShipOnHold => gates::no_ship_on_hold(plant, &mut tell),
            Invariant::HoldReachesAll => gates::hold_reaches_all(plant, &mut tell),
            Invariant::Acyclic => lots::acyclic(plant, &mut tell),
            Invariant::NoStartBeforeRelease => orders::no_start_before_release(plant, &mut tell),
            Invariant::Convertible => units::convertible(plant, &mut tell),
            Invariant::OwnerDecides => claims::owner_decides(plant, &mut tell),
            Invariant::VersionsAscend => versions::never_back(plant, &mut tell),
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
