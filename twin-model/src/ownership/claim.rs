//! What sources said of fields that they do not own.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::standing::Standing;
use super::{Field, Owners};
use crate::listing::shortened;
use crate::{Discrepancy, EntityKey, SourceId, Time};

/// Claims that one object keeps. Beyond, those that come last by field, place and source are not
/// kept: which ones stay does not depend on the order of arrival.
pub const CLAIMS_PER_OBJECT_MAX: usize = 1_000;

/// A field of one object, with the operation or material that it is about, where it is about one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet {
    /// Which field.
    pub field: Field,
    /// The operation, material or the like; empty for the object itself.
    pub place: SmolStr,
}

impl Facet {
    /// A field of the object itself.
    pub(crate) fn whole(field: Field) -> Facet {
        Facet::at(field, "")
    }

    /// A field of a part of the object.
    pub(crate) fn at(field: Field, place: &str) -> Facet {
        Facet {
            field,
            place: SmolStr::new(place),
        }
    }
}

/// As people read it: `quantity`, `good of operation 10`.
impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.field.name().replace('_', " ");
        match (self.place.as_str(), self.field.entity()) {
            ("", _) => f.write_str(&name),
            (report, _) if self.field == Field::OperationReversal => {
                write!(f, "{name} of report {report}")
            }
            (op, "operation") => write!(f, "{name} of operation {op}"),
            (place, _) => write!(f, "{name} of {place}"),
        }
    }
}

/// What was claimed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claimed {
    /// A value; the newest counts, and of two of the same time the greater.
    Value {
        /// When it was so, by the source.
        at: Time,
        /// The value, as people read it.
        text: SmolStr,
    },
    /// An amount that adds up over the source's events.
    Sum(Decimal),
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What was claimed.
    pub claimed: Claimed,
    /// Who owned the field when it was claimed.
    pub owners: Owners,
}

/// The claims on one object, by what they are about and who made them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims(pub(crate) BTreeMap<(Facet, SourceId), Claim>);

impl Claims {
    /// Whether nobody claims anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claims with what they are about and who made them, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (&Facet, &SourceId, &Claim)> {
        self.0
            .iter()
            .map(|((facet, source), claim)| (facet, source, claim))
    }

    /// Takes a claim in: commutative, so that the order of arrival does not count.
    pub(crate) fn note(&mut self, facet: Facet, source: &SourceId, new: Claim) {
        let key = (facet, source.clone());
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, new);
                if self.0.len() > CLAIMS_PER_OBJECT_MAX {
                    self.0.pop_last();
                }
            }
            Some(known) => {
                known.owners = new.owners;
                match (&mut known.claimed, new.claimed) {
                    (Claimed::Sum(sum), Claimed::Sum(more)) => {
                        *sum = sum.checked_add(more).unwrap_or(Decimal::MAX);
                    }
                    (known, new) if *known < new => *known = new,
                    _ => {}
                }
            }
        }
    }

    /// Drops the claims for which `keep` says no.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Facet, &SourceId) -> bool) {
        self.0.retain(|(facet, source), _| keep(facet, source));
    }

    /// R31: the claims that differ from what stands.
    pub(crate) fn discrepancies(
        &self,
        object: impl Fn() -> EntityKey,
        standing: impl Fn(&Facet) -> Standing,
    ) -> Vec<Discrepancy> {
        self.iter()
            .filter_map(|(facet, source, claim)| {
                let stands = standing(facet);
                let claimed = stands.unless_equal(&claim.claimed)?;
                Some(Discrepancy::ForeignWrite {
                    object: object(),
                    field: format_smolstr!("{facet}"),
                    source_id: source.clone(),
                    claimed: shortened(claimed),
                    owner: claim.owners,
                    kept: shortened(stands.shown()),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A claim of the nth source, and where it is kept.
    fn claim(n: usize) -> (Facet, SourceId, Claim) {
        let claimed = Claimed::Sum(Decimal::ONE);
        let owners = Field::LotStock.default_owners();
        let source = format!("/mes/{n:04}").parse().unwrap();
        (
            Facet::whole(Field::LotStock),
            source,
            Claim { claimed, owners },
        )
    }

    fn noted(numbers: impl Iterator<Item = usize>) -> Claims {
        let mut claims = Claims::default();
        for (facet, source, claim) in numbers.map(claim) {
            claims.note(facet, &source, claim);
        }
        claims
    }

    #[test]
    fn as_many_claims_are_kept_as_may_be_the_same_ones_in_every_order_of_arrival() {
        let most = noted(0..CLAIMS_PER_OBJECT_MAX);
        assert_eq!(most.iter().count(), CLAIMS_PER_OBJECT_MAX);
        assert_eq!(noted(0..CLAIMS_PER_OBJECT_MAX + 2), most);
        assert_eq!(noted((0..CLAIMS_PER_OBJECT_MAX + 2).rev()), most);
    }

    #[test]
    fn amounts_of_one_source_add_up_and_words_do_not() {
        let (facet, source, one) = claim(1);
        let mut claims = noted([1, 1, 2].into_iter());
        let sum = |claims: &Claims| claims.0[&(facet.clone(), source.clone())].claimed.clone();
        assert_eq!(sum(&claims), Claimed::Sum(Decimal::TWO));
        let all = Claim {
            claimed: Claimed::Sum(Decimal::MAX),
            ..one
        };
        claims.note(facet.clone(), &source, all);
        assert_eq!(sum(&claims), Claimed::Sum(Decimal::MAX));
    }
}
