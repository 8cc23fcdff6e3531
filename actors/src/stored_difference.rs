//! How the books of a snapshot differ from those that a replay comes to.

use std::collections::BTreeMap;
use std::fmt::Debug;

use twin_model::wire::snapshot::{StoredEntity, StoredPlant};
use twin_model::{Entity, EntityKey};

use crate::difference::{Against, DIFFERING_ENTITIES_MAX, Difference, EntityDifference, Place};
use crate::stored::StoredBooks;

/// Longest text of a differing part, in characters.
const PART_CHARS_MAX: usize = 300;

/// The first difference between what was kept and what a replay comes to after the same commit.
pub(crate) fn between(
    kept: &StoredBooks,
    replayed: &StoredBooks,
    place: Place,
    against: Against,
) -> Option<Difference> {
    let (entities, entities_len) = entities(&kept.plant, &replayed.plant);
    let (what, kept, replayed) = match entities.first() {
        Some(first) => of_entity(first),
        None => part(kept, replayed)?,
    };
    Some(Difference {
        place,
        event: None,
        against,
        what,
        kept,
        replayed,
        entities,
        entities_len,
    })
}

/// The first field of an entity, in words.
pub(crate) fn of_entity(differs: &EntityDifference) -> (String, String, String) {
    match differs.fields.first() {
        Some(field) => (
            format!("{}, {}", differs.key, field.path),
            cut(&field.kept.to_string()),
            cut(&field.replayed.to_string()),
        ),
        None => (
            differs.key.to_string(),
            "stored otherwise".to_owned(),
            "as it is".to_owned(),
        ),
    }
}

/// The entities that differ, by their keys, and how many they are.
fn entities(kept: &StoredPlant, replayed: &StoredPlant) -> (Vec<EntityDifference>, usize) {
    if kept.entities == replayed.entities {
        return (Vec::new(), 0);
    }
    let (was, is) = (by_key(kept), by_key(replayed));
    let mut keys: Vec<&EntityKey> = was.keys().chain(is.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let (mut found, mut len) = (Vec::new(), 0);
    for key in keys {
        let (was, is) = (was.get(key).copied(), is.get(key).copied());
        if let Some(differs) = EntityDifference::between_stored(key, was, is) {
            len += 1;
            if found.len() < DIFFERING_ENTITIES_MAX {
                found.push(differs);
            }
        }
    }
    (found, len)
}

/// The stored entities by their keys; those that no entity can be are left out.
fn by_key(plant: &StoredPlant) -> BTreeMap<EntityKey, &StoredEntity> {
    let entities = plant.entities.iter();
    let keyed = entities.filter_map(|stored| {
        let entity = Entity::try_from(stored.clone()).ok()?;
        Some((entity.key(), stored))
    });
    keyed.collect()
}

/// The first other part that differs, with both values.
fn part(kept: &StoredBooks, replayed: &StoredBooks) -> Option<(String, String, String)> {
    let (is, was) = (replayed, kept);
    differs("hash of the record", &was.hash, &is.hash)
        .or_else(|| {
            let (was, is) = (&was.plant.entities, &is.plant.entities);
            (was != is).then(|| {
                let is = "in another one".to_owned();
                ("the order of entities".to_owned(), "kept".to_owned(), is)
            })
        })
        .or_else(|| {
            differs(
                "messages to unborn entities",
                &was.plant.unborn,
                &is.plant.unborn,
            )
        })
        .or_else(|| differs("plant's clock", &was.plant.clock, &is.plant.clock))
        .or_else(|| differs("clock", &was.now, &is.now))
        .or_else(|| differs("counts", &was.counts, &is.counts))
        .or_else(|| differs("times of the sources", &was.sources, &is.sources))
        .or_else(|| each("waiting event", &was.parked, &is.parked))
        .or_else(|| each("exception", &was.exceptions, &is.exceptions))
        .or_else(|| differs("last exception", &was.exceptions_last, &is.exceptions_last))
        .or_else(|| each("waiting command", &was.commands, &is.commands))
        .or_else(|| differs("last command", &was.commands_last, &is.commands_last))
        .or_else(|| differs("supervision", &was.supervision, &is.supervision))
        .or_else(|| {
            (was.marks != is.marks).then(|| {
                let is = "others".to_owned();
                ("set of idempotency marks".to_owned(), "one".to_owned(), is)
            })
        })
}

fn differs<T: PartialEq + Debug>(what: &str, was: &T, is: &T) -> Option<(String, String, String)> {
    (was != is).then(|| {
        let words = |value: &T| cut(&format!("{value:?}"));
        (format!("the {what}"), words(was), words(is))
    })
}

/// The first of a list that differs.
fn each<T: PartialEq + Debug>(what: &str, was: &[T], is: &[T]) -> Option<(String, String, String)> {
    let longest = was.len().max(is.len());
    (0..longest).find_map(|place| {
        let what = format!("{what} number {}", place + 1);
        differs(&what, &was.get(place), &is.get(place))
    })
}

fn cut(text: &str) -> String {
    text.chars().take(PART_CHARS_MAX).collect()
}
