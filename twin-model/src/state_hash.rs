//! One number for the whole business state of a plant.

use std::fmt;
use std::str::FromStr;

use crate::{Plant, wire::snapshot};

/// BLAKE3 over the business state of a plant: every entity in the order of its key, and what
/// waits for entities that do not exist yet. Versions, arrival times and sequence numbers are
/// left out, so the same facts give the same hash whatever their order of arrival.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateHash([u8; 32]);

impl Plant {
    /// The hash of the business state. Costs a pass over all entities.
    #[must_use]
    pub fn state_hash(&self) -> StateHash {
        let mut entities: Vec<_> = self
            .entities()
            .map(|entity| (entity.key(), entity))
            .collect();
        entities.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut hasher = blake3::Hasher::new();
        for (_, entity) in entities {
            feed(&mut hasher, &snapshot::business_state(entity));
        }
        let unborn = self.unborn().iter();
        let unborn: Vec<(_, Vec<_>)> = unborn
            .map(|(key, kept)| (key, kept.iter().collect()))
            .collect();
        feed(&mut hasher, &unborn);
        StateHash(*hasher.finalize().as_bytes())
    }
}

fn feed(hasher: &mut blake3::Hasher, value: &impl serde::Serialize) {
    let bytes = match postcard::to_stdvec(value) {
        Ok(bytes) => bytes,
        Err(error) => unreachable!("snapshot types are encodable: {error}"),
    };
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(&bytes);
}

impl StateHash {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for StateHash {
    fn from(bytes: [u8; 32]) -> StateHash {
        StateHash(bytes)
    }
}

impl fmt::Display for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a state hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a state hash: 64 hexadecimal digits are expected")]
pub struct InvalidStateHash;

impl FromStr for StateHash {
    type Err = InvalidStateHash;

    fn from_str(text: &str) -> Result<StateHash, InvalidStateHash> {
        let hash = blake3::Hash::from_hex(text).map_err(|_| InvalidStateHash)?;
        Ok(StateHash(*hash.as_bytes()))
    }
}
