//! Where a replay comes to something else than what was kept, so that a person can find it.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use twin_model::wire::snapshot::StoredEntity;
use twin_model::{Entity, EntityKey, Event, EventId, SourceId};

/// Differing entities that are named; more are only counted.
pub const DIFFERING_ENTITIES_MAX: usize = 20;

/// The first difference between what was kept and what a replay comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The record at which it shows.
    pub place: Place,
    /// The event that is decided otherwise, if it is one event.
    pub event: Option<EventName>,
    /// What the replay is compared with.
    pub against: Against,
    /// What is different, such as a decision or the counts.
    pub what: String,
    /// What was kept.
    pub kept: String,
    /// What the replay says.
    pub replayed: String,
    /// Entities that differ, at most [`DIFFERING_ENTITIES_MAX`].
    pub entities: Vec<EntityDifference>,
    /// How many differ.
    pub entities_len: usize,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its segment.
    pub segment: PathBuf,
    /// Where in the segment it begins, in bytes.
    pub offset: u64,
    /// Its number.
    pub commit_no: u64,
}

/// Which event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventName {
    /// Who sent it.
    pub source: SourceId,
    /// Its id.
    pub id: EventId,
    /// Its CloudEvents type.
    #[serde(rename = "type")]
    pub type_name: &'static str,
}

impl EventName {
    pub(crate) fn of(event: &Event) -> EventName {
        EventName {
            source: event.source.clone(),
            id: event.id.clone(),
            type_name: event.body.type_name(),
        }
    }
}

/// What a replay is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// What was decided when the events came.
    Journal,
    /// A snapshot of the same commit.
    Snapshot(PathBuf),
    /// A replay that began at a snapshot.
    StartFrom(PathBuf),
}

/// An entity that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityDifference {
    /// Which.
    pub key: EntityKey,
    /// In what.
    pub fields: Vec<FieldDifference>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    /// Where it is, like `operations[0].good`; empty for the whole.
    pub path: String,
    /// As it was kept; null when it is not there.
    pub kept: Value,
    /// As it is now; null when it is not there.
    pub replayed: Value,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segment = self.segment.display();
        write!(
            f,
            "commit {} ({segment}, offset {})",
            self.commit_no, self.offset
        )
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} of {}", self.type_name, self.id, self.source)
    }
}

impl fmt::Display for FieldDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", self.path, self.kept, self.replayed)
    }
}

impl Against {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Against::Journal => "journal",
            Against::Snapshot(_) => "snapshot",
            Against::StartFrom(_) => "start_from_snapshot",
        }
    }

    /// The snapshot, where it is one.
    #[must_use]
    pub fn snapshot(&self) -> Option<&PathBuf> {
        match self {
            Against::Journal => None,
            Against::Snapshot(path) | Against::StartFrom(path) => Some(path),
        }
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Against::Journal => f.write_str("the journal"),
            Against::Snapshot(path) => write!(f, "the snapshot {}", path.display()),
            Against::StartFrom(path) => {
                write!(f, "a replay from the snapshot {}", path.display())
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference {
            place,
            event,
            against,
            what,
            kept,
            replayed,
            ..
        } = self;
        write!(f, "{place}: {what}")?;
        if let Some(event) = event {
            write!(f, " {event}")?;
        }
        write!(
            f,
            " is {kept} by {against}, but {replayed} by this version's replay."
        )
    }
}

impl EntityDifference {
    /// How the states of an entity differ; `None` when they do not. What is not stored counts for
    /// nothing.
    pub(crate) fn between(
        key: &EntityKey,
        kept: Option<&Entity>,
        replayed: Option<&Entity>,
    ) -> Option<EntityDifference> {
        if kept == replayed {
            return None;
        }
        let (kept, replayed) = (
            kept.map(StoredEntity::from),
            replayed.map(StoredEntity::from),
        );
        EntityDifference::between_stored(key, kept.as_ref(), replayed.as_ref())
    }

    /// As [`EntityDifference::between`], of stored states.
    pub(crate) fn between_stored(
        key: &EntityKey,
        kept: Option<&StoredEntity>,
        replayed: Option<&StoredEntity>,
    ) -> Option<EntityDifference> {
        (kept != replayed).then(|| EntityDifference {
            key: key.clone(),
            fields: differing_fields(&shown(&kept), &shown(&replayed)),
        })
    }
}

/// A value as JSON; as text where its keys are no JSON keys.
pub(crate) fn shown(value: &(impl Serialize + fmt::Debug)) -> Value {
    serde_json::to_value(value).unwrap_or_else(|_| Value::String(format!("{value:?}")))
}

/// The fields in which two values differ, in the order of their names.
#[must_use]
pub fn differing_fields(kept: &Value, replayed: &Value) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    compare(String::new(), kept, replayed, &mut found);
    found
}

fn compare(path: String, kept: &Value, replayed: &Value, found: &mut Vec<FieldDifference>) {
    if kept == replayed {
        return;
    }
    match (kept, replayed) {
        (Value::Object(was), Value::Object(is)) => {
            let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let path = match path.is_empty() {
                    true => name.clone(),
                    false => format!("{path}.{name}"),
                };
                compare(path, &kept[name], &replayed[name], found);
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (place, (was, is)) in was.iter().zip(is).enumerate() {
                compare(format!("{path}[{place}]"), was, is, found);
            }
        }
        _ => found.push(FieldDifference {
            path,
            kept: kept.clone(),
            replayed: replayed.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_the_field_and_both_values() {
        let before = json!({"ops": [{"good": "1"}], "late": false, "lots": ["A"]});
        let after = json!({"ops": [{"good": "6"}], "late": false, "lots": []});
        let found = differing_fields(&before, &after);
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["lots: [\"A\"] -> []", "ops[0].good: \"1\" -> \"6\""]);
    }

    #[test]
    fn what_has_no_json_keys_is_shown_as_text() {
        let keys = std::collections::BTreeMap::from([((1, 2), 3)]);
        assert_eq!(shown(&keys), json!("{(1, 2): 3}"));
    }
}
