//! What was found in Redis, read: what it must be, or a sentence that says what is wrong with it.

use actors::Cursor;
use serde::Serialize;
use serde_json::value::RawValue;
use twin_model::{PlantId, Time};

use super::age::CopyAge;
use super::link::Silent;
use crate::standing::wall_now;

/// The layout that is understood here.
const FORMAT: &str = "1";

/// The meta hash as a script gives it: format, cursor, as_of, written_at, sources, plant, copy.
pub(super) type RawMeta = [Option<String>; 7];

/// How far a copy is.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    pub(super) cursor: Cursor,
    pub(super) as_of: Option<Time>,
    pub(super) written_at: Time,
    /// JSON.
    pub(super) sources: Box<RawValue>,
    /// The plant at a glance, JSON.
    pub(super) plant: Box<RawValue>,
    /// Another one each time that the copy was written anew.
    pub(super) copy: String,
}

/// Why there is nothing to answer from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Missing {
    /// Redis gives no answer.
    #[error(transparent)]
    Silent(#[from] Silent),
    /// No copy is there, or the first is being written.
    #[error("Redis has no copy of plant {0} (yet)")]
    NoCopy(PlantId),
    /// Something else stands there.
    #[error("what Redis has of plant {plant} cannot be read: {what}")]
    Unreadable { plant: PlantId, what: String },
}

impl Meta {
    /// Reads what a script gave.
    pub(super) fn read(plant: &PlantId, raw: RawMeta) -> Result<Meta, Missing> {
        let [format, cursor, as_of, written_at, sources, glance, copy] = raw;
        let wrong = |what: String| Missing::Unreadable {
            plant: plant.clone(),
            what,
        };
        let no_copy = || Missing::NoCopy(plant.clone());
        let cursor = cursor.ok_or_else(no_copy)?;
        let format = format.unwrap_or_default();
        if format != FORMAT {
            let what = format!("it has format {format:?}, and {FORMAT:?} is understood here");
            return Err(wrong(what));
        }
        let there = |name: &str, field: Option<String>| {
            let older = "a twin of an older version wrote it";
            field.ok_or_else(|| wrong(format!("meta has no {name}; {older}")))
        };
        let time = |name: &str, text: &str| {
            let time = text.parse();
            time.map_err(|_| wrong(format!("meta says {name} {text:?}, which is no time")))
        };
        let as_of = there("as_of", as_of)?;
        Ok(Meta {
            cursor: cursor
                .parse()
                .map_err(|_| wrong(format!("meta says cursor {cursor:?}, which is none")))?,
            as_of: match as_of.as_str() {
                "" => None,
                as_of => Some(time("as_of", as_of)?),
            },
            written_at: time("written_at", &there("written_at", written_at)?)?,
            sources: json(plant, "sources of meta", there("sources", sources)?)?,
            plant: json(plant, "plant of meta", there("plant", glance)?)?,
            copy: there("copy", copy)?,
        })
    }

    /// How old it is now.
    pub(super) fn age(&self) -> CopyAge {
        CopyAge::new(self.written_at, wall_now())
    }

    /// What every answer says of it.
    pub(super) fn standing(&self, plant: &PlantId) -> CopyStanding<'_> {
        CopyStanding {
            plant: plant.clone(),
            seq: self.cursor.commit_no,
            cursor: self.cursor.to_string(),
            as_of: self.as_of,
            sources: &self.sources,
            age: self.age(),
        }
    }
}

/// JSON that somebody wrote, taken as it is.
pub(super) fn json(plant: &PlantId, of: &str, text: String) -> Result<Box<RawValue>, Missing> {
    RawValue::from_string(text).map_err(|error| Missing::Unreadable {
        plant: plant.clone(),
        what: format!("{of} is no JSON ({error})"),
    })
}

/// As [`Standing`](crate::Standing), with the age of the copy.
#[derive(Debug, Serialize)]
pub(super) struct CopyStanding<'m> {
    plant: PlantId,
    seq: u64,
    cursor: String,
    as_of: Option<Time>,
    sources: &'m RawValue,
    #[serde(flatten)]
    age: CopyAge,
}
