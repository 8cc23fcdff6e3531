//! Claims and owners as they are stored: by name, so that they outlive the order of the fields.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::{Claim, Claimed, Claims, Decimal, Facet, Field, Owners, SourceId, System, Time};

/// A stored claim.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimState {
    field: Field,
    place: SmolStr,
    source: SourceId,
    claimed: ClaimedState,
    owners: Owners,
}

#[derive(Serialize, Deserialize)]
enum ClaimedState {
    Value { at: Time, text: SmolStr },
    Sum { sum: Decimal },
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = self.iter().map(|(facet, source, claim)| ClaimState {
            field: facet.field,
            place: facet.place.clone(),
            source: source.clone(),
            claimed: match &claim.claimed {
                Claimed::Value { at, text } => ClaimedState::Value {
                    at: *at,
                    text: text.clone(),
                },
                Claimed::Sum(sum) => ClaimedState::Sum { sum: *sum },
            },
            owners: claim.owners,
        });
        // Compact encodings want to know the length.
        stored.collect::<Vec<_>>().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Claims, D::Error> {
        let stored = Vec::<ClaimState>::deserialize(deserializer)?;
        let claims = stored.into_iter().map(|state| {
            let facet = Facet {
                field: state.field,
                place: state.place,
            };
            let claimed = match state.claimed {
                ClaimedState::Value { at, text } => Claimed::Value { at, text },
                ClaimedState::Sum { sum } => Claimed::Sum(sum),
            };
            let owners = state.owners;
            ((facet, state.source), Claim { claimed, owners })
        });
        Ok(Claims(claims.collect()))
    }
}

impl Serialize for Owners {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.systems().collect::<Vec<_>>().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Owners {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Owners, D::Error> {
        let systems = Vec::<System>::deserialize(deserializer)?;
        Ok(systems.into_iter().collect())
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
        SmolStr::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
